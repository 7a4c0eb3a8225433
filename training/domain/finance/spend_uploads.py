"""Spend files: each row of a bank's or finance system's export becomes a claim.

A file is read once; its rows are previewed, proposed and withdrawn together. Repeating a file changes nothing.
"""

import datetime as dt
import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, NamedTuple

from sqlalchemy import update

from training.domain.common import table_import
from training.domain.common.table_columns import Cells, Faulty, TableColumn, TableFormat, cleaned, text
from training.domain.common.table_import import KeptTables, TableKind, TableStorage, judge_rows, run_all
from training.domain.finance import claims, ledger
from training.domain.finance.events import FinanceEvent
from training.domain.finance.refusals import AlreadyDecided, BatchDecided
from training.domain.identity import audit
from training.kit import tables
from training.kit.clock import now
from training.kit.dates import DayOrder, OtherCalendarError, ambiguous_day, day_order, parse_day, serial_day
from training.kit.db import changed_rows, db
from training.kit.money import OtherMoneyError, parse_statement, western_digits
from training.kit.names import fold
from training.kit.tables import RowMark
from training.models.finance.ledger import Commitment
from training.models.finance.programmes import Programme
from training.models.finance.spend_uploads import RowOutcome, SpendBatch, SpendBatchState, SpendFault, SpendRow
from training.models.identity.actor import Actor
from training.queries.finance import programmes, spend_uploads

_FOLDER = "spend"
_KEPT = dt.timedelta(days=1)
_LONGEST_PAYEE, _LONGEST_PURPOSE = 200, 300


class SpendColumns(NamedTuple):
    """Column indices from 0; None for a missing column."""

    date: int
    amount: int
    payee: int
    purpose: int | None = None
    commitment: int | None = None
    credit: int | None = None
    direction: int | None = None
    nth: int | None = None


def _pence(written: str) -> int:
    """Parse the amount; money back is negative."""
    try:
        return parse_statement(cleaned(written).lstrip("'"))
    except OtherMoneyError as other:
        raise Faulty(SpendFault.OTHER_CURRENCY) from other


def _cleaned(parse: Callable[[str], str]) -> Callable[[str], str]:
    """Return a parser of text as our own files write it: faulty rows that were given back come again."""
    return lambda written: parse(cleaned(written))


_DIRECTIONS = {
    "dr": 1, "d": 1, "debit": 1, "payment": 1, "out": 1, "مدين": 1, "سحب": 1, "خەرجی": 1,
    "cr": -1, "c": -1, "credit": -1, "refund": -1, "in": -1, "credit note": -1, "دائن": -1, "إيداع": -1,
}  # fmt: skip
_SIGN = {fold(name): sign for name, sign in _DIRECTIONS.items()}


def _sign(written: str) -> int | None:
    """Return -1 for money back and 1 for a payment, None for a word that says neither."""
    return _SIGN.get(fold(written))


