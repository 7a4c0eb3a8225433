"""Read ledger entries with their decisions and postings, singly and as lists."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, ScalarSelect, cast, func, select
from sqlalchemy.orm import aliased, joinedload, selectinload

from training.kit.db import AnySelect, db
from training.models.finance.claims import Claim, ClaimEvidence
from training.models.finance.ledger import Commitment, EntryDecision, EntryKind, LedgerEntry, LedgerPosting, Outcome
from training.models.finance.programmes import BudgetLine
from training.models.identity.actor import Actor
from training.policy.matrix import Permission
from training.policy.scopes import domain_read, seen
from training.queries.common.paging import Cursor, Page, read_page


def entry_with_key(idempotency_key: str) -> LedgerEntry | None:
    """Return the entry with this idempotency key."""
    statement = select(LedgerEntry).where(LedgerEntry.idempotency_key == idempotency_key)
    return db.session.scalar(domain_read(statement))


def entry_by_key(entry_id: int) -> LedgerEntry:
    """Return the entry with this key."""
    return db.session.scalars(domain_read(select(LedgerEntry).where(LedgerEntry.id == entry_id))).one()


def first_of_claim(claim_id: int) -> LedgerEntry:
    """Return the entry of the first line of a claim."""
    statement = select(LedgerEntry).where(LedgerEntry.claim_id == claim_id).order_by(LedgerEntry.id).limit(1)
    return db.session.scalars(domain_read(statement)).one()


def commitment_by_key(commitment_id: int) -> Commitment:
    """Return a commitment, fresh."""
    statement = select(Commitment).where(Commitment.id == commitment_id).execution_options(populate_existing=True)
    return db.session.scalars(domain_read(statement)).one()


def with_files() -> tuple[Any, ...]:
    """Return the loader options for the files of a claim."""
    attached = selectinload(Claim.attached)
    return (
        joinedload(Claim.evidence),
        attached.joinedload(ClaimEvidence.evidence),
        attached.joinedload(ClaimEvidence.attached_by),
    )


def came_back(column: str = "amount") -> ScalarSelect[int]:
    """Return the sum of the approved parts that came back of an entry as a subquery, in pence by default.

    A part whose own reversal was approved is none. PostgreSQL sums to a decimal number: pence stay whole.
    """
    refund, decision, undoing = aliased(LedgerEntry), aliased(EntryDecision), aliased(EntryDecision)
    statement = (
        select(cast(func.coalesce(func.sum(getattr(refund, column)), 0), BigInteger))
        .join(decision, decision.entry_id == refund.id)
        .outerjoin(undoing, undoing.reverses_id == refund.id)
        .where(
            refund.reverses_id == LedgerEntry.id,
            refund.kind == EntryKind.REFUND,
            decision.outcome == Outcome.APPROVED,
            undoing.id.is_(None),
        )
    )
    return statement.correlate(LedgerEntry).scalar_subquery()


@dataclass(frozen=True)
class EntryRow:
    """An entry in a list, with its line, commitment and claim.

    ``decision`` and ``posting`` are None until it is decided and posted; ``undoes`` and ``undone_by`` are the public
    ids of the entry that it reverses and of the approved one that reverses it; ``came_back`` is the part of a payment
    that came back, in pence.
    """

    entry: LedgerEntry
    decision: EntryDecision | None
    posting: LedgerPosting | None
    undoes: str | None
    undone_by: str | None
    came_back: int = 0


def with_decisions(*conditions: ColumnElement[bool]) -> AnySelect:
    """Return the statement for the columns of an ``EntryRow``."""
    undone, undoing, reversal = aliased(LedgerEntry), aliased(EntryDecision), aliased(LedgerEntry)
    return (
        select(LedgerEntry, EntryDecision, LedgerPosting, undone.public_id, reversal.public_id, came_back())
        .outerjoin(EntryDecision, EntryDecision.entry_id == LedgerEntry.id)
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


def of_programme(programme_id: int) -> ColumnElement[bool]:
    """Return the condition for the entries of a programme."""
    return LedgerEntry.programme_id == programme_id


def of_project(project_id: int) -> ColumnElement[bool]:
    """Return the condition for the entries of a project's lines."""
    return LedgerEntry.line_id.in_(select(BudgetLine.id).where(BudgetLine.project_id == project_id))


