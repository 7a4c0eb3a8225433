"""Reading commitments, entries and their decisions, and the locks of the ledger."""

import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, exists, func, select
from sqlalchemy.orm import InstrumentedAttribute, aliased, contains_eager, joinedload, selectinload

from training.kit.db import AnySelect, db
from training.models.courses.cohorts import Cohort
from training.models.finance.claims import Claim, ClaimEvidence
from training.models.finance.ledger import Approval, Commitment, EntryKind, LedgerEntry, LedgerPosting
from training.models.finance.programmes import BudgetLine, Programme
from training.models.finance.spend_uploads import SpendBatch
from training.models.identity.accounts import User
from training.models.identity.actor import Actor
from training.policy.matrix import Permission
from training.policy.scopes import ADMITTED, seen, unscoped, where
from training.queries.common.paging import Cut, Page, read_page


def entry_with_key(idempotency_key: str) -> LedgerEntry | None:
    """Return the entry that was proposed under this key."""
    statement = select(LedgerEntry).where(LedgerEntry.idempotency_key == idempotency_key)
    return db.session.scalar(unscoped(statement, because=ADMITTED))


def entry_by_key(entry_id: int) -> LedgerEntry:
    """Return the entry with this key."""
    return db.session.scalars(unscoped(select(LedgerEntry).where(LedgerEntry.id == entry_id), because=ADMITTED)).one()


def bundle_of(entry: LedgerEntry) -> list[LedgerEntry]:
    """Return the entries that are decided together with this one, itself included, in the order of their proposal."""
    statement = select(LedgerEntry).where(LedgerEntry.bundle == entry.bundle).order_by(LedgerEntry.id)
    return list(db.session.scalars(unscoped(statement, because=ADMITTED)))


def claim_by_key(claim_id: int) -> Claim:
    """Return the claim with this key."""
    return db.session.scalars(unscoped(select(Claim).where(Claim.id == claim_id), because=ADMITTED)).one()


def decision_about(entry_id: int) -> Approval | None:
    """Return the decision about an entry, if there is one."""
    return db.session.scalar(unscoped(select(Approval).where(Approval.entry_id == entry_id), because=ADMITTED))


def posting_of(entry_id: int) -> LedgerPosting | None:
    """Return what an approved entry moved."""
    return db.session.scalar(
        unscoped(
            select(LedgerPosting).where(LedgerPosting.entry_id == entry_id),
            because=ADMITTED,
        )
    )


def is_undone(entry_id: int) -> bool:
    """Say whether an approved entry reverses this one."""
    statement = select(Approval.id).where(Approval.reverses_id == entry_id)
    return db.session.scalar(unscoped(statement, because=ADMITTED)) is not None


def commitment_by_key(commitment_id: int) -> Commitment:
    """Return a commitment as the database has it now."""
    statement = select(Commitment).where(Commitment.id == commitment_id).execution_options(populate_existing=True)
    return db.session.scalars(unscoped(statement, because=ADMITTED)).one()


def changes_of(commitment_id: int) -> Sequence[Row[dt.date, int]]:
    """Return by how many pence what a commitment holds changed in each month, the first month first."""
    statement = (
        select(LedgerPosting.committed_month, func.sum(LedgerPosting.committed))
        .where(LedgerPosting.commitment_id == commitment_id)
        .group_by(LedgerPosting.committed_month)
        .order_by(LedgerPosting.committed_month)
    )
    return db.session.execute(unscoped(statement, because=ADMITTED)).all()


def with_files() -> tuple[Any, ...]:
    """Return what loads the files of a claim with it."""
    attached = selectinload(Claim.attached)
    return (
        joinedload(Claim.evidence),
        attached.joinedload(ClaimEvidence.evidence),
        attached.joinedload(ClaimEvidence.attached_by),
    )


