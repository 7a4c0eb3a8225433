"""Possible duplicates: asked before registration, compared, merged, undone, isolated by organisation."""

import datetime as dt
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.support.world import TODAY, World
from tests.web.browsing import building, links, press, words
from tests.web.people.test_people import organisation
from training.domain.identity import reading
from training.kit.clock import pretend
from training.kit.db import db
from training.models.identity.audit import AuditEntry
from training.models.people.people import Person

pytestmark = pytest.mark.usefixtures("noon")
ALIKE = "The person may be registered already"


@pytest.fixture
def world(sqlite_app: Flask) -> World:
    with sqlite_app.app_context():
        return World(sqlite_app)


@pytest.fixture
def iraq(world: World) -> FlaskClient:
    return world.sign_in(world.app.test_client(), "iraq")


@pytest.fixture
def uk(world: World) -> FlaskClient:
    return world.sign_in(world.app.test_client(), "uk")


@pytest.fixture
def twins(world: World) -> tuple[str, str]:
    with building(world):
        return world.person("Canary Ahmed").public_id, world.person("Canary Ahmad").public_id


def events(world: World, action: str) -> list[AuditEntry]:
    with world.app.app_context():
        return list(db.session.scalars(select(AuditEntry).where(AuditEntry.action == action)))


def test_similar_name_is_suggested_and_stays_marked_as_different(world: World, iraq: FlaskClient) -> None:
    """Acceptance test e."""
    form = {"organisation": organisation(iraq), "name_native": "أحمد"}
    first = press(iraq, "/people/new", form, page="/people/new").request.path
    warned = press(iraq, "/people/new", form | {"name_native": "احمد"}, page="/people/new")
    assert ALIKE in words(warned)
    assert first in links(warned, "people")
    assert len(links(iraq.get("/people"), "people")) == 1, "nobody is registered before somebody looked"
    told = re.search(r'name="apart"[^>]*value="([^"]+)"', warned.text)
    assert told
    form |= {"name_native": "احمد", "apart": told[1]}
    second = press(iraq, "/people/new", form, page="/people/new").request.path
    for page in (iraq.get(first), iraq.get(second), iraq.get("/people/duplicates")):
        assert "Compare<" not in page.text, "a reviewed non-duplicate does not come back"
    third = press(iraq, "/people/new", form | {"name_native": "أحمد"}, page="/people/new")
    assert ALIKE in words(third), "of these two one was told, the other not"


def test_registration_for_a_cohort_suggests_matches(world: World, iraq: FlaskClient) -> None:
    with building(world):
        world.person("Canary Ahmed")
        cohort = world.open_cohort(first=dt.date(2027, 1, 10), last=dt.date(2027, 1, 14)).public_id
    address, form = f"/cohorts/{cohort}/nominate/new", {"organisation": organisation(iraq), "name_native": "كناري أحمد"}
    warned = press(iraq, address, form, page=address)
    assert ALIKE in words(warned)
    told = re.search(r'name="apart"[^>]*value="([^"]+)"', warned.text)
    assert told
    assert "Registered and nominated." in words(press(iraq, address, form | {"apart": told[1]}, page=address))
    assert "/beside/" not in iraq.get("/people/duplicates").text


def test_invented_match_id_registers_nobody(world: World, iraq: FlaskClient) -> None:
    form = {"organisation": organisation(iraq), "name_latin": "Sherko"}
    press(iraq, "/people/new", form, page="/people/new")
    for apart in ("", "0123456789ab", "x" * 999):
        assert ALIKE in words(press(iraq, "/people/new", form | {"apart": apart}, page="/people/new"))


def test_records_are_compared_merged_and_restored(world: World, iraq: FlaskClient, twins: tuple[str, str]) -> None:
    one, other = twins
    page = iraq.get("/people/duplicates")
    beside = re.search(r'href="(/people/\w+/beside/\w+)"', page.text)
    assert beside
    shown = words(iraq.get(beside[1]))
    assert "Canary Ahmed" in shown
    assert "Canary Ahmad" in shown
    joined = press(iraq, f"/people/{one}/beside/{other}/join", page=f"/people/{one}/beside/{other}")
    assert "The records were merged." in words(joined)
    assert links(iraq.get("/people"), "people") == [f"/people/{one}"]
    assert "This record was merged with another" in words(iraq.get(f"/people/{other}"))
    assert f"/people/{other}" in links(iraq.get("/people/set-aside"), "people")
    part = re.search(r'action="(/joined/\w+/part)"', joined.text)
    assert part
    assert "The merge was undone" in words(press(iraq, part[1], page=f"/people/{one}"))
    assert "The merge has already been undone" in words(press(iraq, part[1], page=f"/people/{one}"))
    assert sorted(links(iraq.get("/people"), "people")) == sorted(f"/people/{key}" for key in twins)
    assert "Canary" not in str([entry.details for entry in events(world, "people merged")])


