"""The ledger: fund control. Every pound is in one place: unallocated, allocated, committed or spent.

An entry is proposed by one person and moves money when another approves it; entries of one bundle are decided
together. Limits are checked by the write itself: a conditional UPDATE that finds no row has refused (design: no guard
ever sums rows). Locks are taken in one order: programme, line, commitment.

The month in which a movement counts: a payment's is that in which it was paid, every other's that in which it was
approved. What leaves a commitment counts no sooner than the commitment has held it: paid before that was approved, it
is spent in the month of the payment and leaves the commitment in the month of the approval. A reversed payment was
none: its reversal counts where the payment did. So at the end of no month is less than nothing committed or spent.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, insert, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import InstrumentedAttribute

from training.domain.common.refusals import ChangedMeanwhile
from training.domain.finance.events import FinanceEvent
from training.domain.finance.refusals import (
    AlreadyDecided,
    CohortHoldsMoney,
    CommitmentClosed,
    ExpectedOutside,
    FundsMovedOn,
    NotOwnProposal,
    NotReversible,
    OverCeiling,
    OverCommitment,
    OverLine,
    OwnProposal,
)
from training.domain.identity import audit
from training.kit.clock import month_of, now
from training.kit.db import changed, db
from training.models.finance.ledger import (
    Approval,
    Commitment,
    EntryKind,
    LedgerEntry,
    LedgerPosting,
    LineMonth,
    Outcome,
)
from training.models.finance.programmes import BudgetLine, Programme
from training.models.identity.actor import Actor
from training.queries.finance import ledger as entries
from training.queries.finance import programmes


@dataclass(frozen=True)
class Movement:
    """The change of a line's balances, in pence."""

    allocated: int = 0
    committed: int = 0
    spent: int = 0

    def reversed(self) -> "Movement":
        """Return the movement that undoes this one."""
        return Movement(-self.allocated, -self.committed, -self.spent)


def refuse(entry: LedgerEntry, reason: str, by: Actor) -> None:
    """Turn a proposal down, with all that was proposed together with it. Raises OwnProposal, AlreadyDecided."""
    for part in entries.bundle_of(entry):
        _decide(part, Outcome.REFUSED, by, reason=reason)


def withdraw(entry: LedgerEntry, reason: str, by: Actor) -> None:
    """Take one's own proposal back, with all of its bundle. Raises NotOwnProposal, AlreadyDecided."""
    for part in entries.bundle_of(entry):
        _decide(part, Outcome.WITHDRAWN, by, reason=reason)


def withdraw_payments(undecided: Sequence[LedgerEntry], reason: str, by: Actor) -> None:
    """Take back many payments that one proposed oneself, each a bundle of its own, in a few statements.

    Raises NotOwnProposal, AlreadyDecided.
    """
    if any(entry.proposer_id != by.user_id for entry in undecided):
        raise NotOwnProposal
    try:
        with db.session.begin_nested():
            db.session.add_all(_decision(entry, Outcome.WITHDRAWN, by, reason) for entry in undecided)
    except IntegrityError as error:
        raise AlreadyDecided from error
    audit.record_each(
        FinanceEvent.PAY_WITHDRAWN, {entry: {"pence": entry.amount} for entry in undecided}, by=by.user_id
    )


def approve(entry: LedgerEntry, by: Actor, on: dt.date) -> None:
    """Let a proposal take effect on the day ``on``, with all that was proposed together with it.

    Raises OwnProposal, AlreadyDecided; OverCeiling, OverLine, OverCommitment, CommitmentClosed when the
    money is not there any more; NotReversible, CohortHoldsMoney, FundsMovedOn for reversals.
    Rule: the one who proposes never approves (acceptance test g); the ceiling holds to the penny (l).
    """
    programmes.lock_programme(entry.programme_id)
    for part in entries.bundle_of(entry):
        _decide(part, Outcome.APPROVED, by)
        _take_effect(part, on)


def check_reversible(entry: LedgerEntry) -> None:
    """Raise NotReversible unless the entry stands, CohortHoldsMoney for a cohort's commitment."""
    is_standing = entries.posting_of(entry.id) is not None and not entries.is_undone(entry.id)
    if entry.kind is EntryKind.REVERSE or not is_standing:
        raise NotReversible
    if entry.kind is EntryKind.COMMIT and _commitment(entry).cohort_id is not None:
        raise CohortHoldsMoney


