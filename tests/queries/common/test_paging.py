"""Paging: each row appears exactly once, forwards and backwards, in every sort order."""

import re
from html import unescape
from itertools import pairwise

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.queries.crowd import AT, Crowd, add, course, lasting, person
from tests.support.world import World
from training.models.courses.courses import Course
from training.models.identity.audit import AuditEntry
from training.models.people.people import Person
from training.queries.common.paging import SIZE

MANY = 120

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""For what the database has no part in."""


@pytest.fixture(autouse=True)
def ledger_stays_whole() -> None:
    """Skip the ledger check: the rows are inserted in bulk, without their money."""


@pytest.fixture
def world(app: Flask) -> World:
    with app.app_context():
        return lasting(World(app))


def read_by(world: World, user: str) -> FlaskClient:
    return world.sign_in(world.app.test_client(), user)


def rows(page: str) -> list[str]:
    """Return the link of each row of the list to its record, or the row itself if it has none."""
    heads = re.findall(r'<tr[^>]*>\s*<th scope="row"[^>]*>(.*?)</tr>', page, re.DOTALL)
    links = [re.search(r'href="([^"]+)"', head) for head in heads]
    return [link[1] if link else head for link, head in zip(links, heads, strict=True)]


def link(page: str, rel: str) -> str | None:
    found = re.search(rf'href="([^"]+)" rel="{rel}"', page)
    return unescape(found[1]) if found else None


def walk(client: FlaskClient, address: str, rel: str = "next") -> list[tuple[str, list[str]]]:
    """Return the pages from ``address`` on, each with its text and rows."""
    pages: list[tuple[str, list[str]]] = []
    here: str | None = address
    while here:
        answer = client.get(here)
        assert answer.status_code == 200
        pages.append((answer.text, rows(answer.text)))
        assert len(pages) < 20, "the list has no end"
        here = link(answer.text, rel)
    return pages


def all_rows(pages: list[tuple[str, list[str]]]) -> list[str]:
    return [row for _, found in pages for row in found]


def add_people(world: World, number: int) -> None:
    with world.app.app_context():
        add(Person, (person(world, n) for n in range(number)))


def add_courses(world: World, number: int) -> None:
    with world.app.app_context():
        add(Course, (course(world, n) for n in range(number)))


# People.


def test_120_people_appear_once_each_sorted_by_name(world: World) -> None:
    add_people(world, MANY)
    pages = walk(read_by(world, "iraq"), "/people")
    assert [len(found) for _, found in pages] == [SIZE, SIZE, MANY - 2 * SIZE]
    assert len(set(all_rows(pages))) == MANY
    names = re.findall(r"Trainee (\d{4})", "".join(page for page, _ in pages))
    assert names == sorted(names)


def test_paging_backwards_shows_the_same_pages(world: World) -> None:
    add_people(world, MANY)
    client = read_by(world, "iraq")
    there = walk(client, "/people")
    previous = link(there[-1][0], "prev")
    assert previous
    back = walk(client, previous, "prev")
    assert [found for _, found in back] == [found for _, found in reversed(there[:-1])]
    assert link(back[-1][0], "next"), "from the first page one goes on again"


@on_sqlite
def test_first_and_last_page_have_no_link_beyond(world: World) -> None:
    add_people(world, MANY)
    pages = [page for page, _ in walk(read_by(world, "iraq"), "/people")]
    assert [bool(link(page, "prev")) for page in pages] == [False, True, True]
    assert [bool(link(page, "next")) for page in pages] == [True, True, False]


@on_sqlite
@pytest.mark.parametrize(("number", "links"), [(SIZE, False), (SIZE + 1, True)])
def test_short_list_has_one_page(world: World, number: int, links: bool) -> None:
    add_people(world, number)
    page = read_by(world, "iraq").get("/people").text
    assert len(rows(page)) == SIZE
    assert bool(link(page, "next")) is links


@on_sqlite
def test_empty_list_is_stated(world: World) -> None:
    page = read_by(world, "iraq").get("/people").text
    assert "No one matches." in page
    assert rows(page) == []


@on_sqlite
def test_insertion_does_not_shift_other_pages(world: World) -> None:
    """Pages are cut at a person, not at a count: an earlier insertion does not move rows across the cut."""
    add_people(world, MANY)
    client = read_by(world, "iraq")
    first = client.get("/people").text
    second = link(first, "next")
    assert second
    before = rows(client.get(second).text)
    with world.app.app_context():
        world.person("Aaron before all")
    assert rows(client.get(second).text) == before


@on_sqlite
def test_other_organisations_people_appear_on_no_page(world: World) -> None:
    add_people(world, MANY)
    with world.app.app_context():
        own = f"/people/{world.person('Trainee 0020 of another', 'kri').public_id}"
    assert all_rows(walk(read_by(world, "kri"), "/people")) == [own]
    assert own not in all_rows(walk(read_by(world, "iraq"), "/people"))


@pytest.mark.parametrize(
    "at", ["nobody", "", "%00", "%FF", "²", "٣", "-1", "9" * 30], ids=lambda at: f"at {ascii(at)[1:9]}"
)
def test_invalid_cursor_is_not_an_error(world: World, at: str) -> None:
    """Addresses are shortened, mistyped and invented: the answer is a page or 404."""
    clients = {user: read_by(world, user) for user in ("uk", "auditor")}
    answers = {
        f"{address}?{cut}": clients[user].get(f"{address}?{cut}={at}").status_code
        for user, address in (("uk", "/people"), ("uk", "/courses"), ("uk", "/cohorts"), ("auditor", "/audit"))
        for cut in ("after", "before")
    }
    assert {address: status for address, status in answers.items() if status not in (200, 400, 404)} == {}


# Sorting.


def heading(page: str, text: str) -> tuple[str | None, str]:
    """Return how the list is sorted by a column, and the address that sorts by it."""
    found = re.search(rf'<th scope="col"[^>]*?(?: aria-sort="(\w+)")?><a[^>]* href="([^"]+)">{text}</a>', page)
    assert found, f"no column {text}"
    return found[1], unescape(found[2])


def titles(pages: list[tuple[str, list[str]]]) -> list[str]:
    return re.findall(r"Course (\d{4})", "".join(page for page, _ in pages))


def themes(pages: list[tuple[str, list[str]]]) -> list[str]:
    return [theme for page, _ in pages for theme in re.findall(r"</th>\s*<td>(.*?)</td>", page)]


@pytest.mark.parametrize("key", ["title", "-title", "theme", "-theme"])
def test_courses_appear_once_each_in_every_order(world: World, key: str) -> None:
    add_courses(world, MANY)
    client = read_by(world, "uk")
    pages = walk(client, f"/courses?sort={key}")
    assert len(set(all_rows(pages))) == len(all_rows(pages)) == MANY
    column = titles(pages) if "title" in key else themes(pages)
    assert column == sorted(column, reverse=key.startswith("-"))
    previous = link(pages[-1][0], "prev")
    assert previous
    back = walk(client, previous, "prev")
    assert [found for _, found in reversed(back)] == [found for _, found in pages[:-1]]


@on_sqlite
def test_descending_reverses_ascending(world: World) -> None:
    add_courses(world, MANY)
    client = read_by(world, "uk")
    for key in ("title", "theme"):
        up, down = (all_rows(walk(client, f"/courses?sort={sort}")) for sort in (key, f"-{key}"))
        assert down == up[::-1]


@on_sqlite
def test_heading_sorts_then_reverses(world: World) -> None:
    add_courses(world, MANY)
    client = read_by(world, "uk")
    page = client.get("/courses").text
    assert heading(page, "Course")[0] == "ascending"
    assert heading(page, "Theme")[0] is None
    page = client.get(heading(page, "Theme")[1]).text
    assert heading(page, "Course")[0] is None
    assert heading(page, "Theme")[0] == "ascending"
    page = client.get(heading(page, "Theme")[1]).text
    assert heading(page, "Theme")[0] == "descending"
    assert heading(client.get(heading(page, "Theme")[1]).text, "Theme")[0] == "ascending"


@on_sqlite
def test_sorting_returns_to_first_page_and_keeps_the_filter(world: World) -> None:
    add_courses(world, MANY)
    client = read_by(world, "uk")
    second = link(client.get("/courses?words=course").text, "next")
    assert second
    address = heading(client.get(second).text, "Theme")[1]
    assert "words=course" in address
    assert "after=" not in address


@on_sqlite
def test_next_page_keeps_order_and_filter(world: World) -> None:
    add_courses(world, MANY)
    second = link(read_by(world, "uk").get("/courses?words=course&sort=-theme").text, "next")
    assert second
    assert "words=course" in second
    assert "sort=-theme" in second


@on_sqlite
@pytest.mark.parametrize("key", ["provider", "id", "title_key; DROP", "--title", "-"])
def test_unknown_sort_column_uses_the_default(world: World, key: str) -> None:
    add_courses(world, 5)
    client = read_by(world, "uk")
    assert rows(client.get("/courses", query_string={"sort": key}).text) == rows(client.get("/courses").text)


@pytest.mark.parametrize("key", ["start", "-start"])
def test_cohorts_sorted_by_first_day_appear_once_each(app: Flask, key: str) -> None:
    with app.app_context():
        crowd = Crowd(World(app))
        crowd.grow(MANY)
    client = read_by(crowd.world, "iraq")
    pages = walk(client, f"/cohorts?sort={key}")
    met = all_rows(pages)
    assert len(set(met)) == len(met) == MANY + 1
    assert met == all_rows(walk(client, f"/cohorts?sort={'start' if key == '-start' else '-start'}"))[::-1]


@on_sqlite
def test_cohorts_are_listed_newest_first(app: Flask) -> None:
    with app.app_context():
        crowd = Crowd(World(app))
        crowd.grow(MANY)
    client = read_by(crowd.world, "iraq")
    page = client.get("/cohorts").text
    assert heading(page, "Dates")[0] == "descending"
    assert rows(page) == rows(client.get("/cohorts?sort=-start").text)


# Chronological lists.


@on_sqlite
@pytest.mark.parametrize(
    ("user", "address"),
    [
        ("vetting", "/vetting"),
        ("trainer", "/completions"),
        ("rights", "/rights"),
        ("auditor", "/audit"),
        ("approver", "entries"),
    ],
)
def test_chronological_lists_page_both_ways_without_gaps(app: Flask, user: str, address: str) -> None:
    with app.app_context():
        crowd = Crowd(World(app))
        crowd.grow(MANY)
    client = read_by(crowd.world, user)
    there = walk(client, crowd.addresses.get(address, address))
    met = all_rows(there)
    assert len(met) >= MANY
    if user != "auditor":  # events of one moment look alike
        assert len(set(met)) == len(met)
    assert all(one != other for (_, one), (_, other) in pairwise(there))
    previous = link(there[-1][0], "prev")
    assert previous
    back = walk(client, previous, "prev")
    assert [found for _, found in reversed(back)] == [found for _, found in there[:-1]]


@on_sqlite
def test_audit_events_appear_once_each(world: World) -> None:
    with world.app.app_context():
        at = world.actor("uk").user_id
        add(AuditEntry, ({"at": AT, "user_id": at, "action": "signed in", "subject_kind": "User",
                          "subject_id": f"act{n:09d}"} for n in range(MANY)))  # fmt: skip
    pages = walk(read_by(world, "auditor"), "/audit?action=signed+in&username=uk")
    met = re.findall(r"act\d{9}", "".join(page for page, _ in pages))
    assert met == [f"act{n:09d}" for n in reversed(range(MANY))]
