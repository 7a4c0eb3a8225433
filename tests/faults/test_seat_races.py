"""Concurrent requests for seats: none is given twice, none is lost, and no uncleared person is seated."""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import select

from tests.support.world import TODAY, World
from training.domain.admissions import deactivation, late_entries, nominations, seats, vetting
from training.domain.admissions.refusals import (
    CohortFull,
    LateEntryDecided,
    LateEntryProposed,
    SeatClash,
    WaitingOvertaken,
    WrongStep,
)
from training.domain.common.refusals import Refusal
from training.kit.clock import pretend
from training.kit.db import db, transaction
from training.models.admissions.nominations import LateEntry, Nomination, NominationState
from training.models.admissions.vetting import VettingOutcome
from training.models.courses.cohorts import Cohort
from training.models.identity.actor import Actor
from training.models.people.people import InactiveReason, Person
from training.policy.scopes import unscoped
from training.queries.admissions import nominations as rows
from training.queries.courses import cohorts as cohort_rows

S = NominationState
FIRST, LAST = dt.date(2027, 1, 10), dt.date(2027, 1, 14)
ROUNDS = 3
GONE = InactiveReason.LEFT_SERVICE


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with pretend(dt.datetime.combine(TODAY, dt.time(12), dt.UTC)):
        yield


def together(app: Flask, acts: Sequence[Callable[[], object]]) -> list[object]:
    """Run ``acts`` concurrently; return each result, or the type of its refusal."""
    start = Barrier(len(acts))
    db.session.rollback()  # later reads are fresh

    def one(act: Callable[[], object]) -> object:
        with app.app_context():
            start.wait(timeout=30)
            try:
                with transaction():
                    return act()
            except Refusal as refusal:
                return type(refusal)

    with ThreadPoolExecutor(len(acts)) as pool:
        return [future.result(60) for future in [pool.submit(copy_context().run, one, act) for act in acts]]


class Races:
    """A cohort of one or two seats, and people who apply."""

    def __init__(self, app: Flask, seats_in_all: int) -> None:
        self.app, self.world = app, World(app)
        self.uk: Actor = self.world.actor("uk")
        self.officer: Actor = self.world.actor("vetting")
        self.cohort = self.a_cohort(seats_in_all)
        self._number = 0

    def a_cohort(self, seats_in_all: int) -> int:
        return self.world.open_cohort(seats=seats_in_all, first=FIRST, last=LAST).id

    def cleared(self, cohort: int | None = None, person: int | None = None) -> int:
        self._number += 1
        found = _person(person) if person else self.world.person(f"Trainee {self._number}")
        nomination = self.world.in_vetting(cohort_rows.cohort_by_key(cohort or self.cohort), found)
        if rows.state_of(nomination.id) is S.IN_VETTING:
            self.world.cleared(found)
        return nomination.id

    def do(self, rule: Callable[[Nomination, Actor], None], key: int) -> None:
        with transaction():
            rule(rows.nomination_by_key(key), self.uk)

    def later(self, rule: Callable[[Nomination, Actor], None], key: int) -> Callable[[], object]:
        return lambda: rule(rows.nomination_by_key(key), self.uk)

    def taken(self, cohort: int | None = None) -> int:
        return cohort_rows.cohort_by_key(cohort or self.cohort).seats_taken

    def seated(self, cohort: int | None = None) -> int:
        mine = select(Nomination).where(
            Nomination.cohort_id == (cohort or self.cohort), Nomination.state == S.CONFIRMED
        )
        return len(db.session.scalars(unscoped(mine, because="a test")).all())


def _person(key: int) -> Person:
    return db.session.scalars(unscoped(select(Person).where(Person.id == key), because="a test")).one()


def states(*keys: int) -> list[NominationState]:
    db.session.rollback()
    return [rows.state_of(key) for key in keys]


def test_last_seat_goes_to_one_nominee_and_the_other_can_wait(app: Flask) -> None:
    with app.app_context():
        races = Races(app, 1)
        both = [races.cleared(), races.cleared()]
        answers = together(app, [races.later(nominations.confirm, key) for key in both])
        assert sorted(map(str, answers)) == sorted(map(str, (None, CohortFull)))
        assert sorted(states(*both)) == sorted([S.CLEARED, S.CONFIRMED])
        assert races.taken() == races.seated() == 1
        races.do(nominations.put_on_waiting_list, both[answers.index(CohortFull)])


def test_concurrent_confirmations_of_a_person_give_one_seat(app: Flask) -> None:
    with app.app_context():
        races = Races(app, 5)
        key = races.cleared()
        answers = together(app, [races.later(nominations.confirm, key)] * 4)
        assert answers.count(None) == 1
        assert answers.count(WrongStep) + answers.count(SeatClash) == 3
        assert races.taken() == races.seated() == 1


def test_person_gets_a_seat_in_only_one_of_two_overlapping_cohorts(app: Flask) -> None:
    with app.app_context():
        races = Races(app, 5)
        here = races.cleared()
        person = rows.nomination_by_key(here).person_id
        other = races.a_cohort(5)
        there = races.cleared(other, person)
        answers = together(app, [races.later(nominations.confirm, key) for key in (here, there)])
        assert sorted(map(str, answers)) == sorted(map(str, (None, SeatClash)))
        assert races.seated() + races.seated(other) == 1


def test_person_being_deactivated_is_not_seated(app: Flask) -> None:
    with app.app_context():
        races = Races(app, 1)
        key = races.cleared()
        person = rows.nomination_by_key(key).person_id
        acts = [
            races.later(nominations.confirm, key),
            lambda: deactivation.deactivate(_person(person), GONE, races.uk),
        ]
        answers = together(app, acts)
        assert answers[1] is None
        assert answers[0] in (None, WrongStep)
        assert states(key) == [S.WITHDRAWN]
        assert races.taken() == races.seated() == 0


