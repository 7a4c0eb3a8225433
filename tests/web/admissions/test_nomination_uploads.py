"""Nomination uploads in the browser: upload, preview, correct, choose, commit, undo."""

import datetime as dt
import io
import re
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
import xlsxwriter
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from tests.support.naming import Desk, count, desk_in, tile
from tests.support.world import post
from training.domain.admissions import deactivation, nominations
from training.domain.identity import export_limits
from training.domain.identity.export_limits import ExportEvent
from training.domain.people import people
from training.kit.clock import day_began
from training.kit.db import db, transaction
from training.models.admissions.nomination_uploads import NominationBatch
from training.models.admissions.nominations import Nomination
from training.models.courses.cohorts import Cohort
from training.models.identity.audit import AuditEntry
from training.models.identity.jobs import Job
from training.models.people.people import InactiveReason, Person, ReviewedPair
from training.policy.scopes import unscoped
from training.work import runner

ARABIC = """الاسم,الاسم بالإنجليزية,الرتبة,الجنس,الرقم الوظيفي
أحمد كاظم,Ahmed Kadhim,نقيب,ذكر,4711
زينب حسن,Zainab Hassan,ملازم,أنثى,
علي سعد,Ali Saad,,سمك,
"""


@pytest.fixture
def desk(app: Flask, client: FlaskClient) -> Desk:
    return desk_in(app, client)


Statements = Callable[[], AbstractContextManager[list[str]]]
NEW, KNOWN, ALREADY, FAULTY, POSSIBLE, ASKED, THERE, LEFT_OUT = (
    "New: will be registered and nominated",
    "Known: will be nominated",
    "Nominated already",
    "Faulty",
    "Perhaps known: choose",
    "Asked about: say whether it counts",
    "There already: the same as another row",
    "No person: left out",
)


def test_arabic_file_is_previewed_and_nominated(app: Flask, desk: Desk) -> None:
    address, page = desk.preview(ARABIC.encode("windows-1256"))
    assert (tile(page, NEW), tile(page, ASKED)) == (2, 1)
    assert "Write female or male" in page
    assert count(app, Nomination) == 0
    page = desk.commit(address)
    assert "Nominated." in page
    assert count(app, Nomination) == 2
    roster = desk.browser.get(f"/cohorts/{desk.cohort}/roster").text
    assert "أحمد كاظم" in roster or "Ahmed Kadhim" in roster
    _again, page = desk.preview(ARABIC.encode())
    assert (tile(page, NEW), tile(page, ALREADY), tile(page, ASKED)) == (0, 2, 1)
    assert "No row of this file can be nominated as it is." in page


def test_unknown_headings_ask_for_columns(desk: Desk) -> None:
    answer = desk.send(b"A,B\nAhmed Kadhim,Captain\n")
    address = answer.headers["Location"]
    assert address.endswith("/columns")
    assert "Say which column has the names" in post(desk.browser, address, {"rank": "1"}).text
    answer = post(desk.browser, address, {"name_latin": "0", "rank": "1", "default": desk.organisation})
    page = desk.browser.get(answer.headers["Location"]).text
    assert tile(page, NEW) == 1


def test_faulty_row_is_corrected_in_place(app: Flask, desk: Desk) -> None:
    address, page = desk.preview(ARABIC.encode())
    assert f"{address}/rows/4" in page
    form = desk.browser.get(f"{address}/rows/4").text
    assert "Write female or male" in form
    answer = post(desk.browser, f"{address}/rows/4", {"name_native": "علي سعد", "sex": "male"})
    page = desk.browser.get(answer.headers["Location"]).text
    assert (tile(page, NEW), tile(page, ASKED)) == (3, 0)
    desk.commit(address, mode="whole")
    assert count(app, Nomination) == 3


def test_faulty_rows_are_downloaded_corrected_and_uploaded_again(desk: Desk) -> None:
    address, _page = desk.preview(ARABIC.encode())
    desk.commit(address)
    sent = desk.saved(address, "csv", outcome="asked_about").decode("utf-8-sig")
    assert "Write female or male" in sent
    assert sent.count("\n") == 2
    _again, page = desk.preview(sent.replace("سمك", "ذكر").encode())
    assert (tile(page, NEW), tile(page, ASKED)) == (1, 0)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_uploading_downloaded_rows_changes_nothing(app: Flask, desk: Desk, kind: str) -> None:
    """Acceptance test j, with a telephone number that looks like a formula."""
    address, _page = desk.preview(b"Name,Phone,Service number\nAhmed Kadhim,+964 770 1,007\n")
    desk.commit(address)
    people = count(app, Person)
    sent = desk.saved(address, kind)
    _again, page = desk.preview(sent)
    assert (tile(page, NEW), tile(page, KNOWN), tile(page, ALREADY), tile(page, FAULTY)) == (0, 0, 1, 0)
    assert "in the register:" not in page
    assert count(app, Person) == people


