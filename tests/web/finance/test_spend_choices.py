"""Choices about the rows of a spend file: groups, ticked rows, money back, faulty rows given back as a file."""

import csv
import datetime as dt
import io
import re
import zipfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from html import unescape
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.domain.finance.test_spend_uploads import Office, claimed
from tests.support.world import World, post
from tests.web.finance.test_spend_uploads import Desk
from training.domain.finance import programmes
from training.kit import tables
from training.kit.db import db, transaction
from training.models.finance.ledger import LedgerEntry
from training.policy.scopes import unscoped
from training.queries.finance import entries, ledger_check

_TAG = re.compile(r"<[^>]*>")
HEADINGS = "Date,Amount,Supplier,Commitment"


@pytest.fixture
def office(app: Flask, client: FlaskClient, tmp_path: Path) -> Office:
    with app.app_context():
        office = Office(World(app), 1_000_00, tmp_path)
        office.world.sign_in(client, "uk")
        return office


@pytest.fixture
def desk(app: Flask, client: FlaskClient, office: Office) -> Desk:
    with app.app_context():
        programme = office.world.programme("SPEND").public_id
        commitment = entries.commitment_by_key(office.key).public_id
        return Desk(client, office.world, programme, commitment)


def preview(desk: Desk, *lines: str, **columns: str) -> str:
    return desk.preview("\n".join([HEADINGS, *lines]).encode(), commitment="3", **({"otherwise": ""} | columns))


def words(page: str) -> str:
    """Return what a reader reads of a page or of a part of it, in one line."""
    return re.sub(r" ([,.:)])", r"\1", " ".join(unescape(_TAG.sub(" ", page)).split()))


def entry_named(public_id: str) -> LedgerEntry:
    statement = select(LedgerEntry).where(LedgerEntry.public_id == public_id)
    return db.session.scalars(unscoped(statement, because="test")).one()


def groups(page: str) -> list[str]:
    """Return the headings of the groups of a preview."""
    return [words(text) for text in re.findall(r'<h3[^>]*id="group-[^>]*>(.*?)</h3>', page, re.DOTALL)]


def choose(desk: Desk, show: str, **form: object) -> str:
    answer = post(desk.browser, f"{show}/rows", form, page=show)
    return desk.browser.get(answer.headers["Location"]).text


def test_preview_names_both_periods_and_groups_the_rows(desk: Desk) -> None:
    show = preview(
        desk, "2019-12-01,500,A,", "2021-01-05,40,B,", "2020-10-05,5,C,", f"2020-10-06,7,D,{desk.commitment}"
    )
    page = desk.browser.get(show).text
    assert "The programme lasts from 1 January 2020 to 31 December 2020." in words(page)
    assert "The dates of the file: 1 December 2019 to 5 January 2021." in words(page)
    assert groups(page) == [
        "Will be created: 1 row, £7.00",
        "The date is outside the programme: 2 rows, £540.00",
        "No commitment is named: 1 row, £5.00",
    ]
    assert "3 rows have no commitment." in words(page)


def test_all_rows_of_a_group_are_taken_from_a_commitment(app: Flask, desk: Desk) -> None:
    show = preview(desk, "2020-10-05,5,A,", "2020-10-06,6,B,nosuch", "2019-10-06,7,C,")
    page = choose(desk, show, group="no_commitment", choice="commit", commitment=desk.commitment)
    assert "1 row was changed." in page
    page = choose(desk, show, group="commitment_unknown", choice="commit", commitment=desk.commitment)
    assert groups(page)[0] == "Will be created: 2 rows, £11.00"
    post(desk.browser, f"{show}/propose", page=show)
    with app.app_context():
        assert claimed() == (2, 11_00)


def test_single_row_is_left_out_and_taken_in_again(desk: Desk) -> None:
    show = preview(desk, f"2020-10-05,5,A,{desk.commitment}", f"2020-10-06,6,B,{desk.commitment}")
    page = choose(desk, show, row=["3"], choice="not_ours")
    assert groups(page) == ["Will be created: 1 row, £5.00", "Not ours: 1 row, £6.00"]
    page = choose(desk, show, group="not_ours", choice="take_in")
    assert groups(page) == ["Will be created: 2 rows, £11.00"]


def test_choices_about_rows_outlive_another_choice_of_columns(desk: Desk) -> None:
    show = preview(desk, f"2020-10-05,5,A,{desk.commitment}", f"2020-10-06,6,B,{desk.commitment}")
    choose(desk, show, row=["3"], choice="not_ours")
    columns = {"date": "0", "amount": "1", "payee": "2", "otherwise": desk.commitment}
    post(desk.browser, f"{show}/columns", columns)
    assert groups(desk.browser.get(show).text) == ["Will be created: 1 row, £5.00", "Not ours: 1 row, £6.00"]