@dataclass(frozen=True)
class EntryRow:
    """An entry in a list, with its line, commitment and claim.

    ``decision`` and ``posting`` are there once it was decided and has moved something; ``undoes`` and ``undone_by`` are
    the public ids of the entry that it reverses and of the approved one that reverses it.
    """

    entry: LedgerEntry
    decision: Approval | None
    posting: LedgerPosting | None
    undoes: str | None
    undone_by: str | None


def with_decisions(*conditions: ColumnElement[bool]) -> AnySelect:
    """Return the statement that finds what an ``EntryRow`` is made of."""
    undone, undoing, reversal = aliased(LedgerEntry), aliased(Approval), aliased(LedgerEntry)
    return (
        select(LedgerEntry, Approval, LedgerPosting, undone.public_id, reversal.public_id)
        .outerjoin(Approval, Approval.entry_id == LedgerEntry.id)
        .outerjoin(LedgerPosting, LedgerPosting.entry_id == LedgerEntry.id)
        .outerjoin(undone, undone.id == LedgerEntry.reverses_id)
        .outerjoin(undoing, undoing.reverses_id == LedgerEntry.id)
        .outerjoin(reversal, reversal.id == undoing.entry_id)
        .where(*conditions)
        .options(
            joinedload(LedgerEntry.line),
            joinedload(LedgerEntry.commitment),
            joinedload(LedgerEntry.claim),
            joinedload(LedgerEntry.proposer),
        )
    )


def _entries(statement: AnySelect, actor: Actor, most: int) -> list[EntryRow]:
    rows = db.session.execute(seen(statement, actor, Permission.SEE_MONEY, LedgerEntry).limit(most))
    return [EntryRow(*row) for row in rows]


def newest(programme_id: int, actor: Actor) -> list[EntryRow]:
    """Return the ten newest entries of a programme that ``actor`` may see."""
    statement = with_decisions(LedgerEntry.programme_id == programme_id).order_by(LedgerEntry.id.desc())
    return _entries(statement, actor, 10)


def all_of_programme(programme_id: int, actor: Actor) -> Iterator[EntryRow]:
    """Yield every entry of a programme that ``actor`` may see, the oldest first, for a file."""
    return _all(LedgerEntry.programme_id == programme_id, actor)


def all_of_project(project_id: int, actor: Actor) -> Iterator[EntryRow]:
    """Yield every entry of a project's lines, the oldest first, for a file."""
    return _all(LedgerEntry.line_id.in_(_lines_of(project_id)), actor)


def all_of_line(line_id: int, actor: Actor) -> Iterator[EntryRow]:
    """Yield every entry of a line, the oldest first, for a file."""
    return _all(LedgerEntry.line_id == line_id, actor)


def all_of_commitment(commitment_id: int, actor: Actor) -> Iterator[EntryRow]:
    """Yield every entry of a commitment, the oldest first, for a file."""
    return _all(LedgerEntry.commitment_id == commitment_id, actor)


def _all(condition: ColumnElement[bool], actor: Actor) -> Iterator[EntryRow]:
    statement = with_decisions(condition).order_by(LedgerEntry.id)
    statement = seen(statement, actor, Permission.SEE_MONEY, LedgerEntry)
    for row in db.session.execute(statement, execution_options={"yield_per": 1000}):
        yield EntryRow(*row)


def _lines_of(project_id: int) -> Select[int]:
    return select(BudgetLine.id).where(BudgetLine.project_id == project_id)


def newest_of_project(project_id: int, actor: Actor) -> list[EntryRow]:
    """Return the ten newest entries of a project's lines."""
    statement = with_decisions(LedgerEntry.line_id.in_(_lines_of(project_id))).order_by(LedgerEntry.id.desc())
    return _entries(statement, actor, 10)


def of_line(line_id: int, actor: Actor) -> list[EntryRow]:
    """Return the newest entries of a line."""
    return _entries(with_decisions(LedgerEntry.line_id == line_id).order_by(LedgerEntry.id.desc()), actor, 50)