def test_all_or_nothing_commit_is_refused_with_a_faulty_row(app: Flask, desk: Desk) -> None:
    address, _page = desk.preview(ARABIC.encode())
    assert "1 row cannot be nominated, so none was" in desk.commit(address, mode="whole")
    assert count(app, Nomination) == 0


def test_outdated_preview_is_not_committed(app: Flask, desk: Desk) -> None:
    address, _page = desk.preview(ARABIC.encode())
    assert "Somebody else changed it" in desk.commit(address, version="0")
    assert count(app, Nomination) == 0


def test_late_file_is_refused_and_commits_after_the_deadline_moves(app: Flask, desk: Desk) -> None:
    address, _page = desk.preview(ARABIC.encode())
    _close_nominations(app, desk, dt.date(2026, 11, 1))
    page = desk.commit(address)
    assert "Nominations closed on" in page
    assert count(app, Nomination) == 0
    _close_nominations(app, desk, None)
    assert "Nominated." in desk.commit(address)
    assert count(app, Nomination) == 2


def _close_nominations(app: Flask, desk: Desk, on: dt.date | None) -> None:
    with app.app_context(), transaction() as session:
        session.execute(update(Cohort).where(Cohort.public_id == desk.cohort).values(nominations_until=on))


def test_rows_of_people_changed_since_the_preview_are_listed(app: Flask, desk: Desk) -> None:
    with app.app_context():
        person = desk.world.person("Ahmed Kadhim").public_id
    address, page = desk.preview(b"Name\nAhmed Kadhim\nZainab Hassan\n")
    assert (tile(page, NEW), tile(page, KNOWN)) == (1, 1)
    post(desk.browser, f"/people/{person}/edit", {"name_latin": "Ahmed Kadhim", "rank": "Major"})
    page = desk.commit(address)
    assert "people in these rows were changed, registered or nominated: 2." in page
    assert count(app, Nomination) == 0
    post(desk.browser, f"{address}/preview", page=address)
    assert "Nominated." in desk.commit(address)


def test_file_corrects_people_only_on_request(app: Flask, desk: Desk) -> None:
    with app.app_context():
        person = desk.world.person("Ahmed Kadhim").public_id
    address, page = desk.preview(b"Name,Rank,Unit\nAhmed Kadhim,Major,\n")
    assert "in the register:" in page
    desk.commit(address)
    assert "Major" not in desk.browser.get(f"/people/{person}").text
    post(desk.browser, f"{address}/undo", {})
    address, _page = desk.preview(b"Name,Rank,Unit\nAhmed Kadhim,Major,\n")
    desk.commit(address, corrects="yes")
    assert "Major" in desk.browser.get(f"/people/{person}").text
    post(desk.browser, f"{address}/undo", {})
    assert "Major" not in desk.browser.get(f"/people/{person}").text


def test_commit_can_be_undone_until_its_nominations_are_acted_on(app: Flask, desk: Desk) -> None:
    before = count(app, Person)
    address, _page = desk.preview(ARABIC.encode())
    desk.commit(address)
    assert count(app, Person) == before + 2
    assert "are removed" in desk.browser.get(f"{address}/undo").text
    post(desk.browser, f"{address}/undo", {})
    assert "Undone" in desk.browser.get(address).text
    assert (count(app, Person), count(app, Nomination)) == (before, 0)
    address, _page = desk.preview(ARABIC.encode())
    desk.commit(address)
    with app.app_context():
        nomination = db.session.scalars(unscoped(select(Nomination), because="test")).first()
        assert nomination
        with transaction():
            nominations.shortlist(nomination, desk.world.actor("uk"))
    assert "1 nomination of this file has been processed" in post(desk.browser, f"{address}/undo", {}).text
    assert count(app, Nomination) == 2


