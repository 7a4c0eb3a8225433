"""Eligibility for seats, waiting lists, and who gets a freed seat."""

import datetime as dt
from collections.abc import Iterator, Sequence

import pytest
from flask import Flask
from sqlalchemy import select

from tests.support.world import TODAY, World
from training.domain.admissions import deactivation, nominations, seats, vetting
from training.domain.admissions.refusals import (
    CohortFull,
    FewerThanTaken,
    NotCleared,
    QuotaBelowTaken,
    QuotaReached,
    ReservedForWomen,
    SeatClash,
    WrongStep,
)
from training.domain.admissions.seats import SeatLimits
from training.domain.common.refusals import Refusal
from training.domain.courses import cohorts as cohort_rules
from training.domain.courses.refusals import CohortNotOpen, DeadlinesOutOfOrder, TooManyReserved
from training.domain.identity import organisations
from training.domain.identity.organisations import OrganisationDetails
from training.domain.outcomes import completions
from training.domain.people import people
from training.domain.people.refusals import PersonInactive
from training.kit.clock import pretend
from training.kit.db import db, transaction
from training.models.admissions.nominations import Hindrance, Nomination, NominationState
from training.models.admissions.notifications import Notice, NoticeKind
from training.models.admissions.vetting import VettingOutcome
from training.models.courses.cohorts import Cohort
from training.models.identity.accounts import Role, User
from training.models.identity.organisations import Jurisdiction
from training.models.people.people import InactiveReason, Person, Sex
from training.policy.scopes import unscoped
from training.queries.admissions import nominations as rows
from training.queries.admissions import seats as seat_rows
from training.queries.courses import cohorts

S = NominationState
FIRST, LAST = dt.date(2027, 1, 10), dt.date(2027, 1, 14)


@pytest.fixture
def world(app: Flask) -> Iterator[World]:
    with app.app_context(), pretend(dt.datetime.combine(TODAY, dt.time(12), dt.UTC)):
        yield World(app)


def open_cohort(world: World, seats: int, first: dt.date = FIRST, last: dt.date = LAST) -> Cohort:
    return world.open_cohort(seats=seats, first=first, last=last)


def register_person(world: World, name: str, sex: Sex | None = None, organisation: str = "iraq") -> Person:
    with transaction():
        particulars = people.Particulars(name, "", sex=sex)
        return people.register(world.organisations[organisation].id, particulars, world.actor("uk"))


def cleared(world: World, cohort: Cohort, person: Person, until: dt.date = dt.date(2028, 1, 1)) -> Nomination:
    """Nominate a person and have them cleared."""
    organisation = {world.organisations[code].id: code for code in ("iraq", "kri")}.get(person.organisation_id, "uk")
    nomination = world.nominated(cohort, person, by=organisation)
    with transaction():
        nominations.shortlist(nomination, world.actor("uk"))
        nominations.send_to_vetting(nomination, world.actor("uk"))
    if rows.state_of(nomination.id) is S.IN_VETTING:
        world.cleared(person, until)
    return nomination


def confirmed(world: World, nomination: Nomination, past: Sequence[Nomination] = ()) -> Nomination:
    with transaction():
        nominations.confirm(nomination, world.actor("uk"), [one.public_id for one in past])
    return nomination


def waiting(world: World, nomination: Nomination) -> Nomination:
    with transaction():
        nominations.put_on_waiting_list(nomination, world.actor("uk"))
    return nomination


def withdraw(world: World, nomination: Nomination) -> None:
    with transaction():
        nominations.withdraw(nomination, world.actor("uk"))


def refused(world: World, nomination: Nomination) -> type[Refusal]:
    with pytest.raises(Refusal) as caught, transaction():
        nominations.confirm(nomination, world.actor("uk"))
    db.session.rollback()
    return caught.type


def states(*of: Nomination) -> list[NominationState]:
    db.session.rollback()
    return [rows.state_of(nomination.id) for nomination in of]


def taken(cohort: Cohort) -> int:
    return cohorts.cohort_by_key(cohort.id).seats_taken


def hindrance(nomination: Nomination) -> Hindrance | None:
    return rows.nomination_by_key(nomination.id).hindrance


def notified_accounts(kind: NoticeKind, nomination: Nomination) -> set[str]:
    """Return the usernames of the notified accounts."""
    statement = (
        select(User.username)
        .join(Notice, Notice.user_id == User.id)
        .where(Notice.kind == kind, Notice.nomination_id == nomination.id)
    )
    return set(db.session.scalars(unscoped(statement, because="a test")))


# The waiting list.


