"""Read planned and actual spending of lines, and the reasons for variances."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.orm import aliased, joinedload

from training.kit.db import db
from training.models.finance.ledger import LineMonth
from training.models.finance.programmes import BudgetLine
from training.models.finance.spending_plans import LinePlan, VarianceReason
from training.models.identity.actor import Actor
from training.policy.matrix import Permission
from training.policy.scopes import seen

_MOST = 50


@dataclass(frozen=True)
class PlanAndSpent:
    """A line with its planned and actual spending up to a month; pence. ``planned`` is None without a plan."""

    line: BudgetLine
    planned: int | None
    spent: int
    newest: VarianceReason | None


def of_programme(programme_id: int, month: dt.date, actor: Actor) -> list[PlanAndSpent]:
    """Return each line of a programme that ``actor`` may see, to the end of ``month``."""
    return _read(BudgetLine.programme_id == programme_id, month, actor)


def of_line(line_id: int, month: dt.date, actor: Actor) -> PlanAndSpent:
    """Return a line, to the end of ``month``."""
    (found,) = _read(BudgetLine.id == line_id, month, actor)
    return found


def _read(condition: ColumnElement[bool], month: dt.date, actor: Actor) -> list[PlanAndSpent]:
    spent = select(func.sum(LineMonth.spent)).where(LineMonth.line_id == BudgetLine.id, LineMonth.month <= month)
    # The sum is null, not zero, for a line without a plan.
    planned = select(func.sum(case((LinePlan.month <= month, LinePlan.amount), else_=0))).where(
        LinePlan.line_id == BudgetLine.id
    )
    newer = aliased(VarianceReason)
    newest = select(func.max(newer.id)).where(newer.line_id == BudgetLine.id)
    statement = (
        select(BudgetLine, spent.scalar_subquery(), planned.scalar_subquery(), VarianceReason)
        .outerjoin(VarianceReason, VarianceReason.id == newest.scalar_subquery())
        .where(condition)
        .options(joinedload(BudgetLine.programme), joinedload(VarianceReason.given_by))
        .order_by(BudgetLine.id)
    )
    return [
        PlanAndSpent(line, None if planned is None else int(planned), int(spent or 0), reason)
        for line, spent, planned, reason in db.session.execute(seen(statement, actor, Permission.SEE_MONEY, BudgetLine))
    ]


def reasons_of(line_id: int, actor: Actor) -> Sequence[VarianceReason]:
    """Return the newest reasons given for a line, newest first, each with its author."""
    return db.session.scalars(_reasons(line_id, actor).limit(_MOST)).all()


def all_reasons_of(line_id: int, actor: Actor) -> Sequence[VarianceReason]:
    """Return every reason given for a line, for export."""
    return db.session.scalars(_reasons(line_id, actor)).all()


def _reasons(line_id: int, actor: Actor) -> Select[VarianceReason]:
    statement = (
        select(VarianceReason)
        .join(BudgetLine, BudgetLine.id == VarianceReason.line_id)
        .where(VarianceReason.line_id == line_id)
        .options(joinedload(VarianceReason.given_by))
        .order_by(VarianceReason.id.desc())
    )
    return seen(statement, actor, Permission.SEE_MONEY, BudgetLine)
