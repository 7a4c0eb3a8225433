"""Pages of plans, the year end, projects, and the choice of months."""

import datetime as dt
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import NamedTuple
from urllib.parse import urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support.world import TODAY, World, post
from training.domain.finance import burn_down, year_end
from training.domain.finance.burn_down import Period
from training.kit.db import db
from training.kit.money import parse_amount
from training.models.finance.programmes import BudgetLine, Project
from training.queries.finance import programmes, spending_plans

Statements = Callable[[], AbstractContextManager[list[str]]]

pytestmark = pytest.mark.usefixtures("noon")


@pytest.fixture
def world(app: Flask) -> World:
    with app.app_context():
        return World(app)


@contextmanager
def inside(world: World) -> Iterator[None]:
    """Use the database outside a request, so that requests do not share its session state."""
    with world.app.app_context():
        db.session.add_all(world.organisations.values())
        yield


class Made(NamedTuple):
    """The keys of a line, usable after its session; requests have contexts of their own."""

    id: int
    public_id: str
    project: str


def line_of(world: World, pence: int, organisation: str = "iraq") -> Made:
    """Create a line with ``pence`` allocated, in a project of its own."""
    with inside(world):
        project = world.project(organisation=organisation)
        return made(world.line(pence, project), project)


def made(line: BudgetLine, project: Project) -> Made:
    return Made(line.id, line.public_id, project.public_id)


def entered(world: World, line: Made) -> dict[dt.date, int]:
    with inside(world):
        return spending_plans.entered(line.id)


def address_of(world: World) -> str:
    with inside(world):
        return f"/programmes/{world.programme().public_id}"


def months(**amounts: str) -> dict[str, object]:
    """Return the input for a line of 2026–27; months by name, ``m2026_04="12"``."""
    return {f"{name[1:].replace('_', '-')}-01": typed for name, typed in amounts.items()}


def shown(page: str) -> str:
    found = re.search(r'name="shown"[^>]*value="([^"]*)"', page)
    assert found
    return found[1]


def send(client: FlaskClient, line: Made, fingerprint: str, **amounts: str) -> str:
    """Send the plan form; return the redirect URL, or the page with its errors."""
    answer = post(client, f"/lines/{line.public_id}/plan/edit", {"shown": fingerprint, **months(**amounts)})
    return answer.location or answer.text


def opened(client: FlaskClient, line: Made, query: str = "") -> str:
    return client.get(f"/lines/{line.public_id}/plan/edit{query}").text


def test_plan_is_entered_in_eastern_digits(world: World, client: FlaskClient) -> None:
    line = line_of(world, 3_000_00)
    world.sign_in(client, "uk")
    answer = send(client, line, shown(opened(client, line)), m2026_04="١٬٢٥٠٫٥٠", m2027_03="۱۲")
    assert answer == f"/lines/{line.public_id}/plan"
    plan = entered(world, line)
    assert (len(plan), sum(plan.values())) == (12, 1_262_50)
    assert (plan[dt.date(2026, 4, 1)], plan[dt.date(2027, 3, 1)]) == (1_250_50, 12_00)
    page = client.get(answer).text
    assert re.search(r"£1,737\.50</bdi> of the allocation is not planned", page)


def test_plan_above_the_allocation_is_saved_with_a_notice(world: World, client: FlaskClient) -> None:
    line = line_of(world, 3_000_00)
    world.sign_in(client, "uk")
    answer = send(client, line, shown(opened(client, line)), m2026_04="3000.01")
    assert re.search(r"exceeds the allocation by <bdi[^>]*>£0\.01<", client.get(answer).text)


def test_invalid_plan_keeps_the_input(world: World, client: FlaskClient) -> None:
    line = line_of(world, 3_000_00)
    world.sign_in(client, "uk")
    page = send(client, line, shown(opened(client, line)), m2026_04="a lot", m2026_05="١٢")
    assert "Enter an amount in pounds" in page
    assert 'value="a lot"' in page
    assert 'value="١٢"' in page
    assert 'href="#2026-04-01"' in page
    assert "Enter at least one amount" in send(client, line, shown(page))
    assert entered(world, line) == {}


