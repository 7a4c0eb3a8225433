"""The possible next steps of a nomination by state and permissions; without a database."""

import datetime as dt

import pytest

from training.domain.admissions import nominations
from training.domain.admissions.nomination_path import (
    PATH,
    CoursePhase,
    NominationEvent,
    SelectionStep,
    is_early,
    next_steps,
    phase_of,
    steps_of,
)
from training.models.admissions.nominations import NominationState
from training.models.courses.cohorts import Cohort, CohortState

S, N = NominationState, SelectionStep
DAY = dt.timedelta(days=1)
LAST = dt.date(2027, 1, 10)

# The steps of a user who may both select and withdraw.
STEPS = {
    S.NOMINATED: (N.SHORTLIST, N.TURN_DOWN, N.WITHDRAW),
    S.SHORTLISTED: (N.SEND, N.TURN_DOWN, N.WITHDRAW),
    S.IN_VETTING: (N.TURN_DOWN, N.WITHDRAW),
    S.CLEARED: (N.CONFIRM, N.WAIT, N.TURN_DOWN, N.WITHDRAW),
    S.NOT_CLEARED: (N.TURN_DOWN, N.WITHDRAW),
    S.WAITING: (N.CONFIRM, N.TURN_DOWN, N.WITHDRAW),
    S.CONFIRMED: (N.WITHDRAW,),
    S.TURNED_DOWN: (),
    S.WITHDRAWN: (),
}


@pytest.mark.parametrize("state", S)
def test_next_steps_depend_on_state_and_permissions(state: NominationState) -> None:
    every = STEPS[state]
    selecting = tuple(step for step in every if step is not N.WITHDRAW)
    withdrawing = tuple(step for step in every if step is N.WITHDRAW)
    assert next_steps(state, may_select=True, may_withdraw=True, is_claimed=False) == every
    assert next_steps(state, may_select=True, may_withdraw=False, is_claimed=False) == selecting
    assert next_steps(state, may_select=False, may_withdraw=True, is_claimed=False) == withdrawing
    assert next_steps(state, may_select=False, may_withdraw=False, is_claimed=False) == ()


def test_seat_with_claimed_completion_cannot_be_withdrawn() -> None:
    assert next_steps(S.CONFIRMED, may_select=True, may_withdraw=True, is_claimed=True) == ()


def test_steps_depend_on_permissions() -> None:
    assert steps_of(may_select=True, may_withdraw=True) == tuple(N)
    assert steps_of(may_select=False, may_withdraw=True) == (N.WITHDRAW,)
    assert N.WITHDRAW not in steps_of(may_select=True, may_withdraw=False)
    assert steps_of(may_select=False, may_withdraw=False) == ()


def test_every_step_has_a_transition() -> None:
    assert [step.transition for step in N] == [PATH[NominationEvent[step.name]] for step in N]


@pytest.mark.parametrize("state", CohortState)
@pytest.mark.parametrize(
    ("until", "on", "is_past"),
    [(None, LAST, False), (LAST, LAST - DAY, False), (LAST, LAST, False), (LAST, LAST + DAY, True)],
)
def test_open_cohort_takes_nominations_until_the_last_day(
    state: CohortState, until: dt.date | None, on: dt.date, is_past: bool
) -> None:
    cohort = Cohort(state=state, nominations_until=until, starts_on=LAST + 2 * DAY)
    assert nominations.is_past_last_day(cohort, on) is is_past
    assert nominations.takes_nominations(cohort, on) is (state is CohortState.OPEN and not is_past)


@pytest.mark.parametrize("day", [LAST, LAST + DAY])
def test_nobody_is_nominated_once_the_course_has_begun(day: dt.date) -> None:
    cohort = Cohort(state=CohortState.OPEN, starts_on=LAST)
    assert nominations.takes_nominations(cohort, LAST - DAY)
    assert not nominations.takes_nominations(cohort, day)


def test_steps_to_a_seat_end_with_the_course() -> None:
    """In a running course a seat is a late entry, which is no step; after it there is neither seat nor waiting list."""
    first, last = LAST, LAST + DAY
    phases = [phase_of(first, last, day) for day in (first - DAY, first, last, last + DAY)]
    assert phases == [CoursePhase.AHEAD, CoursePhase.RUNNING, CoursePhase.RUNNING, CoursePhase.OVER]
    offered = [
        next_steps(S.CLEARED, may_select=True, may_withdraw=False, is_claimed=False, phase=phase)
        for phase in CoursePhase
    ]
    assert offered == [(N.CONFIRM, N.WAIT, N.TURN_DOWN), (N.WAIT, N.TURN_DOWN), (N.TURN_DOWN,)]


@pytest.mark.parametrize(
    ("event", "state", "expected"),
    [
        (NominationEvent.CONFIRM, S.IN_VETTING, True),
        (NominationEvent.CONFIRM, S.NOMINATED, True),
        (NominationEvent.CONFIRM, S.CONFIRMED, False),
        (NominationEvent.SHORTLIST, S.IN_VETTING, False),
        (NominationEvent.SEND, S.NOMINATED, True),
        (NominationEvent.CONFIRM, S.NOT_CLEARED, False),
        (NominationEvent.TURN_DOWN, S.WITHDRAWN, False),
    ],
)
def test_step_is_too_early_or_too_late(event: NominationEvent, state: NominationState, expected: bool) -> None:
    assert is_early(event, state) is expected
