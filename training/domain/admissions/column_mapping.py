"""Headings of the files with which people are put forward, in three languages; the first of each is the template's."""

from collections.abc import Mapping, Sequence

from training.domain.common.refusals import SheetUnknown
from training.kit.names import fold
from training.kit.tables import Pick, Row, Sheet, Table
from training.models.admissions.nomination_uploads import NomineePart

HEADINGS: Mapping[NomineePart, Mapping[str, tuple[str, ...]]] = {
    NomineePart.NAME_LATIN: {
        "en": ("Name in Latin letters", "Name", "Full name", "Latin name", "Name (Latin)", "Name (English)",
               "English name", "Name in English", "Officer", "Officer name", "Trainee", "Nominee"),
        "ar": ("الاسم بالحروف اللاتينية", "الاسم باللاتينية", "الاسم بالإنجليزية", "الاسم الانكليزي",
               "الاسم باللغة الإنجليزية", "الاسم اللاتيني"),
        "ckb": ("ناو بە پیتی لاتینی", "ناوی لاتینی", "ناو بە ئینگلیزی", "ناوی ئینگلیزی"),
    },
    NomineePart.NAME_NATIVE: {
        "en": ("Name in Arabic or Kurdish letters", "Native name", "Name (native)", "Name in native script",
               "Arabic name", "Name (Arabic)", "Name in Arabic", "Kurdish name", "Name (Kurdish)", "Name in Kurdish"),
        "ar": ("الاسم بالعربية أو الكردية", "الاسم", "الاسم الكامل", "الاسم الثلاثي", "الاسم الرباعي",
               "الاسم الرباعي واللقب", "الاسم بالعربية", "الاسم العربي", "اسم المتدرب", "اسم المرشح", "اسم الضابط"),
        "ckb": ("ناو بە پیتی عەرەبی یان کوردی", "ناو", "ناوی تەواو", "ناوی سیانی", "ناوی چواری", "ناو بە کوردی",
                "ناوی کوردی", "ناوی کاندیدکراو", "ناوی ئەفسەر"),
    },
    NomineePart.ORGANISATION: {
        "en": ("Organisation", "Organization", "Agency", "Directorate", "Employer", "Ministry", "Service"),
        "ar": ("الجهة", "المنظمة", "المؤسسة", "الدائرة", "المديرية", "الجهة المرشحة", "جهة العمل", "التشكيل"),
        "ckb": ("دەزگا", "دامەزراوە", "ڕێکخراو", "بەڕێوەبەرایەتی", "فەرمانگە", "لایەن"),
    },
    NomineePart.RANK: {
        "en": ("Rank", "Grade", "Title"),
        "ar": ("الرتبة", "رتبة", "الدرجة"),
        "ckb": ("پلە", "پلەی سەربازی", "ڕوتبە"),
    },
    NomineePart.UNIT: {
        "en": ("Unit", "Department", "Section", "Post", "Station"),
        "ar": ("الوحدة", "القسم", "الشعبة", "الفوج"),
        "ckb": ("یەکە", "بەش", "هۆبە"),
    },
    NomineePart.SEX: {
        "en": ("Sex", "Gender"),
        "ar": ("الجنس", "النوع الاجتماعي"),
        "ckb": ("ڕەگەز", "ڕەگەزی"),
    },
    NomineePart.SERVICE_NUMBER: {
        "en": ("Service number", "Service no", "Number", "Badge number", "Staff number", "ID number"),
        "ar": ("الرقم الوظيفي", "رقم الخدمة", "الرقم الاحصائي", "رقم الهوية", "الرقم العسكري"),
        "ckb": ("ژمارەی خزمەت", "ژمارەی فەرمانبەری", "ژمارەی ناسنامە", "ژمارەی سەربازی"),
    },
    NomineePart.PHONE: {
        "en": ("Telephone", "Phone", "Mobile", "Phone number", "Telephone number", "Mobile number"),
        "ar": ("رقم الهاتف", "الهاتف", "الموبايل", "رقم الموبايل"),
        "ckb": ("ژمارەی تەلەفۆن", "تەلەفۆن", "مۆبایل", "ژمارەی مۆبایل"),
    },
    NomineePart.EMAIL: {
        "en": ("E-mail", "Email", "E-mail address", "Mail"),
        "ar": ("البريد الإلكتروني", "الايميل", "بريد إلكتروني"),
        "ckb": ("ئیمەیڵ", "پۆستی ئەلیکترۆنی", "ئیمەیل"),
    },
    NomineePart.LANGUAGES: {
        "en": ("Languages", "Language", "Speaks", "Spoken languages"),
        "ar": ("اللغات", "اللغة", "اللغات التي يتكلمها"),
        "ckb": ("زمانەکان", "زمان", "ئەو زمانانەی دەیزانێت"),
    },
    NomineePart.REFERENCE: {
        "en": ("Reference", "Person id", "Register id", "Public id"),
        "ar": ("المرجع", "رمز الشخص", "رقم السجل"),
        "ckb": ("سەرچاوە", "کۆدی کەس", "ژمارەی تۆمار"),
    },
}  # fmt: skip

_PARTS = {
    fold(heading): part for part, spoken in HEADINGS.items() for headings in spoken.values() for heading in headings
}
_NAMES = (NomineePart.NAME_LATIN, NomineePart.NAME_NATIVE, NomineePart.REFERENCE)
_DEEPEST = 10
"""So many rows may stand above the headings: the name of a ministry, merged across the sheet, a date, a number."""


def guess(headings: Sequence[str]) -> dict[str, int]:
    """Return which column, counted from 0, is which part, by its heading; the first of two that say the same."""
    found: dict[str, int] = {}
    for place, heading in enumerate(headings):
        part = _PARTS.get(fold(heading))
        if part and part.value not in found:
            found[part.value] = place
    return found


def below_headings(table: Table) -> tuple[Row, list[Row]]:
    """Return the headings and the rows below them: the first row with a heading of names, else the first of all."""
    rows = [Row(table.headings_in, table.headings), *table.rows]
    place = _headed([row.cells for row in rows[:_DEEPEST]]) or 0
    return rows[place], rows[place + 1 :]


def _headed(beginning: Sequence[Sequence[str]]) -> int | None:
    """Return the place of the first row with a heading of names."""
    found = (place for place, cells in enumerate(beginning) if names_somebody(guess(cells)))
    return next(found, None)


def picker(name: str) -> Pick:
    """Return how to pick a sheet of a workbook: the one of this name, or, without one, the first that names people.

    The picking raises SheetUnknown.
    """

    def pick(sheets: Sequence[Sheet]) -> int:
        if not name:
            return next((place for place, one in enumerate(sheets) if _headed(one.beginning) is not None), 0)
        for place, one in enumerate(sheets):
            if fold(one.name) == fold(name):
                return place
        raise SheetUnknown([one.name for one in sheets])

    return pick


def names_somebody(columns: Mapping[str, int]) -> bool:
    """Say whether one of the columns says who is meant."""
    return not columns.keys().isdisjoint(_NAMES)