def test_pair_is_marked_as_different_at_the_comparison(world: World, iraq: FlaskClient, twins: tuple[str, str]) -> None:
    one, other = twins
    beside = f"/people/{one}/beside/{other}"
    assert "Marked as different people." in words(press(iraq, f"{beside}/apart", page=beside))
    assert "No possible duplicates" in words(iraq.get("/people/duplicates"))
    assert f'{beside}"' not in iraq.get(f"/people/{one}").text
    for shown, hidden in ((one, other), (other, one)):
        assert f"/people/{shown}/beside/{hidden}/doubt" in iraq.get(f"/people/{shown}").text
    back = words(press(iraq, f"/people/{other}/beside/{one}/doubt", page=beside))
    assert "They may be the same person: compare them." in back
    assert "Compare two records" in back
    assert beside in iraq.get(f"/people/{one}").text
    assert "/doubt" not in iraq.get(f"/people/{one}").text
    press(iraq, f"{beside}/doubt", page=beside)
    assert len(events(world, "people no longer told apart")) == 1


def test_matches_of_other_organisations_are_not_disclosed(world: World, iraq: FlaskClient, uk: FlaskClient) -> None:
    with building(world):
        own, foreign = world.person("Canary Ahmed").public_id, world.person("Canary Ahmad", "kri").public_id
        ids = {code: body.public_id for code, body in world.organisations.items()}
    assert foreign in uk.get(f"/people/{own}").text
    for address in (f"/people/{own}", "/people/duplicates", "/people", "/people/set-aside"):
        assert foreign not in iraq.get(address).text, address
        assert "Canary Ahmad" not in iraq.get(address).text, address
    for address in (f"/people/{own}/beside/{foreign}", f"/people/{foreign}/beside/{own}"):
        assert iraq.get(address).status_code == 404
        for act in ("join", "apart"):
            assert press(iraq, f"{address}/{act}", page="/people").status_code == 404
    kri = world.sign_in(world.app.test_client(), "kri")
    form = {"organisation": organisation(kri), "name_latin": "Canary Ahmed"}
    assert own not in press(kri, "/people/new", form, page="/people/new").text
    to_foreign = {"organisation": ids["kri"], "since-day": "24", "since-month": "11", "since-year": "2026"}
    answer = press(iraq, f"/people/{own}/transfer", to_foreign)
    assert "Choose one of the answers in the list" in words(answer)
    assert iraq.get(f"/people/{own}").status_code == 200


def test_transferred_person_is_404_for_the_former_organisation(
    world: World, iraq: FlaskClient, uk: FlaskClient
) -> None:
    with building(world):
        person, to = world.person("Canary Ahmed").public_id, world.organisations["kri"].public_id
    day = {"since-day": "٢٠", "since-month": "١١", "since-year": "٢٠٢٦"}
    moved = press(uk, f"/people/{person}/transfer", {"organisation": to} | day)
    assert "Transferred." in words(moved)
    assert "Organisations before" in words(moved)
    assert iraq.get(f"/people/{person}").status_code == 404
    assert "Canary" not in iraq.get("/people").text
    kri = world.sign_in(world.app.test_client(), "kri")
    assert "Canary Ahmed" in words(kri.get(f"/people/{person}"))
    again = press(uk, f"/people/{person}/transfer", {"organisation": to} | day)
    assert "The person belongs to this organisation already" in words(again)


