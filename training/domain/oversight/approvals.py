"""Decisions about money, with what follows from them: an approved commitment opens its cohort."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from training.domain.common.refusals import Refusal
from training.domain.finance import decisions, ledger
from training.domain.finance.payment_warnings import ClaimReview, PaymentWarning
from training.domain.oversight import opening
from training.kit.db import db
from training.models.courses.cohorts import Cohort, CohortState
from training.models.finance.ledger import Commitment, EntryKind, LedgerEntry, LedgerPosting, Outcome
from training.models.finance.programmes import BudgetLine, Programme
from training.models.identity.actor import Actor
from training.queries.courses import cohorts as cohort_rows
from training.queries.finance import programmes
from training.queries.finance.inbox import PendingAmount


@dataclass(frozen=True)
class Change:
    """What a record has left, in pence: now, and after approval."""

    record: Programme | BudgetLine | Commitment
    before: int
    after: int


@dataclass(frozen=True)
class Effects:
    """What approval would do to what lines have available, programmes unallocated and commitments outstanding."""

    lines: list[Change]
    programmes: list[Change]
    commitments: list[Change]

    @property
    def fit(self) -> bool:
        """Whether the money is there today; the approval itself decides."""
        return all(change.after >= 0 for change in (*self.lines, *self.programmes, *self.commitments))


def effects(bundle: Sequence[LedgerEntry], undone: Mapping[int, LedgerPosting]) -> Effects:
    """Return what approving the entries of a bundle would do now. Raises NotReversible, CommitmentClosed.

    The entries come with their lines, programmes and commitments; ``undone`` is what the entries moved that these
    reverse. Programmes whose allocation stays as it is, and commitments that hold nothing yet, are left out.
    """
    moved = decisions.movements(bundle, undone)
    lines = decisions.totals((entry.line for entry in bundle), moved)
    programmes = decisions.totals((entry.programme for entry in bundle), moved)
    commitments = decisions.totals((entry.commitment for entry in bundle), moved)
    return Effects(
        [_change(line, line.available, by.allocated - by.committed - by.spent) for line, by in lines.items()],
        [_change(one, one.unallocated, -by.allocated) for one, by in programmes.items() if by.allocated],
        [_change(one, one.committed, by.committed) for one, by in commitments.items() if one.committed or one.spent],
    )


@dataclass(frozen=True)
class LineEffect:
    """What payments would do to a line that holds their commitments; pence."""

    line: BudgetLine
    committed: Change
    spent: Change


@dataclass(frozen=True)
class Payments:
    """What many payments would do together if all were approved: to lines, and to commitments outstanding."""

    lines: list[LineEffect]
    commitments: list[Change]


def effects_of_payments(takings: Sequence[PendingAmount]) -> Payments:
    """Return what payments would do, none of which closes its commitment."""
    lines: Counter[BudgetLine] = Counter()
    for taking in takings:
        lines[taking.commitment.line] += taking.pence
    return Payments(
        [
            LineEffect(line, _change(line, line.committed, -by), _change(line, line.spent, by))
            for line, by in lines.items()
        ],
        [_change(one.commitment, one.commitment.committed, -one.pence) for one in takings],
    )


def without_room(payments: Sequence[LedgerEntry], by: Actor) -> set[int]:
    """Return the keys of the payments that would not fit any more if ``by`` approved all before them.

    Those that ``by`` proposed are left out: nobody approves their own.
    """
    left: dict[int, int] = {}
    found = set()
    for entry in (one for one in payments if one.proposer_id != by.user_id):
        held = entry.commitment
        if held is None:
            continue
        room = left.setdefault(held.id, 0 if held.is_closed else held.committed)
        if entry.amount > room:
            found.add(entry.id)
        else:
            left[held.id] = room - entry.amount
    return found


def warnings(look: ClaimReview | None, *, has_room: bool) -> list[PaymentWarning]:
    """Return why somebody should look twice at a proposal: what is doubtful about its claim, and that it has no room.

    ``look`` is that at the claim of a payment; None for other proposals.
    """
    found = look.doubts if look else []
    return found if has_room else [*found, PaymentWarning.NO_ROOM]


def _change(record: Programme | BudgetLine | Commitment, before: int, by: int) -> Change:
    return Change(record, before, before + by)


def approve(entry: LedgerEntry, by: Actor, on: dt.date) -> None:
    """Approve a proposal; the commitments of a cohort open it in the same transaction.

    Raises what ``ledger.approve`` and ``opening.open_funded`` raise.
    """
    if cohort := _cohort_of(ledger.approve(entry, by, on)):
        opening.open_funded(cohort, by, on)


def refuse(entry: LedgerEntry, reason: str, by: Actor) -> None:
    """Refuse a proposal; its cohort is a draft again. Raises OwnProposal, AlreadyDecided."""
    if cohort := _cohort_of(ledger.refuse(entry, reason, by)):
        opening.return_to_draft(cohort, by)


@dataclass(frozen=True)
class BulkDecision:
    """Approved or refused, with the reason of a refusal."""

    outcome: Outcome
    reason: str = ""


AT_ONCE = 50
"""So many proposals are decided in one transaction: fewer take longer in all, more keep others waiting."""


def in_turns(names: Sequence[str]) -> Iterator[Sequence[str]]:
    """Return the names of proposals in parts, each to be decided in a transaction of its own."""
    return (names[first : first + AT_ONCE] for first in range(0, len(names), AT_ONCE))


def decide_each(chosen: Sequence[LedgerEntry], decision: BulkDecision, by: Actor, on: dt.date) -> dict[str, Refusal]:
    """Decide about proposals, each on its own: one that cannot be decided does not hold back the rest.

    Return why not, by the names of those that were not decided. Locks are taken in one order whatever was chosen.
    """
    for programme_id in sorted({entry.programme_id for entry in chosen}):
        programmes.lock_programme(programme_id)
    why_not: dict[str, Refusal] = {}
    for entry in sorted(chosen, key=lambda one: one.id):
        try:
            with db.session.begin_nested():
                _decide(entry, decision, by, on)
        except Refusal as refusal:
            why_not[entry.bundle] = refusal
    return why_not


def _decide(entry: LedgerEntry, decision: BulkDecision, by: Actor, on: dt.date) -> None:
    if decision.outcome is Outcome.APPROVED:
        approve(entry, by, on)
    else:
        refuse(entry, decision.reason, by)


def withdraw(entry: LedgerEntry, reason: str, by: Actor) -> None:
    """Take one's own proposal back; its cohort is a draft again. Raises NotOwnProposal, AlreadyDecided."""
    if cohort := _cohort_of(ledger.withdraw(entry, reason, by)):
        opening.return_to_draft(cohort, by)


def _cohort_of(decided: Sequence[LedgerEntry]) -> Cohort | None:
    """Return the cohort that waits for the commitments of these entries; a top-up of an open one has none."""
    first = decided[0]
    if first.kind is not EntryKind.COMMIT or first.commitment is None or first.commitment.cohort_id is None:
        return None
    cohort = cohort_rows.cohort_by_key(first.commitment.cohort_id)
    return cohort if cohort.state is CohortState.AWAITING_APPROVAL else None
