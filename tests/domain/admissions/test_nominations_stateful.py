"""Nominations against a model: random walks over three cohorts whose rules interact.

The model is a few dictionaries without SQL. After each step the records must match it, and invariants are checked on
the records alone. Faults planted on purpose must be found. ``TESTS_DEPTH=deep`` walks further (tests/conftest.py).
"""

import datetime as dt
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import pytest
from flask import Flask
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from tests.support.application import application
from tests.support.databases import sqlite_template
from tests.support.depth import IS_DEEP
from tests.support.world import TODAY, World
from training.domain.admissions import bulk_actions, deactivation, nominations, seats, vetting
from training.domain.admissions.nomination_path import SelectionStep
from training.domain.admissions.refusals import SelectionRepeated, WaitingOvertaken
from training.domain.common.refusals import Refusal
from training.domain.identity import organisations
from training.domain.identity.organisations import OrganisationDetails
from training.domain.people import people
from training.kit.clock import pretend
from training.kit.db import db, transaction
from training.models.admissions.nominations import Nomination, NominationState
from training.models.admissions.vetting import CurrentDecision, VettingDecision, VettingOutcome
from training.models.courses.cohorts import Cohort
from training.models.identity.actor import Actor
from training.models.identity.organisations import Jurisdiction
from training.models.people.people import InactiveReason, Person, Sex
from training.policy.scopes import unscoped
from training.queries.admissions import nominations as rows
from training.queries.admissions import seats as seat_rows
from training.queries.admissions import vetting as vetting_rows
from training.queries.courses import cohorts as cohort_rows

S = NominationState
LEFT = (S.TURNED_DOWN, S.WITHDRAWN)
DAYS = [(10, 14), (14, 16), (20, 22)]
ENDS = [None, *(dt.date(2027, 1, day) for day in (11, 13, 14, 16, 21, 22)), dt.date(2028, 1, 1)]
WOMAN, MAN, OF_BRIGADE, MAN_OF_BRIGADE = 0, 1, 3, 4
"""Places in the list of people: a woman and a man of an organisation, a woman and a man of the brigade below it."""

ABOVE = {"iraq": ("iraq",), "below": ("below", "iraq"), "kri": ("kri",)}


@dataclass
class ModelCohort:
    """A cohort of the model."""

    first: dt.date
    last: dt.date
    capacity: int = 2
    reserved: int = 0
    quotas: dict[str, int] = field(default_factory=dict)


@dataclass
class ModelNomination:
    """A nomination of the model."""

    cohort: int
    person: int
    state: NominationState = S.NOMINATED
    place: int = 0


@dataclass
class ModelPerson:
    """A person of the model; ``until`` is the last day of the clearance."""

    organisation: str
    sex: Sex | None
    until: dt.date | None = None
    is_active: bool = True


