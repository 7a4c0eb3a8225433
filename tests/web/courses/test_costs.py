"""Costs in the browser: from a course's template to commitments, variances with reasons, unit costs."""

import datetime as dt
import re
from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from tests.support.world import World, post
from tests.web.browsing import press, words
from training.domain.courses import courses
from training.domain.finance.programmes import NewLine, Title, propose_line
from training.kit.db import db, transaction
from training.models.courses.cohorts import Cohort, CohortState
from training.models.courses.courses import CostBasis, Course
from training.models.finance.ledger import Commitment, LedgerEntry
from training.models.finance.programmes import BudgetLine, LineCategory
from training.policy.scopes import unscoped
from training.queries.courses import cohorts as cohort_rows
from training.queries.finance import programmes

TEMPLATE = {
    "amount_trainers": "1,000",
    "basis_trainers": "per_day",
    "amount_venue": "٢٥٠",
    "basis_venue": "fixed",
    "amount_travel": "10.50",
    "basis_travel": "per_trainee_day",
}


@dataclass
class Stage:
    """A draft cohort of three days and ten seats without costs, and three lines that may pay for it.

    The first and the second are its host's, the third is another organisation's.
    """

    world: World
    client: FlaskClient
    cohort: Cohort
    course: str
    trainers: BudgetLine
    venue: BudgetLine
    foreign: BudgetLine

    @property
    def costs(self) -> str:
        """Return the address of the cohort's costs page."""
        return f"/cohorts/{self.cohort.public_id}/costs"

    @property
    def page(self) -> str:
        """Return the cohort's page as shown to the UK coordinator."""
        return self.client.get(f"/cohorts/{self.cohort.public_id}").text

    def as_(self, username: str) -> FlaskClient:
        """Return a client signed in as another user."""
        return self.world.sign_in(self.world.app.test_client(), username)


def _line(world: World, category: LineCategory, like: BudgetLine) -> BudgetLine:
    new = NewLine(Title(f"Line for {category}"), category, like.starts_on, like.ends_on)
    project = programmes.project_by_key(like.project_id)
    with transaction():
        entry = propose_line(project, new, world.proposal(9_000_00), world.actor("uk"))
    world.approve(entry)
    return programmes.line_by_key(entry.line_id)


@pytest.fixture
def stage(app: Flask, client: FlaskClient) -> Stage:
    with app.app_context():
        world = World(app)
        world.covered()
        world.sign_in(client, "uk")
        trainers = world.line(20_000_00)
        venue = _line(world, LineCategory.VENUE, trainers)
        foreign = world.line(5_000_00, world.project(organisation="kri"))
        cohort = world.draft(trainers)
        with transaction() as session:
            session.execute(Cohort.__table__.update().values(planned_cost=0))  # type: ignore[attr-defined]
            for cost in cohort_rows.costs_of(cohort.id):
                session.delete(cost)
        course = db.session.scalars(select(Course.public_id).where(Course.id == cohort.course_id)).one()
        for record in (cohort, trainers, venue, foreign):
            db.session.refresh(record)
        return Stage(world, client, cohort, course, trainers, venue, foreign)


def _template(stage: Stage, **changes: str) -> str:
    return post(stage.client, f"/courses/{stage.course}/costs", {**TEMPLATE, **changes}).text


def _value(page: str, field: str) -> str:
    """Return the value of an input or select."""
    if field.startswith("amount"):
        return page.split(f'name="{field}"')[1].split(">")[0].partition('value="')[2].partition('"')[0]
    options = page.split(f'name="{field}"')[1].split("</select>")[0]
    return next(part.split('"')[0] for part in options.split('value="')[1:] if " selected" in part.split(">")[0])


def test_template_shows_totals_and_fills_cohort_costs(stage: Stage) -> None:
    _template(stage)
    course = stage.client.get(f"/courses/{stage.course}").text
    # 3 days at £1,000; £250 once; £10.50 for each of 12 trainees and 3 days.
    for pounds in ("£3,000.00", "£250.00", "£378.00", "£3,628.00"):
        assert pounds in course
    page = stage.client.get(stage.costs).text
    filled = {name: _value(page, name) for name in ("amount_trainers", "amount_venue", "amount_travel", "amount_other")}
    # The cohort has ten seats.
    assert filled == {
        "amount_trainers": "3000.00",
        "amount_venue": "250.00",
        "amount_travel": "315.00",
        "amount_other": "",
    }
    assert _value(page, "line_trainers") == stage.trainers.public_id
    assert _value(page, "line_venue") == stage.venue.public_id


