"""Read the figures of the burn-down chart: the monthly totals and balances of lines."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select

from training.kit.db import db
from training.models.finance.ledger import LineMonth
from training.models.finance.programmes import BudgetLine
from training.models.identity.actor import Actor
from training.policy.matrix import Permission
from training.policy.scopes import seen
from training.queries.finance import spending_plans
from training.queries.finance.spending_plans import CohortCosts


@dataclass(frozen=True)
class Total:
    """The movements of a line in a month, and the outstanding commitments expected in it; pence."""

    month: dt.date
    committed: int
    spent: int
    expected: int


@dataclass(frozen=True)
class HeldLine:
    """A line of a programme with its balances in pence and its dates."""

    line_id: int
    programme_id: int
    allocated: int
    spent: int
    starts_on: dt.date
    ends_on: dt.date


@dataclass(frozen=True)
class BurnDownFigures:
    """The figures of a chart: lines with an allocation, plans and monthly totals by the key of their line, and the cost
    of future cohorts.
    """

    lines: Sequence[HeldLine]
    entered: Mapping[int, Mapping[dt.date, int]]
    totals: Mapping[int, Sequence[Total]]
    costs: Sequence[CohortCosts]

    def of(self, programme_id: int) -> "BurnDownFigures":
        """Return the figures of one programme alone."""
        lines = [line for line in self.lines if line.programme_id == programme_id]
        keys = {line.line_id for line in lines}
        return BurnDownFigures(
            lines,
            {key: plan for key, plan in self.entered.items() if key in keys},
            {key: totals for key, totals in self.totals.items() if key in keys},
            [cost for cost in self.costs if cost.line_id in keys],
        )


def of_programme(programme_id: int) -> ColumnElement[bool]:
    """Return the condition for the lines of a programme."""
    return BudgetLine.programme_id == programme_id


def of_programmes(programme_ids: Collection[int]) -> ColumnElement[bool]:
    """Return the condition for the lines of several programmes."""
    return BudgetLine.programme_id.in_(programme_ids)


def of_project(project_id: int) -> ColumnElement[bool]:
    """Return the condition for the lines of a project."""
    return BudgetLine.project_id == project_id


def of_line(line_id: int) -> ColumnElement[bool]:
    """Return the condition for one line."""
    return BudgetLine.id == line_id


def figures(condition: ColumnElement[bool], actor: Actor) -> BurnDownFigures | None:
    """Return the figures of the lines matching ``condition``, or None while nothing is allocated to them."""
    lines = _lines(condition, actor)
    if not lines:
        return None
    return BurnDownFigures(
        lines,
        spending_plans.entered_by_line(condition, actor),
        _totals(condition, actor),
        spending_plans.costs_to_come(condition, actor),
    )


def _lines(condition: ColumnElement[bool], actor: Actor) -> list[HeldLine]:
    statement = select(
        BudgetLine.id,
        BudgetLine.programme_id,
        BudgetLine.allocated,
        BudgetLine.spent,
        BudgetLine.starts_on,
        BudgetLine.ends_on,
    ).where(condition, BudgetLine.allocated > 0)
    return [HeldLine(*row) for row in db.session.execute(seen(statement, actor, Permission.SEE_MONEY, BudgetLine))]


def _totals(condition: ColumnElement[bool], actor: Actor) -> dict[int, list[Total]]:
    statement = (
        select(LineMonth.line_id, LineMonth.month, LineMonth.committed, LineMonth.spent, LineMonth.expected)
        .join(BudgetLine, BudgetLine.id == LineMonth.line_id)
        .where(condition)
    )
    totals = defaultdict[int, list[Total]](list)
    rows = db.session.execute(seen(statement, actor, Permission.SEE_MONEY, BudgetLine))
    for line_id, month, committed, spent, expected in rows:
        totals[line_id].append(Total(month, committed, spent, expected))
    return totals
