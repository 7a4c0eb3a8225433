"""Tables as files: what stands in them is what the reader's page shows, and spreadsheets can read it."""

import csv
import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterator
from html import unescape
from typing import NamedTuple

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support.world import TODAY, World, post
from tests.web.browsing import building
from training.kit import tables
from training.kit.clock import pretend
from training.queries import ledger


@pytest.fixture(autouse=True)
def _on_the_day() -> Iterator[None]:
    with pretend(dt.datetime.combine(TODAY, dt.time(12), dt.UTC)):
        yield


class Pages(NamedTuple):
    """Addresses of pages with tables of money."""

    programme: str
    project: str
    line: str
    commitment: str
    claim: str

    def all(self) -> list[str]:
        """Return every page, those that stand beside a programme's own included."""
        beside = [f"{self.programme}/{part}" for part in ("entries", "year-end", "variances", "unit-costs")]
        return ["/programmes", *self, *beside, f"{self.line}/plan"]


@pytest.fixture
def world(app: Flask) -> World:
    with app.app_context():
        return World(app)


@pytest.fixture
def pages(world: World) -> Pages:
    """A line with £900, of which £400 are committed and £150.25 paid to a payee with a name like a formula."""
    with building(world):
        project = world.project()
        line = world.line(900_00, project)
        commitment = world.commitment(line, 400_00)
        entry = world.payment(commitment, 150_25, payee="=HYPERLINK(1)")
        world.approve(entry)
        claim = ledger.claim_by_key(entry.claim_id or 0)
        return Pages(
            f"/programmes/{world.programme().public_id}",
            f"/projects/{project.public_id}",
            f"/lines/{line.public_id}",
            f"/commitments/{commitment.public_id}",
            f"/claims/{claim.public_id}",
        )


def saved(client: FlaskClient, page: str) -> list[str]:
    """Return where a page's links to files lead."""
    answer = client.get(page)
    assert answer.status_code == 200, page
    return [unescape(link) for link in re.findall(r'href="([^"]*\.(?:csv|xlsx))"', answer.text)]


def rows(client: FlaskClient, address: str) -> list[dict[str, str]]:
    """Return a CSV file as a spreadsheet reads it: by the headings of its columns."""
    answer = client.get(address)
    assert answer.status_code == 200, address
    assert answer.data.startswith(b"\xef\xbb\xbf")
    assert "attachment" in answer.headers["Content-Disposition"]
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))


def test_every_table_of_money_is_a_file_in_both_kinds(world: World, pages: Pages) -> None:
    client = world.sign_in(world.app.test_client(), "uk")
    for page in pages.all():
        addresses = saved(client, page)
        assert addresses or "<table" not in client.get(page).text, f"{page} has a table, but none to save"
        for address in addresses:
            if address.endswith(".xlsx"):
                assert tables.read(io.BytesIO(client.get(address).data)).headings
            else:
                assert rows(client, address) is not None


def test_figures_in_the_files_are_those_of_the_books(world: World, pages: Pages) -> None:
    client = world.sign_in(world.app.test_client(), "uk")
    (line,) = rows(client, f"{pages.project}/tables/lines.csv")
    assert (line["Allocated"], line["Committed"], line["Spent"], line["Available"]) == (
        "900.00",
        "249.75",
        "150.25",
        "500.00",
    )
    whole = rows(client, f"{pages.project}/tables/entries.csv")
    assert [(row["Kind"], row["Amount"]) for row in whole] == [
        ("Allocation", "900.00"),
        ("Commitment", "400.00"),
        ("Payment", "150.25"),
    ]
    assert [row["Amount"] for row in rows(client, f"{pages.commitment}/tables/entries.csv")] == ["400.00", "150.25"]
    (outstanding,) = rows(client, f"{pages.programme}/tables/outstanding.csv")
    assert outstanding["Outstanding"] == "249.75"
    (part,) = rows(client, f"{pages.claim}/tables/lines.csv")
    assert (part["Amount"], part["As it was paid"], part["Decision"]) == ("150.25", "£150.25", "Approved")
    ceilings = {row["Code"]: row["Ceiling"] for row in rows(client, "/programmes/table.csv")}
    assert ceilings["TRAINING"] == "300000.00"


def test_a_programmes_balances_are_blank_for_those_who_may_not_see_them(world: World, pages: Pages) -> None:
    partner = world.sign_in(world.app.test_client(), "iraq")
    (programme,) = rows(partner, "/programmes/table.csv")
    assert (programme["Committed"], programme["Spent"]) == ("", "")
    (line,) = rows(partner, f"{pages.project}/tables/lines.csv")
    assert line["Spent"] == "150.25"


def test_no_file_says_more_of_a_payee_than_the_page(world: World, pages: Pages) -> None:
    for reader in ("uk", "funder", "iraq"):
        client = world.sign_in(world.app.test_client(), reader)
        for page in pages.all():
            if client.get(page).status_code != 200:
                continue
            for address in saved(client, page):
                assert b"HYPERLINK" not in client.get(address).data, (reader, address)


@pytest.mark.parametrize(("language", "is_right_to_left"), [("en", False), ("ar", True), ("ckb", True)])
def test_a_sheet_runs_as_its_reader_reads(world: World, pages: Pages, language: str, *, is_right_to_left: bool) -> None:
    client = world.sign_in(world.app.test_client(), "uk")
    post(client, "/language", {"language": language}, page="/account")
    answer = client.get(f"{pages.project}/tables/lines.xlsx")
    sheet = zipfile.ZipFile(io.BytesIO(answer.data)).read("xl/worksheets/sheet1.xml")
    assert (b'rightToLeft="1"' in sheet) is is_right_to_left
