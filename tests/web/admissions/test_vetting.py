"""Vetting in the browser: the queue, single decisions, and spreadsheets downloaded and uploaded."""

import csv
import datetime as dt
import io
import re
from collections.abc import Iterator
from typing import NamedTuple

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from tests.support.workbooks import hiding
from tests.support.world import TODAY, World, form_token
from tests.web.browsing import building, press, words
from training.domain.admissions import nominations, vetting_uploads
from training.domain.people import people
from training.forms.admissions.vetting_uploads import OUTCOMES, WORDS
from training.kit import tables
from training.kit.clock import pretend
from training.kit.db import db, transaction
from training.kit.names import fold
from training.models.admissions.nominations import NominationState
from training.models.admissions.vetting import ClearanceRow, VettingDecision
from training.models.identity.accounts import Role
from training.models.identity.audit import AuditEntry
from training.policy.scopes import unscoped
from training.queries.admissions import nominations as rows
from training.queries.courses import cohorts

S = NominationState
NOON = dt.datetime.combine(TODAY, dt.time(12), dt.UTC)
NEW = "/vetting/spreadsheets/new"
HEADINGS = "Nomination,Name,Outcome,Authority,Decided on,Valid until,Reference\n"


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with pretend(NOON):
        yield


class Nominee(NamedTuple):
    """The ids of a nomination and its person, detached from their session."""

    id: int
    public_id: str
    person_id: int
    person: str


class Office:
    """A cohort with nominees in vetting, and the officer."""

    def __init__(self, app: Flask) -> None:
        with app.app_context():
            self.world = World(app)
            cohort = self.world.open_cohort(seats=20, first=dt.date(2027, 1, 10), last=dt.date(2027, 1, 14))
            self.cohort, self.code = cohort.id, cohort.code
        self.officer = self.world.sign_in(app.test_client(), "vetting")

    def in_vetting(self, name: str, native: str = "") -> Nominee:
        with building(self.world) as world:
            person = world.person(name)
            if native:
                with transaction():
                    people.correct(person, people.Particulars(name, native), world.actor("uk"))
            made = world.in_vetting(cohorts.cohort_by_key(self.cohort), person)
            return Nominee(made.id, made.public_id, person.id, person.public_id)

    def cleared(self, name: str, until: dt.date) -> Nominee:
        one = self.in_vetting(name)
        self.clear(one, until)
        return one

    def clear(self, one: Nominee, until: dt.date) -> None:
        with building(self.world) as world:
            world.cleared(rows.nomination_page(rows.nomination_by_key(one.id), world.actor("uk")).person, until)

    def state(self, one: Nominee) -> NominationState:
        with building(self.world):
            return rows.state_of(one.id)

    def send(self, content: str | bytes, client: FlaskClient | None = None) -> str:
        """Upload a returned file; return the address of the preview, or the page that refuses it."""
        client = client or self.officer
        raw = content.encode() if isinstance(content, str) else content
        form = {"csrf_token": form_token(client, NEW), "file": (io.BytesIO(raw), "returned")}
        answer = client.post(NEW, data=form)
        return answer.location if answer.status_code == 302 else words(answer)

    def count(self, model: type[object]) -> int:
        with building(self.world):
            counted = select(func.count()).select_from(model)
            return db.session.scalar(unscoped(counted, because="a test")) or 0


@pytest.fixture
def office(sqlite_app: Flask) -> Office:
    return Office(sqlite_app)


def test_each_queue_shows_its_nominees(office: Office) -> None:
    office.in_vetting("Waits")
    for name, days in (("Lapsed", -1), ("In thirty", 30), ("In sixty", 60), ("Long", 61)):
        office.cleared(name, TODAY + dt.timedelta(days=days))
    shown = {
        "": {"Waits"},
        "within_30": {"In thirty"},
        "within_60": {"In thirty", "In sixty"},
        "lapsed": {"Lapsed"},
        "decided": {"Lapsed", "In thirty", "In sixty", "Long"},
    }
    everybody = set.union(*shown.values())
    for queue, names in shown.items():
        page = words(office.officer.get(f"/vetting?queue={queue}"))
        assert {name for name in everybody if f"{name} Border" in page} == names


def test_decision_updates_the_nomination_and_stores_no_reason(office: Office) -> None:
    one = office.in_vetting("Somebody")
    at = f"/people/{one.person}/clearance"
    form = {"outcome": "not_cleared", "authority": "An authority", "reference": "ref-٣"}
    form |= {"decided_on-day": "24", "decided_on-month": "11", "decided_on-year": "2026"}
    assert "reason" not in office.officer.get(at).text.split("<main")[1].replace("never the reasons", "")
    assert "Recorded." in words(press(office.officer, at, dict(form)))
    assert office.state(one) is S.NOT_CLEARED
    with building(office.world):
        found = db.session.scalars(unscoped(select(VettingDecision), because="a test")).one()
        assert found.reference == "ref-3"


