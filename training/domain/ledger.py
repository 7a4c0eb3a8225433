"""The ledger: fund control. Every pound is in one place: unallocated, allocated, committed or spent.

An entry is proposed by one person and moves money when another approves it. Limits are checked by the
write itself: a conditional UPDATE that finds no row has refused (design: no guard ever sums rows).
Locks are taken in one order: programme, line, commitment.
"""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import ColumnElement, insert, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import InstrumentedAttribute

from training.domain import audit
from training.domain.refusals import (
    AlreadyDecided,
    CohortHoldsMoney,
    CommitmentClosed,
    FundsMovedOn,
    NotReversible,
    OverCeiling,
    OverCommitment,
    OverLine,
    OwnProposal,
    PaidInFuture,
)
from training.kit.clock import month_of, now
from training.kit.db import changed, db
from training.models.actor import Actor
from training.models.ledger import (
    Approval,
    Commitment,
    EntryKind,
    LedgerEntry,
    LedgerPosting,
    LineMonth,
    Outcome,
)
from training.models.programmes import BudgetLine, Programme
from training.queries import ledger as entries
from training.queries import programmes


@dataclass(frozen=True)
class Movement:
    """The change of a line's balances, in pence."""

    allocated: int = 0
    committed: int = 0
    spent: int = 0

    def reversed(self) -> "Movement":
        """Return the movement that undoes this one."""
        return Movement(-self.allocated, -self.committed, -self.spent)


@dataclass(frozen=True)
class Proposal:
    """What every proposed movement says: pence, why, and the key that makes a repeated request the same one."""

    amount: int
    purpose: str
    key: str


@dataclass(frozen=True)
class Payment:
    """To whom and when a payment was made; ``closes`` gives the rest of the commitment back to the line."""

    payee: str
    payee_is_person: bool
    paid_on: dt.date
    closes: bool


# Proposing. Nothing moves; what cannot fit today is refused at once, and the approval decides again.


def _own_key(proposal: Proposal, by: Actor) -> str:
    """Return the key under which the entry is unique: one person's keys never meet another's."""
    return f"{by.user_id}:{proposal.key}"


def proposed_before(proposal: Proposal, by: Actor) -> LedgerEntry | None:
    """Return the entry that the same person proposed under the same key, if this is a repeated request."""
    return entries.entry_with_key(_own_key(proposal, by))


def _append(entry: LedgerEntry, by: Actor) -> LedgerEntry:
    """Add a proposed entry, or return the one that was added before under the same key."""
    try:
        with db.session.begin_nested():
            db.session.add(entry)
            db.session.flush()
    except IntegrityError:
        known = entries.entry_with_key(entry.idempotency_key)
        if known is None:
            raise
        return known
    audit.record(f"{entry.kind.value} proposed", entry, by=by.user_id, pence=entry.amount)
    return entry


def _entry(kind: EntryKind, line: BudgetLine, proposal: Proposal, by: Actor) -> LedgerEntry:
    return LedgerEntry(
        kind=kind,
        programme_id=line.programme_id,
        line_id=line.id,
        amount=proposal.amount,
        purpose=proposal.purpose,
        proposer_id=by.user_id,
        proposed_at=now(),
        idempotency_key=_own_key(proposal, by),
    )


def propose_allocation(line: BudgetLine, proposal: Proposal, by: Actor) -> LedgerEntry:
    """Propose to move money from the programme to ``line``. Raises OverCeiling.

    Rule: "up to £300,000" is a ceiling (domain §1).
    """
    if known := proposed_before(proposal, by):
        return known
    programme = programmes.programme_by_key(line.programme_id)
    if proposal.amount > programme.ceiling - programme.allocated:
        raise OverCeiling(programme.ceiling - programme.allocated)
    return _append(_entry(EntryKind.ALLOCATE, line, proposal, by), by)


