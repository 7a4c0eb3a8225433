"""Reading how far lines depart from their plans, and the reasons that were given."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.orm import aliased, joinedload

from training.kit.clock import month_before
from training.kit.db import db
from training.models.finance.ledger import LineMonth
from training.models.finance.programmes import BudgetLine
from training.models.finance.spending_plans import LinePlan, VarianceReason
from training.models.identity.actor import Actor
from training.policy.matrix import Permission
from training.policy.scopes import seen
from training.queries.finance.spending_plans import spread_over

_MOST = 50


@dataclass(frozen=True)
class Variance:
    """What a line planned to spend to the end of ``month`` and what was spent; pence. ``newest`` reason, if any."""

    line: BudgetLine
    month: dt.date
    planned: int
    spent: int
    newest: VarianceReason | None

    @property
    def difference(self) -> int:
        """How much more was spent than planned; negative where less was."""
        return self.spent - self.planned

    @property
    def per_mille(self) -> int | None:
        """The difference in thousandths of the plan, rounded half-even; None while nothing is planned."""
        return round(Fraction(self.difference * 1000, self.planned)) if self.planned else None


def of_programme(programme_id: int, actor: Actor, today: dt.date) -> list[Variance]:
    """Return the variance of each line of a programme that ``actor`` may see, to the end of last month."""
    return _read(BudgetLine.programme_id == programme_id, actor, today)


def of_line(line_id: int, actor: Actor, today: dt.date) -> Variance:
    """Return the variance of a line, to the end of last month."""
    (variance,) = _read(BudgetLine.id == line_id, actor, today)
    return variance


def _read(condition: ColumnElement[bool], actor: Actor, today: dt.date) -> list[Variance]:
    month = month_before(today)
    spent = select(func.sum(LineMonth.spent)).where(LineMonth.line_id == BudgetLine.id, LineMonth.month <= month)
    # The sum is null, not nought, where the line has no plan of its own.
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
        Variance(line, month, _spread(line, month) if planned is None else int(planned), int(spent or 0), reason)
        for line, spent, planned, reason in db.session.execute(seen(statement, actor, Permission.SEE_MONEY, BudgetLine))
    ]


def _spread(line: BudgetLine, month: dt.date) -> int:
    """Return what a line without a plan counts as planning to the end of ``month``."""
    spread = spread_over(line.allocated, line.starts_on, line.ends_on)
    return sum(pence for planned, pence in spread.items() if planned <= month)


def reasons_of(line_id: int, actor: Actor) -> Sequence[VarianceReason]:
    """Return the newest reasons given for a line, the newest first, each with who gave it."""
    return db.session.scalars(_reasons(line_id, actor).limit(_MOST)).all()


def all_reasons_of(line_id: int, actor: Actor) -> Sequence[VarianceReason]:
    """Return every reason given for a line, for a file."""
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
