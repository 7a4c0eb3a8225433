"""A form that makes something makes it once, however often it arrives, and always leads to the same page."""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text

from tests.support.world import TODAY, World, form_token
from tests.web.browsing import building, words
from training.domain.assurance import rights_assessments
from training.kit.db import db, transaction
from training.models import Base
from training.models.courses.venues import Venue
from training.models.identity.audit import AuditEntry
from training.models.identity.reading import ReadEvent

pytestmark = pytest.mark.usefixtures("noon")
ARRIVED = "This form had arrived before, with other content"
_KEY = re.compile(r'name="key"[^>]*value="([^"]+)"')


@dataclass(frozen=True)
class Creating:
    """A form that makes something: who sends it, the address of its page, what is filled in, what else is filled in."""

    who: str
    address: Callable[[World], str]
    form: Callable[[World], Mapping[str, object]]
    other: Mapping[str, object]


def _day(name: str, day: dt.date) -> dict[str, object]:
    return {f"{name}-day": str(day.day), f"{name}-month": str(day.month), f"{name}-year": str(day.year)}


def _course(world: World) -> str:
    return f"/courses/{world.course('A course').public_id}"


def _line(world: World) -> str:
    return f"/lines/{world.line(10_000_00).public_id}"


def _in_vetting(world: World) -> str:
    person = world.person("Ahmed Kadhim")
    world.in_vetting(world.open_cohort(), person)
    return person.public_id


def _approved_assessment(world: World) -> str:
    assessment = world.assessment(world.programme())
    with transaction():
        rights_assessments.approve(assessment, world.actor("rights"), TODAY)
    return assessment.public_id


FORMS = {
    "person": Creating(
        "iraq",
        lambda _world: "/people/new",
        lambda world: {"organisation": world.organisations["iraq"].public_id, "name_latin": "Ahmed Kadhim"},
        {"name_latin": "Salah Hassan"},
    ),
    "organisation": Creating(
        "admin",
        lambda _world: "/organisations/new",
        lambda _world: {"name_en": "Border Police", "jurisdiction": "IQ"},
        {"name_en": "Coast Guard"},
    ),
    "course": Creating(
        "uk",
        lambda _world: "/courses/new",
        lambda _world: {
            "title_en": "First line",
            "provider": "Somebody",
            "theme": "border operations",
            "days": "3",
            "hours": "18",
            "attendance_percent": "80",
        },
        {"title_en": "Second line"},
    ),
    "project": Creating(
        "uk",
        lambda world: f"/programmes/{world.programme().public_id}/projects/new",
        lambda world: {"title_en": "P", "kind": "training", "organisation": world.organisations["iraq"].public_id},
        {"title_en": "Q"},
    ),
    "allocation": Creating(
        "uk",
        lambda world: f"{_line(world)}/allocate",
        lambda _world: {"amount": "100", "purpose": "More"},
        {"amount": "200"},
    ),
    "commitment": Creating(
        "uk",
        lambda world: f"{_line(world)}/commit",
        lambda _world: {"amount": "100", "purpose": "Rooms", **_day("expected_on", dt.date(2027, 1, 15))},
        {"purpose": "Chairs"},
    ),
    "assessment": Creating(
        "uk",
        lambda world: f"{_course(world)}/rights/new",
        lambda _world: {"summary": "S", "level": "low", **_day("valid_until", dt.date(2028, 1, 1))},
        {"summary": "T"},
    ),
    "line": Creating(
        "uk",
        lambda world: f"/projects/{world.project().public_id}/lines/new",
        lambda _world: {
            "title_en": "Rooms",
            "category": "venue",
            "amount": "100",
            **_day("starts_on", dt.date(2026, 4, 1)),
            **_day("ends_on", dt.date(2027, 3, 31)),
        },
        {"title_en": "Halls"},
    ),
    "clearance": Creating(
        "vetting",
        lambda world: f"/people/{_in_vetting(world)}/clearance",
        lambda _world: {
            "outcome": "cleared",
            "authority": "Ministry",
            **_day("decided_on", dt.date(2026, 10, 1)),
            **_day("expires_on", dt.date(2027, 10, 1)),
        },
        {"authority": "Directorate"},
    ),
    "note": Creating(
        "uk",
        lambda world: f"/rights/{_approved_assessment(world)}/note",
        lambda _world: {"note": "All well"},
        {"note": "Not all well"},
    ),
    "cohort": Creating(
        "uk",
        lambda world: f"{_course(world)}/cohorts/new",
        lambda world: {
            "programme": world.programme().public_id,
            "venue": db.session.scalars(select(Venue)).first().public_id,
            "host": world.organisations["iraq"].public_id,
            "invited": [world.organisations["iraq"].public_id],
            "capacity": "10",
            **_day("starts_on", dt.date(2027, 1, 11)),
            **_day("ends_on", dt.date(2027, 1, 13)),
        },
        {"capacity": "11"},
    ),
    "rate": Creating(
        "uk",
        lambda _world: "/rates/new",
        lambda _world: {"currency": "USD", "month-month": "6", "month-year": "2026", "rate": "1.27", "source": "HMRC"},
        {"month-month": "7"},
    ),
}


