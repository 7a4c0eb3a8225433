"""Claiming and confirming completion."""

import datetime as dt
from collections.abc import Iterator

import pytest
from flask import Flask

from tests.support.world import TODAY, World
from training.domain.admissions.refusals import AlreadyClaimed
from training.domain.courses.refusals import CohortRunning
from training.domain.finance.refusals import AlreadyDecided
from training.domain.outcomes import completions
from training.domain.outcomes.refusals import CompletedOutsideCohort, NotSeated, OwnCompletion
from training.kit.db import transaction
from training.models.admissions.nominations import Nomination
from training.models.identity.accounts import Role
from training.models.outcomes.completions import Completion, CompletionState
from training.queries.courses import cohorts
from training.queries.outcomes import completions as rows

LAST = dt.date(2026, 11, 4)


@pytest.fixture
def world(app: Flask) -> Iterator[World]:
    with app.app_context():
        yield World(app)


@pytest.fixture
def seat(world: World) -> Nomination:
    person = world.person("Trainee one")
    world.account("trainee", Role.TRAINEE, "iraq", person=person)
    return world.seated(world.open_cohort(first=dt.date(2026, 11, 2), last=LAST), person)


def claim(world: World, seat: Nomination, day: dt.date = LAST, on: dt.date = TODAY) -> Completion:
    with transaction():
        return completions.claim(seat, day, "a note", world.actor("trainee"), on)


def test_claimed_completion_is_confirmed(world: World, seat: Nomination) -> None:
    claimed = claim(world, seat)
    with transaction():
        completions.confirm(claimed, world.actor("uk"))
    latest = rows.latest_of(seat.id, world.actor("trainee"))
    assert latest is not None
    assert latest.state is CompletionState.CONFIRMED
    assert cohorts.cohort_by_key(seat.cohort_id).trained == 1
    with pytest.raises(AlreadyDecided), transaction():
        completions.confirm(claimed, world.actor("uk"))
    assert cohorts.cohort_by_key(seat.cohort_id).trained == 1


def test_refused_claim_keeps_its_reason_and_can_be_repeated(world: World, seat: Nomination) -> None:
    claimed = claim(world, seat)
    with transaction():
        completions.refuse(claimed, "two days missed", world.actor("uk"))
    latest = rows.latest_of(seat.id, world.actor("trainee"))
    assert latest is not None
    assert (latest.state, latest.reason) == (CompletionState.REFUSED, "two days missed")
    assert cohorts.cohort_by_key(seat.cohort_id).trained == 0
    claim(world, seat)


@pytest.mark.parametrize(
    ("day", "on", "refusal"),
    [
        (LAST, LAST - dt.timedelta(days=1), CohortRunning),
        (dt.date(2026, 11, 1), TODAY, CompletedOutsideCohort),
        (TODAY + dt.timedelta(days=1), TODAY, CompletedOutsideCohort),
    ],
)
def test_claim_on_invalid_day_is_refused(
    world: World, seat: Nomination, day: dt.date, on: dt.date, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        claim(world, seat, day, on)


def test_second_open_claim_is_refused(world: World, seat: Nomination) -> None:
    claim(world, seat)
    with pytest.raises(AlreadyClaimed):
        claim(world, seat)


def test_claim_is_decided_once(world: World, seat: Nomination) -> None:
    claimed = claim(world, seat)
    with transaction():
        completions.confirm(claimed, world.actor("uk"))
    with pytest.raises(AlreadyDecided), transaction():
        completions.refuse(claimed, "late", world.actor("uk.2"))


def test_own_completion_cannot_be_confirmed(world: World, seat: Nomination) -> None:
    """Not even from another account with another role: people are compared, not accounts."""
    claimed = claim(world, seat)
    with pytest.raises(OwnCompletion), transaction():
        completions.confirm(claimed, world.actor("trainee"))


def test_completion_requires_a_seat(world: World) -> None:
    person = world.person("Trainee two")
    world.account("trainee", Role.TRAINEE, "iraq", person=person)
    nomination = world.nominated(world.open_cohort(), person)
    with pytest.raises(NotSeated):
        claim(world, nomination)