def _take_effect(entry: LedgerEntry, on: dt.date) -> None:
    commitment = _commitment(entry) if entry.commitment_id is not None else None
    undone = entries.posting_of(entry.reverses_id) if entry.reverses_id is not None else None
    moved = movement(entry, commitment, undone)
    _move(Programme, entry.programme_id, moved, entry)
    _move(BudgetLine, entry.line_id, moved, entry)
    if commitment is not None:
        _move_commitment(entry, moved)
    _post(entry, moved, _months(entry, moved, undone, on))


def _decide(entry: LedgerEntry, outcome: Outcome, by: Actor, reason: str = "") -> None:
    is_own = entry.proposer_id == by.user_id
    if is_own and outcome is not Outcome.WITHDRAWN:
        raise OwnProposal
    if not is_own and outcome is Outcome.WITHDRAWN:
        raise NotOwnProposal
    undone = entry.reverses_id if outcome is Outcome.APPROVED else None
    if entries.decision_about(entry.id):
        raise AlreadyDecided
    if undone is not None:
        check_reversible(entries.entry_by_key(undone))
    try:
        with db.session.begin_nested():
            db.session.add(_decision(entry, outcome, by, reason, undone))
    except IntegrityError as error:
        raise AlreadyDecided from error
    audit.record(FinanceEvent(f"{entry.kind.value} {outcome.value}"), entry, by=by.user_id, pence=entry.amount)


def _decision(entry: LedgerEntry, outcome: Outcome, by: Actor, reason: str, undone: int | None = None) -> Approval:
    return Approval(
        entry_id=entry.id,
        proposer_id=entry.proposer_id,
        approver_id=by.user_id,
        outcome=outcome,
        reason=reason,
        decided_at=now(),
        reverses_id=undone,
    )


def _commitment(entry: LedgerEntry) -> Commitment:
    if entry.commitment_id is None:
        raise ValueError("the entry has no commitment")
    return entries.commitment_by_key(entry.commitment_id)


def movement(
    entry: LedgerEntry, commitment: Commitment | None, undone: LedgerPosting | None, *, taken: int = 0
) -> Movement:
    """Return what an entry changes. Raises NotReversible, CommitmentClosed.

    ``undone`` is what the entry moved that this one reverses; ``taken`` what entries decided just before this one take
    from the commitment, where that is not written yet.
    """
    if entry.kind is EntryKind.ALLOCATE:
        return Movement(allocated=entry.amount)
    if entry.kind is EntryKind.DEALLOCATE:
        return Movement(allocated=-entry.amount)
    if entry.kind is EntryKind.REVERSE:
        if undone is None:
            raise NotReversible
        return Movement(undone.allocated, undone.committed, undone.spent).reversed()
    if commitment is None or commitment.is_closed:
        raise CommitmentClosed
    if entry.kind is EntryKind.COMMIT:
        return Movement(committed=entry.amount)
    if entry.kind is EntryKind.RELEASE:
        return Movement(committed=-entry.amount)
    freed = max(commitment.committed - taken, entry.amount) if entry.closes else entry.amount
    return Movement(committed=-freed, spent=entry.amount)


def _move(
    model: type[Programme] | type[BudgetLine],
    key: int,
    by: Movement,
    entry: LedgerEntry,
) -> None:
    """Move the balances of a programme or line, if they allow it. The condition is part of the write."""
    allocated = model.allocated + by.allocated
    committed, spent = model.committed + by.committed, model.spent + by.spent
    conditions: list[ColumnElement[bool]] = [
        model.id == key,
        allocated >= 0,
        committed >= 0,
        spent >= 0,
        committed + spent <= allocated,
    ]
    if model is Programme:
        conditions.append(allocated <= Programme.ceiling)
    statement = update(model).where(*conditions).values(allocated=allocated, committed=committed, spent=spent)
    if not changed(statement):
        raise _shortage(entry)


def _shortage(entry: LedgerEntry) -> Exception:
    """Return the refusal that says what is missing."""
    if entry.kind is EntryKind.ALLOCATE:
        programme = programmes.programme_by_key(entry.programme_id)
        return OverCeiling(programme.unallocated)
    if entry.kind in (EntryKind.COMMIT, EntryKind.DEALLOCATE):
        line = programmes.line_by_key(entry.line_id)
        return OverLine(line.available)
    if entry.kind is EntryKind.REVERSE:
        return FundsMovedOn()
    return OverCommitment(_commitment(entry).committed)