def test_freed_seat_goes_to_first_waiting_and_both_sides_are_notified(world: World) -> None:
    cohort = open_cohort(world, 1)
    seated = confirmed(world, cleared(world, cohort, register_person(world, "One")))
    later, first = (
        cleared(world, cohort, register_person(world, name, organisation="kri")) for name in ("Later", "First")
    )
    assert refused(world, first) is CohortFull
    waiting(world, first)
    waiting(world, later)
    withdraw(world, seated)
    assert states(first, later) == [S.CONFIRMED, S.WAITING]
    assert taken(cohort) == 1
    assert notified_accounts(NoticeKind.SEATED, first) == {"uk", "uk.2", "kri"}
    assert [move.action for move in rows.nomination_steps(first, world.actor("uk")).moves][-2:] == [
        "waiting",
        "promoted",
    ]


def test_freed_seat_stays_free_without_waiting_list(world: World) -> None:
    cohort = open_cohort(world, 1)
    seated = confirmed(world, cleared(world, cohort, register_person(world, "One")))
    withdraw(world, seated)
    assert taken(cohort) == 0


def test_ineligible_waiting_nominee_is_passed_over_with_the_reason(world: World) -> None:
    cohort, other = open_cohort(world, 3), open_cohort(world, 9, LAST, dt.date(2027, 2, 1))
    with transaction():
        quotas = {world.organisations["kri"].id: 1}
        seats.set_limits(cohort, SeatLimits(3, 1, quotas), world.actor("uk"))
    seated = confirmed(world, cleared(world, cohort, register_person(world, "One", Sex.MALE)))
    confirmed(world, cleared(world, cohort, register_person(world, "Two", Sex.FEMALE, "kri")))
    confirmed(world, cleared(world, cohort, register_person(world, "Three", Sex.MALE)))
    lapsed = waiting(
        world, cleared(world, cohort, register_person(world, "Lapsed", Sex.FEMALE), until=dt.date(2027, 1, 13))
    )
    clash_person = register_person(world, "Clash", Sex.FEMALE)
    confirmed(world, cleared(world, other, clash_person))
    clash = waiting(world, cleared(world, cohort, clash_person))
    quota = waiting(world, cleared(world, cohort, register_person(world, "Quota", Sex.FEMALE, "kri")))
    fits = waiting(world, cleared(world, cohort, register_person(world, "Fits", None)))
    withdraw(world, seated)
    assert states(lapsed, clash, quota, fits) == [S.WAITING, S.WAITING, S.WAITING, S.CONFIRMED]
    assert [hindrance(one) for one in (lapsed, clash, quota, fits)] == [
        Hindrance.CLEARANCE,
        Hindrance.CLASH,
        Hindrance.QUOTA,
        None,
    ]
    assert taken(cohort) == 3


def test_freed_reserved_place_goes_to_the_first_waiting_woman(world: World) -> None:
    cohort = open_cohort(world, 2)
    with transaction():
        seats.set_limits(cohort, SeatLimits(2, 1), world.actor("uk"))
    man = confirmed(world, cleared(world, cohort, register_person(world, "One", Sex.MALE)))
    woman = confirmed(world, cleared(world, cohort, register_person(world, "Two", Sex.FEMALE)))
    unknown = waiting(world, cleared(world, cohort, register_person(world, "Three", None)))
    second = waiting(world, cleared(world, cohort, register_person(world, "Four", Sex.FEMALE)))
    withdraw(world, woman)
    assert states(unknown, second) == [S.WAITING, S.CONFIRMED]
    assert hindrance(unknown) is Hindrance.RESERVED
    withdraw(world, man)
    assert states(unknown) == [S.CONFIRMED]
    assert hindrance(unknown) is None


def test_raising_capacity_promotes_no_one(world: World) -> None:
    """Acceptance test b; its page is tested in tests/web/admissions/test_nominations.py."""
    cohort = open_cohort(world, 1)
    confirmed(world, cleared(world, cohort, register_person(world, "One")))
    line = [waiting(world, cleared(world, cohort, register_person(world, name))) for name in ("Two", "Three")]
    unvetted = world.nominated(cohort, register_person(world, "Four"))
    with transaction():
        seats.set_limits(cohort, SeatLimits(10), world.actor("uk"))
    assert states(*line, unvetted) == [S.WAITING, S.WAITING, S.NOMINATED]
    assert taken(cohort) == 1
    assert refused(world, unvetted) is WrongStep
    confirmed(world, line[1], past=line[:1])
    assert states(*line) == [S.WAITING, S.CONFIRMED]


