"""Reading commitments, entries and their decisions, and the locks of the ledger."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import joinedload

from training.kit.db import AnySelect, db
from training.models.actor import Actor
from training.models.ledger import Approval, Commitment, EntryKind, LedgerEntry, LedgerPosting
from training.models.programmes import BudgetLine
from training.policy.matrix import Permission
from training.policy.scopes import seen, unscoped
from training.queries.paging import Cut, Page, read_page

_RULE = "a use case applies its rule to a record that the web room already admitted"


def entry_with_key(idempotency_key: str) -> LedgerEntry | None:
    """Return the entry that was proposed under this key."""
    statement = select(LedgerEntry).where(LedgerEntry.idempotency_key == idempotency_key)
    return db.session.scalar(unscoped(statement, because=_RULE))


def entry_by_key(entry_id: int) -> LedgerEntry:
    """Return the entry with this key."""
    return db.session.scalars(unscoped(select(LedgerEntry).where(LedgerEntry.id == entry_id), because=_RULE)).one()


def decision_about(entry_id: int) -> Approval | None:
    """Return the decision about an entry, if there is one."""
    return db.session.scalar(unscoped(select(Approval).where(Approval.entry_id == entry_id), because=_RULE))


def posting_of(entry_id: int) -> LedgerPosting | None:
    """Return what an approved entry moved."""
    return db.session.scalar(
        unscoped(
            select(LedgerPosting).where(LedgerPosting.entry_id == entry_id),
            because=_RULE,
        )
    )


def is_undone(entry_id: int) -> bool:
    """Say whether an approved entry reverses this one."""
    statement = select(Approval.id).where(Approval.reverses_id == entry_id)
    return db.session.scalar(unscoped(statement, because=_RULE)) is not None


def commitment_by_key(commitment_id: int) -> Commitment:
    """Return a commitment as the database has it now."""
    statement = select(Commitment).where(Commitment.id == commitment_id).execution_options(populate_existing=True)
    return db.session.scalars(unscoped(statement, because=_RULE)).one()


@dataclass(frozen=True)
class EntryRow:
    """An entry in a list: with its line and its decision, if there is one."""

    entry: LedgerEntry
    decision: Approval | None


def _with_decisions(*conditions: ColumnElement[bool]) -> AnySelect:
    return (
        select(LedgerEntry, Approval)
        .outerjoin(Approval, Approval.entry_id == LedgerEntry.id)
        .where(*conditions)
        .options(joinedload(LedgerEntry.line), joinedload(LedgerEntry.proposer))
    )


def _entries(statement: AnySelect, actor: Actor, most: int) -> list[EntryRow]:
    rows = db.session.execute(seen(statement, actor, Permission.SEE_MONEY, LedgerEntry).limit(most))
    return [EntryRow(entry, decision) for entry, decision in rows]


def newest(programme_id: int, actor: Actor) -> list[EntryRow]:
    """Return the ten newest entries of a programme that ``actor`` may see."""
    statement = _with_decisions(LedgerEntry.programme_id == programme_id).order_by(LedgerEntry.id.desc())
    return _entries(statement, actor, 10)


def of_line(line_id: int, actor: Actor) -> list[EntryRow]:
    """Return the newest entries of a line."""
    return _entries(_with_decisions(LedgerEntry.line_id == line_id).order_by(LedgerEntry.id.desc()), actor, 50)


def of_commitment(commitment_id: int, actor: Actor) -> list[EntryRow]:
    """Return the entries of a commitment, the oldest first."""
    return _entries(_with_decisions(LedgerEntry.commitment_id == commitment_id).order_by(LedgerEntry.id), actor, 200)


def page_of(programme_id: int, kind: EntryKind | None, cut: Cut, actor: Actor) -> Page[EntryRow]:
    """Return a page of a programme's entries, the newest first, of one kind or of all."""
    conditions = [LedgerEntry.programme_id == programme_id]
    if kind:
        conditions.append(LedgerEntry.kind == kind)
    statement = seen(_with_decisions(*conditions), actor, Permission.SEE_MONEY, LedgerEntry)
    page = read_page(statement, LedgerEntry, LedgerEntry.id, cut, is_descending=True)
    return Page([EntryRow(*row) for row in page.rows], page.previous, page.next)


def waiting(cut: Cut, actor: Actor) -> Page[EntryRow]:
    """Return a page of the entries that ``actor`` may decide about in principle, the oldest first."""
    statement = _with_decisions(Approval.id.is_(None)).options(joinedload(LedgerEntry.programme))
    page = read_page(seen(statement, actor, Permission.APPROVE_MONEY, LedgerEntry), LedgerEntry, LedgerEntry.id, cut)
    return Page([EntryRow(*row) for row in page.rows], page.previous, page.next)


@dataclass(frozen=True)
class EntryPage:
    """An entry with all that belongs to it."""

    entry: LedgerEntry
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
            joinedload(LedgerEntry.proposer),
            joinedload(Approval.approver),
        )
        .execution_options(populate_existing=True)
    )
    fresh, decision, posting = db.session.execute(seen(whole, actor, Permission.SEE_MONEY, LedgerEntry)).one()
    undoing = select(LedgerEntry).join(Approval, Approval.entry_id == LedgerEntry.id).where(Approval.reverses_id == key)
    undone_by = db.session.scalar(seen(undoing, actor, Permission.SEE_MONEY, LedgerEntry))
    undoes = entry_by_key(fresh.reverses_id) if fresh.reverses_id else None
    return EntryPage(fresh, decision, posting, undone_by, undoes)


def commitment_page(commitment: Commitment, actor: Actor) -> Commitment:
    """Return a commitment with its line, as ``actor`` may see it."""
    statement = (
        select(Commitment)
        .where(Commitment.id == commitment.id)
        .options(joinedload(Commitment.line).joinedload(BudgetLine.programme))
        .execution_options(populate_existing=True)
    )
    return db.session.scalars(seen(statement, actor, Permission.SEE_MONEY, Commitment)).one()
