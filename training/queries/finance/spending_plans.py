"""Read the plans and spending of lines, and the cost of future cohorts."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import joinedload

from training.kit.db import db
from training.models.courses.cohorts import Cohort, CohortCost, CohortState
from training.models.finance.ledger import LineMonth
from training.models.finance.programmes import BudgetLine
from training.models.finance.spending_plans import LinePlan
from training.models.identity.actor import Actor
from training.policy.matrix import Permission
from training.policy.scopes import domain_read, seen

_SCHEDULED = (CohortState.DRAFT, CohortState.AWAITING_APPROVAL)


def lock_line(line_id: int) -> None:
    """Lock the plan of a line until the transaction ends (on SQLite the write transaction is the lock)."""
    statement = select(BudgetLine.id).where(BudgetLine.id == line_id).with_for_update()
    db.session.execute(domain_read(statement))


def entered(line_id: int) -> dict[dt.date, int]:
    """Return the plan entered for a line; empty without one."""
    statement = select(LinePlan.month, LinePlan.amount).where(LinePlan.line_id == line_id).order_by(LinePlan.month)
    return dict(db.session.execute(domain_read(statement)).all())


def entered_by_line(condition: ColumnElement[bool], actor: Actor) -> dict[int, dict[dt.date, int]]:
    """Return the plans entered for the lines matching ``condition``, by the line's key."""
    statement = (
        select(LinePlan.line_id, LinePlan.month, LinePlan.amount)
        .join(BudgetLine, BudgetLine.id == LinePlan.line_id)
        .where(condition)
    )
    plans = defaultdict[int, dict[dt.date, int]](dict)
    for line_id, month, amount in db.session.execute(seen(statement, actor, Permission.SEE_MONEY, BudgetLine)):
        plans[line_id][month] = amount
    return plans


@dataclass(frozen=True)
class CohortCosts:
    """The cost to a line of cohorts with the same dates and no commitment yet, in pence."""

    line_id: int
    starts_on: dt.date
    ends_on: dt.date
    amount: int


def costs_to_come(condition: ColumnElement[bool], actor: Actor) -> list[CohortCosts]:
    """Return the cost of cohorts in draft or awaiting approval to the lines matching ``condition``."""
    statement = (
        select(CohortCost.line_id, Cohort.starts_on, Cohort.ends_on, func.sum(CohortCost.amount))
        .join(Cohort, Cohort.id == CohortCost.cohort_id)
        .join(BudgetLine, BudgetLine.id == CohortCost.line_id)
        .where(condition, Cohort.state.in_(_SCHEDULED))
        .group_by(CohortCost.line_id, Cohort.starts_on, Cohort.ends_on)
    )
    rows = db.session.execute(seen(statement, actor, Permission.SEE_MONEY, BudgetLine))
    return [CohortCosts(line_id, first, last, int(cost)) for line_id, first, last, cost in rows]


def whole_line(line: BudgetLine, actor: Actor) -> BudgetLine:
    """Return a line with its programme, scoped to ``actor``."""
    whole = select(BudgetLine).where(BudgetLine.id == line.id).options(joinedload(BudgetLine.programme))
    return db.session.scalars(
        seen(whole.execution_options(populate_existing=True), actor, Permission.SEE_MONEY, BudgetLine)
    ).one()


def spent(line_id: int, actor: Actor) -> dict[dt.date, int]:
    """Return the spending of a line per month."""
    statement = (
        select(LineMonth.month, LineMonth.spent)
        .join(BudgetLine, BudgetLine.id == LineMonth.line_id)
        .where(LineMonth.line_id == line_id, LineMonth.spent != 0)
    )
    return dict(db.session.execute(seen(statement, actor, Permission.SEE_MONEY, BudgetLine)).all())
