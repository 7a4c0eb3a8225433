"""Decisions about money, with what follows from them: an approved commitment opens its cohort."""

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from training.domain import cohorts, ledger
from training.models.actor import Actor
from training.models.cohorts import Cohort, CohortState
from training.models.ledger import Commitment, EntryKind, LedgerEntry, LedgerPosting
from training.models.programmes import BudgetLine, Programme
from training.queries import cohorts as cohort_rows
from training.queries import ledger as entries


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
    lines: Counter[BudgetLine] = Counter()
    programmes: Counter[Programme] = Counter()
    commitments: Counter[Commitment] = Counter()
    for entry in bundle:
        held = entry.commitment
        moved = ledger.movement(
            entry, held, undone.get(entry.reverses_id or 0), taken=-commitments[held] if held else 0
        )
        lines[entry.line] += moved.allocated - moved.committed - moved.spent
        programmes[entry.programme] -= moved.allocated
        if held:
            commitments[held] += moved.committed
    return Effects(
        [_change(line, line.available, by) for line, by in lines.items()],
        [_change(one, one.unallocated, by) for one, by in programmes.items() if by],
        [_change(one, one.committed, by) for one, by in commitments.items() if one.committed or one.spent],
    )


def _change(record: Programme | BudgetLine | Commitment, before: int, by: int) -> Change:
    return Change(record, before, before + by)


def approve(entry: LedgerEntry, by: Actor, on: dt.date) -> None:
    """Approve a proposal; the commitments of a cohort open it in the same transaction.

    Raises what ``ledger.approve`` and ``cohorts.open_funded`` raise.
    """
    ledger.approve(entry, by, on)
    if cohort := _cohort_of(entry):
        cohorts.open_funded(cohort, by, on)


def refuse(entry: LedgerEntry, reason: str, by: Actor) -> None:
    """Refuse a proposal; its cohort is a draft again. Raises OwnProposal, AlreadyDecided."""
    ledger.refuse(entry, reason, by)
    if cohort := _cohort_of(entry):
        cohorts.return_to_draft(cohort, by)


def withdraw(entry: LedgerEntry, reason: str, by: Actor) -> None:
    """Take one's own proposal back; its cohort is a draft again. Raises NotOwnProposal, AlreadyDecided."""
    ledger.withdraw(entry, reason, by)
    if cohort := _cohort_of(entry):
        cohorts.return_to_draft(cohort, by)


def _cohort_of(entry: LedgerEntry) -> Cohort | None:
    """Return the cohort that waits for the commitments of this entry; a top-up of an open one has none."""
    if entry.kind is not EntryKind.COMMIT or entry.commitment_id is None:
        return None
    cohort_id = entries.commitment_by_key(entry.commitment_id).cohort_id
    cohort = cohort_rows.cohort_by_key(cohort_id) if cohort_id else None
    return cohort if cohort and cohort.state is CohortState.AWAITING_APPROVAL else None
