"""Parse days and months as spreadsheets write them."""

import datetime as dt
import re
import unicodedata

from training.kit.clock import month_of
from training.kit.money import western_digits
from training.kit.months import month_number

_LETTERS = "a-z\u0620-\u064a\u066e-\u06d3\u06d5"
_NAME = rf"(?P<name>[{_LETTERS}]{{2,}}(?: [{_LETTERS}]+)?)\.?"
"""The name of a month, of two words in Arabic and Sorani."""
_IZAFE = "\u06cc?"
"""What joins a day to its month in Sorani."""
_TIME = r"(?:[ t]\d{1,2}:\d{2}.*)?"
_DAY = tuple(
    re.compile(pattern + _TIME, re.ASCII)
    for pattern in (
        r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})",
        r"(?P<day>\d{1,2})[-/.](?P<month>\d{1,2})[-/.](?P<year>\d{4}|\d{2})",
        rf"(?P<day>\d{{1,2}}){_IZAFE}[- ]{_NAME}[- ,]+(?P<year>\d{{4}}|\d{{2}})",
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


def parse_day(text: str) -> dt.date:
    """Parse ``2020-12-01``, ``1/12/2020``, ``1.12.20`` or ``1 Dec 2020``; a trailing time is ignored.

    A month may be named in any of our languages. Accepts Eastern digits. The day precedes the month, as in the United
    Kingdom and Iraq. Raises ValueError.
    """
    return _parse(text, _DAY)


def parse_month(text: str) -> dt.date:
    """Parse ``2026-04``, ``4/2026``, ``Apr 2026`` or a day; return the first of its month. Raises ValueError."""
    try:
        return _parse(text, _MONTH)
    except ValueError:
        return month_of(parse_day(text))


def _parse(text: str, patterns: tuple[re.Pattern[str], ...]) -> dt.date:
    plain = " ".join(_MARKS.sub("", unicodedata.normalize("NFKC", western_digits(text))).lower().split())
    match = next((found for pattern in patterns if (found := pattern.fullmatch(plain))), None)
    if match is None:
        raise ValueError
    parts = match.groupdict()
    month = int(parts["month"]) if "month" in parts else month_number(parts["name"])
    year = int(parts["year"])
    return dt.date(year if len(parts["year"]) > 2 else _CENTURY + year, month, int(parts.get("day", 1)))
