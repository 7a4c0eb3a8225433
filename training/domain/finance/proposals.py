"""Propose movements of money. Nothing moves yet.

What does not fit today is refused at once; the approval checks again.
"""

import datetime as dt
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy.exc import IntegrityError

from training.domain.finance.decisions import check_refundable, check_reversible
from training.domain.finance.events import FinanceEvent
from training.domain.finance.ledger import check_expected
from training.domain.finance.refusals import (
    CameBackOutside,
    CommitmentClosed,
    LessThanAPenny,
    NotReversible,
    OtherProgramme,
    OverCeiling,
    OverCommitment,
    OverLine,
)
from training.domain.identity import audit
from training.kit.clock import now
from training.kit.db import db
from training.kit.ids import new_public_id
from training.kit.money import in_pence
from training.models.finance.claims import Claim
from training.models.finance.ledger import Commitment, EntryKind, LedgerEntry
from training.models.finance.programmes import BudgetLine
from training.models.identity.actor import Actor
from training.queries.finance import bundles, entries, programmes


@dataclass(frozen=True)
class Proposal:
    """What every proposal states: pence, purpose, and the idempotency key of its form.

    The same content under the same key is the same request, however often it arrives. Other content is another
    proposal: a user who goes back, changes the amount and sends the form again means it.
    """

    amount: int
    purpose: str
    key: str


@dataclass(frozen=True)
class EntryRequest:
    """A requested entry, before it is appended; ``line`` is the one whose balances it moves."""

    kind: EntryKind
    line: BudgetLine
    amount: int
    commitment: Commitment | None = None
    claim: Claim | None = None
    original: int | None = None
    closes: bool = False
    reverses: LedgerEntry | None = None
    came_back_on: dt.date | None = None


_KEY_LENGTH = 48
"""Characters of a hash, with room for the number of an entry in its bundle."""


def _own_key(proposal: Proposal, by: Actor) -> str:
    """Return the unique key of the entry; keys of different people never collide."""
    content = repr((by.user_id, proposal.key, proposal.amount, proposal.purpose))
    return hashlib.sha256(content.encode()).hexdigest()[:_KEY_LENGTH]


def proposed_before(proposal: Proposal, by: Actor) -> LedgerEntry | None:
    """Return the entry that ``by`` proposed under the same key, if this request is a repeat."""
    return entries.entry_with_key(_own_key(proposal, by))


def append(requests: Iterable[EntryRequest], proposal: Proposal, by: Actor) -> LedgerEntry:
    """Append ``requests`` as one bundle and return its first entry.

    A concurrent repeat of the request gets the entry of the first; the caller has checked ``proposed_before`` already.
    """
    bundle = new_public_id()
    entries_ = [_entry(request, proposal, bundle, number, by) for number, request in enumerate(requests)]
    try:
        with db.session.begin_nested():
            db.session.add_all(entries_)
    except IntegrityError:
        known = proposed_before(proposal, by)
        if known is None:
            raise
        return known
    for entry in entries_:
        audit.record(FinanceEvent(f"{entry.kind.value} proposed"), entry, by=by.user_id, pence=entry.amount)
    return entries_[0]


def append_payments(requests: Iterable[tuple[EntryRequest, Proposal]], by: Actor) -> None:
    """Append each payment as a bundle of its own, in a few statements.

    The caller holds the programme's lock and has checked that none was proposed before.
    """
    appended = [_entry(request, proposal, new_public_id(), 0, by) for request, proposal in requests]
    db.session.add_all(appended)
    db.session.flush()
    audit.record_each(FinanceEvent.PAY_PROPOSED, {entry: {"pence": entry.amount} for entry in appended}, by=by.user_id)


