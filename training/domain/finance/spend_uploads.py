"""Spend files: each row of a bank's or finance system's export becomes a claim.

A file is read once; its rows are previewed, proposed and withdrawn together. Repeating a file changes nothing.
"""

import datetime as dt
import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, NamedTuple

from sqlalchemy import update

from training.domain.common import table_import
from training.domain.common.table_columns import Cells, Faulty, TableColumn, TableFormat, text
from training.domain.common.table_import import KeptTables, TableKind, TableStorage, judge_rows, run_all
from training.domain.finance import claims, ledger
from training.domain.finance.events import FinanceEvent
from training.domain.finance.refusals import AlreadyDecided, BatchDecided
from training.domain.identity import audit
from training.kit import tables
from training.kit.clock import now
from training.kit.dates import parse_day
from training.kit.db import changed_rows, db
from training.kit.money import parse_amount
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


def _pence(written: str) -> int:
    """Parse the amount; a refund, with a minus or in brackets, is parsed but not claimable."""
    is_negative = written.startswith(("-", "−", "(")) or written.endswith("-")
    pence = parse_amount(written.strip("-−()"))
    if is_negative or not pence:
        raise Faulty(SpendFault.NOT_POSITIVE)
    return pence


DATE = TableColumn(
    "date",
    {
        "en": ("date", "payment date", "date paid", "paid on", "date of payment", "transaction date", "posting date"),
        "ar": ("تاريخ", "التاريخ", "تاريخ الدفع", "تاريخ العملية"),
        "ckb": ("بەروار", "ڕێککەوت", "بەرواری پارەدان"),
    },
    parse_day,
    SpendFault.DATE_UNREADABLE,
)
AMOUNT = TableColumn(
    "amount",
    {
        "en": ("amount", "amount gbp", "amount £", "value", "net amount", "total", "sum"),
        "ar": ("مبلغ", "المبلغ", "القيمة", "المجموع"),
        "ckb": ("بڕ", "بڕی پارە", "کۆ"),
    },
    _pence,
    SpendFault.AMOUNT_UNREADABLE,
)
PAYEE = TableColumn(
    "payee",
    {
        "en": ("supplier", "supplier name", "payee", "paid to", "vendor", "vendor name", "merchant", "merchant name"),
        "ar": ("المورد", "اسم المورد", "المستفيد", "الجهة", "المدفوع له"),
        "ckb": ("دابینکەر", "وەرگر", "فرۆشیار"),
    },
    text(_LONGEST_PAYEE, SpendFault.TOO_LONG, SpendFault.PAYEE_MISSING),
)
PURPOSE = TableColumn(
    "purpose",
    {
        "en": ("purpose", "description", "details", "expense type", "narrative"),
        "ar": ("الغرض", "الوصف", "البيان", "التفاصيل"),
        "ckb": ("مەبەست", "وەسف", "وردەکاری"),
    },
    text(_LONGEST_PURPOSE, SpendFault.TOO_LONG),
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
FORMAT = TableFormat(DATE, AMOUNT, PAYEE, PURPOSE, COMMITMENT)


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
    table = table_import.find_table(stream, FORMAT)
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
    batch: SpendBatch, table: tables.Table, columns: SpendColumns, otherwise: Commitment | None, on: dt.date
) -> None:
    """Parse the rows by ``columns`` and store the outcome of each, replacing any earlier preview.

    ``otherwise`` is the commitment of rows that name none. Raises BatchDecided.
    """
    programmes.lock_programme(batch.programme_id)
    payments = _Payments(batch, otherwise, on)
    storage = TableStorage(KIND, batch.id, table, columns._asdict())
    judge = partial(judge_rows, KIND, payments.fill)
    run_all(table_import.preview(KIND, batch.id, storage, judge, _mark_known))


class _Payments:
    """Parser of the rows of one file; it counts equal rows, each of which is a separate payment."""

    def __init__(self, batch: SpendBatch, otherwise: Commitment | None, on: dt.date) -> None:
        self._otherwise, self._today = otherwise, on
        self._programme = programmes.programme_by_key(batch.programme_id)
        self._alike: Counter[tuple[dt.date, int, str]] = Counter()
        self._commitments = defaultdict[str, list[Commitment]](list)
        for commitment, cohort_code in spend_uploads.payable(batch.programme_id):
            self._commitments[commitment.public_id].append(commitment)
            if cohort_code:
                self._commitments[cohort_code].append(commitment)

    def fill(self, row: SpendRow, cells: Cells) -> None:
        """Parse a row. Raises Faulty."""
        row.paid_on = paid_on = cells[DATE]
        row.amount = pence = cells[AMOUNT]
        row.payee = payee = cells[PAYEE]
        row.fingerprint = self._fingerprint(paid_on, pence, payee)
        self._check_day(paid_on, cells)
        row.purpose = cells[PURPOSE]
        row.commitment_id = self._commitment(cells).id

    def _fingerprint(self, paid_on: dt.date, pence: int, payee: str) -> str:
        """Return the fingerprint of a payment, independent of other faults in its row."""
        self._alike[paid_on, pence, payee] += 1
        content = (self._programme.public_id, paid_on.isoformat(), pence, payee, self._alike[paid_on, pence, payee])
        return hashlib.sha256(repr(content).encode()).hexdigest()

    def _check_day(self, paid_on: dt.date, cells: Cells) -> None:
        if paid_on > self._today:
            raise cells.fault(DATE, SpendFault.IN_FUTURE)
        if not self._programme.starts_on <= paid_on <= self._programme.ends_on:
            raise cells.fault(DATE, SpendFault.OUTSIDE_PROGRAMME)

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


def _mark_known(batch: SpendBatch) -> None:
    """Mark the rows whose payment is already claimed."""
    _mark_as_known(batch, spend_uploads.known_rows(batch))


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
        _mark_known(batch)
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