@pytest.mark.parametrize("how_many_wait", [1, 2, 3])
def test_concurrent_withdrawals_seat_waiting_nominees_once_each(app: Flask, how_many_wait: int) -> None:
    with app.app_context():
        races = Races(app, 2)
        seated = [races.cleared(), races.cleared()]
        for key in seated:
            races.do(nominations.confirm, key)
        line = [races.cleared() for _ in range(how_many_wait)]
        for key in line:
            races.do(nominations.put_on_waiting_list, key)
        assert together(app, [races.later(nominations.withdraw, key) for key in seated]) == [None, None]
        expected = ([S.CONFIRMED] * 2 + [S.WAITING])[:how_many_wait]
        assert states(*line) == expected
        assert races.taken() == races.seated() == min(2, how_many_wait)


def test_concurrent_promotion_and_confirmation_take_one_seat(app: Flask) -> None:
    with app.app_context():
        races = Races(app, 1)
        seated, waits, cleared = races.cleared(), races.cleared(), races.cleared()
        races.do(nominations.confirm, seated)
        races.do(nominations.put_on_waiting_list, waits)
        answers = together(app, [races.later(nominations.withdraw, seated), races.later(nominations.confirm, cleared)])
        # The seat is freed and taken again in one transaction, so that no other request gets it.
        assert answers == [None, CohortFull]
        assert states(seated, waits, cleared) == [S.WITHDRAWN, S.CONFIRMED, S.CLEARED]
        assert races.taken() == races.seated() == 1


def test_waiting_nominee_confirmed_while_a_seat_is_freed_has_one_seat(app: Flask) -> None:
    with app.app_context():
        races = Races(app, 2)
        seated, waits = races.cleared(), races.cleared()
        races.do(nominations.confirm, seated)
        races.do(nominations.put_on_waiting_list, waits)
        together(app, [races.later(nominations.withdraw, seated), races.later(nominations.confirm, waits)])
        assert states(seated, waits) == [S.WITHDRAWN, S.CONFIRMED]
        assert races.taken() == races.seated() == 1


def test_refusal_during_confirmation_leaves_no_uncleared_nominee_seated(app: Flask) -> None:
    with app.app_context():
        races = Races(app, 9)
        for _ in range(ROUNDS):
            key = races.cleared()
            person = rows.nomination_by_key(key).person_id
            decision = vetting.ClearanceDecision(VettingOutcome.NOT_CLEARED, "An authority", "", TODAY, None)

            def refuse(person: int = person, decision: vetting.ClearanceDecision = decision) -> None:
                vetting.record(_person(person), decision, races.officer, TODAY)

            together(app, [races.later(nominations.confirm, key), refuse])
            assert states(key) == [S.NOT_CLEARED]
            assert races.taken() == races.seated() == 0


def test_capacity_lowered_during_confirmation_is_never_exceeded(app: Flask) -> None:
    with app.app_context():
        races = Races(app, 2)
        races.do(nominations.confirm, races.cleared())
        key = races.cleared()

        def lower() -> None:
            seats.set_limits(cohort_rows.cohort_by_key(races.cohort), seats.SeatLimits(1), races.uk)

        answers = together(app, [races.later(nominations.confirm, key), lower])
        assert answers.count(None) == 1
        cohort: Cohort = cohort_rows.cohort_by_key(races.cohort)
        assert races.seated() == cohort.seats_taken <= cohort.capacity


def test_late_entry_is_decided_once(app: Flask) -> None:
    with app.app_context(), pretend(dt.datetime.combine(TODAY, dt.time(12), dt.UTC)):
        races = Races(app, 2)
        key = races.cleared()
    with app.app_context(), pretend(dt.datetime.combine(FIRST, dt.time(12), dt.UTC)):
        other = races.world.actor("uk.2")
        answers = together(app, [races.later(lambda one, by: late_entries.propose(one, "Ill", by).id, key)] * 3)
        assert sum(answer is LateEntryProposed for answer in answers) == 2
        entry = next(answer for answer in answers if isinstance(answer, int))
        acts = [
            lambda: late_entries.approve(_entry(entry), other),
            lambda: late_entries.approve(_entry(entry), other),
            lambda: late_entries.refuse(_entry(entry), "Too late", other),
            lambda: late_entries.withdraw(_entry(entry), races.uk),
        ]
        answers = together(app, acts)
        assert sum(answer is None for answer in answers) == 1
        assert answers.count(LateEntryDecided) == 3
        is_seated = states(key) == [S.CONFIRMED]
        assert is_seated is (None in answers[:2])
        assert races.taken() == races.seated() == int(is_seated)


def _entry(key: int) -> LateEntry:
    return db.session.scalars(unscoped(select(LateEntry).where(LateEntry.id == key), because="a test")).one()


def test_seat_given_while_somebody_begins_to_wait_is_not_past_them_unasked(app: Flask) -> None:
    """Either the seat was first, or who began to wait is asked about."""
    with app.app_context():
        races = Races(app, 2)
        for cohort in [races.cohort, *(races.a_cohort(2) for _ in range(1, ROUNDS))]:
            waits, confirmed = races.cleared(cohort), races.cleared(cohort)
            answers = together(
                app,
                [
                    races.later(nominations.put_on_waiting_list, waits),
                    races.later(nominations.confirm, confirmed),
                ],
            )
            assert answers[0] is None
            assert answers[1] in (None, WaitingOvertaken)
            assert states(confirmed) == [S.CONFIRMED if answers[1] is None else S.CLEARED]
            assert races.taken(cohort) == races.seated(cohort) == int(answers[1] is None)
