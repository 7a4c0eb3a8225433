"""Published facts, course lists and the demonstration: loaded once, and unchanged by a second load."""

import codecs
import csv
import io
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from tests.cli import done, everything, refused, run
from tests.support.world import World, post
from training.config import PRODUCTION
from training.kit.db import db
from training.models.courses.courses import Course, Theme
from training.models.finance.ceilings import CeilingChange
from training.models.finance.programmes import Programme, ProgrammeFact
from training.models.identity.accounts import User
from training.models.identity.audit import AuditEntry
from training.policy.scopes import unscoped
from training.queries.finance import ledger_check

# The pact.


def test_pact_is_loaded_as_published(app: Flask) -> None:
    printed = done(app, "seed", "pact")
    assert printed.count(": loaded") == 3
    with app.app_context():
        programmes = db.session.scalars(unscoped(select(Programme).order_by(Programme.id), because="test")).all()
        assert [programme.ceiling for programme in programmes] == [300_000_00, 200_000_00, 0]
        assert all(p.title_en and p.title_ar and p.title_ckb for p in programmes)
        first = db.session.scalars(unscoped(select(CeilingChange).order_by(CeilingChange.programme_id), because="test"))
        assert [(one.ceiling, one.number, one.proposer_id, bool(one.source)) for one in first] == [
            (300_000_00, 1, None, True),
            (200_000_00, 1, None, True),
            (0, 1, None, True),
        ]
        facts = db.session.scalars(select(ProgrammeFact)).all()
        assert {fact.programme_id for fact in facts} == {programme.id for programme in programmes}
        assert all(fact.source and fact.statement_ar and fact.statement_ckb for fact in facts)


def test_loading_the_pact_twice_changes_nothing(app: Flask) -> None:
    done(app, "seed", "pact")
    before = everything(app)
    assert done(app, "seed", "pact").count(": already there") == 3
    assert everything(app) == before


# Courses from a file.

GOOD = {"title_en": "A course", "provider": "A provider", "theme": "document fraud"}


def courses_in(app: Flask) -> list[Course]:
    with app.app_context():
        return list(db.session.scalars(select(Course).order_by(Course.id)))


def write(folder: Path, *rows: Mapping[str, str], encoding: str = "utf-8") -> Path:
    """Write a list of courses as a spreadsheet would."""
    text = io.StringIO()
    writer = csv.DictWriter(text, ["title_en", "title_ar", "provider", "theme", "duration_days", "contact_hours"])
    writer.writeheader()
    writer.writerows(rows)
    file = folder / "courses.csv"
    file.write_bytes(text.getvalue().encode(encoding))
    return file


def load(app: Flask, file: Path) -> list[str]:
    return done(app, "seed", "courses", str(file)).splitlines()


def test_courses_are_loaded_with_their_details(app: Flask, tmp_path: Path) -> None:
    file = write(
        tmp_path,
        GOOD | {"title_ar": "دورة كشف التزوير", "duration_days": "3", "contact_hours": "١٨"},
        GOOD | {"title_en": "  Another  ", "theme": "narcotics"},
    )
    assert load(app, file) == ["row 2: loaded", "row 3: loaded", "2 loaded, 0 already there, 0 skipped"]
    first, second = courses_in(app)
    assert (first.title_ar, first.days, first.contact_hours) == ("دورة كشف التزوير", 3, 18)
    assert (second.title_en, second.theme, second.days) == ("Another", Theme.NARCOTICS, None)


def test_loading_a_list_twice_changes_nothing(app: Flask, tmp_path: Path) -> None:
    file = write(tmp_path, GOOD, GOOD | {"title_en": "Another"})
    load(app, file)
    before = everything(app)
    assert load(app, file) == ["row 2: already there", "row 3: already there", "0 loaded, 2 already there, 0 skipped"]
    assert everything(app) == before


