"""Reading bundles: the entries of one proposal, which are decided together."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import and_, select
from sqlalchemy.orm import contains_eager, joinedload

from training.kit.db import db
from training.models.courses.cohorts import Cohort
from training.models.finance.ledger import Approval, Commitment, EntryKind, LedgerEntry, LedgerPosting
from training.models.identity.actor import Actor
from training.policy.matrix import Permission
from training.policy.scopes import seen, where
from training.queries.finance.entries import entry_by_key, with_files


@dataclass(frozen=True)
class Bundle:
    """A proposal: the entries that are decided together, in their order, and the cohort that they pay for.

    ``undone`` holds what the entries moved that these reverse, by the keys of those.
    """

    entries: list[LedgerEntry]
    cohort: Cohort | None
    undone: dict[int, LedgerPosting]

    @property
    def first(self) -> LedgerEntry:
        """The entry that stands for all: they share programme, proposer, moment, purpose and claim."""
        return self.entries[0]

    @property
    def is_transfer(self) -> bool:
        """Whether one line gets what another gives: a transfer, or the reversal of one."""
        changes = [self._allocates(entry) for entry in self.entries]
        return any(changes) and not sum(changes)

    @property
    def amount(self) -> int:
        """What is proposed in all, in pence; a transfer's two halves are one amount."""
        return self.first.amount if self.is_transfer else sum(entry.amount for entry in self.entries)

    def _allocates(self, entry: LedgerEntry) -> int:
        if entry.kind is EntryKind.ALLOCATE:
            return entry.amount
        if entry.kind is EntryKind.DEALLOCATE:
            return -entry.amount
        undone = self.undone.get(entry.reverses_id or 0)
        return -undone.allocated if undone else 0


def named(names: Collection[str], actor: Actor) -> dict[str, Bundle]:
    """Return the proposals of these names with all that stands on them, by name, the oldest first."""
    statement = (
        select(LedgerEntry, Cohort, LedgerPosting)
        .outerjoin(LedgerEntry.commitment)
        .outerjoin(Cohort, and_(Cohort.id == Commitment.cohort_id, where(actor, Permission.SEE_COHORT, Cohort)))
        .outerjoin(LedgerPosting, LedgerPosting.entry_id == LedgerEntry.reverses_id)
        .where(LedgerEntry.bundle.in_(names))
        .options(
            contains_eager(LedgerEntry.commitment),
            joinedload(LedgerEntry.line),
            joinedload(LedgerEntry.programme),
            joinedload(LedgerEntry.claim).options(*with_files()),
            joinedload(LedgerEntry.proposer),
        )
        .order_by(LedgerEntry.id)
        .execution_options(populate_existing=True)
    )
    found: dict[str, Bundle] = {}
    for entry, cohort, undone in db.session.execute(seen(statement, actor, Permission.SEE_MONEY, LedgerEntry)):
        bundle = found.setdefault(entry.bundle, Bundle([], cohort, {}))
        bundle.entries.append(entry)
        if undone is not None:
            bundle.undone[undone.entry_id] = undone
    return found


@dataclass(frozen=True)
class EntryPage:
    """An entry with all that belongs to it; ``bundle`` holds it with those that are decided together with it."""

    entry: LedgerEntry
    bundle: Bundle
    decision: Approval | None
    posting: LedgerPosting | None
    undone_by: LedgerEntry | None
    undoes: LedgerEntry | None


def entry_page(entry: LedgerEntry, actor: Actor) -> EntryPage:
    """Return what the page of an entry shows to ``actor``, who may see it."""
    key = entry.id
    whole = (
        select(LedgerEntry, Approval, LedgerPosting)
        .outerjoin(Approval, Approval.entry_id == LedgerEntry.id)
        .outerjoin(LedgerPosting, LedgerPosting.entry_id == LedgerEntry.id)
        .where(LedgerEntry.id == key)
        .options(
            joinedload(LedgerEntry.line),
            joinedload(LedgerEntry.programme),
            joinedload(LedgerEntry.commitment),
            joinedload(LedgerEntry.claim),
            joinedload(LedgerEntry.proposer),
            joinedload(Approval.approver),
        )
        .execution_options(populate_existing=True)
    )
    fresh, decision, posting = db.session.execute(seen(whole, actor, Permission.SEE_MONEY, LedgerEntry)).one()
    undoing = select(LedgerEntry).join(Approval, Approval.entry_id == LedgerEntry.id).where(Approval.reverses_id == key)
    undone_by = db.session.scalar(seen(undoing, actor, Permission.SEE_MONEY, LedgerEntry))
    undoes = entry_by_key(fresh.reverses_id) if fresh.reverses_id else None
    bundle = named([fresh.bundle], actor)[fresh.bundle]
    return EntryPage(fresh, bundle, decision, posting, undone_by, undoes)