def test_row_outside_the_programme_stays_faulty_when_it_names_a_commitment(desk: Desk) -> None:
    show = preview(desk, "2019-10-05,5,A,")
    page = choose(desk, show, row=["2"], choice="commit", commitment=desk.commitment)
    assert groups(page) == ["The date is outside the programme: 1 row, £5.00"]
    assert "no commitment." not in words(page)


def test_rows_of_another_programme_become_its_file(app: Flask, desk: Desk) -> None:
    with app.app_context(), transaction():
        programmes.load(
            programmes.Published(
                "EARLIER", programmes.Title("Spend of 2019"), 1_00, dt.date(2019, 1, 1), dt.date(2019, 12, 31), ()
            )
        )
    with app.app_context():
        earlier = desk.world.programme("EARLIER").public_id
    show = preview(desk, "2019-12-01,500,A,", "2019-12-02,40,B,", f"2020-10-06,7,D,{desk.commitment}")
    page = choose(desk, show, group="outside_programme", choice="move", programme=earlier)
    assert "Match the columns" in page
    assert "The file has 2 rows." in page
    assert "Spend of 2019" in page
    assert "The programme has no open commitment with money outstanding" in words(page)
    assert groups(desk.browser.get(show).text) == [
        "Will be created: 1 row, £7.00",
        "Moved to another programme: 2 rows, £540.00",
    ]


def test_number_taken_for_a_day_is_asked_about(desk: Desk) -> None:
    show = preview(desk, f"44109,5,A,{desk.commitment}")
    page = desk.browser.get(show).text
    assert "44109 (5 October 2020)" in words(page).replace("( ", "(")
    assert "Propose the" not in page
    page = choose(desk, show, group="date_number", choice="accept")
    assert groups(page) == ["Will be created: 1 row, £5.00"]


def test_sum_is_compared_before_the_rows_are_offered(desk: Desk) -> None:
    show = preview(desk, f"2020-10-05,900,A,{desk.commitment}", f"2020-10-05,100.01,B,{desk.commitment}")
    page = desk.browser.get(show).text
    assert "Propose the" not in page
    said = words(page)
    assert "the rows come to £1,000.01, £1,000.00 is outstanding, £0.01 is missing" in said
    assert f"/commitments/{desk.commitment}/top-up" in page
    page = choose(desk, show, row=["3"], choice="not_ours")
    assert "Propose the good row" in page


def test_choice_without_rows_or_target_is_refused_in_words(desk: Desk) -> None:
    show = preview(desk, "2020-10-05,5,A,")
    assert "Choose at least one row" in choose(desk, show, choice="not_ours")
    assert "Choose a commitment" in choose(desk, show, row=["2"], choice="commit")
    assert "Choose a programme" in choose(desk, show, row=["2"], choice="move")
    assert "None of these rows can be changed this way" in choose(desk, show, row=["77"], choice="not_ours")
    for none in ("x", "9" * 400_000):
        answer = choose(desk, show, row=["2", none], choice="not_ours")
        assert "Nothing was done" in answer or "Choose from the answers in the list" in answer
        assert len(answer) < 30_000
    many = choose(desk, show, row=[str(number) for number in range(51)], choice="not_ours")
    assert "More was chosen than the list shows. Nothing was done: choose again" in many


def test_choices_end_when_the_rows_were_proposed(desk: Desk) -> None:
    show = preview(desk, f"2020-10-05,5,A,{desk.commitment}")
    token = desk.browser.get(show).text
    assert 'name="choice"' in token
    post(desk.browser, f"{show}/propose", page=show)
    assert 'name="choice"' not in desk.browser.get(show).text
    page = post(desk.browser, f"{show}/rows", {"row": ["2"], "choice": "not_ours"}, page=f"{show}/withdraw")
    assert "The rows of this file were proposed already" in desk.browser.get(page.headers["Location"]).text


def faulty(desk: Desk, show: str, kind: str, language: str = "en") -> bytes:
    if language != "en":
        post(desk.browser, "/language", {"language": language, "next": "/"}, page="/account")
    return desk.browser.get(f"{show}/faulty.{kind}").data