def test_person_is_deactivated_and_reactivated(world: World, iraq: FlaskClient, twins: tuple[str, str]) -> None:
    one, other = twins
    assert "Choose an answer: Reason" in words(press(iraq, f"/people/{one}/deactivate", {}))
    gone = press(iraq, f"/people/{one}/deactivate", {"reason": "left_service"})
    assert "This record is deactivated: Left the service" in words(gone)
    assert links(iraq.get("/people"), "people") == [f"/people/{other}"]
    assert "Choose one of the answers" in words(press(iraq, f"/people/{other}/deactivate", {"reason": "merged"}))
    back = press(iraq, f"/people/{one}/reactivate", page=f"/people/{one}")
    assert "The record was reactivated." in words(back)
    assert len(links(iraq.get("/people"), "people")) == 2


def test_deactivation_lists_the_nominations_it_withdraws(world: World, twins: tuple[str, str]) -> None:
    with pretend(dt.datetime.combine(TODAY, dt.time(12), dt.UTC)):
        with building(world):
            cohort = world.open_cohort(seats=1, first=dt.date(2027, 1, 10), last=dt.date(2027, 1, 14))
            code, person = cohort.code, world.person("Canary Hasan")
            world.seated(cohort, person)
            address = f"/people/{person.public_id}"
        iraq, uk = (world.sign_in(world.app.test_client(), name) for name in ("iraq", "uk"))
        asked = words(iraq.get(f"{address}/deactivate"))
        assert re.search(rf"Nominations that will be withdrawn .* {code} Seat confirmed", asked)
        assert "Nominations that will be withdrawn" not in words(iraq.get(f"/people/{twins[0]}/deactivate"))
        gone = words(press(iraq, f"{address}/deactivate", {"reason": "died"}))
        assert "The record was deactivated." in gone
        assert "Withdrawn" in gone.split(code)[1]
        assert "Canary Hasan: Withdrawn: the person's record was deactivated." in words(uk.get("/"))


def test_people_export_is_limited_and_audited(world: World, iraq: FlaskClient, twins: tuple[str, str]) -> None:
    with building(world):
        world.person("=Canary Formula"), world.person("Canary Foreign", "kri")
    token = re.search(r'name="csrf_token" value="([^"]+)"', iraq.get("/people").text)
    assert token
    form = {"csrf_token": token[1], "words": ""}
    answer = iraq.post("/people/table.csv", data=form)
    text = answer.data.decode("utf-8-sig")
    assert len(text.splitlines()) == 4
    assert "'=Canary Formula" in text
    assert "Canary Foreign" not in text
    assert answer.headers["Content-Disposition"] == "attachment; filename=people.csv"
    found = iraq.post("/people/table.csv", data=form | {"words": "احمد"})
    assert len(found.data.decode("utf-8-sig").splitlines()) == 3, "those of the search"
    assert iraq.post("/people/table.xlsx", data=form).data[:2] == b"PK"
    assert iraq.post("/people/table.exe", data=form).status_code == 404
    assert [entry.details["rows"] for entry in events(world, "people exported")] == [3, 2, 3]
    for _ in range(reading.MOST_FILES - 3):
        assert iraq.post("/people/table.csv", data=form).status_code == 200
    over = iraq.post("/people/table.csv", data=form, follow_redirects=True)
    assert "which is the most: go on tomorrow" in words(over)
    assert len(events(world, "people exported")) == reading.MOST_FILES


def test_languages_are_stored(world: World, iraq: FlaskClient) -> None:
    form = {"organisation": organisation(iraq), "name_latin": "Sherko", "speaks": ["ckb", "ar"]}
    page = press(iraq, "/people/new", form, page="/people/new")
    assert "Kurdish (Sorani), Arabic" in words(page)
    edit = iraq.get(f"{page.request.path}/edit").text
    assert len(re.findall(r'name="speaks"[^>]* checked', edit)) == 2
    wrong = press(iraq, "/people/new", form | {"name_latin": "Kawa", "speaks": ["xx"]}, page="/people/new")
    assert "Choose from the answers in the list" in words(wrong)


def test_number_of_people_is_shown(world: World, iraq: FlaskClient, twins: tuple[str, str]) -> None:
    assert "2 people" in words(iraq.get("/people"))
    with building(world):
        body = world.organisations["iraq"].id
        db.session.rollback()
        rows = [
            {"public_id": f"{number:012d}", "organisation_id": body, "name_latin": "x", "name_key": f"{number:04d}"}
            for number in range(1_001)
        ]
        with db.engine.begin() as connection:
            connection.execute(Person.__table__.insert(), rows)  # type: ignore[attr-defined]
    assert "More than 1,000 people" in words(iraq.get("/people"))