def test_past_course_promotes_no_one(world: World) -> None:
    cohort = open_cohort(world, 1)
    seated = confirmed(world, cleared(world, cohort, register_person(world, "One")))
    waits = waiting(world, cleared(world, cohort, register_person(world, "Two")))
    with pretend(dt.datetime(2027, 1, 15, 12, tzinfo=dt.UTC)):
        withdraw(world, seated)
    assert states(waits) == [S.WAITING]


# Vetting decisions.


def decide(world: World, person: Person, outcome: VettingOutcome, until: dt.date | None) -> None:
    with transaction():
        decision = vetting.ClearanceDecision(outcome, "An authority", "", TODAY, until)
        vetting.record(person, decision, world.actor("vetting"), TODAY)


@pytest.mark.parametrize(
    ("outcome", "until", "becomes"),
    [
        (VettingOutcome.NOT_CLEARED, None, S.NOT_CLEARED),
        (VettingOutcome.CLEARED, dt.date(2027, 1, 13), S.CLEARED),
        (VettingOutcome.CLEARED, dt.date(2027, 1, 14), S.CONFIRMED),
    ],
)
def test_seat_is_lost_with_its_clearance(
    world: World, outcome: VettingOutcome, until: dt.date | None, becomes: NominationState
) -> None:
    cohort, person = open_cohort(world, 1), register_person(world, "One")
    seated = confirmed(world, cleared(world, cohort, person))
    waits = waiting(world, cleared(world, cohort, register_person(world, "Two")))
    decide(world, person, outcome, until)
    is_lost = becomes is not S.CONFIRMED
    assert states(seated, waits) == [becomes, S.CONFIRMED if is_lost else S.WAITING]
    assert taken(cohort) == 1
    assert notified_accounts(NoticeKind.UNSEATED, seated) == ({"uk", "uk.2", "iraq"} if is_lost else set())


def test_claimed_completion_keeps_the_seat_without_clearance(world: World) -> None:
    cohort, person = open_cohort(world, 1), register_person(world, "One")
    world.account("trainee", Role.TRAINEE, "iraq", person=person)
    seated = confirmed(world, cleared(world, cohort, person))
    with transaction():
        completions.claim(seated, LAST, "", world.actor("trainee"), LAST)
    decide(world, person, VettingOutcome.NOT_CLEARED, None)
    assert states(seated) == [S.CONFIRMED]


def test_new_clearance_restores_nominee_who_was_not_cleared(world: World) -> None:
    cohort, person = open_cohort(world, 1), register_person(world, "One")
    nomination = world.in_vetting(cohort, person)
    decide(world, person, VettingOutcome.NOT_CLEARED, None)
    assert states(nomination) == [S.NOT_CLEARED]
    decide(world, person, VettingOutcome.CLEARED, LAST)
    assert states(nomination) == [S.CLEARED]
    confirmed(world, nomination)


def test_vetting_decision_applies_to_nominations_of_every_cohort(world: World) -> None:
    person = register_person(world, "One")
    both = [world.in_vetting(open_cohort(world, 1), person) for _ in range(2)]
    untouched = world.nominated(open_cohort(world, 1), person)
    decide(world, person, VettingOutcome.CLEARED, dt.date(2028, 1, 1))
    assert states(*both, untouched) == [S.CLEARED, S.CLEARED, S.NOMINATED]


# Deactivated people.


def deactivate(world: World, person: Person, by: str = "iraq") -> None:
    with transaction():
        deactivation.deactivate(person, InactiveReason.DIED, world.actor(by))


def test_deactivated_person_loses_seat_and_place_and_both_sides_are_notified(world: World) -> None:
    """Nominations by any organisation: the person was transferred meanwhile."""
    cohort, other, third = (
        open_cohort(world, 1),
        open_cohort(world, 5),
        open_cohort(world, 5, LAST, dt.date(2027, 2, 1)),
    )
    person = register_person(world, "One")
    seated = confirmed(world, cleared(world, cohort, person))
    first, second = (
        waiting(world, cleared(world, cohort, register_person(world, name, organisation="kri"))) for name in "ab"
    )
    waits = waiting(world, cleared(world, other, person))
    with transaction():
        people.transfer(person, world.organisations["iraq.2"], TODAY, world.actor("uk"), TODAY)
    early = world.in_vetting(third, register_person(world, "Somebody else"))
    deactivate(world, person, "iraq.2")
    assert states(seated, waits, first, second, early) == [
        S.WITHDRAWN,
        S.WITHDRAWN,
        S.CONFIRMED,
        S.WAITING,
        S.IN_VETTING,
    ]
    assert (taken(cohort), taken(other)) == (1, 0)
    assert (
        notified_accounts(NoticeKind.SET_ASIDE, seated)
        == notified_accounts(NoticeKind.SET_ASIDE, waits)
        == {"uk", "uk.2", "iraq"}
    )
    assert notified_accounts(NoticeKind.SEATED, first) == {"uk", "uk.2", "kri"}
    moves = rows.nomination_steps(seated, world.actor("uk")).moves
    assert (moves[-1].action, moves[-1].by) == ("withdrawn, record set aside", "iraq.2")


