"""The audit page: what an edit changed, in words; links to records; the trail as a file."""

import ast
import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support.ledger import claim_of
from tests.support.statements import counted
from tests.support.world import World
from tests.web.browsing import building, press, words
from training.domain.courses import cohorts, courses
from training.domain.courses.events import CourseEvent
from training.domain.finance import evidence
from training.domain.identity import audit, organisations
from training.domain.people import people
from training.kit.db import db, transaction
from training.models.courses.courses import Theme
from training.models.finance.programmes import LineCategory
from training.models.identity.audit import AuditEntry
from training.queries.common import records
from training.queries.courses import cohorts as cohort_rows
from training.web.common import guard, labels, record_pages, trail

pytestmark = pytest.mark.usefixtures("noon")
DOMAIN = Path(__file__).parents[3] / "training" / "domain"


@pytest.fixture
def world(sqlite_app: Flask) -> World:
    with sqlite_app.app_context():
        return World(sqlite_app)


@pytest.fixture
def auditor(world: World) -> FlaskClient:
    return world.sign_in(world.app.test_client(), "auditor")


def edited_course(world: World) -> str:
    """Edit a course; return its public id."""
    course = world.course("First line")
    plan = courses.CoursePlan("Second line", "", "", "A provider", Theme.LEADERSHIP, 5, 18)
    with transaction():
        courses.edit(course, plan, course.version, world.actor("uk"))
    return course.public_id


def test_edit_says_what_each_changed_field_was_and_is_in_three_languages(world: World, auditor: FlaskClient) -> None:
    with building(world):
        public_id = edited_course(world)
    page = words(auditor.get(f"/audit?subject={public_id}"))
    assert "Title in English: before First line, now Second line" in page
    assert "Days: before 3, now 5" in page
    assert re.search(r"Theme: before [A-Z][a-z ]+, now Leadership", page)
    assert "Contact hours" not in page, "what did not change is not said"
    for language, before in (("ar", "قبل"), ("ckb", "پێشتر")):
        press(auditor, "/language", {"language": language})
        other = words(auditor.get(f"/audit?subject={public_id}"))
        assert before in other
        assert "title_en" not in other


def test_names_and_how_to_reach_people_are_masked(world: World, auditor: FlaskClient) -> None:
    with building(world):
        person = world.person("Canary Before")
        after = people.Particulars("Canary After", "", rank="Major", phone="+9641234567", email="canary@example.org")
        with transaction():
            people.correct(person, after, world.actor("iraq"))
        public_id = person.public_id
        stored = str([one.details for one in db.session.query(AuditEntry)])
    page = words(auditor.get(f"/audit?subject={public_id}"))
    for secret in ("Canary", "9641234567", "canary@example.org"):
        assert secret not in page
        assert secret not in stored
    for field in ("Name in Latin letters", "Telephone", "E-mail"):
        assert f"{field}: changed; the trail does not say what it was" in page
    assert "Rank: before –, now Major" in page


def test_cohort_edit_says_dates_seats_and_parties(world: World, auditor: FlaskClient) -> None:
    with building(world):
        cohort = world.draft(seats=10)
        before = cohorts.plan_of(cohort, world.course("Another"))
        with transaction():
            plan = cohorts.plan_of(cohort, before.course)
            changed = cohorts.CohortPlan(**{**vars(plan), "capacity": 12, "invited": plan.invited[:1]})
            cohorts.edit(cohort, changed, world.actor("uk"))
        with transaction():
            line = cohort_rows.costs_of(cohort.id)[0].line
            cohorts.plan_costs(cohort, [cohorts.PlannedCost(LineCategory.TRAINERS, line, 900_00)], world.actor("uk"))
        public_id = cohort.public_id
    page = words(auditor.get(f"/audit?subject={public_id}"))
    assert "Seats: before 10, now 12" in page
    assert "Who may nominate: before" in page
    assert "Trainers: before £1,000.00, now £900.00" in page


def test_move_and_deactivation_of_an_organisation_say_what_they_changed(world: World, auditor: FlaskClient) -> None:
    with building(world):
        admin = world.actor("admin")
        with transaction():
            details = organisations.OrganisationDetails("A ministry", world.organisations["iraq"].jurisdiction)
            above = organisations.create(details, by=admin)
        with transaction():
            mine = organisations.create(organisations.OrganisationDetails("An office", above.jurisdiction), by=admin)
        with transaction():
            organisations.move(mine, above, mine.version, by=admin)
        with transaction():
            organisations.deactivate(mine, mine.version, by=admin)
        public_id = mine.public_id
    page = words(auditor.get(f"/audit?subject={public_id}"))
    assert "Body above it: before –, now A ministry" in page
    assert "In use: before yes, now no" in page