def test_second_of_two_editors_is_refused(world: World, client: FlaskClient, app: Flask) -> None:
    line = line_of(world, 3_000_00)
    other = world.sign_in(app.test_client(), "uk.2")
    world.sign_in(client, "uk")
    mine, theirs = shown(opened(client, line)), shown(opened(other, line))
    assert send(other, line, theirs, m2026_04="1000").endswith("/plan")
    page = send(client, line, mine, m2026_04="2000")
    assert "Somebody else saved the plan since you opened the form" in page
    assert 'value="2000"' in page
    assert page.count("Saved meanwhile: £1,000.00") == page.count("Saved meanwhile") == 1
    assert entered(world, line)[dt.date(2026, 4, 1)] == 1_000_00
    assert send(client, line, shown(page), m2026_04="2000").endswith("/plan"), "they saw what they replace"
    assert entered(world, line)[dt.date(2026, 4, 1)] == 2_000_00


def test_pattern_fills_the_form_and_saves_nothing(world: World, client: FlaskClient) -> None:
    line = line_of(world, 7_800_00)
    world.sign_in(client, "uk")
    page = opened(client, line, "?pattern=late")
    assert 'value="100.00"' in page
    assert 'value="1200.00"' in page
    assert entered(world, line) == {}
    assert opened(client, line, "?pattern=no-such").count('value="650.00"') == 12


def test_form_filled_from_a_url_saves_the_typed_input(world: World, client: FlaskClient) -> None:
    line = line_of(world, 7_800_00)
    world.sign_in(client, "uk")
    address = f"/lines/{line.public_id}/plan/edit?{urlencode({'pattern': 'late'})}"
    post(client, address, {"shown": shown(client.get(address).text), **months(m2026_04="5")})
    assert sum(entered(world, line).values()) == 5_00


def _busy(world: World) -> Made:
    """Return a line with money spent, money due in January and a cohort to come in February."""
    with inside(world):
        world.covered()
        project = world.project()
        line = world.line(50_000_00, project)
        commitment = world.commitment(line, 9_000_00)
        world.approve(world.payment(commitment, 4_000_33))
        world.draft(line, pence=1_000_10, first=dt.date(2027, 2, 2), last=dt.date(2027, 2, 4))
        return made(line, project)


def _amounts(page: str) -> list[list[int]]:
    """Return the amounts of each row of the table by budget line, in pence."""
    table = page[page.index("<tbody>") : page.index("</tbody>")]
    return [[parse_amount(text) for text in re.findall(r"£[\d,.]+", row)] for row in table.split("<tr>")[1:]]


def test_year_end_reconciles_to_the_penny(world: World, client: FlaskClient) -> None:
    line = _busy(world)
    with inside(world):
        short = world.line(1_000_00)
        world.draft(short, pence=1_700_00, first=dt.date(2027, 3, 1), last=dt.date(2027, 3, 3))
        programme = world.programme()
        balances = (programme.allocated, programme.spent, programme.committed)
    world.sign_in(client, "funder")
    page = client.get(f"{address_of(world)}/year-end").text
    # Lapses (and what the line is short by), allocated, spent, due this year, due later, cohorts to come.
    rows = _amounts(page)
    assert rows == [
        [39_999_90, 50_000_00, 4_000_33, 4_999_67, 0, 1_000_10],
        [0, 700_00, 1_000_00, 0, 0, 0, 1_700_00],
        [39_999_90, 700_00, 51_000_00, 4_000_33, 4_999_67, 0, 2_700_10],
    ]
    allocated, spent, due, later = rows[-1][2:6]
    assert (allocated, spent, due + later) == balances
    assert "<dd>127</dd>" in page
    assert f"/lines/{line.public_id}" in page
    assert "/commitments/" in page


def test_money_due_next_year_lapses_and_the_chart_agrees(world: World) -> None:
    _busy(world)
    with inside(world):
        actor, programme = world.actor("uk"), world.programme()
        # In March 2026 all of it is due in the year after, the cohort too.
        (row,) = year_end.year_end_page(programme, actor, dt.date(2026, 3, 2)).rows
        assert (row.due, row.later, row.scheduled, row.lapses) == (0, 4_999_67, 0, 50_000_00 - 4_000_33)
        total = year_end.year_end_page(programme, actor, TODAY).total
        chart = burn_down.of_programme(programme.id, actor, TODAY, Period.FINANCIAL_YEAR)
        assert chart is not None
        assert chart.forecast[-1] == total.allocated - total.lapses


