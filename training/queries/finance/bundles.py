"""Read bundles: the entries of one proposal, which are decided together."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import aliased, contains_eager, joinedload

from training.kit.db import db
from training.models.courses.cohorts import Cohort
from training.models.finance.ledger import Commitment, EntryDecision, EntryKind, LedgerEntry, LedgerPosting
from training.models.finance.programmes import Programme
from training.models.identity.actor import Actor
from training.policy.matrix import Permission
from training.policy.scopes import domain_read, seen, where
from training.queries.finance.entries import came_back, entry_by_key, with_files


@dataclass(frozen=True)
class Bundle:
    """A proposal: its entries in order, which are decided together, and the cohort that they pay for.

    ``undone`` holds what the reversed entries moved, by their keys. ``may_see_file`` covers the evidence of a claim and
    the name of its payee. ``number`` counts all its entries, of which a reader may see those of some lines only.
    """

    entries: list[LedgerEntry]
    cohort: Cohort | None
    may_see_file: bool
    undone: dict[int, LedgerPosting]
    number: int = 0

    @property
    def part(self) -> int | None:
        """The sum of the entries that the reader sees, in pence, if there are others."""
        return sum(entry.amount for entry in self.entries) if self.number > len(self.entries) else None

    @property
    def first(self) -> LedgerEntry:
        """The first entry; all share programme, proposer, moment, purpose and claim."""
        return self.entries[0]


@dataclass(frozen=True)
class Standing:
    """An entry with its posting, if approved, and whether an approved entry reverses it.

    ``came_back`` is the part of a payment that came back, in pence, ``original_back`` in units of its currency. A part
    of a payment that was reversed since counts as reversed with it.
    """

    entry: LedgerEntry
    posting: LedgerPosting | None
    is_reversed: bool
    came_back: int = 0
    original_back: int = 0

    @property
    def left(self) -> int:
        """What is left of the entry, in pence."""
        return self.entry.amount - self.came_back


@dataclass(frozen=True)
class LockedBundle:
    """All that a decision about a bundle depends on, with its programmes locked.

    The entries come with their programme, lines, commitments and claims. ``originals`` holds the entries that these
    reverse, by key; ``changes`` the change in pence of each commitment's balance per month, by its key.
    """

    entries: Sequence[LedgerEntry]
    is_decided: bool
    originals: Mapping[int, Standing]
    changes: Mapping[int | None, Mapping[dt.date, int]]

    @property
    def undone(self) -> dict[int, LedgerPosting]:
        """What the reversed entries moved, by their keys."""
        return {key: one.posting for key, one in self.originals.items() if one.posting is not None}


def lock_bundle(entry: LedgerEntry) -> LockedBundle:
    """Lock the programmes of an entry's bundle, in order of their keys, and return the bundle, fresh."""
    ids = select(LedgerEntry.programme_id).where(LedgerEntry.bundle == entry.bundle)
    lock = select(Programme.id).where(Programme.id.in_(ids)).order_by(Programme.id).with_for_update()
    db.session.execute(domain_read(lock))
    statement = (
        select(LedgerEntry, EntryDecision.id)
        .outerjoin(EntryDecision, EntryDecision.entry_id == LedgerEntry.id)
        .where(LedgerEntry.bundle == entry.bundle)
        .options(
            joinedload(LedgerEntry.programme),
            joinedload(LedgerEntry.line),
            joinedload(LedgerEntry.commitment),
            joinedload(LedgerEntry.claim),
        )
        .order_by(LedgerEntry.id)
        .execution_options(populate_existing=True)
    )
    rows = db.session.execute(domain_read(statement)).all()
    found = [entry for entry, _ in rows]
    return LockedBundle(
        entries=found,
        is_decided=any(decision is not None for _, decision in rows),
        originals=_originals({entry.reverses_id for entry in found if entry.reverses_id}),
        changes=_changes({entry.commitment_id for entry in found if entry.commitment_id and _may_lessen(entry)}),
    )


def _may_lessen(entry: LedgerEntry) -> bool:
    """Return whether an entry may reduce what its commitment holds."""
    return entry.kind is not EntryKind.COMMIT


def _originals(keys: Collection[int]) -> dict[int, Standing]:
    return {one.entry.id: one for one in _standings(LedgerEntry.id.in_(keys))} if keys else {}


def standings(bundle: str) -> list[Standing]:
    """Return the entries of a bundle with their status, in order, with their lines and commitments."""
    return _standings(LedgerEntry.bundle == bundle)


