"""Files of names as people really send them (tests/data/field_cases): none makes a person that nobody meant."""

import io
import re
from pathlib import Path

import pytest
import xlsxwriter
from flask import Flask
from sqlalchemy import select

from tests.support.naming import Desk, count, desk_in, tile
from tests.support.world import post
from training.kit.db import db
from training.models.admissions.nomination_uploads import NominationBatch, NominationRow
from training.models.admissions.nominations import Nomination
from training.models.identity.audit import AuditEntry
from training.models.people.people import Person
from training.policy.scopes import unscoped

pytestmark = pytest.mark.usefixtures("eve")
CASES = Path(__file__).parents[2] / "data" / "field_cases"
NEW, KNOWN, FAULTY, POSSIBLE, ASKED, THERE, LEFT_OUT = (
    "New: will be registered and nominated",
    "Known: will be nominated",
    "Faulty",
    "Perhaps known: choose",
    "Asked about: say whether it counts",
    "There already: the same as another row",
    "No person: left out",
)


@pytest.fixture
def desk(sqlite_app: Flask) -> Desk:
    """Return a coordinator whose organisation has nominated the people of the first file."""
    return desk_in(sqlite_app, sqlite_app.test_client())


@pytest.fixture
def known(desk: Desk) -> Desk:
    desk.commit(desk.preview(case("00"))[0])
    return desk


def case(number: str) -> bytes:
    [path] = CASES.glob(f"{number}-*")
    return path.read_bytes()


def text(*lines: str) -> bytes:
    return "\n".join(lines).encode()


def figures(page: str) -> dict[str, int]:
    return {
        label: number
        for label in (NEW, KNOWN, FAULTY, POSSIBLE, ASKED, THERE, LEFT_OUT)
        if (number := tile(page, label))
    }


def people(desk: Desk) -> list[Person]:
    with desk.world.app.app_context():
        everybody = select(Person).order_by(Person.id)
        return list(db.session.scalars(unscoped(everybody, because="test")))


def last_rows(desk: Desk) -> list[NominationRow]:
    with desk.world.app.app_context():
        newest = select(NominationBatch.id).order_by(NominationBatch.id.desc()).limit(1).scalar_subquery()
        rows = select(NominationRow).where(NominationRow.batch_id == newest).order_by(NominationRow.number)
        return list(db.session.scalars(unscoped(rows, because="test")))


# Numbers


@pytest.mark.parametrize(
    "content",
    [
        case("01"),
        text("Name;Service number", "Layth Nizar Hamid;1,99012E+17", "Qusay Badr Yunis;1,99012E+17"),
        text("الاسم,الرقم الوظيفي", "ليث نزار حميد,١٫٩٩٠١٢E+١٧", "قصي بدر يونس,########"),
        text("Name,Service number", "Layth Nizar Hamid,199012345678901000", "Qusay Badr Yunis,199012345678902000"),
    ],
)
def test_number_rounded_by_a_spreadsheet_identifies_nobody(desk: Desk, content: bytes) -> None:
    _address, page = desk.preview(content)
    assert figures(page) == {FAULTY: 2}
    assert "rounded by a spreadsheet: write the whole number" in page


@pytest.mark.parametrize(
    "nothing",
    ["N/A", "n/a", "-", "—", "لا يوجد", "لايوجد", "000000", "0", "#N/A", "نییە", "none", "؟", "tbc", "00-00", "ـ"],
)
def test_placeholder_is_no_number(desk: Desk, nothing: str) -> None:
    address, page = desk.preview(
        text("Name,Service number", f"Tahsin Maan Dawud,{nothing}", f"Rafid Amer Habib,{nothing}")
    )
    assert figures(page) == {NEW: 2}
    desk.commit(address)
    assert [one.service_number for one in people(desk)[-2:]] == ["", ""]
    _again, page = desk.preview(text("Name,Service number", f"Sinan Faris Idris,{nothing}"))
    assert figures(page) == {NEW: 1}


