"""Each reader of a cohort is offered the one step that is theirs, and each obstacle to its opening is named."""

import datetime as dt
from dataclasses import replace

import pytest

from training.domain.assurance.refusals import Lack, NoRightsAssessment
from training.domain.courses.refusals import NoCosts
from training.domain.courses.stages import CohortStage
from training.domain.oversight.next_step import (
    CohortReader,
    LineOutside,
    LineShort,
    NextStep,
    Obstacle,
    decide_obstacles,
    next_step,
)
from training.models.assurance.rights_assessments import Assessed
from training.models.courses.cohorts import Cohort, CohortCost
from training.models.finance.programmes import BudgetLine, LineCategory

GAP = NoRightsAssessment(Assessed.PROGRAMME, Lack.NONE)
UK = CohortReader(may_draft=True, may_run=True, may_nominate=True, may_see_roster=True, may_see_rights=True)
PARTNER = CohortReader(may_draft=True, may_nominate=True, may_see_roster=True)
FUNDER = CohortReader()
COHORT = Cohort(starts_on=dt.date(2027, 1, 8), ends_on=dt.date(2027, 1, 9))


def line(allocated: int, **days: dt.date) -> BudgetLine:
    days = {"starts_on": dt.date(2026, 4, 1), "ends_on": dt.date(2027, 3, 31)} | days
    return BudgetLine(allocated=allocated, committed=0, spent=0, **days)


def cost(category: LineCategory, payer: BudgetLine, amount: int) -> CohortCost:
    return CohortCost(category=category, line=payer, amount=amount)


def test_cohort_without_costs_and_assessment_names_both() -> None:
    assert list(map(type, decide_obstacles(COHORT, [], GAP))) == [NoCosts, NoRightsAssessment]


def test_line_must_have_the_sum_of_what_it_is_to_pay() -> None:
    short, enough = line(99), line(100)
    costs = [cost(LineCategory.TRAINERS, short, 60), cost(LineCategory.VENUE, short, 40)]
    assert decide_obstacles(COHORT, costs, None) == [LineShort(short, 100)]
    assert decide_obstacles(COHORT, [cost(LineCategory.TRAVEL, enough, 100)], None) == []


def test_line_must_cover_the_days_of_the_cohort() -> None:
    early = line(100, ends_on=dt.date(2027, 1, 8))
    assert decide_obstacles(COHORT, [cost(LineCategory.VENUE, early, 1)], None) == [
        LineOutside(early, LineCategory.VENUE)
    ]


@pytest.mark.parametrize(
    ("stage", "obstacles", "reader", "step"),
    [
        ("draft", [], UK, "ask to open"),
        ("draft", [], PARTNER, None),
        ("draft", [NoCosts(), GAP], UK, "plan costs"),
        ("draft", [NoCosts()], PARTNER, "plan costs"),
        ("draft", [GAP], UK, "assess rights"),
        ("draft", [GAP], PARTNER, None),
        ("draft", [GAP, LineOutside(line(1), LineCategory.VENUE)], PARTNER, "plan costs"),
        ("draft", [LineShort(line(1), 2)], UK, "fund line"),
        ("draft", [LineShort(line(1), 2)], FUNDER, None),
        ("approval", [], UK, None),
        ("approval", [], CohortReader(may_decide=True), "decide"),
        ("open", [], UK, "read roster"),
        ("open", [], PARTNER, "nominate"),
        ("open", [], FUNDER, None),
        ("running", [], UK, "read roster"),
        ("finished", [], UK, "close"),
        ("finished", [], PARTNER, "read roster"),
        ("closed", [], UK, None),
        (None, [], UK, None),
    ],
)
def test_next_step_is_the_one_of_the_reader(
    stage: str | None, obstacles: list[Obstacle], reader: CohortReader, step: str | None
) -> None:
    takes_names = stage == "open"
    found = next_step(CohortStage(stage) if stage else None, obstacles, reader, takes_names=takes_names)
    assert found == (NextStep(step) if step else None)


def test_nobody_is_sent_to_nominate_after_the_last_day_for_it() -> None:
    assert next_step(CohortStage.OPEN, [], PARTNER, takes_names=False) is NextStep.READ_ROSTER
    only_names = replace(PARTNER, may_see_roster=False)
    assert next_step(CohortStage.OPEN, [], only_names, takes_names=False) is None