def of_line(line_id: int) -> ColumnElement[bool]:
    """Return the condition for the entries of a line."""
    return LedgerEntry.line_id == line_id


def of_commitment(commitment_id: int) -> ColumnElement[bool]:
    """Return the condition for the entries of a commitment."""
    return LedgerEntry.commitment_id == commitment_id


def waiting_for_cohort(cohort_id: int, actor: Actor) -> Sequence[LedgerEntry]:
    """Return the proposed commitments of a cohort that await a decision, as ``actor`` may see them."""
    statement = (
        select(LedgerEntry)
        .join(Commitment, Commitment.id == LedgerEntry.commitment_id)
        .outerjoin(EntryDecision, EntryDecision.entry_id == LedgerEntry.id)
        .where(
            Commitment.cohort_id == cohort_id, LedgerEntry.kind == EntryKind.COMMIT, EntryDecision.entry_id.is_(None)
        )
        .options(joinedload(LedgerEntry.line), joinedload(LedgerEntry.proposer))
        .order_by(LedgerEntry.id)
    )
    return db.session.scalars(seen(statement, actor, Permission.SEE_MONEY, LedgerEntry)).all()


def newest(condition: ColumnElement[bool], actor: Actor, most: int = 10) -> list[EntryRow]:
    """Return the newest entries matching ``condition`` that ``actor`` may see, newest first."""
    return _first(condition, LedgerEntry.id.desc(), actor, most)


def oldest(condition: ColumnElement[bool], actor: Actor, most: int = 200) -> list[EntryRow]:
    """Return the oldest entries matching ``condition`` that ``actor`` may see, oldest first."""
    return _first(condition, LedgerEntry.id.asc(), actor, most)


def _first(condition: ColumnElement[bool], order: ColumnElement[int], actor: Actor, most: int) -> list[EntryRow]:
    statement = with_decisions(condition).order_by(order).limit(most)
    rows = db.session.execute(seen(statement, actor, Permission.SEE_MONEY, LedgerEntry))
    return [EntryRow(*row) for row in rows]


def every(condition: ColumnElement[bool], actor: Actor) -> Iterator[EntryRow]:
    """Yield every entry matching ``condition`` that ``actor`` may see, oldest first, for export."""
    statement = with_decisions(condition).order_by(LedgerEntry.id)
    statement = seen(statement, actor, Permission.SEE_MONEY, LedgerEntry)
    for row in db.session.execute(statement, execution_options={"yield_per": 1000}):
        yield EntryRow(*row)


def page_of(programme_id: int, kind: EntryKind | None, cut: Cursor, actor: Actor) -> Page[EntryRow]:
    """Return a page of a programme's entries of ``kind``, or of all, newest first."""
    conditions = [LedgerEntry.programme_id == programme_id]
    if kind:
        conditions.append(LedgerEntry.kind == kind)
    statement = seen(with_decisions(*conditions), actor, Permission.SEE_MONEY, LedgerEntry)
    page = read_page(statement, LedgerEntry, LedgerEntry.id, cut, is_descending=True)
    return Page([EntryRow(*row) for row in page.rows], page.previous, page.next)


def commitment_page(commitment: Commitment, actor: Actor) -> Commitment:
    """Return a commitment with its line, as ``actor`` may see it."""
    statement = (
        select(Commitment)
        .where(Commitment.id == commitment.id)
        .options(joinedload(Commitment.line).joinedload(BudgetLine.programme))
        .execution_options(populate_existing=True)
    )
    return db.session.scalars(seen(statement, actor, Permission.SEE_MONEY, Commitment)).one()