def test_duplicate_course_in_a_list_is_loaded_once(app: Flask, tmp_path: Path) -> None:
    file = write(tmp_path, GOOD, GOOD, GOOD | {"provider": "Another provider"})
    assert load(app, file)[:3] == ["row 2: loaded", "row 3: already there", "row 4: loaded"]
    assert len(courses_in(app)) == 2


WRONG = [
    ({"title_en": ""}, "title_en and provider must both be filled in"),
    ({"provider": "  "}, "title_en and provider must both be filled in"),
    ({"theme": "cookery"}, f"theme 'cookery' is not one of: {', '.join(Theme)}"),
    ({"theme": ""}, f"theme '' is not one of: {', '.join(Theme)}"),
    ({"duration_days": "two"}, "duration_days 'two' is not a whole number from 1 to 730"),
    ({"duration_days": "0"}, "duration_days '0' is not a whole number from 1 to 730"),
    ({"duration_days": "-3"}, "duration_days '-3' is not a whole number from 1 to 730"),
    ({"duration_days": "2.5"}, "duration_days '2.5' is not a whole number from 1 to 730"),
    ({"duration_days": "731"}, "duration_days '731' is not a whole number from 1 to 730"),
    ({"contact_hours": "5001"}, "contact_hours '5001' is not a whole number from 1 to 5000"),
    ({"title_en": "x" * 301}, "title_en has more than 300 characters"),
    ({"title_ar": "س" * 301}, "title_ar has more than 300 characters"),
]


def test_invalid_row_is_skipped_with_the_reason(app: Flask, tmp_path: Path) -> None:
    file = write(tmp_path, *(GOOD | change for change, _ in WRONG), GOOD)
    expected = [f"row {number}: skipped: {why}" for number, (_, why) in enumerate(WRONG, start=2)]
    assert load(app, file) == [
        *expected,
        f"row {len(WRONG) + 2}: loaded",
        f"1 loaded, 0 already there, {len(WRONG)} skipped",
    ]
    assert [course.title_en for course in courses_in(app)] == ["A course"]


def test_durations_at_their_limits_are_loaded(sqlite_app: Flask, tmp_path: Path) -> None:
    file = write(
        tmp_path,
        *(GOOD | {"title_en": days, "duration_days": days, "contact_hours": "5000"} for days in ("1", "730", "۷")),
    )
    assert load(sqlite_app, file)[-1] == "3 loaded, 0 already there, 0 skipped"
    assert [course.days for course in courses_in(sqlite_app)] == [1, 730, 7]


def test_rows_are_numbered_as_in_a_spreadsheet(sqlite_app: Flask, tmp_path: Path) -> None:
    """A cell may hold a line break; the row after it is still the next row."""
    file = write(tmp_path, GOOD, GOOD | {"title_en": "Two\nlines"}, GOOD | {"title_en": "Last"})
    assert load(sqlite_app, file)[:3] == ["row 2: loaded", "row 3: loaded", "row 4: loaded"]


def test_byte_order_mark_is_ignored(app: Flask, tmp_path: Path) -> None:
    file = write(tmp_path, GOOD, encoding="utf-8-sig")
    assert file.read_bytes().startswith(codecs.BOM_UTF8)
    assert load(app, file) == ["row 2: loaded", "1 loaded, 0 already there, 0 skipped"]


@pytest.mark.parametrize("encoding", ["windows-1256", "utf-16"])
def test_file_in_another_encoding_is_refused_with_advice(sqlite_app: Flask, tmp_path: Path, encoding: str) -> None:
    file = write(tmp_path, GOOD | {"title_ar": "دورة كشف التزوير"}, encoding=encoding)
    output = refused(sqlite_app, "seed", "courses", str(file))
    assert output == "Error: courses.csv is not UTF-8 text: save it as CSV UTF-8.\n"