def test_placeholders_of_the_field_case_are_four_people(desk: Desk) -> None:
    assert figures(desk.preview(case("02"))[1]) == {NEW: 4}


def test_one_number_under_two_names_is_asked_about(known: Desk) -> None:
    _address, page = known.preview(text("Name,Service number", "Layth Nizar Hamid,F-101", "Qusay Badr Yunis,Q-1"))
    assert figures(page) == {POSSIBLE: 1, NEW: 1}
    address, page = known.preview(text("Name,Service number", "Layth Nizar Hamid,Q-7", "Qusay Badr Yunis,Q-7"))
    assert figures(page) == {NEW: 1, POSSIBLE: 1}
    post(known.browser, f"{address}/rows/3/whom", {"whom": "nobody"})
    assert tile(known.commit(address), "Registered and nominated") == 2


# Names


def test_rank_in_the_cell_of_the_name_is_taken_off_and_offered(known: Desk) -> None:
    _address, page = known.preview(case("03"))
    assert figures(page) == {POSSIBLE: 5}
    before = len(people(known))
    address, page = known.preview(text("Name", "Capt. Tahsin Maan Dawud"))
    assert figures(page) == {NEW: 1}
    known.commit(address)
    assert [(one.name_latin, one.rank) for one in people(known)[before:]] == [("Tahsin Maan Dawud", "Captain")]


@pytest.mark.parametrize(
    "name",
    [
        "Capt.Karrar Sattar Nuaman", "Karrar Sattar Nuaman, Lt Col", "Brig. Gen. Karrar Sattar Nuaman",
        "نقيب كرار ستار نعمان", "النقيب / كرار ستار نعمان", "كرار ستار نعمان (ملازم أول)", "د. كرار ستار نعمان",
        "نەقیب کەڕار سەتار نوعمان", "عميد ركن كرار ستار نعمان", "1- نقيب / كرار ستار نعمان", "رائد كرار ستار نعمان",
        "١. كرار ستار نعمان", "№ 4 Karrar Sattar Nuaman", "(3) Karrar Sattar Nuaman", "1- Karrar Sattar Nuaman",
        "Karrar Sattar Nuaman al-Jubouri", "كرار ستار نعمان الجبوري", "Karrar Sattar Nuaman Rahim Al-Jubouri",
        "Ghaithallah Munir Salman", "غيثالله منير سلمان", "Ghaith Allah Munir Salman Al-Saadi",
        "\ufedb\ufeae\ufe8d\ufead ستار نعمان",
    ],
)  # fmt: skip
def test_known_person_is_found_behind_what_else_the_cell_says(known: Desk, name: str) -> None:
    _address, page = known.preview(text("Name", name))
    assert tile(page, NEW) == 0
    assert tile(page, POSSIBLE) + tile(page, "Nominated already") == 1


def test_word_that_may_be_a_rank_is_asked_about(desk: Desk) -> None:
    address, page = desk.preview(text("الاسم", "رائد تحسين معن داود", "كرار ستار/ نقيب/ فوج حرس"))
    assert figures(page) == {ASKED: 2}
    assert "may be the rank or part of the name" in page
    post(desk.browser, f"{address}/answer", {"question": "rank_or_name"}, page=address)
    assert figures(desk.browser.get(address).text) == {NEW: 1, ASKED: 1}
    desk.commit(address)
    assert [(one.name_native, one.rank) for one in people(desk)[-1:]] == [("تحسين معن داود", "رائد")]


@pytest.mark.parametrize("number", ["04", "05", "09"])
def test_other_forms_of_known_names_are_offered(known: Desk, number: str) -> None:
    _address, page = known.preview(case(number))
    assert set(figures(page)) <= {POSSIBLE}


