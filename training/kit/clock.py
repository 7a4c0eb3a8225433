"""The current time. Rules take dates as arguments; only the outer rooms read the clock."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from zoneinfo import ZoneInfo

BOOKS_ZONE = ZoneInfo("Europe/London")
"""The financial year and the dates of the ledger follow the calendar of the paying side."""

_APRIL = 4


_pretended: ContextVar[dt.datetime | None] = ContextVar("pretended", default=None)


def now() -> dt.datetime:
    """Return the present moment in UTC."""
    return _pretended.get() or dt.datetime.now(dt.UTC)


@contextmanager
def pretend(moment: dt.datetime) -> Iterator[None]:
    """Freeze the clock at ``moment`` within the block, for demonstration data and tests."""
    token = _pretended.set(moment)
    try:
        yield
    finally:
        _pretended.reset(token)


def today(zone: ZoneInfo = BOOKS_ZONE) -> dt.date:
    """Return today's date in ``zone``."""
    return now().astimezone(zone).date()


def financial_year_end(day: dt.date) -> dt.date:
    """Return the 31 March that closes the financial year of ``day`` (1 April to 31 March)."""
    return dt.date(day.year + (day.month >= _APRIL), 3, 31)


def within_financial_year(first: dt.date, last: dt.date) -> dt.date:
    """Return ``last``, or the end of the financial year of ``first`` if that is earlier."""
    return min(last, financial_year_end(first))


def month_of(day: dt.date) -> dt.date:
    """Return the first day of the month of ``day``."""
    return day.replace(day=1)


def month_before(day: dt.date) -> dt.date:
    """Return the first day of the month before that of ``day``."""
    return month_of(month_of(day) - dt.timedelta(days=1))


def month_after(day: dt.date) -> dt.date:
    """Return the first day of the month after that of ``day``."""
    return month_of(month_of(day) + dt.timedelta(days=31))


def months_between(first: dt.date, last: dt.date) -> list[dt.date]:
    """Return the first day of each month from ``first`` to ``last``, both included."""
    start = first.year * 12 + first.month - 1
    end = last.year * 12 + last.month - 1
    return [dt.date(number // 12, number % 12 + 1, 1) for number in range(start, end + 1)]
