"""Decisions about money and their consequences: an approved commitment opens its cohort."""

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
    """The remaining pence of a record, now and after approval."""

    record: Programme | BudgetLine | Commitment
    before: int
    after: int


@dataclass(frozen=True)
class Effects:
    """Effects of an approval on available money of lines, unallocated money of programmes, outstanding commitments."""

    lines: list[Change]
    programmes: list[Change]
    commitments: list[Change]

    @property
    def fit(self) -> bool:
        """Whether the money is available today; the approval itself checks again."""
        return all(change.after >= 0 for change in (*self.lines, *self.programmes, *self.commitments))


def effects(bundle: Sequence[LedgerEntry], undone: Mapping[int, LedgerPosting]) -> Effects:
    """Return the effects of approving a bundle now. Raises NotReversible, CommitmentClosed.

    The entries come with their lines, programmes and commitments; ``undone`` holds what the reversed entries moved.
    Programmes whose allocation does not change, and commitments that hold nothing yet, are left out.
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
    """The effect of payments on the line of their commitments; pence."""

    line: BudgetLine
    committed: Change
    spent: Change


@dataclass(frozen=True)
class Payments:
    """The joint effects of approving many payments, on lines and on outstanding commitments."""

    lines: list[LineEffect]
    commitments: list[Change]


def effects_of_payments(pending: Sequence[PendingAmount]) -> Payments:
    """Return the effects of payments, none of which closes its commitment."""
    lines: Counter[BudgetLine] = Counter()
    for amount in pending:
        lines[amount.commitment.line] += amount.pence
    return Payments(
        [
            LineEffect(line, _change(line, line.committed, -by), _change(line, line.spent, by))
            for line, by in lines.items()
        ],
        [_change(one.commitment, one.commitment.committed, -one.pence) for one in pending],
    )


def without_room(payments: Sequence[LedgerEntry], by: Actor) -> set[int]:
    """Return the keys of the payments that would no longer fit if ``by`` approved all before them.

    Those that ``by`` proposed are left out, as ``by`` may not approve them.
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


def warnings(review: ClaimReview | None, *, has_room: bool) -> list[PaymentWarning]:
    """Return the warnings about a proposal: those of its claim, and whether it lacks room.

    ``review`` is that of a payment's claim; None for other proposals.
    """
    found = review.warnings if review else []
    return found if has_room else [*found, PaymentWarning.NO_ROOM]


def _change(record: Programme | BudgetLine | Commitment, before: int, by: int) -> Change:
    return Change(record, before, before + by)


def approve(entry: LedgerEntry, by: Actor, on: dt.date) -> None:
    """Approve a proposal; approved commitments of a cohort open it in the same transaction.

    Raises what ``ledger.approve`` and ``opening.open_funded`` raise.
    """
    if cohort := _cohort_of(ledger.approve(entry, by, on)):
        opening.open_funded(cohort, by, on)


def refuse(entry: LedgerEntry, reason: str, by: Actor) -> None:
    """Refuse a proposal; its cohort returns to draft. Raises OwnProposal, AlreadyDecided."""
    if cohort := _cohort_of(ledger.refuse(entry, reason, by)):
        opening.return_to_draft(cohort, by)


@dataclass(frozen=True)
class BulkDecision:
    """Approval, or refusal with its reason."""

    outcome: Outcome
    reason: str = ""


AT_ONCE = 50
"""Proposals per transaction: smaller chunks take longer in total, larger ones block other writers."""


def in_chunks(names: Sequence[str]) -> Iterator[Sequence[str]]:
    """Split proposals into chunks, each decided in a transaction of its own."""
    return (names[first : first + AT_ONCE] for first in range(0, len(names), AT_ONCE))


def decide_each(chosen: Sequence[LedgerEntry], decision: BulkDecision, by: Actor, on: dt.date) -> dict[str, Refusal]:
    """Decide about proposals one by one: a failure does not hold back the rest.

    Return the refusals by name of the undecided proposals. Locks are always taken in the same order.
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
    """Withdraw one's own proposal; its cohort returns to draft. Raises NotOwnProposal, AlreadyDecided."""
    if cohort := _cohort_of(ledger.withdraw(entry, reason, by)):
        opening.return_to_draft(cohort, by)


def _cohort_of(decided: Sequence[LedgerEntry]) -> Cohort | None:
    """Return the cohort awaiting the commitments of these entries; None for a top-up of an open one."""
    first = decided[0]
    if first.kind is not EntryKind.COMMIT or first.commitment is None or first.commitment.cohort_id is None:
        return None
    cohort = cohort_rows.cohort_by_key(first.commitment.cohort_id)
    return cohort if cohort.state is CohortState.AWAITING_APPROVAL else None