@pytest.fixture
def world(sqlite_app: Flask) -> World:
    with sqlite_app.app_context():
        return World(sqlite_app)


def rows(world: World) -> dict[str, int]:
    """Return the number of rows of each table, of the audit trail without reads."""
    reads = select(AuditEntry.id).where(AuditEntry.action.in_(list(ReadEvent)))
    with world.app.app_context():
        counts = {
            table: db.session.scalar(text(f"SELECT count(*) FROM {table}")) or 0
            for table in Base.metadata.tables
            if table not in ("people_shown", "reading_days", "sign_ins")
        }
        counts["audit_entries"] -= len(db.session.execute(reads).all())
        return counts


def opened(client: FlaskClient, address: str) -> dict[str, object]:
    """Open a form; return its token and its key."""
    page = client.get(address).text
    key = _KEY.search(page)
    assert key, f"the form of {address} has no key"
    return {"csrf_token": form_token(client, address), "key": key[1]}


@pytest.mark.parametrize("name", FORMS)
def test_form_that_arrives_again_makes_nothing_more(world: World, name: str) -> None:
    form = FORMS[name]
    with building(world):
        address, filled = form.address(world), dict(form.form(world))
    client = world.sign_in(world.app.test_client(), form.who)
    filled |= opened(client, address)
    empty = rows(world)
    first = client.post(address, data=filled)
    assert first.status_code == 302, words(first)
    made = rows(world)
    assert made != empty
    for _ in range(3):
        again = client.post(address, data=filled)
        assert (again.status_code, again.location) == (302, first.location)
    assert rows(world) == made
    other = client.post(address, data=filled | form.other)
    assert ARRIVED in words(other)
    for field, value in form.other.items():
        assert str(value) in other.text, f"{field} is lost"
    assert rows(world) == made
    new = _KEY.search(other.text)
    assert new
    assert new[1] != filled["key"]
    assert client.post(address, data=filled | form.other | {"key": new[1]}).status_code == 302
    assert rows(world) != made


def test_question_before_registering_takes_the_same_key(world: World) -> None:
    """A form that was asked about and so made nothing has not arrived before."""
    with building(world):
        world.person("Ahmed Kadhim")
        filled = {"organisation": world.organisations["iraq"].public_id, "name_latin": "Ahmad Kadhim"}
    client = world.sign_in(world.app.test_client(), "iraq")
    filled |= opened(client, "/people/new")
    asked = client.post("/people/new", data=filled)
    told = re.search(r'name="apart"[^>]*value="([^"]+)"', asked.text)
    assert told
    assert client.post("/people/new", data=filled | {"apart": told[1]}).status_code == 302


def test_key_of_one_account_is_not_that_of_another(world: World) -> None:
    with building(world):
        body = world.organisations["iraq"].public_id
    answers = []
    for who, latin in (("iraq", "Ahmed Kadhim"), ("uk", "Salah Hassan")):
        client = world.sign_in(world.app.test_client(), who)
        form = {
            "organisation": body,
            "name_latin": latin,
            "key": "same",
            "csrf_token": form_token(client, "/people/new"),
        }
        answers.append(client.post("/people/new", data=form))
    assert [answer.status_code for answer in answers] == [302, 302]
    assert answers[0].location != answers[1].location


def test_button_that_is_pressed_again_leads_to_the_same_page(world: World) -> None:
    with building(world):
        later = {"first": TODAY + dt.timedelta(days=60), "last": TODAY + dt.timedelta(days=64)}
        cohort, person = world.open_cohort(**later).public_id, world.person("Ahmed Kadhim").public_id
    client = world.sign_in(world.app.test_client(), "iraq")
    found = client.post(f"/cohorts/{cohort}/nominate", data={**opened(client, "/people/new"), "words": "Ahmed"})
    keys = _KEY.findall(found.text)
    assert keys, "a button that makes something carries a key"
    form = {"person": person, "key": keys[-1], "csrf_token": form_token(client, "/account")}
    answers = [client.post(f"/cohorts/{cohort}/nominate/chosen", data=form) for _ in range(3)]
    assert {(answer.status_code, answer.location) for answer in answers} == {(302, f"/cohorts/{cohort}/nominate")}
    assert client.get(f"/cohorts/{cohort}/roster").text.count("Ahmed Kadhim") == 1