def _standings(condition: ColumnElement[bool]) -> list[Standing]:
    is_reversed = exists().where(
        or_(
            EntryDecision.reverses_id == LedgerEntry.id,
            and_(LedgerEntry.kind == EntryKind.REFUND, EntryDecision.reverses_id == LedgerEntry.reverses_id),
        )
    )
    statement = (
        select(LedgerEntry, LedgerPosting, is_reversed, came_back(), came_back("original"))
        .outerjoin(LedgerPosting, LedgerPosting.entry_id == LedgerEntry.id)
        .where(condition)
        .options(joinedload(LedgerEntry.line), joinedload(LedgerEntry.commitment), joinedload(LedgerEntry.claim))
        .order_by(LedgerEntry.id)
        .execution_options(populate_existing=True)
    )
    return [
        Standing(entry, posting, bool(is_reversed), int(pence), int(original))
        for entry, posting, is_reversed, pence, original in db.session.execute(domain_read(statement))
    ]


def _changes(commitments: Collection[int]) -> Mapping[int | None, Mapping[dt.date, int]]:
    """Return the change in pence of each commitment's balance per month."""
    if not commitments:
        return {}
    statement = (
        select(LedgerPosting.commitment_id, LedgerPosting.committed_month, func.sum(LedgerPosting.committed))
        .where(LedgerPosting.commitment_id.in_(commitments))
        .group_by(LedgerPosting.commitment_id, LedgerPosting.committed_month)
    )
    found = defaultdict[int | None, dict[dt.date, int]](dict)
    for commitment_id, month, pence in db.session.execute(domain_read(statement)):
        found[commitment_id][month] = int(pence)
    return found


def named(names: Collection[str], actor: Actor) -> dict[str, Bundle]:
    """Return the proposals of these names with their details, by name, oldest first."""
    others = aliased(LedgerEntry)
    number = select(func.count()).where(others.bundle == LedgerEntry.bundle).correlate(LedgerEntry).scalar_subquery()
    statement = (
        select(LedgerEntry, Cohort, LedgerPosting, where(actor, Permission.SEE_EVIDENCE, LedgerEntry), number)
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
            joinedload(Cohort.course),
        )
        .order_by(LedgerEntry.id)
        .execution_options(populate_existing=True)
    )
    found: dict[str, Bundle] = {}
    rows = db.session.execute(seen(statement, actor, Permission.SEE_MONEY, LedgerEntry))
    for entry, cohort, undone, may_see_file, of_all in rows:
        bundle = found.setdefault(entry.bundle, Bundle([], cohort, bool(may_see_file), {}, of_all))
        bundle.entries.append(entry)
        if undone is not None:
            bundle.undone[undone.entry_id] = undone
    return found


@dataclass(frozen=True)
class EntryPage:
    """An entry with its details; ``bundle`` also holds those decided together with it.

    ``came_back`` is what came back of a payment, in pence, ``parts`` are the entries that say so.
    """

    entry: LedgerEntry
    bundle: Bundle
    decision: EntryDecision | None
    posting: LedgerPosting | None
    undone_by: LedgerEntry | None
    undoes: LedgerEntry | None
    came_back: int
    parts: Sequence[LedgerEntry]


def entry_page(entry: LedgerEntry, actor: Actor) -> EntryPage:
    """Return the page of an entry for ``actor``, who may see it."""
    key = entry.id
    whole = (
        select(LedgerEntry, EntryDecision, LedgerPosting, came_back())
        .outerjoin(EntryDecision, EntryDecision.entry_id == LedgerEntry.id)
        .outerjoin(LedgerPosting, LedgerPosting.entry_id == LedgerEntry.id)
        .where(LedgerEntry.id == key)
        .options(
            joinedload(LedgerEntry.line),
            joinedload(LedgerEntry.programme),
            joinedload(LedgerEntry.commitment),
            joinedload(LedgerEntry.claim),
            joinedload(LedgerEntry.proposer),
            joinedload(EntryDecision.approver),
        )
        .execution_options(populate_existing=True)
    )
    fresh, decision, posting, pence = db.session.execute(seen(whole, actor, Permission.SEE_MONEY, LedgerEntry)).one()
    undoing = (
        select(LedgerEntry)
        .join(EntryDecision, EntryDecision.entry_id == LedgerEntry.id)
        .where(EntryDecision.reverses_id == key)
    )
    undone_by = db.session.scalar(seen(undoing, actor, Permission.SEE_MONEY, LedgerEntry))
    undoes = entry_by_key(fresh.reverses_id) if fresh.reverses_id else None
    bundle = named([fresh.bundle], actor)[fresh.bundle]
    return EntryPage(fresh, bundle, decision, posting, undone_by, undoes, int(pence), _parts_of(key, actor))


def _parts_of(entry_id: int, actor: Actor) -> Sequence[LedgerEntry]:
    """Return the entries that say which parts of a payment came back, in order."""
    parts = (
        select(LedgerEntry)
        .where(LedgerEntry.reverses_id == entry_id, LedgerEntry.kind == EntryKind.REFUND)
        .order_by(LedgerEntry.id)
    )
    return db.session.scalars(seen(parts, actor, Permission.SEE_MONEY, LedgerEntry)).all()
