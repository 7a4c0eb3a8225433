"""Words that passwords are made of, which the lists of zxcvbn lack: Arabic, Kurdish, and both in Latin letters.

Each line is one kind; ``passwords`` folds them as it folds what is typed.
"""

PRODUCT = (
    "border training register borders train trainer trainee trainees security secure police policing officer "
    "officers guard guards force forces command directorate ministry interior home office pact agreement course "
    "courses cohort cohorts seat nomination vetting clearance funder coordinator approver auditor administrator "
    "admin account uk united kingdom britain british england london iraq iraqi irak kurdistan kurdish kurd krg "
    "krgi baghdad erbil hewler arbil peshmerga asayish customs airport passport سجل تدريب التدريب الحدود حدود امن "
    "الامن شرطة الشرطة ضابط حرس قوات قيادة مديرية وزارة الداخلية اتفاقية دورة دورات متدرب مدرب العراق عراق عراقي "
    "بغداد كردستان كوردستان اقليم اربيل بريطانيا لندن المملكة المتحدة مدير مشرف حساب جمارك تۆمار تۆماری ڕاهێنان "
    "ڕاهێنانی مەشق سنوور سنووری ئاسایش پۆلیس ئەفسەر پاسەوان هێز فەرماندەیی بەڕێوەبەرایەتی وەزارەت وەزارەتی ناوخۆ "
    "ڕێککەوتن کۆرس خول خولی کوردستان کورد هەولێر بەغدا عێراق عیراق هەرێم هەرێمی بەریتانیا لەندەن گومرک پێشمەرگە"
)

PASSWORDS = (
    "password passcode passphrase pass secret welcome letmein login signin default changeme qwerty abc test "
    "testing temp كلمة السر كلمه سر المرور مرور الدخول دخول باسورد باسوورد سري سريه مرحبا اهلا تجربة تجربه وشەی "
    "نهێنی وشە نهێنیی تێپەڕەوشە تێپەڕ تێپەڕین پاسۆرد پاسوۆرد بەخێربێیت بەخێربێن سڵاو kalimat kalimatalsir alsir "
    "almurur murur kalima basword marhaba ahlan salam slaw nheni washay"
)

CALENDAR = (
    "monday tuesday wednesday thursday friday saturday sunday january february march april june july august "
    "september october november december spring summer autumn winter one two three four five six seven eight nine "
    "ten السبت الاحد الاثنين الثلاثاء الاربعاء الخميس الجمعة شباط اذار نيسان ايار حزيران تموز ايلول تشرين كانون "
    "شەممە یەکشەممە دووشەممە سێشەممە چوارشەممە پێنجشەممە هەینی ڕێبەندان ڕەشەمە خاکەلێوە گوڵان جۆزەردان پووشپەڕ "
    "گەلاوێژ خەرمانان"
)

COMMON = (
    "الله بسم الرحمن الرحيم الحمد لله سبحان ماشاء ماشاءالله انشاءالله استغفر اكبر محمد احمد علي حسن حسين فاطمة "
    "زينب مريم عمر عثمان مصطفى ابراهيم يوسف خالد سعد كريم جاسم قاسم كاظم جعفر صادق حيدر عباس مهدي رضا سيف عبدالله "
    "عبد سارة نور زهراء حبيبي حبيبتي حياتي احبك قلبي عمري وطني امي ابي بابا ماما الموصل البصرة النجف كربلاء كركوك "
    "السليمانية دهوك الانبار ديالى واسط بابل الفرات دجلة ريال مدريد برشلونة واحد اثنان ثلاثة اربعة خمسة ستة سبعة "
    "ثمانية تسعة عشرة صباح الخير مساء النور خودا خوا یەزدان ئازاد ئازادی سەربەست ژیان ژیانم دڵ دڵم خۆشەویست "
    "خۆشمدەوێیت دایک باوک نیشتمان سلێمانی دهۆک کەرکووک هەڵەبجە ئاراس ئارام دلێر هێمن شێرکۆ ڕێبوار هاوکار کاروان "
    "نەورۆز گوڵ هیوا شیلان شنۆ ڕۆژ ڕۆژان سەردار یەک دوو سێ چوار پێنج شەش حەوت هەشت نۆ دە allah bismillah "
    "alhamdulillah inshallah mashallah subhanallah muhammad mohammed mohamed mohammad ahmed ahmad hussein hussain "
    "hassan habibi habibti hayati omri qalbi mosul basra najaf karbala kirkuk sulaimani sulaymaniyah duhok dohuk "
    "anbar diyala zaxo halabja azad azadi newroz nawroz hiwa aras aram dilshad sherko rebwar karwan hemin jiyan "
    "zhyan gian gyan xoshawist barcelona realmadrid madrid chelsea arsenal liverpool manchester united everton"
)

PHRASES = (
    "بسم الله الرحمن الرحيم", "الحمد لله رب العالمين", "لا اله الا الله", "محمد رسول الله",
    "لا اله الا الله محمد رسول الله", "الله اكبر", "ان شاء الله", "ما شاء الله", "سبحان الله", "استغفر الله العظيم",
    "توكلت على الله", "حسبي الله ونعم الوكيل", "السلام عليكم", "موطني موطني", "يا رب", "بژی کوردستان",
    "بژی کورد و کوردستان", "ئەی ڕەقیب", "یا خوا", "خوا گەورەیە", "la ilaha illa allah", "allahu akbar",
    "assalamu alaikum", "correct horse battery staple", "god save the king",
    "the quick brown fox jumps over the lazy dog", "the quick brown fox", "jumps over the lazy dog",
    "may the force be with you", "to be or not to be", "that is the question", "once upon a time",
    "happy birthday to you", "open sesame", "rule britannia",
)  # fmt: skip
