"""Cohorts from draft to closed: what opens a cohort, and what blocks it."""

import datetime as dt
from collections.abc import Iterator

import pytest
from flask import Flask

from tests.support.ledger import decision_about
from tests.support.world import TODAY, World
from training.domain.assurance.refusals import NoRightsAssessment
from training.domain.courses import cohorts
from training.domain.courses.refusals import CohortNotDraft, CohortNotOpen, CohortRunning, LineNotCovering
from training.domain.finance.refusals import DatesReversed, OverLine
from training.domain.oversight import approvals
from training.kit.db import db, transaction
from training.models.courses.cohorts import Cohort, CohortState
from training.models.courses.courses import CostBasis, CourseCost
from training.models.finance.ledger import EntryKind
from training.models.finance.programmes import BudgetLine, LineCategory
from training.queries.courses import cohorts as rows
from training.queries.finance import entries


@pytest.fixture
def world(app: Flask) -> Iterator[World]:
    with app.app_context():
        yield World(app)


def state(cohort: Cohort) -> CohortState:
    db.session.rollback()
    return rows.state_of(cohort.id)


def test_approval_of_commitment_opens_cohort(world: World) -> None:
    world.covered()
    cohort = world.draft(pence=1_000_00)
    entry = world.asked(cohort)
    assert state(cohort) is CohortState.AWAITING_APPROVAL
    assert (entry.kind, entry.amount) == (EntryKind.COMMIT, 1_000_00)
    world.approve(entry)
    assert state(cohort) is CohortState.OPEN
    (commitment,) = rows.open_commitments(cohort.id)
    assert commitment.committed == 1_000_00


def test_refusal_of_commitment_returns_cohort_to_draft(world: World) -> None:
    world.covered()
    cohort = world.draft()
    entry = world.asked(cohort)
    with transaction():
        approvals.refuse(entry, "too dear", world.actor("approver"))
    assert state(cohort) is CohortState.DRAFT
    world.approve(world.asked(cohort))
    assert state(cohort) is CohortState.OPEN


def test_cohort_cannot_open_without_rights_assessment(world: World) -> None:
    cohort = world.draft()
    with pytest.raises(NoRightsAssessment):
        world.asked(cohort)
    assert state(cohort) is CohortState.DRAFT


def test_lapsed_assessment_blocks_opening(world: World) -> None:
    world.covered()
    cohort = world.draft()
    entry = world.asked(cohort)
    with pytest.raises(NoRightsAssessment):
        world.approve(entry, on=dt.date(2031, 1, 1))
    assert state(cohort) is CohortState.AWAITING_APPROVAL
    assert decision_about(entry.id) is None, "the approval fell with the opening"


def test_cohort_cannot_cost_more_than_its_line_has_available(world: World) -> None:
    world.covered()
    cohort = world.draft(world.line(500_00), pence=500_01)
    with pytest.raises(OverLine):
        world.asked(cohort)
    assert state(cohort) is CohortState.DRAFT


@pytest.mark.parametrize(
    ("first", "last", "refusal"),
    [
        (dt.date(2026, 12, 4), dt.date(2026, 12, 3), DatesReversed),
        (dt.date(2026, 3, 31), dt.date(2026, 4, 2), LineNotCovering),
        (dt.date(2027, 3, 31), dt.date(2027, 4, 1), LineNotCovering),
    ],
)
def test_invalid_dates_are_refused(world: World, first: dt.date, last: dt.date, refusal: type[Exception]) -> None:
    line = world.line(50_000_00)
    with pytest.raises(refusal):
        world.draft(line, first=first, last=last)


def test_only_a_draft_can_be_submitted_for_approval(world: World) -> None:
    cohort = world.open_cohort()
    with pytest.raises(CohortNotDraft):
        world.asked(cohort)


@pytest.mark.parametrize(("last", "is_over"), [(TODAY, False), (TODAY - dt.timedelta(days=1), True)])
def test_cohort_can_be_closed_only_after_its_last_day(world: World, last: dt.date, is_over: bool) -> None:
    cohort = world.open_cohort(first=dt.date(2026, 11, 2), last=last)
    if not is_over:
        with pytest.raises(CohortRunning), transaction():
            cohorts.close(cohort, world.actor("uk"), TODAY)
        return
    with transaction():
        cohorts.close(cohort, world.actor("uk"), TODAY)
    assert state(cohort) is CohortState.CLOSED


def test_cancellation_proposes_release_of_commitments(world: World) -> None:
    cohort = world.open_cohort(pence=1_000_00)
    with transaction():
        cohorts.cancel(cohort, world.key(), world.actor("uk"))
    assert state(cohort) is CohortState.CANCELLED
    (commitment,) = rows.open_commitments(cohort.id)
    (row,) = [
        row for row in entries.oldest(entries.of_commitment(commitment.id), world.actor("uk")) if row.decision is None
    ]
    assert (row.entry.kind, row.entry.amount) == (EntryKind.RELEASE, 1_000_00)


def test_cohort_awaiting_approval_cannot_be_cancelled(world: World) -> None:
    world.covered()
    cohort = world.draft()
    world.asked(cohort)
    with pytest.raises(CohortNotOpen), transaction():
        cohorts.cancel(cohort, world.key(), world.actor("uk"))


def cost(category: LineCategory, basis: CostBasis, pence: int) -> CourseCost:
    return CourseCost(category=category, basis=basis, amount=pence)


def line(category: LineCategory) -> BudgetLine:
    return BudgetLine(category=category)


def test_suggested_costs_count_first_and_last_day() -> None:
    cohort = Cohort(starts_on=TODAY, ends_on=TODAY + dt.timedelta(days=2), capacity=10)
    template = [
        cost(LineCategory.TRAINERS, CostBasis.PER_DAY, 100),
        cost(LineCategory.TRAVEL, CostBasis.PER_TRAINEE_DAY, 7),
        cost(LineCategory.VENUE, CostBasis.FIXED, 500),
    ]
    found = cohorts.suggested_plan(cohort, template, [])
    assert {one.category: one.amount for one in found} == {
        LineCategory.TRAINERS: 300,
        LineCategory.TRAVEL: 210,
        LineCategory.VENUE: 500,
    }
    assert {one.line for one in found} == {None}


def test_first_line_of_category_is_suggested() -> None:
    cohort = Cohort(starts_on=TODAY, ends_on=TODAY, capacity=1)
    first, second, other = line(LineCategory.VENUE), line(LineCategory.VENUE), line(LineCategory.TRAVEL)
    template = [cost(LineCategory.VENUE, CostBasis.FIXED, 1), cost(LineCategory.TRAINERS, CostBasis.FIXED, 1)]
    found = cohorts.suggested_plan(cohort, template, [other, first, second])
    assert {one.category: one.line for one in found} == {LineCategory.VENUE: first, LineCategory.TRAINERS: None}


@pytest.mark.parametrize(
    ("newest", "code"),
    [(None, "2027-001"), ("2027-001", "2027-002"), ("2027-099", "2027-100"), ("2027-999", "2027-1000")],
)
def test_next_code_follows_the_newest_of_the_year(newest: str | None, code: str) -> None:
    assert cohorts.next_code(2027, newest) == code


def test_only_unopened_cohorts_may_still_open() -> None:
    to_open = {state for state in CohortState if cohorts.may_still_open(Cohort(state=state))}
    assert to_open == {CohortState.DRAFT, CohortState.AWAITING_APPROVAL}
