"""The pages of spend files: upload, choose the columns, preview, propose, withdraw."""

import datetime as dt
import io
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from tests.domain.finance.test_spend_uploads import PUBLISHED, PUBLISHED_PENCE, Office, claimed
from tests.support import workbooks
from tests.support.ledger import claim_of
from tests.support.world import World, form_token, post
from training.kit.db import db
from training.models.finance.ledger import Commitment
from training.models.identity.accounts import Role
from training.models.identity.audit import AuditEntry
from training.policy.scopes import unscoped


@dataclass
class Desk:
    """A browser of a user who uploads spend files, with the ids used in URLs."""

    browser: FlaskClient
    world: World
    programme: str
    commitment: str

    @property
    def new(self) -> str:
        return f"/programmes/{self.programme}/spending/new"

    def send(self, content: bytes, name: str = "spend.csv", **typed: str) -> TestResponse:
        file = FileStorage(io.BytesIO(content), name, "file")
        boundary, body = encode_multipart(typed | {"csrf_token": form_token(self.browser, self.new), "file": file})
        return self.browser.post(self.new, data=body, content_type=f"multipart/form-data; boundary={boundary}")

    def preview(self, content: bytes, **columns: str) -> str:
        """Upload a file and choose its columns; return the URL of the preview."""
        mapping = self.send(content).headers["Location"]
        chosen = {"date": "0", "amount": "1", "payee": "2", "otherwise": self.commitment} | columns
        answer = post(self.browser, mapping, dict(chosen))
        assert answer.status_code == 302, answer.text
        return answer.headers["Location"]


@pytest.fixture
def desk(app: Flask, client: FlaskClient, tmp_path: Path) -> Desk:
    with app.app_context():
        office = Office(World(app), PUBLISHED_PENCE, tmp_path)
        office.world.sign_in(client, "uk")
        programme = office.world.programme("SPEND").public_id
        return Desk(client, office.world, programme, office.commitment.public_id)


def test_published_file_from_upload_to_claims(app: Flask, desk: Desk) -> None:
    mapping = desk.send(PUBLISHED).headers["Location"]
    page = desk.browser.get(mapping).text
    assert "The file has 400 rows." in page
    assert page.count("selected") >= 5
    answer = post(desk.browser, mapping, {"date": "0", "amount": "1", "payee": "2", "otherwise": desk.commitment})
    show = answer.headers["Location"]
    page = desk.browser.get(show).text
    assert "£503,918.63" in page
    assert "Propose the 400 good rows" in page
    assert "Too little" not in page
    post(desk.browser, f"{show}/propose", page=show)
    page = desk.browser.get(show).text
    assert "400 claims were proposed." in page
    assert page.count("Waiting") == 50
    with app.app_context():
        assert claimed() == (400, PUBLISHED_PENCE)
    again = desk.browser.get(desk.preview(PUBLISHED)).text
    assert "Propose the" not in again
    post(desk.browser, f"{show}/withdraw", {"reason": "read too early"})
    page = desk.browser.get(show).text
    assert "400 claims were withdrawn." in page
    assert "Take back what waits" not in page


def test_columns_are_guessed_from_headings_in_each_language(desk: Desk) -> None:
    for headings in ("Supplier,Date,Amount", "المورّد,التاريخ,المبلغ", "دابینکەر,بەروار,بڕ"):
        page = desk.browser.get(desk.send(f"{headings}\nA,2020-10-05,5\n".encode()).headers["Location"]).text
        for field, value in (("payee", 0), ("date", 1), ("amount", 2)):
            select = page.partition(f'name="{field}"')[2].partition("</select>")[0]
            assert f'value="{value}" selected' in select, (headings, field)


def test_invalid_columns_need_no_second_upload(desk: Desk) -> None:
    mapping = desk.send(b"Day,Amount,Supplier\n2020-10-05,5,A\n").headers["Location"]
    page = post(desk.browser, mapping, {"amount": "1", "payee": "7"}).text
    assert "Choose an answer: Date of payment" in page
    assert "Choose one of the answers in the list" in page
    wrong = post(desk.browser, mapping, {"date": "2", "amount": "1", "payee": "0"}).headers["Location"]
    assert "The date is missing or cannot be read" in desk.browser.get(wrong).text
    right = post(desk.browser, mapping, {"date": "0", "amount": "1", "payee": "2", "otherwise": desk.commitment})
    assert "Propose the good row" in desk.browser.get(right.headers["Location"]).text


def test_faulty_rows_are_filtered_and_paged(desk: Desk) -> None:
    lines = [f"2020-10-05,{'much' if number % 3 == 0 else number},Supplier" for number in range(2, 302)]
    show = desk.preview("\n".join(["Date,Amount,Supplier", *lines]).encode())
    first = desk.browser.get(f"{show}?outcome=faulty").text
    assert first.count("The amount is missing or cannot be read: <bdi>much</bdi>") == 50
    assert "Will be created</strong>" not in first
    second = desk.browser.get(f"{show}?outcome=faulty&after=150").text
    assert second.count("The amount is missing or cannot be read") == 50
    assert "before=153" in second
    assert "Next page" not in second
    back = desk.browser.get(f"{show}?outcome=faulty&before=153").text
    assert 'data-label="Row">3<' in back
    assert desk.browser.get(f"{show}?after=nonsense&outcome=nonsense").status_code == 200