def test_records_of_other_organisations_are_hidden(app: Flask, desk: Desk) -> None:
    """References, files, rows and people of another organisation are treated as unknown."""
    for reference in (desk.foreign, "0123456789ab"):
        address, page = desk.preview(f"Name,Reference\nCanary Erbil,{reference}\n".encode())
        assert "No person in your organisations has this reference" in page
    address, page = desk.preview(b"Name,Organisation\nCanary Erbil,Directorate of Combating Human Trafficking\n")
    assert "None of your organisations has this name" in page
    _address, page = desk.preview(b"Name\nCanary Erbil\n")
    assert tile(page, NEW) == 1
    other = app.test_client()
    desk.world.sign_in(other, "kri")
    for path in (address, f"{address}/rows/2", f"{address}/rows/2/whom", f"{address}/undo"):
        assert other.get(path).status_code == 404
    assert post(other, f"{address}/rows.csv", page="/account").status_code == 404


def test_row_download_is_audited_and_counts_towards_the_export_limit(app: Flask, desk: Desk) -> None:
    address, _page = desk.preview(ARABIC.encode())
    desk.saved(address, "csv")
    with app.app_context():
        by = desk.world.actor("iraq")
        taken = db.session.scalars(select(AuditEntry).where(AuditEntry.action == ExportEvent.NOMINEES)).one()
        assert (taken.user_id, taken.details) == (by.user_id, {"rows": 3})
        for _ in range(export_limits.MOST_A_DAY - 1):
            with transaction():
                export_limits.note(ExportEvent.PEOPLE, 1, by, day_began())
    over = post(desk.browser, f"{address}/rows.csv", page=address)
    assert over.status_code == 302
    assert "which is the most: go on tomorrow" in desk.browser.get(over.location).text


def test_templates_are_accepted(desk: Desk) -> None:
    for language in ("en", "ar", "ckb"):
        empty = desk.browser.get(f"/nominations/template-{language}.csv").data.decode("utf-8-sig").strip()
        filled = empty + "\n" + "Ahmed Kadhim,أحمد كاظم,,نقيب,,,,,\n"
        _address, page = desk.preview(filled.encode())
        assert tile(page, NEW) == 1, language
        assert "Columns that are not read" not in page
        assert desk.browser.get(f"/nominations/template-{language}.xlsx").data.startswith(b"PK")
    assert desk.browser.get("/nominations/template-fr.csv").status_code == 404


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no row below its headings"),
        (b"Name\n", "no row below its headings"),
        (b"<html><table></table></html>", "web page"),
        (",".join(f"Heading {number}" for number in range(200)).encode() + b"\nx\n" * 3, "more than 100 columns"),
        (b"PK\x03\x04 no archive", "cannot be read"),
        (b"Name\n" + b"x\n" * 20_001, "more than 20,000 rows"),
    ],
)
def test_unreadable_file_is_refused_with_the_reason(app: Flask, desk: Desk, content: bytes, words: str) -> None:
    answer = desk.send(content)
    assert answer.status_code == 200
    assert words in answer.text


def test_invalid_and_unusual_names(desk: Desk) -> None:
    rows = ["\U0001f600", "   ", "x" * 201, "<b>Ali</b>", "\u202eAhmed\u202c \u200fKadhim", "A"]
    _address, page = desk.preview(("Name,Rank\n" + "".join(f"{name},Major\n" for name in rows)).encode())
    assert (tile(page, NEW), tile(page, ASKED), tile(page, FAULTY)) == (2, 1, 3)
    assert "<b>Ali</b>" not in page
    assert "\u202e" not in page


def test_two_rows_of_the_same_person_are_reported(desk: Desk) -> None:
    content = "Name,Service number\nAhmed Kadhim,\nAhmed  Kadhim,\nAli,7\nHassan,7\nAhmed Kadhim,8\n"
    _address, page = desk.preview(content.encode())
    assert "Row 2 means the same person" in page
    assert "Perhaps the same person as row 4" in page, "one number under two names"
    assert (tile(page, THERE), tile(page, POSSIBLE), tile(page, FAULTY)) == (1, 1, 1)


def test_title_above_the_headings_is_skipped(desk: Desk) -> None:
    _address, page = desk.preview("وزارة الداخلية,,\n,,\nت,الاسم,الرتبة\n1,أحمد كاظم,نقيب\n".encode())
    assert tile(page, NEW) == 1
    assert ">4</th>" in page