@dataclass
class Model:
    """The expected records."""

    cohorts: dict[int, ModelCohort]
    people: dict[int, ModelPerson]
    nominees: dict[int, ModelNomination] = field(default_factory=dict)

    def seated(self, cohort: int) -> list[ModelNomination]:
        return [one for one in self.nominees.values() if one.cohort == cohort and one.state is S.CONFIRMED]

    def lasts(self, one: ModelNomination) -> bool:
        until = self.people[one.person].until
        return until is not None and until >= self.cohorts[one.cohort].last

    def clashes(self, one: ModelNomination) -> bool:
        here = self.cohorts[one.cohort]
        seats_elsewhere = [
            self.cohorts[other.cohort]
            for other in self.nominees.values()
            if other.person == one.person and other.state is S.CONFIRMED and other.cohort != one.cohort
        ]
        return any(there.first <= here.last and here.first <= there.last for there in seats_elsewhere)

    def of_organisation(self, cohort: int, organisation: str) -> int:
        return sum(organisation in ABOVE[self.people[one.person].organisation] for one in self.seated(cohort))

    def others(self, cohort: int) -> int:
        return sum(self.people[one.person].sex is not Sex.FEMALE for one in self.seated(cohort))

    def has_room(self, one: ModelNomination) -> bool:
        cohort = self.cohorts[one.cohort]
        return len(self.seated(one.cohort)) < cohort.capacity and self.has_share(one)

    def has_share(self, one: ModelNomination) -> bool:
        cohort, person = self.cohorts[one.cohort], self.people[one.person]
        if any(
            self.of_organisation(one.cohort, organisation) >= most
            for organisation, most in cohort.quotas.items()
            if organisation in ABOVE[person.organisation]
        ):
            return False
        return person.sex is Sex.FEMALE or self.others(one.cohort) < cohort.capacity - cohort.reserved

    def may_sit(self, one: ModelNomination) -> bool:
        return self.lasts(one) and not self.clashes(one) and self.has_room(one)

    def overtaken(self, cohort: int, chosen: list[ModelNomination]) -> list[ModelNomination]:
        """Return those who wait longer than the last of the chosen and may have a seat."""
        last = max((one.place if one.state is S.WAITING else 10**6 for one in chosen), default=0)
        ahead = [one for one in self.line(cohort) if one not in chosen and one.place < last]
        return [one for one in ahead if self.lasts(one) and not self.clashes(one) and self.has_share(one)]

    def line(self, cohort: int) -> list[ModelNomination]:
        found = [one for one in self.nominees.values() if one.cohort == cohort and one.state is S.WAITING]
        return sorted(found, key=lambda one: one.place)

    def free(self, cohort: int) -> None:
        for one in self.line(cohort):
            if self.may_sit(one):
                one.state = S.CONFIRMED
                return

    # Steps: each is taken if possible, and returns whether it was.

    def step(self, one: ModelNomination, step: SelectionStep) -> bool:
        return getattr(self, step.value)(one)  # type: ignore[no-any-return]

    def shortlist(self, one: ModelNomination) -> bool:
        return self._move(one, (S.NOMINATED,), S.SHORTLISTED)

    def send(self, one: ModelNomination) -> bool:
        return self._move(one, (S.SHORTLISTED,), S.CLEARED if self.lasts(one) else S.IN_VETTING)

    def confirm(self, one: ModelNomination) -> bool:
        return self.may_sit(one) and self._move(one, (S.CLEARED, S.WAITING), S.CONFIRMED)

    def wait(self, one: ModelNomination) -> bool:
        last = max([other.place for other in self.line(one.cohort)], default=0)
        if not self._move(one, (S.CLEARED,), S.WAITING):
            return False
        one.place = last + 1
        return True

    def turn_down(self, one: ModelNomination) -> bool:
        return self._move(one, set(S) - {S.CONFIRMED, *LEFT}, S.TURNED_DOWN)

    def withdraw(self, one: ModelNomination) -> bool:
        had_seat = one.state is S.CONFIRMED
        if not self._move(one, set(S) - set(LEFT), S.WITHDRAWN):
            return False
        if had_seat:
            self.free(one.cohort)
        return True

    def _move(self, one: ModelNomination, before: Any, after: NominationState) -> bool:
        if one.state not in before:
            return False
        one.state = after
        return True

    def decide(self, person: int, until: dt.date | None) -> None:
        self.people[person].until = until
        for _key, one in sorted(self.nominees.items()):
            if one.person != person:
                continue
            if one.state is S.CONFIRMED and not self.lasts(one):
                one.state = S.CLEARED if until else S.NOT_CLEARED
                self.free(one.cohort)
            elif until and one.state in (S.IN_VETTING, S.NOT_CLEARED):
                one.state = S.CLEARED
            elif not until and one.state in (S.IN_VETTING, S.CLEARED, S.WAITING):
                one.state = S.NOT_CLEARED

    def deactivate(self, person: int) -> None:
        self.people[person].is_active = False
        for _key, one in sorted(self.nominees.items()):
            if one.person == person:
                self.withdraw(one)


@dataclass
class Stage:
    """The setting of the walks: one database in memory with a world, restored for each walk."""

    snapshot: sqlite3.Connection
    cohorts: list[int]
    people: dict[int, ModelPerson]
    organisation_ids: dict[str, int]
    uk: Actor
    vetting: Actor

    def restore(self) -> None:
        db.session.rollback()
        db.session.expunge_all()
        self.snapshot.backup(_raw())
        db.session.rollback()


def _raw() -> sqlite3.Connection:
    connection = db.session.connection().connection.driver_connection
    assert isinstance(connection, sqlite3.Connection)
    db.session.rollback()
    return connection


