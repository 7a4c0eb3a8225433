"""A page asks as much of the database with 500 rows as with 10: nothing is read once for each row."""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.queries.crowd import Crowd
from tests.support.world import World
from training.kit.clock import now, pretend

Statements = Callable[[], AbstractContextManager[list[str]]]
FEW, MANY = 10, 500

# Who works with each page; a name stands for the address of that record of the crowd.
PAGES = {
    "/people": ("uk", "iraq", "auditor"),
    "person": ("uk", "iraq"),
    "/courses": ("uk", "trainee"),
    "/cohorts": ("uk", "iraq", "trainer", "trainee", "funder", "vetting"),
    "cohort": ("uk", "iraq", "trainer"),
    "roster": ("uk", "iraq", "trainer", "auditor"),
    "/approvals": ("approver",),
    "/audit?action=signed+in&username=uk": ("auditor",),
    "/programmes": ("funder",),
    "programme": ("uk", "iraq", "funder", "approver"),
    "line": ("uk", "iraq", "funder"),
    "entries": ("uk", "funder", "approver"),
    "/vetting": ("vetting",),
    "/completions": ("uk", "trainer"),
    "/rights": ("rights", "uk"),
    "/": ("uk", "iraq", "trainer", "trainee", "funder", "approver", "vetting", "rights", "auditor", "admin"),
}

# These show no more of a crowd than of a few; on every other page the crowd is to be seen.
SHORT = {"/", "/programmes", "cohort"}


@pytest.fixture(autouse=True)
def ledger_stays_whole() -> None:
    """Nothing to prove: the crowd's rows are put there in bulk, without their money."""


@pytest.fixture
def crowd(app: Flask) -> Crowd:
    with app.app_context():
        return Crowd(World(app))


Wanted = list[tuple[str, str]]
"""Pages, each with who opens it."""


def looked_at(
    crowd: Crowd, clients: dict[str, FlaskClient], wanted: Wanted, statements: Statements
) -> tuple[dict[tuple[str, str], int], dict[tuple[str, str], int]]:
    """Return for each page how many statements it took, and how many rows it shows."""
    asked, shown = {}, {}
    for page, user in wanted:
        with statements() as seen:
            answer = clients[user].get(crowd.addresses.get(page, page))
        assert answer.status_code == 200, f"{user} at {page}"
        asked[page, user], shown[page, user] = len(seen), answer.text.count("<tr>")
    return asked, shown


def compare(app: Flask, crowd: Crowd, statements: Statements, pages: Iterable[str]) -> None:
    # Time stands still: on a slow machine a minute passes, and a page notes that somebody was seen.
    with pretend(now()):
        _compare(app, crowd, statements, pages)


def _compare(app: Flask, crowd: Crowd, statements: Statements, pages: Iterable[str]) -> None:
    wanted = [(page, user) for page in pages for user in PAGES[page]]
    with app.app_context():
        crowd.grow(FEW)
    clients = {user: crowd.world.sign_in(app.test_client(), user) for user in {user for _, user in wanted}}
    few, rows = looked_at(crowd, clients, wanted, statements)
    with app.app_context():
        crowd.grow(MANY)
    many, more_rows = looked_at(crowd, clients, wanted, statements)
    assert many == few
    assert [key for key in wanted if key[0] not in SHORT and more_rows[key] <= rows[key]] == [], "the crowd is seen"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_query_count_is_constant_on_sqlite(app: Flask, crowd: Crowd, statements: Statements) -> None:
    compare(app, crowd, statements, PAGES)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_query_count_is_constant_on_postgresql(app: Flask, crowd: Crowd, statements: Statements) -> None:
    compare(app, crowd, statements, ("roster", "entries"))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_list_page_takes_few_queries(app: Flask, crowd: Crowd, statements: Statements) -> None:
    """Who is signed in, in whose name, and then the rows: what a slow line waits for is not the database."""
    client = crowd.world.sign_in(app.test_client(), "uk")
    for address in ("/people", "/courses", "/cohorts"):
        with statements() as seen:
            client.get(address)
        assert len(seen) <= 6, seen
