"""Which passwords are refused, and for what; whatever the script."""

import pytest

from training.domain.identity import passwords
from training.domain.identity.refusals import PasswordFault, WeakPassword

WHO = passwords.Holder(
    "sara.h", "Sara Hassan", ("Border Forces Command", "قيادة قوات الحدود", "فەرماندەیی هێزەکانی سنوور", "BFC")
)


def fault(password: str, who: passwords.Holder = WHO) -> PasswordFault | None:
    """Return what is wrong with a password, or None."""
    try:
        passwords.check(password, who)
    except WeakPassword as refusal:
        return refusal.fault
    return None


@pytest.mark.parametrize(
    "password",
    [
        "aaaaaaaaaaaaaaa", "aaaaaaaaaaaaaab", " " * 15, "\u00a0" * 20, "passwordpassword", "abcabcabcabcabc",
        "ab ab ab ab ab ab", "iloveyouiloveyou", "garden1garden2garden3", "londonlondon2026", "abababababababa",
        "!!!!!!!!!!!!!!!!", "🙂" * 15, "ا" * 15, "٠" * 15, "حديقةحديقةحديقة", "محمدمحمدمحمدمحمد",
        "تدريبتدريبتدريب", "وشەی نهێنی وشەی نهێنی", "xq7xq7xq7xq7xq7", "a a a a a a a a", "Password Password1",
        "abaabbababbaaba", "حشسسصخقيحشسسصخقي",
    ],
)  # fmt: skip
def test_repetition_is_refused(password: str) -> None:
    assert fault(password) is PasswordFault.REPEATED


@pytest.mark.parametrize(
    "password",
    [
        "asdfghjkl;'zxcvbn", "1qaz2wsx3edc4rfv", "poiuytrewqlkjhgf", "abcdefghijklmnop", "azertyuiopqsdfgh",
        "q1w2e3r4t5y6u7i8", "qqwweerrttyyuuii", "0987654321098765", "ضصثقفغعهخحجدشسيب", "ابتثجحخدذرزسشصضط",
        "شسيبلاتنمكطئءؤر", "20261128 19900101",
    ],
)  # fmt: skip
def test_walk_on_a_keyboard_or_an_alphabet_is_refused(password: str) -> None:
    assert fault(password) is PasswordFault.WALK


@pytest.mark.parametrize(
    "password",
    [
        "sarahassan123456", "SaraHassan2026!!!", "H.Sara-Hassan-Sara", "hassan sara border",
        "B0rd3rF0rc3sC0mm4nd", "bordersecurity2026", "Border-Training-Register-2026", "kurdistan123456",
        "UKIraqBorderPact", "قيادة قوات الحدود ٢٠٢٦", "الحدودالتدريب٢٠٢٦", "ئاسایشی سنووری هەولێر",
        "پۆلیسی سنووری کوردستان", "أربيلُ بغدادُ العراقُ", "administrator123", "homeoffice12345678",
    ],
)  # fmt: skip
def test_words_of_account_organisation_and_product_are_refused(password: str) -> None:
    assert fault(password) is PasswordFault.OWN_WORDS


@pytest.mark.parametrize(
    "password",
    [
        "thisismypassword", "ThisIsAPassword123", "football baseball", "sunshine princess",
        "correct horse battery staple", "to be or not to be", "لا اله الا الله محمد رسول الله",
        "بِسْمِ اللهِ الرَّحْمٰنِ الرَّحِيم", "بژی کورد و کوردستان", "محمد علي حسين حسن",
        "mondaytuesdaywednesday", "monkey dragon 1234", "bismillahirrahman",
    ],
)  # fmt: skip
def test_words_that_are_tried_first_are_refused(password: str) -> None:
    assert fault(password) is PasswordFault.COMMON


@pytest.mark.parametrize(
    "password",
    [
        "",
        "fourteen signs",
        "x" * 14,
        "\u200b" * 40,
        "short\u200f\u2066\u2069\u200b\u200b\u200b\u200b\u200b\u200b\u200b",
    ],
)
def test_invisible_characters_do_not_make_a_password_longer(password: str) -> None:
    assert fault(password) is PasswordFault.SHORT


@pytest.mark.parametrize(
    "password",
    [
        "password12345678", "qwertyuiopasdfgh", "P@ssw0rdP@ssw0rd", "drowssapdrowssap", "letmeinletmein1",
        "1a2a3a4a5a6a7a8a", "aabbccddeeffgghh", "كلمةالسر1234567", "باسوردباسورد123", "قوەرتیئحۆپاسدفگ",
        "١٢٣٤٥٦٧٨٩٠١٢٣٤٥", "ابجد هوز حطي كلمن", "qwe123qwe456qwe789", "1 2 3 4 5 6 7 8 9", "aaaaabbbbbccccc",
        "07701230001 07701230001", "manchesterunited1", "welcome to the register", "ukiraqpact2026!",
        "qazwsxedcrfvtgbyhn", "a" * 128, "password" * 16, "PASSWORDPASSWORD", "ｐａｓｓｗｏｒｄｐａｓｓｗｏｒｄ",
    ],
)  # fmt: skip
def test_other_weak_passwords_are_refused(password: str) -> None:
    assert fault(password) not in (None, PasswordFault.SHORT)


@pytest.mark.parametrize(
    "password",
    [
        "four words make one", "purple lantern seven rivers", "tangled otters sail north",
        "The tea was cold on Tuesday", "training goats on the moon", "border collies love rain",
        "kG7#pQ2!vX9zLm4w", "j4kf-92kd-lqpx-71", "النهر يحمل سفينة زرقاء", "القطة تنام تحت الشجرة",
        "سيارتي القديمة لا تعمل صباحا", "چیا بەرزەکان بەفریان لێیە", "باران لە شاخەکان دەبارێت",
        "Der Hund läuft schnell heim", "Мой кот спит на крыше", "我的自行车在楼下等着你回来吃饭呢",
        "Sara had three purple goats",
    ],
)  # fmt: skip
def test_passphrases_of_any_script_are_accepted(password: str) -> None:
    assert fault(password) is None


def test_words_are_those_of_this_account_alone() -> None:
    stranger = passwords.Holder("n.other", "Nobody Other", ("Elsewhere",))
    assert fault("winterbottom 2026", WHO._replace(display_name="Ann Winterbottom")) is PasswordFault.OWN_WORDS
    assert fault("winterbottom meadow 20", stranger) is None
