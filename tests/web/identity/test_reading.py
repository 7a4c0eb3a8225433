"""Reads of people are counted and audited; so are failed sign-ins and denials, within bounds (ADR 28)."""

import datetime as dt
import io
import sqlite3
import time

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, text

from tests.support.statements import counted
from tests.support.world import World, form_token, post
from tests.web.browsing import building, press, words
from training.domain.identity import reading, refused
from training.domain.identity.reading import Reading
from training.domain.identity.refused import Refused
from training.kit.clock import BOOKS_ZONE, pretend
from training.kit.db import db, transaction
from training.models.identity.accounts import Role
from training.models.identity.audit import AuditEntry
from training.models.identity.reading import PersonShown, ReadEvent, RefusalCount, RefusedEvent
from training.models.people.people import Person

LIMIT = {
    "en": "You have reached the limit of today",
    "ar": "بلغتم حد اليوم",
    "ckb": "گەیشتوونەتە سنووری ئەمڕۆ",
}


@pytest.fixture
def world(sqlite_app: Flask) -> World:
    with sqlite_app.app_context():
        return World(sqlite_app)


@pytest.fixture
def iraq(world: World) -> FlaskClient:
    return world.sign_in(world.app.test_client(), "iraq")


def trail(world: World, *events: str) -> list[AuditEntry]:
    with world.app.app_context():
        found = select(AuditEntry).where(AuditEntry.action.in_(events)).order_by(AuditEntry.id)
        return list(db.session.scalars(found))


def crowd(world: World, size: int) -> None:
    """Register many people of one organisation."""
    with building(world):
        body = world.organisations["iraq"].id
        db.session.rollback()
        rows = [
            {"public_id": f"{number:012d}", "organisation_id": body, "name_latin": "x", "name_key": f"{number:05d}"}
            for number in range(size)
        ]
        with db.engine.begin() as connection:
            connection.execute(Person.__table__.insert(), rows)  # type: ignore[attr-defined]


@pytest.mark.usefixtures("noon")
def test_every_read_of_people_has_one_row_that_says_what_and_how_many_but_no_name(
    world: World, iraq: FlaskClient
) -> None:
    with building(world):
        one, cohort = world.person("Canary Ahmed"), world.draft()
        world.person("Canary Salah")
        public_id, code = one.public_id, cohort.public_id
        by = world.actor("iraq").user_id
    iraq.get("/people")
    press(iraq, "/people", {"words": "Canary Salah"}, page="/people")
    iraq.get(f"/people/{public_id}")
    iraq.get(f"/people/{public_id}/edit")
    iraq.get(f"/cohorts/{code}/roster")
    rows = trail(world, *ReadEvent)
    assert [(row.action, row.subject_kind, row.details) for row in rows] == [
        ("people listed", "User", {"rows": 2}),
        ("people listed", "User", {"rows": 2}),  # the page with the box to search in
        ("people searched", "User", {"rows": 1}),
        ("record of a person read", "Person", {"rows": 1}),
        ("record of a person read", "Person", {"rows": 1}),
    ], "an empty roster shows nobody"
    assert {row.user_id for row in rows} == {by}
    assert rows[-1].subject_id == public_id
    assert not any(name in str(row.details) for row in rows for name in ("Canary", "Salah"))


@pytest.mark.usefixtures("noon")
def test_nobody_pages_through_the_whole_register_in_a_day(world: World, iraq: FlaskClient) -> None:
    crowd(world, reading.MOST_PEOPLE + 60)
    address, pages = "/people", 0
    while (page := iraq.get(address)).status_code == 200:
        pages += 1
        assert pages <= reading.MOST_PEOPLE / 50
        address = f"/people?after={(pages * 50) - 1:012d}"
    assert pages == reading.MOST_PEOPLE / 50
    assert page.status_code == 429
    assert "00000000" not in page.text.replace(address, ""), "nobody of the page that was refused is shown"
    for code, heading in LIMIT.items():
        press(iraq, "/language", {"language": code})
        assert heading in iraq.get(address).text
    press(iraq, "/language", {"language": "en"})
    assert iraq.get("/people").status_code == 200, "whoever was shown today can be shown again"
    assert [row.action for row in trail(world, RefusedEvent.READING_STOPPED)] == ["reading stopped"] * 4
    export = press(iraq, "/people/table.csv", {"words": ""}, page="/people")
    assert "different people" in words(export), "files count with pages"
    assert trail(world, "people exported") == []


def test_count_begins_again_at_midnight_where_the_books_are_kept(world: World) -> None:
    crowd(world, 60)
    night = dt.datetime(2026, 7, 10, 23, 59, tzinfo=BOOKS_ZONE)
    with building(world), transaction():
        before = [f"somebody {number}" for number in range(reading.MOST_PEOPLE)]
        reading.note(Reading(ReadEvent.LIST, before), world.actor("iraq"), night.date())
    with pretend(night):
        client = world.sign_in(world.app.test_client(), "iraq")
        assert client.get("/people").status_code == 429
    with pretend(night + dt.timedelta(minutes=2)):
        assert client.get("/people").status_code == 200
    with world.app.app_context():
        days = db.session.scalars(select(PersonShown.day).distinct()).all()
        assert days == [dt.date(2026, 7, 11)], "who was shown on earlier days is forgotten; the trail keeps how many"