DATE = TableColumn(
    "date",
    {
        "en": (
            "payment date",
            "date paid",
            "date of payment",
            "paid on",
            "transaction date",
            "date",
            "posting date",
            "posted",
            "value date",
            "trans date",
            "invoice date",
        ),
        "ar": ("تاريخ الدفع", "تاريخ", "التاريخ", "تاريخ العملية"),
        "ckb": ("بەرواری پارەدان", "بەروار", "ڕێککەوت"),
    },
    parse_day,
    SpendFault.DATE_UNREADABLE,
    is_ranked=True,
)
AMOUNT = TableColumn(
    "amount",
    {
        "en": (
            "amount",
            "amount gbp",
            "amount in gbp",
            "amount paid",
            "payment amount",
            "transaction amount",
            "gross amount",
            "debit",
            "debit amount",
            "debits",
            "paid out",
            "money out",
            "withdrawal",
            "withdrawals",
            "payments",
            "value",
            "net amount",
            "total",
            "sum",
        ),
        "ar": ("المبلغ", "مبلغ", "مدين", "المدين", "سحب", "السحب", "القيمة", "المجموع"),
        "ckb": ("بڕ", "بڕی پارە", "قەرزار", "ڕاکێشان", "کۆ"),
    },
    _pence,
    SpendFault.AMOUNT_UNREADABLE,
    is_ranked=True,
)
PAYEE = TableColumn(
    "payee",
    {
        "en": (
            "supplier",
            "supplier name",
            "payee",
            "paid to",
            "vendor",
            "vendor name",
            "merchant",
            "merchant name",
            "beneficiary",
            "beneficiary name",
            "counterparty",
            "counter party",
            "payee name",
            "recipient",
            "creditor",
        ),
        "ar": ("المورد", "اسم المورد", "المستفيد", "الجهة", "المدفوع له"),
        "ckb": ("دابینکەر", "وەرگر", "فرۆشیار"),
    },
    _cleaned(text(_LONGEST_PAYEE, SpendFault.TOO_LONG, SpendFault.PAYEE_MISSING)),
    is_ranked=True,
)
PURPOSE = TableColumn(
    "purpose",
    {
        "en": (
            "purpose",
            "description",
            "transaction description",
            "details",
            "narrative",
            "item",
            "item text",
            "line description",
            "purpose of payment",
            "expense type",
            "expense area",
            "expenditure type",
            "category",
        ),
        "ar": ("الغرض", "الوصف", "البيان", "التفاصيل", "نوع المصروف"),
        "ckb": ("مەبەست", "وەسف", "وردەکاری", "جۆری خەرجی"),
    },
    _cleaned(text(_LONGEST_PURPOSE, SpendFault.TOO_LONG)),
    is_ranked=True,
    is_required=False,
)
COMMITMENT = TableColumn(
    "commitment",
    {
        "en": ("commitment", "commitment id", "cohort", "cohort code"),
        "ar": ("الالتزام", "رمز الالتزام", "الدفعة", "رمز الدفعة"),
        "ckb": ("پابەندبوون", "کۆدی پابەندبوون", "خول", "کۆدی خول"),
    },
    str,
    is_required=False,
)
CREDIT = TableColumn(
    "credit",
    {
        "en": (
            "credit",
            "credit amount",
            "credits",
            "paid in",
            "money in",
            "deposit",
            "deposits",
            "refund",
            "refunds",
            "money back",
            "receipts",
        ),
        "ar": ("دائن", "الدائن", "إيداع", "الإيداع", "المسترد"),
        "ckb": ("دانەر", "دانان", "گەڕاوە"),
    },
    _pence,
    SpendFault.AMOUNT_UNREADABLE,
    is_required=False,
)
DIRECTION = TableColumn(
    "direction",
    {
        "en": (
            "dr cr",
            "cr dr",
            "d c",
            "c d",
            "debit credit",
            "credit debit",
            "debit or credit",
            "direction",
            "sign",
            "transaction type",
            "document type",
            "type",
        ),
        "ar": ("مدين دائن", "دائن مدين", "مدين أو دائن"),
        "ckb": ("قەرزار دانەر",),
    },
    _sign,
    is_required=False,
)
NTH = TableColumn(
    "nth",
    {
        "en": ("number among equal payments",),
        "ar": ("الرقم بين الدفعات المتماثلة",),
        "ckb": ("ژمارە لە نێوان پارەدانە یەکسانەکاندا",),
    },
    lambda written: int(western_digits(written)) if written.isdecimal() else None,
    is_required=False,
)
"""In faulty rows that were given back: which of several equal payments a row is, lest it is taken for its twin."""
FORMAT = TableFormat(DATE, AMOUNT, PAYEE, PURPOSE, COMMITMENT, CREDIT, DIRECTION, NTH)
_NOTHING = frozenset({"", "-", "–", "—", "−", "n/a", "nil"})
"""How a statement leaves one of two columns of amounts empty."""


