"""Spend files: a bank's or finance system's export becomes claims, one for each row.

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
    """Which column has what, counted from 0; None where there is none."""

    date: int
    amount: int
    payee: int
    purpose: int | None = None
    commitment: int | None = None


def _pence(written: str) -> int:
    """Return the amount; a payment back, written with a minus or in brackets, is an amount but none to claim."""
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


# Reading. The file itself is not kept. What was read of it lies beside the evidence, out of the web's reach, until its
# rows are proposed, so that nobody uploads twice because a column was chosen wrongly; without a script a page could
# only carry it to and fro, ten megabytes each time. What nobody goes on with is forgotten after a day.


def _kept(folder: Path) -> KeptTables:
    return KeptTables(folder / _FOLDER, _KEPT)


def read(stream: IO[bytes], folder: Path, programme: Programme, by: Actor) -> SpendBatch:
    """Read a file as a table and keep that table for the choice of its columns. Raises TableUnreadable."""
    table = table_import.read_table(stream)
    batch = SpendBatch(programme_id=programme.id, sha256=table.sha256, uploaded_by_id=by.user_id, uploaded_at=now())
    db.session.add(batch)
    db.session.flush()
    audit.record(FinanceEvent.SPEND_FILE_READ, batch, by=by.user_id, rows=len(table.rows))
    _kept(folder).keep(batch.public_id, table)
    return batch


def table_of(batch: SpendBatch, folder: Path) -> tables.Table:
    """Return what was read of the file. Raises BatchDecided once its rows were proposed, TableGone after a day."""
    if not KIND.is_open(batch):
        raise BatchDecided
    return _kept(folder).load(batch.public_id)


def forget(batch: SpendBatch, folder: Path) -> None:
    """Forget what was read of the file: its rows are claims now."""
    _kept(folder).delete(batch.public_id)


def forget_old(folder: Path) -> None:
    """Forget what was read of files more than a day ago and not proposed."""
    _kept(folder).delete_expired()


# Previewing


def preview(
    batch: SpendBatch, table: tables.Table, columns: SpendColumns, otherwise: Commitment | None, on: dt.date
) -> None:
    """Read the rows by these columns and keep what would become of each; what an earlier choice made is replaced.

    ``otherwise`` is the commitment of rows that name none. Raises BatchDecided.
    """
    programmes.lock_programme(batch.programme_id)
    payments = _Payments(batch, otherwise, on)
    storage = TableStorage(KIND, batch.id, table, columns._asdict())
    judge = partial(judge_rows, KIND, payments.fill)
    run_all(table_import.preview(KIND, batch.id, storage, judge, _mark_known))


class _Payments:
    """Reads the rows of one file, and counts those that are alike: each of them is a payment of its own."""

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
        """Read a row. Raises Faulty."""
        row.paid_on = paid_on = cells[DATE]
        row.amount = pence = cells[AMOUNT]
        row.payee = payee = cells[PAYEE]
        row.fingerprint = self._fingerprint(paid_on, pence, payee)
        self._check_day(paid_on, cells)
        row.purpose = cells[PURPOSE]
        row.commitment_id = self._commitment(cells).id

    def _fingerprint(self, paid_on: dt.date, pence: int, payee: str) -> str:
        """Return by what a payment is known again, whatever else is wrong with its row."""
        self._alike[paid_on, pence, payee] += 1
        content = (self._programme.public_id, paid_on.isoformat(), pence, payee, self._alike[paid_on, pence, payee])
        return hashlib.sha256(repr(content).encode()).hexdigest()

    def _check_day(self, paid_on: dt.date, cells: Cells) -> None:
        if paid_on > self._today:
            raise cells.fault(DATE, SpendFault.IN_FUTURE)
        if not self._programme.starts_on <= paid_on <= self._programme.ends_on:
            raise cells.fault(DATE, SpendFault.OUTSIDE_PROGRAMME)

    def _commitment(self, cells: Cells) -> Commitment:
        """Return the commitment whose id, or whose cohort's code, the row names."""
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
    """Mark the rows whose payment is there already."""
    _mark_as_known(batch, spend_uploads.known_rows(batch))


def _mark_as_known(batch: SpendBatch, numbers: Iterable[int]) -> None:
    known = update(SpendRow).where(SpendRow.batch_id == batch.id, SpendRow.number.in_(numbers))
    changed_rows(known.values(outcome=RowOutcome.KNOWN))


# Proposing and taking back


def propose(batch: SpendBatch, by: Actor, on: dt.date, *, payees_are_people: bool, are_others: bool = False) -> int:
    """Propose a claim for each good row and return their number, 0 when every payment is there already.

    A row that is like a standing claim counts as that payment, unless ``are_others`` says that it is another.
    Raises BatchDecided, and what ``claims.propose_all`` raises; then nothing is proposed. Rule: a file that is
    repeated, by the same person or by two at once, makes no second claim (domain §4, imports).
    """
    programmes.lock_programme(batch.programme_id)
    proposal = _Proposal(by, on, payees_are_people, are_others)
    return table_import.commit(KIND, batch.id, proposal.write)


@dataclass(frozen=True)
class _Proposal:
    """Proposes the rows of a batch, as somebody said of all of them."""

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
    """Return the payment of a good row; one without a purpose has that of its commitment."""
    if row.paid_on is None or row.amount is None or row.commitment is None:
        raise ValueError("the row is faulty")
    payment = claims.Payment(row.payee, payees_are_people, row.paid_on, batch_id=batch.id, fingerprint=row.fingerprint)
    return claims.Spent(payment, claims.ClaimLine(row.commitment, row.amount), row.purpose or row.commitment.purpose)


class TakenBack(NamedTuple):
    """How many claims of a batch were taken back, and how many stand because somebody had decided about them."""

    withdrawn: int
    decided: int


def withdraw(batch: SpendBatch, reason: str, by: Actor) -> TakenBack:
    """Take back every claim of the batch that nobody decided about. Raises NotOwnProposal, AlreadyDecided.

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

    return TakenBack(table_import.undo(KIND, batch.id, write), decided)