def test_each_paying_line_gets_one_commitment(stage: Stage) -> None:
    _template(stage)
    assert "No costs are planned." in stage.page
    assert "ask-to-open" not in stage.page
    trainers, venue = stage.trainers.public_id, stage.venue.public_id
    answer = post(
        stage.client,
        stage.costs,
        {
            "amount_trainers": "3000",
            "line_trainers": trainers,
            "amount_travel": "315",
            "line_travel": trainers,
            "amount_venue": "250",
            "line_venue": venue,
        },
    )
    assert answer.status_code == 302
    assert "ask-to-open" in stage.page
    address = f"/cohorts/{stage.cohort.public_id}"
    post(stage.client, f"{address}/ask-to-open", {"key": "one"}, page=address)
    with stage.world.app.app_context():
        proposed = select(LedgerEntry).where(LedgerEntry.commitment_id.is_not(None)).order_by(LedgerEntry.id)
        entries = db.session.scalars(unscoped(proposed, because="test")).all()
        assert {(entry.line_id, entry.amount) for entry in entries} == {
            (stage.trainers.id, 3_315_00),
            (stage.venue.id, 250_00),
        }
        stage.world.approve(entries[0])
        committed = select(Commitment.line_id, Commitment.committed)
        assert len(db.session.execute(unscoped(committed, because="test")).all()) == 2
        assert cohort_rows.state_of(stage.cohort.id) is CohortState.OPEN


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"amount_trainers": "a lot"}, "Enter an amount in pounds"),
        ({"amount_other": "5", "basis_other": ""}, "Choose an answer: How often"),
        ({"basis_venue": "per_year"}, "Choose one of the answers in the list"),
    ],
)
def test_invalid_template_keeps_the_input(stage: Stage, typed: dict[str, str], message: str) -> None:
    page = _template(stage, **typed)
    assert message in page
    amounts = {name: value for name, value in {**TEMPLATE, **typed}.items() if name.startswith("amount")}
    assert {name: _value(page, name) for name in amounts} == amounts
    assert _value(page, "basis_travel") == "per_trainee_day"
    assert "No costs are planned yet." in stage.client.get(f"/courses/{stage.course}").text


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"amount_venue": "a lot"}, "Enter an amount in pounds"),
        ({"amount_venue": "5"}, "Choose the line that pays for it"),
        ({"amount_venue": "5", "line_venue": "elsewhere"}, "Choose one of the answers in the list"),
    ],
)
def test_invalid_costs_keep_amount_and_line(stage: Stage, typed: dict[str, str], message: str) -> None:
    form = {"amount_trainers": "7.50", "line_trainers": stage.trainers.public_id, **typed}
    page = post(stage.client, stage.costs, form).text
    assert message in page
    assert _value(page, "amount_trainers") == "7.50"
    assert _value(page, "line_trainers") == stage.trainers.public_id
    assert _value(page, "amount_venue") == typed["amount_venue"]
    assert "ask-to-open" not in stage.page


def test_partner_neither_sees_nor_overwrites_costs_of_other_lines(stage: Stage) -> None:
    foreign = stage.foreign
    mine = {"amount_trainers": "100", "line_trainers": stage.trainers.public_id}
    post(stage.client, stage.costs, {**mine, "amount_venue": "777.77", "line_venue": foreign.public_id})
    partner = stage.as_("iraq")
    page = partner.get(stage.costs).text
    assert "777.77" not in page
    assert foreign.public_id not in page
    assert "amount_venue" not in page
    assert post(partner, stage.costs, {**mine, "amount_trainers": "200"}).status_code == 302
    assert "£777.77" in stage.page
    assert "£200.00" in stage.page
    assert "£777.77" not in partner.get(f"/cohorts/{stage.cohort.public_id}").text


def test_template_is_shown_only_to_users_who_see_money(stage: Stage) -> None:
    with stage.world.app.app_context(), transaction():
        course = db.session.scalars(select(Course).where(Course.public_id == stage.course)).one()
        template = [courses.TemplateCost(LineCategory.VENUE, CostBasis.FIXED, 123_45)]
        courses.set_template(course, template, stage.world.actor("uk"))
    for reader, is_shown in (("funder", True), ("iraq", True), ("vetting", False), ("admin", False)):
        assert ("£123.45" in stage.as_(reader).get(f"/courses/{stage.course}").text) is is_shown, reader


def test_variance_requires_a_reason_shown_with_its_author(stage: Stage) -> None:
    line = f"/lines/{stage.trainers.public_id}"
    with stage.world.app.app_context():
        index = f"/programmes/{stage.world.programme().public_id}/variances"
    due = "a written reason is due"
    for address in (line, f"{line}/variance"):
        assert due in stage.client.get(address).text
    assert stage.client.get(index).text.count("Reason due") == 3
    assert "Fill in: Reason" in post(stage.client, f"{line}/variance/reason", {"reason": " "}).text
    assert "characters or fewer" in post(stage.client, f"{line}/variance/reason", {"reason": "x" * 501}).text
    answer = post(stage.client, f"{line}/variance/reason", {"reason": "The first course was put off"})
    assert answer.status_code == 302
    assert due not in stage.client.get(line).text
    assert stage.client.get(index).text.count("Reason due") == 2
    for reader in ("funder", "approver", "auditor", "iraq"):
        client = stage.as_(reader)
        for address in (index, f"{line}/variance"):
            page = client.get(address).text
            assert "The first course was put off" in page
            assert "<bdi>uk</bdi>" in page
            assert "variance/reason" not in page
    assert stage.as_("kri").get(f"{line}/variance").status_code == 404
    assert stage.as_("funder").get(f"{line}/variance/reason").status_code == 403