# Spreadsheets.


def saved(office: Office, kind: str) -> list[list[str]]:
    token = form_token(office.officer, NEW)
    answer = office.officer.post(f"/vetting/queue.{kind}", data={"csrf_token": token})
    assert answer.headers["Content-Disposition"] == f"attachment; filename=vetting-queue.{kind}"
    table = tables.read(io.BytesIO(answer.data))
    return [table.headings, *(row.cells for row in table.rows)]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize(
    ("language", "outcomes"),
    [
        ("en", ("Cleared", "Not cleared")),
        ("ar", ("مُنحت الموافقة الأمنية", "لم تمنح الموافقة الامنية")),
        ("ckb", ("ڕێپێدراو", "ڕێپێنەدراو")),
    ],
)
def test_downloaded_queue_is_filled_in_and_uploaded(
    office: Office, kind: str, language: str, outcomes: tuple[str, str]
) -> None:
    first, second, third = (office.in_vetting(f"Trainee {n}") for n in ("one", "two", "three"))
    with office.officer.session_transaction() as session:
        session["language"] = language
    table = saved(office, kind)
    assert [row[0] for row in table[1:]] == [first.public_id, second.public_id, third.public_id]
    assert table[1][1] == "Trainee one"
    assert table[0][6].endswith(f"({' / '.join(written[language][0] for written in WORDS.values())})")
    table[1][6:] = [outcomes[0], "An authority", "٢٠٢٦-١١-٢٠", "20/11/2027", "A-1"]
    table[2][6:] = [outcomes[1], "An authority", "20 Nov 2026", "", "A-2"]
    returned = io.StringIO()
    csv.writer(returned, delimiter=";").writerows(table)
    at = office.send(returned.getvalue())
    assert at.startswith("/vetting/spreadsheets/"), at
    with office.officer.session_transaction() as session:
        session["language"] = "en"
    page = words(office.officer.get(at))
    assert "Record the 2 good rows" in page
    assert "2 Will be recorded Trainee one" in page
    assert "Trainee three" not in page, "nothing was filled in"
    assert "2 decisions were recorded." in words(press(office.officer, f"{at}/record", {"key": "k"}))
    assert [office.state(one) for one in (first, second, third)] == [S.CLEARED, S.NOT_CLEARED, S.IN_VETTING]
    assert office.count(ClearanceRow) == 0, "what was read of the file is forgotten"


def line(one: Nominee, cells: str = "cleared,An authority,2026-11-20,2027-11-20,A-1") -> str:
    return f"{one.public_id},,{cells}\n"


def test_rows_are_paged_at_any_cursor(office: Office) -> None:
    at = office.send(HEADINGS + line(office.in_vetting("Trainee one")))
    for cut in (
        "after=1",
        "before=99999999999999999999",
        "after=99999999999999999999",
        "after=-1",
        "after=x",
        "after=²",
    ):
        assert "Trainee one" in office.officer.get(f"{at}?{cut}").text


def test_file_uploaded_again_changes_nothing(office: Office) -> None:
    one = office.in_vetting("Trainee one")
    at = office.send(HEADINGS + line(one))
    press(office.officer, f"{at}/record", {"key": "k"})
    assert "The rows of this file were recorded already" in words(press(office.officer, f"{at}/record", {"key": "k"}))
    decisions = office.count(VettingDecision)
    again = office.send(HEADINGS + line(one))
    page = words(office.officer.get(again))
    assert "2 Already there Trainee one" in page
    assert "good row" not in page
    assert "No row is new" in words(press(office.officer, f"{again}/record", {"key": "k"}))
    assert office.count(VettingDecision) == decisions == 1


