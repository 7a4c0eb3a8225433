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
from training.domain.common.table_columns import Cells, Faulty
from training.domain.common.table_import import KeptTables, TableKind, TableStorage, judge_rows, run_all
from training.domain.finance import claims, ledger
from training.domain.finance.events import FinanceEvent
from training.domain.finance.refusals import AlreadyDecided, BatchDecided
from training.domain.finance.spend_columns import (
    COMMITMENT,
    DATE,
    FORMAT,
    NTH,
    PAYEE,
    PURPOSE,
    SpendColumns,
    Writing,
    amount_column,
    amount_of,
    day_of,
)
from training.domain.identity import audit
from training.kit import tables
from training.kit.clock import now
from training.kit.dates import serial_day
from training.kit.db import changed_rows, db
from training.kit.tables import RowMark
from training.models.finance.ledger import Commitment
from training.models.finance.programmes import Programme
from training.models.finance.spend_uploads import RowOutcome, SpendBatch, SpendBatchState, SpendFault, SpendRow
from training.models.identity.actor import Actor
from training.queries.finance import programmes, spend_uploads

_FOLDER = "spend"
_KEPT = dt.timedelta(days=1)
_LONGEST_PAYEE, _LONGEST_PURPOSE = 200, 300


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


def read(stream: IO[bytes], folder: Path, programme: Programme, by: Actor, name: str = "") -> SpendBatch:
    """Parse a file as a table and store that for the choice of columns. Raises TableUnreadable.

    ``name`` is what the user calls it.
    """
    return keep(table_import.find_table(stream, FORMAT), folder, programme, by, name)


def keep(table: tables.Table, folder: Path, programme: Programme, by: Actor, name: str) -> SpendBatch:
    """Store a table as a file of ``programme`` whose columns are still to be chosen."""
    left = table_import.left_out(table)
    batch = SpendBatch(
        programme_id=programme.id,
        name=name,
        sha256=table.sha256,
        sheet=left.sheet,
        unread=left.unread,
        hidden=left.hidden,
        uploaded_by_id=by.user_id,
        uploaded_at=now(),
    )
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
    reading: Writing | None = None,
) -> None:
    """Parse the rows by ``columns`` and store the outcome of each, replacing any earlier preview.

    What users decided about rows stays: those that are not ours, were moved, or came back of a payment. ``otherwise``
    is the commitment of rows that name none. Raises BatchDecided.
    """
    programmes.lock_programme(batch.programme_id)
    payments = _Payments(batch, otherwise, on, reading or Writing())
    decided = spend_uploads.decided_rows(batch.id)
    storage = TableStorage(KIND, batch.id, table, columns._asdict())
    judge = partial(judge_rows, KIND, payments.fill)
    run_all(table_import.preview(KIND, batch.id, storage, judge, mark_known))
    if decided:
        db.session.execute(update(SpendRow), decided)
        db.session.expire_all()


class _Payments:
    """Parser of the rows of one file; it counts equal rows, each of which is a separate payment."""

    def __init__(self, batch: SpendBatch, otherwise: Commitment | None, on: dt.date, reading: Writing) -> None:
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
        row.paid_on = paid_on = day_of(cells, self._reading.order)
        row.amount = pence = amount_of(cells, is_turned=self._reading.is_turned)
        row.payee = payee = cells[PAYEE]
        row.fingerprint = self._fingerprint(paid_on, pence, payee, cells[NTH])
        if pence < 0:
            row.purpose = cells[PURPOSE]
            raise cells.fault(amount_column(cells), SpendFault.NOT_POSITIVE)
        commitment, unfit = self._found_commitment(cells)
        row.commitment_id = commitment.id if commitment else None
        self._check_day(paid_on, cells)
        row.purpose = cells[PURPOSE]
        if unfit:
            raise unfit
        if serial_day(cells.written(DATE)):
            raise cells.fault(DATE, SpendFault.DATE_NUMBER)

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