def test_user_decides_whether_similar_names_are_one_person(app: Flask, desk: Desk) -> None:
    """Acceptance test e: أحمد and احمد are offered as one person, and the decision is remembered."""
    desk.commit(desk.preview("الاسم\nأحمد كاظم جبار\nزينب حسن علي\n".encode())[0])
    people = count(app, Person)
    address, page = desk.preview("الاسم,الرتبة\nاحمد كاظم جبار,نقيب\nزینب حسن علي,\n".encode())
    assert tile(page, POSSIBLE) == 2
    assert "No row of this file can be nominated as it is." in page
    form = desk.browser.get(f"{address}/rows/2/whom").text
    assert "أحمد كاظم جبار" in form
    known = re.search(r'name="whom" type="radio" value="([0-9a-z]{12})"', form)
    assert known
    answer = post(desk.browser, f"{address}/rows/2/whom", {"whom": known[1]})
    assert answer.headers["Location"] == f"{address}/rows/3/whom", "the next row that needs somebody"
    page = desk.browser.get(address).text
    assert (tile(page, POSSIBLE), tile(page, ALREADY)) == (1, 1)
    page = desk.browser.get(post(desk.browser, f"{address}/rows/3/whom", {"whom": "nobody"}).headers["Location"]).text
    assert (tile(page, POSSIBLE), tile(page, NEW)) == (0, 1)
    desk.commit(address)
    assert count(app, Person) == people + 1
    assert count(app, ReviewedPair) == 1
    _again, page = desk.preview("الاسم,الرتبة\nاحمد كاظم جبار,نقيب\nزینب حسن علي,\n".encode())
    assert (tile(page, POSSIBLE), tile(page, ALREADY)) == (0, 2)


def test_query_count_does_not_grow_with_rows(desk: Desk, statements: Statements) -> None:
    asked = []
    for rows in (10, 400):
        content = "Name,Service number\n" + "".join(f"Officer {one},{rows}-{one}\n" for one in range(rows))
        address, _page = desk.preview(content.encode())
        with statements() as seen:
            desk.browser.get(address)
        asked.append(len(seen))
    assert asked[0] == asked[1]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("language", ["en", "ar", "ckb"])
def test_exported_list_of_people_is_matched_completely(app: Flask, desk: Desk, kind: str, language: str) -> None:
    """Acceptance test j: no one is new or corrected, in any language of the list."""
    content = (
        "Name,Name (Arabic),Sex,Languages,Rank\nAhmed Kadhim,أحمد كاظم,m,Arabic and Sorani,Captain\nZainab,,f,en,\n"
    )
    desk.commit(desk.preview(content.encode())[0])
    with desk.browser.session_transaction() as session:
        session["language"] = language
    sent = post(desk.browser, f"/people/table.{kind}", {"words": ""}, page="/people")
    assert sent.status_code == 200
    people = count(app, Person)
    with desk.browser.session_transaction() as session:
        session["language"] = "en"
    _address, page = desk.preview(sent.data)
    assert (tile(page, NEW), tile(page, POSSIBLE), tile(page, FAULTY), tile(page, ALREADY)) == (0, 0, 0, 2)
    assert "in the register:" not in page
    assert count(app, Person) == people


def test_languages_are_accepted_in_many_spellings(desk: Desk) -> None:
    rows = ["Arabic; English", "العربية والكردية السورانية", "عەرەبی، ئینگلیزی", "ar ckb", "Klingon", "Kurdish"]
    content = "Name,Languages\n" + "".join(f'Officer {one},"{said}"\n' for one, said in enumerate(rows))
    _address, page = desk.preview(content.encode())
    assert page.count("A language is not known") == 2


def _workbook(**sheets: list[list[str]]) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return file.getvalue()


def test_page_names_the_sheet_read_of_a_workbook(desk: Desk) -> None:
    content = _workbook(
        Cover=[["Ministry of Interior"], ["Nominations"]],
        Baghdad=[["Name"], ["Ahmed Kadhim"]],
        Basra=[["Name"], ["Zainab Hassan"], ["Ali Saad"]],
    )
    _address, page = desk.preview(content)
    assert tile(page, NEW) == 1, "the first sheet with a heading of names, not the cover"
    assert "<bdi>Baghdad</bdi>" in page
    assert "<bdi>Basra</bdi>: 3 rows" in page
    assert "<bdi>Cover</bdi>: 2 rows" in page
    _address, page = desk.preview(content, sheet="basra")
    assert tile(page, NEW) == 2
    assert "It has: Cover, Baghdad, Basra" in desk.send(content, sheet="Mosul").text