@pytest.fixture
def stage() -> Iterator[Stage]:
    noon = dt.datetime.combine(TODAY, dt.time(12), dt.UTC)
    with application("sqlite://") as app, app.app_context(), pretend(noon):
        template = sqlite3.connect(sqlite_template())
        template.backup(_raw())
        template.close()
        Path.stage = _furnish(app)
        yield Path.stage
        Path.stage.snapshot.close()


def _furnish(app: Flask) -> Stage:
    world = World(app)
    with transaction():
        under = OrganisationDetails("A brigade", Jurisdiction.IRAQ)
        world.organisations["below"] = organisations.create(under, world.organisations["iraq"], by=world.actor("admin"))
    organisation_ids = {code: world.organisations[code].id for code in ABOVE}
    cohorts = [
        world.open_cohort(seats=2, first=dt.date(2027, 1, first), last=dt.date(2027, 1, last)).id
        for first, last in DAYS
    ]
    known = {}
    for organisation in ABOVE:
        for sex in (Sex.FEMALE, Sex.MALE, None):
            with transaction():
                person = people.register(
                    organisation_ids[organisation],
                    people.Particulars(f"{organisation} {sex}", "", sex=sex),
                    world.actor("uk"),
                )
            known[person.id] = ModelPerson(organisation, sex)
    snapshot = sqlite3.connect(":memory:")
    _raw().backup(snapshot)
    return Stage(snapshot, cohorts, known, organisation_ids, world.actor("uk"), world.actor("vetting"))


PICK = st.integers(0, 10**6)
STEPS = st.sampled_from([*SelectionStep, SelectionStep.CONFIRM, SelectionStep.WAIT])


