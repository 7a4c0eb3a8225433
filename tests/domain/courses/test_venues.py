"""Venues: one of a name, whatever its case; archived ones are not chosen any more; two who act at once."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from tests.support.world import World
from tests.web.browsing import together
from training.domain.common.refusals import ChangedMeanwhile, Refusal
from training.domain.courses import cohorts, kit, rooms, venues
from training.domain.courses.refusals import (
    GovernorateElsewhere,
    RoomArchived,
    RoomExists,
    UnknownTimeZone,
    VenueArchived,
    VenueExists,
)
from training.domain.identity import organisations
from training.domain.identity.refusals import OrganisationInactive, OrganisationInUse
from training.kit.db import db, transaction
from training.models.courses.cohorts import Cohort
from training.models.courses.venues import Governorate, KitItem, Room, Venue
from training.models.identity.organisations import Jurisdiction
from training.queries.courses import cohorts as cohort_rows
from training.queries.courses import courses as course_rows
from training.queries.courses import venues as rows

IRAQ = Jurisdiction.IRAQ


def details(name: str = "Academy", **other: object) -> venues.VenueDetails:
    given = {"jurisdiction": IRAQ, "time_zone": "Asia/Baghdad", **other}
    return venues.VenueDetails(name, **given)  # type: ignore[arg-type]


@pytest.fixture
def world(app: Flask) -> Iterator[World]:
    with app.app_context():
        yield World(app)


def add(world: World, name: str = "Academy", **other: object) -> Venue:
    with transaction():
        return venues.create(details(name, **other), by=world.actor("uk"))


@pytest.mark.parametrize(
    ("zone", "kept"),
    [("Asia/Baghdad", "Asia/Baghdad"), ("europe/LONDON", "Europe/London"), ("UTC", "UTC")],
)
def test_zone_is_named_as_the_database_names_it(zone: str, kept: str) -> None:
    assert venues.zone_named(zone) == kept


@pytest.mark.parametrize(
    "zone", ["", "Baghdad", "Asia/Erbil", "../etc/passwd", "+03:00", "localtime", "Factory", "x" * 50]
)
def test_unknown_zone_is_refused(zone: str) -> None:
    with pytest.raises(UnknownTimeZone):
        venues.zone_named(zone)


@pytest.mark.parametrize(
    ("governorate", "jurisdiction", "fits"),
    [
        (Governorate.BASRA, Jurisdiction.IRAQ, True),
        (Governorate.ERBIL, Jurisdiction.KURDISTAN, True),
        (Governorate.ERBIL, Jurisdiction.IRAQ, False),
        (Governorate.BASRA, Jurisdiction.KURDISTAN, False),
        (Governorate.BASRA, Jurisdiction.UK, False),
        (None, Jurisdiction.UK, True),
    ],
)
def test_governorate_is_of_the_jurisdiction(
    governorate: Governorate | None, jurisdiction: Jurisdiction, fits: bool
) -> None:
    if fits:
        venues.check_governorate(governorate, jurisdiction)
    else:
        with pytest.raises(GovernorateElsewhere):
            venues.check_governorate(governorate, jurisdiction)


def test_name_is_given_once_whatever_its_case(world: World) -> None:
    first, second = add(world, "Border Academy"), add(world, "Another")
    for name in ("border academy", "BORDER  Academy", "Border-Academy"):
        with pytest.raises(VenueExists):
            add(world, name)
        with pytest.raises(VenueExists), transaction():
            venues.edit(second, details(name), second.version, by=world.actor("uk"))
    with transaction():
        venues.edit(first, details("BORDER ACADEMY"), first.version, by=world.actor("uk"))
    assert rows.venue_by_key(first.id).name_en == "BORDER ACADEMY"


def test_one_of_two_who_give_a_name_at_once_is_refused(world: World) -> None:
    by = world.actor("uk")
    db.session.rollback()

    def act(name: str) -> object:
        with world.app.app_context():
            try:
                with transaction():
                    venues.create(details(name), by=by)
            except Refusal as refusal:
                return type(refusal)
        return None

    answers = together([lambda: act("Academy"), lambda: act("ACADEMY")])
    assert sorted(map(repr, answers)) == sorted(map(repr, [None, VenueExists]))


def test_second_of_two_edits_is_refused(world: World) -> None:
    venue = add(world)
    with transaction():
        room = rooms.create(venue, rooms.RoomDetails("Room", 10), by=world.actor("uk"))
        item = kit.create(venue, kit.KitDetails("Radios", 4), by=world.actor("uk"))
        venues.edit(venue, details(name_ar="أكاديمية"), 1, by=world.actor("uk"))
        rooms.edit(room, rooms.RoomDetails("Room", 12), 1, by=world.actor("uk"))
        kit.edit(item, kit.KitDetails("Radios", 5), 1, by=world.actor("uk"))
    late: tuple[Callable[[], None], ...] = (
        lambda: venues.edit(venue, details(name_ar="أخرى"), 1, by=world.actor("uk.2")),
        lambda: venues.archive(venue, 1, by=world.actor("uk.2")),
        lambda: rooms.edit(room, rooms.RoomDetails("Room", 14), 1, by=world.actor("uk.2")),
        lambda: rooms.archive(room, 1, by=world.actor("uk.2")),
        lambda: kit.edit(item, kit.KitDetails("Radios", 6), 1, by=world.actor("uk.2")),
        lambda: kit.archive(item, 1, by=world.actor("uk.2")),
    )
    for act in late:
        with pytest.raises(ChangedMeanwhile), transaction():
            act()
    assert (venue.name_ar, room.seats, item.quantity) == ("أكاديمية", 12, 5)


def test_room_names_are_given_once_in_a_venue(world: World) -> None:
    venue, other = add(world), add(world, "Other")
    with transaction():
        rooms.create(venue, rooms.RoomDetails("Room 1", 10), by=world.actor("uk"))
        second = rooms.create(venue, rooms.RoomDetails("Room 2", 10), by=world.actor("uk"))
        rooms.create(other, rooms.RoomDetails("ROOM 1", 10), by=world.actor("uk"))
    with pytest.raises(RoomExists), transaction():
        rooms.create(venue, rooms.RoomDetails("room 1", 10), by=world.actor("uk"))
    with pytest.raises(RoomExists), transaction():
        rooms.edit(second, rooms.RoomDetails("ROOM 1", 10), 1, by=world.actor("uk"))


def test_database_refuses_impossible_numbers_and_kit_in_a_foreign_room(world: World) -> None:
    venue, other = add(world), add(world, "Other")
    with transaction():
        room = rooms.create(venue, rooms.RoomDetails("Room 1", 10), by=world.actor("uk"))
        item = kit.create(other, kit.KitDetails("Radios", 4), by=world.actor("uk"))
    keys, places = (room.id, item.id), (room.id,)
    for statement in (
        update(Room).where(Room.id == keys[0]).values(seats=0),
        update(Room).where(Room.id == keys[0]).values(seats=100_000),
        update(KitItem).where(KitItem.id == keys[1]).values(quantity=0),
        update(KitItem).where(KitItem.id == keys[1]).values(room_id=places[0]),
    ):
        with pytest.raises(IntegrityError), transaction() as session:
            session.execute(statement)


def test_archived_venue_takes_no_new_cohort_and_old_ones_keep_it(world: World) -> None:
    drafted = world.draft()
    venue, other = rows.venue_by_key(drafted.venue_id), add(world)
    plan = cohorts.plan_of(drafted, course_rows.course_by_key(drafted.course_id))
    with transaction():
        venues.archive(venue, venue.version, by=world.actor("uk"))
    assert [one.name_en for one in cohort_rows.draft_options(world.actor("uk")).venues] == [other.name_en]
    with pytest.raises(VenueArchived), transaction():
        cohorts.draft(plan, world.actor("uk"))
    with transaction():
        cohorts.edit(drafted, plan, world.actor("uk"))
    offered = cohort_rows.draft_options(world.actor("uk"), drafted).venues
    assert venue.name_en in {one.name_en for one in offered}
    with transaction():
        venues.unarchive(venue, venue.version, by=world.actor("uk"))
        cohorts.draft(plan, world.actor("uk"))


def test_draft_cannot_move_to_an_archived_venue(world: World) -> None:
    drafted, venue = world.draft(), add(world)
    plan = cohorts.plan_of(drafted, course_rows.course_by_key(drafted.course_id))
    with transaction():
        venues.archive(venue, 1, by=world.actor("uk"))
    moved = cohorts.CohortPlan(**{**vars(plan), "venue": venue})
    with pytest.raises(VenueArchived), transaction():
        cohorts.edit(drafted, moved, world.actor("uk"))


def test_cohort_drafted_while_its_venue_is_archived_is_refused_or_was_first(world: World) -> None:
    drafted = world.draft()
    key, by = drafted.id, world.actor("uk")
    version = rows.venue_by_key(drafted.venue_id).version
    db.session.rollback()

    def draft() -> object:
        with world.app.app_context():
            cohort = cohort_rows.cohort_by_key(key)
            plan = cohorts.plan_of(cohort, course_rows.course_by_key(cohort.course_id))
            try:
                with transaction():
                    cohorts.draft(plan, by)
            except VenueArchived as refusal:
                return type(refusal)
        return None

    def archive() -> object:
        with world.app.app_context(), transaction():
            venues.archive(rows.venue_by_key(cohort_rows.cohort_by_key(key).venue_id), version, by=by)
        return None

    answers = together([draft, archive])
    number = len(db.session.scalars(select(Cohort.id)).all())
    assert number == (1 if VenueArchived in answers else 2)


def test_archived_venue_takes_no_room_and_no_kit(world: World) -> None:
    venue = add(world)
    with transaction():
        room = rooms.create(venue, rooms.RoomDetails("Room", 10), by=world.actor("uk"))
        item = kit.create(venue, kit.KitDetails("Radios", 4), by=world.actor("uk"))
        rooms.archive(room, 1, by=world.actor("uk"))
    with pytest.raises(RoomArchived), transaction():
        kit.edit(item, kit.KitDetails("Radios", 4, room=room), 1, by=world.actor("uk"))
    with transaction():
        kit.archive(item, 1, by=world.actor("uk"))
        venues.archive(venue, 1, by=world.actor("uk"))
    for act in (
        lambda: rooms.create(venue, rooms.RoomDetails("Another", 10), by=world.actor("uk")),
        lambda: kit.create(venue, kit.KitDetails("Radios", 4), by=world.actor("uk")),
        lambda: rooms.unarchive(room, room.version, by=world.actor("uk")),
        lambda: kit.unarchive(item, item.version, by=world.actor("uk")),
    ):
        with pytest.raises(VenueArchived), transaction():
            act()


def test_keeper_is_active_and_stays_while_it_keeps_a_venue(world: World) -> None:
    keeper = world.organisations["iraq.2"]
    venue = add(world, keeper=keeper)
    with pytest.raises(OrganisationInUse) as refusal, transaction():
        organisations.deactivate(keeper, keeper.version, by=world.actor("admin"))
    assert "venues" in refusal.value.by
    with transaction():
        unused = organisations.create(organisations.OrganisationDetails("Unused", IRAQ), by=None)
        organisations.deactivate(unused, 1, by=world.actor("admin"))
    with pytest.raises(OrganisationInactive):
        add(world, "Another", keeper=unused)
    with pytest.raises(OrganisationInactive), transaction():
        venues.edit(venue, details(keeper=unused), venue.version, by=world.actor("uk"))
