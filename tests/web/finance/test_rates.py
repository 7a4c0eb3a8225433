"""The pages of the table of exchange rates."""

import io
import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from tests.support import workbooks
from tests.support.world import World, form_token, post
from training.kit.db import db
from training.models.finance.claims import ExchangeRate
from training.models.finance.programmes import Programme
from training.policy.scopes import unscoped

GOOD = "currency,month,rate,source\nUSD,2026-04,1.27,HMRC monthly rates\nIQD,1/4/2026,١٬٦٦٤٫٥,HMRC monthly rates\n"


@pytest.fixture
def browser(app: Flask, client: FlaskClient) -> FlaskClient:
    with app.app_context():
        return World(app).sign_in(client, "uk")


def send(browser: FlaskClient, content: str | bytes, **typed: str) -> str:
    raw = content.encode() if isinstance(content, str) else content
    form = typed | {"csrf_token": form_token(browser, "/rates/import"), "file": (io.BytesIO(raw), "rates.csv")}
    answer = browser.post("/rates/import", data=form, content_type="multipart/form-data")
    assert answer.status_code == 200
    return answer.text


def count(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(ExchangeRate)) or 0


def test_rate_is_entered_in_any_digits_and_shown_with_its_source(app: Flask, browser: FlaskClient) -> None:
    form = {"currency": "IQD", "month-month": "٤", "month-year": "2026", "rate": "١٬٦٦٤٫٥", "source": "HMRC"}
    answer = post(browser, "/rates/new", form)
    assert answer.status_code == 302
    page = browser.get("/rates").text
    for shown in ("Apr 2026", "£1 = IQD 1,664.50", "HMRC", "uk"):
        assert shown in page
    assert count(app) == 1


@pytest.mark.parametrize("hiding", [workbooks.hiding, workbooks.hiding_old], ids=["xlsx", "xls"])
def test_page_names_what_of_a_workbook_was_not_read(
    app: Flask, browser: FlaskClient, hiding: Callable[..., bytes]
) -> None:
    lines = ["currency,month,rate,source,note", "USD,2026-04,1.27,HMRC,x", "USD,2026-05,1.28,HMRC,x"]
    page = send(browser, hiding(lines, row=2, column=4))
    assert "<bdi>current</bdi>. These were not:" in page
    assert re.search(r"<bdi>old</bdi>: 3 rows,\s+hidden in the workbook", page)
    assert "so they were not read: <bdi>note</bdi>" in page
    assert "The workbook hides this row" in page
    assert count(app) == 0


JUNE = {"currency": "USD", "month-month": "6", "month-year": "2026", "rate": "1.27", "source": "HMRC"}


def question(page: str) -> str:
    """Return the question that a page asks, as its form carries it."""
    found = re.search(r'name="told"[^>]*value="([^"]*)"', page)
    return found[1] if found else ""


def test_replacing_a_rate_has_to_be_confirmed(app: Flask, browser: FlaskClient) -> None:
    assert "is_right" not in browser.get("/rates/new").text
    assert post(browser, "/rates/new", JUNE).status_code == 302
    page = post(browser, "/rates/new", JUNE | {"rate": "0.0127"}).text
    assert "Jun 2026 has the rate \u2066£1\u00a0=\u00a0USD\u00a01.27\u2069 already: this one would replace it." in page
    assert 'name="is_right"' in page
    assert "£1 = USD 1.27" in browser.get("/rates").text
    asked = {"told": question(page), "is_right": "yes"}
    another = post(browser, "/rates/new", JUNE | {"rate": "127"} | asked).text
    assert question(another) != asked["told"], "a yes to one rate is not a yes to another"
    assert not re.search(r'id="is_right"[^>]*checked', another)
    assert "£1 = USD 1.27" in browser.get("/rates").text
    assert post(browser, "/rates/new", JUNE | {"rate": "0.0127"} | asked).status_code == 302
    assert "£1 = USD 0.0127" in browser.get("/rates").text
    assert count(app) == 1


@pytest.mark.parametrize(
    ("rate", "is_asked"), [("1.397", False), ("1.397001", True), ("1.143", False), ("1.142999", True)]
)
def test_rate_a_tenth_off_the_previous_month_has_to_be_confirmed(
    browser: FlaskClient, rate: str, *, is_asked: bool
) -> None:
    post(browser, "/rates/new", JUNE)
    post(browser, "/rates/new", JUNE | {"currency": "EUR", "rate": "9"})
    answer = post(browser, "/rates/new", JUNE | {"month-month": "8", "rate": rate})
    assert (answer.status_code == 200) is is_asked
    assert (
        "departs by more than a tenth from that of Jun 2026, \u2066£1\u00a0=\u00a0USD\u00a01.27\u2069." in answer.text
    ) is is_asked


