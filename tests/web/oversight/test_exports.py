"""Exports: they contain what the reader's page shows, and spreadsheets can read them."""

import csv
import datetime as dt
import io
import re
import zipfile
from html import unescape
from typing import NamedTuple

import pytest
from flask import Flask
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from tests.support.ledger import claim_of
from tests.support.world import TODAY, World, form_token, post
from tests.web.browsing import building, figure
from training.domain.finance import claims, proposals, rates, spend_uploads, variances
from training.kit import tables
from training.kit.db import db, transaction
from training.kit.money import Currency
from training.models.finance.ledger import Commitment
from training.models.finance.programmes import BudgetLine
from training.models.finance.spend_uploads import SpendBatch
from training.policy.scopes import unscoped
from training.queries.courses import cohorts as cohort_rows
from training.queries.finance import programmes

pytestmark = pytest.mark.usefixtures("noon")


class Pages(NamedTuple):
    """URLs of pages with finance tables."""

    programme: str
    project: str
    line: str
    commitment: str
    claim: str
    cohort: str
    spend_file: str

    def all(self) -> list[str]:
        """Return every page, including those next to the programme's own."""
        parts = ("entries", "year-end", "variances", "unit-costs", "spending/new")
        beside = [f"{self.programme}/{part}" for part in parts]
        return ["/programmes", "/rates", *self, *beside, f"{self.line}/plan", f"{self.line}/variance"]


@pytest.fixture
def world(app: Flask) -> World:
    with app.app_context():
        return World(app)


@pytest.fixture
def pages(world: World) -> Pages:
    """A line with £900, of which £400 are committed and £150.25 paid to a payee whose name looks like a formula.

    A cohort was paid for as well, a spend file previewed, a variance explained, a rate entered.
    """
    with building(world):
        cohort = world.open_cohort(pence=500_00)
        (paid_from,) = cohort_rows.cohort_page(cohort, world.actor("uk")).commitments
        world.approve(world.payment(paid_from, 100_00))
        project = world.project()
        line = world.line(900_00, project)
        commitment = world.commitment(line, 400_00)
        entry = world.payment(commitment, 150_25, payee="=HYPERLINK(1)")
        world.approve(entry)
        claim = claim_of(entry)
        with transaction():
            variances.give_reason(line, "The trainer came late", world.actor("uk"), TODAY)
            variances.give_reason(line, "The trainer came early", world.actor("uk"), TODAY)
            rates.enter(
                rates.MonthlyRate(Currency.IQD, dt.date(2026, 11, 1), 1_650_500_000, "Central Bank"),
                world.actor("uk"),
            )
        return Pages(
            f"/programmes/{world.programme().public_id}",
            f"/projects/{project.public_id}",
            f"/lines/{line.public_id}",
            f"/commitments/{commitment.public_id}",
            f"/claims/{claim.public_id}",
            f"/cohorts/{cohort.public_id}",
            f"/spending/{spend_file(world, commitment).public_id}",
        )


def spend_file(world: World, commitment: Commitment) -> SpendBatch:
    """Return a file of two payments from a commitment, previewed."""
    folder = world.app.config["SETTINGS"].evidence_folder
    content = io.BytesIO(b"Date,Amount,Supplier\n2026-11-02,1.00,A supplier\n2026-11-03,2.00,A supplier\n")
    with transaction():
        batch = spend_uploads.read(content, folder, world.programme(), world.actor("uk"))
        columns = spend_uploads.SpendColumns(date=0, amount=1, payee=2)
        spend_uploads.preview(batch, spend_uploads.table_of(batch, folder), columns, commitment, TODAY)
    return batch


def saved(client: FlaskClient, page: str) -> list[str]:
    """Return the targets of a page's export links."""
    answer = client.get(page)
    assert answer.status_code == 200, page
    return [unescape(link) for link in re.findall(r'href="([^"]*\.(?:csv|xlsx))"', answer.text)]


def rows(client: FlaskClient, address: str) -> list[dict[str, str]]:
    """Return the rows of a CSV file by heading."""
    answer = client.get(address)
    assert answer.status_code == 200, address
    assert answer.data.startswith(b"\xef\xbb\xbf")
    assert "attachment" in answer.headers["Content-Disposition"]
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))


