"""The page of a cohort says where it stands, what was proposed, what is in the way, and what is next."""

import datetime as dt
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from tests.support.statements import counted
from tests.support.world import World
from tests.web.browsing import building, date, links, press, typed, words
from training.kit.clock import pretend
from training.kit.db import db, transaction
from training.models.courses.cohorts import Cohort, CohortCost
from training.models.courses.venues import Venue
from training.models.finance.programmes import BudgetLine, LineCategory

pytestmark = pytest.mark.usefixtures("noon")
LATER = {"first": dt.date(2026, 12, 7), "last": dt.date(2026, 12, 11)}
STAGES = ["Draft", "Approval", "Open", "Running", "Finished", "Closed"]


@pytest.fixture
def world(sqlite_app: Flask) -> World:
    with sqlite_app.app_context():
        return World(sqlite_app)


def sign_in(world: World, username: str) -> FlaskClient:
    return world.sign_in(world.app.test_client(), username)


def stages(page: TestResponse) -> tuple[list[str], list[str]]:
    """Return the stages of a page in order, and those marked as current."""
    listed = re.findall(r'<li class="app-stages__stage"( aria-current="step")?>(?:<strong[^>]*>)?([^<]+)<', page.text)
    return [stage for _mark, stage in listed], [stage for mark, stage in listed if mark]


def primary(page: TestResponse) -> list[str]:
    """Return the primary buttons of the page."""
    found = re.findall(r'class="govuk-button( [^"]*)?"[^>]*>([^<]+)</(?:a|button)>', page.text)
    return [text for classes, text in found if not classes.strip()]


@pytest.mark.parametrize(
    ("day", "stage", "step"),
    [
        (dt.date(2026, 12, 6), "Open", "Roster"),
        (dt.date(2026, 12, 7), "Running", "Roster"),
        (dt.date(2026, 12, 12), "Finished", "Close the cohort"),
    ],
)
def test_open_cohort_follows_the_calendar(world: World, day: dt.date, stage: str, step: str) -> None:
    with building(world):
        at = f"/cohorts/{world.open_cohort(**LATER).public_id}"
    with pretend(dt.datetime.combine(day, dt.time(12), dt.UTC)):
        page = sign_in(world, "uk").get(at)
        assert stages(page) == (STAGES, [stage])
        assert primary(page) == [step]


def test_cancelled_cohort_has_no_stage(world: World) -> None:
    with building(world):
        at = f"/cohorts/{world.draft(**LATER).public_id}"
    uk = sign_in(world, "uk")
    page = press(uk, f"{at}/cancel", {"key": "once"}, page=f"{at}/cancel")
    assert "Cancelled" in words(page)
    assert stages(page) == ([], [])
    assert primary(page) == []


def test_cancelling_stands_at_the_end_apart_from_the_buttons(world: World) -> None:
    with building(world):
        world.covered()
        at = f"/cohorts/{world.draft(**LATER).public_id}"
    page = sign_in(world, "uk").get(at)
    assert primary(page) == ["Ask to open"]
    buttons = page.text[page.text.index("govuk-button-group") :].partition("</div>")[0]
    assert "cancel" not in buttons
    assert page.text.index(f'href="{at}/cancel"') > page.text.index("Planned costs")
    assert page.text.count(f"{at}/cancel") == 1


def test_each_obstacle_is_named_with_its_link(world: World) -> None:
    with building(world):
        budget = world.line(500_00)
        cohort = world.draft(budget, pence=500_01, **LATER)
        at, line = f"/cohorts/{cohort.public_id}", f"/lines/{budget.public_id}"
        programme = f"/programmes/{world.programme().public_id}"
    uk = sign_in(world, "uk")
    page = uk.get(at)
    assert f'href="{programme}/rights/new">Write a rights assessment</a>' in page.text
    assert f'href="{line}">Open the budget line</a>' in page.text
    assert "A line: \u2066£500.01\u2069 is planned, \u2066£500.00\u2069 is available." in words(page)
    assert primary(page) == ["Write a rights assessment"]
    with building(world):
        waiting = f"/rights/{world.assessment(world.programme()).public_id}"
    page = uk.get(at)
    assert f'href="{waiting}">Open the rights assessment</a>' in page.text
    rights = sign_in(world, "rights").get(at)
    assert primary(rights) == ["Open the rights assessment"]
    assert "£" not in words(rights)


def test_obstacle_of_another_project_has_neither_name_nor_amount(world: World) -> None:
    with building(world):
        world.covered()
        foreign = world.line(500_00, world.project(organisation="kri"))
        cohort = world.draft(foreign, pence=500_01, **LATER)
        at, line = f"/cohorts/{cohort.public_id}", foreign.public_id
    page = sign_in(world, "iraq").get(at)
    assert "A budget line of another project cannot pay its part yet." in words(page)
    assert "£" not in words(page)
    assert line not in page.text