@pytest.mark.parametrize(
    ("heading", "lacking"),
    [
        ("title_en,provider", "theme"),
        ("title,provider,theme", "title_en"),
        ("title_en;provider;theme", "provider, theme, title_en"),
        ("", "provider, theme, title_en"),
    ],
)
def test_missing_column_is_refused(sqlite_app: Flask, tmp_path: Path, heading: str, lacking: str) -> None:
    file = tmp_path / "courses.csv"
    file.write_text(f"{heading}\nA course,A provider,other\n", encoding="utf-8")
    output = refused(sqlite_app, "seed", "courses", str(file))
    assert output == f"Error: The heading lacks: {lacking}.\n"


def test_row_with_too_few_or_too_many_cells_is_handled(sqlite_app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "courses.csv"
    rows = ["title_en,provider,theme", "Short", "Long,A provider,other,more,and more", "", "Good,A provider,other"]
    file.write_text("\r\n".join(rows), encoding="utf-8", newline="")
    assert load(sqlite_app, file)[-1] == "2 loaded, 0 already there, 1 skipped"


def test_missing_file_is_named(sqlite_app: Flask, tmp_path: Path) -> None:
    result = run(sqlite_app, "seed", "courses", str(tmp_path / "nowhere.csv"))
    assert result.exit_code == 2
    assert "nowhere.csv' does not exist" in result.output


@pytest.mark.parametrize("words", ["التزوير", "المزورة", "مكافحه التزوير", "forgery", "FORGERY detection"])
def test_loaded_course_is_found_by_its_titles(sqlite_app: Flask, tmp_path: Path, words: str) -> None:
    """In any spelling: titles are normalised like names of people."""
    titles = {"title_en": "Forgery detection", "title_ar": "مُكافحة التزوير والوثائق المزوّرة"}
    load(sqlite_app, write(tmp_path, GOOD | titles, GOOD))
    with sqlite_app.app_context():
        client = World(sqlite_app).sign_in(sqlite_app.test_client(), "uk")
    page = client.get("/courses", query_string={"words": words}).text
    assert "Forgery detection" in page
    assert "A course" not in page


def test_loaded_course_is_found_by_its_provider(sqlite_app: Flask, tmp_path: Path) -> None:
    load(sqlite_app, write(tmp_path, GOOD, GOOD | {"title_en": "Another", "provider": "Frontier College"}))
    with sqlite_app.app_context():
        client = World(sqlite_app).sign_in(sqlite_app.test_client(), "uk")
    page = client.get("/courses", query_string={"words": "frontier"}).text
    assert "Another" in page
    assert "A course" not in page


def test_loading_is_audited(sqlite_app: Flask, tmp_path: Path) -> None:
    load(sqlite_app, write(tmp_path, GOOD, GOOD, GOOD | {"theme": "cookery"}))
    with sqlite_app.app_context():
        acts = db.session.scalars(select(AuditEntry)).all()
        assert [(act.action, act.user_id) for act in acts] == [("course added", None)]


# The demonstration.


def test_demonstration_is_loaded_into_an_empty_database(app: Flask) -> None:
    assert done(app, "seed", "demo") == "The demonstration is loaded.\n"
    with app.app_context():
        assert all(db.session.scalars(select(User.is_demonstration)))
        assert ledger_check.discrepancies() == []
    client = app.test_client()
    signing_in = {"username": "uk.coordinator", "password": app.config["SETTINGS"].demo_password}
    assert post(client, "/sign-in", signing_in).status_code == 302
    assert client.get("/cohorts").status_code == 200


def test_demonstration_is_refused_if_there_are_accounts(app: Flask) -> None:
    with app.app_context():
        World(app)
    output = refused(app, "seed", "demo")
    assert output == "Error: The database has accounts already: a demonstration needs an empty one.\n"


def test_demonstration_is_refused_in_production(sqlite_app: Flask) -> None:
    demo = sqlite_app.config["SETTINGS"]
    sqlite_app.config["SETTINGS"] = replace(demo, mode=PRODUCTION, demo_password=None)
    output = refused(sqlite_app, "seed", "demo")
    assert output == "Error: TRAINING_MODE is production: a demonstration has no place in it.\n"