def numbers_among_equals(rows: Iterable[tuple[int, dt.date | None, int | None, str]]) -> dict[int, int]:
    """Return by row number which of its equals each row is that is not the first; rows: number, day, pence, payee."""
    seen: Counter[tuple[dt.date | None, int | None, str]] = Counter()
    found = {}
    for number, *content in rows:
        key = (content[0], content[1], content[2])
        seen[key] += 1
        if seen[key] > 1:
            found[number] = seen[key]
    return found


def guess(headings: Sequence[str]) -> dict[str, int]:
    """Map parts to columns by their headings; details of a bank's row that names no payee are the payee."""
    found = FORMAT.guess(headings)
    if PAYEE.part not in found and PURPOSE.part in found:
        found[PAYEE.part] = found.pop(PURPOSE.part)
    return found


@dataclass(frozen=True)
class DaysOfColumn:
    """The order of day and month in a column of dates, None if its dates do not tell it; its first and last day.

    ``example`` is a date that may mean two days, if there is one.
    """

    order: DayOrder | None
    first: dt.date | None = None
    last: dt.date | None = None
    example: str = ""


@dataclass(frozen=True)
class Reading:
    """How a file writes days and amounts: the order of day and month, and whether its payments are negative."""

    order: DayOrder = DayOrder.DAY_FIRST
    is_turned: bool = False


_JUDGED = 1_000
"""Rows by which the sign of the amounts is judged."""


def is_mostly_negative(table: tables.Table, place: int | None) -> bool:
    """Return whether more amounts of a column have a minus than have none, as a bank writes what left an account."""
    signs: Counter[bool] = Counter()
    for row in table.rows[:_JUDGED]:
        with suppress(ValueError):
            signs[parse_statement(row.cell(place)) < 0] += 1
    return signs[True] > signs[False]


def days_of(table: tables.Table, place: int | None) -> DaysOfColumn:
    """Judge the dates in a column of ``table``; rows that are no payments do not count."""
    texts = [row.cell(place) for row in table.rows if not row.mark]
    order = day_order(texts)
    days = [day for text in texts if (day := _day_or_none(text, order or DayOrder.DAY_FIRST))]
    example = next((text for text in texts if ambiguous_day(text)), "")
    return DaysOfColumn(order, min(days, default=None), max(days, default=None), example)


def order_of(table: tables.Table, place: int | None) -> DayOrder:
    """Return the order of day and month by which a column is read: its own, else day first."""
    return day_order(row.cell(place) for row in table.rows) or DayOrder.DAY_FIRST


def _day_or_none(text: str, order: DayOrder) -> dt.date | None:
    try:
        return parse_day(text, order)
    except ValueError:
        return serial_day(text)


KIND = TableKind(
    FORMAT,
    spend_uploads.BATCHES,
    good=(RowOutcome.NEW,),
    needing=(RowOutcome.FAULTY,),
    is_open=lambda batch: batch.state is SpendBatchState.PREVIEWED,
    is_committed=lambda batch: batch.state is SpendBatchState.PROPOSED,
    closed=BatchDecided,
    not_committed=AlreadyDecided,
)


# Reading. The file itself is not stored. Its parsed table is kept beside the evidence, outside the web root, until its
# rows are proposed, so that columns can be changed without another upload; without a script the page would have to
# carry up to ten megabytes back and forth. Unused tables are deleted after a day.


def _kept(folder: Path) -> KeptTables:
    return KeptTables(folder / _FOLDER, _KEPT)


def read(stream: IO[bytes], folder: Path, programme: Programme, by: Actor) -> SpendBatch:
    """Parse a file as a table and store that for the choice of columns. Raises TableUnreadable."""
    return keep(table_import.find_table(stream, FORMAT), folder, programme, by)