def propose_commitment(
    line: BudgetLine,
    proposal: Proposal,
    expected_on: dt.date,
    by: Actor,
    *,
    cohort_id: int | None = None,
) -> LedgerEntry:
    """Propose to reserve money on ``line`` for a purchase, or for the cohort of that key. Raises OverLine."""
    if known := proposed_before(proposal, by):
        return known
    line = programmes.line_by_key(line.id)
    available = line.allocated - line.committed - line.spent
    if proposal.amount > available:
        raise OverLine(available)
    commitment = Commitment(
        programme_id=line.programme_id,
        line_id=line.id,
        cohort_id=cohort_id,
        purpose=proposal.purpose,
        expected_on=expected_on,
    )
    db.session.add(commitment)
    db.session.flush()
    entry = _entry(EntryKind.COMMIT, line, proposal, by)
    entry.commitment_id = commitment.id
    appended = _append(entry, by)
    if appended is not entry:
        db.session.delete(commitment)
    return appended


def _of_commitment(kind: EntryKind, commitment: Commitment, proposal: Proposal, by: Actor) -> LedgerEntry:
    commitment = entries.commitment_by_key(commitment.id)
    if commitment.is_closed:
        raise CommitmentClosed
    if proposal.amount > commitment.committed:
        raise OverCommitment(commitment.committed)
    entry = _entry(kind, programmes.line_by_key(commitment.line_id), proposal, by)
    entry.commitment_id = commitment.id
    return entry


def propose_payment(
    commitment: Commitment, proposal: Proposal, payment: Payment, by: Actor, on: dt.date
) -> LedgerEntry:
    """Propose that a commitment was paid. Raises CommitmentClosed, OverCommitment, PaidInFuture.

    Rule: a commitment is converted by its payment, never added to it (domain §2, Money).
    """
    if known := proposed_before(proposal, by):
        return known
    if payment.paid_on > on:
        raise PaidInFuture
    entry = _of_commitment(EntryKind.PAY, commitment, proposal, by)
    entry.payee, entry.payee_is_person = payment.payee, payment.payee_is_person
    entry.paid_on, entry.closes = payment.paid_on, payment.closes
    return _append(entry, by)


def propose_release(commitment: Commitment, proposal: Proposal, by: Actor) -> LedgerEntry:
    """Propose to give outstanding money of a commitment back to its line. Raises CommitmentClosed, OverCommitment."""
    if known := proposed_before(proposal, by):
        return known
    return _append(_of_commitment(EntryKind.RELEASE, commitment, proposal, by), by)


def propose_reversal(entry: LedgerEntry, reason: str, key: str, by: Actor) -> LedgerEntry:
    """Propose to undo an approved entry. Raises NotReversible, CohortHoldsMoney.

    Rule: a mistake is reversed, never edited (design §2, habit 8).
    """
    proposal = Proposal(entry.amount, reason, key)
    if known := proposed_before(proposal, by):
        return known
    _check_reversible(entry)
    reversal = _entry(EntryKind.REVERSE, programmes.line_by_key(entry.line_id), proposal, by)
    reversal.commitment_id, reversal.reverses_id = entry.commitment_id, entry.id
    return _append(reversal, by)


def _check_reversible(entry: LedgerEntry) -> None:
    is_standing = entries.posting_of(entry.id) is not None and not entries.is_undone(entry.id)
    if entry.kind is EntryKind.REVERSE or not is_standing:
        raise NotReversible
    if entry.kind is EntryKind.COMMIT and _commitment(entry).cohort_id is not None:
        raise CohortHoldsMoney


# Deciding.


def refuse(entry: LedgerEntry, reason: str, by: Actor) -> None:
    """Turn a proposal down. Raises OwnProposal, AlreadyDecided."""
    _decide(entry, Outcome.REFUSED, by, reason=reason)


