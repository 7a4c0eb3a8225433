"""Choices about rows of a spend file: which commitment, not ours, another programme's, money back of which payment."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import ColumnElement, and_, update

from training.domain.finance import proposals, spend_uploads
from training.domain.finance.events import FinanceEvent
from training.domain.finance.refusals import AlreadyDecided, NothingChosen, OtherProgramme
from training.domain.identity import audit
from training.kit import tables
from training.kit.db import changed_rows, db
from training.models.finance.ledger import Commitment, LedgerEntry
from training.models.finance.programmes import Programme
from training.models.finance.spend_uploads import Group, RowGroup, RowOutcome, SpendBatch, SpendFault, SpendRow
from training.models.identity.actor import Actor
from training.queries.finance import programmes
from training.queries.finance import spend_uploads as spend_rows
from training.queries.finance.spend_uploads import PaymentLeft, in_group

_WITHOUT_COMMITMENT = (
    SpendFault.NO_COMMITMENT,
    SpendFault.COMMITMENT_UNKNOWN,
    SpendFault.SEVERAL_COMMITMENTS,
)
_ASKED = (SpendFault.DATE_NUMBER, SpendFault.HIDDEN_ROW, SpendFault.NO_PAYMENT)


@dataclass(frozen=True)
class Chosen:
    """Rows of a file: all of ``group``, or those with ``numbers``."""

    group: Group | None = None
    numbers: Collection[int] = ()

    def within(self, batch: SpendBatch) -> ColumnElement[bool]:
        """Return the condition for the chosen rows."""
        chosen = in_group(self.group) if self.group else SpendRow.number.in_(self.numbers)
        return and_(SpendRow.batch_id == batch.id, chosen)


def _open(batch: SpendBatch) -> SpendBatch:
    """Lock the programme of a previewed batch and the batch. Raises BatchDecided."""
    programmes.lock_programme(batch.programme_id)
    return spend_uploads.KIND.lock_open(batch.id)


def _change(condition: ColumnElement[bool], **values: object) -> int:
    """Change rows and return their number. Raises NothingChosen if there are none."""
    changed = changed_rows(update(SpendRow).where(condition).values(**values))
    if not changed:
        raise NothingChosen
    return changed


def commit_to(batch: SpendBatch, chosen: Chosen, commitment: Commitment) -> int:
    """Take the chosen payments from ``commitment`` and return their number.

    Rows that lack nothing else are good then; others only name it. Raises BatchDecided, OtherProgramme, NothingChosen.
    """
    fresh = _open(batch)
    if commitment.programme_id != fresh.programme_id:
        raise OtherProgramme
    is_to_pay = and_(
        chosen.within(fresh), SpendRow.outcome.in_((RowOutcome.NEW, RowOutcome.FAULTY)), SpendRow.amount > 0
    )
    changed = _change(is_to_pay, commitment_id=commitment.id)
    lacks_only_that = and_(is_to_pay, SpendRow.fault.in_(_WITHOUT_COMMITMENT))
    changed_rows(update(SpendRow).where(lacks_only_that).values(outcome=RowOutcome.NEW, fault=None, cell=""))
    spend_uploads.mark_known(fresh)
    return changed


def accept(batch: SpendBatch, chosen: Chosen, on: dt.date) -> int:
    """Say yes to what is asked about the chosen rows: their numbers are days, they are payments although hidden.

    Only rows that lack nothing else are good then. Raises BatchDecided, NothingChosen.
    """
    fresh = _open(batch)
    programme = programmes.programme_by_key(fresh.programme_id)
    is_asked = and_(
        chosen.within(fresh),
        SpendRow.outcome == RowOutcome.FAULTY,
        SpendRow.fault.in_(_ASKED),
        SpendRow.amount > 0,
        SpendRow.payee != "",
        SpendRow.commitment_id.is_not(None),
        SpendRow.paid_on.between(programme.starts_on, min(programme.ends_on, on)),
    )
    changed = _change(is_asked, outcome=RowOutcome.NEW, fault=None, cell="")
    spend_uploads.mark_known(fresh)
    return changed


def leave_out(batch: SpendBatch, chosen: Chosen) -> int:
    """Say that the chosen rows are none of the programme's. Raises BatchDecided, NothingChosen."""
    fresh = _open(batch)
    may_go = SpendRow.outcome.in_((RowOutcome.NEW, RowOutcome.FAULTY))
    return _change(and_(chosen.within(fresh), may_go), outcome=RowOutcome.NOT_OURS)