def test_every_finance_table_is_exported_as_csv_and_xlsx(world: World, pages: Pages) -> None:
    client = world.sign_in(world.app.test_client(), "uk")
    for page in pages.all():
        addresses = saved(client, page)
        captions = set(re.findall(r"<caption[^>]*>(.*?)</caption>", client.get(page).text))
        kept = {address.rpartition(".")[0] for address in addresses}
        assert len(kept) >= len(captions), f"{page} has the tables {captions}, of which can be saved: {kept}"
        for address in addresses:
            if address.endswith(".xlsx"):
                assert tables.read(io.BytesIO(client.get(address).data)).headings
            else:
                assert rows(client, address) is not None


NOT_SUMMED = {
    "entries": {"Amount"},
    "unit-costs": {"Per trainee", "Per completion", "Per contact hour"},
    "unit-costs-by-course": {"Per trainee", "Per completion", "Per contact hour"},
}
"""The columns of amounts whose sum says nothing, by table."""
WITHOUT_TOTALS = {"burn-down", "reasons"}
"""Each row of these is a sum up to a month."""


def test_every_workbook_has_filters_pounds_and_totals(world: World, pages: Pages) -> None:
    client = world.sign_in(world.app.test_client(), "uk")
    found = {link for page in pages.all() for link in saved(client, page) if link.endswith(".xlsx")}
    for address in sorted(found):
        sent = client.get(address).data
        with zipfile.ZipFile(io.BytesIO(sent)) as book:
            sheet, styles = book.read("xl/worksheets/sheet1.xml").decode(), book.read("xl/styles.xml").decode()
        assert "<autoFilter" in sheet, address
        headings = CalamineWorkbook.from_filelike(io.BytesIO(sent)).get_sheet_by_index(0).to_python()[0]
        summed = {str(headings[ord(cell) - ord("A")]) for cell in re.findall(r'r="([A-Z])\d+"[^>]*><f>SUBTOTAL', sheet)}
        table = address.rpartition("/")[2].removesuffix(".xlsx")
        assert bool(summed) is ("£" in styles and table not in WITHOUT_TOTALS), f"{address}: {summed}"
        assert not summed & NOT_SUMMED.get(table, set()), address


def test_exported_figures_agree_with_the_ledger(world: World, pages: Pages) -> None:
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
    outstanding = rows(client, f"{pages.programme}/tables/outstanding.csv")
    assert sorted(row["Outstanding"] for row in outstanding) == ["249.75", "400.00"]
    (part,) = rows(client, f"{pages.claim}/tables/lines.csv")
    assert (part["Pounds, rounded half-even"], part["Currency"], part["As it was paid"], part["Decision"]) == (
        "150.25",
        "GBP",
        "150.25",
        "Approved",
    )
    ceilings = {row["Code"]: row["Ceiling"] for row in rows(client, "/programmes/table.csv")}
    assert ceilings["TRAINING"] == "300000.00"


OCTOBER, NOVEMBER, DECEMBER = (dt.date(2026, month, 1) for month in (10, 11, 12))


@pytest.fixture
def reversal(world: World, pages: Pages) -> tuple[str, str]:
    """Add a payment made before its commitment was approved, a reversed one and an undecided one.

    Return the reversed entry and its reversal.
    """
    with building(world):
        of_page = select(BudgetLine.id).where(BudgetLine.public_id == pages.line.rpartition("/")[2])
        line = programmes.line_by_key(db.session.scalars(unscoped(of_page, because="a test")).one())
        world.approve(world.payment(world.commitment(line, 300_00), 250_00, closes=True, paid_on=OCTOBER))
        commitment = world.commitment(line, 100_00)
        mistaken = world.payment(commitment, 60_00, paid_on=OCTOBER)
        world.approve(mistaken)
        with transaction():
            undoing = proposals.propose_reversal(mistaken, "a mistake", world.key(), world.actor("uk"))
        world.approve(undoing, DECEMBER)
        world.payment(commitment, 10_00)
        return mistaken.public_id, undoing.public_id