def _move_commitment(entry: LedgerEntry, by: Movement) -> None:
    committed, spent = Commitment.committed + by.committed, Commitment.spent + by.spent
    statement = (
        update(Commitment)
        .where(Commitment.id == entry.commitment_id, committed >= 0, spent >= 0)
        .values(committed=committed, spent=spent, is_closed=entry.closes)
    )
    if not changed(statement):
        raise _shortage(entry)


@dataclass(frozen=True)
class Months:
    """The months in which a movement counts: what it allocates and spends, and its change of what is committed."""

    moved: dt.date
    committed: dt.date


def _months(entry: LedgerEntry, movement: Movement, undone: LedgerPosting | None, on: dt.date) -> Months:
    """Return where a movement that is approved ``on`` a day counts; the rule stands above."""
    if undone is not None and undone.spent:
        return Months(undone.month, undone.committed_month)
    month = month_of(entries.claim_by_key(entry.claim_id).paid_on if entry.claim_id else on)
    if entry.commitment_id is None or movement.committed >= 0:
        return Months(month, month)
    return Months(month, max(month, _held_since(entry.commitment_id, -movement.committed)))


def _held_since(commitment_id: int, pence: int) -> dt.date:
    """Return the month since the end of which a commitment has always held so much. It does hold it now."""
    since, held = dt.date.min, 0
    for month, change in entries.changes_of(commitment_id):
        if held < pence:
            since = month
        held += change
    return since


def _post(entry: LedgerEntry, movement: Movement, months: Months) -> None:
    """Record what moved, and move the monthly totals that the charts read."""
    db.session.add(
        LedgerPosting(
            entry_id=entry.id,
            programme_id=entry.programme_id,
            line_id=entry.line_id,
            commitment_id=entry.commitment_id,
            allocated=movement.allocated,
            committed=movement.committed,
            spent=movement.spent,
            month=months.moved,
            committed_month=months.committed,
        )
    )
    _add_to_month(entry.line_id, months.committed, LineMonth.committed, movement.committed)
    _add_to_month(entry.line_id, months.moved, LineMonth.spent, movement.spent)
    if movement.committed:
        _expect(_commitment(entry), movement.committed)


def _expect(commitment: Commitment, pence: int) -> None:
    """Add to what is expected in the month of a commitment."""
    _add_to_month(commitment.line_id, month_of(commitment.expected_on), LineMonth.expected, pence)


def reschedule(commitment: Commitment, day: dt.date, shown: str, by: Actor) -> None:
    """Say that the payment of an outstanding commitment is expected on another day. ``shown`` is the one the form said.

    It moves no money, so nobody else decides: the audit trail keeps both days. Raises ExpectedOutside, CommitmentClosed
    when nothing is outstanding, ChangedMeanwhile when another day was said since; saying the same again is nothing new.
    """
    programmes.lock_programme(commitment.programme_id)
    check_expected(commitment.programme_id, day)
    fresh = entries.commitment_by_key(commitment.id)
    if not fresh.committed:
        raise CommitmentClosed
    before = fresh.expected_on
    if before == day:
        return
    if str(before) != shown:
        raise ChangedMeanwhile
    _expect(fresh, -fresh.committed)
    fresh.expected_on = day
    _expect(fresh, fresh.committed)
    audit.record(FinanceEvent.COMMITMENT_RESCHEDULED, fresh, by=by.user_id, before=str(before), after=str(day))


def check_expected(programme_id: int, day: dt.date) -> None:
    """Raise ExpectedOutside unless a payment can be expected on this day: one within the dates of the programme."""
    programme = programmes.programme_by_key(programme_id)
    if not programme.starts_on <= day <= programme.ends_on:
        raise ExpectedOutside(programme.starts_on, programme.ends_on)


def _add_to_month(line_id: int, month: dt.date, column: InstrumentedAttribute[int], pence: int) -> None:
    """Add to one monthly total. The programme's lock is held, so nobody else inserts the same row."""
    if not pence:
        return
    here = (LineMonth.line_id == line_id, LineMonth.month == month)
    statement = update(LineMonth).where(*here).values({column: column + pence})
    if not changed(statement):
        db.session.execute(insert(LineMonth).values({"line_id": line_id, "month": month, column.key: pence}))
