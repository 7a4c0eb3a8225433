"""The path to a seat: every state against every step, clearances, and the last seat."""

import datetime as dt
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import update

from tests.support.world import World
from training.domain import completions, nominations
from training.domain.refusals import (
    AlreadyClaimed,
    AlreadyNominated,
    CohortFull,
    CohortNotOpen,
    NotCleared,
    NotInvited,
    WrongStep,
)
from training.kit.db import db, transaction
from training.models.access import Role
from training.models.actor import Actor
from training.models.nominations import Nomination, NominationState
from training.queries import cohorts
from training.queries import nominations as rows

S = NominationState
NOMINATED, SHORTLISTED, VETTING = S.NOMINATED, S.SHORTLISTED, S.IN_VETTING
CONFIRMED, TURNED_DOWN, WITHDRAWN = S.CONFIRMED, S.TURNED_DOWN, S.WITHDRAWN

STEPS: dict[str, Callable[[Nomination, Actor], None]] = {
    "shortlist": nominations.shortlist,
    "send": nominations.send_to_vetting,
    "confirm": nominations.confirm,
    "turn down": lambda nomination, by: nominations.turn_down(nomination, "a reason", by),
    "withdraw": nominations.withdraw,
}
# Where each step leads from the states to which it applies; from all others it is refused.
TABLE: dict[str, dict[NominationState, NominationState]] = {
    "shortlist": {NOMINATED: SHORTLISTED},
    "send": {SHORTLISTED: VETTING},
    "confirm": {VETTING: CONFIRMED},
    "turn down": {NOMINATED: TURNED_DOWN, SHORTLISTED: TURNED_DOWN, VETTING: TURNED_DOWN},
    "withdraw": {NOMINATED: WITHDRAWN, SHORTLISTED: WITHDRAWN, VETTING: WITHDRAWN, CONFIRMED: WITHDRAWN},
}


@pytest.fixture
def world(app: Flask) -> Iterator[World]:
    with app.app_context():
        yield World(app)


def put(nomination: Nomination, state: NominationState) -> None:
    """Place a nomination in a state directly: the table is about single steps."""
    with transaction() as session:
        session.execute(update(Nomination).where(Nomination.id == nomination.id).values(state=state, reason="a reason"))


def test_every_state_against_every_step(world: World) -> None:
    cohort, person = world.open_cohort(seats=100), world.person("Trainee one")
    world.cleared(person)
    uk = world.actor("uk")
    nomination = world.nominated(cohort, person)
    for step, outcomes in TABLE.items():
        for before in S:
            put(nomination, before)
            try:
                with transaction():
                    STEPS[step](nomination, uk)
                reached: NominationState | None = rows.state_of(nomination.id)
            except WrongStep:
                reached = None
            assert reached is outcomes.get(before), f"{step} from {before}"


def test_two_for_the_last_seat(world: World) -> None:
    """Whoever comes second is told that the cohort is full, and stays in vetting."""
    cohort = world.open_cohort(seats=1)
    first, second = (world.in_vetting(cohort, world.person(f"Trainee {n}")) for n in ("one", "two"))
    for nomination in (first, second):
        world.cleared(rows.nomination_page(nomination, world.actor("uk")).person)
    uk = world.actor("uk")
    with transaction():
        nominations.confirm(first, uk)
    with pytest.raises(CohortFull), transaction():
        nominations.confirm(second, uk)
    assert rows.state_of(second.id) is VETTING
    assert cohorts.cohort_by_key(cohort.id).seats_taken == 1


def test_withdrawing_frees_the_seat(world: World) -> None:
    cohort = world.open_cohort(seats=1)
    nomination = world.seated(cohort, world.person("Trainee one"))
    with transaction():
        nominations.withdraw(nomination, world.actor("iraq"))
    assert cohorts.cohort_by_key(cohort.id).seats_taken == 0
    world.seated(cohort, world.person("Trainee two"))


@pytest.mark.parametrize(
    ("until", "is_enough"),
    [(None, False), (dt.date(2026, 11, 3), False), (dt.date(2026, 11, 4), True), (dt.date(2027, 1, 1), True)],
)
def test_a_seat_needs_a_clearance_to_the_last_day(world: World, until: dt.date | None, is_enough: bool) -> None:
    cohort, person = world.open_cohort(last=dt.date(2026, 11, 4)), world.person("Trainee one")
    nomination = world.in_vetting(cohort, person)
    if until:
        world.cleared(person, until)
    if is_enough:
        with transaction():
            nominations.confirm(nomination, world.actor("uk"))
    else:
        with pytest.raises(NotCleared), transaction():
            nominations.confirm(nomination, world.actor("uk"))
    assert rows.state_of(nomination.id) is (CONFIRMED if is_enough else VETTING)
    assert cohorts.cohort_by_key(cohort.id).seats_taken == int(is_enough)


def test_only_invited_organisations_nominate(world: World) -> None:
    cohort = world.open_cohort(invited=("iraq",))
    with pytest.raises(NotInvited):
        world.nominated(cohort, world.person("Trainee one", "kri"), by="kri")


def test_nobody_is_nominated_twice_but_again_after_withdrawing(world: World) -> None:
    cohort, person = world.open_cohort(), world.person("Trainee one")
    nomination = world.nominated(cohort, person)
    with pytest.raises(AlreadyNominated):
        world.nominated(cohort, person)
    with transaction():
        nominations.withdraw(nomination, world.actor("iraq"))
    world.nominated(cohort, person)


def test_a_draft_takes_no_nominations(world: World) -> None:
    with pytest.raises(CohortNotOpen):
        world.nominated(world.draft(), world.person("Trainee one"))


def test_what_was_completed_is_not_withdrawn(world: World) -> None:
    cohort, person = world.open_cohort(), world.person("Trainee one")
    world.account("trainee", Role.TRAINEE, "iraq", person=person)
    nomination = world.seated(cohort, person)
    with transaction():
        completions.claim(nomination, dt.date(2026, 11, 4), "", world.actor("trainee"), dt.date(2026, 11, 24))
    with pytest.raises(AlreadyClaimed), transaction():
        nominations.withdraw(nomination, world.actor("iraq"))
    db.session.rollback()
    assert rows.state_of(nomination.id) is CONFIRMED
