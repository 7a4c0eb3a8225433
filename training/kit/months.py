"""Names of months and the wording of days, in each language: what ``dates`` reads back."""

import datetime as dt
from functools import cache

from babel.dates import get_month_names

from training.kit.locale import DEFAULT_LANGUAGE, LANGUAGES

_CORRECTED = {("ckb", 12): "کانوونی یەکەم"}
"""CLDR spells the two months of one name in two ways in Sorani."""
_IZAFE = "ی"
"""Joins a Sorani day to its month, and the month to its year."""


@cache
def month_names(code: str, *, is_short: bool = False) -> tuple[str, ...]:
    """Return the twelve months in the language ``code``; only English has short forms."""
    locale = LANGUAGES[code].locale
    names = get_month_names("abbreviated" if is_short and code == DEFAULT_LANGUAGE else "wide", locale=locale)
    return tuple(_CORRECTED.get((code, number), names[number]) for number in range(1, 13))


def day_text(day: dt.date, code: str, *, is_short: bool = False) -> str:
    """Return ``8 January 2027``, or ``8 Jan 2027``, in the language ``code``."""
    return f"{_with_izafe(_month_day(day, code, is_short=is_short), code)} {day.year}"


def month_text(day: dt.date, code: str) -> str:
    """Return the month and year of a day, ``Jan 2027``, in the language ``code``."""
    return f"{_with_izafe(_month(day, code, is_short=True), code)} {day.year}"


def range_parts(first: dt.date, last: dt.date, code: str, *, is_short: bool = False) -> tuple[str, ...]:
    """Return the days from ``first`` to ``last`` as one text, or as two to be joined by a dash.

    A common month and year are written once: ``8–9 January 2027``; ``28 January`` and ``2 February 2027``.
    """
    if first == last:
        return (day_text(first, code, is_short=is_short),)
    if (first.year, first.month) == (last.year, last.month):
        return (f"{first.day}–{day_text(last, code, is_short=is_short)}",)
    begin = _month_day if first.year == last.year else day_text
    return begin(first, code, is_short=is_short), day_text(last, code, is_short=is_short)


def _month(day: dt.date, code: str, *, is_short: bool) -> str:
    return month_names(code, is_short=is_short)[day.month - 1]


def _month_day(day: dt.date, code: str, *, is_short: bool) -> str:
    return f"{_with_izafe(str(day.day), code)} {_month(day, code, is_short=is_short)}"


def _with_izafe(text: str, code: str) -> str:
    return text + _IZAFE if code == "ckb" else text