@pytest.mark.parametrize("is_claimed", [True, False], ids=["completed", "over"])
def test_past_nominations_stay_when_person_is_deactivated(world: World, is_claimed: bool) -> None:
    cohort, person = open_cohort(world, 1), register_person(world, "One")
    world.account("trainee", Role.TRAINEE, "iraq", person=person)
    seated = confirmed(world, cleared(world, cohort, person))
    if is_claimed:
        with transaction():
            completions.claim(seated, LAST, "", world.actor("trainee"), LAST)
    with pretend(dt.datetime(2027, 1, 14 if is_claimed else 15, 12, tzinfo=dt.UTC)):
        deactivate(world, person)
    assert states(seated) == [S.CONFIRMED]
    assert taken(cohort) == 1
    assert notified_accounts(NoticeKind.SET_ASIDE, seated) == set()


def test_deactivated_person_gets_no_seat_or_place(world: World) -> None:
    """Not even by an open nomination from before deactivation withdrew nominations."""
    cohort = open_cohort(world, 2)
    first = confirmed(world, cleared(world, cohort, register_person(world, "One")))
    confirmed(world, cleared(world, cohort, register_person(world, "Two")))
    gone, also_gone = register_person(world, "Gone"), register_person(world, "Also gone")
    waits = waiting(world, cleared(world, cohort, gone))
    next_in_line = waiting(world, cleared(world, cohort, register_person(world, "Next")))
    is_cleared = cleared(world, cohort, also_gone)
    with transaction():
        people.deactivate(gone, InactiveReason.DIED)
        people.deactivate(also_gone, InactiveReason.DIED)
    assert refused(world, is_cleared) is PersonInactive
    assert refused(world, waits) is PersonInactive
    with pytest.raises(PersonInactive):
        waiting(world, is_cleared)
    db.session.rollback()
    withdraw(world, first)
    assert states(waits, next_in_line) == [S.WAITING, S.CONFIRMED]
    assert hindrance(waits) is Hindrance.SET_ASIDE


# Quotas and reserved places.


@pytest.mark.parametrize(
    ("first", "last", "does_clash"),
    [
        (dt.date(2027, 1, 1), dt.date(2027, 1, 9), False),
        (dt.date(2027, 1, 1), FIRST, True),
        (dt.date(2027, 1, 1), dt.date(2027, 1, 31), True),
        (dt.date(2027, 1, 12), dt.date(2027, 1, 12), True),
        (LAST, dt.date(2027, 1, 31), True),
        (dt.date(2027, 1, 15), dt.date(2027, 1, 31), False),
    ],
)
def test_seats_in_cohorts_that_share_a_day_clash(world: World, first: dt.date, last: dt.date, does_clash: bool) -> None:
    person = register_person(world, "One")
    here, there = open_cohort(world, 5), open_cohort(world, 5, first, last)
    confirmed(world, cleared(world, there, person))
    nomination = cleared(world, here, person)
    if does_clash:
        assert refused(world, nomination) is SeatClash
    else:
        confirmed(world, nomination)
    assert taken(here) == int(not does_clash)


def test_quota_includes_subordinate_organisations(world: World) -> None:
    with transaction():
        below = organisations.create(
            OrganisationDetails("A brigade", Jurisdiction.IRAQ), world.organisations["iraq"], by=world.actor("admin")
        )
    world.organisations["below"] = below
    cohort = open_cohort(world, 9)
    with transaction():
        seats.set_limits(cohort, SeatLimits(9, 0, {world.organisations["iraq"].id: 2}), world.actor("uk"))
    for name, organisation in (("One", "iraq"), ("Two", "below")):
        confirmed(world, cleared(world, cohort, register_person(world, name, organisation=organisation)))
    for organisation in ("iraq", "below"):
        nomination = cleared(world, cohort, register_person(world, f"Three {organisation}", organisation=organisation))
        assert refused(world, nomination) is QuotaReached
    confirmed(world, cleared(world, cohort, register_person(world, "Four", organisation="kri")))
    shares = {share.organisation.name_en: (share.quota, share.taken) for share in seat_rows.shares(cohort.id)}
    assert shares["Border Forces Command"] == (2, 2)


