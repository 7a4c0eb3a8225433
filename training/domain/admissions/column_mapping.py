"""The columns of nomination uploads: their headings, and the accepted words of their cells."""

import re

from training.domain.common.table_columns import Faulty, TableColumn, TableFormat
from training.domain.people.people import EMAIL as EMAIL_PATTERN
from training.domain.people.people import PHONE as PHONE_PATTERN
from training.kit.money import western_digits
from training.kit.names import fold
from training.kit.placeholders import is_placeholder, is_rounded, whole_number
from training.kit.telephones import western_telephone
from training.models.admissions.nomination_uploads import NomineeFault, NomineePart
from training.models.people.people import Sex, SpokenLanguage

P, F = NomineePart, NomineeFault

_SEXES = {
    fold(word): sex
    for sex, words in {
        Sex.FEMALE: ("female", "f", "woman", "أنثى", "انثى", "امرأة", "إناث", "مێ", "مێینە", "ئافرەت", "ژن"),
        Sex.MALE: ("male", "m", "man", "ذكر", "رجل", "ذكور", "نێر", "نێرینە", "پیاو"),
    }.items()
    for word in words
}
_SPOKEN = {
    fold(word): language
    for language, words in {
        SpokenLanguage.ARABIC: ("ar", "Arabic", "العربية", "عربي", "عربية", "عەرەبی"),
        SpokenLanguage.SORANI: (
            "ckb", "Sorani", "Sorani Kurdish", "Central Kurdish", "Kurdish Sorani", "سورانی", "السورانية",
            "الكردية السورانية", "كوردی سۆرانی", "کوردیی سۆرانی", "سۆرانی", "کوردیی ناوەندی",
        ),
        SpokenLanguage.KURMANJI: (
            "kmr", "Kurmanji", "Kurmanji Kurdish", "Northern Kurdish", "Kurdish Kurmanji", "الكرمانجية",
            "الكردية الكرمانجية", "کرمانجی", "کوردیی کرمانجی", "کورمانجی", "کوردی کورمانجی", "بادینی",
        ),
        SpokenLanguage.ENGLISH: ("en", "English", "الإنجليزية", "انكليزي", "إنجليزي", "الإنكليزية", "ئینگلیزی"),
        SpokenLanguage.TURKMEN: ("tk", "Turkmen", "التركمانية", "تركماني", "تورکمانی"),
        SpokenLanguage.SYRIAC: ("syr", "Syriac", "السريانية", "سرياني", "سریانی"),
    }.items()
    for word in words
}  # fmt: skip
"""Plain *Kurdish* is not accepted: it may mean either of two languages."""
_BETWEEN_PHONES = re.compile(r"[/,;،؛|]|\s[-–]\s|\s(?=\+|00[1-9]\d{6})|(?<=\d)\s+(?=0?7\d{8,})")
_MOST_DIGITS, _FEWEST_DIGITS = 15, 6
_SEPARATOR = re.compile(r"[,،;؛/+&|]|\band\b|\sو\s?|\n")


def parse_sex(text: str) -> Sex | None:
    """Parse a sex written in one of the three languages; None if unknown."""
    return _SEXES.get(fold(text))


def parse_languages(text: str) -> list[str] | None:
    """Parse a list of languages; return their codes in the order of ``SpokenLanguage``, None if one is unknown."""
    parsed = {_SPOKEN.get(fold(word)) for word in _SEPARATOR.split(text) if word.strip()}
    if None in parsed:
        parsed = {_SPOKEN.get(fold(word)) for word in _SEPARATOR.sub(" ", text).split()}
    return None if None in parsed else [language.value for language in SpokenLanguage if language in parsed]


def nothing(text: str) -> str:
    """Return a cell as it is, or empty if it says that there is nothing."""
    return "" if is_placeholder(text) else text


def _sex(text: str) -> Sex | None:
    """Parse a cell with a sex; None if empty. Raises ValueError."""
    parsed = parse_sex(text)
    if text and parsed is None:
        raise ValueError
    return parsed


def _languages(text: str) -> str:
    """Parse a cell with languages; return their codes. Raises ValueError."""
    parsed = parse_languages(text)
    if parsed is None:
        raise ValueError
    return " ".join(parsed)