def test_exported_entries_sum_to_the_page_and_by_month_to_the_chart(
    world: World, pages: Pages, reversal: tuple[str, str]
) -> None:
    client = world.sign_in(world.app.test_client(), "funder")
    # The programme has the line of the cohort, too, from which £100 were paid.
    for page, allocated, spent_by_november in ((pages.line, 900_00, 400_25), (pages.programme, 50_900_00, 500_25)):
        entries = rows(client, f"{page}/tables/entries.csv")
        shown, used = client.get(page), client.get(f"{page}?view=used")
        for balance in ("Committed", "Spent"):
            assert total(entries, balance) == figure(shown, balance), (page, balance)
        assert total(entries, "Allocated") == allocated
        chart = {row["Month"]: row for row in rows(client, f"{page}/tables/burn-down.csv")}
        for day in (OCTOBER, NOVEMBER):
            spent = total([one for one in entries if "" < one["Counts in"] <= str(day)], "Spent")
            held = total([one for one in entries if "" < one["Committed counts in"] <= str(day)], "Committed")
            told = chart[str(day)]
            assert (total([told], "Spent"), total([told], "Committed and spent")) == (spent, held + spent)
            assert told["Spent"] in used.text.replace(",", ""), "the table below the chart"
            assert told["Left after payments"] in shown.text.replace(",", "")
        by_month = [total([chart[str(day)]], "Spent") for day in (OCTOBER, NOVEMBER)]
        assert by_month == [250_00, spent_by_november]


def test_reversed_payment_is_marked_in_every_export(world: World, pages: Pages, reversal: tuple[str, str]) -> None:
    client = world.sign_in(world.app.test_client(), "funder")
    entries = {row["Entry"]: row for row in rows(client, f"{pages.programme}/tables/entries.csv")}
    undone, undoing = (entries[name] for name in reversal)
    assert (undone["Decision"], undone["Undone by"], undone["Spent"]) == ("Reversed", undoing["Entry"], "60.00")
    assert (undoing["Decision"], undoing["Undoes"], undoing["Spent"]) == ("Approved", undone["Entry"], "-60.00")
    assert [row["Spent"] for row in entries.values() if row["Decision"] == "Waiting"] == [""]
    standing = [row for row in entries.values() if (row["Kind"], row["Decision"]) == ("Payment", "Approved")]
    assert total(standing, "Amount") == figure(client.get(pages.programme), "Spent")
    (line,) = rows(client, f"/claims/{undone['Claim']}/tables/lines.csv")
    assert (line["Decision"], line["Undone by"]) == ("Reversed", undoing["Entry"])


def total(of: list[dict[str, str]], column: str) -> int:
    """Return the pence of a column."""
    return sum(round(float(row[column]) * 100) for row in of if row[column])


def test_balances_are_blank_without_permission(world: World, pages: Pages) -> None:
    partner = world.sign_in(world.app.test_client(), "iraq")
    (programme,) = rows(partner, "/programmes/table.csv")
    assert (programme["Committed"], programme["Spent"]) == ("", "")
    (line,) = rows(partner, f"{pages.project}/tables/lines.csv")
    assert line["Spent"] == "150.25"


def test_export_hides_payees_like_the_page(world: World, pages: Pages) -> None:
    for reader in ("uk", "funder", "iraq"):
        client = world.sign_in(world.app.test_client(), reader)
        for page in pages.all():
            if client.get(page).status_code != 200:
                continue
            for address in saved(client, page):
                assert b"HYPERLINK" not in client.get(address).data, (reader, address)


@pytest.mark.parametrize(("language", "is_right_to_left"), [("en", False), ("ar", True), ("ckb", True)])
def test_sheet_has_the_direction_of_the_language(
    world: World, pages: Pages, language: str, *, is_right_to_left: bool
) -> None:
    client = world.sign_in(world.app.test_client(), "uk")
    post(client, "/language", {"language": language}, page="/account")
    answer = client.get(f"{pages.project}/tables/lines.xlsx")
    sheet = zipfile.ZipFile(io.BytesIO(answer.data)).read("xl/worksheets/sheet1.xml")
    assert (b'rightToLeft="1"' in sheet) is is_right_to_left


def cells(client: FlaskClient, address: str) -> list[list[object]]:
    """Return a workbook's cells as typed values: text, numbers, dates."""
    answer = client.get(address)
    assert answer.status_code == 200, address
    return CalamineWorkbook.from_filelike(io.BytesIO(answer.data)).get_sheet_by_index(0).to_python()