def of_commitment(commitment_id: int, actor: Actor) -> list[EntryRow]:
    """Return the entries of a commitment, the oldest first."""
    return _entries(with_decisions(LedgerEntry.commitment_id == commitment_id).order_by(LedgerEntry.id), actor, 200)


def page_of(programme_id: int, kind: EntryKind | None, cut: Cut, actor: Actor) -> Page[EntryRow]:
    """Return a page of a programme's entries, the newest first, of one kind or of all."""
    conditions = [LedgerEntry.programme_id == programme_id]
    if kind:
        conditions.append(LedgerEntry.kind == kind)
    statement = seen(with_decisions(*conditions), actor, Permission.SEE_MONEY, LedgerEntry)
    page = read_page(statement, LedgerEntry, LedgerEntry.id, cut, is_descending=True)
    return Page([EntryRow(*row) for row in page.rows], page.previous, page.next)


@dataclass(frozen=True)
class Bundle:
    """A proposal: the entries that are decided together, in their order, and the cohort that they pay for.

    ``undone`` holds what the entries moved that these reverse, by the keys of those. ``may_see_file`` is about the
    evidence of a claim, and who its payee is.
    """

    entries: list[LedgerEntry]
    cohort: Cohort | None
    may_see_file: bool
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


BUNDLES_ON_PAGE = 25
"""A proposal takes more room than a row of a table."""

PAYMENTS_ON_PAGE = 500
"""The payments of one spend file are rows of a table."""


@dataclass(frozen=True)
class Narrowed:
    """Which part of what waits is asked for, by public ids; an empty one leaves its part open."""

    programme: str = ""
    proposer: str = ""
    file: str = ""

    def conditions(self) -> list[ColumnElement[bool]]:
        """Return what an entry has to fulfil."""
        of = {
            LedgerEntry.programme_id: select(Programme.id).where(Programme.public_id == self.programme),
            LedgerEntry.proposer_id: select(User.id).where(User.public_id == self.proposer),
            LedgerEntry.claim_id: select(Claim.id).join(SpendBatch).where(SpendBatch.public_id == self.file),
        }
        asked = (self.programme, self.proposer, self.file)
        return [column.in_(ids) for (column, ids), public_id in zip(of.items(), asked, strict=True) if public_id]


_UNDECIDED = ~exists().where(Approval.entry_id == LedgerEntry.id)


def waiting(narrowed: Narrowed, cut: Cut, actor: Actor) -> Page[Bundle]:
    """Return a page of the proposals that ``actor`` may decide about in principle, the oldest first."""
    earlier = aliased(LedgerEntry)
    leading = select(LedgerEntry).where(
        _UNDECIDED,
        ~exists().where(earlier.bundle == LedgerEntry.bundle, earlier.id < LedgerEntry.id),
        *narrowed.conditions(),
    )
    statement = seen(leading, actor, Permission.APPROVE_MONEY, LedgerEntry)
    size = PAYMENTS_ON_PAGE if narrowed.file else BUNDLES_ON_PAGE
    page = read_page(statement, LedgerEntry, LedgerEntry.id, cut, size=size)
    found = bundles([entry.bundle for (entry,) in page.rows], actor)
    return Page(list(found.values()), page.previous, page.next)


@dataclass(frozen=True)
class WaitingFile:
    """A spend file of which so many payments wait, with their pence."""

    batch: SpendBatch
    payments: int
    pence: int


@dataclass(frozen=True)
class Parts:
    """By what the inbox can be narrowed: what has something that waits."""

    programmes: Sequence[Programme]
    proposers: Sequence[User]
    files: list[WaitingFile]