def keep(table: tables.Table, folder: Path, programme: Programme, by: Actor) -> SpendBatch:
    """Store a table as a file of ``programme`` whose columns are still to be chosen."""
    batch = SpendBatch(programme_id=programme.id, sha256=table.sha256, uploaded_by_id=by.user_id, uploaded_at=now())
    db.session.add(batch)
    db.session.flush()
    audit.record(FinanceEvent.SPEND_FILE_READ, batch, by=by.user_id, rows=len(table.rows))
    _kept(folder).keep(batch.public_id, table)
    return batch


def table_of(batch: SpendBatch, folder: Path) -> tables.Table:
    """Return the stored table. Raises BatchDecided once its rows were proposed, TableGone after a day."""
    if not KIND.is_open(batch):
        raise BatchDecided
    return _kept(folder).load(batch.public_id)


def delete_table(batch: SpendBatch, folder: Path) -> None:
    """Delete the stored table: its rows are claims now."""
    _kept(folder).delete(batch.public_id)


def delete_old_tables(folder: Path) -> None:
    """Delete the stored tables of files read more than a day ago and not proposed."""
    _kept(folder).delete_expired()


# Previewing


def preview(
    batch: SpendBatch,
    table: tables.Table,
    columns: SpendColumns,
    otherwise: Commitment | None,
    on: dt.date,
    reading: Reading | None = None,
) -> None:
    """Parse the rows by ``columns`` and store the outcome of each, replacing any earlier preview.

    What users decided about rows stays: those that are not ours, were moved, or came back of a payment. ``otherwise``
    is the commitment of rows that name none. Raises BatchDecided.
    """
    programmes.lock_programme(batch.programme_id)
    payments = _Payments(batch, otherwise, on, reading or Reading())
    decided = spend_uploads.decided_rows(batch.id)
    storage = TableStorage(KIND, batch.id, table, columns._asdict())
    judge = partial(judge_rows, KIND, payments.fill)
    run_all(table_import.preview(KIND, batch.id, storage, judge, mark_known))
    if decided:
        db.session.execute(update(SpendRow), decided)
        db.session.expire_all()


