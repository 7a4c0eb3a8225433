"""Seats once a course has begun: no nomination, a late entry by a second person, and none once it is over."""

import datetime as dt
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from tests.support.world import World
from training.domain.admissions import bulk_actions, late_entries, nominations
from training.domain.admissions.nomination_path import SelectionStep
from training.domain.admissions.refusals import (
    CourseBegun,
    CourseOver,
    LateEntryDecided,
    LateEntryEarly,
    LateEntryNeeded,
    LateEntryProposed,
    NotOwnLateEntry,
    OwnLateEntry,
    WaitingOvertaken,
    WrongStep,
)
from training.domain.common.refusals import Refusal
from training.kit.clock import pretend
from training.kit.db import db, transaction
from training.models.admissions.nominations import LateEntry, LateEntryState, Nomination, NominationState
from training.models.courses.cohorts import Cohort
from training.models.identity.audit import AuditEntry
from training.models.people.people import Person
from training.policy.scopes import unscoped
from training.queries.admissions import nominations as rows
from training.queries.courses import cohorts

S = NominationState
FIRST, LAST = dt.date(2027, 1, 10), dt.date(2027, 1, 14)


def at_nine(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(9), dt.UTC)


AHEAD, RUNNING, OVER = (at_nine(day) for day in (FIRST - dt.timedelta(days=1), FIRST, LAST + dt.timedelta(days=1)))
"""On the last day before the course, on its first, and on the day after its last."""


@pytest.fixture
def world(app: Flask) -> Iterator[World]:
    with app.app_context(), pretend(AHEAD):
        yield World(app)


@pytest.fixture
def cohort(world: World) -> Cohort:
    return world.open_cohort(seats=2, first=FIRST, last=LAST)


def cleared(world: World, cohort: Cohort, name: str) -> Nomination:
    person = world.person(name)
    nomination = world.in_vetting(cohort, person)
    world.cleared(person)
    return nomination


def waiting(world: World, cohort: Cohort, name: str) -> Nomination:
    nomination = cleared(world, cohort, name)
    with transaction():
        nominations.put_on_waiting_list(nomination, world.actor("uk"))
    return nomination


def refused(act: Callable[[], object]) -> Refusal:
    with pytest.raises(Refusal) as caught, transaction():
        act()
    db.session.rollback()
    return caught.value


def propose(world: World, nomination: Nomination, by: str = "uk") -> LateEntry:
    return late_entries.propose(nomination, "Another officer fell ill", world.actor(by))


def proposed(world: World, nomination: Nomination) -> LateEntry:
    with transaction():
        return propose(world, nomination)


def last_step(nomination: Nomination) -> tuple[str, dict[str, object]]:
    statement = select(AuditEntry.action, AuditEntry.details).where(AuditEntry.subject_id == nomination.public_id)
    action, details = db.session.execute(statement.order_by(AuditEntry.id.desc()).limit(1)).one()
    return action, details


@pytest.mark.parametrize("moment", [RUNNING, OVER])
def test_nobody_is_nominated_once_the_course_has_begun(world: World, cohort: Cohort, moment: dt.datetime) -> None:
    person, by = world.person("Trainee one"), world.actor("iraq")
    with pretend(moment):
        for act in (
            lambda: nominations.nominate(cohort, person, by),
            lambda: nominations.nominate_each(cohort, [person], by),
        ):
            assert isinstance(refused(act), CourseBegun)
    with transaction():
        nominations.nominate(cohort, person, by)


def test_seat_in_a_running_course_needs_a_second_person(world: World, cohort: Cohort) -> None:
    nomination = cleared(world, cohort, "Trainee one")
    assert isinstance(refused(lambda: propose(world, nomination)), LateEntryEarly)
    with pretend(RUNNING):
        assert isinstance(refused(lambda: nominations.confirm(nomination, world.actor("uk"))), LateEntryNeeded)
        entry = proposed(world, nomination)
        assert isinstance(refused(lambda: propose(world, nomination, "uk.2")), LateEntryProposed)
        assert isinstance(refused(lambda: late_entries.approve(entry, world.actor("uk"))), OwnLateEntry)
        assert isinstance(refused(lambda: late_entries.refuse(entry, "x", world.actor("uk"))), OwnLateEntry)
        assert rows.state_of(nomination.id) is S.CLEARED
        with transaction():
            late_entries.approve(entry, world.actor("uk.2"))
        assert rows.state_of(nomination.id) is S.CONFIRMED
        assert cohorts.cohort_by_key(cohort.id).seats_taken == 1
        assert last_step(nomination) == ("confirmed", {"late_entry": entry.public_id})
        assert isinstance(refused(lambda: late_entries.refuse(entry, "x", world.actor("uk.2"))), LateEntryDecided)


