"""Nominations: every step from every state, clearances, and the last seat."""

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from tests.support.world import EVE, TODAY, World
from training.domain.admissions import nominations, seats, vetting
from training.domain.admissions.nomination_path import PATH, NominationEvent
from training.domain.admissions.refusals import (
    AlreadyClaimed,
    AlreadyNominated,
    CohortFull,
    NominationsClosed,
    NotCleared,
    NotInvited,
    WrongStep,
)
from training.domain.courses.refusals import CohortNotOpen
from training.domain.outcomes import completions
from training.kit.clock import pretend
from training.kit.db import db, transaction
from training.models.admissions.nominations import Nomination, NominationState
from training.models.admissions.vetting import VettingOutcome
from training.models.courses.cohorts import Cohort
from training.models.identity.accounts import Role
from training.models.identity.actor import Actor
from training.models.people.people import Person
from training.policy.scopes import unscoped
from training.queries.admissions import nominations as rows
from training.queries.common.paging import Cursor
from training.queries.courses import cohorts

S = NominationState

STEPS: dict[str, Callable[[Nomination, Actor], None]] = {
    "shortlist": nominations.shortlist,
    "send": nominations.send_to_vetting,
    "confirm": nominations.confirm,
    "wait": nominations.put_on_waiting_list,
    "turn down": lambda nomination, by: nominations.turn_down(nomination, "a reason", by),
    "withdraw": nominations.withdraw,
}
# The state after each step, by the states from which it is possible; from all others it is refused. The person holds
# a clearance, so that a nomination sent to vetting is cleared at once.
TABLE: dict[str, dict[NominationState, NominationState]] = {
    "shortlist": {S.NOMINATED: S.SHORTLISTED},
    "send": {S.SHORTLISTED: S.CLEARED},
    "confirm": dict.fromkeys((S.CLEARED, S.WAITING), S.CONFIRMED),
    "wait": {S.CLEARED: S.WAITING},
    "turn down": dict.fromkeys(set(S) - {S.CONFIRMED, S.TURNED_DOWN, S.WITHDRAWN}, S.TURNED_DOWN),
    "withdraw": dict.fromkeys(set(S) - {S.TURNED_DOWN, S.WITHDRAWN}, S.WITHDRAWN),
}
# The state after a decision by the state before; others do not change. A clearance that ends before the last day
# costs the seat.
DECISIONS: dict[tuple[VettingOutcome, dt.date | None], dict[NominationState, NominationState]] = {
    (VettingOutcome.CLEARED, dt.date(2040, 1, 1)): dict.fromkeys((S.IN_VETTING, S.NOT_CLEARED), S.CLEARED),
    (VettingOutcome.CLEARED, dt.date(2027, 1, 10)): dict.fromkeys(
        (S.IN_VETTING, S.NOT_CLEARED, S.CONFIRMED), S.CLEARED
    ),
    (VettingOutcome.NOT_CLEARED, None): dict.fromkeys((S.IN_VETTING, S.CLEARED, S.WAITING, S.CONFIRMED), S.NOT_CLEARED),
}
FIRST, LAST = dt.date(2027, 1, 10), dt.date(2027, 1, 14)


@pytest.fixture
def world(app: Flask) -> Iterator[World]:
    with app.app_context():
        yield World(app)


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with pretend(EVE):
        yield


def put(nomination: Nomination, state: NominationState) -> None:
    """Set the state of a nomination directly, to test single steps."""
    with transaction() as session:
        place = 1 if state is S.WAITING else None
        values = {"state": state, "reason": "a reason", "place": place}
        session.execute(update(Nomination).where(Nomination.id == nomination.id).values(**values))
        taken = int(state is S.CONFIRMED)
        session.execute(update(Cohort).where(Cohort.id == nomination.cohort_id).values(seats_taken=taken))


def test_every_step_from_every_state(world: World) -> None:
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


@pytest.mark.parametrize(("decided", "outcomes"), DECISIONS.items(), ids=str)
def test_every_vetting_decision_in_every_state(
    world: World,
    decided: tuple[VettingOutcome, dt.date | None],
    outcomes: dict[NominationState, NominationState],
) -> None:
    cohort, person = world.open_cohort(first=FIRST, last=LAST), world.person("Trainee one")
    nomination = world.nominated(cohort, person)
    for before in S:
        put(nomination, before)
        decision = vetting.ClearanceDecision(decided[0], "An authority", "", TODAY, decided[1])
        with transaction():
            vetting.record(person, decision, world.actor("vetting"), TODAY)
        after = rows.state_of(nomination.id)
        assert after is outcomes.get(before, before), f"{decided} from {before}"
        assert cohorts.cohort_by_key(cohort.id).seats_taken == int(after is S.CONFIRMED)


def test_path_matches_the_tested_transitions() -> None:
    """PATH, from which the documentation is printed, equals the transitions tested above."""
    events = {
        "shortlist": NominationEvent.SHORTLIST,
        "confirm": NominationEvent.CONFIRM,
        "wait": NominationEvent.WAIT,
        "turn down": NominationEvent.TURN_DOWN,
        "withdraw": NominationEvent.WITHDRAW,
    }
    for name, event in events.items():
        assert dict.fromkeys(PATH[event].before, PATH[event].after) == TABLE[name]
    assert PATH[NominationEvent.SEND].before == set(TABLE["send"])
    tried = [before for (outcome, _until), found in DECISIONS.items() if outcome.value == "cleared" for before in found]
    assert PATH[NominationEvent.CLEAR].before == set(tried)
    assert PATH[NominationEvent.NOT_CLEAR].before == set(DECISIONS[VettingOutcome.NOT_CLEARED, None])
    assert [event for event, transition in PATH.items() if transition.needs_reason] == [NominationEvent.TURN_DOWN]