def test_funder_reads_unit_costs_without_names(app: Flask) -> None:
    with app.app_context():
        world = World(app)
        cohort = world.open_cohort(pence=1_000_00)
        for name in ("Canary Baghdad", "Canary Basra"):
            world.seated(cohort, world.person(name))
        address, cohorts = f"/programmes/{world.programme().public_id}/unit-costs", f"/cohorts/{cohort.public_id}"
    funder = world.sign_in(app.test_client(), "funder")
    for page in (funder.get(address).text, funder.get(cohorts).text):
        assert "£500.00" in page
        assert "£27.78" in page
        assert "Canary" not in page
    assert world.sign_in(app.test_client(), "funder.2").get(address).status_code == 404
    assert "Unit costs" not in world.sign_in(app.test_client(), "rights").get(cohorts).text


def test_costs_have_a_total_on_the_form_and_after(stage: Stage) -> None:
    _template(stage)
    form = {"amount_trainers": "1,000", "line_trainers": stage.trainers.public_id}
    assert ">£3,565.00</bdi></output>" in stage.client.get(stage.costs).text, "as suggested"
    refused = post(stage.client, stage.costs, {**form, "amount_venue": "٢٥٠"})
    assert ">£1,250.00</bdi></output>" in refused.text, "as typed"
    saved = press(stage.client, stage.costs, {**form, "amount_venue": "250", "line_venue": stage.venue.public_id})
    assert "Costs planned. Total: \u2066£1,250.00\u2069" in words(saved)
    assert "Total £1,250.00" in words(saved)


def test_partner_reads_the_total_of_their_lines_as_a_part(stage: Stage) -> None:
    mine = {"amount_trainers": "100", "line_trainers": stage.trainers.public_id}
    post(stage.client, stage.costs, {**mine, "amount_venue": "777.77", "line_venue": stage.foreign.public_id})
    partner = stage.as_("iraq")
    part = "Lines of your projects, part of a larger cost"
    for address in (stage.costs, f"/cohorts/{stage.cohort.public_id}"):
        page = words(partner.get(address))
        assert f"{part} £100.00" in page or f"{part}: £100.00" in page, address
        assert "877" not in page
        assert part not in words(stage.client.get(address))


def test_suggested_amount_says_how_it_was_made(stage: Stage) -> None:
    _template(stage)
    page = words(stage.client.get(stage.costs)).replace("\u2066", "").replace("\u2069", "")
    assert "The course suggests £3,000.00: £1,000.00 × 3 days" in page
    assert "The course suggests £250.00: £250.00 once" in page
    assert "The course suggests £315.00: £10.50 × 10 trainees × 3 days" in page


@pytest.mark.parametrize(
    ("typed", "message", "field"),
    [
        ({"amount_venue": "5"}, "Venue: Choose the line that pays for it", "line_venue"),
        ({"amount_venue": "a lot"}, "Venue: Enter an amount in pounds", "amount_venue"),
        ({"amount_travel": "5", "line_travel": "no"}, "Travel: Choose one of the answers in the list", "line_travel"),
    ],
)
def test_error_of_costs_names_its_category_and_stands_at_its_field(
    stage: Stage, typed: dict[str, str], message: str, field: str
) -> None:
    page = post(stage.client, stage.costs, typed).text
    assert f'<a href="#{field}">{message}' in page
    assert message in page.split(f'id="{field}-error"')[1][:300]


def test_error_of_a_template_names_its_category(stage: Stage) -> None:
    page = _template(stage, amount_travel="5", basis_travel="")
    assert '<a href="#basis_travel">Travel: Choose an answer: How often' in page


def test_line_that_does_not_cover_the_cohort_is_refused_at_its_field(stage: Stage) -> None:
    with stage.world.app.app_context(), transaction() as session:
        session.execute(update(Cohort).values(starts_on=dt.date(2027, 4, 1), ends_on=dt.date(2027, 4, 2)))
    typed = {"amount_venue": "5", "line_venue": stage.venue.public_id}
    page = post(stage.client, stage.costs, typed).text
    refused = "Venue: the line pays from 1 April 2026 to 31 March 2027 and does not cover the cohort"
    assert f'<a href="#line_venue">{refused}' in page
    assert _value(page, "amount_venue") == "5"


def test_script_that_adds_up_is_allowed_on_its_page_alone(stage: Stage) -> None:
    with_script = stage.client.get(stage.costs)
    (address,) = re.findall(r'<script src="(/static/total\.[0-9a-f]{12}\.js)" defer></script>', with_script.text)
    assert with_script.text.count("<script") == 1
    assert with_script.headers["Content-Security-Policy"].endswith("; script-src 'self'")
    assert "default-src 'none'" in with_script.headers["Content-Security-Policy"]
    with stage.client.get(address) as script:
        assert script.status_code == 200
    assert "script" not in stage.client.get(f"/cohorts/{stage.cohort.public_id}").headers["Content-Security-Policy"]