@pytest.mark.parametrize(
    ("cells", "answer"),
    [
        ("perhaps,An authority,2026-11-20,2027-11-20,", "is none of the words that are taken ( cleared, yes,"),
        (",An authority,2026-11-20,2027-11-20,", "The outcome is missing"),
        ("مجاز,An authority,2026-11-20,2027-11-20,", "The outcome is missing"),
        ("cleared,,2026-11-20,2027-11-20,", "The authority is missing"),
        ("cleared,An authority,soon,2027-11-20,", "The date of the decision is missing or cannot be read: soon"),
        ("cleared,An authority,2026-11-20,,", "The last day of the clearance is missing or cannot be read"),
        ("cleared,An authority,2026-11-25,2027-11-20,", "The date of the decision is in the future: 2026-11-25"),
        ("cleared,An authority,2026-11-20,2026-11-20,", "The clearance would expire before it was given: 2026-11-20"),
        (f"cleared,{'x' * 201},2026-11-20,2027-11-20,", "The text is too long"),
        (f"cleared,An authority,2026-11-20,2027-11-20,{'x' * 101}", "The text is too long"),
    ],
)  # fmt: skip
def test_faulty_row_is_explained_and_good_rows_are_recorded(office: Office, cells: str, answer: str) -> None:
    faulty, good = office.in_vetting("Trainee one"), office.in_vetting("Trainee two")
    at = office.send(HEADINGS + line(faulty, cells) + line(good))
    page = words(office.officer.get(at))
    assert re.search(rf"2 Faulty .*{re.escape(answer)}", page)
    assert "1 decision was recorded." in words(press(office.officer, f"{at}/record", {"key": "k"}))
    assert (office.state(faulty), office.state(good)) == (S.IN_VETTING, S.CLEARED)


@pytest.mark.parametrize(
    ("names", "is_theirs"),
    [
        ("Trainee one,", True),
        ("TRAINEE  ONE,متدرّب أول", True),
        ("متدرب اول,", True),
        (",", True),
        ("Trainee two,", False),
        ("Trainee one,متدرب ثان", False),
    ],
)
def test_row_with_another_persons_name_is_not_recorded(office: Office, names: str, is_theirs: bool) -> None:
    """Sorting part of a sheet separates numbers from names."""
    one, good = office.in_vetting("Trainee one", "متدرب أول"), office.in_vetting("Trainee two")
    cells = "cleared,An authority,2026-11-20,2027-11-20,A-1"
    text = HEADINGS.replace("Name,", "Name,Name in the other script,")
    at = office.send(f"{text}{one.public_id},{names},{cells}\n{good.public_id},Trainee two,,{cells}\n")
    page = words(office.officer.get(at))
    assert ("2 Faulty The row names somebody else than the nominee with this number" in page) is not is_theirs
    press(office.officer, f"{at}/record", {"key": "k"})
    assert office.state(one) is (S.CLEARED if is_theirs else S.IN_VETTING)
    assert office.state(good) is S.CLEARED


@pytest.mark.parametrize("heading", ["الاسم", "ناو"])
def test_names_are_compared_under_headings_of_every_language(office: Office, heading: str) -> None:
    one = office.in_vetting("Trainee one")
    at = office.send(HEADINGS.replace("Name", heading) + line(one).replace(",,", ",Trainee two,", 1))
    assert "The row names somebody else" in words(office.officer.get(at))


def test_accepted_words_are_unambiguous_and_listed(office: Office) -> None:
    page = words(office.officer.get(NEW))
    for outcome, written in WORDS.items():
        for cells in (one for words_of_language in written.values() for one in words_of_language):
            assert OUTCOMES[fold(cells)] is outcome
            assert cells in page
    assert len(OUTCOMES) > 40


def test_nominees_not_in_vetting_are_unknown(office: Office) -> None:
    with building(office.world) as world:
        early = world.nominated(cohorts.cohort_by_key(office.cohort), world.person("Canary")).public_id
    text = HEADINGS + "".join(f"{key},,cleared,An authority,2026-11-20,2027-11-20,\n" for key in (early, "0" * 12, "x"))
    page = words(office.officer.get(office.send(text)))
    assert page.count("Nobody in vetting has this nomination number") == 3
    assert "Canary" not in page


def test_two_rows_about_one_person_must_agree(office: Office) -> None:
    one = office.in_vetting("Trainee one")
    with building(office.world) as world:
        other = world.open_cohort(first=dt.date(2027, 2, 1), last=dt.date(2027, 2, 2))
        person = rows.nomination_page(rows.nomination_by_key(one.id), world.actor("uk")).person
        made = world.in_vetting(other, person)
        second = one._replace(id=made.id, public_id=made.public_id)
    differs = "not cleared,An authority,2026-11-20,,A-1"
    page = words(office.officer.get(office.send(HEADINGS + line(one) + line(second, differs))))
    assert "3 Faulty A row above says something else about the same person" in page
    at = office.send(HEADINGS + line(one) + line(second))
    press(office.officer, f"{at}/record", {"key": "k"})
    assert (office.state(one), office.state(second)) == (S.CLEARED, S.CLEARED)
    assert office.count(VettingDecision) == 1


def test_change_since_the_preview_blocks_recording(office: Office) -> None:
    first, second = office.in_vetting("Trainee one"), office.in_vetting("Trainee two")
    at = office.send(HEADINGS + line(first) + line(second))
    office.clear(second, dt.date(2029, 1, 1))
    answer = words(press(office.officer, f"{at}/record", {"key": "k"}))
    assert "The clearance of the person in row 3 changed since the preview" in answer
    assert office.state(first) is S.IN_VETTING