def take_in(batch: SpendBatch, chosen: Chosen) -> int:
    """Undo that the chosen rows are not ours. Raises BatchDecided, NothingChosen."""
    fresh = _open(batch)
    is_out = and_(chosen.within(fresh), SpendRow.outcome == RowOutcome.NOT_OURS)
    faulty = and_(is_out, SpendRow.fault.is_not(None))
    is_faulty = changed_rows(update(SpendRow).where(faulty).values(outcome=RowOutcome.FAULTY))
    good = changed_rows(update(SpendRow).where(is_out).values(outcome=RowOutcome.NEW))
    if not is_faulty + good:
        raise NothingChosen
    spend_uploads.mark_known(fresh)
    return is_faulty + good


def move(batch: SpendBatch, chosen: Chosen, programme: Programme, folder: Path, by: Actor) -> SpendBatch:
    """Move the chosen rows to a file of another programme, whose columns are chosen there; return it.

    Raises BatchDecided, TableGone, OtherProgramme for the programme of the file itself, NothingChosen.
    """
    for key in sorted({batch.programme_id, programme.id}):
        programmes.lock_programme(key)
    fresh = spend_uploads.KIND.lock_open(batch.id)
    if programme.id == fresh.programme_id:
        raise OtherProgramme
    table = spend_uploads.table_of(fresh, folder)
    may_go = SpendRow.outcome.in_((RowOutcome.NEW, RowOutcome.FAULTY))
    numbers = {row.number for row in spend_rows.BATCHES.rows(fresh.id, chosen.within(fresh), may_go)}
    _change(and_(chosen.within(fresh), may_go), outcome=RowOutcome.ELSEWHERE)
    return spend_uploads.keep(_part(table, numbers), folder, programme, by, fresh.name)


def _part(table: tables.Table, numbers: Collection[int]) -> tables.Table:
    """Return a table with some of its rows, which keep their numbers."""
    rows = [row for row in table.rows if row.number in numbers]
    return replace(table, rows=rows)


def give_back(
    batch: SpendBatch, number: int, payment: PaymentLeft, reason: str, key: str, by: Actor, on: dt.date
) -> LedgerEntry:
    """Propose the money back of row ``number`` as part of ``payment``, or as its reversal if it is all that is left.

    Raises AlreadyDecided if it was proposed before, and what the proposals raise. Rule: never without a user who says
    to which payment it belongs (ADR 30).
    """
    programmes.lock_programme(batch.programme_id)
    fresh = spend_rows.BATCHES.lock(batch.id)
    found = spend_rows.BATCHES.rows(fresh.id, SpendRow.number == number, in_group(RowGroup.MONEY_BACK))
    row = found[0] if found else None
    if row is None or row.amount is None or row.paid_on is None or number in spend_rows.known_refunds(fresh):
        raise AlreadyDecided
    if -row.amount == payment.left and payment.is_alone:
        entry = proposals.propose_reversal(payment.entry, reason, key, by)
    else:
        back = proposals.CameBack(-row.amount, row.paid_on)
        entry = proposals.propose_refund(payment.entry, back, reason, key, by, on)
    row.outcome, row.refund_id = RowOutcome.GIVEN_BACK, entry.id
    audit.record(FinanceEvent.SPEND_ROW_GIVEN_BACK, fresh, by=by.user_id, row=number, entry=entry.public_id)
    db.session.flush()
    return entry
