"""Variances: a deviation of more than a tenth from a line's plan needs a written reason."""

import datetime as dt
from dataclasses import dataclass
from fractions import Fraction

from training.domain.finance.events import FinanceEvent
from training.domain.finance.refusals import WithinPlan
from training.domain.finance.spending_plans import spread_over
from training.domain.identity import audit
from training.kit.clock import month_before, now
from training.kit.db import db
from training.models.finance.programmes import BudgetLine
from training.models.finance.spending_plans import VarianceReason
from training.models.identity.actor import Actor
from training.queries.finance import programmes, variances
from training.queries.finance.variances import PlanAndSpent

_PERCENT = 10


@dataclass(frozen=True)
class Variance:
    """Planned and actual spending of a line to the end of ``month``, in pence, with the ``newest`` reason, if any."""

    line: BudgetLine
    month: dt.date
    planned: int
    spent: int
    newest: VarianceReason | None

    @property
    def difference(self) -> int:
        """Spent minus planned; negative if less was spent."""
        return self.spent - self.planned

    @property
    def per_mille(self) -> int | None:
        """The difference in thousandths of the plan, rounded half-even; None without a plan."""
        return round(Fraction(self.difference * 1000, self.planned)) if self.planned else None


def of_programme(programme_id: int, actor: Actor, today: dt.date) -> list[Variance]:
    """Return the variance of each line of a programme visible to ``actor``, to the end of last month."""
    month = month_before(today)
    return [variance(one, month) for one in variances.of_programme(programme_id, month, actor)]


def of_line(line_id: int, actor: Actor, today: dt.date) -> Variance:
    """Return the variance of a line, to the end of last month."""
    month = month_before(today)
    return variance(variances.of_line(line_id, month, actor), month)


def variance(found: PlanAndSpent, month: dt.date) -> Variance:
    """Return the variance of a line; without a plan its allocation counts as spread evenly."""
    planned = _spread(found.line, month) if found.planned is None else found.planned
    return Variance(found.line, month, planned, found.spent, found.newest)


def _spread(line: BudgetLine, month: dt.date) -> int:
    """Return the default plan of a line, summed to the end of ``month``."""
    spread = spread_over(line.allocated, line.starts_on, line.ends_on)
    return sum(pence for planned, pence in spread.items() if planned <= month)


def is_beyond(variance: Variance) -> bool:
    """Return whether a line deviates from its plan by more than 10 %, either way. Rule: domain §2, Money.

    Any spending without a plan is beyond.
    """
    return abs(variance.difference) * 100 > variance.planned * _PERCENT


def awaits_reason(variance: Variance) -> bool:
    """Return whether a reason is due; a reason covers its month, and the next month needs a new one."""
    answered = variance.newest is not None and variance.newest.month == variance.month
    return is_beyond(variance) and not answered


def give_reason(line: BudgetLine, reason: str, by: Actor, on: dt.date) -> VarianceReason:
    """Record a reason for a line's variance; repeating the same text is idempotent, other text supersedes it.

    Raises WithinPlan if no reason is needed.
    """
    programmes.lock_programme(line.programme_id)
    found = of_line(line.id, by, on)
    if not is_beyond(found):
        raise WithinPlan
    newest = found.newest
    if newest is not None and (newest.month, newest.reason) == (found.month, reason):
        return newest
    given = VarianceReason(
        line_id=line.id,
        month=found.month,
        planned=found.planned,
        spent=found.spent,
        reason=reason,
        given_by_id=by.user_id,
        given_at=now(),
    )
    db.session.add(given)
    db.session.flush()
    audit.record(FinanceEvent.VARIANCE_EXPLAINED, line, by=by.user_id, month=str(found.month), pence=found.difference)
    return given