def test_faulty_rows_come_back_as_a_file_with_the_reason(desk: Desk) -> None:
    show = preview(desk, "2020-10-05,much,=1+1,", f"2020-10-06,7,D,{desk.commitment}", "2020-10-07,-5,E,")
    rows = list(csv.reader(io.StringIO(faulty(desk, show, "csv").decode("utf-8-sig"))))
    assert rows == [
        [*HEADINGS.split(","), "Row", "What is wrong"],
        ["2020-10-05", "much", "'=1+1", "", "2", "The amount is missing or cannot be read: much"],
        ["2020-10-07", "'-5", "E", "", "4", "Money back: -5"],
    ]
    book = faulty(desk, show, "xlsx")
    assert tables.read(io.BytesIO(book)).rows[0].cells[2] == "=1+1"
    with zipfile.ZipFile(io.BytesIO(book)) as parts:
        assert b"<f>" not in parts.read("xl/worksheets/sheet1.xml")
    again = desk.preview(faulty(desk, show, "csv"), commitment="3", otherwise="")
    assert groups(desk.browser.get(again).text) == [
        "Money back: 1 row, £5.00",
        "The amount is missing or cannot be read: 1 row, £0.00",
    ]


def test_faulty_row_that_comes_again_is_not_taken_for_its_twin(app: Flask, desk: Desk) -> None:
    good = f"2020-10-05,5,A,{desk.commitment}"
    show = preview(desk, good, "2020-10-05,5,A,nosuch", good)
    back = faulty(desk, show, "csv", "ar").decode("utf-8-sig").replace("nosuch", desk.commitment)
    assert "الرقم بين الدفعات المتماثلة" in back.splitlines()[0]
    post(desk.browser, f"{show}/propose", page=show)
    again = desk.preview(back.encode(), commitment="3", otherwise="", nth="6")
    post(desk.browser, "/language", {"language": "en", "next": "/"}, page="/account")
    page = desk.browser.get(again).text
    assert groups(page) == ["Will be created: 1 row, £5.00"]
    assert "Similar to another claim" in page
    post(desk.browser, f"{again}/propose", {"are_others": "yes"}, page=again)
    with app.app_context():
        assert claimed() == (3, 15_00)


def test_money_back_is_offered_against_its_payment(app: Flask, office: Office, desk: Desk) -> None:
    """A part, then the rest; the same file again knows both."""
    paid = f"2020-10-05,300,A Hotel,{desk.commitment}"
    show = preview(desk, paid, f"2020-10-06,70,Printers,{desk.commitment}")
    post(desk.browser, f"{show}/propose", page=show)
    for claim in dict.fromkeys(re.findall(r"/claims/(\w+)", desk.browser.get(show).text)):
        entry = re.findall(r"/entries/(\w+)", desk.browser.get(f"/claims/{claim}").text)[0]
        with app.app_context():
            desk.world.approve(entry_named(entry))
    back = preview(desk, "2020-10-20,-100,A HOTEL,", "2020-10-21,(200.00),a hotel,", "2020-10-22,-900,A Hotel,")
    page = desk.browser.get(f"{back}?group=money_back").text
    assert page.count("Choose the payment") == 3
    page = desk.browser.get(f"{back}/rows/4/payment").text
    assert "No approved payment before that day has as much left" in page
    form = desk.browser.get(f"{back}/rows/2/payment").text
    assert "£300.00" in form
    assert "Printers" not in words(form)
    for number in (2, 3):
        offered = desk.browser.get(f"{back}/rows/{number}/payment").text
        [payment] = re.findall(r'name="payment" type="radio" value="(\w+)"', offered)
        key = re.findall(r'name="key"[^>]*value="([^"]+)"', offered)[0]
        answer = post(
            desk.browser,
            f"{back}/rows/{number}/payment",
            {"payment": payment, "reason": "credit note", "key": key},
        )
        entry = answer.headers["Location"].rpartition("/")[2]
        with app.app_context():
            desk.world.approve(entry_named(entry))
            kind = entry_named(entry).kind.value
        assert kind == {2: "refund", 3: "reverse"}[number]
    with app.app_context():
        assert entries.commitment_by_key(office.key).spent == 70_00
        assert ledger_check.discrepancies() == []
    columns = {"date": "0", "amount": "1", "payee": "2", "otherwise": desk.commitment}
    post(desk.browser, f"{back}/columns", columns)
    assert groups(desk.browser.get(back).text) == [
        "Money back: 1 row, £900.00",
        "Money back, proposed: 2 rows, £300.00",
    ]
    again = preview(desk, "2020-10-20,-100,A HOTEL,", "2020-10-23,-1,A Hotel,")
    assert groups(desk.browser.get(again).text) == ["Already there: 1 row, £100.00", "Money back: 1 row, £1.00"]
    gone = desk.browser.get(f"{back}/rows/2/payment", follow_redirects=True).text
    assert "no money back that is still to be proposed" in gone


def test_statements_do_not_grow_with_rows_and_groups(
    desk: Desk, statements: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    asked = []
    for rows in (10, 500):
        lines = [f"{2019 + number % 2}-10-05,{number + 1},Supplier," for number in range(rows)]
        show = preview(desk, *lines)
        with statements() as seen:
            assert desk.browser.get(show).status_code == 200
        asked.append(len(seen))
    assert asked[0] == asked[1]
