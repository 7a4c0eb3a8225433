"""What will be left when the financial year closes, line by line."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import joinedload

from training.kit.clock import financial_year_end
from training.kit.db import db
from training.models.finance.ledger import Commitment, LineMonth
from training.models.finance.programmes import BudgetLine, Programme
from training.models.identity.actor import Actor
from training.policy.matrix import Permission
from training.policy.scopes import seen, where
from training.queries.finance import spending_plans

_MOST = 100


@dataclass(frozen=True)
class YearEndRow:
    """A line at the end of the financial year, or all lines where ``line`` is None; pence.

    ``due`` and ``later`` are outstanding commitments expected by 31 March and after; ``scheduled`` is what cohorts
    that hold no money yet will cost by then. What neither is spent by 31 March lapses; a line that needs more
    than it holds is short.
    """

    line: BudgetLine | None
    allocated: int
    spent: int
    due: int
    later: int
    scheduled: int
    lapses: int
    short: int


@dataclass(frozen=True)
class YearEndPage:
    """A programme at the end of the financial year: its lines, as one reader sees them, and what is outstanding."""

    programme: Programme
    may_see_balances: bool
    ends_on: dt.date
    days_left: int
    rows: Sequence[YearEndRow]
    total: YearEndRow
    commitments: Sequence[Commitment]
    has_more: bool


def year_end_page(programme: Programme, actor: Actor, today: dt.date) -> YearEndPage:
    """Return what a programme's year-end page shows to ``actor``; commitments with the latest expected first."""
    key, ends_on = programme.id, financial_year_end(today)
    may_see = where(actor, Permission.SEE_BALANCES, Programme).label("may_see_balances")
    statement = select(Programme, may_see).where(Programme.id == key).execution_options(populate_existing=True)
    fresh, may_see_balances = db.session.execute(seen(statement, actor, Permission.SEE_PROGRAMME, Programme)).one()
    rows = _rows(key, actor, ends_on)
    commitments = db.session.scalars(_outstanding(key, actor).limit(_MOST + 1)).all()
    return YearEndPage(
        programme=fresh,
        may_see_balances=bool(may_see_balances),
        ends_on=ends_on,
        days_left=(ends_on - today).days,
        rows=rows,
        total=_total(rows),
        commitments=commitments[:_MOST],
        has_more=len(commitments) > _MOST,
    )


def outstanding(programme_id: int, actor: Actor) -> Iterable[Commitment]:
    """Return every commitment of a programme that holds money, the latest expected first, for a file."""
    return db.session.scalars(_outstanding(programme_id, actor))


def _outstanding(programme_id: int, actor: Actor) -> Select[Commitment]:
    statement = (
        select(Commitment)
        .where(Commitment.programme_id == programme_id, Commitment.committed > 0)
        .options(joinedload(Commitment.line))
        .order_by(Commitment.expected_on.desc(), Commitment.id.desc())
    )
    return seen(statement, actor, Permission.SEE_MONEY, Commitment)


def _rows(programme_id: int, actor: Actor, ends_on: dt.date) -> list[YearEndRow]:
    condition = BudgetLine.programme_id == programme_id
    due = func.coalesce(func.sum(case((LineMonth.month <= ends_on, LineMonth.expected), else_=0)), 0)
    lines = (
        select(BudgetLine, due)
        .outerjoin(LineMonth, LineMonth.line_id == BudgetLine.id)
        .where(condition)
        .group_by(BudgetLine.id)
        .order_by(BudgetLine.id)
        .execution_options(populate_existing=True)
    )
    scheduled = Counter[int]()
    for cost in spending_plans.scheduled(condition, actor):
        if cost.due_on <= ends_on:
            scheduled[cost.line_id] += cost.amount
    found = db.session.execute(seen(lines, actor, Permission.SEE_MONEY, BudgetLine))
    return [_row(line, int(by_then), scheduled[line.id]) for line, by_then in found]


def _row(line: BudgetLine, due: int, scheduled: int) -> YearEndRow:
    left = line.allocated - line.spent - due - scheduled
    return YearEndRow(
        line=line,
        allocated=line.allocated,
        spent=line.spent,
        due=due,
        later=line.committed - due,
        scheduled=scheduled,
        lapses=max(0, left),
        short=max(0, -left),
    )


def _total(rows: Sequence[YearEndRow]) -> YearEndRow:
    return YearEndRow(
        line=None,
        allocated=sum(row.allocated for row in rows),
        spent=sum(row.spent for row in rows),
        due=sum(row.due for row in rows),
        later=sum(row.later for row in rows),
        scheduled=sum(row.scheduled for row in rows),
        lapses=sum(row.lapses for row in rows),
        short=sum(row.short for row in rows),
    )