class _Payments:
    """Parser of the rows of one file; it counts equal rows, each of which is a separate payment."""

    def __init__(self, batch: SpendBatch, otherwise: Commitment | None, on: dt.date, reading: Reading) -> None:
        self._otherwise, self._today, self._reading = otherwise, on, reading
        self._programme = programmes.programme_by_key(batch.programme_id)
        self._alike: Counter[tuple[dt.date, int, str]] = Counter()
        self._commitments = defaultdict[str, list[Commitment]](list)
        for commitment, cohort_code in spend_uploads.payable(batch.programme_id):
            self._commitments[commitment.public_id].append(commitment)
            if cohort_code:
                self._commitments[cohort_code].append(commitment)

    def fill(self, row: SpendRow, cells: Cells) -> None:
        """Parse a row. Raises Faulty: a row that is hidden or no payment says so, whatever else is wrong with it.

        A row with day, amount and payee is a payment, even to *Total Solutions Ltd*.
        """
        try:
            self._fill(row, cells)
        finally:
            if cells.mark == RowMark.HIDDEN or (cells.mark and not row.fingerprint):
                fault = SpendFault.HIDDEN_ROW if cells.mark == RowMark.HIDDEN else SpendFault.NO_PAYMENT
                raise Faulty(fault, next(filter(None, (cells.written(PAYEE), *cells.texts.values())), ""))

    def _fill(self, row: SpendRow, cells: Cells) -> None:
        """Parse a row; what it lacks is looked up before its day is checked, so that the preview names both."""
        row.paid_on = paid_on = self._day(cells)
        row.amount = pence = _amount(cells, is_turned=self._reading.is_turned)
        row.payee = payee = cells[PAYEE]
        row.fingerprint = self._fingerprint(paid_on, pence, payee, cells[NTH])
        if pence < 0:
            row.purpose = cells[PURPOSE]
            raise cells.fault(_amount_column(cells), SpendFault.NOT_POSITIVE)
        commitment, unfit = self._found_commitment(cells)
        row.commitment_id = commitment.id if commitment else None
        self._check_day(paid_on, cells)
        row.purpose = cells[PURPOSE]
        if unfit:
            raise unfit
        if serial_day(cells.written(DATE)):
            raise cells.fault(DATE, SpendFault.DATE_NUMBER)

    def _day(self, cells: Cells) -> dt.date:
        written = cells.written(DATE).lstrip("'")
        try:
            return parse_day(written, self._reading.order)
        except OtherCalendarError as error:
            raise cells.fault(DATE, SpendFault.OTHER_CALENDAR) from error
        except ValueError as error:
            if day := serial_day(written):
                return day
            is_either = self._reading.order is DayOrder.MIXED and ambiguous_day(written)
            fault = SpendFault.DATE_AMBIGUOUS if is_either else SpendFault.DATE_UNREADABLE
            raise cells.fault(DATE, fault) from error

    def _fingerprint(self, paid_on: dt.date, pence: int, payee: str, nth: int | None) -> str:
        """Return the fingerprint of a payment, independent of other faults in its row; the ``nth`` of its equals."""
        self._alike[paid_on, pence, payee] += 1
        nth = nth or self._alike[paid_on, pence, payee]
        content = (self._programme.public_id, paid_on.isoformat(), pence, payee, nth)
        return hashlib.sha256(repr(content).encode()).hexdigest()

    def _check_day(self, paid_on: dt.date, cells: Cells) -> None:
        if paid_on > self._today:
            raise cells.fault(DATE, SpendFault.IN_FUTURE)
        if not self._programme.starts_on <= paid_on <= self._programme.ends_on:
            raise cells.fault(DATE, SpendFault.OUTSIDE_PROGRAMME)

    def _found_commitment(self, cells: Cells) -> tuple[Commitment | None, Faulty | None]:
        """Return the commitment of a row, or the fault that it has none."""
        try:
            return self._commitment(cells), None
        except Faulty as faulty:
            return None, faulty

    def _commitment(self, cells: Cells) -> Commitment:
        """Return the commitment that the row names by its id or its cohort's code."""
        named = cells[COMMITMENT]
        if not named:
            if self._otherwise is None:
                raise cells.fault(COMMITMENT, SpendFault.NO_COMMITMENT)
            return self._otherwise
        found = self._commitments.get(named, [])
        if len(found) != 1:
            raise cells.fault(COMMITMENT, SpendFault.SEVERAL_COMMITMENTS if found else SpendFault.COMMITMENT_UNKNOWN)
        return found[0]


def _amount_column(cells: Cells) -> TableColumn[int]:
    """Return the column that holds the amount of a row: that of payments, or that of money back."""
    written = [column for column in (AMOUNT, CREDIT) if cells.written(column).casefold() not in _NOTHING]
    filled = [column for column in written if len(written) < 2 or cells[column]]  # a zero fills no column
    if len(filled) > 1:
        raise cells.fault(AMOUNT, SpendFault.TWO_AMOUNTS)
    return filled[0] if filled else written[0] if written else AMOUNT


def _amount(cells: Cells, *, is_turned: bool) -> int:
    """Return the amount of a row in pence; negative if it is money back. Raises Faulty, also for nothing.

    In a file that ``is_turned`` the payments are negative.
    """
    column = _amount_column(cells)
    pence = -cells[column] if is_turned else cells[column]
    if column is CREDIT or cells[DIRECTION] == -1:
        pence = -abs(pence)
    if not pence:
        raise cells.fault(column, SpendFault.NOT_POSITIVE)
    return pence


def mark_known(batch: SpendBatch) -> None:
    """Mark the rows whose payment is already claimed, or whose money back is already proposed."""
    _mark_as_known(batch, [*spend_uploads.known_rows(batch), *spend_uploads.known_refunds(batch)])