class Path(RuleBasedStateMachine):
    """Takes random steps in the product and in the model."""

    stage: ClassVar[Stage]
    steps: ClassVar[int] = 0
    seen: ClassVar[dict[str, int]] = {}

    def __init__(self) -> None:
        super().__init__()
        self.stage.restore()
        self.model = Model(
            {
                key: ModelCohort(dt.date(2027, 1, first), dt.date(2027, 1, last))
                for key, (first, last) in zip(self.stage.cohorts, DAYS, strict=True)
            },
            {key: ModelPerson(one.organisation, one.sex) for key, one in self.stage.people.items()},
        )
        self.keys = self.ticks = 0

    # Taking a step.

    def act(self, does_fit: bool, name: str, use_case: Callable[[], Any]) -> Any:
        """Run ``use_case``; it must be refused if and only if the model refuses the step."""
        result, refusal = None, None
        try:
            with transaction():
                result = use_case()
        except Refusal as raised:
            refusal = raised
        assert does_fit == (refusal is None), f"{name}: {f'refused with {refusal!r}' if refusal else 'went through'}"
        self.count(f"{name} refused: {type(refusal).__name__}" if refusal else name)
        return result

    def asked(self, overtaken: list[ModelNomination], use_case: Callable[[], Any]) -> set[str]:
        """Return the public ids of whom a seat would pass; the product must ask about exactly these, and do nothing."""
        keys = {id(one): key for key, one in self.model.nominees.items()}
        past = {_row(keys[id(one)]).public_id for one in overtaken}
        if past:
            with pytest.raises(WaitingOvertaken) as raised, transaction():
                use_case()
            assert set(raised.value.waiting) == past
            self.count("asked")
        db.session.rollback()
        return past

    @classmethod
    def count(cls, name: str) -> None:
        cls.seen[name] = cls.seen.get(name, 0) + 1

    def pick(self, number: int, *states: NominationState) -> int:
        """Choose a nomination, preferably in one of ``states``."""
        keys = sorted(self.model.nominees)
        liked = [key for key in keys if self.model.nominees[key].state in states]
        among = liked if liked and number % 5 else keys
        return among[number % len(among)]

    # Steps.

    @initialize(pairs=st.lists(st.tuples(PICK, PICK), min_size=10, max_size=14), tight=st.integers(0, 3))
    def begin(self, pairs: list[tuple[int, int]], tight: int) -> None:
        """Set tight limits and clear most nominees, as most walks need."""
        for number, (capacity, reserved, organisation) in enumerate(((3, 2, "iraq"), (3, 0, "iraq"), (2, 1, "kri"))):
            self._set_limits(number, capacity, reserved, {organisation: 1} if number != tight else {})
        for person in sorted(self.model.people)[:8]:
            self._decide(person, ENDS[-1])
        for cohort, person in pairs:
            self.nominate(cohort, person, goes_on=True)

    @rule(cohort=PICK, person=PICK, goes_on=st.booleans())
    def nominate(self, cohort: int, person: int, goes_on: bool) -> None:
        """Nominate a person, and often send them to vetting."""
        cohort = self.stage.cohorts[cohort % len(self.stage.cohorts)]
        person = sorted(self.model.people)[person % len(self.model.people)]
        stands = any(
            (one.cohort, one.person) == (cohort, person) and one.state not in LEFT
            for one in self.model.nominees.values()
        )
        made = self.act(
            not stands and self.model.people[person].is_active,
            "nominate",
            lambda: nominations.nominate(cohort_rows.cohort_by_key(cohort), _person(person), self.stage.uk),
        )
        if made is not None:
            self.model.nominees[made.id] = ModelNomination(cohort, person)
            if goes_on:
                self.take(made.id, SelectionStep.SHORTLIST)
                self.take(made.id, SelectionStep.SEND)

    def take(self, key: int, step: SelectionStep) -> None:
        one = self.model.nominees[key]
        past: set[str] = set()
        if step is SelectionStep.CONFIRM and self.model.may_sit(one) and one.state in (S.CLEARED, S.WAITING):
            past = self.asked(
                self.model.overtaken(one.cohort, [one]), lambda: nominations.confirm(_row(key), self.stage.uk)
            )
        does_fit = self.model.step(one, step)
        use_case: dict[SelectionStep, Callable[[Nomination, Actor], None]] = {
            **bulk_actions._RULES,
            SelectionStep.CONFIRM: lambda nomination, by: nominations.confirm(nomination, by, past),
            SelectionStep.TURN_DOWN: lambda nomination, by: nominations.turn_down(nomination, "a reason", by),
        }
        nomination = rows.nomination_by_key(key)
        self.act(does_fit, step.value, lambda: use_case[step](nomination, self.stage.uk))

    @precondition(lambda self: self.model.nominees)
    @rule(number=PICK, step=STEPS)
    def any_step(self, number: int, step: SelectionStep) -> None:
        self.take(self.pick(number), step)

    @precondition(lambda self: self.model.nominees)
    @rule(number=PICK)
    def confirm(self, number: int) -> None:
        self.take(self.pick(number, S.CLEARED, S.WAITING), SelectionStep.CONFIRM)

    @precondition(lambda self: self.model.nominees)
    @rule(number=PICK)
    def wait(self, number: int) -> None:
        self.take(self.pick(number, S.CLEARED), SelectionStep.WAIT)

    @precondition(lambda self: self.model.nominees)
    @rule(number=PICK)
    def withdraw_a_seat(self, number: int) -> None:
        self.take(self.pick(number, S.CONFIRMED), SelectionStep.WITHDRAW)

    @precondition(lambda self: self.ticks % 5 == 0)
    @rule(number=PICK, until=st.sampled_from([*ENDS, ENDS[-1], ENDS[-1]]))
    def decide(self, number: int, until: dt.date | None) -> None:
        """Record a decision about a person, preferably one with a seat, which it may free."""
        person = sorted(self.model.people)[number % len(self.model.people)]
        has_choice = number % 3 and self.model.nominees
        self._decide(self.model.nominees[self.pick(number, S.CONFIRMED)].person if has_choice else person, until)

    @precondition(lambda self: self.model.nominees)
    @rule(number=PICK)
    def clear_nominee_in_vetting(self, number: int) -> None:
        self._decide(self.model.nominees[self.pick(number, S.IN_VETTING)].person, ENDS[-1])

    def _decide(self, person: int, until: dt.date | None) -> None:
        self.model.decide(person, until)
        outcome = VettingOutcome.CLEARED if until else VettingOutcome.NOT_CLEARED
        decision = vetting.ClearanceDecision(outcome, "An authority", "", TODAY, until)
        self.act(True, "decide", lambda: vetting.record(_person(person), decision, self.stage.vetting, TODAY))

    @precondition(lambda self: self.ticks % 7 == 0)
    @rule(number=PICK)
    def deactivate_or_reactivate(self, number: int) -> None:
        key = sorted(self.model.people)[number % len(self.model.people)]
        if self.model.people[key].is_active:
            self.model.deactivate(key)
            self.act(
                True,
                "set aside",
                lambda: deactivation.deactivate(_person(key), InactiveReason.LEFT_SERVICE, self.stage.uk),
            )
        else:
            self.model.people[key].is_active = True
            self.act(True, "take up", lambda: people.reactivate(_person(key), self.stage.uk))

    @precondition(lambda self: self.ticks % 9 == 0)  # or the walks would do little else
    @rule(number=PICK, capacity=st.integers(1, 5), reserved=st.integers(0, 3), quota=st.sampled_from([0, 0, 1, 2]),
          organisation=st.sampled_from(list(ABOVE)))  # fmt: skip
    def set_limits(self, number: int, capacity: int, reserved: int, quota: int, organisation: str) -> None:
        self._set_limits(number, capacity, reserved, {organisation: quota} if quota and organisation != "below" else {})

    def _set_limits(self, number: int, capacity: int, reserved: int, quotas: dict[str, int]) -> None:
        key = self.stage.cohorts[number % len(self.stage.cohorts)]
        place = self.model.cohorts[key]
        does_fit = len(self.model.seated(key)) <= capacity and reserved <= capacity - self.model.others(key)
        does_fit = does_fit and all(self.model.of_organisation(key, name) <= most for name, most in quotas.items())
        limits = seats.SeatLimits(
            capacity, reserved, {self.stage.organisation_ids[name]: most for name, most in quotas.items()}
        )
        self.act(
            does_fit,
            "set limits",
            lambda: seats.set_limits(cohort_rows.cohort_by_key(key), limits, self.stage.uk),
        )
        if does_fit:
            place.capacity, place.reserved, place.quotas = capacity, reserved, quotas

    @precondition(lambda self: self.ticks % 6 == 0 and self.model.nominees)
    @rule(number=PICK, step=STEPS)
    def take_for_all(self, number: int, step: SelectionStep) -> None:
        """Take a step for all nominees of a cohort; repeated with the same key it changes nothing."""
        cohort = self.model.nominees[self.pick(number)].cohort
        keys = [key for key, one in sorted(self.model.nominees.items()) if one.cohort == cohort]
        self.keys += 1
        action = bulk_actions.BulkAction(step, "a reason", f"key-{self.keys}")
        expected = self._expected_for_all(cohort, keys, step)
        if step is SelectionStep.CONFIRM:
            action = replace(action, past=frozenset(one.public_id for one in _all(Nomination)))
        with transaction():
            chosen = [rows.nomination_by_key(key) for key in keys]
            answers = bulk_actions.take(cohort_rows.cohort_by_key(cohort), chosen, action, self.stage.uk)
        assert [answer is None for answer in answers] == expected, f"selection: {answers}"
        self.count(f"for all: {step.value}")
        with pytest.raises(SelectionRepeated), transaction():
            bulk_actions.take(cohort_rows.cohort_by_key(cohort), chosen, action, self.stage.uk)

    def _expected_for_all(self, cohort: int, keys: list[int], step: SelectionStep) -> list[bool]:
        """Return for each nomination whether the step is taken: those on the waiting list have seats first."""
        line = {id(one): number for number, one in enumerate(self.model.line(cohort))}
        nominees = {key: self.model.nominees[key] for key in keys}
        order = keys
        if step is SelectionStep.CONFIRM:
            order = sorted(keys, key=lambda key: line.get(id(nominees[key]), len(line)))
        taken = {key: self.model.step(nominees[key], step) for key in order}
        return [taken[key] for key in keys]

    # Invariants after each step.

    @invariant()
    def records_match_the_model(self) -> None:
        Path.steps += 1
        self.ticks += 1
        db.session.rollback()
        found = {one.id: one for one in _all(Nomination)}
        assert {key: one.state for key, one in found.items()} == {
            key: one.state for key, one in self.model.nominees.items()
        }
        for cohort in self.stage.cohorts:
            line = [key for key, one in self.model.nominees.items() if one in self.model.line(cohort)]
            line.sort(key=lambda key: self.model.nominees[key].place)
            assert [one.id for one in sorted(_waiting(found, cohort), key=lambda one: one.place or 0)] == line

    @invariant()
    def invariants_hold(self) -> None:
        """Check the invariants on the records alone."""
        seated = [one for one in _all(Nomination) if one.state is S.CONFIRMED]
        decisions = {one.id: one for one in _all(VettingDecision)}
        until = {one.person_id: decisions[one.decision_id].expires_on for one in _all(CurrentDecision)}
        cohorts = {one.id: one for one in _all(Cohort)}
        for key, cohort in cohorts.items():
            mine = [one for one in seated if one.cohort_id == key]
            assert cohort.seats_taken == len(mine) <= cohort.capacity
            others = [one for one in mine if self.stage.people[one.person_id].sex is not Sex.FEMALE]
            assert len(others) <= cohort.capacity - cohort.reserved_for_women, "a reserved place"
            for share in seat_rows.shares(key):
                assert share.quota is None or share.taken <= share.quota, "a quota"
        gone = {one.id for one in _all(Person) if not one.is_active}
        for one in seated:
            assert one.person_id not in gone, "a seat of a person who is set aside"
            lasts = until.get(one.person_id)
            assert lasts is not None, "a seat without clearance"
            assert lasts >= cohorts[one.cohort_id].ends_on, "a seat beyond its clearance"
            for other in seated:
                here, there = cohorts[one.cohort_id], cohorts[other.cohort_id]
                is_other = one is not other and one.person_id == other.person_id
                assert not (is_other and here.starts_on <= there.ends_on and there.starts_on <= here.ends_on), "a clash"
        db.session.rollback()


