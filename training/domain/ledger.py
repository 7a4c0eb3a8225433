"""The ledger: fund control. Every pound is in one place: unallocated, allocated, committed or spent.

An entry is proposed by one person and moves money when another approves it; entries of one bundle are decided
together. Limits are checked by the write itself: a conditional UPDATE that finds no row has refused (design: no guard
ever sums rows). Locks are taken in one order: programme, line, commitment.
"""

import datetime as dt
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, insert, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import InstrumentedAttribute

from training.domain import audit
from training.domain.refusals import (
    AlreadyDecided,
    CohortHoldsMoney,
    CommitmentClosed,
    FundsMovedOn,
    NotOwnProposal,
    NotReversible,
    OtherProgramme,
    OverCeiling,
    OverCommitment,
    OverLine,
    OwnProposal,
)
from training.kit.clock import month_of, now
from training.kit.db import changed, db
from training.kit.ids import new_public_id
from training.models.actor import Actor
from training.models.claims import Claim
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
    """What every proposed movement says: pence, why, and the key of the form it came from.

    The same content under the same key is the same request, however often it arrives. Other content is another
    proposal: whoever goes back, changes the amount and sends the form again means it.
    """

    amount: int
    purpose: str
    key: str


@dataclass(frozen=True)
class Wish:
    """An entry as it is asked for, before it is appended; ``line`` is the one whose balances it moves."""

    kind: EntryKind
    line: BudgetLine
    amount: int
    commitment: Commitment | None = None
    claim: Claim | None = None
    original: int | None = None
    closes: bool = False
    reverses: LedgerEntry | None = None


_KEY_LENGTH = 48
"""Characters of a hash, with room for the number of an entry in its bundle."""

# Proposing. Nothing moves; what cannot fit today is refused at once, and the approval decides again.


def _own_key(proposal: Proposal, by: Actor) -> str:
    """Return the key under which the entry is unique: one person's never meets another's."""
    content = repr((by.user_id, proposal.key, proposal.amount, proposal.purpose))
    return hashlib.sha256(content.encode()).hexdigest()[:_KEY_LENGTH]


def proposed_before(proposal: Proposal, by: Actor) -> LedgerEntry | None:
    """Return the entry that the same person proposed under the same key, if this is a repeated request."""
    return entries.entry_with_key(_own_key(proposal, by))


def append(wishes: Iterable[Wish], proposal: Proposal, by: Actor) -> LedgerEntry:
    """Append the wishes as one bundle and return its first entry.

    A request that was repeated in the same moment gets the entry that its twin appended; whoever calls has looked
    with ``proposed_before`` already.
    """
    bundle = new_public_id()
    entries_ = [_entry(wish, proposal, bundle, number, by) for number, wish in enumerate(wishes)]
    try:
        with db.session.begin_nested():
            db.session.add_all(entries_)
    except IntegrityError:
        known = proposed_before(proposal, by)
        if known is None:
            raise
        return known
    for entry in entries_:
        audit.record(f"{entry.kind.value} proposed", entry, by=by.user_id, pence=entry.amount)
    return entries_[0]


def append_payments(wanted: Iterable[tuple[Wish, Proposal]], by: Actor) -> None:
    """Append each payment as a bundle of its own, all in a few statements.

    The caller holds the programme's lock and knows that none of them was proposed before.
    """
    appended = [_entry(wish, proposal, new_public_id(), 0, by) for wish, proposal in wanted]
    db.session.add_all(appended)
    db.session.flush()
    audit.record_each("pay proposed", {entry: {"pence": entry.amount} for entry in appended}, by=by.user_id)


