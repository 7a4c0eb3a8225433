"""Another organisation's people do not exist: no name, no count, on no page and in no file, by whatever is asked.

Acceptance test f. One exception is stated (design §4): a host reads name and organisation of everyone on its cohort's
roster; here neither body hosts.
"""

import datetime as dt
import io
import re
from collections.abc import Iterator
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.support.crawl import crawl
from tests.support.world import TODAY, World, form_token, post
from tests.web.browsing import building
from training.domain.admissions import nomination_uploads, nominations
from training.domain.people import people
from training.kit import tables
from training.kit.db import db, transaction
from training.models.courses.cohorts import Cohort
from training.models.identity.accounts import Role
from training.models.people.people import Sex
from training.work import runner

SPELLINGS = ("Canary Zaqzuq", "Kanari Zakzouk", "كناري زقزوق", "کەناری زەقزووق")
CANARY = re.compile(
    r"zaqzuq|zakzouk|زقزوق|زەقزووق|KRI-4711|0750 471 1|zz@kri\.example|the forty-seventh", re.IGNORECASE
)
_FILE = re.compile(r'href="(/[^"]*\.(?:csv|xlsx)(?:\?[^"]*)?)"')
_CHANGING = re.compile(
    r'name="(?:csrf_token|key)"[^>]*value="[^"]*"|value="[^"]*"[^>]*name="(?:csrf_token|key)"|nonce-\S+'
)

pytestmark = pytest.mark.usefixtures("noon")


@pytest.fixture
def world(app: Flask) -> World:
    with app.app_context():
        return World(app)


@pytest.fixture
def cohort(world: World) -> str:
    """A cohort that a third body hosts; one person of ours is on its way to it."""
    with building(world):
        opened = world.open_cohort(host="uk", first=dt.date(2026, 12, 7), last=dt.date(2026, 12, 9))
        world.in_vetting(opened, world.person("Somebody of ours"))
        return opened.public_id


def add_foreign(world: World, cohort: str) -> str:
    """Let the other body put people forward, singly and by a file; return the reference of one."""
    with building(world):
        opened = db.session.query(Cohort).filter_by(public_id=cohort).one()
        by, body = world.actor("kri"), world.organisations["kri"].id
        said = people.Particulars(
            SPELLINGS[0], SPELLINGS[2], "Captain", "the forty-seventh", Sex.FEMALE, "KRI-4711", "0750 471 1",
            "zz@kri.example",
        )  # fmt: skip
        with transaction():
            canary = people.register(body, said, by)
            people.register(body, people.Particulars(SPELLINGS[1], SPELLINGS[3]), by)
        world.in_vetting(opened, canary)
        rows = "\n".join(f"{name},KRI-4711{number}" for number, name in enumerate(SPELLINGS))
        with transaction():
            batch = nomination_uploads.read(io.BytesIO(f"Name,Service number\n{rows}\n".encode()), opened, body, by)
            nomination_uploads.ask_preview(batch, by)
        return canary.public_id


