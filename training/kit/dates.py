"""Parse days and months as spreadsheets write them."""

import datetime as dt
import re

from training.kit.clock import month_of
from training.kit.money import western_digits

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NAME = r"(?P<name>[a-z]{3,9})\.?"
_TIME = r"(?:[ t]\d{1,2}:\d{2}.*)?"
_DAY = tuple(
    re.compile(pattern + _TIME, re.ASCII)
    for pattern in (
        r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})",
        r"(?P<day>\d{1,2})[-/.](?P<month>\d{1,2})[-/.](?P<year>\d{4}|\d{2})",
        rf"(?P<day>\d{{1,2}})[- ]{_NAME}[- ,]+(?P<year>\d{{4}}|\d{{2}})",
    )
)
_MONTH = tuple(
    re.compile(pattern, re.ASCII)
    for pattern in (
        r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})",
        r"(?P<month>\d{1,2})[-/.](?P<year>\d{4})",
        rf"{_NAME}[- ]+(?P<year>\d{{4}}|\d{{2}})",
    )
)
_MARKS = re.compile(r"[\u200e\u200f\u2066-\u2069]")
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


def parse_day(text: str) -> dt.date:
    """Parse ``2020-12-01``, ``1/12/2020``, ``1.12.20`` or ``1 Dec 2020``; a trailing time is ignored.

    Accepts Eastern digits. The day precedes the month, as in the United Kingdom and Iraq. Raises ValueError.
    """
    return _parse(text, _DAY)


def parse_month(text: str) -> dt.date:
    """Parse ``2026-04``, ``4/2026``, ``Apr 2026`` or a day; return the first of its month. Raises ValueError."""
    try:
        return _parse(text, _MONTH)
    except ValueError:
        return month_of(parse_day(text))


def _parse(text: str, patterns: tuple[re.Pattern[str], ...]) -> dt.date:
    plain = _without_era(_MARKS.sub("", western_digits(text)).strip().lower())
    match = next((found for pattern in patterns if (found := pattern.fullmatch(plain))), None)
    if match is None:
        raise OtherCalendarError if _OTHER_YEAR.search(plain) else ValueError
    parts = match.groupdict()
    year = int(parts["year"])
    year = check_year(year) if len(parts["year"]) > 2 else _CENTURY + year
    month = int(parts["month"]) if "month" in parts else _MONTHS.index(parts["name"][:3]) + 1
    return dt.date(year, month, int(parts.get("day", 1)))


def _without_era(text: str) -> str:
    """Return a date without the letters of our era behind it. Raises OtherCalendarError if they are of another."""
    era = _ERA.search(text)
    if era is None or era.end() != len(text):
        return text
    written = era["era"].strip(" .").replace("\u0640", "ـ")
    if written in _OTHER_ERAS:
        raise OtherCalendarError
    return text[: era.start()] if written in _OUR_ERAS else text
