"""Monthly exchange rates: entered or read from a list, each with its source."""

import datetime as dt
import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO

from sqlalchemy.exc import IntegrityError

from training.domain import audit, cells
from training.domain.refusals import ChangedMeanwhile, ColumnMissing
from training.kit import tables
from training.kit.clock import month_of, now
from training.kit.dates import parse_month
from training.kit.db import db
from training.kit.money import Currency, parse_rate
from training.models.actor import Actor
from training.models.claims import ExchangeRate
from training.queries import claims

LONGEST_SOURCE = 300
COLUMNS = ("currency", "month", "rate", "source")
"""The headings of a list of rates: they are a format, the same in every language."""


@dataclass(frozen=True)
class MonthlyRate:
    """The rate of a currency in a month: ``millionths`` of a unit to the pound."""

    currency: Currency
    month: dt.date
    millionths: int
    source: str


def enter(rate: MonthlyRate, by: Actor) -> ExchangeRate:
    """Enter the rate of a month, or correct it. Claims keep the rate that they were proposed at.

    Raises ChangedMeanwhile when somebody entered it in the same moment.
    """
    month = month_of(rate.month)
    entered = claims.rate_of(rate.currency, month) or ExchangeRate(currency=rate.currency, month=month)
    entered.rate, entered.source = rate.millionths, rate.source
    entered.entered_by_id, entered.entered_at = by.user_id, now()
    try:
        with db.session.begin_nested():
            db.session.add(entered)
    except IntegrityError as error:
        raise ChangedMeanwhile from error
    audit.record(
        "rate entered", entered, by=by.user_id, currency=rate.currency.value, month=str(month), rate=rate.millionths
    )
    return entered


class RateOutcome(enum.StrEnum):
    """What became of a row of a list of rates, or what is wrong with it."""

    ENTERED = "entered"
    KNOWN = "known"
    CURRENCY_UNKNOWN = "currency_unknown"
    MONTH_UNREADABLE = "month_unreadable"
    RATE_UNREADABLE = "rate_unreadable"
    SOURCE_MISSING = "source_missing"
    SOURCE_TOO_LONG = "source_too_long"
    TWICE = "twice"

    @property
    def is_fault(self) -> bool:
        """Whether nothing of the list is entered because of it."""
        return self not in (RateOutcome.ENTERED, RateOutcome.KNOWN)


@dataclass(frozen=True)
class RateRow:
    """A row of the list by its number in the file, as it was written, and what became of it."""

    number: int
    written: Mapping[str, str]
    outcome: RateOutcome


def load(stream: IO[bytes], by: Actor) -> list[RateRow]:
    """Enter the rates of a list, all of them or, where a row is faulty, none; say of each row what became of it.

    A rate that is there already stays as it is, so a list may be sent again; another rate of a month corrects it.
    Raises TableUnreadable, ColumnMissing.
    """
    table = cells.read_table(stream)
    read = _Reader([heading.casefold() for heading in table.headings])
    rows = [read.row(row) for row in table.rows]
    if not any(row.outcome.is_fault for row in rows):
        for rate in read.new.values():
            enter(rate, by)
    return rows


class _Unreadable(Exception):  # noqa: N818 - an answer, not an error
    """A cell cannot be what its column says."""

    def __init__(self, outcome: RateOutcome) -> None:
        super().__init__(outcome)
        self.outcome = outcome


class _Reader:
    """Reads the rows of a list; ``new`` are the rates to enter. Raises ColumnMissing."""

    def __init__(self, headings: list[str]) -> None:
        missing = next((name for name in COLUMNS if name not in headings), None)
        if missing:
            raise ColumnMissing(missing)
        self._places = {name: headings.index(name) for name in COLUMNS}
        self.new: dict[tuple[Currency, dt.date], MonthlyRate] = {}
        self._known = {(one.currency, one.month): (one.rate, one.source) for one in claims.rates()}

    def row(self, row: tables.Row) -> RateRow:
        """Return the row with what is to become of it."""
        written = {name: row.cell(place) for name, place in self._places.items()}
        try:
            return RateRow(row.number, written, self._outcome(_rate(written)))
        except _Unreadable as fault:
            return RateRow(row.number, written, fault.outcome)

    def _outcome(self, rate: MonthlyRate) -> RateOutcome:
        place = (rate.currency, rate.month)
        twin = self.new.get(place)
        if twin and twin != rate:
            return RateOutcome.TWICE
        if twin or self._known.get(place) == (rate.millionths, rate.source):
            return RateOutcome.KNOWN
        self.new[place] = rate
        return RateOutcome.ENTERED


def _rate(written: Mapping[str, str]) -> MonthlyRate:
    code, source = written["currency"].upper(), written["source"]
    if code not in set(Currency) - {Currency.GBP}:
        raise _Unreadable(RateOutcome.CURRENCY_UNKNOWN)
    if not source:
        raise _Unreadable(RateOutcome.SOURCE_MISSING)
    if len(source) > LONGEST_SOURCE:
        raise _Unreadable(RateOutcome.SOURCE_TOO_LONG)
    try:
        month = parse_month(written["month"])
    except ValueError as error:
        raise _Unreadable(RateOutcome.MONTH_UNREADABLE) from error
    try:
        millionths = parse_rate(written["rate"])
    except ValueError as error:
        raise _Unreadable(RateOutcome.RATE_UNREADABLE) from error
    return MonthlyRate(Currency(code), month, millionths, source)