@pytest.mark.usefixtures("noon")
def test_page_is_shown_when_the_read_cannot_be_written(world: World, iraq: FlaskClient, log: io.StringIO) -> None:
    crowd(world, 3)
    iraq.get("/people")
    with sqlite3.connect(_file(world)) as other:
        other.execute("BEGIN IMMEDIATE")
        began = time.perf_counter()
        page = iraq.get("/people")
        assert time.perf_counter() - began < 5, "readers do not wait for writers"
        other.rollback()
    assert page.status_code == 200
    assert "not recorded: people.people.index by" in log.getvalue()
    assert len(trail(world, "people listed")) == 1


def test_file_is_not_sent_when_it_cannot_be_recorded(world: World, iraq: FlaskClient) -> None:
    crowd(world, 3)
    token = form_token(iraq, "/people")
    refuse = "CREATE TRIGGER full BEFORE INSERT ON audit_entries BEGIN SELECT RAISE(ABORT, 'full'); END"
    with world.app.app_context():
        db.session.execute(text(refuse))
        db.session.commit()
    answer = iraq.post("/people/table.csv", data={"csrf_token": token, "words": ""})
    assert answer.status_code >= 500
    assert "000000000001" not in answer.text


@pytest.mark.usefixtures("noon")
def test_failed_sign_ins_are_audited_and_what_was_typed_is_not_kept(world: World) -> None:
    client = world.app.test_client()
    with building(world):
        known = world.account("somebody", Role.UK_COORDINATOR, "uk").public_id
    for username in ("somebody", "My Secret Password"):
        post(client, "/sign-in", {"username": username, "password": "wrong wrong wrong"})
    one, other = trail(world, "sign-in failed")
    assert (one.subject_id, other.subject_id) == (known, "")
    assert one.user_id is None
    assert one.details == other.details == {"page": "identity.accounts.sign_in", "address": "127.0.0.1"}


@pytest.mark.usefixtures("noon")
def test_denials_are_audited_with_page_and_record(world: World, iraq: FlaskClient) -> None:
    with building(world):
        foreign = world.person("Canary", "kri").public_id
        by = world.actor("iraq").user_id
    assert iraq.get(f"/people/{foreign}").status_code == 404
    assert iraq.get("/approvals").status_code == 403
    assert iraq.get("/people/Canary-Name").status_code == 404
    assert iraq.get("/no-such-page").status_code == 404
    rows = trail(world, *RefusedEvent)
    assert [(row.action, row.subject_kind, row.subject_id, row.details["page"], row.user_id) for row in rows] == [
        ("record denied", "Person", foreign, "oversight.person_page.show", by),
        ("permission denied", "", "", "oversight.approvals.index", by),
        ("record denied", "", "", "oversight.person_page.show", by),
    ]


@pytest.mark.usefixtures("noon")
def test_flood_of_refusals_leaves_few_rows(world: World) -> None:
    hour = dt.datetime(2026, 10, 1, 12, 30, tzinfo=dt.UTC)
    with world.app.app_context():
        with transaction():
            for _ in range(1_234):
                refused.note(Refused(RefusedEvent.SIGN_IN_FAILED, "sign in", "192.0.2.1"), hour)
            for number in range(1_000):
                refused.note(Refused(RefusedEvent.SIGN_IN_FAILED, "sign in", f"2001:db8::{number:x}"), hour)
        counted = db.session.scalar(select(func.count()).select_from(RefusalCount))
    rows = trail(world, "sign-in failed")
    told = [row.details.get("times") for row in rows if row.details.get("address") == "192.0.2.1"]
    assert told == [None] * refused.EACH + [100, 1000]
    assert len(rows) < refused.MOST_SOURCES + 50
    assert counted == refused.MOST_SOURCES + 1
    with world.app.app_context(), transaction():
        refused.note(Refused(RefusedEvent.SIGN_IN_FAILED, "sign in", "192.0.2.1"), hour + dt.timedelta(days=2))
    with world.app.app_context():
        assert db.session.scalar(select(func.count()).select_from(RefusalCount)) == 1, "old counts are deleted"


@pytest.mark.usefixtures("noon")
def test_statements_of_a_page_do_not_grow_with_the_people_on_it(world: World, iraq: FlaskClient) -> None:
    numbers = []
    for size in (1, 2, 50):
        with building(world):
            db.session.execute(text("DELETE FROM people"))
            db.session.commit()
        crowd(world, size)
        with world.app.app_context(), counted(db.engine) as seen:
            iraq.get("/people")
        numbers.append(len(seen))
    assert numbers[1] == numbers[2]
    with world.app.app_context(), counted(db.engine) as seen:
        iraq.get("/courses")
    assert not [statement for statement in seen if "INSERT" in statement], "a page without people writes nothing"


def _file(world: World) -> str:
    with world.app.app_context():
        return str(db.engine.url.database)
