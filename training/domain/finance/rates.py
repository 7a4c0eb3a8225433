"""Monthly exchange rates, entered or loaded from a list, each with its source."""

import datetime as dt
import enum
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import IO

from sqlalchemy.exc import IntegrityError

from training.domain.common import table_import
from training.domain.common.refusals import ChangedMeanwhile
from training.domain.common.table_columns import Cells, Faulty, TableColumn, TableFormat, Value, text
from training.domain.common.table_import import LeftOut
from training.domain.finance.events import FinanceEvent
from training.domain.finance.refusals import RateDoubtful
from training.domain.identity import audit
from training.kit.clock import month_of, now
from training.kit.dates import parse_month
from training.kit.db import db
from training.kit.money import Currency, parse_rate
from training.kit.tables import RowMark
from training.models.finance.claims import ExchangeRate
from training.models.identity.actor import Actor
from training.queries.finance import rates as rate_rows

LONGEST_SOURCE = 300
_READ = ("", RowMark.HIDDEN)
"""Rows of a list that are read; others are headings again, totals, notes."""
_FAR = 10
"""A rate is far from another if it differs by more than the inverse of this number."""


@dataclass(frozen=True)
class MonthlyRate:
    """The rate of a currency in a month: ``millionths`` of a unit to the pound."""

    currency: Currency
    month: dt.date
    millionths: int
    source: str

    @property
    def place(self) -> "_Place":
        """The key of its row in the table."""
        return self.currency, month_of(self.month)


_Place = tuple[Currency, dt.date]
_Table = Mapping[_Place, MonthlyRate]


def enter(rate: MonthlyRate, by: Actor, *, confirmed: str = "") -> ExchangeRate:
    """Enter the rate of a month, or correct it. Existing claims keep their rate.

    A wrong rate moves money silently, so one that replaces another or departs from the month before by more than a
    tenth has to be confirmed; ``confirmed`` is the question that was answered with yes. Raises RateDoubtful, and
    ChangedMeanwhile if the rate was entered concurrently.
    """
    table = _table()
    doubt = _doubt(rate, table, table)
    if doubt and doubt.question != confirmed:
        raise doubt
    return _write(rate, by)


def _table() -> dict[_Place, MonthlyRate]:
    rates = (MonthlyRate(one.currency, one.month, one.rate, one.source) for one in rate_rows.every())
    return {rate.place: rate for rate in rates}


def _doubt(rate: MonthlyRate, known: _Table, whole: _Table) -> RateDoubtful | None:
    """Return what makes a rate doubtful: another rate of its month, or a deviation from the newest earlier one."""
    currency, month = rate.place
    earlier = [one for one in whole.values() if one.currency == currency and one.place[1] < month]
    before = max(earlier, key=lambda one: one.place[1], default=None)
    replaced = known.get(rate.place)
    is_far = before is not None and abs(rate.millionths - before.millionths) * _FAR > before.millionths
    is_other = replaced is not None and replaced.millionths != rate.millionths
    if not (is_far or is_other):
        return None
    return RateDoubtful(
        currency,
        month,
        rate.millionths,
        replaced=replaced.millionths if replaced and is_other else None,
        before=(before.place[1], before.millionths) if before and is_far else None,
    )


def _write(rate: MonthlyRate, by: Actor) -> ExchangeRate:
    currency, month = rate.place
    entered = rate_rows.of_month(currency, month) or ExchangeRate(currency=currency, month=month)
    before = {"rate": entered.rate, "source": entered.source}
    entered.rate, entered.source = rate.millionths, rate.source
    entered.entered_by_id, entered.entered_at = by.user_id, now()
    try:
        with db.session.begin_nested():
            db.session.add(entered)
    except IntegrityError as error:
        raise ChangedMeanwhile from error
    audit.record_edit(
        FinanceEvent.RATE_ENTERED,
        entered,
        before,
        {"rate": entered.rate, "source": entered.source},
        by=by.user_id,
        currency=rate.currency.value,
        month=str(month),
        rate=rate.millionths,
    )
    return entered


class RateOutcome(enum.StrEnum):
    """The result of a row of a list of rates, or its fault."""

    ENTERED = "entered"
    KNOWN = "known"
    CURRENCY_UNKNOWN = "currency_unknown"
    MONTH_UNREADABLE = "month_unreadable"
    RATE_UNREADABLE = "rate_unreadable"
    SOURCE_MISSING = "source_missing"
    SOURCE_TOO_LONG = "source_too_long"
    TWICE = "twice"
    HIDDEN = "hidden"

    @property
    def is_fault(self) -> bool:
        """Whether it rejects the whole list."""
        return self not in (RateOutcome.ENTERED, RateOutcome.KNOWN)