def test_partner_sees_the_lines_they_deliver(world: World, client: FlaskClient) -> None:
    own, foreign = line_of(world, 1_000_00), line_of(world, 2_000_00, "kri")
    world.sign_in(client, "iraq")
    page = client.get(f"{address_of(world)}/year-end").text
    assert own.public_id in page
    assert foreign.public_id not in page
    assert _amounts(page)[-1][1] == 1_000_00
    assert "Unallocated" not in page
    assert client.get(f"/lines/{own.public_id}/plan").status_code == 200
    assert client.get(f"/lines/{foreign.public_id}/plan").status_code == 404
    assert client.get(f"/lines/{own.public_id}/plan/edit").status_code == 403
    assert client.get(f"/projects/{foreign.project}").status_code == 404


def test_only_its_funder_sees_the_money_of_a_project(world: World, client: FlaskClient, app: Flask) -> None:
    with inside(world):
        project = world.project()
        world.line(1_000_00, project)
        world.line(2_500_50, project)
        address = f"/projects/{project.public_id}"
    page = world.sign_in(client, "funder").get(address).text
    assert "£3,500.50" in page
    assert "burn-committed" in page
    assert "/entries/" in page
    assert "/plan/edit" not in page
    page = world.sign_in(app.test_client(), "rights").get(address).text
    assert "A project" in page
    assert "£" not in page


@pytest.mark.parametrize("view", ["left", "used"])
@pytest.mark.parametrize(
    ("query", "last", "count"),
    [
        ("?period=", "Mar 2027", 12),
        ("?period=financial-year", "Mar 2027", 12),
        ("?period=twelve-months", "Nov 2026", 8),
        ("?period=all", "Mar 2027", 12),
        ("?period=no-such", "Mar 2027", 12),
    ],
)
def test_burn_down_shows_the_chosen_months(
    world: World, client: FlaskClient, query: str, last: str, count: int, view: str
) -> None:
    line = line_of(world, 1_200_00)
    with inside(world):
        commitment = world.commitment(programmes.line_by_key(line.id), 500_00)
        world.approve(world.payment(commitment, 200_00))
    world.sign_in(client, "uk")
    for address in (f"/lines/{line.public_id}", f"/projects/{line.project}", address_of(world)):
        page = client.get(f"{address}{query}&view={view}").text
        table = page[page.index("figures by month") :]
        table = table[: table.index("</table>")]
        rows = re.findall(r'<th scope="row">(?:<bdi[^>]*>)?([^<]+)', table)
        assert (rows[0], rows[-1], len(rows)) == ("Apr 2026", last, count)
        november = re.findall(r"£[\d,.]+", table[table.index("Nov 2026") :])
        if view == "used":  # planned, committed and spent, spent, forecast: exact sums in every period
            assert november[:4] == ["£800.00", "£500.00", "£200.00", "£200.00"]
            continue
        # Of the allocation, or of the ceiling: after payments, after commitments, by the forecast, as planned.
        whole = 300_000 if address == address_of(world) else 1_200
        assert november[:4] == [f"£{whole - used:,}.00" for used in (200, 500, 200, 800)]


def test_query_count_is_constant(world: World, client: FlaskClient, statements: Statements) -> None:
    line = line_of(world, 5_000_00)
    world.sign_in(client, "uk")
    addresses = [
        f"/lines/{line.public_id}",
        f"/lines/{line.public_id}/plan",
        f"/projects/{line.project}",
        address_of(world),
        f"{address_of(world)}/year-end",
    ]

    def count() -> list[int]:
        counts = []
        for address in addresses:
            with statements() as seen:
                assert client.get(address).status_code == 200
            counts.append(len(seen))
        return counts

    before = count()
    send(client, line, shown(opened(client, line)), m2026_04="5")
    with inside(world):
        one = programmes.line_by_key(line.id)
        project = programmes.project_by_key(one.project_id)
        for _ in range(4):
            more = world.line(5_000_00, project)
            world.approve(world.payment(world.commitment(more, 100_00), 50_00))
            world.commitment(one, 10_00)
            world.draft(more, pence=5_00)
    assert count() == before
