"""What time it is. Rules take dates as arguments; only the outer rooms ask the clock."""

import datetime as dt
from zoneinfo import ZoneInfo

BOOKS_ZONE = ZoneInfo("Europe/London")
"""The financial year and the dates of the ledger follow the calendar of the paying side."""

_APRIL = 4


def now() -> dt.datetime:
    """Return the present moment in UTC."""
    return dt.datetime.now(dt.UTC)


def today(zone: ZoneInfo = BOOKS_ZONE) -> dt.date:
    """Return today's date where ``zone`` is."""
    return now().astimezone(zone).date()


def financial_year_end(day: dt.date) -> dt.date:
    """Return the 31 March that closes the financial year of ``day`` (1 April to 31 March)."""
    return dt.date(day.year + (day.month >= _APRIL), 3, 31)


def month_of(day: dt.date) -> dt.date:
    """Return the first day of the month of ``day``."""
    return day.replace(day=1)


def months_between(first: dt.date, last: dt.date) -> list[dt.date]:
    """Return the first day of each month from that of ``first`` to that of ``last``, both included."""
    start = first.year * 12 + first.month - 1
    end = last.year * 12 + last.month - 1
    return [dt.date(number // 12, number % 12 + 1, 1) for number in range(start, end + 1)]