def test_refused_or_withdrawn_late_entry_may_be_proposed_again(world: World, cohort: Cohort) -> None:
    nomination = cleared(world, cohort, "Trainee one")
    with pretend(RUNNING):
        entry = proposed(world, nomination)
        with transaction():
            late_entries.refuse(entry, "The course is half over", world.actor("uk.2"))
        entry = proposed(world, nomination)
        assert isinstance(refused(lambda: late_entries.withdraw(entry, world.actor("uk.2"))), NotOwnLateEntry)
        with transaction():
            late_entries.withdraw(entry, world.actor("uk"))
        assert isinstance(refused(lambda: late_entries.approve(entry, world.actor("uk.2"))), LateEntryDecided)
        proposed(world, nomination)
    assert rows.state_of(nomination.id) is S.CLEARED


def test_late_entry_ends_with_its_nomination(world: World, cohort: Cohort) -> None:
    nomination = cleared(world, cohort, "Trainee one")
    with pretend(RUNNING):
        entry = proposed(world, nomination)
        with transaction():
            nominations.withdraw(nomination, world.actor("iraq"))
        assert isinstance(refused(lambda: late_entries.approve(entry, world.actor("uk.2"))), LateEntryDecided)
        assert isinstance(refused(lambda: propose(world, nomination)), WrongStep)


def test_no_seat_by_any_way_once_the_course_is_over(world: World, cohort: Cohort) -> None:
    first, second = cleared(world, cohort, "Trainee one"), waiting(world, cohort, "Trainee two")
    with pretend(RUNNING):
        entry = proposed(world, first)
    uk, other = world.actor("uk"), world.actor("uk.2")
    with pretend(OVER):
        for act in (
            lambda: nominations.confirm(first, uk),
            lambda: nominations.confirm(second, uk),
            lambda: nominations.put_on_waiting_list(first, uk),
            lambda: propose(world, second),
            lambda: late_entries.approve(entry, other),
        ):
            assert isinstance(refused(act), CourseOver)
        action = bulk_actions.BulkAction(SelectionStep.CONFIRM, "", "key")
        with transaction():
            answers = bulk_actions.take(cohort, [first, second], action, uk)
        assert [type(answer) for answer in answers] == [CourseOver, CourseOver]
    assert cohorts.cohort_by_key(cohort.id).seats_taken == 0


def test_freed_seat_of_a_running_course_promotes_nobody(world: World, cohort: Cohort) -> None:
    """A promotion would be a late entry without a second person."""
    seat = cleared(world, cohort, "Trainee one")
    with transaction():
        nominations.confirm(seat, world.actor("uk"))
    waits = waiting(world, cohort, "Trainee two")
    with pretend(RUNNING), transaction():
        nominations.withdraw(seat, world.actor("iraq"))
    assert rows.state_of(waits.id) is S.WAITING


@pytest.mark.parametrize(
    "values",
    [
        "'approved', 'x', '', :uk, :now, :uk, :now",
        "'approved', 'x', '', :uk, :now, NULL, NULL",
        "'refused', 'x', '', :uk, :now, :other, :now",
        "'proposed', '', '', :uk, :now, NULL, NULL",
    ],
)
def test_database_refuses_a_late_entry_without_reason_or_second_person(
    world: World, cohort: Cohort, values: str
) -> None:
    nomination = cleared(world, cohort, "Trainee one")
    statement = (
        "INSERT INTO late_entries (public_id, nomination_id, state, reason, refusal, proposed_by_id, proposed_at, "
        f"decided_by_id, decided_at) VALUES ('abc', :nomination, {values})"
    )
    given = {
        "nomination": nomination.id,
        "uk": world.actor("uk").user_id,
        "other": world.actor("uk.2").user_id,
        "now": "2027-01-10 12:00:00.000000+00:00",
    }
    used = {key: value for key, value in given.items() if f":{key}" in statement}
    with pytest.raises(IntegrityError), transaction() as session:
        session.execute(text(statement), used)


# Past those who wait.