def parts_of_inbox(actor: Actor) -> Parts:
    """Return the programmes, proposers and spend files of the proposals that ``actor`` may decide about."""

    def with_waiting(column: InstrumentedAttribute[int]) -> Select[int]:
        return seen(select(column).where(_UNDECIDED), actor, Permission.APPROVE_MONEY, LedgerEntry)

    programmes = select(Programme).where(Programme.id.in_(with_waiting(LedgerEntry.programme_id)))
    proposers = select(User).where(User.id.in_(with_waiting(LedgerEntry.proposer_id)))
    files = (
        select(SpendBatch, func.count(), func.sum(LedgerEntry.amount))
        .join(Claim, Claim.batch_id == SpendBatch.id)
        .join(LedgerEntry, LedgerEntry.claim_id == Claim.id)
        .where(_UNDECIDED)
        .group_by(SpendBatch.id)
        .order_by(SpendBatch.id.desc())
    )
    of_inbox = "what waits for this approver was narrowed in the subquery"
    return Parts(
        db.session.scalars(unscoped(programmes.order_by(Programme.id), because=of_inbox)).all(),
        db.session.scalars(unscoped(proposers.order_by(User.display_name, User.id), because=of_inbox)).all(),
        [
            WaitingFile(batch, payments, int(pence))
            for batch, payments, pence in db.session.execute(seen(files, actor, Permission.APPROVE_MONEY, LedgerEntry))
        ],
    )


@dataclass(frozen=True)
class Taking:
    """What payments that wait take from a commitment, in pence."""

    commitment: Commitment
    payments: int
    pence: int


def takings(narrowed: Narrowed, actor: Actor) -> list[Taking]:
    """Return what the payments that wait take from each commitment; the commitments come with their lines."""
    sums = (
        seen(
            select(
                LedgerEntry.commitment_id, func.count().label("payments"), func.sum(LedgerEntry.amount).label("pence")
            ),
            actor,
            Permission.APPROVE_MONEY,
            LedgerEntry,
        )
        .where(_UNDECIDED, LedgerEntry.kind == EntryKind.PAY, *narrowed.conditions())
        .group_by(LedgerEntry.commitment_id)
        .subquery()
    )
    statement = (
        select(Commitment, sums.c.payments, sums.c.pence)
        .join(sums, sums.c.commitment_id == Commitment.id)
        .options(joinedload(Commitment.line))
        .order_by(Commitment.line_id, Commitment.id)
        .execution_options(populate_existing=True)
    )
    found = db.session.execute(seen(statement, actor, Permission.SEE_MONEY, Commitment))
    return [Taking(commitment, payments, int(pence)) for commitment, payments, pence in found]


def to_decide(names: Collection[str], actor: Actor) -> dict[str, LedgerEntry]:
    """Return an entry of each of these proposals, by name, about which ``actor`` may decide in principle."""
    statement = select(LedgerEntry).where(LedgerEntry.bundle.in_(names))
    found = db.session.scalars(seen(statement, actor, Permission.APPROVE_MONEY, LedgerEntry))
    return {entry.bundle: entry for entry in found}


def bundles(names: Collection[str], actor: Actor) -> dict[str, Bundle]:
    """Return the proposals of these names with all that stands on them, by name, the oldest first."""
    statement = (
        select(LedgerEntry, Cohort, LedgerPosting, where(actor, Permission.SEE_EVIDENCE, LedgerEntry))
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
    for entry, cohort, undone, may_see_file in db.session.execute(
        seen(statement, actor, Permission.SEE_MONEY, LedgerEntry)
    ):
        bundle = found.setdefault(entry.bundle, Bundle([], cohort, bool(may_see_file), {}))
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
    bundle = bundles([fresh.bundle], actor)[fresh.bundle]
    return EntryPage(fresh, bundle, decision, posting, undone_by, undoes)


def commitment_page(commitment: Commitment, actor: Actor) -> Commitment:
    """Return a commitment with its line, as ``actor`` may see it."""
    statement = (
        select(Commitment)
        .where(Commitment.id == commitment.id)
        .options(joinedload(Commitment.line).joinedload(BudgetLine.programme))
        .execution_options(populate_existing=True)
    )
    return db.session.scalars(seen(statement, actor, Permission.SEE_MONEY, Commitment)).one()