def _foreign(written: str) -> Currency:
    """Return a currency by its code. Raises ValueError for pounds too."""
    currency = Currency(written.upper())
    if currency is Currency.GBP:
        raise ValueError
    return currency


def _column(part: str, parse: Callable[[str], Value], fault: RateOutcome | None = None) -> TableColumn[Value]:
    return TableColumn(part, {"en": (part,)}, parse, fault)


CURRENCY = _column("currency", _foreign, RateOutcome.CURRENCY_UNKNOWN)
MONTH = _column("month", parse_month, RateOutcome.MONTH_UNREADABLE)
RATE = _column("rate", parse_rate, RateOutcome.RATE_UNREADABLE)
SOURCE = _column("source", text(LONGEST_SOURCE, RateOutcome.SOURCE_TOO_LONG, RateOutcome.SOURCE_MISSING))
FORMAT = TableFormat(CURRENCY, MONTH, RATE, SOURCE)
"""The headings of a list of rates are a format, the same in every language."""
COLUMNS = tuple(FORMAT.columns)


@dataclass(frozen=True)
class RateRow:
    """A row of the list with its number in the file, its text and its outcome.

    ``rate`` is None if it cannot be parsed; ``doubt`` asks for confirmation.
    """

    number: int
    written: Mapping[str, str]
    outcome: RateOutcome
    rate: MonthlyRate | None = None
    doubt: RateDoubtful | None = None


@dataclass(frozen=True)
class RateList:
    """The result of a list. ``question`` identifies the questions of its doubtful rows; empty without any.

    ``left`` is what of a workbook was not read.
    """

    rows: list[RateRow]
    question: str
    is_entered: bool
    left: LeftOut


def load(stream: IO[bytes], by: Actor, *, confirmed: str = "") -> RateList:
    """Enter the rates of a list, all or none; return the outcome of each row.

    None is entered if a row is faulty, or doubtful as in ``enter`` and not ``confirmed``. Existing equal rates stay as
    they are, so a list may be sent again; another rate of a month corrects it. Raises TableUnreadable, ColumnMissing,
    ColumnDoubled.
    """
    table = table_import.find_table(stream, FORMAT)
    places, read = FORMAT.find(table.headings, table.hidden), _Rates()
    rows = read.doubted([read.read(FORMAT.cells(row, places)) for row in table.rows if row.mark in _READ])
    asked = _question(rows)
    is_entered = asked in ("", confirmed) and not any(row.outcome.is_fault for row in rows)
    if is_entered:
        for rate in read.new.values():
            _write(rate, by)
    return RateList(rows, asked, is_entered, table_import.left_out(table))


def _question(rows: list[RateRow]) -> str:
    questions = [row.doubt.question for row in rows if row.doubt]
    return hashlib.sha256(repr(questions).encode()).hexdigest()[:16] if questions else ""


class _Rates:
    """Parser of the rows of a list; ``new`` are the rates to enter."""

    def __init__(self) -> None:
        self.new: dict[_Place, MonthlyRate] = {}
        self._known = _table()

    def read(self, cells: Cells) -> RateRow:
        """Return the row with its outcome."""
        if cells.mark:
            return RateRow(cells.number, cells.texts, RateOutcome.HIDDEN)
        try:
            rate = _rate(cells)
        except Faulty as faulty:
            return RateRow(cells.number, cells.texts, faulty.fault)
        return RateRow(cells.number, cells.texts, self._outcome(rate), rate)

    def _outcome(self, rate: MonthlyRate) -> RateOutcome:
        twin = self.new.get(rate.place)
        if twin and twin != rate:
            return RateOutcome.TWICE
        if twin or self._known.get(rate.place) == rate:
            return RateOutcome.KNOWN
        self.new[rate.place] = rate
        return RateOutcome.ENTERED

    def doubted(self, rows: list[RateRow]) -> list[RateRow]:
        """Return all rows, the new ones with their doubts: the previous month may come later in the list."""
        whole = self._known | self.new
        return [
            replace(row, doubt=_doubt(row.rate, self._known, whole))
            if row.rate and row.outcome is RateOutcome.ENTERED
            else row
            for row in rows
        ]


def _rate(cells: Cells) -> MonthlyRate:
    currency, source = cells[CURRENCY], cells[SOURCE]
    return MonthlyRate(currency, cells[MONTH], cells[RATE], source)