def test_seat_past_somebody_who_may_have_it_is_asked_about_and_recorded(world: World, cohort: Cohort) -> None:
    waits, later = (waiting(world, cohort, name) for name in ("Waits", "Later"))
    by = world.actor("uk")
    cut_in = cleared(world, cohort, "Cuts in")
    for nomination, ahead in ((cut_in, [waits, later]), (later, [waits])):
        refusal = refused(lambda nomination=nomination: nominations.confirm(nomination, by))
        assert isinstance(refusal, WaitingOvertaken)
        assert refusal.waiting == tuple(one.public_id for one in ahead)
    assert isinstance(refused(lambda: nominations.confirm(cut_in, by, [waits.public_id])), WaitingOvertaken)
    with transaction():
        nominations.confirm(cut_in, by, [later.public_id, waits.public_id, "another"])
    assert last_step(cut_in) == ("confirmed", {"past": f"{waits.public_id}, {later.public_id}"})
    with transaction():
        nominations.confirm(waits, by)
    assert last_step(waits) == ("confirmed", {}), "the first in line passes nobody"


def test_nobody_is_asked_about_those_who_may_not_have_the_seat(world: World, cohort: Cohort) -> None:
    for name, act in {
        "Lapses": lambda person: world.cleared(person, LAST - dt.timedelta(days=1)),
        "Seated elsewhere": lambda person: _seat_elsewhere(world, person),
    }.items():
        waits = waiting(world, cohort, name)
        act(_person(waits))
        db.session.rollback()
    nomination = cleared(world, cohort, "Trainee one")
    with transaction():
        nominations.confirm(nomination, world.actor("uk"))
    assert rows.state_of(nomination.id) is S.CONFIRMED


def _person(nomination: Nomination) -> Person:
    statement = select(Person).where(Person.id == nomination.person_id)
    return db.session.scalars(unscoped(statement, because="a test")).one()


def _seat_elsewhere(world: World, person: Person) -> None:
    world.seated(world.open_cohort(first=LAST, last=LAST), person)


def test_selection_asks_once_and_seats_those_who_wait_first(world: World) -> None:
    cohort = world.open_cohort(seats=2, first=FIRST, last=LAST)
    left, chosen = (waiting(world, cohort, name) for name in ("Zaid waits", "Yusuf waits"))
    others = [cleared(world, cohort, f"Adam {number}") for number in (1, 2)]
    by, selection = world.actor("uk"), [*others, chosen]
    action = bulk_actions.BulkAction(SelectionStep.CONFIRM, "", "key")
    refusal = refused(lambda: bulk_actions.take(cohort, selection, action, by))
    assert isinstance(refusal, WaitingOvertaken)
    assert refusal.waiting == (left.public_id,)
    action = bulk_actions.BulkAction(SelectionStep.CONFIRM, "", "key", frozenset(refusal.waiting))
    with transaction():
        answers = bulk_actions.take(cohort, selection, action, by)
    assert [answer is None for answer in answers] == [True, False, True], "who waits goes before who was not waiting"
    assert last_step(others[0])[1] == {"past": left.public_id}
    assert last_step(chosen)[1] == {"past": left.public_id}


def test_late_entry_past_somebody_who_waits_is_asked_about(world: World, cohort: Cohort) -> None:
    waits, nomination = waiting(world, cohort, "Waits"), cleared(world, cohort, "Trainee one")
    with pretend(RUNNING):
        entry = proposed(world, nomination)
        assert isinstance(refused(lambda: late_entries.approve(entry, world.actor("uk.2"))), WaitingOvertaken)
        with transaction():
            late_entries.approve(entry, world.actor("uk.2"), [waits.public_id])
        assert last_step(nomination)[1] == {"late_entry": entry.public_id, "past": waits.public_id}
        page = rows.late_entry_page(entry, world.actor("uk"))
        assert page.state is LateEntryState.APPROVED


# A clearance that stood already.


def test_history_says_that_a_clearance_was_reused_and_which(world: World, cohort: Cohort) -> None:
    person = world.person("Trainee one")
    world.cleared(person)
    nomination = world.in_vetting(cohort, person)
    steps = rows.nomination_steps(nomination, world.actor("uk"))
    assert steps.clearance is not None
    reused = steps.moves[-1]
    assert (reused.action, reused.by, reused.reused) == ("cleared before", None, steps.clearance)
    assert [move.by for move in steps.moves[:-1]] == ["iraq", "uk", "uk"]


def test_history_says_who_recorded_a_new_clearance(world: World, cohort: Cohort) -> None:
    nomination = cleared(world, cohort, "Trainee one")
    last = rows.nomination_steps(nomination, world.actor("uk")).moves[-1]
    assert (last.action, last.by, last.reused) == ("cleared", "vetting", None)