def test_preview_expires_after_a_day(office: Office) -> None:
    one = office.in_vetting("Trainee one")
    at = office.send(HEADINGS + line(one))
    with pretend(NOON + dt.timedelta(days=1, minutes=1)):
        officer = office.world.sign_in(office.world.app.test_client(), "vetting")
        assert "has been deleted" in words(press(officer, f"{at}/record", {"key": "k"}))
        office.send(HEADINGS, officer)
        office.send(HEADINGS + line(one, "cleared,,,,"), officer)
        with office.world.app.app_context(), transaction():
            vetting_uploads.delete_expired()
    assert office.count(ClearanceRow) == 1
    assert office.state(one) is S.IN_VETTING


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("Nomination,Outcome\na,b\n", "The list has no column with the heading Authority"),
        ("<html>", "The file is a web page"),
        (HEADINGS, "The file has no row below its headings"),
        (HEADINGS.replace("Name", "Outcome") + "a,b,c\n", "The list has two columns with the heading Outcome"),
    ],
)
def test_unreadable_file_is_refused(office: Office, text: str, answer: str) -> None:
    assert answer in office.send(text)


def test_queue_download_is_audited_without_names(office: Office) -> None:
    office.in_vetting("Canary")
    saved(office, "csv")
    with building(office.world) as world:
        statement = select(AuditEntry).where(AuditEntry.action == "vetting queue saved")
        entry = db.session.scalars(statement).one()
        assert (entry.user_id, entry.details) == (world.actor("vetting").user_id, {"rows": 1})


def test_upload_is_hidden_from_other_officers(office: Office) -> None:
    one = office.in_vetting("Trainee one")
    at = office.send(HEADINGS + line(one))
    with building(office.world) as world:
        world.account("vetting.2", Role.VETTING_OFFICER, "uk")
    other = office.world.sign_in(office.world.app.test_client(), "vetting.2")
    assert other.get(at).status_code == 404


def test_withdrawn_nominee_leaves_the_queue(office: Office) -> None:
    one = office.in_vetting("Trainee one")
    with building(office.world) as world, transaction():
        nominations.withdraw(rows.nomination_by_key(one.id), world.actor("uk"))
    assert "Nobody of this kind." in words(office.officer.get("/vetting"))


@pytest.mark.parametrize(
    "days",
    ["1448/05/20,1449/05/20", "10/06/1448,10/06/1449", "٢٠/٥/١٤٤٨ هـ,1449-05-20", "01/01/2569,01/01/2570"],
)
def test_day_of_another_calendar_is_never_recorded(office: Office, days: str) -> None:
    faulty, good = office.in_vetting("Trainee one"), office.in_vetting("Trainee two")
    at = office.send(HEADINGS + line(faulty, f"cleared,An authority,{days},") + line(good))
    page = words(office.officer.get(at))
    assert re.search(r"2 Faulty .*The year is not of the Gregorian calendar", page)
    press(office.officer, f"{at}/record", {"key": "k"})
    assert (office.state(faulty), office.state(good)) == (S.IN_VETTING, S.CLEARED)


def test_returned_file_may_have_a_title_and_a_signature(office: Office) -> None:
    one = office.in_vetting("Trainee one")
    at = office.send("Ministry, Directorate\n\n" + HEADINGS + line(one) + HEADINGS + "\n,Director,,,,,\n")
    press(office.officer, f"{at}/record", {"key": "k"})
    assert office.state(one) is S.CLEARED


def test_page_names_what_of_a_returned_workbook_was_not_read(office: Office) -> None:
    rows = [f"{HEADINGS.strip()},Unit", f"{line(office.in_vetting('Trainee one')).strip()},Somewhere"]
    at = office.send(hiding(rows, row=4, column=7))
    page = words(office.officer.get(at))
    assert (
        "Only one sheet of the workbook was read: current. These were not: old: 2 rows, hidden in the workbook" in page
    )
    assert "The workbook hides these columns, so they were not read: Unit" in page
    press(office.officer, f"{at}/record", {"key": "k"})
    assert "These were not" not in words(office.officer.get(at))


def test_hidden_row_of_a_returned_workbook_is_not_recorded(office: Office) -> None:
    hidden, good = office.in_vetting("Trainee one"), office.in_vetting("Trainee two")
    rows = [text.strip() for text in (HEADINGS, line(hidden), line(good))]
    at = office.send(hiding(rows, row=1, column=0))
    assert "The workbook hides this row" in words(office.officer.get(at))
    press(office.officer, f"{at}/record", {"key": "k"})
    assert (office.state(hidden), office.state(good)) == (S.IN_VETTING, S.CLEARED)