def _mark_as_known(batch: SpendBatch, numbers: Iterable[int]) -> None:
    known = update(SpendRow).where(SpendRow.batch_id == batch.id, SpendRow.number.in_(numbers))
    changed_rows(known.values(outcome=RowOutcome.KNOWN))


# Proposing and withdrawing


def propose(batch: SpendBatch, by: Actor, on: dt.date, *, payees_are_people: bool, are_others: bool = False) -> int:
    """Propose a claim for each valid row and return their number, 0 if every payment is already claimed.

    A row that resembles a valid claim counts as that payment, unless ``are_others`` confirms that it is another. Raises
    BatchDecided, and what ``claims.propose_all`` raises; then nothing is proposed. Rule: a file that is repeated, by
    the same person or by two at once, makes no second claim (domain §4, imports).
    """
    programmes.lock_programme(batch.programme_id)
    proposal = _Proposal(by, on, payees_are_people, are_others)
    return table_import.commit(KIND, batch.id, proposal.write)


@dataclass(frozen=True)
class _Proposal:
    """Proposal of the rows of a batch, with the user's answers for all of them."""

    by: Actor
    on: dt.date
    payees_are_people: bool
    are_others: bool

    def write(self, batch: SpendBatch) -> int:
        """Propose the rows that are new now."""
        mark_known(batch)
        alike = spend_uploads.alike_rows(batch)
        if not self.are_others:
            _mark_as_known(batch, alike)
        rows = spend_uploads.new_rows(batch.id)
        if not rows:
            return 0
        spent = [_spent(row, batch, payees_are_people=self.payees_are_people) for row in rows]
        made = claims.propose_all(spent, batch.public_id, self.by, self.on)
        became = [
            {"batch_id": batch.id, "number": row.number, "claim_id": claim.id}
            for row, claim in zip(rows, made, strict=True)
        ]
        db.session.execute(update(SpendRow), became)
        batch.state = SpendBatchState.PROPOSED
        audit.record(
            FinanceEvent.SPEND_FILE_PROPOSED,
            batch,
            by=self.by.user_id,
            rows=len(made),
            pence=sum(claim.amount for claim in made),
            alike=len(alike),
            are_others=self.are_others,
        )
        return len(made)


def _spent(row: SpendRow, batch: SpendBatch, *, payees_are_people: bool) -> claims.Spent:
    """Return the payment of a valid row; without a purpose it takes that of its commitment."""
    if row.paid_on is None or row.amount is None or row.commitment is None:
        raise ValueError("the row is faulty")
    payment = claims.Payment(row.payee, payees_are_people, row.paid_on, batch_id=batch.id, fingerprint=row.fingerprint)
    return claims.Spent(payment, claims.ClaimLine(row.commitment, row.amount), row.purpose or row.commitment.purpose)


class Withdrawn(NamedTuple):
    """The numbers of claims of a batch withdrawn, and kept because they were decided."""

    withdrawn: int
    decided: int


def withdraw(batch: SpendBatch, reason: str, by: Actor) -> Withdrawn:
    """Withdraw every undecided claim of the batch. Raises NotOwnProposal, AlreadyDecided.

    Afterwards the file can be read again.
    """
    programmes.lock_programme(batch.programme_id)
    decided = len(spend_uploads.entries_of(batch.id, are_decided=True))

    def write(batch: SpendBatch) -> int:
        waiting = spend_uploads.entries_of(batch.id, are_decided=False)
        if not waiting:
            raise AlreadyDecided
        ledger.withdraw_payments(waiting, reason, by)
        batch.state = SpendBatchState.WITHDRAWN
        audit.record(FinanceEvent.SPEND_FILE_TAKEN_BACK, batch, by=by.user_id, rows=len(waiting), decided=decided)
        return len(waiting)

    return Withdrawn(table_import.undo(KIND, batch.id, write), decided)