def test_second_nominee_for_the_last_seat_is_refused(world: World) -> None:
    """The second nominee is refused because the cohort is full, and keeps their state."""
    cohort = world.open_cohort(seats=1)
    first, second = (world.in_vetting(cohort, world.person(f"Trainee {n}")) for n in ("one", "two"))
    for nomination in (first, second):
        world.cleared(rows.nomination_page(nomination, world.actor("uk")).person)
    uk = world.actor("uk")
    with transaction():
        nominations.confirm(first, uk)
    with pytest.raises(CohortFull), transaction():
        nominations.confirm(second, uk)
    assert rows.state_of(second.id) is S.CLEARED
    assert cohorts.cohort_by_key(cohort.id).seats_taken == 1


def test_withdrawal_frees_the_seat(world: World) -> None:
    cohort = world.open_cohort(seats=1)
    nomination = world.seated(cohort, world.person("Trainee one"))
    with transaction():
        nominations.withdraw(nomination, world.actor("iraq"))
    assert cohorts.cohort_by_key(cohort.id).seats_taken == 0
    world.seated(cohort, world.person("Trainee two"))


@pytest.mark.parametrize(
    ("until", "is_enough"),
    [(dt.date(2026, 11, 3), False), (dt.date(2026, 11, 4), True), (dt.date(2027, 1, 1), True)],
)
def test_seat_requires_clearance_until_the_last_day(world: World, until: dt.date, is_enough: bool) -> None:
    cohort, person = world.open_cohort(last=dt.date(2026, 11, 4)), world.person("Trainee one")
    nomination = world.in_vetting(cohort, person)
    world.cleared(person, until)
    if is_enough:
        with transaction():
            nominations.confirm(nomination, world.actor("uk"))
    else:
        with pytest.raises(NotCleared), transaction():
            nominations.confirm(nomination, world.actor("uk"))
    assert rows.state_of(nomination.id) is (S.CONFIRMED if is_enough else S.CLEARED)
    assert cohorts.cohort_by_key(cohort.id).seats_taken == int(is_enough)


def test_only_invited_organisations_may_nominate(world: World) -> None:
    cohort = world.open_cohort(invited=("iraq",))
    with pytest.raises(NotInvited):
        world.nominated(cohort, world.person("Trainee one", "kri"), by="kri")


def test_bulk_nomination_is_all_or_nothing(world: World, statements: Callable[[], Any]) -> None:
    cohort = world.open_cohort()
    keys = [world.person(f"Trainee {n}").id for n in range(30)]
    with transaction() as session, statements() as seen:
        wanted = unscoped(select(Person).where(Person.id.in_(keys)).order_by(Person.id), because="a test")
        people = session.scalars(wanted).all()
        made = nominations.nominate_all(cohort, people, world.actor("iraq"))
    assert [one.person_id for one in made] == keys
    assert len(seen) < 15, seen
    more = [world.person("Somebody new"), people[7]]
    with pytest.raises(AlreadyNominated), transaction():
        nominations.nominate_all(cohort, more, world.actor("iraq"))
    assert [
        row.person.name_latin
        for row in rows.roster(cohort.id, rows.RosterSelection(), Cursor(), world.actor("uk")).rows
    ].count("Somebody new") == 0


def test_nomination_after_the_last_day_is_refused(world: World) -> None:
    cohort, person = world.open_cohort(first=FIRST, last=LAST), world.person("Trainee one")
    with transaction():
        seats.set_limits(cohort, seats.SeatLimits(10, nominations_until=EVE.date()), world.actor("uk"))
    world.nominated(cohort, person)
    with transaction():
        limits = seats.SeatLimits(10, nominations_until=EVE.date() - dt.timedelta(days=1))
        seats.set_limits(cohort, limits, world.actor("uk"))
    with pytest.raises(NominationsClosed) as refused:
        world.nominated(cohort, world.person("Trainee two"))
    assert refused.value.until == EVE.date() - dt.timedelta(days=1)


def test_second_nomination_is_refused_until_the_first_is_withdrawn(world: World) -> None:
    cohort, person = world.open_cohort(), world.person("Trainee one")
    nomination = world.nominated(cohort, person)
    with pytest.raises(AlreadyNominated):
        world.nominated(cohort, person)
    with transaction():
        nominations.withdraw(nomination, world.actor("iraq"))
    world.nominated(cohort, person)


def test_draft_cohort_refuses_nominations(world: World) -> None:
    with pytest.raises(CohortNotOpen):
        world.nominated(world.draft(), world.person("Trainee one"))


def test_nomination_with_claimed_completion_cannot_be_withdrawn(world: World) -> None:
    cohort, person = world.open_cohort(), world.person("Trainee one")
    world.account("trainee", Role.TRAINEE, "iraq", person=person)
    nomination = world.seated(cohort, person)
    with transaction():
        completions.claim(nomination, dt.date(2026, 11, 4), "", world.actor("trainee"), dt.date(2026, 11, 24))
    with pytest.raises(AlreadyClaimed), transaction():
        nominations.withdraw(nomination, world.actor("iraq"))
    db.session.rollback()
    assert rows.state_of(nomination.id) is S.CONFIRMED