def test_kurdish_latin_letters_meet_their_native_spelling(desk: Desk) -> None:
    _address, page = desk.preview(case("10"))
    assert figures(page) == {NEW: 2, POSSIBLE: 2}
    assert [row.alike for row in last_rows(desk)] == [[], [2], [], [4]]


def test_name_in_several_columns_is_joined(desk: Desk) -> None:
    address, page = desk.preview(case("08"))
    assert figures(page) == {NEW: 2}
    assert "joined from the columns" in page
    desk.commit(address)
    assert [one.name_native for one in people(desk)[-2:]] == ["تحسين معن داود الجبوري", "تحسين فارس ادريس الدليمي"]


def test_name_in_columns_of_unknown_headings_is_asked_about(desk: Desk) -> None:
    answer = desk.send(text("الاسم,س,ص,الرتبة", "تحسين,معن,داود,نقيب", "سنان,فارس,ادريس,رائد"))
    address = answer.headers["Location"]
    assert address.endswith("/columns")
    page = desk.browser.get(address).text
    assert "If the name stands in several columns, say which" in page
    chosen = {"name_native": "0", "name_native_2": "1", "name_native_3": "2", "rank": "3", "default": desk.organisation}
    shown = post(desk.browser, address, chosen | {"show": "1"})
    assert "تحسين معن داود" in shown.text
    page = desk.browser.get(post(desk.browser, address, chosen).headers["Location"]).text
    assert figures(page) == {NEW: 2}


# Rows that are no people


def test_totals_signatures_and_headings_are_left_out(desk: Desk) -> None:
    address, page = desk.preview(case("06"))
    assert figures(page) == {NEW: 2, LEFT_OUT: 2}
    assert "Left out: total line" in page
    assert "Left out: signature or note" in page
    post(desk.browser, f"{address}/rows/5/agree", {}, page=address)
    assert figures(desk.browser.get(address).text) == {NEW: 3, LEFT_OUT: 1}
    assert figures(desk.preview(case("07"))[1]) == {NEW: 2, LEFT_OUT: 1}


def test_hidden_row_waits_until_somebody_says_that_it_counts(desk: Desk) -> None:
    address, page = desk.preview(case("20"))
    assert figures(page) == {NEW: 2, ASKED: 1}
    assert "The workbook hides this row" in page
    post(desk.browser, f"{address}/answer", {"question": "hidden_row"}, page=address)
    assert figures(desk.browser.get(address).text) == {NEW: 3}


def test_hidden_sheet_is_not_read_but_named(desk: Desk) -> None:
    _address, page = desk.preview(case("21"))
    assert "Tahsin" in page
    assert "Rafid" not in page
    assert re.search(r"<bdi>old</bdi>: 2 rows,\s+hidden in the workbook", page)


def test_hidden_column_is_not_taken_by_itself(desk: Desk) -> None:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["Name", "Service number"])
        sheet.write_row(1, 0, ["Tahsin Maan Dawud", "OLD-1"])
        sheet.set_column(1, 1, None, None, {"hidden": True})
    address, page = desk.preview(file.getvalue())
    assert figures(page) == {NEW: 1}
    assert "The workbook hides these columns" in desk.browser.get(f"{address}/columns").text
    desk.commit(address)
    assert people(desk)[-1].service_number == ""


def test_headings_of_two_lines_and_a_title(desk: Desk) -> None:
    desk.commit(desk.preview(case("22"))[0])
    one = people(desk)[-1]
    said = (one.name_native, one.name_latin, one.rank, one.service_number, one.phone)
    assert said == ("تحسين معن داود", "Tahsin Maan Dawud", "نقيب", "X-201", "07701230001")


def test_semicolons_below_a_title_with_commas(desk: Desk) -> None:
    desk.commit(desk.preview(case("17"))[0])
    assert (people(desk)[-1].name_native, people(desk)[-1].service_number) == ("تحسين معن داود", "X-201")


