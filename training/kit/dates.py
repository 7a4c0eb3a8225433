"""Parse days and months as spreadsheets, banks and our own pages write them."""

import datetime as dt
import enum
import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache

from babel.dates import get_day_names, get_month_names

from training.kit.clock import month_of
from training.kit.locale import LANGUAGES
from training.kit.money import western_digits
from training.kit.months import month_names
from training.kit.names import fold

_TIME = re.compile(r"(?:\s+|(?<=\d)t)\d{1,2}:\d{2}.*", re.ASCII)
_SEPARATOR = r"(?:\s*[-/.]\s*|\s+)"
_YEAR_FIRST = re.compile(rf"(\d{{4}}){_SEPARATOR}(\d{{1,2}}){_SEPARATOR}(\d{{1,2}})", re.ASCII)
_YEAR_LAST = re.compile(rf"(\d{{1,2}}){_SEPARATOR}(\d{{1,2}}){_SEPARATOR}(\d{{4}}|\d{{2}})", re.ASCII)
_COMPACT = re.compile(r"((?:19|20)\d{2})(\d{2})(\d{2})", re.ASCII)
_MONTH = (
    re.compile(rf"(?P<year>\d{{4}}){_SEPARATOR}(?P<month>\d{{1,2}})", re.ASCII),
    re.compile(rf"(?P<month>\d{{1,2}}){_SEPARATOR}(?P<year>\d{{4}})", re.ASCII),
)
_NUMBER = re.compile(r"\d+", re.ASCII)
_ORDINAL = re.compile(r"(?<=\d)(?:st|nd|rd|th)\b")
_MARKS = re.compile(r"[\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_SERIAL = re.compile(r"(\d{5})(?:\.\d+)?", re.ASCII)
_SERIAL_BEGINS = dt.date(1899, 12, 30)
_SERIAL_FIRST, _SERIAL_LAST = dt.date(1990, 1, 1), dt.date(2099, 12, 31)
_CENTURY = 2000
_YEARS = range(1900, 2101)
_OTHER_YEAR = re.compile(r"(?<!\d)(?:1[345]\d\d|2[4-7]\d\d)(?!\d)", re.ASCII)
"""A year beside the name of a month that is not ours, such as 1 Muharram 1448."""
_OTHER_YEARS = (range(1300, 1551), range(2440, 2801))
_ERA = re.compile(r"(?<=[\d])[ .]*(?P<era>[^\W\d][^\d/:-]*)\.?")
_OUR_ERAS = ("م", "ميلادي", "ميلادية", "ad", "a.d", "ce", "زایینی", "ز")
_OTHER_ERAS = (
    "ه", "هـ", "هجري", "هجرية", "ق", "ه.ق", "ق.ه", "ah", "a.h", "be", "b.e", "ش", "ه.ش", "شمسي", "شمسية", "ک", "ك",
    "کۆچی", "کوردی", "كوردي",
)  # fmt: skip


class OtherCalendarError(ValueError):
    """The year is of another calendar: Hijri 1448, Buddhist 2569, Kurdish 2726. Nothing is converted by guess."""


def check_year(year: int) -> int:
    """Return ``year`` if it is of our calendar. Raises OtherCalendarError, or ValueError for a slip."""
    if year not in _YEARS:
        raise OtherCalendarError if any(year in years for years in _OTHER_YEARS) else ValueError
    return year


# Beside the names of CLDR for our three languages and for Arabic at large, with which bilingual offices write.
_OTHER_NAMES = (
    ("كانون ثاني", "کانونی دووەم", "جەنیوەری", "ژانویە"),
    ("فيفري", "فێبریوەری", "فێبرێوەری"),
    ("اذار", "ئادار", "مارت"),
    ("ابريل", "افريل", "ئەپریل", "ئاپریل"),
    ("ماي", "مەی"),
    ("يونيه", "جوان", "جون", "جوون"),
    ("يوليه", "جويلية", "جولای", "تەموز"),
    ("اوت", "ئۆگست", "ئۆگۆست"),
    ("ايلول", "ئەیلول", "سێپتەمبەر", "سێپتێمبەر", "sept", "sep"),
    ("تشرين اول", "اكتوبر", "ئۆکتۆبەر"),
    ("تشرين ثاني", "نوفمبر", "نۆڤەمبەر", "نۆڤێمبەر"),
    ("كانون اول", "کانوونی یەکەم", "دیسەمبەر", "دێسەمبەر"),
)
_IDLE_WORDS = ("of", "the", "من", "شهر", "مانگی", "ی", "يوم", "ڕۆژی")


class DayOrder(enum.StrEnum):
    """Which of two numbers is the day in a date such as 03/10/2026."""

    DAY_FIRST = "day_first"
    MONTH_FIRST = "month_first"
    MIXED = "mixed"
    """A column has dates of both orders: those that may be either are not parsed."""


def parse_day(text: str, order: DayOrder = DayOrder.DAY_FIRST) -> dt.date:
    """Parse ``2020-12-01``, ``1/12/2020``, ``1.12.20``, ``20201201``, ``1 Dec 2020`` or ``December 1st, 2020``.

    A trailing time is ignored. Accepts Eastern digits, and the names of months in our three languages and of all Arabic
    countries. ``order`` says which number is the day; by default the first, as in the United Kingdom and Iraq. Raises
    OtherCalendarError, ValueError.
    """
    plain = _plain(text)
    for pattern in (_YEAR_FIRST, _COMPACT):
        if match := pattern.fullmatch(plain):
            year, month, day = map(int, match.groups())
            return dt.date(check_year(year), month, day)
    if match := _YEAR_LAST.fullmatch(plain):
        return _numbered_day((match[1], match[2], match[3]), order)
    return _named_day(plain)


def parse_month(text: str) -> dt.date:
    """Parse ``2026-04``, ``4/2026``, ``Apr 2026`` or a day; return the first of its month. Raises ValueError."""
    plain = _plain(text)
    if match := next((found for pattern in _MONTH if (found := pattern.fullmatch(plain))), None):
        return dt.date(check_year(int(match["year"])), int(match["month"]), 1)
    numbers = _NUMBER.findall(plain)
    if len(numbers) == 1 and (month := _month_named(plain)):
        return dt.date(_year(numbers[0]), month, 1)
    return month_of(parse_day(text))


def serial_day(text: str) -> dt.date | None:
    """Return the day that a spreadsheet stores as the number ``text`` (46298 is 3 October 2026), else None."""
    match = _SERIAL.fullmatch(_bare(text))
    day = _SERIAL_BEGINS + dt.timedelta(int(match[1])) if match else None
    return day if day and _SERIAL_FIRST <= day <= _SERIAL_LAST else None


def ambiguous_day(text: str) -> tuple[dt.date, dt.date] | None:
    """Return the two days that a date such as 03/10/2026 may mean, day first and month first, else None."""
    match = _YEAR_LAST.fullmatch(_bare(text))
    if match is None:
        return None
    try:
        both = tuple(
            _numbered_day((match[1], match[2], match[3]), order) for order in (DayOrder.DAY_FIRST, DayOrder.MONTH_FIRST)
        )
    except ValueError:
        return None
    return (both[0], both[1]) if both[0] != both[1] else None


def day_order(texts: Iterable[str]) -> DayOrder | None:
    """Judge the order of day and month by all dates of a column; None if no date tells it."""
    orders = set(_orders(texts))
    return DayOrder.MIXED if len(orders) > 1 else next(iter(orders), None)


def _orders(texts: Iterable[str]) -> Iterator[DayOrder]:
    """Yield the order of each date that has only one."""
    for text in texts:
        if match := _YEAR_LAST.fullmatch(_bare(text)):
            first, second = int(match[1]), int(match[2])
            if first > 12 >= second:
                yield DayOrder.DAY_FIRST
            elif second > 12 >= first:
                yield DayOrder.MONTH_FIRST


def _bare(text: str) -> str:
    """Return ``text`` in lower case and Western digits, without direction marks and a trailing time."""
    plain = _MARKS.sub("", western_digits(text)).strip().lower()
    return _TIME.sub("", plain).strip()


def _plain(text: str) -> str:
    """Return the same without the letters of our era. Raises OtherCalendarError for another."""
    return _without_era(_bare(text))


def _numbered_day(numbers: tuple[str, str, str], order: DayOrder) -> dt.date:
    day, month = int(numbers[0]), int(numbers[1])
    if order is DayOrder.MONTH_FIRST or (order is DayOrder.MIXED and month > 12):
        day, month = month, day
    elif order is DayOrder.MIXED and day <= 12 and day != month:
        raise ValueError
    return dt.date(_year(numbers[2]), month, day)


def _named_day(plain: str) -> dt.date:
    """Parse a day whose month is a name: the year is the number of four digits, else the last."""
    numbers = _NUMBER.findall(plain)
    month = _month_named(plain)
    if len(numbers) != 2 or month is None:
        raise OtherCalendarError if _OTHER_YEAR.search(plain) else ValueError
    day, year = reversed(numbers) if len(numbers[0]) == 4 else numbers
    if len(day) > 2:
        raise ValueError
    return dt.date(_year(year), month, int(day))


def _year(digits: str) -> int:
    if len(digits) not in {2, 4}:
        raise ValueError
    return check_year(int(digits)) if len(digits) == 4 else _CENTURY + int(digits)


def _month_named(plain: str) -> int | None:
    """Return the month whose name is in ``plain`` beside numbers, weekdays and idle words; None if it is unclear.

    Two names with a stroke between them may both name the month, as in "تشرين الأول/أكتوبر".
    """
    letters = _NUMBER.sub(" ", _ORDINAL.sub("", plain))
    found = {_month_of_name(part) for part in letters.split("/") if fold(part)}
    return found.pop() if len(found) == 1 else None


@lru_cache(maxsize=1_000)
def _month_of_name(name: str) -> int | None:
    words = [word for word in fold(name.replace("_", " ")).split() if word not in _idle()]
    folded = " ".join(words)
    # Sorani writes an ezafe after the name: "٣ی تشرینی یەکەمی ٢٠٢٦".
    return _months().get(folded) or _months().get(folded.removesuffix("ي"))


@cache
def _months() -> dict[str, int]:
    """Return the number of each month by its folded name, whole or short."""
    names = {fold(name): number for code in LANGUAGES for number, name in enumerate(month_names(code), start=1)}
    for locale in (*(language.locale for language in LANGUAGES.values()), "ar", "ar_MA"):
        for width in ("wide", "abbreviated"):
            for number, name in get_month_names(width, "format", locale).items():
                names.setdefault(fold(name), int(number))
    for number, others in enumerate(_OTHER_NAMES, start=1):
        names |= {fold(name): number for name in others}
    return names


@cache
def _idle() -> frozenset[str]:
    """Return the folded words that may stand beside a date: weekdays, and words such as "of"."""
    days = {
        fold(name)
        for language in LANGUAGES.values()
        for width in ("wide", "abbreviated")
        for name in get_day_names(width, "format", language.locale).values()
    }
    # A month of the same spelling is a month.
    return frozenset((days | {fold(word) for word in _IDLE_WORDS}) - set(_months()))


def _without_era(text: str) -> str:
    """Return a date without the letters of our era behind it. Raises OtherCalendarError if they are of another."""
    era = _ERA.search(text)
    if era is None or era.end() != len(text):
        return text
    written = era["era"].strip(" .").replace("\u0640", "ـ")
    if written in _OTHER_ERAS:
        raise OtherCalendarError
    return text[: era.start()] if written in _OUR_ERAS else text