def test_file_above_the_commitment_is_refused_with_the_amounts(app: Flask, desk: Desk) -> None:
    show = desk.preview(PUBLISHED + b"2020-12-28,0.01,One penny\n")
    assert "Too little" in desk.browser.get(show).text
    post(desk.browser, f"{show}/propose", page=show)
    page = desk.browser.get(show).text
    assert "come to £503,918.64, but it has £503,918.63 outstanding. Nothing was proposed" in page
    with app.app_context():
        assert claimed() == (0, 0)


def test_proposing_twice_makes_one_claim_per_row(app: Flask, desk: Desk) -> None:
    show = desk.preview(b"Date,Amount,Supplier\n2020-10-05,5,A\n")
    token = form_token(desk.browser, show)
    for _time in range(2):
        desk.browser.post(f"{show}/propose", data={"csrf_token": token})
    assert "The rows of this file were proposed already" in desk.browser.get(show).text
    with app.app_context():
        assert claimed() == (1, 500)


def test_funder_does_not_see_names_of_paid_people(app: Flask, desk: Desk) -> None:
    show = desk.preview(b"Date,Amount,Supplier\n2020-10-05,5,Canary Person\n")
    post(desk.browser, f"{show}/propose", {"payees_are_people": "yes"}, page=show)
    claim = desk.browser.get(show).text.partition('href="/claims/')[2].partition('"')[0]
    with app.app_context():
        desk.world.account("funder.3", Role.FUNDER, "uk", programme="SPEND")
        funder = desk.world.sign_in(app.test_client(), "funder.3")
    page = funder.get(f"/claims/{claim}").text
    assert "participant" in page
    assert "Canary Person" not in page


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "The file has no row below its headings"),
        (b"<!doctype html><table>", "The file is a web page, whatever its name says"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "The file cannot be read as a table"),
        (b"a\n" * (6 * 1024 * 1024), "The file holds too much: at most 10 megabytes"),
        (b"a\n" * 20_002, "The file has more than 20,000 rows"),
    ],
    ids=["empty", "web page", "picture", "too large", "too long"],
)
def test_invalid_spend_file_is_refused_with_the_reason(desk: Desk, content: bytes, words: str) -> None:
    answer = desk.send(content)
    assert answer.status_code == 200, answer.status_code
    assert words in answer.text


def test_file_of_two_megabytes_is_accepted(desk: Desk) -> None:
    padding = "x" * 200
    lines = [f"2020-10-05,5,A,{padding}" for _row in range(10_000)]
    assert desk.send("\n".join(["Date,Amount,Supplier,Note", *lines]).encode()).status_code == 302


def test_expired_table_has_to_be_uploaded_again(app: Flask, desk: Desk) -> None:
    mapping = desk.send(b"Date,Amount,Supplier\n2020-10-05,5,A\n").headers["Location"]
    batch = mapping.split("/")[2]
    (app.config["SETTINGS"].evidence_folder / "spend" / f"{batch}.json").unlink()
    answer = desk.browser.get(mapping, follow_redirects=True)
    assert "The file was read more than a day ago" in answer.text
    assert desk.browser.get(f"/spending/{batch}").headers["Location"] == mapping