def test_rows_link_to_the_records_that_the_reader_may_open(world: World, auditor: FlaskClient) -> None:
    with building(world):
        cohort, person = world.open_cohort(), world.person("Ahmed")
        world.seated(cohort, person)
        world.payment(world.commitment(world.line(500_00), 400_00), 10_00)
        decision = f"/people/{person.public_id}"
    page = auditor.get("/audit").text
    table = page[page.index("<table") : page.index("</table>")]
    addresses = set(re.findall(r'href="([^"]+)"', table))
    kinds = {address.split("/")[1] for address in addresses}
    assert {"cohorts", "people", "nominations", "entries", "claims", "rights"} <= kinds | {"claims", "rights"}
    assert decision in addresses
    for address in sorted(addresses):
        assert auditor.get(address).status_code == 200, address
    assert "/batches/" not in table, "what the reader may not open has no link"


def test_evidence_leads_to_its_claim_for_who_may_open_that(world: World, auditor: FlaskClient) -> None:
    with building(world):
        commitment = world.commitment(world.line(500_00), 400_00)
        files = [world.evidence(content) for content in (b"%PDF-1.7 first", b"%PDF-1.7 later", b"%PDF-1.7 unused")]
        proposed = [world.payment(commitment, 10_00, evidence=files[0]), world.payment(commitment, 11_00)]
        first, later = (claim_of(entry) for entry in proposed)
        with transaction():
            evidence.attach(later, files[1], world.actor("uk"))
        names = [one.public_id for one in files]
        claims = [f'href="/claims/{one.public_id}"' for one in (first, later)]
    for name, link in zip(names[:2], claims, strict=True):
        assert link in auditor.get(f"/audit?subject={name}").text
    assert "/claims/" not in auditor.get(f"/audit?subject={names[2]}").text
    with building(world):
        reader = world.actor("admin")
        subjects = {audit.Subject("Evidence", name) for name in names}
        assert records.shown_on(subjects, record_pages.SHOWN_WITH, reader) == {}, "an administrator sees no money"


def test_record_page_leads_to_its_history_for_who_may_read_it(world: World, auditor: FlaskClient) -> None:
    with building(world):
        public_id = edited_course(world)
    link = f'href="/audit?subject={public_id}"'
    assert link in auditor.get(f"/courses/{public_id}").text
    uk = world.sign_in(world.app.test_client(), "uk")
    assert link not in uk.get(f"/courses/{public_id}").text


def test_statements_do_not_grow_with_the_events(world: World, auditor: FlaskClient) -> None:
    numbers = []
    with building(world):
        edited_course(world)
    for size in (5, 60):
        with building(world):
            person = world.person(f"Somebody {size}")
            with transaction():
                for _ in range(size):
                    audit.record(CourseEvent.COURSE_EDITED, person, by=None)
        with world.app.app_context(), counted(db.engine) as seen:
            auditor.get("/audit")
        numbers.append(len(seen))
    assert numbers[0] == numbers[1]


def test_trail_is_saved_as_filtered_with_the_same_words(world: World, auditor: FlaskClient) -> None:
    with building(world):
        public_id = edited_course(world)
    page = auditor.get(f"/audit?subject={public_id}")
    link = re.search(r'href="(/audit/table\.csv[^"]*)"', page.text)
    assert link
    lines = auditor.get(link[1]).data.decode("utf-8-sig").splitlines()
    assert lines[0].split(",")[:3] == ["When", "Event", "Username"]
    assert len(lines) == 3, "added and edited"
    assert "Title in English: before First line, now Second line" in lines[1]
    assert f"/courses/{public_id}" in lines[1]
    assert auditor.get(f"/audit/table.xlsx?subject={public_id}").data.startswith(b"PK")
    assert auditor.get("/audit/table.exe").status_code == 404


def test_every_kind_of_record_has_a_word_in_the_trail(sqlite_app: Flask) -> None:
    """A denial may be about any kind of record that stands in an address."""
    declared = (guard.declaration_of(sqlite_app, endpoint) for endpoint in sqlite_app.view_functions)
    for kind in {one.on.__name__ for one in declared if one and one.on}:
        with sqlite_app.test_request_context():
            assert labels.record_word(kind)


def test_every_detail_that_the_code_records_has_words(sqlite_app: Flask) -> None:
    recorded: set[str] = set()
    for path in DOMAIN.rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and ast.unparse(call.func).startswith("audit.record"):
                recorded |= {one.arg for one in call.keywords if one.arg and one.arg != "by"}
            if isinstance(call, ast.keyword) and call.arg == "details" and isinstance(call.value, ast.Dict):
                recorded |= {str(key.value) for key in call.value.keys if isinstance(key, ast.Constant)}
    assert recorded
    assert sorted(name for name in recorded if not trail.has_words(name)) == []


@pytest.mark.parametrize("kind", ["Course", "Cohort", "Organisation", "Person"])
def test_every_column_of_an_edited_record_has_words(sqlite_app: Flask, kind: str) -> None:
    model = next(mapper.class_ for mapper in AuditEntry.registry.mappers if mapper.class_.__name__ == kind)
    with sqlite_app.app_context():
        assert [name for name in audit.picture(model()) if not trail.has_words(name)] == []