def test_first_row_of_file_without_headings_is_nominated(app: Flask, desk: Desk) -> None:
    address = desk.send(b"Ahmed Kadhim,Captain\nZainab Hassan,Major\n").headers["Location"].removesuffix("/columns")
    columns = {"name_latin": "0", "rank": "1", "default": desk.organisation}
    post(desk.browser, f"{address}/columns", columns | {"is_first_person": "yes"})
    assert tile(desk.browser.get(address).text, NEW) == 2
    post(desk.browser, f"{address}/columns", columns)
    assert tile(desk.browser.get(address).text, NEW) == 1, "and it may be said otherwise again"
    post(desk.browser, f"{address}/columns", columns | {"is_first_person": "yes"})
    desk.commit(address, mode="whole")
    assert "Ahmed Kadhim" in desk.browser.get(f"/cohorts/{desk.cohort}/roster").text
    assert count(app, Nomination) == 2


def test_rows_above_the_headings_are_reported(desk: Desk) -> None:
    _address, page = desk.preview(b"Ali Saad,\nName,Rank\nAhmed Kadhim,Captain\n")
    assert "The headings are in row 2; rows above it are ignored." in page


def test_unclosed_quotation_mark_is_refused_with_its_line(app: Flask, desk: Desk) -> None:
    answer = desk.send(b'Name,Rank\nAhmed Kadhim,Captain\n"Ali Saad,Major\nZainab Hassan,Captain\n')
    assert "A quotation mark in line 3 of the file is not closed" in answer.text
    assert count(app, NominationBatch) == 0


TWICE = "Name\nKadhim Jasim Al-Saadi\nكاظم جاسم الساعدي\nAhmed Ali\n"


def test_repeated_person_needs_a_decision_and_is_left_out_once(app: Flask, desk: Desk) -> None:
    address, page = desk.preview(TWICE.encode())
    assert (tile(page, NEW), tile(page, POSSIBLE)) == (2, 1)
    assert "Perhaps the same person as row 2" in page
    form = desk.browser.get(f"{address}/rows/3/whom").text
    assert "Kadhim Jasim Al-Saadi" in form
    assert "The same person as row 2: leave this row out" in form
    post(desk.browser, f"{address}/rows/3/whom", {"whom": "row-2"})
    page = desk.commit(address, mode="whole")
    assert count(app, Nomination) == 2
    assert tile(page, "Registered and nominated") == 2
    _again, page = desk.preview(TWICE.encode())
    assert (tile(page, NEW), tile(page, POSSIBLE), tile(page, ALREADY)) == (0, 0, 2)


def test_rows_marked_as_different_people_are_not_offered_again(app: Flask, desk: Desk) -> None:
    address, _page = desk.preview(TWICE.encode())
    post(desk.browser, f"{address}/rows/3/whom", {"whom": "nobody"})
    desk.commit(address)
    assert count(app, Nomination) == 3
    assert count(app, ReviewedPair) == 1
    assert "Kadhim" not in desk.browser.get("/people/duplicates").text


def test_telephones_and_emails_are_validated_as_in_the_form(desk: Desk) -> None:
    content = "Name,Phone,E-mail\nAhmed Kadhim,abc,\nZainab Hassan,,notmail\nAli Saad,٠٧٧٠ ١٢٣ ٤٥٦٧,ali@example.org\n"
    _address, page = desk.preview(content.encode())
    assert (tile(page, NEW), tile(page, ASKED)) == (1, 2)
    assert "Write a telephone number" in page
    assert "Write an e-mail address" in page


def test_too_long_text_is_refused_with_its_limit(desk: Desk) -> None:
    _address, page = desk.preview(f"Name,Rank\nAhmed Kadhim,{'x' * 101}\n".encode())
    assert "The text is too long: use 100 characters or fewer" in page


def test_correction_form_shows_the_original_cell(desk: Desk) -> None:
    address, _page = desk.preview("Name,Languages\nAhmed Kadhim,كردية\n".encode())
    assert "<bdi>كردية</bdi>" in desk.browser.get(f"{address}/rows/2").text


