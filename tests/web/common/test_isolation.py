"""Other organisations' people are invisible: no name, no count, on no page and in no file, whatever is requested.

Acceptance test f. One exception is stated (design §4): a host reads name and organisation of everyone on its cohort's
roster; here neither organisation hosts.
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
    """Return a cohort hosted by a third organisation, with a nominee of the reader's organisation."""
    with building(world):
        opened = world.open_cohort(host="uk", first=dt.date(2026, 12, 7), last=dt.date(2026, 12, 9))
        world.in_vetting(opened, world.person("Somebody of ours"))
        return opened.public_id


def add_foreign(world: World, cohort: str) -> str:
    """Let the other organisation nominate people, individually and by upload; return the reference of one."""
    with building(world):
        opened = db.session.query(Cohort).filter_by(public_id=cohort).one()
        by, organisation = world.actor("kri"), world.organisations["kri"].id
        said = people.Particulars(
            SPELLINGS[0], SPELLINGS[2], "Captain", "the forty-seventh", Sex.FEMALE, "KRI-4711", "0750 471 1",
            "zz@kri.example",
        )  # fmt: skip
        with transaction():
            canary = people.register(organisation, said, by)
            people.register(organisation, people.Particulars(SPELLINGS[1], SPELLINGS[3]), by)
        world.in_vetting(opened, canary)
        rows = "\n".join(f"{name},KRI-4711{number}" for number, name in enumerate(SPELLINGS))
        with transaction():
            batch = nomination_uploads.read(
                io.BytesIO(f"Name,Service number\n{rows}\n".encode()), opened, organisation, by
            )
            nomination_uploads.ask_preview(batch, by)
        return canary.public_id


def files(client: FlaskClient, pages: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Yield every file linked from the pages, as text; a workbook by its cells."""
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
    """Return every page reachable by links, by address, without values that change at each request."""
    pages = {address: _CHANGING.sub("", answer.text) for address, answer in crawl(client)}
    return pages | dict(files(client, pages))


@pytest.mark.parametrize("reader", ["iraq", "funder", "approver", "rights", "admin"])
def test_other_organisations_people_change_nothing_visible(world: World, cohort: str, reader: str) -> None:
    client = world.sign_in(world.app.test_client(), reader)
    before = everything(client)
    assert len(before) > 3
    add_foreign(world, cohort)
    after = everything(client)
    assert after.keys() == before.keys()
    assert [address for address, text in after.items() if text != before[address]] == []
    assert not [address for address, text in after.items() if CANARY.search(address + text)]


def test_other_organisation_finds_its_own_people(world: World, cohort: str) -> None:
    """Control: the names that the other tests search for can be found by their own organisation."""
    add_foreign(world, cohort)
    found = everything(world.sign_in(world.app.test_client(), "kri"))
    assert [address for address, text in found.items() if CANARY.search(text)]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_search_does_not_find_other_organisations_people(world: World, cohort: str, spelling: str) -> None:
    add_foreign(world, cohort)
    client = world.sign_in(world.app.test_client(), "iraq")
    for address in ("/people", f"/cohorts/{cohort}/nominate"):
        answer = post(client, address, {"words": spelling}, page=address)
        # The form shows again what was typed, and nothing else.
        said = answer.text.replace(f'value="{spelling}"', "")
        assert answer.status_code == 200, address
        assert not CANARY.search(said), address
        nobody = post(client, address, {"words": "Qwertz Nobody"}, page=address).text
        assert _CHANGING.sub("", said.replace(spelling, "")) == _CHANGING.sub(
            "", nobody.replace('value="Qwertz Nobody"', "").replace("Qwertz Nobody", "")
        ), f"{address} tells a foreign name from none at all"


def test_upload_discloses_nothing_of_other_organisations(world: World, cohort: str) -> None:
    canary = add_foreign(world, cohort)
    client = world.sign_in(world.app.test_client(), "iraq")
    said = []
    for reference, number in ((canary, "KRI-4711"), ("z" * 12, "KRI-0000")):
        address = f"/cohorts/{cohort}/nominate/file"
        content = f"Name,Service number,Reference\nA name of ours,{number},\nAnother of ours,,{reference}\n"
        form: dict[str, object] = {"csrf_token": form_token(client, address)}
        organisation = re.search(r'<option[^>]*value="([0-9a-z]{12})"', client.get(address).text)
        form |= {
            "file": (io.BytesIO(content.encode()), "names.csv"),
            "organisation": organisation[1] if organisation else "",
        }
        answer = client.post(address, data=form, content_type="multipart/form-data", follow_redirects=True)
        assert answer.status_code == 200
        assert not CANARY.search(answer.text.replace(number, "")), "the preview names somebody of another organisation"
        said.append(re.sub(rf"{number}|{reference}|[0-9a-hjkmnp-tv-z]{{12}}", "", _CHANGING.sub("", answer.text)))
    assert said[0] == said[1], "a foreign reference is answered otherwise than one that never was"


@pytest.mark.parametrize("is_committed", [False, True], ids=["previewed", "committed"])
def test_upload_discloses_nothing_new_of_transferred_people(world: World, cohort: str, is_committed: bool) -> None:
    """The person matched by the upload was transferred and corrected elsewhere since."""
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


# With two roles, each applies in its own scope: neither reaches the records of the other.


def test_funder_of_another_programme_cannot_read_unit_costs(world: World) -> None:
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


def test_trainer_cannot_select_nominees_by_a_role_elsewhere(world: World) -> None:
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


def test_programme_page_links_to_money_only_if_allowed(world: World) -> None:
    """A rights approver sees every programme; a coordinator sees the money of their own."""
    with building(world):
        world.grant("iraq", Role.RIGHTS_APPROVER)
        world.line(1_000_00, world.project("KURDISTAN", "kri"))
        world.line(1_000_00, world.project("TRAINING", "iraq"))
        keys = [world.programme(code).public_id for code in ("TRAINING", "KURDISTAN")]
    client = world.sign_in(world.app.test_client(), "iraq")
    offered = ["/year-end" in client.get(f"/programmes/{key}").text for key in keys]
    assert offered == [True, False]
