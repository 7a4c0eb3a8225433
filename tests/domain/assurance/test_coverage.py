"""Which assessment covers a cohort: a decision table, and the checks at the request and at the approval."""

import datetime as dt
from collections.abc import Iterator

import pytest
from flask import Flask

from tests.support.world import TODAY, World
from training.domain.assurance import coverage, rights_assessments
from training.domain.assurance.refusals import Lack, NoRightsAssessment
from training.kit.db import transaction
from training.models.assurance.rights_assessments import Assessed, AssessmentState, RightsAssessment
from training.models.courses.courses import Course
from training.models.finance.programmes import Programme, Project
from training.models.identity.accounts import ApprovalGrade
from training.queries.courses import courses

LATER, BEFORE = TODAY + dt.timedelta(days=1), TODAY - dt.timedelta(days=1)
COURSE, PROJECT, OTHER, PROGRAMME = {"course_id": 1}, {"project_id": 2}, {"project_id": 3}, {"programme_id": 4}


def one(about: dict[str, int], state: str, until: dt.date = LATER) -> RightsAssessment:
    grade = ApprovalGrade.SENIOR
    return RightsAssessment(**about, state=AssessmentState(state), valid_until=until, needed_grade=grade)


CURRENT = one(PROGRAMME, "approved")


@pytest.mark.parametrize(
    ("standing", "lacking"),
    [
        ([], (Assessed.PROGRAMME, Lack.NONE)),
        ([CURRENT], None),
        ([one(PROGRAMME, "approved", TODAY)], None),
        ([one(PROGRAMME, "approved", BEFORE)], (Assessed.PROGRAMME, Lack.LAPSED)),
        ([one(PROGRAMME, "submitted")], (Assessed.PROGRAMME, Lack.WAITING)),
        ([one(PROGRAMME, "refused")], (Assessed.PROGRAMME, Lack.REFUSED)),
        ([one(PROGRAMME, "approved", BEFORE), one(PROGRAMME, "submitted")], (Assessed.PROGRAMME, Lack.WAITING)),
        ([CURRENT, one(PROGRAMME, "refused")], None),
        ([one(COURSE, "approved")], None),
        ([CURRENT, one(COURSE, "approved", BEFORE)], (Assessed.COURSE, Lack.LAPSED)),
        ([CURRENT, one(COURSE, "refused")], (Assessed.COURSE, Lack.REFUSED)),
        ([CURRENT, one(COURSE, "submitted")], (Assessed.COURSE, Lack.WAITING)),
        ([one(COURSE, "approved"), one(PROJECT, "refused")], None),
        ([one(PROJECT, "approved"), one(OTHER, "approved")], None),
        ([one(PROJECT, "approved")], (Assessed.PROGRAMME, Lack.NONE)),
        ([CURRENT, one(PROJECT, "approved")], None),
        ([CURRENT, one(OTHER, "refused")], (Assessed.PROJECT, Lack.REFUSED)),
    ],
)
def test_most_specific_existing_assessment_decides(
    standing: list[RightsAssessment], lacking: tuple[Assessed, Lack] | None
) -> None:
    found = coverage.decide(standing, [2, 3], TODAY)
    assert (found and (found.of, found.lack)) == lacking


def test_cohort_without_costs_uses_programme_assessment() -> None:
    assert coverage.decide([CURRENT], [], TODAY) is None
    assert coverage.decide([one(PROJECT, "approved")], [], TODAY) is not None


@pytest.fixture
def world(app: Flask) -> Iterator[World]:
    with app.app_context():
        yield World(app)


def _approve(world: World, assessment: RightsAssessment) -> None:
    with transaction():
        rights_assessments.approve(assessment, world.actor("rights"), TODAY)


def test_course_or_project_assessment_allows_opening(world: World) -> None:
    project = world.project()
    line = world.line(50_000_00, project)
    drafts = [world.draft(line), world.draft(line)]
    for cohort in drafts:
        with pytest.raises(NoRightsAssessment):
            world.asked(cohort)
    _approve(world, world.assessment(_course(drafts[0].course_id)))
    world.approve(world.asked(drafts[0]))
    with pytest.raises(NoRightsAssessment):
        world.asked(drafts[1])
    _approve(world, world.assessment(project))
    world.approve(world.asked(drafts[1]))


def _course(key: int) -> Course:
    return courses.course_by_key(key)


def test_pending_course_assessment_blocks_opening(world: World) -> None:
    world.covered()
    cohort = world.draft()
    entry = world.asked(cohort)
    world.assessment(_course(cohort.course_id))
    with pytest.raises(NoRightsAssessment) as refused:
        world.approve(entry)
    assert (refused.value.of, refused.value.lack) == (Assessed.COURSE, Lack.WAITING)
    assert refused.value.grade is ApprovalGrade.OFFICIAL


def test_assessment_knows_the_kind_of_its_subject(world: World) -> None:
    project = world.project()
    for subject in (world.programme(), project, world.course()):
        kind = {Programme: "programme", Project: "project", Course: "course"}[type(subject)]
        assert world.drafted_assessment(subject).assessed == kind