def _entry(request: EntryRequest, proposal: Proposal, bundle: str, number: int, by: Actor) -> LedgerEntry:
    key = _own_key(proposal, by)
    return LedgerEntry(
        kind=request.kind,
        bundle=bundle,
        programme_id=request.line.programme_id,
        line_id=request.line.id,
        commitment_id=request.commitment.id if request.commitment else None,
        claim_id=request.claim.id if request.claim else None,
        amount=request.amount,
        original=request.original,
        closes=request.closes,
        purpose=proposal.purpose,
        reverses_id=request.reverses.id if request.reverses else None,
        came_back_on=request.came_back_on,
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
    if proposal.amount > programme.unallocated:
        raise OverCeiling(programme.unallocated)
    return append([EntryRequest(EntryKind.ALLOCATE, line, proposal.amount)], proposal, by)


def propose_return(line: BudgetLine, proposal: Proposal, by: Actor) -> LedgerEntry:
    """Propose to move money that ``line`` has available back to the programme. Raises OverLine."""
    if known := proposed_before(proposal, by):
        return known
    _check_available(line, proposal.amount)
    return append([EntryRequest(EntryKind.DEALLOCATE, line, proposal.amount)], proposal, by)


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
    return append([EntryRequest(kind, line, proposal.amount) for kind, line in halves], proposal, by)


def _check_available(line: BudgetLine, amount: int) -> None:
    available = programmes.line_by_key(line.id).available
    if amount > available:
        raise OverLine(available)


def propose_commitment(line: BudgetLine, proposal: Proposal, expected_on: dt.date, by: Actor) -> LedgerEntry:
    """Propose to reserve money on ``line`` for a purchase. Raises OverLine, ExpectedOutside."""
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
    """Propose one commitment per line, decided together. Raises OverLine, ExpectedOutside.

    Rule: a cohort has one commitment per line that its cost touches (design §3).
    """
    for programme_id in sorted({reservation.line.programme_id for reservation in reservations}):
        programmes.lock_programme(programme_id)  # a concurrent repeat of this request waits here, then finds the entry
    if known := proposed_before(proposal, by):
        return known
    for reservation in reservations:
        _check_available(reservation.line, reservation.amount)
        check_expected(reservation.line.programme_id, expected_on)
    made = [
        Commitment(
            programme_id=reservation.line.programme_id,
            line_id=reservation.line.id,
            cohort_id=cohort_id,
            purpose=proposal.purpose,
            expected_on=expected_on,
        )
        for reservation in reservations
    ]
    db.session.add_all(made)
    db.session.flush()
    requests = [
        EntryRequest(EntryKind.COMMIT, reservation.line, reservation.amount, commitment)
        for reservation, commitment in zip(reservations, made, strict=True)
    ]
    return append(requests, proposal, by)


def propose_top_up(commitment: Commitment, proposal: Proposal, by: Actor) -> LedgerEntry:
    """Propose to reserve more for an approved commitment. Raises OverLine, CommitmentClosed.

    Rule: paying more than is committed needs its own approved top-up.
    """
    if known := proposed_before(proposal, by):
        return known
    commitment = entries.commitment_by_key(commitment.id)
    if commitment.is_closed or not (commitment.committed or commitment.spent):
        raise CommitmentClosed
    line = programmes.line_by_key(commitment.line_id)
    _check_available(line, proposal.amount)
    return append([EntryRequest(EntryKind.COMMIT, line, proposal.amount, commitment)], proposal, by)


def propose_release(commitment: Commitment, proposal: Proposal, by: Actor) -> LedgerEntry:
    """Propose to return outstanding money of a commitment to its line. Raises CommitmentClosed, OverCommitment."""
    if known := proposed_before(proposal, by):
        return known
    commitment = check_outstanding(commitment, proposal.amount)
    line = programmes.line_by_key(commitment.line_id)
    return append([EntryRequest(EntryKind.RELEASE, line, proposal.amount, commitment)], proposal, by)


def check_outstanding(commitment: Commitment, amount: int) -> Commitment:
    """Return the commitment, fresh. Raises CommitmentClosed, OverCommitment if it does not hold ``amount``."""
    fresh = entries.commitment_by_key(commitment.id)
    if fresh.is_closed:
        raise CommitmentClosed
    if amount > fresh.committed:
        raise OverCommitment(fresh.committed)
    return fresh


def propose_reversal(entry: LedgerEntry, reason: str, key: str, by: Actor) -> LedgerEntry:
    """Propose to reverse an approved entry and those decided with it, last first.

    Of a payment whose part came back, what is left. Raises NotReversible, CohortHoldsMoney. Rule: a mistake is
    reversed, never edited (design §2, habit 8).
    """
    proposal = Proposal(entry.amount, reason, key)
    if known := proposed_before(proposal, by):
        return known
    originals = bundles.standings(entry.bundle)
    for original in originals:
        check_reversible(original)
    return append([_undoing(original) for original in reversed(originals)], proposal, by)


def _undoing(original: bundles.Standing) -> EntryRequest:
    entry = original.entry
    return EntryRequest(EntryKind.REVERSE, entry.line, original.left, entry.commitment, reverses=entry)


@dataclass(frozen=True)
class CameBack:
    """What came back of a payment, in minor units of its currency, and when."""

    original: int
    on: dt.date


def propose_refund(
    payment: LedgerEntry, back: CameBack, reason: str, key: str, by: Actor, today: dt.date
) -> LedgerEntry:
    """Propose that part of an approved payment came back; it returns to the commitment of the payment.

    Converted at the rate of the payment. Raises NotReversible, OverPayment, LessThanAPenny, CameBackOutside. Rule: less
    than what is left of a payment, tied to it; the whole is reversed (ADR 30).
    """
    programmes.lock_programme(payment.programme_id)  # a concurrent repeat waits here, then finds the entry
    [original] = [one for one in bundles.standings(payment.bundle) if one.entry.id == payment.id]
    claim = original.entry.claim
    if claim is None:
        raise NotReversible
    pence = in_pence(back.original, claim.currency, claim.rate)
    proposal = Proposal(pence, reason, f"{key} {payment.public_id} {back.on}")
    if known := proposed_before(proposal, by):
        return known
    if not claim.paid_on <= back.on <= today:
        raise CameBackOutside(claim.paid_on)
    if pence < 1:
        raise LessThanAPenny
    check_refundable(original, pence, back.original)
    fresh = original.entry
    request = EntryRequest(
        EntryKind.REFUND,
        fresh.line,
        pence,
        fresh.commitment,
        original=back.original,
        reverses=fresh,
        came_back_on=back.on,
    )
    return append([request], proposal, by)