def test_preview_query_count_is_constant(
    desk: Desk, statements: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    asked = []
    for rows in (10, 500):
        lines = [f"2020-10-05,{number + 1},Supplier" for number in range(rows)]
        show = desk.preview("\n".join(["Date,Amount,Supplier", *lines]).encode())
        with statements() as seen:
            assert desk.browser.get(show).status_code == 200
        asked.append(len(seen))
    assert asked[0] == asked[1]


def test_earlier_files_are_listed(desk: Desk) -> None:
    show = desk.preview(b"Date,Amount,Supplier\n2020-10-05,5,A\n")
    assert f'href="{show}"' in desk.browser.get(desk.new).text


def test_markup_in_a_row_is_escaped(desk: Desk) -> None:
    show = desk.preview(b"Date,Amount,Supplier\n2020-10-05,5,<script>alert(1)</script>\n")
    page = desk.browser.get(show).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


def test_rows_resembling_a_manual_claim_are_marked_and_skipped(app: Flask, desk: Desk) -> None:
    with app.app_context():
        named = select(Commitment).where(Commitment.public_id == desk.commitment)
        held = db.session.scalars(unscoped(named, because="a test")).one()
        by_hand = desk.world.payment(held, 5_00, payee="ACME  Ltd.", paid_on=dt.date(2020, 10, 5))
        claim = claim_of(by_hand).public_id
    lines = ("2020-10-05,5,Acme ltd", "2020-10-05,6,Acme ltd", "2020-10-06,7,B", "2020-10-06,7,B", "when?,5,Acme ltd")
    content = "\n".join(("Date,Amount,Supplier", *lines, "")).encode()
    show = desk.preview(content)
    page = desk.browser.get(show).text
    assert "1 row is similar to an existing claim." in page
    assert page.count("Similar to another claim") == 1
    assert f"/claims/{claim}" in page
    post(desk.browser, f"{show}/propose", page=show)
    assert "3 claims were proposed." in desk.browser.get(show).text
    with app.app_context():
        assert claimed() == (4, 25_00)
    again = desk.preview(content + b"2020-10-05,5,ACME LTD\n")
    page = desk.browser.get(again).text
    assert "1 row is similar to an existing claim." in page, "one claim is one payment, two rows are two"
    post(desk.browser, f"{again}/propose", {"are_others": "yes"}, page=again)
    with app.app_context():
        assert claimed() == (6, 35_00)


def test_files_are_told_apart_by_their_names(desk: Desk) -> None:
    desk.send(b"Date,Amount,Supplier\n2020-10-05,5,A\n", "/home/uk/October <card>.csv")
    shown = desk.preview(b"Date,Amount,Supplier\n2020-10-05,6,B\n")
    files = desk.browser.get(desk.new).text
    assert "<bdi>October &lt;card&gt;.csv</bdi>" in files
    assert "<bdi>spend.csv</bdi>" in files
    assert "<bdi>spend.csv</bdi>" in desk.browser.get(shown).text
    assert "<bdi>spend.csv</bdi>" in desk.browser.get(f"{shown}/columns").text


def test_file_is_called_as_its_sender_says(desk: Desk) -> None:
    desk.send(b"Date,Amount,Supplier\n2020-10-05,5,A\n", called="Cards of autumn")
    page = desk.browser.get(desk.new).text
    assert "<bdi>Cards of autumn</bdi>" in page
    assert "spend.csv" not in page
    saved = desk.browser.get(f"/programmes/{desk.programme}/tables/spend-files.csv").text
    assert "Cards of autumn" in saved


def test_name_of_a_file_is_shown_to_nobody_who_may_not_see_its_rows(desk: Desk) -> None:
    shown = desk.preview(b"Date,Amount,Supplier\n2020-10-05,5,A\n")
    other = desk.world.sign_in(desk.world.app.test_client(), "funder")
    assert other.get(shown).status_code in (403, 404)
    assert other.get(desk.new).status_code in (403, 404)


def test_people_who_were_paid_are_counted_once_it_is_said_that_they_are_people(app: Flask, desk: Desk) -> None:
    def read() -> list[tuple[str, int]]:
        with app.app_context():
            about = (AuditEntry.action.in_(["file of names shown", "payees exported"]),)
            rows = db.session.scalars(select(AuditEntry).where(*about).order_by(AuditEntry.id))
            return [(one.action, one.details["rows"]) for one in rows]

    content = b"Date,Amount,Supplier\n2020-10-05,5,Canary One\n2020-10-06,6,Canary Two\n"
    shown = desk.preview(content)
    desk.browser.get(shown)
    assert read() == [], "nobody has said that they are people"
    post(desk.browser, f"{shown}/propose", {"payees_are_people": "y"}, page=shown)
    desk.browser.get(shown)
    assert read() == [("file of names shown", 2)]
    desk.browser.get(desk.preview(content))
    assert read() == [("file of names shown", 2)] * 2, "a file that repeats the payments names the same people"
    assert "Canary" in desk.browser.get(f"{shown}/tables/rows.csv").text
    desk.browser.get(f"{shown}/tables/taken.csv")
    assert read()[2:] == [("payees exported", 2)]


@pytest.mark.parametrize("hiding", [workbooks.hiding, workbooks.hiding_old], ids=["xlsx", "xls"])
def test_page_names_what_of_a_workbook_was_not_read(desk: Desk, hiding: Callable[..., bytes]) -> None:
    lines = ["Date,Amount,Supplier,Description", "2020-10-05,5,A,secret", "2020-10-06,6,B,secret"]
    mapping = desk.send(hiding(lines, row=2, column=3), "spend.xlsx").location
    page = desk.browser.get(mapping).text
    assert re.search(r"<bdi>old</bdi>: 3 rows,\s+hidden in the workbook", page)
    assert "read only if you choose them: <bdi>Description</bdi>" in page
    assert 'value="3" selected' not in page
    chosen = {"date": "0", "amount": "1", "payee": "2", "otherwise": desk.commitment}
    page = desk.browser.get(post(desk.browser, mapping, chosen).location).text
    assert "<bdi>old</bdi>" in page
    assert "Propose the good row" in page
    assert "The row is hidden in the workbook" in page
