"""Reading what lines mean to spend: their plans by month, and what scheduled cohorts will cost."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import joinedload

from training.kit.clock import months_between, within_financial_year
from training.kit.db import db
from training.kit.money import spread_evenly
from training.models.courses.cohorts import Cohort, CohortCost, CohortState
from training.models.finance.ledger import LineMonth
from training.models.finance.programmes import BudgetLine
from training.models.finance.spending_plans import LinePlan
from training.models.identity.actor import Actor
from training.policy.matrix import Permission
from training.policy.scopes import ADMITTED, seen, unscoped

_SCHEDULED = (CohortState.DRAFT, CohortState.AWAITING_APPROVAL)

Months = Mapping[dt.date, int]
"""Pence by the first day of the month."""


def lock_line(line_id: int) -> None:
    """Let nobody else write the plan of this line until the transaction ends (on SQLite it is the lock itself)."""
    statement = select(BudgetLine.id).where(BudgetLine.id == line_id).with_for_update()
    db.session.execute(unscoped(statement, because=ADMITTED))


def entered(line_id: int) -> dict[dt.date, int]:
    """Return the plan of a line as somebody entered it; empty where nobody did."""
    statement = select(LinePlan.month, LinePlan.amount).where(LinePlan.line_id == line_id).order_by(LinePlan.month)
    return dict(db.session.execute(unscoped(statement, because=ADMITTED)).all())


def entered_by_line(condition: ColumnElement[bool], actor: Actor) -> dict[int, dict[dt.date, int]]:
    """Return the plans that were entered for the lines under ``condition``, by the line's key."""
    statement = (
        select(LinePlan.line_id, LinePlan.month, LinePlan.amount)
        .join(BudgetLine, BudgetLine.id == LinePlan.line_id)
        .where(condition)
    )
    plans = defaultdict[int, dict[dt.date, int]](dict)
    for line_id, month, amount in db.session.execute(seen(statement, actor, Permission.SEE_MONEY, BudgetLine)):
        plans[line_id][month] = amount
    return plans


def spread_over(allocated: int, starts_on: dt.date, ends_on: dt.date) -> Months:
    """Return what a line without a plan counts as planning: its allocation spread evenly over its months."""
    months = months_between(starts_on, ends_on)
    return dict(zip(months, spread_evenly(allocated, len(months)), strict=True))


@dataclass(frozen=True)
class Scheduled:
    """What cohorts that hold no money yet will cost a line, in pence, and by when."""

    line_id: int
    due_on: dt.date
    amount: int


def scheduled(condition: ColumnElement[bool], actor: Actor) -> list[Scheduled]:
    """Return what cohorts in draft or awaiting approval will cost the lines under ``condition``.

    A cost is due at the end of its cohort or of the financial year in which the cohort starts, whichever is sooner:
    as its commitment will be.
    """
    statement = (
        select(CohortCost.line_id, Cohort.starts_on, Cohort.ends_on, func.sum(CohortCost.amount))
        .join(Cohort, Cohort.id == CohortCost.cohort_id)
        .join(BudgetLine, BudgetLine.id == CohortCost.line_id)
        .where(condition, Cohort.state.in_(_SCHEDULED))
        .group_by(CohortCost.line_id, Cohort.starts_on, Cohort.ends_on)
    )
    rows = db.session.execute(seen(statement, actor, Permission.SEE_MONEY, BudgetLine))
    return [Scheduled(line_id, within_financial_year(first, last), int(cost)) for line_id, first, last, cost in rows]


@dataclass(frozen=True)
class PlanRow:
    """A month of a line, or all of them where ``month`` is None; pence."""

    month: dt.date | None
    planned: int
    spent: int


@dataclass(frozen=True)
class PlanPage:
    """A line with its plan; ``is_entered`` is False where it counts as spread evenly."""

    line: BudgetLine
    is_entered: bool
    rows: Sequence[PlanRow]
    total: PlanRow


def plan_page(line: BudgetLine, actor: Actor) -> PlanPage:
    """Return the plan of a line beside what was spent, month by month, as ``actor`` may see it."""
    key = line.id
    whole = select(BudgetLine).where(BudgetLine.id == key).options(joinedload(BudgetLine.programme))
    fresh = db.session.scalars(
        seen(whole.execution_options(populate_existing=True), actor, Permission.SEE_MONEY, BudgetLine)
    ).one()
    spent = Counter[dt.date](_spent(key, actor))
    plan = entered(key)
    planned = Counter[dt.date](plan or spread_over(fresh.allocated, fresh.starts_on, fresh.ends_on))
    months = sorted({*months_between(fresh.starts_on, fresh.ends_on), *planned, *spent})
    return PlanPage(
        line=fresh,
        is_entered=bool(plan),
        rows=[PlanRow(month, planned[month], spent[month]) for month in months],
        total=PlanRow(None, planned.total(), spent.total()),
    )


def _spent(line_id: int, actor: Actor) -> dict[dt.date, int]:
    statement = (
        select(LineMonth.month, LineMonth.spent)
        .join(BudgetLine, BudgetLine.id == LineMonth.line_id)
        .where(LineMonth.line_id == line_id, LineMonth.spent != 0)
    )
    return dict(db.session.execute(seen(statement, actor, Permission.SEE_MONEY, BudgetLine)).all())