def test_payments_in_dinars_are_exported_as_numbers_and_dates(world: World, pages: Pages) -> None:
    with building(world):
        commitment = world.commitment(world.line(900_00), 400_00)
        payment = claims.Payment("A supplier", False, TODAY, Currency.IQD)
        lines = [claims.ClaimLine(commitment, dinars) for dinars in (100_000, 100_001)]
        with transaction():
            claim = claims.propose(payment, lines, "a purpose", world.key(), world.actor("uk"), TODAY).public_id
    client = world.sign_in(world.app.test_client(), "uk")
    first, *others, total = cells(client, f"/claims/{claim}/tables/lines.xlsx")
    assert total[first.index("Pounds, rounded half-even")] == 121.18
    read = [dict(zip(first, row, strict=True)) for row in others]
    for heading, values in {
        "Paid on": [TODAY, TODAY],
        "Pounds, rounded half-even": [60.59, 60.59],
        "Currency": ["IQD", "IQD"],
        "As it was paid": [100_000, 100_001],
        "Rate": [1650.5, 1650.5],
        "Rate of": [dt.date(2026, 11, 1)] * 2,
        "Source of the rate": ["Central Bank"] * 2,
    }.items():
        assert [row[heading] for row in read] == values, heading
    assert "rounded half-even to the penny" in client.get(f"/claims/{claim}").text
    assert "rounded half-even to the penny" in client.get("/rates").text


def test_months_and_rates_are_exported_as_dates_and_numbers(world: World, pages: Pages) -> None:
    client = world.sign_in(world.app.test_client(), "uk")
    assert cells(client, "/rates/table.xlsx")[1] == ["IQD", dt.date(2026, 11, 1), 1650.5, "Central Bank"]
    for table in ("plan", "burn-down"):
        first = cells(client, f"{pages.line}/tables/{table}.xlsx")[1]
        assert first[0] == dt.date(2026, 4, 1)
        assert isinstance(first[1], float)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("language", ["en", "ar", "ckb"])
def test_exported_rates_can_be_loaded_in_every_language(world: World, pages: Pages, language: str, kind: str) -> None:
    client = world.sign_in(world.app.test_client(), "uk")
    post(client, "/language", {"language": language}, page="/account")
    saved_rates = client.get(f"/rates/table.{kind}").data
    post(client, "/language", {"language": "en"}, page="/account")
    form = {"csrf_token": form_token(client, "/rates/import"), "file": (io.BytesIO(saved_rates), f"rates.{kind}")}
    answer = client.post("/rates/import", data=form, content_type="multipart/form-data")
    assert answer.text.count("Already there") == 1


def test_export_includes_secondary_details_of_the_page(world: World, pages: Pages) -> None:
    client = world.sign_in(world.app.test_client(), "uk")
    (course,) = rows(client, f"{pages.programme}/tables/unit-costs-by-course.csv")
    assert (course["Cohorts"], course["Spent"], course["Committed"]) == ("1", "100.00", "400.00")
    given = rows(client, f"{pages.line}/tables/reasons.csv")
    assert [(row["Month"], row["Reason"], row["Given by"]) for row in given] == [
        ("2026-10-01", "The trainer came early", "uk"),
        ("2026-10-01", "The trainer came late", "uk"),
    ]
    (taken,) = rows(client, f"{pages.spend_file}/tables/taken.csv")
    assert (taken["Rows"], taken["Amount"], taken["Outstanding"]) == ("2", "3.00", "249.75")
    (file,) = rows(client, f"{pages.programme}/tables/spend-files.csv")
    assert (file["Rows"], file["Read by"]) == ("2", "uk")
    (cost,) = rows(client, f"{pages.cohort}/tables/costs.csv")
    assert (cost["What it pays for"], cost["Amount"]) == ("Trainers", "500.00")
    shares = [row["Share of the plan (%)"] for row in rows(client, f"{pages.programme}/tables/variances.csv")]
    assert shares == ["-100.0", "-100.0"]
    assert {row["Short by"] for row in rows(client, f"{pages.programme}/tables/year-end.csv")} == {"0.00"}


def test_exports_of_others_are_refused(world: World, pages: Pages) -> None:
    funder = world.sign_in(world.app.test_client(), "funder")
    assert funder.get(f"{pages.programme}/tables/spend-files.csv").status_code == 403
    assert funder.get(f"{pages.spend_file}/tables/taken.csv").status_code == 404
    partner = world.sign_in(world.app.test_client(), "iraq")
    assert partner.get(f"{pages.programme}/tables/unit-costs-by-course.csv").status_code == 403
