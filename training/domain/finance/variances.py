"""Variances: a line that departs from its plan by more than a tenth needs a written reason."""

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
    month = month_before(today)
    return [variance(one, month) for one in variances.of_programme(programme_id, month, actor)]


def of_line(line_id: int, actor: Actor, today: dt.date) -> Variance:
    """Return the variance of a line, to the end of last month."""
    month = month_before(today)
    return variance(variances.of_line(line_id, month, actor), month)


def variance(found: PlanAndSpent, month: dt.date) -> Variance:
    """Return how far a line departs from its plan; one without a plan counts as spread evenly."""
    planned = _spread(found.line, month) if found.planned is None else found.planned
    return Variance(found.line, month, planned, found.spent, found.newest)


def _spread(line: BudgetLine, month: dt.date) -> int:
    """Return what a line without a plan counts as planning to the end of ``month``."""
    spread = spread_over(line.allocated, line.starts_on, line.ends_on)
    return sum(pence for planned, pence in spread.items() if planned <= month)


def is_beyond(variance: Variance) -> bool:
    """Say whether a line departs from its plan by more than 10 %, either way. Rule: domain §2, Money.

    Whatever is spent where nothing was planned is beyond.
    """
    return abs(variance.difference) * 100 > variance.planned * _PERCENT


def awaits_reason(variance: Variance) -> bool:
    """Say whether a reason is due; one that was given stands for its month, and the next month asks anew."""
    answered = variance.newest is not None and variance.newest.month == variance.month
    return is_beyond(variance) and not answered


def give_reason(line: BudgetLine, reason: str, by: Actor, on: dt.date) -> VarianceReason:
    """Say why a line departs from its plan; the same words sent twice are one reason, other words supersede them.

    Raises WithinPlan when nothing needs a reason.
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