def _waiting(found: dict[int, Nomination], cohort: int) -> list[Nomination]:
    return [one for one in found.values() if one.cohort_id == cohort and one.state is S.WAITING]


def _all(model: Any) -> Any:
    return db.session.scalars(unscoped(select(model), because="a test")).all()


def _row(key: int) -> Nomination:
    return rows.nomination_by_key(key)


def _person(key: int) -> Person:
    return db.session.scalars(unscoped(select(Person).where(Person.id == key), because="a test")).one()


def test_random_walks_match_the_model(stage: Stage) -> None:
    Path.steps, Path.seen = 0, {}
    run_state_machine_as_test(Path)
    for name, times in sorted(Path.seen.items()):
        print(f"{times:>6} {name}")  # noqa: T201 - what a deep walk saw, with -s
    print(f"{Path.steps:>6} steps")  # noqa: T201
    assert Path.steps > 1_000


# Planted faults.


def seat_the_uncleared(patch: pytest.MonkeyPatch) -> None:
    """A clearance counts however soon it ends."""
    patch.setattr(vetting_rows, "is_cleared", lambda person_id, on: True)


def keep_the_seat(patch: pytest.MonkeyPatch) -> None:
    """A decision frees no seat."""
    patch.setattr(nominations, "_apply_to_seated", lambda *_arguments: None)