def test_new_source_for_the_same_rate_needs_no_confirmation(browser: FlaskClient) -> None:
    post(browser, "/rates/new", JUNE)
    assert post(browser, "/rates/new", JUNE | {"source": "Bank of England"}).status_code == 302
    assert "Bank of England" in browser.get("/rates").text


def test_missing_input_is_reported_at_its_field(browser: FlaskClient) -> None:
    page = post(browser, "/rates/new", {"currency": "GBP", "month-month": "13", "month-year": "2026", "rate": "0"}).text
    assert 'href="#month"' in page
    assert 'id="month"' in page
    assert "Enter a real month, such as 3 2027" in page
    assert "Enter a rate, such as 1.27 or 1,664.50" in page
    assert "Choose one of the answers in the list" in page
    assert "Fill in: Source of the rate" in page


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_list_is_entered_once(app: Flask, browser: FlaskClient, encoding: str) -> None:
    assert send(browser, GOOD.encode(encoding)).count("Entered") == 2
    assert count(app) == 2
    again = send(browser, GOOD.encode(encoding))
    assert again.count("Already there") == 2
    assert count(app) == 2


def test_list_corrects_an_existing_rate(app: Flask, browser: FlaskClient) -> None:
    send(browser, GOOD)
    corrected = GOOD.replace("1.27", "1.28")
    page = send(browser, corrected)
    assert "Nothing was entered yet: 1 rate is doubtful." in page
    assert "Apr 2026 has the rate" in page
    assert "£1 = USD 1.27" in browser.get("/rates").text
    assert "Entered" in send(browser, corrected, told=question(page), is_right="yes")
    assert "£1 = USD 1.28" in browser.get("/rates").text
    assert count(app) == 2


def test_confirmation_is_valid_for_its_list_only(app: Flask, browser: FlaskClient) -> None:
    listed = "currency,month,rate,source\nUSD,2026-05,{},HMRC\nUSD,2026-04,1.27,HMRC\n"
    page = send(browser, listed.format("127"))
    assert "departs by more than a tenth from that of Apr 2026" in page
    assert page.count("Not entered") == 2
    assert "Nothing was entered yet" in send(browser, listed.format("12.7"), told=question(page), is_right="yes")
    assert count(app) == 0
    assert send(browser, listed.format("127"), told=question(page), is_right="yes").count("Entered") == 2


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("GBP,2026-05,1,HMRC", "The currency is none of USD, EUR and IQD"),
        ("USD,13/2026,1.2,HMRC", "The month is missing or cannot be read"),
        ("USD,2026-05,nought,HMRC", "The rate is missing or cannot be read"),
        ("USD,2026-05,0,HMRC", "The rate is missing or cannot be read"),
        ("USD,2026-05,1.2,", "The source is missing"),
        (f"USD,2026-05,1.2,{'x' * 301}", "The text is too long"),
        ("USD,2026-04,1.3,HMRC monthly rates", "The list has another rate for this month above"),
    ],
)
def test_faulty_row_rejects_the_whole_list(app: Flask, browser: FlaskClient, row: str, fault: str) -> None:
    page = send(browser, GOOD + row + "\n")
    assert fault in page
    assert "Nothing was entered: 1 row is faulty." in page
    assert page.count("Not entered") == 2
    assert count(app) == 0


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "The file has no row below its headings"),
        ("<html></html>", "The file is a web page"),
        ("currency,month,rate\nUSD,2026-04,1.2\n", "The list has no column with the heading source"),
    ],
)
def test_invalid_list_is_refused_with_the_reason(browser: FlaskClient, content: str, words: str) -> None:
    assert words in send(browser, content)


def test_file_is_required(browser: FlaskClient) -> None:
    assert "Fill in: List of rates" in post(browser, "/rates/import").text


def test_claim_form_links_to_the_rates(app: Flask, browser: FlaskClient) -> None:
    with app.app_context():
        programme = db.session.scalars(unscoped(select(Programme.public_id), because="test")).first()
    assert 'href="/rates"' in browser.get(f"/programmes/{programme}/claims/new").text
    assert 'href="/rates"' in browser.get(f"/programmes/{programme}").text


def test_readers_of_money_see_rates_but_cannot_enter_them(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        World(app).sign_in(client, "approver")
    assert client.get("/rates").status_code == 200
    assert "/rates/new" not in client.get("/rates").text
    assert client.get("/rates/new").status_code == 403
    assert client.get("/rates/import").status_code == 403