def files(client: FlaskClient, pages: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Yield every file that the pages offer, as text; a workbook by its cells."""
    addresses = {unescape(found) for page in pages.values() for found in _FILE.findall(page)}
    for address in sorted(addresses):
        answer = client.get(address)
        assert answer.status_code == 200, address
        yield f"{address} {answer.headers['Content-Disposition']}", _text(answer, address)


def _text(answer: TestResponse, address: str) -> str:
    if ".xlsx" not in address:
        return answer.data.decode("utf-8-sig")
    try:
        table = tables.read(io.BytesIO(answer.data))
    except tables.TableError:  # headings alone
        return ""
    return repr((table.headings, table.rows))


def everything(client: FlaskClient) -> dict[str, str]:
    """Return all that a reader finds by following links, by address; without what is new at each asking."""
    pages = {address: _CHANGING.sub("", answer.text) for address, answer in crawl(client)}
    return pages | dict(files(client, pages))


@pytest.mark.parametrize("reader", ["iraq", "funder", "approver", "rights", "admin"])
def test_another_bodys_people_change_nothing_that_one_can_find(world: World, cohort: str, reader: str) -> None:
    client = world.sign_in(world.app.test_client(), reader)
    before = everything(client)
    assert len(before) > 3
    add_foreign(world, cohort)
    after = everything(client)
    assert after.keys() == before.keys()
    assert [address for address, text in after.items() if text != before[address]] == []
    assert not [address for address, text in after.items() if CANARY.search(address + text)]


def test_the_other_body_itself_finds_them(world: World, cohort: str) -> None:
    """The canaries sing where they may: what the tests beside this one search for can be found."""
    add_foreign(world, cohort)
    found = everything(world.sign_in(world.app.test_client(), "kri"))
    assert [address for address, text in found.items() if CANARY.search(text)]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_no_search_finds_another_bodys_people(world: World, cohort: str, spelling: str) -> None:
    add_foreign(world, cohort)
    client = world.sign_in(world.app.test_client(), "iraq")
    for address in ("/people", f"/cohorts/{cohort}/nominate"):
        answer = post(client, address, {"words": spelling}, page=address)
        # A form shows again what was typed into it; nothing beside that.
        said = answer.text.replace(f'value="{spelling}"', "")
        assert answer.status_code == 200, address
        assert not CANARY.search(said), address
        nobody = post(client, address, {"words": "Qwertz Nobody"}, page=address).text
        assert _CHANGING.sub("", said.replace(spelling, "")) == _CHANGING.sub(
            "", nobody.replace('value="Qwertz Nobody"', "").replace("Qwertz Nobody", "")
        ), f"{address} tells a foreign name from none at all"


def test_a_file_of_names_tells_nothing_of_another_body(world: World, cohort: str) -> None:
    canary = add_foreign(world, cohort)
    client = world.sign_in(world.app.test_client(), "iraq")
    said = []
    for reference, number in ((canary, "KRI-4711"), ("0" * 12, "KRI-0000")):
        address = f"/cohorts/{cohort}/nominate/file"
        content = f"Name,Service number,Reference\nA name of ours,{number},\nAnother of ours,,{reference}\n"
        form: dict[str, object] = {"csrf_token": form_token(client, address)}
        body = re.search(r'<option[^>]*value="([0-9a-z]{12})"', client.get(address).text)
        form |= {"file": (io.BytesIO(content.encode()), "names.csv"), "organisation": body[1] if body else ""}
        answer = client.post(address, data=form, content_type="multipart/form-data", follow_redirects=True)
        assert answer.status_code == 200
        assert not CANARY.search(answer.text.replace(number, "")), "the preview names somebody of another body"
        said.append(re.sub(rf"{number}|{reference}|[0-9a-hjkmnp-tv-z]{{12}}", "", _CHANGING.sub("", answer.text)))
    assert said[0] == said[1], "a foreign reference is answered otherwise than one that never was"


@pytest.mark.parametrize("is_committed", [False, True], ids=["previewed", "committed"])
def test_a_file_tells_nothing_new_of_who_was_transferred(world: World, cohort: str, is_committed: bool) -> None:
    """Whom our file meant belongs to another body now, which corrected the record since."""
    with building(world):
        moved = world.person("Zaid Kadhim")
        opened = db.session.query(Cohort).filter_by(public_id=cohort).one()
        with transaction():
            content = b"Name,Rank,Phone\nZaid Kadhim,Major,0999\n"
            batch = nomination_uploads.read(
                io.BytesIO(content), opened, world.organisations["iraq"].id, world.actor("iraq")
            )
            job = nomination_uploads.ask_preview(batch, world.actor("iraq"))
        runner.do_here(job.id)
        if is_committed:
            with transaction():
                job = nomination_uploads.ask_commit(batch, 1, world.actor("iraq"), is_whole=True, corrects=False)
            runner.do_here(job.id)
        address = f"/batches/{batch.public_id}"
        client = world.sign_in(world.app.test_client(), "iraq")
        assert "Zaid Kadhim" in client.get(address).text
        with transaction():
            people.transfer(moved, world.organisations["kri"], TODAY, world.actor("uk"), TODAY)
            people.correct(moved, people.Particulars("Canary Zaqzuq", "", phone="0750 471 1"), world.actor("kri"))
        reference = moved.public_id
    shown = [client.get(f"{address}{rest}").text for rest in ("", "/rows/2", "/rows/2/whom")]
    for kind in ("csv", "xlsx"):
        shown.append(_text(post(client, f"{address}/rows.{kind}", {}, page=address), f".{kind}"))
    for page in shown:
        assert "Zaid Kadhim" in page
        assert not CANARY.search(page)
        assert reference not in page


# Who holds two roles has each where it was given: neither reaches the records of the other.


def test_who_funds_another_programme_reads_no_unit_costs_of_this_one(world: World) -> None:
    with building(world):
        opened = world.open_cohort(pence=1_000_00, invited=("iraq", "iraq.2"))
        world.seated(opened, world.person("Somebody of ours"))
        world.grant("iraq", Role.FUNDER, programme="KURDISTAN")
        world.grant("iraq.2", Role.FUNDER, programme="TRAINING")
        address = f"/cohorts/{opened.public_id}"
    page = world.sign_in(world.app.test_client(), "iraq").get(address).text
    assert "Commitments" in page, "its money is in sight"
    assert "Unit costs" not in page
    assert "Unit costs" in world.sign_in(world.app.test_client(), "iraq.2").get(address).text


def test_who_teaches_a_cohort_selects_nobody_by_being_a_coordinator_elsewhere(world: World) -> None:
    with building(world):
        teacher = world.person("A teacher", "kri")
        world.account("teacher", Role.TRAINER, "kri", person=teacher)
        world.grant("teacher", Role.PARTNER_COORDINATOR)
        taught = world.open_cohort(trainers=(teacher,), invited=("iraq",))
        own = world.open_cohort(host="kri", invited=("kri",))
        for opened, organisation in ((taught, "iraq"), (own, "kri")):
            nominee = world.nominated(opened, world.person("Somebody", organisation), organisation)
            with transaction():
                nominations.shortlist(nominee, world.actor("uk"))
        addresses = [f"/cohorts/{opened.public_id}/roster" for opened in (taught, own)]
    client = world.sign_in(world.app.test_client(), "teacher")
    pages = [client.get(address).text for address in addresses]
    assert [('name="step"' in page, "Shortlisted" in page) for page in pages] == [(False, False), (True, True)]


def test_a_page_about_a_programme_offers_its_money_to_those_alone_who_may_see_that(world: World) -> None:
    """A rights approver sees every programme; of the money a coordinator sees that of their own."""
    with building(world):
        world.grant("iraq", Role.RIGHTS_APPROVER)
        world.line(1_000_00, world.project("KURDISTAN", "kri"))
        world.line(1_000_00, world.project("TRAINING", "iraq"))
        keys = [world.programme(code).public_id for code in ("TRAINING", "KURDISTAN")]
    client = world.sign_in(world.app.test_client(), "iraq")
    offered = ["/year-end" in client.get(f"/programmes/{key}").text for key in keys]
    assert offered == [True, False]
