"""What a cohort needs next: what stands in the way of its opening, and the one step that the reader should take."""

import datetime as dt
import enum
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from training.domain.assurance import coverage
from training.domain.assurance.refusals import NoRightsAssessment
from training.domain.courses import cohorts
from training.domain.courses.refusals import NoCosts
from training.domain.courses.stages import CohortStage
from training.models.courses.cohorts import Cohort, CohortCost
from training.models.finance.programmes import BudgetLine, LineCategory
from training.queries.courses import cohorts as cohort_rows


@dataclass(frozen=True)
class LineShort:
    """A line has less available than the ``planned`` pence that it is to pay."""

    line: BudgetLine
    planned: int


@dataclass(frozen=True)
class LineOutside:
    """The line that is to pay for a category does not cover the days of the cohort."""

    line: BudgetLine
    category: LineCategory


Obstacle = NoCosts | NoRightsAssessment | LineShort | LineOutside


def obstacles_to_opening(cohort: Cohort, on: dt.date) -> list[Obstacle]:
    """Return what prevents a cohort from opening today, in the order in which it is to be settled."""
    if not cohorts.may_still_open(cohort):
        return []
    return decide_obstacles(cohort, cohort_rows.costs_of(cohort.id), coverage.gap_of(cohort, on))


def decide_obstacles(cohort: Cohort, costs: Sequence[CohortCost], gap: NoRightsAssessment | None) -> list[Obstacle]:
    """Return the obstacles of a cohort with these planned costs and this gap in its rights assessments."""
    found: list[Obstacle] = [] if costs else [NoCosts()]
    if gap:
        found.append(gap)
    needed: Counter[BudgetLine] = Counter()
    for cost in costs:
        needed[cost.line] += cost.amount
        if not cohorts.is_within(cost.line, cohort.starts_on, cohort.ends_on):
            found.append(LineOutside(cost.line, cost.category))
    found += [LineShort(line, pence) for line, pence in needed.items() if line.available < pence]
    return found


class NextStep(enum.StrEnum):
    """The one step that a page of a cohort offers first."""

    PLAN_COSTS = "plan costs"
    ASSESS_RIGHTS = "assess rights"
    FUND_LINE = "fund line"
    ASK_TO_OPEN = "ask to open"
    DECIDE = "decide"
    NOMINATE = "nominate"
    READ_ROSTER = "read roster"
    CLOSE = "close"


@dataclass(frozen=True)
class CohortReader:
    """What the reader may do with the cohort; ``may_decide``: about its proposal, which another person made."""

    may_draft: bool = False
    may_run: bool = False
    may_nominate: bool = False
    may_see_roster: bool = False
    may_see_rights: bool = False
    may_decide: bool = False


def next_step(
    stage: CohortStage | None, obstacles: Sequence[Obstacle], reader: CohortReader, *, takes_names: bool
) -> NextStep | None:
    """Return the next step of a cohort at ``stage`` for the reader, or None if it is not theirs to take.

    ``takes_names``: whether nominations are still accepted.
    """
    if stage is CohortStage.DRAFT:
        return _step_of_draft(obstacles, reader)
    if stage is CohortStage.APPROVAL:
        return NextStep.DECIDE if reader.may_decide else None
    if stage is CohortStage.FINISHED and reader.may_run:
        return NextStep.CLOSE
    if takes_names and reader.may_nominate and not reader.may_run:
        return NextStep.NOMINATE
    is_held = stage in (CohortStage.OPEN, CohortStage.RUNNING, CohortStage.FINISHED)
    return NextStep.READ_ROSTER if is_held and reader.may_see_roster else None


def _step_of_draft(obstacles: Sequence[Obstacle], reader: CohortReader) -> NextStep | None:
    """Return the step that settles the first obstacle the reader can settle, or the request if there is none."""
    if not obstacles:
        return NextStep.ASK_TO_OPEN if reader.may_run else None
    return next((step for one in obstacles if (step := _remedy(one, reader))), None)


def _remedy(obstacle: Obstacle, reader: CohortReader) -> NextStep | None:
    """Return the step that settles an obstacle, if it is the reader's."""
    if isinstance(obstacle, NoRightsAssessment):
        return NextStep.ASSESS_RIGHTS if reader.may_see_rights else None
    if isinstance(obstacle, LineShort):
        return NextStep.FUND_LINE if reader.may_run else None
    return NextStep.PLAN_COSTS if reader.may_draft else None
