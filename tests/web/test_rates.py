"""The table of exchange rates, as people meet it."""

import io

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from tests.support.world import World, form_token, post
from training.kit.db import db
from training.models.claims import ExchangeRate
from training.models.programmes import Programme
from training.policy.scopes import unscoped

GOOD = "currency,month,rate,source\nUSD,2026-04,1.27,HMRC monthly rates\nIQD,1/4/2026,١٬٦٦٤٫٥,HMRC monthly rates\n"


@pytest.fixture
def browser(app: Flask, client: FlaskClient) -> FlaskClient:
    with app.app_context():
        return World(app).sign_in(client, "uk")


def send(browser: FlaskClient, content: str | bytes, name: str = "rates.csv") -> str:
    raw = content.encode() if isinstance(content, str) else content
    form = {"csrf_token": form_token(browser, "/rates/import"), "file": (io.BytesIO(raw), name)}
    answer = browser.post("/rates/import", data=form, content_type="multipart/form-data")
    assert answer.status_code == 200
    return answer.text


def count(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(ExchangeRate)) or 0


def test_a_rate_is_entered_in_any_digits_and_shown_with_its_source(app: Flask, browser: FlaskClient) -> None:
    form = {"currency": "IQD", "month-month": "٤", "month-year": "2026", "rate": "١٬٦٦٤٫٥", "source": "HMRC"}
    answer = post(browser, "/rates/new", form)
    assert answer.status_code == 302
    page = browser.get("/rates").text
    for shown in ("Apr 2026", "£1 = IQD 1,664.50", "HMRC", "uk"):
        assert shown in page
    post(browser, "/rates/new", form | {"rate": "1700"})
    assert "£1 = IQD 1,700.00" in browser.get("/rates").text
    assert count(app) == 1


def test_what_is_missing_is_said_at_its_field(browser: FlaskClient) -> None:
    page = post(browser, "/rates/new", {"currency": "GBP", "month-month": "13", "month-year": "2026", "rate": "0"}).text
    assert 'href="#month"' in page
    assert 'id="month"' in page
    assert "Enter a real month, such as 3 2027" in page
    assert "Enter a rate, such as 1.27 or 1,664.50" in page
    assert "Choose one of the answers in the list" in page
    assert "Fill in: Source of the rate" in page


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_a_list_is_entered_once(app: Flask, browser: FlaskClient, encoding: str) -> None:
    assert send(browser, GOOD.encode(encoding)).count("Entered") == 2
    assert count(app) == 2
    again = send(browser, GOOD.encode(encoding))
    assert again.count("Already there") == 2
    assert count(app) == 2


def test_another_rate_of_a_month_corrects_it(app: Flask, browser: FlaskClient) -> None:
    send(browser, GOOD)
    assert "Entered" in send(browser, GOOD.replace("1.27", "1.28"))
    assert "£1 = USD 1.28" in browser.get("/rates").text
    assert count(app) == 2


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
def test_a_faulty_row_lets_nothing_in(app: Flask, browser: FlaskClient, row: str, fault: str) -> None:
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
def test_what_is_no_list_is_told_why(browser: FlaskClient, content: str, words: str) -> None:
    assert words in send(browser, content)


def test_a_file_has_to_be_chosen(browser: FlaskClient) -> None:
    assert "Fill in: List of rates" in post(browser, "/rates/import").text


def test_the_claim_form_leads_to_the_table(app: Flask, browser: FlaskClient) -> None:
    with app.app_context():
        programme = db.session.scalars(unscoped(select(Programme.public_id), because="test")).first()
    assert 'href="/rates"' in browser.get(f"/programmes/{programme}/claims/new").text
    assert 'href="/rates"' in browser.get(f"/programmes/{programme}").text


def test_who_reads_money_reads_rates_and_enters_none(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        World(app).sign_in(client, "approver")
    assert client.get("/rates").status_code == 200
    assert "/rates/new" not in client.get("/rates").text
    assert client.get("/rates/new").status_code == 403
    assert client.get("/rates/import").status_code == 403