def test_merged_cell_speaks_for_all_its_rows(desk: Desk) -> None:
    desk.commit(desk.preview(case("23"))[0])
    assert [one.unit for one in people(desk)[-3:]] == ["Third Regiment"] * 3


def test_numbers_are_read_as_the_sheet_shows_them(desk: Desk) -> None:
    address, page = desk.preview(case("24"))
    assert figures(page) == {NEW: 1, FAULTY: 1}
    desk.commit(address)
    assert (people(desk)[-1].service_number, people(desk)[-1].phone) == ("000417", "07701230001")


# Cells, repeats, the file as a whole


def test_optional_cell_that_cannot_be_read_does_not_spoil_its_row(desk: Desk) -> None:
    address, page = desk.preview(
        text("Name,Sex,Phone", "Tahsin Maan Dawud,کچ؟,", "Sinan Faris Idris,-,0770 123 0001 / 0780 123 0002")
    )
    assert figures(page) == {ASKED: 2}
    post(desk.browser, f"{address}/answer", {"question": "cell_unreadable"}, page=address)
    assert figures(desk.browser.get(address).text) == {NEW: 2}
    assert tile(desk.commit(address), "Registered and nominated") == 2
    assert [(one.sex, one.phone) for one in people(desk)[-2:]] == [(None, ""), (None, "")]


@pytest.mark.parametrize(
    ("phone", "is_read"),
    [
        ("0770 123 0001 / 0780 1", False),
        ("07701230001 07801230002", False),
        ("0770123 / 0780456", False),
        ("+964 770 123 0001", True),
        ("+964 770 000 0101", True),
        ("0770/1230001", True),
        ("٠٧٧٠١٢٣٠٠٠١", True),
    ],
)
def test_two_telephones_in_one_cell_are_asked_about(desk: Desk, phone: str, is_read: bool) -> None:
    page = desk.preview(text("Name,Phone", f"Tahsin Maan Dawud,{phone}"))[1]
    assert figures(page) == ({NEW: 1} if is_read else {ASKED: 1})


def test_exact_repeat_of_a_row_is_there_already(desk: Desk) -> None:
    address, page = desk.preview(text("Name,Rank", "Tahsin Maan Dawud,Captain", "Tahsin Maan Dawud,Captain"))
    assert figures(page) == {NEW: 1, THERE: 1}
    desk.commit(address, mode="whole")
    assert count(desk.world.app, Nomination) == 1


def test_many_more_people_than_seats_are_asked_about(desk: Desk) -> None:
    names = [f"Tahsin {chr(65 + one // 26)}{chr(97 + one % 26)}bdar Dawud,N-{one}" for one in range(400)]
    address, page = desk.preview(text("Name,Service number", *names))
    good = figures(page)[NEW]
    assert "people." in page
    assert "So many people for these seats are meant" in page
    assert "say that so many are meant" in desk.commit(address)
    assert count(desk.world.app, Nomination) == 0
    desk.commit(address, are_many="y")
    assert count(desk.world.app, Nomination) == good


def test_files_are_told_apart_by_their_names(desk: Desk) -> None:
    desk.send(case("02"), name="first regiment.csv")
    _address, page = desk.preview(case("06"))
    assert "names.csv" in page
    desk.preview(case("07"), called="Corrected list")
    page = desk.browser.get(desk.new).text
    assert "first regiment.csv" in page
    assert "Corrected list" in page


def test_undoing_a_file_is_one_row_of_the_audit(desk: Desk) -> None:
    address, _page = desk.preview(case("02"))
    desk.commit(address)
    with desk.world.app.app_context():
        before = db.session.scalars(select(AuditEntry.id)).all()
    post(desk.browser, f"{address}/undo", {})
    with desk.world.app.app_context():
        rows = db.session.scalars(select(AuditEntry).where(AuditEntry.id > max(before))).all()
        assert [(one.action, one.details) for one in rows] == [("nomination file undone", {"rows": 4, "removed": 4})]