def forget_the_seat(patch: pytest.MonkeyPatch) -> None:
    """A freed seat still counts as taken."""
    patch.setattr(nominations.cohorts, "free_seat", lambda cohort: None)


def last_comes_first(patch: pytest.MonkeyPatch) -> None:
    """The waiting list is read backwards."""
    honest = seat_rows.waiting
    patch.setattr(seat_rows, "waiting", lambda cohort_id: honest(cohort_id)[::-1])


def one_beyond_the_quota(patch: pytest.MonkeyPatch) -> None:
    """A quota allows one seat too many."""
    honest = seat_rows.shares

    def generous(cohort_id: int, of: int | None = None) -> list[seat_rows.SeatShare]:
        return [share._replace(taken=share.taken - (of is not None)) for share in honest(cohort_id, of)]

    patch.setattr(seat_rows, "shares", generous)


def reserve_nothing(patch: pytest.MonkeyPatch) -> None:
    """Every person counts as a woman."""
    patch.setattr(seat_rows, "sex_of", lambda person_id: Sex.FEMALE)


def overlook_clashes(patch: pytest.MonkeyPatch) -> None:
    """Seats in other cohorts are ignored."""
    patch.setattr(seat_rows, "is_seated_elsewhere", lambda person_id, cohort: False)


def keep_open_nominations(patch: pytest.MonkeyPatch) -> None:
    """A deactivated person keeps their nominations."""
    patch.setattr(nominations, "withdraw_all_for_person", lambda person_id, by: None)