def test_correction_leads_to_the_next_row_that_needs_attention(desk: Desk) -> None:
    rows = ("Ahmed Kadhim,qq", "Zainab Hassan,f", "Ali Saad,yy", "Karim Jabbar,zz", "كريم جبار,")
    address, page = desk.preview(("Name,Sex\n" + "\n".join(rows)).encode())
    assert f"{address}?outcome=asked_about" in page, "a count leads to what it counts"
    first = desk.browser.get(f"{address}/rows/next").headers["Location"]
    assert first == f"{address}/rows/2"
    kept = f"{address}/rows/4?outcome=asked_about"
    answer = post(desk.browser, kept, {"name_latin": "Ali Saad", "sex": "male"})
    assert answer.headers["Location"] == f"{address}/rows/5?outcome=asked_about"
    answer = desk.browser.get(f"{address}/rows/next?after=5&outcome=asked_about")
    assert answer.headers["Location"] == f"{address}?outcome=asked_about", "who leaves the last is led back to the list"
    for number, name in ((2, "Ahmed Kadhim"), (5, "Karim Jabbar")):
        answer = post(desk.browser, f"{address}/rows/{number}?outcome=asked_about", {"name_latin": name, "sex": "male"})
    assert answer.headers["Location"] == address
    page = desk.browser.get(address).text
    assert "No rows of this kind are left to correct." in page
    assert (tile(page, NEW), tile(page, POSSIBLE), tile(page, FAULTY)) == (4, 1, 0)
    answer = post(desk.browser, f"{address}/rows/6/whom", {"whom": "nobody"})
    assert answer.headers["Location"] == address


def test_row_of_large_file_is_corrected_without_a_job(app: Flask, desk: Desk) -> None:
    """No job is started, although a file of this size is previewed by a job."""
    lines = "".join(f"Officer {number},{number}\n" for number in range(600))
    address = desk.send(("Name,Service number,Sex\n" + lines + "Zainab Hassan,,qq\n").encode()).headers["Location"]
    with app.app_context():
        runner.do_waiting("a worker")
        asked = db.session.scalar(select(func.count()).select_from(Job))
    assert tile(desk.browser.get(address).text, ASKED) == 1
    post(desk.browser, f"{address}/rows/602", {"name_latin": "Zainab Hassan", "sex": "female"})
    page = desk.browser.get(address).text
    assert (tile(page, NEW), tile(page, ASKED)) == (601, 0)
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Job)) == asked


def test_unknown_organisation_is_resolved_once_for_all_rows(app: Flask, desk: Desk) -> None:
    lines = "".join(f"{name},قيادة قوات الحدود\n" for name in ("Ahmed Kadhim", "Zainab Hassan", "Ali Saad"))
    address, page = desk.preview(("Name,Organisation\n" + lines + "Karim Jabbar,Canary\n").encode())
    assert tile(page, FAULTY) == 4
    assert "Say which organisations are meant in 4 rows" in page
    form = desk.browser.get(f"{address}/organisations").text
    field = re.search(r'for="(name_[0-9a-f]{16})">\s*قيادة قوات الحدود \(3 rows\)', form)
    assert field
    post(desk.browser, f"{address}/organisations", {field[1]: desk.organisation})
    page = desk.browser.get(address).text
    assert (tile(page, NEW), tile(page, FAULTY)) == (3, 1)
    desk.commit(address)
    assert count(app, Nomination) == 3
    assert desk.browser.get(f"{address}/organisations").status_code == 302, "there is nothing to ask any more"


def test_deactivated_candidate_is_offered_with_the_reason(app: Flask, desk: Desk) -> None:
    with app.app_context():
        gone = desk.world.person("Kadhim Jasim")
        with transaction():
            stranger = db.session.scalars(
                unscoped(select(Person).where(Person.public_id == desk.foreign), because="test")
            ).one()
            people.correct(stranger, people.Particulars("Kadhim Jasim", ""), desk.world.actor("uk"))
            for one in (gone, stranger):
                deactivation.deactivate(one, InactiveReason.DIED, desk.world.actor("uk"))
        ids = gone.public_id, stranger.public_id
    address, page = desk.preview("الاسم\nكاظم جاسم\n".encode())
    assert tile(page, POSSIBLE) == 1
    form = desk.browser.get(f"{address}/rows/2/whom").text
    assert "Deactivated: Died. The record will be reactivated" in form
    assert ids[1] not in form, "and nobody of others"
    post(desk.browser, f"{address}/rows/2/whom", {"whom": ids[0]})
    desk.commit(address)
    assert count(app, Nomination) == 1
    assert "This record is deactivated" not in desk.browser.get(f"/people/{ids[0]}").text


def test_candidate_already_nominated_is_marked(desk: Desk) -> None:
    desk.commit(desk.preview("الاسم\nأحمد كاظم جبار\n".encode())[0])
    address, _page = desk.preview("الاسم,الرتبة\nاحمد كاظم جبار,نقيب\n".encode())
    assert "Nominated for this cohort already" in desk.browser.get(f"{address}/rows/2/whom").text
