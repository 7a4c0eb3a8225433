"""The number of queries of a page is the same for 500 rows as for 10."""

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

# The user of each page; a name stands for the URL of that record of the crowd.
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

# These show the same number of rows for a crowd as for a few; every other page shows the crowd.
SHORT = {"/", "/programmes", "cohort"}


@pytest.fixture(autouse=True)
def ledger_stays_whole() -> None:
    """Skip the verification: the rows of the crowd are inserted in bulk without their money."""


@pytest.fixture
def crowd(app: Flask) -> Crowd:
    with app.app_context():
        return Crowd(World(app))


Wanted = list[tuple[str, str]]
"""Pages, each with who opens it."""


def looked_at(
    crowd: Crowd, clients: dict[str, FlaskClient], wanted: Wanted, statements: Statements
) -> tuple[dict[tuple[str, str], int], dict[tuple[str, str], int]]:
    """Return the number of statements and of rows for each page."""
    asked, shown = {}, {}
    for page, user in wanted:
        address = crowd.addresses.get(page, page)
        clients[user].get(address)  # who is shown for the first time on a day is counted: no page has that twice
        with statements() as seen:
            answer = clients[user].get(address)
        assert answer.status_code == 200, f"{user} at {page}"
        asked[page, user], shown[page, user] = len(seen), answer.text.count("<tr")
    return asked, shown


def compare(app: Flask, crowd: Crowd, statements: Statements, pages: Iterable[str]) -> None:
    # Freeze time: on a slow machine a minute may pass, and a page would update the session's last use.
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
    """The session, the actor, and then the rows; who is shown is recorded in a transaction of its own."""
    client = crowd.world.sign_in(app.test_client(), "uk")
    for address in ("/people", "/courses", "/cohorts"):
        client.get(address)
        with statements() as seen:
            client.get(address)
        recorded = [one for one in seen if any(table in one for table in ("people_shown", "audit_entries"))]
        assert len(recorded) <= 2, recorded
        assert len(seen) - len(recorded) <= 6, seen
