"""Days, codes and English titles keep their order and their line on pages in either direction."""

import datetime as dt
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from tests.support.world import World
from tests.web.browsing import building, press
from training.domain.finance import proposals
from training.kit.db import db, transaction
from training.models.people.people import Person

pytestmark = pytest.mark.usefixtures("noon")
ONE_MONTH = {"first": dt.date(2027, 1, 8), "last": dt.date(2027, 1, 9)}
TWO_MONTHS = {"first": dt.date(2027, 1, 28), "last": dt.date(2027, 2, 2)}


@pytest.fixture
def world(sqlite_app: Flask) -> World:
    with sqlite_app.app_context():
        return World(sqlite_app)


@pytest.fixture
def uk(world: World) -> FlaskClient:
    return world.sign_in(world.app.test_client(), "uk")


def in_language(client: FlaskClient, code: str) -> None:
    press(client, "/language", {"language": code})


def test_days_of_one_month_are_written_once_wherever_a_cohort_is_shown(world: World, uk: FlaskClient) -> None:
    with building(world):
        cohort = world.open_cohort(**ONE_MONTH)
        at = f"/cohorts/{cohort.public_id}"
    for address in (at, f"{at}/roster", f"{at}/nominate", f"{at}/nominate/file", f"{at}/seats"):
        assert '<bdi dir="ltr">8–9 January 2027</bdi>' in uk.get(address).text, address
    assert '<bdi dir="ltr">8–9 Jan 2027</bdi>' in uk.get("/cohorts").text


@pytest.mark.parametrize(
    ("code", "one", "begun", "ended"),
    [
        ("ar", "8–9 كانون الثاني 2027", "28 كانون الثاني", "2 شباط 2027"),
        ("ckb", "8–9ی کانوونی دووەمی 2027", "28ی کانوونی دووەم", "2ی شوباتی 2027"),
    ],
)
def test_days_are_isolated_right_to_left(
    world: World, uk: FlaskClient, code: str, one: str, begun: str, ended: str
) -> None:
    with building(world):
        world.draft(**ONE_MONTH)
        world.draft(**TWO_MONTHS)
    in_language(uk, code)
    page = uk.get("/cohorts").text
    assert f'<bdi dir="rtl">{one}</bdi>' in page
    assert f'<span dir="rtl"><bdi dir="rtl">{begun}</bdi> – <bdi dir="rtl">{ended}</bdi></span>' in page


def test_title_without_translation_is_marked_as_english(world: World, uk: FlaskClient) -> None:
    with building(world):
        at = f"/cohorts/{world.draft(**ONE_MONTH).public_id}"
    in_language(uk, "ckb")
    heading = re.search(r"<h1[^>]*>(.*?)</h1>", uk.get(at).text, re.DOTALL)
    assert heading
    assert (
        '<span lang="en" dir="ltr" class="app-english-title">Course key-2</span> <bdi dir="ltr">2027-001</bdi>'
        in heading[1]
    )
    in_language(uk, "en")
    assert "app-english-title" not in uk.get(at).text


def test_refusal_keeps_day_and_month_together_right_to_left(world: World, uk: FlaskClient) -> None:
    with building(world):
        at = f"/cohorts/{world.open_cohort(**TWO_MONTHS).public_id}"
    in_language(uk, "ckb")
    assert "2ی\u00a0شوباتی\u00a02027" in press(uk, f"{at}/close").text


def test_rank_and_purpose_are_worded_in_the_language_of_the_page(world: World, uk: FlaskClient) -> None:
    with building(world):
        person = world.person("Ahmed Hassan")
        with transaction():
            db.session.execute(update(Person).where(Person.id == person.id).values(rank="Captain"))
        entry = world.proposed_commitment(world.line(500_00), 100_00)
        at, about = f"/people/{person.public_id}", f"/entries/{entry.public_id}"
        line, proposal = world.line(900_00), world.proposal(5_00, "Spare batteries and chargers")
        with transaction():
            made = proposals.propose_commitment(line, proposal, dt.date(2027, 1, 8), world.actor("uk"))
        batteries = f"/entries/{made.public_id}"
    in_language(uk, "ar")
    assert "<bdi>نقيب</bdi>" in uk.get(at).text
    assert "<bdi>بطاريات وشواحن احتياطية</bdi>" in uk.get(batteries).text
    assert "<bdi>a purpose</bdi>" in uk.get(about).text, "what nobody translated stands as it was typed"
    in_language(uk, "en")
    assert "<bdi>Captain</bdi>" in uk.get(at).text