@pytest.mark.parametrize(("sex", "may"), [(Sex.FEMALE, True), (Sex.MALE, False), (None, False)])
def test_reserved_places_are_for_women_only(world: World, sex: Sex | None, may: bool) -> None:
    cohort = open_cohort(world, 2)
    with transaction():
        seats.set_limits(cohort, SeatLimits(2, 1), world.actor("uk"))
    confirmed(world, cleared(world, cohort, register_person(world, "One", Sex.MALE)))
    nomination = cleared(world, cohort, register_person(world, "Two", sex))
    if may:
        confirmed(world, nomination)
    else:
        with pytest.raises(ReservedForWomen) as caught, transaction():
            nominations.confirm(nomination, world.actor("uk"))
        assert caught.value.is_sex_unknown is (sex is None)
    assert taken(cohort) == 1 + may


def test_women_may_take_unreserved_seats(world: World) -> None:
    cohort = open_cohort(world, 2)
    with transaction():
        seats.set_limits(cohort, SeatLimits(2, 1), world.actor("uk"))
    for name in ("One", "Two"):
        confirmed(world, cleared(world, cohort, register_person(world, name, Sex.FEMALE)))


def test_full_cohort_is_reported_before_other_refusals(world: World) -> None:
    cohort = open_cohort(world, 1)
    with transaction():
        seats.set_limits(cohort, SeatLimits(1, 1, {world.organisations["iraq"].id: 1}), world.actor("uk"))
    confirmed(world, cleared(world, cohort, register_person(world, "One", Sex.FEMALE)))
    assert refused(world, cleared(world, cohort, register_person(world, "Two", Sex.MALE))) is CohortFull


def test_lapsed_clearance_blocks_the_seat(world: World) -> None:
    cohort = open_cohort(world, 1)
    nomination = cleared(world, cohort, register_person(world, "One"), until=dt.date(2027, 1, 13))
    assert refused(world, nomination) is NotCleared
    assert states(nomination) == [S.CLEARED]


# Setting the limits.


@pytest.mark.parametrize(
    ("limits", "refusal"),
    [
        (SeatLimits(1), FewerThanTaken),
        (SeatLimits(3, 2), TooManyReserved),
        (SeatLimits(3, nominations_until=dt.date(2027, 1, 11)), DeadlinesOutOfOrder),
        (SeatLimits(3, vetting_by=dt.date(2027, 1, 11)), DeadlinesOutOfOrder),
        (
            SeatLimits(3, nominations_until=dt.date(2027, 1, 9), vetting_by=dt.date(2027, 1, 8)),
            DeadlinesOutOfOrder,
        ),
        (SeatLimits(2, 0, nominations_until=FIRST, vetting_by=FIRST), None),
        (SeatLimits(1000, 998), None),
    ],
    ids=str,
)
def test_limits_cannot_be_set_below_seats_taken(
    world: World, limits: SeatLimits, refusal: type[Refusal] | None
) -> None:
    cohort = open_cohort(world, 5)
    for name in ("One", "Two"):
        confirmed(world, cleared(world, cohort, register_person(world, name, Sex.MALE)))
    if refusal is None:
        with transaction():
            seats.set_limits(cohort, limits, world.actor("uk"))
        assert cohorts.cohort_by_key(cohort.id).capacity == limits.capacity
        return
    with pytest.raises(refusal), transaction():
        seats.set_limits(cohort, limits, world.actor("uk"))
    assert cohorts.cohort_by_key(cohort.id).capacity == 5


def test_quota_cannot_be_set_below_seats_taken(world: World) -> None:
    cohort, iraq = open_cohort(world, 5), world.organisations["iraq"].id
    for name in ("One", "Two"):
        confirmed(world, cleared(world, cohort, register_person(world, name)))
    with pytest.raises(QuotaBelowTaken) as caught, transaction():
        seats.set_limits(cohort, SeatLimits(5, 0, {iraq: 1}), world.actor("uk"))
    assert caught.value.taken == 2
    with transaction():
        seats.set_limits(cohort, SeatLimits(5, 0, {iraq: 2}), world.actor("uk"))


def test_limits_of_cancelled_cohort_cannot_be_set(world: World) -> None:
    cohort = open_cohort(world, 5)
    with transaction():
        cohort_rules.cancel(cohort, world.key(), world.actor("uk"))
    with pytest.raises(CohortNotOpen), transaction():
        seats.set_limits(cohort, SeatLimits(6), world.actor("uk"))
