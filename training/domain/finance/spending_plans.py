"""Plans of budget lines: planned spending per month."""

import datetime as dt
import enum
import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from sqlalchemy import delete

from training.domain.finance.events import FinanceEvent
from training.domain.finance.refusals import PlanChanged
from training.domain.identity import audit
from training.kit.clock import months_between, within_financial_year
from training.kit.db import db
from training.kit.money import spread_by_weight, spread_evenly
from training.models.finance.programmes import BudgetLine
from training.models.finance.spending_plans import LinePlan
from training.models.identity.actor import Actor
from training.queries.finance import spending_plans
from training.queries.finance.spending_plans import CohortCosts

Months = Mapping[dt.date, int]
"""Pence by the first day of the month."""


class Pattern(enum.StrEnum):
    """A way to spread an allocation over the months of a line."""

    EVEN = "even"
    EARLY = "early"
    """Each month a little less than the one before."""
    LATE = "late"
    """Each month a little more than the one before."""
    QUARTERLY = "quarterly"
    """Each quarter in its last month (June, September, December, March) or the last month of the line."""


def months_of(line: BudgetLine) -> list[dt.date]:
    """Return the first day of each month of a line."""
    return months_between(line.starts_on, line.ends_on)


def spread(pence: int, months: Sequence[dt.date], pattern: Pattern) -> Months:
    """Spread ``pence`` over consecutive ``months``; the sum is exact."""
    return dict(zip(months, spread_by_weight(pence, _weights(months, pattern)), strict=True))


def _weights(months: Sequence[dt.date], pattern: Pattern) -> list[int]:
    rising = list(range(1, len(months) + 1))
    if pattern is Pattern.EARLY:
        return rising[::-1]
    if pattern is Pattern.LATE:
        return rising
    if pattern is Pattern.QUARTERLY:
        quarters = (len(list(same)) for _, same in groupby(months, lambda day: (day.year, (day.month - 1) // 3)))
        return [weight for length in quarters for weight in [0] * (length - 1) + [length]]
    return [1] * len(months)


def spread_over(allocated: int, starts_on: dt.date, ends_on: dt.date) -> Months:
    """Return the default plan of a line: its allocation spread evenly over its months."""
    months = months_between(starts_on, ends_on)
    return dict(zip(months, spread_evenly(allocated, len(months)), strict=True))


@dataclass(frozen=True)
class Scheduled:
    """The cost to a line of cohorts without a commitment yet, in pence, and when it is due."""

    line_id: int
    due_on: dt.date
    amount: int


def scheduled(costs: Iterable[CohortCosts]) -> list[Scheduled]:
    """Return when the costs of future cohorts are due.

    That is at the end of the cohort or of the financial year in which it starts, whichever is sooner: as its commitment
    will be.
    """
    return [Scheduled(one.line_id, within_financial_year(one.starts_on, one.ends_on), one.amount) for one in costs]


@dataclass(frozen=True)
class PlanRow:
    """A month of a line, or its total if ``month`` is None; pence."""

    month: dt.date | None
    planned: int
    spent: int


@dataclass(frozen=True)
class PlanPage:
    """A line with its plan; ``is_entered`` is False if it is spread evenly by default."""

    line: BudgetLine
    is_entered: bool
    rows: Sequence[PlanRow]
    total: PlanRow


def plan_page(line: BudgetLine, actor: Actor) -> PlanPage:
    """Return the plan of a line and its spending per month, scoped to ``actor``."""
    fresh = spending_plans.whole_line(line, actor)
    return beside(fresh, spending_plans.entered(fresh.id), spending_plans.spent(fresh.id, actor))


def beside(line: BudgetLine, entered: Months, spent: Months) -> PlanPage:
    """Combine the plan of a line, ``entered`` or spread evenly, with what was ``spent``."""
    plan = Counter[dt.date](entered or spread_over(line.allocated, line.starts_on, line.ends_on))
    paid = Counter[dt.date](spent)
    months = sorted({*months_of(line), *plan, *paid})
    return PlanPage(
        line=line,
        is_entered=bool(entered),
        rows=[PlanRow(month, plan[month], paid[month]) for month in months],
        total=PlanRow(None, plan.total(), paid.total()),
    )


def fingerprint(plan: Months) -> str:
    """Return a hash of a plan, for forms to identify the plan that they showed."""
    return hashlib.sha256(repr(sorted(plan.items())).encode()).hexdigest()[:16]


def enter(line: BudgetLine, plan: Months, shown: str, by: Actor) -> None:
    """Replace the plan of a line. ``shown`` is the fingerprint of the plan that the form showed.

    Raises PlanChanged if the plan has changed since. Rule: plan, commitments, spending and forecast are kept
    per line (domain §2); a plan may differ from the allocation, which its page says.
    """
    spending_plans.lock_line(line.id)
    before = spending_plans.entered(line.id)
    if fingerprint(before) != shown:
        raise PlanChanged
    db.session.execute(delete(LinePlan).where(LinePlan.line_id == line.id))
    db.session.add_all(LinePlan(line_id=line.id, month=month, amount=amount) for month, amount in plan.items())
    db.session.flush()
    audit.record_edit(
        FinanceEvent.LINE_PLAN_ENTERED, line, _told(before), _told(plan), by=by.user_id, pence=sum(plan.values())
    )


def _told(plan: Months) -> audit.Picture:
    """Return a plan as the trail keeps it: the pence of each month."""
    return {f"plan.{month.isoformat()}": amount for month, amount in plan.items()}
