"""Venues in the browser: who keeps which, what bad input is told, and what an archived one still shows."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support.statements import counted
from tests.support.world import World, post
from tests.web.browsing import building, links, press, typed, words
from training.domain.courses import rooms, venues
from training.kit.db import db, transaction
from training.models.identity.organisations import Jurisdiction

ACADEMY = {
    "name_en": "Border Academy",
    "name_ar": "أكاديمية الحدود",
    "jurisdiction": "IQ",
    "governorate": "BA",
    "time_zone": "Asia/Baghdad",
}


@pytest.fixture
def world(sqlite_app: Flask) -> World:
    with sqlite_app.app_context():
        world = World(sqlite_app)
        for body in world.organisations.values():
            body.public_id  # noqa: B018  # loaded before the session ends
    return world


def signed_in(world: World, username: str) -> FlaskClient:
    return world.sign_in(world.app.test_client(), username)


def organisation(world: World, code: str) -> str:
    with building(world):
        return world.organisations[code].public_id


def added(client: FlaskClient, **form: object) -> str:
    """Add a venue; return its address."""
    answer = press(client, "/venues/new", {**ACADEMY, **form})
    assert "Venue added." in words(answer), words(answer)
    return answer.request.path


def test_coordinator_adds_a_venue_with_rooms_and_kit(world: World) -> None:
    uk = signed_in(world, "uk")
    address = added(uk)
    room = press(uk, f"{address}/rooms/new", {"name_en": "Room 1", "seats": "٢٤", "is_step_free": "yes"})
    assert "Room added." in words(room)
    assert "Room 1 Edit 24 Yes" in words(room)
    opened = uk.get(f"{address}/kit/new").text
    choice = opened[opened.index("anywhere in the venue") :].split('value="')[1].split('"')[0]
    item = press(uk, f"{address}/kit/new", {"name_en": "Radios", "quantity": "4", "room": choice})
    assert "Radios Edit 4 Room 1" in words(item)
    assert "Border Academy Basra Iraq (federal) 1 24" in words(uk.get("/venues?words=ACADEMY"))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"name_en": ""}, "Fill in: Name in English"),
        ({"name_en": "training CENTRE"}, "There is a venue of this name already"),
        ({"name_en": "x" * 201}, "Use 200 characters or fewer"),
        ({"time_zone": "Asia/Kut"}, "No time zone has this name"),
        ({"time_zone": ""}, "Fill in: Time zone"),
        ({"governorate": "AR"}, "The governorate is not of this jurisdiction"),
        ({"governorate": "XX"}, "Choose one of the answers in the list"),
        ({"jurisdiction": ""}, "Choose an answer: Jurisdiction"),
        ({"organisation": "nowhere"}, "Choose one of the answers in the list"),
    ],
)
def test_bad_venue_is_told_and_nothing_typed_is_lost(world: World, change: dict[str, str], told: str) -> None:
    uk = signed_in(world, "uk")
    refused = press(uk, "/venues/new", {**ACADEMY, **change})
    assert told in words(refused)
    assert typed(refused, "name_ar") == ACADEMY["name_ar"]
    assert typed(refused, "time_zone") == {**ACADEMY, **change}["time_zone"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"name_en": ""}, "Fill in: Name in English"),
        ({"name_en": "ROOM 1"}, "The venue has a room of this name already"),
        ({"seats": "0"}, "Enter a number from 1 to 5000"),
        ({"seats": "100,000"}, "Enter a number from 1 to 5000"),
        ({"seats": "-3"}, "Enter a whole number"),
        ({"seats": ""}, "Fill in: Seats"),
    ],
)
def test_bad_room_is_told_and_nothing_typed_is_lost(world: World, change: dict[str, str], told: str) -> None:
    uk = signed_in(world, "uk")
    address = added(uk)
    press(uk, f"{address}/rooms/new", {"name_en": "Room 1", "seats": "24"})
    refused = press(uk, f"{address}/rooms/new", {"name_en": "Room 2", "name_ar": "قاعة", "seats": "24", **change})
    assert told in words(refused)
    assert typed(refused, "name_ar") == "قاعة"


def test_second_of_two_who_edit_is_told_and_keeps_what_was_typed(world: World) -> None:
    uk, second = signed_in(world, "uk"), signed_in(world, "uk.2")
    address = added(uk)
    opened = second.get(f"{address}/edit")
    version = {"version": typed(opened, "version")}
    assert "Venue saved." in words(press(uk, f"{address}/edit", {**ACADEMY, **version, "source": "a list"}))
    late = press(second, f"{address}/edit", {**ACADEMY, **version, "source": "another list"})
    assert "Somebody else changed it since you opened the form." in words(late)
    assert typed(late, "source") == "another list"
    assert "a list" in words(uk.get(address))


def test_partner_keeps_the_venues_of_its_organisation_alone(world: World) -> None:
    iraq, own, foreign = signed_in(world, "iraq"), organisation(world, "iraq"), organisation(world, "kri")
    assert "Choose an answer: Kept by" in words(press(iraq, "/venues/new", ACADEMY))
    assert "Choose one of the answers" in words(press(iraq, "/venues/new", {**ACADEMY, "organisation": foreign}))
    address = added(iraq, organisation=own)
    kri = signed_in(world, "kri")
    assert "Border Academy" in words(kri.get(address))
    assert "Add a room" not in words(kri.get(address))
    assert kri.get(f"{address}/edit").status_code == 403
    assert post(kri, f"{address}/archive", {"version": "1"}, page="/account").status_code == 403
    assert "Edit" in words(iraq.get(address))
    given_away = press(iraq, f"{address}/edit", {**ACADEMY, "organisation": foreign, "version": "1"})
    assert "Choose one of the answers in the list" in words(given_away)


def test_archived_venue_leaves_the_list_and_the_form_and_stays_with_its_cohort(world: World) -> None:
    with building(world):
        cohort = world.draft()
        course = f"/courses/{world.course('Another').public_id}"
        address = f"/cohorts/{cohort.public_id}"
    uk = signed_in(world, "uk")
    (venue,) = links(uk.get("/venues"), "venues")
    version = {"version": "1"}
    archived = press(uk, f"{venue}/archive", version)
    assert "Archived No new cohort can be drafted here." in words(archived)
    assert "Somebody else changed it" in words(press(uk, f"{venue}/archive", version))
    assert "No venue matches." in words(uk.get("/venues"))
    assert "Training centre" in words(uk.get("/venues?state=archived"))
    assert "Training centre" not in uk.get(f"{course}/cohorts/new").text
    assert "Training centre" in words(uk.get(address))
    assert "Training centre" in uk.get(f"{address}/edit").text
    assert "In use again." in words(press(uk, f"{venue}/unarchive", {"version": "2"}))
    assert "Training centre" in uk.get(f"{course}/cohorts/new").text


def test_form_sent_twice_makes_one_venue(world: World) -> None:
    uk = signed_in(world, "uk")
    form = {**ACADEMY, "key": typed(uk.get("/venues/new"), "key")}
    first, second = press(uk, "/venues/new", form), press(uk, "/venues/new", form)
    assert first.request.path == second.request.path
    assert len(links(uk.get("/venues"), "venues")) == 2


def test_trail_says_what_changed_in_words(world: World) -> None:
    uk, auditor = signed_in(world, "uk"), signed_in(world, "auditor")
    address = added(uk)
    press(uk, f"{address}/edit", {**ACADEMY, "version": "1", "governorate": "BG", "prayer_room": "yes"})
    read = words(auditor.get(f"/audit?subject={address[-12:]}"))
    assert "Governorate: before Basra, now Baghdad" in read
    assert "Prayer room: before –, now yes" in read


def test_list_of_many_venues_comes_in_pages_with_as_many_statements(world: World) -> None:
    uk = signed_in(world, "uk")
    with world.app.app_context():
        engine = db.engine
    with counted(engine) as few:
        uk.get("/venues")
    with building(world), transaction():
        for number in range(60):
            venue = venues.create(venues.VenueDetails(f"Venue {number:02}", Jurisdiction.IRAQ, "Asia/Baghdad"), by=None)
            rooms.create(venue, rooms.RoomDetails("Room", 10), by=None)
    with counted(engine) as many:
        page = uk.get("/venues")
    assert len(links(page, "venues")) == 50
    assert "Next page" in words(page)
    assert len(many) == len(few)