def approve(entry: LedgerEntry, by: Actor, on: dt.date) -> None:
    """Let a proposal take effect on the day ``on``.

    Raises OwnProposal, AlreadyDecided; OverCeiling, OverLine, OverCommitment, CommitmentClosed when the
    money is not there any more; NotReversible, CohortHoldsMoney, FundsMovedOn for reversals.
    Rule: the one who proposes never approves (acceptance test g); the ceiling holds to the penny (l).
    """
    programmes.lock_programme(entry.programme_id)
    _decide(entry, Outcome.APPROVED, by)
    movement = _movement(entry)
    _move(Programme, entry.programme_id, movement, entry)
    _move(BudgetLine, entry.line_id, movement, entry)
    if entry.commitment_id is not None:
        _move_commitment(entry, movement)
    _post(entry, movement, month_of(entry.paid_on or on))


def _decide(entry: LedgerEntry, outcome: Outcome, by: Actor, reason: str = "") -> None:
    if entry.proposer_id == by.user_id:
        raise OwnProposal
    undone = entry.reverses_id if outcome is Outcome.APPROVED else None
    if entries.decision_about(entry.id):
        raise AlreadyDecided
    if undone is not None:
        _check_reversible(entries.entry_by_key(undone))
    try:
        with db.session.begin_nested():
            db.session.add(
                Approval(
                    entry_id=entry.id,
                    proposer_id=entry.proposer_id,
                    approver_id=by.user_id,
                    outcome=outcome,
                    reason=reason,
                    decided_at=now(),
                    reverses_id=undone,
                )
            )
    except IntegrityError as error:
        raise AlreadyDecided from error
    audit.record(f"{entry.kind.value} {outcome.value}", entry, by=by.user_id, pence=entry.amount)


def _commitment(entry: LedgerEntry) -> Commitment:
    if entry.commitment_id is None:
        raise ValueError("the entry has no commitment")
    return entries.commitment_by_key(entry.commitment_id)


def _movement(entry: LedgerEntry) -> Movement:
    """Return what an entry changes, now that the programme is locked."""
    if entry.kind is EntryKind.ALLOCATE:
        return Movement(allocated=entry.amount)
    if entry.kind is EntryKind.COMMIT:
        return Movement(committed=entry.amount)
    if entry.kind is EntryKind.REVERSE and entry.reverses_id is not None:
        undone = entries.posting_of(entry.reverses_id)
        if undone is None:
            raise NotReversible
        return Movement(undone.allocated, undone.committed, undone.spent).reversed()
    commitment = _commitment(entry)
    if commitment.is_closed:
        raise CommitmentClosed
    if entry.kind is EntryKind.RELEASE:
        return Movement(committed=-entry.amount)
    freed = max(commitment.committed, entry.amount) if entry.closes else entry.amount
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
        return OverCeiling(programme.ceiling - programme.allocated)
    if entry.kind is EntryKind.COMMIT:
        line = programmes.line_by_key(entry.line_id)
        return OverLine(line.allocated - line.committed - line.spent)
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


def _post(entry: LedgerEntry, movement: Movement, month: dt.date) -> None:
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
            month=month,
        )
    )
    _add_to_month(entry.line_id, month, LineMonth.committed, movement.committed)
    _add_to_month(entry.line_id, month, LineMonth.spent, movement.spent)
    if movement.committed:
        expected = month_of(_commitment(entry).expected_on)
        _add_to_month(entry.line_id, expected, LineMonth.expected, movement.committed)


def _add_to_month(line_id: int, month: dt.date, column: InstrumentedAttribute[int], pence: int) -> None:
    """Add to one monthly total. The programme's lock is held, so nobody else inserts the same row."""
    if not pence:
        return
    here = (LineMonth.line_id == line_id, LineMonth.month == month)
    statement = update(LineMonth).where(*here).values({column: column + pence})
    if not changed(statement):
        db.session.execute(insert(LineMonth).values({"line_id": line_id, "month": month, column.key: pence}))
