"""Patterns spread an allocation to the exact penny; a stale form does not replace a plan."""

import datetime as dt
from itertools import pairwise

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from tests.support.world import World
from training.domain.finance import spending_plans
from training.domain.finance.refusals import PlanChanged
from training.domain.finance.spending_plans import Pattern, PlanRow, Scheduled
from training.kit.clock import months_between
from training.kit.db import transaction
from training.models.finance.programmes import BudgetLine
from training.queries.finance import spending_plans as rows
from training.queries.finance.spending_plans import CohortCosts

YEAR = months_between(dt.date(2026, 4, 1), dt.date(2027, 3, 31))


@pytest.mark.parametrize(
    ("pattern", "pence"),
    [
        (Pattern.EVEN, [650] * 12),
        (Pattern.EARLY, [1200, 1100, 1000, 900, 800, 700, 600, 500, 400, 300, 200, 100]),
        (Pattern.LATE, [100, 200, 300, 400, 500, 600, 700, 800, 900, 1000, 1100, 1200]),
        (Pattern.QUARTERLY, [0, 0, 1950] * 4),
    ],
)
def test_each_pattern_spreads_a_year(pattern: Pattern, pence: list[int]) -> None:
    assert list(spending_plans.spread(7800, YEAR, pattern).values()) == pence


def test_quarterly_pattern_handles_partial_quarters() -> None:
    months = months_between(dt.date(2026, 5, 20), dt.date(2026, 10, 2))
    spread = spending_plans.spread(600, months, Pattern.QUARTERLY)
    assert {month.month: pence for month, pence in spread.items()} == {5: 0, 6: 200, 7: 0, 8: 0, 9: 300, 10: 100}


@pytest.mark.parametrize(
    ("first", "last", "due_on"),
    [
        (dt.date(2027, 2, 1), dt.date(2027, 2, 3), dt.date(2027, 2, 3)),
        (dt.date(2027, 3, 30), dt.date(2027, 4, 2), dt.date(2027, 3, 31)),
        (dt.date(2027, 4, 1), dt.date(2027, 4, 2), dt.date(2027, 4, 2)),
    ],
)
def test_future_cohort_is_due_at_its_end_or_the_year_end(first: dt.date, last: dt.date, due_on: dt.date) -> None:
    assert spending_plans.scheduled([CohortCosts(1, first, last, 700)]) == [Scheduled(1, due_on, 700)]


def test_plan_page_shows_spending_outside_the_planned_months() -> None:
    line = BudgetLine(allocated=300, starts_on=dt.date(2026, 4, 1), ends_on=dt.date(2026, 5, 31))
    april, may, june = (dt.date(2026, month, 1) for month in (4, 5, 6))
    page = spending_plans.beside(line, {april: 300}, {june: 20})
    assert page.is_entered
    assert page.rows == [PlanRow(april, 300, 0), PlanRow(may, 0, 0), PlanRow(june, 0, 20)]
    assert page.total == PlanRow(None, 300, 20)
    evenly = spending_plans.beside(line, {}, {})
    assert not evenly.is_entered
    assert evenly.rows == [PlanRow(april, 150, 0), PlanRow(may, 150, 0)]


@given(
    pence=st.integers(0, 10**14),
    first=st.dates(dt.date(2024, 1, 1), dt.date(2026, 1, 1)),
    length=st.integers(0, 2000),
    pattern=st.sampled_from(Pattern),
)
def test_patterns_spread_every_penny_once(pence: int, first: dt.date, length: int, pattern: Pattern) -> None:
    months = months_between(first, first + dt.timedelta(days=length))
    spread = spending_plans.spread(pence, months, pattern)
    amounts = list(spread.values())
    assert list(spread) == months
    assert sum(amounts) == pence
    assert min(amounts) >= 0
    if pattern is Pattern.EVEN:
        assert max(amounts) - min(amounts) <= 1
    if pattern is Pattern.EARLY:
        assert all(later <= sooner + 1 for sooner, later in pairwise(amounts))
    if pattern is Pattern.LATE:
        assert all(later >= sooner - 1 for sooner, later in pairwise(amounts))


def test_stale_plan_form_is_refused(app: Flask) -> None:
    with app.app_context():
        world = World(app)
        line = world.line(1200)
        even = spending_plans.spread(1200, YEAR, Pattern.EVEN)
        with transaction():
            spending_plans.enter(line, even, spending_plans.fingerprint({}), world.actor("uk"))
        late = spending_plans.spread(1300, YEAR, Pattern.LATE)
        with pytest.raises(PlanChanged), transaction():
            spending_plans.enter(line, late, spending_plans.fingerprint({}), world.actor("uk.2"))
        assert rows.entered(line.id) == even
        with transaction():
            spending_plans.enter(line, late, spending_plans.fingerprint(even), world.actor("uk.2"))
        assert rows.entered(line.id) == late
