"""Proving the ledger: every balance and monthly total equals the sum of what was posted."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import aliased

from training.kit.db import AnySelect, db
from training.models.ledger import Approval, Commitment, LedgerEntry, LedgerPosting, LineMonth, Outcome
from training.models.programmes import BudgetLine, Programme
from training.policy.scopes import unscoped

_WHY = "an operator proves the whole ledger; nothing is shown but opaque ids and sums"


def discrepancies() -> list[str]:
    """Return a line for each fact of the ledger that does not hold; an empty list means that it is whole."""
    return [
        *_balances(Programme, LedgerPosting.programme_id, ("allocated", "committed", "spent")),
        *_balances(BudgetLine, LedgerPosting.line_id, ("allocated", "committed", "spent")),
        *_balances(Commitment, LedgerPosting.commitment_id, ("committed", "spent")),
        *_monthly_totals(),
        *_expected_totals(),
        *_approved_and_posted(),
        *_makers_and_checkers(),
    ]


def _rows(statement: AnySelect) -> list[Any]:
    return list(db.session.execute(unscoped(statement, because=_WHY)))


def _balances(model: Any, key: Any, columns: tuple[str, ...]) -> Iterator[str]:
    """Compare the balances of each record with the sums of its postings."""
    sums = (
        select(key.label("key"), *(func.sum(getattr(LedgerPosting, name)).label(name) for name in columns))
        .group_by(key)
        .subquery()
    )
    for name in columns:
        posted = func.coalesce(sums.c[name], 0)
        statement = (
            select(model.public_id, getattr(model, name), posted)
            .outerjoin(sums, sums.c.key == model.id)
            .where(getattr(model, name) != posted)
        )
        for public_id, balance, total in _rows(statement):
            yield f"{model.__tablename__} {public_id}: {name} is {balance}, its entries say {total}"


def _monthly_totals() -> Iterator[str]:
    yield from _months(
        select(
            LedgerPosting.line_id,
            LedgerPosting.month,
            func.sum(LedgerPosting.committed),
            func.sum(LedgerPosting.spent),
        ).group_by(LedgerPosting.line_id, LedgerPosting.month),
        select(LineMonth.line_id, LineMonth.month, LineMonth.committed, LineMonth.spent),
        "movements",
    )


def _expected_totals() -> Iterator[str]:
    outstanding: dict[tuple[int, Any], int] = {}
    statement = select(Commitment.line_id, Commitment.expected_on, Commitment.committed).where(Commitment.committed > 0)
    for line_id, day, pence in _rows(statement):
        month = (line_id, day.replace(day=1))
        outstanding[month] = outstanding.get(month, 0) + pence
    held = {
        (line_id, month): pence
        for line_id, month, pence in _rows(
            select(LineMonth.line_id, LineMonth.month, LineMonth.expected).where(LineMonth.expected != 0)
        )
    }
    for key in sorted(outstanding.keys() | held.keys()):
        if outstanding.get(key, 0) != held.get(key, 0):
            yield (
                f"line {key[0]}, {key[1]:%Y-%m}: {held.get(key, 0)} expected, commitments say {outstanding.get(key, 0)}"
            )


def _months(posted: AnySelect, held: AnySelect, what: str) -> Iterator[str]:
    sums = {(line, month): tuple(values) for line, month, *values in _rows(posted)}
    totals = {(line, month): tuple(values) for line, month, *values in _rows(held)}
    for key in sorted(sums.keys() | totals.keys()):
        if sums.get(key, (0, 0)) != totals.get(key, (0, 0)):
            yield f"line {key[0]}, {key[1]:%Y-%m}: {what} {totals.get(key)}, entries say {sums.get(key)}"


def _approved_and_posted() -> Iterator[str]:
    """Each approved entry has its posting, and nothing else has one."""
    approved = case((Approval.outcome == Outcome.APPROVED, 1), else_=0)
    statement = (
        select(LedgerEntry.public_id, approved, LedgerPosting.id)
        .outerjoin(Approval, Approval.entry_id == LedgerEntry.id)
        .outerjoin(LedgerPosting, LedgerPosting.entry_id == LedgerEntry.id)
        .where(or_((approved == 1) & LedgerPosting.id.is_(None), (approved == 0) & LedgerPosting.id.is_not(None)))
    )
    for public_id, is_approved, _ in _rows(statement):
        yield f"entry {public_id}: {'approved but not posted' if is_approved else 'posted but not approved'}"


def _makers_and_checkers() -> Iterator[str]:
    proposed = aliased(LedgerEntry)
    statement = (
        select(proposed.public_id)
        .join(Approval, Approval.entry_id == proposed.id)
        .where(or_(Approval.approver_id == proposed.proposer_id, Approval.proposer_id != proposed.proposer_id))
    )
    for (public_id,) in _rows(statement):
        yield f"entry {public_id}: decided by the one who proposed it"
