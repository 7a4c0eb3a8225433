"""Variances: when a deviation from the plan needs a written reason, on both databases."""

import datetime as dt
from collections.abc import Iterator
from unittest.mock import Mock

import pytest
from flask import Flask
from sqlalchemy import select

from tests.support.world import TODAY, World
from training.domain.finance import variances as rules
from training.domain.finance.refusals import WithinPlan
from training.domain.finance.variances import Variance
from training.kit.db import db, transaction
from training.models.finance.ledger import LineMonth
from training.models.finance.programmes import BudgetLine
from training.models.finance.spending_plans import LinePlan
from training.models.identity.audit import AuditEntry
from training.policy.scopes import unscoped
from training.queries.finance import variances
from training.queries.finance.variances import PlanAndSpent

OCTOBER = dt.date(2026, 10, 1)


@pytest.fixture
def world(app: Flask) -> Iterator[World]:
    with app.app_context():
        yield World(app)


def spent_line(world: World, pence: int, *, allocated: int = 1_200_00, on: dt.date = OCTOBER) -> BudgetLine:
    """Return a line of a year from April with ``pence`` spent in a past month."""
    line = world.line(allocated)
    commitment = world.commitment(line, allocated)
    world.approve(world.payment(commitment, pence, paid_on=on))
    return line


def give(world: World, line: BudgetLine, reason: str, on: dt.date = TODAY) -> None:
    with transaction():
        rules.give_reason(line, reason, world.actor("uk"), on)


@pytest.mark.parametrize(
    ("planned", "spent", "is_beyond"),
    [
        (100_00, 100_00, False),
        (100_00, 110_00, False),
        (100_00, 110_01, True),
        (100_00, 90_00, False),
        (100_00, 89_99, True),
        (100_00, 0, True),
        (0, 0, False),
        (0, 1, True),
        (3, 3, False),
        (3, 4, True),
    ],
)
def test_deviation_above_a_tenth_either_way_needs_a_reason(planned: int, spent: int, is_beyond: bool) -> None:
    assert rules.is_beyond(Variance(Mock(), OCTOBER, planned, spent, None)) is is_beyond


@pytest.mark.parametrize(
    ("planned", "spent", "per_mille"),
    [(100_00, 112_50, 125), (100_00, 0, -1000), (0, 5_00, None), (0, 0, None), (2000, 2001, 0), (2000, 2003, 2)],
)
def test_deviation_is_relative_to_the_plan(planned: int, spent: int, per_mille: int | None) -> None:
    assert Variance(Mock(), OCTOBER, planned, spent, None).per_mille == per_mille


@pytest.mark.parametrize(("entered", "planned"), [(None, 700_00), (0, 0), (5_00, 5_00)])
def test_line_without_a_plan_counts_as_spread_evenly(entered: int | None, planned: int) -> None:
    line = BudgetLine(allocated=1_200_00, starts_on=dt.date(2026, 4, 1), ends_on=dt.date(2027, 3, 31))
    found = rules.variance(PlanAndSpent(line, entered, 710_00, None), OCTOBER)
    assert (found.planned, found.difference) == (planned, 710_00 - planned)


@pytest.mark.parametrize(
    ("today", "planned", "spent"),
    [
        # The line runs from April 2026 to March 2027 with £1,200; £710 were spent in October.
        (dt.date(2026, 4, 30), 0, 0),
        (dt.date(2026, 5, 1), 100_00, 0),
        (dt.date(2026, 10, 31), 600_00, 0),
        (dt.date(2026, 11, 1), 700_00, 710_00),
        (dt.date(2027, 4, 1), 1_200_00, 710_00),
        (dt.date(2028, 1, 1), 1_200_00, 710_00),
    ],
)
def test_variance_is_computed_to_the_end_of_last_month(world: World, today: dt.date, planned: int, spent: int) -> None:
    line = spent_line(world, 710_00)
    variance = rules.of_line(line.id, world.actor("uk"), today)
    assert (variance.planned, variance.spent) == (planned, spent)


def test_entered_plan_overrides_the_even_spread(world: World) -> None:
    line = spent_line(world, 100_00)
    with transaction() as session:
        session.add(LinePlan(line_id=line.id, month=OCTOBER, amount=150_00))
        session.add(LinePlan(line_id=line.id, month=dt.date(2026, 11, 1), amount=1_050_00))
    assert rules.of_line(line.id, world.actor("uk"), dt.date(2026, 10, 31)).planned == 0
    assert rules.of_line(line.id, world.actor("uk"), TODAY).planned == 150_00
    assert rules.of_line(line.id, world.actor("uk"), dt.date(2026, 12, 1)).planned == 1_200_00


def test_reason_covers_its_month_only(world: World) -> None:
    line = spent_line(world, 100_00)
    uk = world.actor("uk")
    assert rules.awaits_reason(rules.of_line(line.id, uk, TODAY))
    give(world, line, "The trainers came late")
    variance = rules.of_line(line.id, uk, TODAY)
    assert not rules.awaits_reason(variance)
    assert rules.is_beyond(variance)
    assert variance.newest is not None
    assert (variance.newest.month, variance.newest.planned, variance.newest.spent) == (OCTOBER, 700_00, 100_00)
    assert variance.newest.given_by.username == "uk"
    assert rules.awaits_reason(rules.of_line(line.id, uk, dt.date(2026, 12, 1)))


def test_repeated_reason_is_stored_once_and_a_new_one_supersedes(world: World) -> None:
    line = spent_line(world, 100_00)
    for reason in ("A typing eror", "A typing eror", "No error"):
        give(world, line, reason)
    given = variances.reasons_of(line.id, world.actor("funder"))
    assert [reason.reason for reason in given] == ["No error", "A typing eror"]
    newest = rules.of_line(line.id, world.actor("uk"), TODAY).newest
    assert newest is not None
    assert newest.reason == "No error"


def test_reason_within_plan_is_refused(world: World) -> None:
    line = spent_line(world, 700_00)
    with pytest.raises(WithinPlan):
        give(world, line, "None is needed")
    assert variances.reasons_of(line.id, world.actor("uk")) == []


def test_reason_is_audited_without_its_text(world: World) -> None:
    line = spent_line(world, 100_00)
    give(world, line, "Words of a person")
    audited = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "variance explained")).one()
    assert audited.subject_id == line.public_id
    assert audited.details == {"month": "2026-10-01", "pence": -600_00}


@pytest.mark.parametrize(
    ("reader", "seen"),
    [
        ("uk", 2),
        ("approver", 2),
        ("auditor", 2),
        ("funder", 2),
        ("iraq", 1),
        ("kri", 1),
        ("iraq.2", 0),
        ("funder.2", 0),
    ],
)
def test_readers_see_the_variances_in_their_scope(world: World, reader: str, seen: int) -> None:
    world.line(100_00, world.project(organisation="iraq"))
    world.line(100_00, world.project(organisation="kri"))
    rows = rules.of_programme(world.programme().id, world.actor(reader), TODAY)
    assert len(rows) == seen


def test_variance_agrees_with_the_monthly_totals(world: World) -> None:
    line = spent_line(world, 123_45)
    total = select(LineMonth.spent).where(LineMonth.line_id == line.id, LineMonth.month == OCTOBER)
    assert db.session.scalar(unscoped(total, because="test")) == 123_45
    assert rules.of_line(line.id, world.actor("uk"), TODAY).spent == 123_45
