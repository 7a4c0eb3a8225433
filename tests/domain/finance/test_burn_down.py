"""The forecast as a decision table; moving one amount by a month moves one point; every period shows exact sums."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from tests.support.world import TODAY, World
from training.domain.finance import burn_down, spending_plans
from training.domain.finance.burn_down import Period, Series, left, series, shortened
from training.domain.finance.spending_plans import Pattern, Scheduled, spread_over
from training.kit.clock import months_between
from training.kit.db import db, transaction
from training.models.courses.cohorts import Cohort, CohortState
from training.models.finance.ledger import Commitment, LineMonth
from training.queries.finance.burn_down import Total


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(f"{text}-01")


LINE = spread_over(12_000, dt.date(2026, 4, 1), dt.date(2027, 3, 31))
TOTALS = [
    Total(day("2026-05"), 4_000, 0, 0),
    Total(day("2026-07"), -1_500, 1_500, 0),
    Total(day("2026-09"), 0, 0, 1_000),
    Total(day("2027-01"), 0, 0, 1_500),
]


def at(found: Series, column: str, month: str) -> int | None:
    value: int | None = getattr(found, column)[list(found.months).index(day(month))]
    return value


@pytest.mark.parametrize(
    ("what", "by_month"),
    [
        # Nothing scheduled: spent, the overdue thousand at once, the rest in January.
        ([], {"2026-10": None, "2026-11": 2_500, "2026-12": 2_500, "2027-01": 4_000, "2027-03": 4_000}),
        # A cohort in February.
        ([Scheduled(1, dt.date(2027, 2, 11), 700)], {"2027-01": 4_000, "2027-02": 4_700, "2027-03": 4_700}),
        # A cohort whose end is past counts now.
        ([Scheduled(1, dt.date(2026, 10, 5), 700)], {"2026-11": 3_200, "2027-03": 4_700}),
        # The chart goes on to the cohort of the next financial year.
        ([Scheduled(1, dt.date(2027, 5, 5), 700)], {"2027-03": 4_000, "2027-05": 4_700, "2028-03": 4_700}),
    ],
)
def test_forecast_counts_each_cost_in_its_expected_month(
    what: list[Scheduled], by_month: dict[str, int | None]
) -> None:
    found = series([LINE], TOTALS, what, TODAY, Period.ALL)
    assert {month: at(found, "forecast", month) for month in by_month} == by_month


def differences(one: Series, other: Series) -> list[tuple[str, dt.date]]:
    """Return the points at which two charts differ."""
    assert list(one.months) == list(other.months)
    return [
        (column, month)
        for column in ("planned", "committed", "spent", "forecast")
        for month, before, after in zip(one.months, getattr(one, column), getattr(other, column), strict=True)
        if before != after
    ]


def moved(index: int, month: str) -> list[Total]:
    return [replace(total, month=day(month)) if place == index else total for place, total in enumerate(TOTALS)]


@pytest.mark.parametrize(
    ("changed", "point"),
    [
        ({"totals": moved(1, "2026-08")}, ("spent", day("2026-07"))),
        ({"totals": moved(3, "2027-02")}, ("forecast", day("2027-01"))),
        ({"scheduled": [Scheduled(1, dt.date(2027, 3, 2), 700)]}, ("forecast", day("2027-02"))),
        ({"lines": [LINE | {day("2026-06"): 0, day("2026-07"): 2_000}]}, ("planned", day("2026-06"))),
    ],
    ids=["a payment", "an expected month", "a cohort", "a plan"],
)
def test_cost_one_month_later_moves_one_point(changed: dict[str, Any], point: tuple[str, dt.date]) -> None:
    first: dict[str, Any] = {
        "lines": [LINE],
        "totals": TOTALS,
        "scheduled": [Scheduled(1, dt.date(2027, 2, 2), 700)],
        "today": TODAY,
    }
    assert differences(series(**first), series(**(first | changed))) == [point]


def test_period_limits_months_without_changing_sums() -> None:
    lines = [spread_over(60_000, dt.date(2024, 11, 1), dt.date(2030, 3, 31))]
    everything = series(lines, TOTALS, [], TODAY, Period.ALL)
    spans = {
        Period.FINANCIAL_YEAR: ("2026-04", "2027-03"),
        Period.TWELVE_MONTHS: ("2025-12", "2026-11"),
        Period.ALL: ("2024-11", "2030-03"),
        None: ("2025-12", "2027-11"),
    }
    for period, (first, last) in spans.items():
        found = series(lines, TOTALS, [], TODAY, period)
        assert list(found.months) == months_between(day(first), day(last))
        for column in ("planned", "committed", "spent", "forecast"):
            for month in found.months:
                text = f"{month:%Y-%m}"
                assert at(found, column, text) == at(everything, column, text)


def test_fully_paid_commitments_do_not_extend_the_chart() -> None:
    assert series([LINE], [*TOTALS, Total(day("2029-01"), 0, 0, 0)], [], TODAY).months[-1] == day("2027-03")


def test_burn_down_shows_what_is_left_of_the_whole() -> None:
    used = series([LINE], TOTALS, [], TODAY)
    found = left(used, 3_000)
    november = {"planned": -5_000, "committed": -1_000, "spent": 1_500, "forecast": 500}
    assert {column: at(found, column, "2026-11") for column in november} == november
    assert at(found, "forecast", "2027-03") == -1_000, "more is expected than there is"
    assert (at(found, "spent", "2026-12"), at(found, "forecast", "2026-10")) == (None, None)
    assert (found.months, found.on) == (used.months, TODAY)


@pytest.mark.parametrize(
    ("on", "first", "last"),
    [
        (TODAY, "2026-04", "2027-03"),
        (dt.date(2027, 4, 1), "2027-04", "2028-03"),
        (dt.date(2027, 3, 31), "2026-04", "2027-03"),
        # The chart has no month of this financial year: its own last twelve.
        (dt.date(2035, 11, 24), "2029-04", "2030-03"),
    ],
)
def test_small_chart_shows_today_and_the_end_of_the_year(on: dt.date, first: str, last: str) -> None:
    lines = [spread_over(60_000, dt.date(2024, 11, 1), dt.date(2030, 3, 31))]
    found = shortened(series(lines, TOTALS, [], on))
    assert (found.months[0], found.months[-1], len(found.months)) == (day(first), day(last), 12)
    assert len(found.spent) == len(found.forecast) == 12
    if on.year < 2035:
        assert found.months[found.now or 0] == day(f"{on:%Y-%m}")


YEAR_OF_2020 = spread_over(12_000, dt.date(2020, 4, 1), dt.date(2021, 3, 31))
PAID_IN_2020 = [Total(day("2020-09"), 0, 9_000, 0)]


@pytest.mark.parametrize(
    ("lines", "totals", "first", "last"),
    [
        # Ended years ago: its last year.
        ([YEAR_OF_2020], PAID_IN_2020, "2020-04", "2021-03"),
        # The commitment was approved, and used up, when its payments were entered.
        ([YEAR_OF_2020], [*PAID_IN_2020, Total(day("2026-11"), 0, 0, 0)], "2020-04", "2021-03"),
        # Something is outstanding still.
        ([YEAR_OF_2020], [*PAID_IN_2020, Total(day("2026-11"), 500, 0, 500)], "2020-04", "2021-03"),
        # The last two years of four.
        ([spread_over(100, dt.date(2018, 4, 1), dt.date(2022, 3, 31))], [], "2020-04", "2022-03"),
        # A late payment last year: it has not ended long ago.
        ([YEAR_OF_2020], [*PAID_IN_2020, Total(day("2026-02"), 0, 10, 0)], "2025-03", "2027-02"),
        # Ended less than a year ago: the current month is shown.
        ([spread_over(100, dt.date(2023, 4, 1), dt.date(2026, 3, 31))], [], "2025-04", "2027-03"),
        ([spread_over(100, dt.date(2020, 4, 1), dt.date(2025, 11, 30))], [], "2024-12", "2026-11"),
        ([spread_over(100, dt.date(2020, 4, 1), dt.date(2025, 10, 31))], [], "2024-04", "2026-03"),
    ],
)
def test_chart_of_the_past_opens_on_its_last_months(
    lines: list[Any], totals: list[Total], first: str, last: str
) -> None:
    found = series(lines, totals, [], TODAY)
    assert (found.months[0], found.months[-1]) == (day(first), day(last))
    everything = series(lines, totals, [], TODAY, Period.ALL)
    assert at(found, "spent", last) == at(everything, "spent", last)


def test_future_line_is_charted_from_today() -> None:
    found = series([spread_over(100, dt.date(2027, 4, 1), dt.date(2028, 3, 31))], [], [], TODAY)
    assert (found.months[0], found.spent[0], found.forecast[0]) == (day("2026-11"), 0, 0)


def test_chart_counts_balances_commitments_cohorts_and_plans(app: Flask) -> None:
    """Balances, overdue commitments, scheduled cohorts and an entered plan, equal for line, project and programme."""
    with app.app_context():
        world = World(app)
        world.covered()
        line = world.line(50_000_00)
        paid = world.commitment(line, 900_00)
        world.approve(world.payment(paid, 400_00))
        world.draft(line, pence=1_000_00, first=dt.date(2026, 11, 2), last=dt.date(2026, 11, 4))
        waiting = world.draft(line, pence=2_000_00, first=dt.date(2027, 2, 2), last=dt.date(2027, 2, 4))
        world.asked(waiting)
        gone = world.draft(line, pence=9_000_00, first=dt.date(2027, 2, 2), last=dt.date(2027, 2, 4))
        with transaction():
            db.session.execute(update(Cohort).where(Cohort.id == gone.id).values(state=CohortState.CANCELLED))
            spread = spending_plans.spread(40_000_00, spending_plans.months_of(line), Pattern.QUARTERLY)
            spending_plans.enter(line, spread, spending_plans.fingerprint({}), world.actor("uk"))
        actor = world.actor("uk")
        charts = [
            burn_down.of_line(line.id, actor, TODAY, Period.ALL),
            burn_down.of_project(line.project_id, actor, TODAY, Period.ALL),
            burn_down.of_programme(line.programme_id, actor, TODAY, Period.ALL),
        ]
        found = charts[0]
        assert found is not None
        assert charts == [found] * 3
        months = ("2026-10", "2026-11", "2026-12", "2027-01", "2027-02", "2027-03")
        assert [at(found, "forecast", month) for month in months] == [
            None, 1_400_00, 1_400_00, 1_900_00, 3_900_00, 3_900_00,
        ]  # fmt: skip
        assert (at(found, "committed", "2026-11"), at(found, "spent", "2026-11")) == (900_00, 400_00)
        assert [at(found, "planned", month) for month in ("2026-05", "2026-06", "2027-03")] == [
            0, 10_000_00, 40_000_00,
        ]  # fmt: skip


def test_chart_reads_the_monthly_totals_and_not_the_commitments(app: Flask) -> None:
    """Changing a monthly total changes the chart; changing a commitment alone does not."""
    with app.app_context():
        world = World(app)
        line = world.line(50_000_00)
        commitment = world.commitment(line, 900_00)
        before = burn_down.of_line(line.id, world.actor("uk"), TODAY)
        with transaction():
            db.session.execute(
                update(Commitment).where(Commitment.id == commitment.id).values(expected_on=dt.date(2027, 2, 1))
            )
        assert burn_down.of_line(line.id, world.actor("uk"), TODAY) == before
        with transaction():
            here = (LineMonth.line_id == line.id, LineMonth.month == day("2027-01"))
            db.session.execute(update(LineMonth).where(*here).values(month=day("2027-02")))
        after = burn_down.of_line(line.id, world.actor("uk"), TODAY)
        assert before is not None
        assert after is not None
        assert differences(before, after) == [("forecast", day("2027-01"))]
