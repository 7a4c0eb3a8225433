"""Names in a script that the reader may not read, and telephone numbers in any digits."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support.world import World, post
from tests.web.browsing import building, press, typed, words
from training.domain.people import people
from training.kit.db import transaction
from training.models.people.people import Person

pytestmark = pytest.mark.usefixtures("eve")

NOTE = "nobody entered the name in these letters"


@pytest.fixture
def world(sqlite_app: Flask) -> World:
    with sqlite_app.app_context():
        return World(sqlite_app)


def person(world: World, latin: str, native: str, **other: str) -> Person:
    with transaction():
        particulars = people.Particulars(latin, native, **other)
        return people.register(world.organisations["iraq"].id, particulars, world.actor("uk"))


def reader(world: World, username: str, language: str = "en") -> FlaskClient:
    client = world.sign_in(world.app.test_client(), username)
    with client.session_transaction() as session:
        session["language"] = language
    return client


def test_name_without_latin_letters_has_a_transliteration_on_list_roster_search_and_record(world: World) -> None:
    with building(world):
        cohort = world.open_cohort()
        one, other = person(world, "", "كاظم الجبوري"), person(world, "", "زينب حسن")
        world.nominated(cohort, one)
        person(world, "Kazim Al-Juburi", "كاظم الجبوري")
        places = ["/people", f"/people/{one.public_id}", f"/cohorts/{cohort.public_id}/roster"]
        search = f"/cohorts/{cohort.public_id}/nominate"
        assert other.public_id
    iraq = reader(world, "iraq")
    for address in places:
        page = words(iraq.get(address))
        assert "كاظم الجبوري" in page, address
        assert "Kadhim Al-Jaburi (transliterated)" in page, address
        assert page.count(NOTE) == 1, address
    assert "Zainab Hassan (transliterated)" in words(press(iraq, search, {"words": "Zaynab"}, page=search))
    assert words(iraq.get("/people")).count("(transliterated):") == 1
    assert "Kazim Al-Juburi (transliterated)" not in words(iraq.get("/people")), "somebody entered that name"


@pytest.mark.parametrize(
    ("language", "written"), [("ar", "محمد كريم (كتابة صوتية)"), ("ckb", "محەمەد کەریم (نووسینی دەنگی)")]
)
def test_name_without_native_letters_has_one_on_a_right_to_left_page(world: World, language: str, written: str) -> None:
    with building(world):
        person(world, "Mohamad Kareem", "")
    assert written in words(reader(world, "iraq", language).get("/people"))
    assert "محمد كريم" not in reader(world, "iraq").get("/people").text


def test_page_of_entered_names_explains_nothing(world: World) -> None:
    with building(world):
        person(world, "Ali Hassan", "علي حسن")
    assert NOTE not in reader(world, "iraq").get("/people").text
    assert "transliterated" not in reader(world, "iraq").get("/people").text


def test_no_file_has_a_transliteration(world: World) -> None:
    with building(world):
        cohort = world.open_cohort()
        world.in_vetting(cohort, person(world, "", "كاظم الجبوري"))
    iraq, officer = reader(world, "iraq"), reader(world, "vetting")
    for client, address, page in (
        (iraq, "/people/table.csv", "/people"),
        (officer, "/vetting/queue.csv", "/vetting/spreadsheets/new"),
    ):
        answer = post(client, address, {"words": ""}, page=page)
        assert answer.status_code == 200, address
        assert "كاظم" in answer.text, address
        assert "Kadhim" not in answer.text, address


def test_host_of_others_reads_no_more_than_the_name(world: World) -> None:
    """Who may not see a person gets the transliteration of a name exactly where they get the name."""
    with building(world):
        cohort = world.open_cohort()
        world.nominated(cohort, person(world, "", "كاظم الجبوري"))
        address = f"/cohorts/{cohort.public_id}/roster"
    for username in ("kri", "funder", "approver", "auditor"):
        page = reader(world, username).get(address).text
        assert ("كاظم" in page) == ("Kadhim" in page), username
    assert "Kadhim" not in reader(world, "funder").get(address).text


@pytest.mark.parametrize("typed_number", ["+٩٦٤ ٧٥٠ ٤٧١ ٠٠٠١", "+۹۶۴ ۷۵۰ ۴۷۱ ۰۰۰۱", "＋９６４ ７５０ ４７１ ０００１"])
def test_telephone_shows_western_digits_whatever_was_typed(world: World, typed_number: str) -> None:
    western = "+964 750 471 0001"
    with building(world):
        old = person(world, "Ali Hassan", "", phone=typed_number).public_id
    iraq = reader(world, "iraq", "ar")
    assert f'<bdi class="app-long" dir="ltr">{western}</bdi>' in iraq.get(f"/people/{old}").text, "stored before"
    form = iraq.get(f"/people/{old}/edit")
    assert typed(form, "phone") == western
    page = press(iraq, f"/people/{old}/edit", {"name_latin": "Ali Hassan", "phone": typed_number})
    assert western in page.text