def _service_number(text: str) -> str:
    """Parse a cell with a service number. Raises Faulty for one of which a spreadsheet kept only a part."""
    if is_rounded(text):
        raise Faulty(F.NUMBER_ROUNDED)
    return whole_number(text)


def _are_two_phones(text: str) -> bool:
    """Return whether a cell has two telephone numbers: two long pieces, or more digits than any number has."""
    pieces = [sum(map(str.isdecimal, piece)) for piece in _BETWEEN_PHONES.split(text)]
    return sum(pieces) > _MOST_DIGITS or sum(number >= _FEWEST_DIGITS for number in pieces) > 1


def _phone(text: str) -> str:
    number = western_telephone(text)
    if number and (is_rounded(text) or not PHONE_PATTERN.fullmatch(number) or _are_two_phones(number)):
        raise ValueError
    return number


def _email(text: str) -> str:
    if text and not EMAIL_PATTERN.fullmatch(text):
        raise ValueError
    return text


def _reference(text: str) -> str:
    return western_digits(text).lower()


# fmt: off
NAME_LATIN = TableColumn(P.NAME_LATIN, {
    "en": ("Name in Latin letters", "Name", "Full name", "Latin name", "Name (Latin)", "Name (English)",
           "English name", "Name in English", "Officer", "Officer name", "Trainee", "Nominee"),
    "ar": ("الاسم بالحروف اللاتينية", "الاسم باللاتينية", "الاسم بالإنجليزية", "الاسم الانكليزي",
           "الاسم باللغة الإنجليزية", "الاسم اللاتيني"),
    "ckb": ("ناو بە پیتی لاتینی", "ناوی لاتینی", "ناو بە ئینگلیزی", "ناوی ئینگلیزی"),
}, str, is_required=False, pieces=(
    ("First name", "Given name", "Forename", "First", "Name 1", "First name (Latin)", "First name (English)"),
    ("Father's name", "Father name", "Fathers name", "Father", "Second name", "Middle name", "Second", "Middle",
     "Name of father", "Name 2"),
    ("Grandfather's name", "Grandfather name", "Grandfathers name", "Grandfather", "Third name", "Third",
     "Name of grandfather", "Name 3"),
    ("Great-grandfather's name", "Great grandfather", "Great grandfather name", "Fourth name", "Fourth", "Name 4"),
    ("Surname", "Family name", "Last name", "Family", "Tribe", "Tribal name", "Last", "Title name"),
))
NAME_NATIVE = TableColumn(P.NAME_NATIVE, {
    "en": ("Name in Arabic or Kurdish letters", "Native name", "Name (native)", "Name in native script",
           "Arabic name", "Name (Arabic)", "Name in Arabic", "Kurdish name", "Name (Kurdish)", "Name in Kurdish"),
    "ar": ("الاسم بالعربية أو الكردية", "الاسم", "الاسم الكامل", "الاسم الثلاثي", "الاسم الرباعي",
           "الاسم الرباعي واللقب", "الاسم بالعربية", "الاسم العربي", "اسم المتدرب", "اسم المرشح", "اسم الضابط"),
    "ckb": ("ناو بە پیتی عەرەبی یان کوردی", "ناو", "ناوی تەواو", "ناوی سیانی", "ناوی چواری", "ناو بە کوردی",
            "ناوی کوردی", "ناوی کاندیدکراو", "ناوی ئەفسەر"),
}, str, is_required=False, pieces=(
    ("الاسم الأول", "الأول", "اسم الشخص", "ناوی یەکەم", "ناوی خۆی", "الاسم الاول", "First name (Arabic)", "یەکەم"),
    ("اسم الأب", "الأب", "اسم الوالد", "الوالد", "الاسم الثاني", "الثاني", "الاسم الاب", "ناوی باوک", "باوک",
     "ناوی دووەم", "دووەم"),
    ("اسم الجد", "الجد", "الاسم الثالث", "الثالث", "الاسم الجد", "ناوی باپیر", "باپیر", "ناوی سێیەم", "سێیەم",
     "ناوی باپیرە"),
    ("اسم أب الجد", "اسم والد الجد", "أب الجد", "اسم جد الأب", "جد الأب", "الاسم الرابع", "الرابع", "ناوی چوارەم",
     "چوارەم",
     "باوکی باپیر"),
    ("اللقب", "لقب", "العشيرة", "اسم العائلة", "العائلة", "الشهرة", "الكنية", "اسم العشيرة", "الاسم اللقب", "نازناو",
     "ناسناو", "عەشیرەت", "ناوی خێزان", "خێزان"),
))
ORGANISATION = TableColumn(P.ORGANISATION, {
    "en": ("Organisation", "Organization", "Agency", "Directorate", "Employer", "Ministry", "Service"),
    "ar": ("الجهة", "المنظمة", "المؤسسة", "الدائرة", "المديرية", "الجهة المرشحة", "جهة العمل", "التشكيل"),
    "ckb": ("دەزگا", "دامەزراوە", "ڕێکخراو", "بەڕێوەبەرایەتی", "فەرمانگە", "لایەن"),
}, str, is_required=False)
RANK = TableColumn(P.RANK, {
    "en": ("Rank", "Grade", "Title"),
    "ar": ("الرتبة", "رتبة", "الدرجة"),
    "ckb": ("پلە", "پلەی سەربازی", "ڕوتبە"),
}, str, is_required=False)
UNIT = TableColumn(P.UNIT, {
    "en": ("Unit", "Department", "Section", "Post", "Station"),
    "ar": ("الوحدة", "القسم", "الشعبة", "الفوج"),
    "ckb": ("یەکە", "بەش", "هۆبە"),
}, str, is_required=False)
SEX = TableColumn(P.SEX, {
    "en": ("Sex", "Gender"),
    "ar": ("الجنس", "النوع الاجتماعي"),
    "ckb": ("ڕەگەز", "ڕەگەزی"),
}, _sex, F.SEX_UNKNOWN, is_required=False)
SERVICE_NUMBER = TableColumn(P.SERVICE_NUMBER, {
    "en": ("Service number", "Service no", "Number", "Badge number", "Staff number", "ID number"),
    "ar": ("الرقم الوظيفي", "رقم الخدمة", "الرقم الاحصائي", "رقم الهوية", "الرقم العسكري"),
    "ckb": ("ژمارەی خزمەت", "ژمارەی فەرمانبەری", "ژمارەی ناسنامە", "ژمارەی سەربازی"),
}, _service_number, is_required=False)
PHONE = TableColumn(P.PHONE, {
    "en": ("Telephone", "Phone", "Mobile", "Phone number", "Telephone number", "Mobile number"),
    "ar": ("رقم الهاتف", "الهاتف", "الموبايل", "رقم الموبايل"),
    "ckb": ("ژمارەی تەلەفۆن", "تەلەفۆن", "مۆبایل", "ژمارەی مۆبایل"),
}, _phone, F.PHONE_UNREADABLE, is_required=False)
EMAIL = TableColumn(P.EMAIL, {
    "en": ("E-mail", "Email", "E-mail address", "Mail"),
    "ar": ("البريد الإلكتروني", "الايميل", "بريد إلكتروني"),
    "ckb": ("ئیمەیڵ", "پۆستی ئەلیکترۆنی", "ئیمەیل"),
}, _email, F.EMAIL_UNREADABLE, is_required=False)
LANGUAGES = TableColumn(P.LANGUAGES, {
    "en": ("Languages", "Language", "Speaks", "Spoken languages"),
    "ar": ("اللغات", "اللغة", "اللغات التي يتكلمها"),
    "ckb": ("زمانەکان", "زمان", "ئەو زمانانەی دەیزانێت"),
}, _languages, F.LANGUAGE_UNKNOWN, is_required=False)
REFERENCE = TableColumn(P.REFERENCE, {
    "en": ("Reference", "Person id", "Register id", "Public id"),
    "ar": ("المرجع", "رمز الشخص", "رقم السجل"),
    "ckb": ("سەرچاوە", "کۆدی کەس", "ژمارەی تۆمار"),
}, _reference, is_required=False)
# fmt: on
FORMAT = TableFormat(
    NAME_LATIN,
    NAME_NATIVE,
    ORGANISATION,
    RANK,
    UNIT,
    SEX,
    SERVICE_NUMBER,
    PHONE,
    EMAIL,
    LANGUAGES,
    REFERENCE,
    one_of=(P.NAME_LATIN, P.NAME_NATIVE, P.REFERENCE),
)  # fmt: skip
"""At least one column must identify the nominee."""
