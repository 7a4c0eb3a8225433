"""Concurrent requests: each of eight threads succeeds or exactly one does, and none crashes."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from flask import Flask
from sqlalchemy import func, select

from tests.support.world import PASSWORD, TODAY, World
from training.domain.admissions import deactivation, nominations, vetting
from training.domain.common.refusals import Refusal
from training.domain.courses import cohorts
from training.domain.identity import accounts, reading, sign_in_limits
from training.domain.identity.reading import ExportEvent, Reading
from training.domain.identity.refusals import InvitationSpent, TooManyExports, TooManyPeopleRead
from training.domain.people import duplicates
from training.domain.people.refusals import PersonInactive
from training.kit.clock import now, today
from training.kit.db import db, transaction
from training.models.admissions.nominations import Nomination
from training.models.admissions.vetting import CurrentDecision, VettingOutcome
from training.models.courses.courses import Course
from training.models.identity.accounts import Role, SignInFailure, User
from training.models.identity.actor import Actor
from training.models.identity.reading import ReadEvent
from training.models.people.people import InactiveReason, Person, ReviewedPair
from training.policy.scopes import unscoped
from training.queries.courses import cohorts as cohort_rows
from training.queries.identity import reading as reading_rows

THREADS = 8


def _together(app: Flask, act: Callable[[int], object]) -> list[object]:
    """Run eight threads concurrently; return each result or refusal."""
    start = Barrier(THREADS)

    def one(number: int) -> object:
        with app.app_context():
            start.wait(timeout=30)
            try:
                with transaction():
                    return act(number)
            except Refusal as refusal:
                return refusal

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(one, range(THREADS)))


def test_concurrently_drafted_cohorts_get_unique_codes(app: Flask) -> None:
    with app.app_context():
        world = World(app)
        world.line(1_000_00)
        world.course()
        by = world.actor("uk")
    codes = _together(app, lambda _number: cohorts.draft(_plan(by), by).code)
    assert sorted(map(str, codes)) == [f"2026-{number:03d}" for number in range(1, THREADS + 1)]


def _plan(by: Actor) -> cohorts.CohortPlan:
    offers = cohort_rows.draft_options(by)
    return cohorts.CohortPlan(
        course=db.session.scalars(select(Course)).one(),
        programme=offers.programmes[0],
        venue=offers.venues[0],
        host=offers.hosts[0],
        invited=offers.organisations,
        trainers=(),
        starts_on=TODAY,
        ends_on=TODAY,
        capacity=1,
    )


def test_codes_continue_after_the_thousandth_cohort_of_a_year(sqlite_app: Flask) -> None:
    with sqlite_app.app_context():
        world = World(sqlite_app)
        for code in ("2026-999", "2026-1000"):
            drafted = world.draft()
            with transaction():
                db.session.merge(drafted).code = code
        assert cohorts.next_code(2026, cohort_rows.newest_code(2026)) == "2026-1001"


def test_concurrent_sign_ins_are_all_counted(app: Flask) -> None:
    attempt = sign_in_limits.Attempt("nobody", "wrong", "192.0.2.1")
    _together(app, lambda _number: sign_in_limits.count(attempt, now()))
    with app.app_context():
        assert set(db.session.scalars(select(SignInFailure.attempts))) == {THREADS}


def test_invitation_creates_one_account(app: Flask) -> None:
    with app.app_context():
        world = World(app)
        with transaction():
            token = accounts.invite(Role.AUDITOR, world.organisations["uk"], now())
        before = db.session.scalar(select(func.count(User.id))) or 0

    def accept(number: int) -> str:
        wanted = accounts.NewAccount(f"auditor.{number}", "An auditor", PASSWORD, "en")
        return accounts.accept_invitation(accounts.open_invitation(token, now()), wanted, now()).username

    answers = _together(app, accept)
    assert sum(isinstance(answer, InvitationSpent) for answer in answers) == THREADS - 1
    with app.app_context():
        assert db.session.scalar(select(func.count(User.id))) == before + 1


def test_concurrent_invitations_make_the_first_two_administrators(app: Flask) -> None:
    with app.app_context():
        world = World(app)
        with transaction():
            for user in db.session.scalars(select(User).where(User.username == "admin")):
                user.is_active = False
            tokens = [accounts.invite(Role.ADMINISTRATOR, world.organisations["uk"], now()) for _ in range(THREADS)]

    def accept(number: int) -> str:
        wanted = accounts.NewAccount(f"admin.{number}", "An administrator", PASSWORD, "en")
        return accounts.accept_invitation(accounts.open_invitation(tokens[number], now()), wanted, now()).username

    answers = _together(app, accept)
    assert sum(isinstance(answer, InvitationSpent) for answer in answers) == THREADS - 2


def test_concurrent_decisions_leave_one_current_clearance(app: Flask) -> None:
    with app.app_context():
        world = World(app)
        key, by = world.person("Trainee one").id, world.actor("vetting")
    decision = vetting.ClearanceDecision(VettingOutcome.NOT_CLEARED, "An authority", "", TODAY, None)

    def record(_number: int) -> object:
        person = db.session.scalars(unscoped(select(Person).where(Person.id == key), because="a test")).one()
        return vetting.record(person, decision, by, TODAY).outcome

    assert _together(app, record) == [VettingOutcome.NOT_CLEARED] * THREADS
    with app.app_context():
        current = select(func.count(CurrentDecision.decision_id))
        assert db.session.scalar(unscoped(current, because="a test")) == 1


def _person(key: int) -> Person:
    return db.session.scalars(unscoped(select(Person).where(Person.id == key), because="a test")).one()


def test_record_is_merged_once_even_crosswise(app: Flask) -> None:
    with app.app_context():
        world = World(app)
        keys, by = [world.person(f"Trainee {number}").id for number in range(2)], world.actor("uk")

    def join(number: int) -> int:
        kept, merged = (keys[number % 2], keys[1 - number % 2])
        return duplicates.merge(_person(kept), _person(merged), by).kept_id

    answers = _together(app, join)
    assert sum(isinstance(answer, PersonInactive) for answer in answers) == THREADS - 1


def test_person_being_deactivated_is_not_nominated(app: Flask) -> None:
    with app.app_context():
        world = World(app)
        key, cohort, by = world.person("Trainee one").id, world.open_cohort().id, world.actor("uk")

    def act(number: int) -> str:
        if number % 2:
            deactivation.deactivate(_person(key), InactiveReason.OTHER, by)
            return "set aside"
        nominations.nominate(cohort_rows.cohort_by_key(cohort), _person(key), by)
        return "nominated"

    answers = _together(app, act)
    assert answers.count("set aside") == 1
    with app.app_context():
        number = db.session.scalar(unscoped(select(func.count(Nomination.id)), because="a test"))
        assert number == answers.count("nominated") <= 1


def test_people_are_marked_as_different_once(app: Flask) -> None:
    with app.app_context():
        world = World(app)
        keys, by = [world.person(f"Trainee {number}").id for number in range(2)], world.actor("uk")
    _together(app, lambda number: duplicates.keep_apart(_person(keys[number % 2]), _person(keys[1 - number % 2]), by))
    with app.app_context():
        assert db.session.scalar(unscoped(select(func.count(ReviewedPair.low_id)), because="a test")) == 1


def test_last_export_of_the_day_is_allowed_once(app: Flask) -> None:
    with app.app_context():
        by, day, people = World(app).actor("uk"), today(), Reading(ExportEvent.PEOPLE, {"one"})
        for _ in range(reading.MOST_FILES - 1):
            with transaction():
                reading.note(people, by, day)
    answers = _together(app, lambda _number: reading.note(people, by, day))
    assert sum(isinstance(answer, TooManyExports) for answer in answers) == THREADS - 1


def test_concurrent_reads_count_each_person_once_and_stop_at_the_limit(app: Flask) -> None:
    with app.app_context():
        by, day = World(app).actor("uk"), today()
        before = {str(number) for number in range(reading.MOST_PEOPLE - 3)}
        with transaction():
            reading.note(Reading(ReadEvent.LIST, before), by, day)
    same = _together(app, lambda _number: reading.note(Reading(ReadEvent.LIST, {"same", "0", "1"}), by, day))
    assert same == [None] * THREADS
    answers = _together(app, lambda number: reading.note(Reading(ReadEvent.LIST, {"same", f"new {number}"}), by, day))
    assert sum(isinstance(answer, TooManyPeopleRead) for answer in answers) == THREADS - 2
    with app.app_context():
        assert reading_rows.day_of(by.user_id, day) == (reading.MOST_PEOPLE, 0)


def test_username_is_given_once(app: Flask) -> None:
    with app.app_context():
        organisation = World(app).organisations["uk"].id
    wanted = accounts.NewAccount("One.Name", "Somebody", PASSWORD, "en")
    answers = _together(app, lambda _number: accounts.create_account(wanted, organisation).username)
    assert answers.count("one.name") == 1
    assert sum(isinstance(answer, Refusal) for answer in answers) == THREADS - 1