Step = Callable[[Path], None]


def nominated(cohort: int, person: int) -> Step:
    return lambda path: path.nominate(cohort, person, goes_on=True)


def decided(person: int, until: dt.date | None = ENDS[-1]) -> Step:
    return lambda path: path._decide(sorted(path.model.people)[person], until)


def taken(nominee: int, step: SelectionStep) -> Step:
    return lambda path: path.any_step(nominee, step)


def limited(capacity: int, reserved: int, quota: int = 0) -> Step:
    return lambda path: path.set_limits(0, capacity, reserved, quota, "iraq")


def cleared(cohort: int, *people: int) -> list[Step]:
    """Clear people and nominate them."""
    return [step for person in people for step in (decided(person), nominated(cohort, person))]


SEATED = [*cleared(0, WOMAN), taken(0, SelectionStep.CONFIRM)]

PLANTED: list[tuple[Callable[[pytest.MonkeyPatch], None], str, list[Step]]] = [
    (seat_the_uncleared, "confirm: went through|clearance|^assert|selection", [nominated(0, WOMAN)]),
    (keep_the_seat, "^assert|clearance", [*SEATED, decided(WOMAN, None)]),
    (forget_the_seat, "^assert|refused with|selection", [*SEATED, taken(0, SelectionStep.WITHDRAW)]),
    (
        last_comes_first,
        "^assert",
        [
            *cleared(0, WOMAN, MAN, OF_BRIGADE, MAN_OF_BRIGADE),
            taken(0, SelectionStep.CONFIRM),
            taken(1, SelectionStep.CONFIRM),
            taken(2, SelectionStep.WAIT),
            taken(3, SelectionStep.WAIT),
            taken(0, SelectionStep.WITHDRAW),
        ],
    ),
    (
        one_beyond_the_quota,
        "went through|a quota|^assert|selection",
        [limited(3, 0, quota=1), *SEATED, *cleared(0, MAN), taken(1, SelectionStep.CONFIRM)],
    ),
    (
        reserve_nothing,
        "went through|a reserved place|^assert|selection",
        [limited(1, 1), *cleared(0, MAN), taken(0, SelectionStep.CONFIRM)],
    ),
    (
        keep_open_nominations,
        "^assert|set aside",
        [nominated(0, WOMAN), lambda path: path.deactivate_or_reactivate(WOMAN)],
    ),
    (
        overlook_clashes,
        "went through|a clash|^assert|selection",
        [*SEATED, nominated(1, WOMAN), taken(1, SelectionStep.CONFIRM)],
    ),
]
"""Each fault, the failure by which it is detected, and a short walk that detects it."""


def walk(steps: list[Step]) -> None:
    """Take ``steps`` as hypothesis would."""
    path = Path()
    for step in steps:
        step(path)
        path.records_match_the_model()
        path.invariants_hold()


@pytest.mark.parametrize(("plant", "how_it_shows", "steps"), PLANTED)
def test_planted_fault_is_found(
    stage: Stage,
    monkeypatch: pytest.MonkeyPatch,
    plant: Callable[[pytest.MonkeyPatch], None],
    how_it_shows: str,
    steps: list[Step],
) -> None:
    walk(steps)
    plant(monkeypatch)
    with pytest.raises((AssertionError, pytest.fail.Exception), match=how_it_shows):
        walk(steps)


if IS_DEEP:

    @pytest.mark.parametrize(("plant", "how_it_shows"), [planted[:2] for planted in PLANTED])
    def test_planted_fault_is_found_by_random_walks(
        stage: Stage, monkeypatch: pytest.MonkeyPatch, plant: Callable[[pytest.MonkeyPatch], None], how_it_shows: str
    ) -> None:
        plant(monkeypatch)
        with pytest.raises((AssertionError, pytest.fail.Exception), match=how_it_shows):
            run_state_machine_as_test(Path, settings=settings(settings(), max_examples=400))