def _entry(wish: Wish, proposal: Proposal, bundle: str, number: int, by: Actor) -> LedgerEntry:
    key = _own_key(proposal, by)
    return LedgerEntry(
        kind=wish.kind,
        bundle=bundle,
        programme_id=wish.line.programme_id,
        line_id=wish.line.id,
        commitment_id=wish.commitment.id if wish.commitment else None,
        claim_id=wish.claim.id if wish.claim else None,
        amount=wish.amount,
        original=wish.original,
        closes=wish.closes,
        purpose=proposal.purpose,
        reverses_id=wish.reverses.id if wish.reverses else None,
        proposer_id=by.user_id,
        proposed_at=now(),
        idempotency_key=f"{key}#{number}" if number else key,
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
    return append([Wish(EntryKind.ALLOCATE, line, proposal.amount)], proposal, by)


def propose_return(line: BudgetLine, proposal: Proposal, by: Actor) -> LedgerEntry:
    """Propose to move money that ``line`` has available back to the programme. Raises OverLine."""
    if known := proposed_before(proposal, by):
        return known
    _check_available(line, proposal.amount)
    return append([Wish(EntryKind.DEALLOCATE, line, proposal.amount)], proposal, by)


def propose_transfer(source: BudgetLine, target: BudgetLine, proposal: Proposal, by: Actor) -> LedgerEntry:
    """Propose to move money from one line of a programme to another, both halves or neither.

    Raises OverLine, OtherProgramme. Rule: transfers are proposals with a reason.
    """
    proposal = replace(proposal, key=f"{proposal.key} to {target.public_id}")
    if known := proposed_before(proposal, by):
        return known
    if source.programme_id != target.programme_id or source.id == target.id:
        raise OtherProgramme
    _check_available(source, proposal.amount)
    halves = ((EntryKind.DEALLOCATE, source), (EntryKind.ALLOCATE, target))
    return append([Wish(kind, line, proposal.amount) for kind, line in halves], proposal, by)


def _check_available(line: BudgetLine, amount: int) -> None:
    fresh = programmes.line_by_key(line.id)
    available = fresh.allocated - fresh.committed - fresh.spent
    if amount > available:
        raise OverLine(available)


def propose_commitment(line: BudgetLine, proposal: Proposal, expected_on: dt.date, by: Actor) -> LedgerEntry:
    """Propose to reserve money on ``line`` for a purchase. Raises OverLine."""
    return propose_commitments([Reservation(line, proposal.amount)], proposal, expected_on, by)


@dataclass(frozen=True)
class Reservation:
    """What a commitment reserves on a line; pence."""

    line: BudgetLine
    amount: int


def propose_commitments(
    reservations: Sequence[Reservation],
    proposal: Proposal,
    expected_on: dt.date,
    by: Actor,
    *,
    cohort_id: int | None = None,
) -> LedgerEntry:
    """Propose one commitment per line, decided together. Raises OverLine.

    Rule: a cohort has one commitment per line that its cost touches (design §3).
    """
    if known := proposed_before(proposal, by):
        return known
    for wanted in reservations:
        _check_available(wanted.line, wanted.amount)
    made = [
        Commitment(
            programme_id=wanted.line.programme_id,
            line_id=wanted.line.id,
            cohort_id=cohort_id,
            purpose=proposal.purpose,
            expected_on=expected_on,
        )
        for wanted in reservations
    ]
    with db.session.begin_nested() as savepoint:
        db.session.add_all(made)
        db.session.flush()
        wishes = [
            Wish(EntryKind.COMMIT, wanted.line, wanted.amount, commitment)
            for wanted, commitment in zip(reservations, made, strict=True)
        ]
        appended = append(wishes, proposal, by)
        if appended.commitment_id != made[0].id:
            savepoint.rollback()  # a twin of this request was faster: its commitments stand
    return appended


def propose_top_up(commitment: Commitment, proposal: Proposal, by: Actor) -> LedgerEntry:
    """Propose to reserve more for a commitment that was approved. Raises OverLine, CommitmentClosed.

    Rule: paying more than is committed needs its own approved top-up.
    """
    if known := proposed_before(proposal, by):
        return known
    commitment = entries.commitment_by_key(commitment.id)
    if commitment.is_closed or not (commitment.committed or commitment.spent):
        raise CommitmentClosed
    line = programmes.line_by_key(commitment.line_id)
    _check_available(line, proposal.amount)
    return append([Wish(EntryKind.COMMIT, line, proposal.amount, commitment)], proposal, by)


def propose_release(commitment: Commitment, proposal: Proposal, by: Actor) -> LedgerEntry:
    """Propose to give outstanding money of a commitment back to its line. Raises CommitmentClosed, OverCommitment."""
    if known := proposed_before(proposal, by):
        return known
    commitment = check_outstanding(commitment, proposal.amount)
    line = programmes.line_by_key(commitment.line_id)
    return append([Wish(EntryKind.RELEASE, line, proposal.amount, commitment)], proposal, by)


def check_outstanding(commitment: Commitment, amount: int) -> Commitment:
    """Return the commitment as it is now. Raises CommitmentClosed, OverCommitment when it does not hold ``amount``."""
    fresh = entries.commitment_by_key(commitment.id)
    if fresh.is_closed:
        raise CommitmentClosed
    if amount > fresh.committed:
        raise OverCommitment(fresh.committed)
    return fresh


def propose_reversal(entry: LedgerEntry, reason: str, key: str, by: Actor) -> LedgerEntry:
    """Propose to undo an approved entry and what was decided with it, the last first.

    Raises NotReversible, CohortHoldsMoney. Rule: a mistake is reversed, never edited (design §2, habit 8).
    """
    proposal = Proposal(entry.amount, reason, key)
    if known := proposed_before(proposal, by):
        return known
    bundle = entries.bundle_of(entry)
    for part in bundle:
        _check_reversible(part)
    return append([_undoing(part) for part in reversed(bundle)], proposal, by)


def _undoing(entry: LedgerEntry) -> Wish:
    line = programmes.line_by_key(entry.line_id)
    commitment = _commitment(entry) if entry.commitment_id else None
    return Wish(EntryKind.REVERSE, line, entry.amount, commitment, reverses=entry)


def _check_reversible(entry: LedgerEntry) -> None:
    is_standing = entries.posting_of(entry.id) is not None and not entries.is_undone(entry.id)
    if entry.kind is EntryKind.REVERSE or not is_standing:
        raise NotReversible
    if entry.kind is EntryKind.COMMIT and _commitment(entry).cohort_id is not None:
        raise CohortHoldsMoney


# Deciding.


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
    audit.record_each("pay withdrawn", {entry: {"pence": entry.amount} for entry in undecided}, by=by.user_id)


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


def _take_effect(entry: LedgerEntry, on: dt.date) -> None:
    commitment = _commitment(entry) if entry.commitment_id is not None else None
    undone = entries.posting_of(entry.reverses_id) if entry.reverses_id is not None else None
    moved = movement(entry, commitment, undone)
    _move(Programme, entry.programme_id, moved, entry)
    _move(BudgetLine, entry.line_id, moved, entry)
    if commitment is not None:
        _move_commitment(entry, moved)
    paid_on = entries.claim_by_key(entry.claim_id).paid_on if entry.claim_id else None
    _post(entry, moved, month_of(paid_on or on))


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
        _check_reversible(entries.entry_by_key(undone))
    try:
        with db.session.begin_nested():
            db.session.add(_decision(entry, outcome, by, reason, undone))
    except IntegrityError as error:
        raise AlreadyDecided from error
    audit.record(f"{entry.kind.value} {outcome.value}", entry, by=by.user_id, pence=entry.amount)


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
        return OverCeiling(programme.ceiling - programme.allocated)
    if entry.kind in (EntryKind.COMMIT, EntryKind.DEALLOCATE):
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