def test_proposal_is_shown_with_its_proposer_and_withdraw_for_them(world: World) -> None:
    with building(world):
        world.covered()
        cohort = world.draft(**LATER)
        at = f"/cohorts/{cohort.public_id}"
    uk = sign_in(world, "uk")
    page = press(uk, f"{at}/ask-to-open", {"key": "once"}, page=at)
    (entry,) = links(page, "entries")
    withdraw = f"{entry}/withdraw"
    assert withdraw in page.text
    assert primary(page) == []
    said = re.search(r"Proposed by (.+?), (\d+ \w+ \d{4}, \d\d:\d\d): (£[\d,.]+)", words(page))
    assert said
    assert said.groups()[1:] == ("24 Nov 2026, 12:00", "£1,000.00")
    approver = sign_in(world, "approver").get(at)
    assert primary(approver) == ["Decide about the proposal"]
    assert withdraw not in approver.text
    assert "Proposed by" not in words(sign_in(world, "rights").get(at))
    press(uk, withdraw, {"reason": "Other days"}, page=withdraw)
    back = uk.get(at)
    assert stages(back)[1] == ["Draft"]
    assert withdraw not in back.text


def add_cost(cohort: Cohort, line: BudgetLine, category: LineCategory = LineCategory.VENUE) -> None:
    """Add a cost of £20, paid by a line, to those of a draft."""
    with transaction():
        db.session.add(CohortCost(cohort_id=cohort.id, category=category, line_id=line.id, amount=20_00))
        db.session.execute(
            update(Cohort).where(Cohort.id == cohort.id).values(planned_cost=Cohort.planned_cost + 20_00)
        )


def test_partner_reads_their_lines_of_a_proposal_as_a_part(world: World) -> None:
    with building(world):
        world.covered()
        cohort = world.draft(**LATER)
        theirs = world.line(5_000_00, world.project(organisation="kri"))
        add_cost(cohort, theirs)
        world.asked(cohort)
        at = f"/cohorts/{cohort.public_id}"
    page = words(sign_in(world, "iraq").get(at))
    assert "lines of your projects, £1,000.00 of a larger cost" in page
    assert "1,020" not in page
    assert "£20.00" not in page
    assert ": £1,020.00" in words(sign_in(world, "uk").get(at))


def form_of(world: World, first: dt.date) -> dict[str, object]:
    """Return a filled form of a cohort of two days."""
    with building(world):
        return {
            "venue": db.session.scalars(select(Venue.public_id)).first(),
            "host": world.organisations["iraq"].public_id,
            "invited": world.organisations["iraq"].public_id,
            "programme": world.programme().public_id,
            "capacity": "7",
            **date("starts_on", first),
            **date("ends_on", first + dt.timedelta(days=1)),
        }


def test_first_day_in_the_past_is_asked_about_and_nothing_is_lost(world: World) -> None:
    with building(world):
        course = f"/courses/{world.course().public_id}"
    uk = sign_in(world, "uk")
    form = form_of(world, dt.date(2026, 11, 20))
    assert "past_is_meant" not in uk.get(f"{course}/cohorts/new").text
    asked = press(uk, f"{course}/cohorts/new", form, page=f"{course}/cohorts/new")
    assert "The first day, 20 November 2026, is in the past" in words(asked)
    assert 'href="#past_is_meant"' in asked.text
    assert (typed(asked, "capacity"), typed(asked, "starts_on-day")) == ("7", "20")
    assert "Plan the costs" in words(press(uk, f"{course}/cohorts/new", {**form, "past_is_meant": "y"}))
    edit = f"{links(uk.get('/cohorts'), 'cohorts')[0]}/edit"
    kept = press(uk, edit, {**form, "capacity": "8"}, page=edit)
    assert "Cohort saved." in words(kept), "a day that stays is not asked about again"
    moved = press(uk, edit, {**form, **date("starts_on", dt.date(2026, 11, 19))}, page=edit)
    assert "The first day, 19 November 2026, is in the past" in words(moved)
    today = press(uk, edit, form_of(world, dt.date(2026, 11, 24)), page=edit)
    assert "Cohort saved." in words(today)


def test_draft_whose_first_day_has_passed_says_so(world: World) -> None:
    with building(world):
        world.covered()
        past, future = (f"/cohorts/{world.draft(**days).public_id}" for days in ({}, LATER))
    uk = sign_in(world, "uk")
    assert "The first day has passed." in words(uk.get(past))
    assert "The first day has passed." not in words(uk.get(future))


def test_page_takes_as_many_statements_for_many_costs(world: World) -> None:
    with building(world):
        world.covered()
        few, many = world.draft(**LATER), world.draft(**LATER)
        line = world.line(5_000_00)
        for category in (LineCategory.VENUE, LineCategory.TRAVEL, LineCategory.MATERIALS, LineCategory.OTHER):
            add_cost(many, line, category)
        for cohort in (few, many):
            world.asked(cohort)
        addresses = [f"/cohorts/{cohort.public_id}" for cohort in (few, many)]
        engine = db.engine
    uk, counts = sign_in(world, "uk"), []
    for address in addresses:
        with counted(engine) as seen:
            assert uk.get(address).status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1] > 0
