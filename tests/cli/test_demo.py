"""The timeline of the demonstration: errors name the line of the step, and nothing is loaded."""

import datetime as dt
import tomllib
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import select

from tests.cli import everything
from training.cli import demo
from training.cli.demo import timeline
from training.cli.demo.context import Context, text
from training.cli.published import load_pact
from training.kit import clock
from training.kit.db import db, transaction
from training.models.finance.programmes import BudgetLine
from training.models.people.people import Person
from training.policy.scopes import unscoped
from training.queries.finance import ledger_check

BEGINNING = """
[[step]]
day = -400
do = "load organisations"
file = "organisations.csv"

[[step]]
day = -400
do = "make accounts"
file = "coordinators.csv"

[[step]]
day = -400
do = "register people"
name = "border"
organisation = "Border Forces Command"
number = 3
latin = "Trainee"
native = "متدرب"
languages = "ar"
by = "iraq.coordinator"
"""
TRANSFER = """
[[step]]
day = -10
do = "transfer a person"
person = "border 3"
to = "Passport and Residency Directorate"
since = -15
by = "uk.coordinator"
"""


@pytest.fixture
def empty(sqlite_app: Flask) -> Iterator[Flask]:
    with sqlite_app.app_context():
        with transaction():
            load_pact()
        yield sqlite_app


def run(app: Flask, steps: str) -> None:
    with transaction():
        demo.run(timeline.read(steps, demo.KINDS), Context(app.config["SETTINGS"], clock.today()))


def refused(app: Flask, steps: str) -> str:
    """Run a timeline that cannot be loaded and changes nothing; return the error."""
    before = everything(app)
    with pytest.raises(timeline.TimelineError) as error:
        run(app, steps)
    assert everything(app) == before
    return error.value.message


def test_steps_run_on_their_days(empty: Flask) -> None:
    run(empty, BEGINNING + TRANSFER)
    people = db.session.scalars(unscoped(select(Person).order_by(Person.id), because="test")).all()
    assert [person.name_latin for person in people] == [f"Trainee 00{number} Border" for number in (1, 2, 3)]
    moved = everything(empty)["transfers"]
    assert len(moved) == 1
    for day in (-10, -15):
        assert repr(clock.today() + dt.timedelta(days=day))[len("datetime.date(") : -1] in moved[0]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("transfer a person", "transfer person", "there is no such step; did you mean transfer a person"),
        ("day = -10", "day = -401", "it stands after a step of day -400: write the steps in the order of their days"),
        ("since = -15\n", "", "it needs since"),
        ("since = -15", "until = -15", "it takes no until; it takes person, to, since, by"),
        ("since = -15", 'since = "yesterday"', "since: 'yesterday' is not a whole number"),
        ("since = -15", "since = true", "since: True is not a whole number"),
        ("Passport and Residency Directorate", "Passports", "to: no organisation is called 'Passports'"),
        ("border 3", "border 4", "person: 'border' has people 1-3, not 'border 4'"),
        ("border 3", "border", "person: 'border' is not a group and a number, such as 'border 3' or 'border 1-9'"),
        ("border 3", "frontier 3", "person: no earlier step registers people as 'frontier'"),
        ('by = "uk.coordinator"\n', 'by = "uk"\n', "by: no earlier step makes the account 'uk'"),
        ("since = -15", "since = 15", "refused"),
    ],
)
def test_error_is_reported_with_its_step(empty: Flask, before: str, after: str, expected: str) -> None:
    assert before in TRANSFER
    message = refused(empty, BEGINNING + TRANSFER.replace(before, after))
    line = BEGINNING.count("\n") + 2
    assert message.startswith(f"line {line}, day -")
    assert expected in message


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ("[[step]]\ndo = 'nominate'", "line 1: the step needs day, such as day = -40"),
        ("\n[[step]]\nday = 'today'\ndo = 'nominate'", "line 2: the step needs day, such as day = -40"),
        ("[[step]]\nday = 1", 'line 1: the step needs do, such as do = "nominate"'),
        ("[[step]]\nday = \n", "the timeline is not TOML"),
    ],
)
def test_step_needs_day_and_action(steps: str, expected: str) -> None:
    with pytest.raises(timeline.TimelineError) as error:
        timeline.read(steps, demo.KINDS)
    assert expected in error.value.message


def test_missing_file_is_named(empty: Flask) -> None:
    step = '[[step]]\nday = 1\ndo = "load venues"\nfile = "places.csv"\n'
    message = refused(empty, step)
    assert message.startswith("line 1, day 1, 'load venues': ")
    assert "places.csv" in message


def test_name_cannot_be_reused(empty: Flask) -> None:
    step = 'do = "add a project"\nname = "crime"\nprogramme = "PACT-TRAINING"\nkind = "training"\n'
    step += 'organisation = "Home Office"\ntitle = { en = "Crime" }\nby = "uk.coordinator"\n'
    twice = BEGINNING + f"[[step]]\nday = 1\n{step}[[step]]\nday = 2\n{step}"
    assert "another project is named 'crime' already" in refused(empty, twice)


def test_invalid_choice_is_reported_with_the_valid_ones(empty: Flask) -> None:
    step = '[[step]]\nday = 1\ndo = "add a project"\nname = "crime"\nprogramme = "PACT-TRAINING"\nkind = "sport"\n'
    step += 'organisation = "Home Office"\ntitle = { en = "Crime" }\nby = "uk.coordinator"\n'
    assert "kind: 'sport' is not one of training, " in refused(empty, BEGINNING + step)


def test_demonstration_uses_each_kind_of_step() -> None:
    """A kind of step that the demonstration does not use is dead code."""
    assert {step["do"] for step in tomllib.loads(text("timeline.toml"))["step"]} == set(demo.KINDS)


@pytest.mark.parametrize("day", [dt.date(2027, 7, 20), dt.date(2028, 2, 29), dt.date(2027, 3, 31)])
def test_demonstration_loads_on_any_day(empty: Flask, day: dt.date) -> None:
    """Also in short months and at the end of a financial year."""
    with clock.pretend(dt.datetime.combine(day, dt.time(12), dt.UTC)):
        demo.load(empty.config["SETTINGS"])
    assert ledger_check.discrepancies() == []
    lines = db.session.scalars(unscoped(select(BudgetLine), because="test")).all()
    assert all(line.allocated for line in lines)
