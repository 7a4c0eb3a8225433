"""What lapses when the financial year closes, tested without a database."""

import datetime as dt

import pytest

from training.domain.finance import year_end
from training.domain.finance.year_end import YearEndRow
from training.models.finance.programmes import BudgetLine, Programme
from training.queries.finance.spending_plans import CohortCosts
from training.queries.finance.year_end import YearEndFigures

ENDS_ON = dt.date(2027, 3, 31)


def line(key: int = 1, allocated: int = 1_000, committed: int = 300, spent: int = 200) -> BudgetLine:
    return BudgetLine(id=key, allocated=allocated, committed=committed, spent=spent)


@pytest.mark.parametrize(
    ("due", "scheduled", "later", "lapses", "short"),
    [
        (300, 0, 0, 500, 0),
        (0, 0, 300, 800, 0),
        (300, 500, 0, 0, 0),
        (300, 501, 0, 0, 1),
        (300, 499, 0, 1, 0),
    ],
)
def test_money_neither_spent_nor_due_nor_scheduled_lapses(
    due: int, scheduled: int, later: int, lapses: int, short: int
) -> None:
    row = year_end.row(line(), due, scheduled)
    assert (row.later, row.lapses, row.short) == (later, lapses, short)


def test_shortage_of_one_line_does_not_reduce_lapses_of_another() -> None:
    rows = [year_end.row(line(1), 0, 0), year_end.row(line(2), 0, 900)]
    assert year_end.total(rows, of=0) == YearEndRow(
        line=None, allocated=2_000, spent=400, due=0, later=600, scheduled=900, lapses=800, short=100
    )


def test_future_cohorts_count_if_due_by_the_year_end() -> None:
    costs = [
        CohortCosts(1, dt.date(2027, 2, 1), dt.date(2027, 2, 3), 10),
        CohortCosts(1, dt.date(2027, 3, 30), dt.date(2027, 4, 2), 100),
        CohortCosts(1, dt.date(2027, 4, 1), dt.date(2027, 4, 2), 1_000),
        CohortCosts(2, dt.date(2027, 2, 1), dt.date(2027, 2, 3), 10_000),
    ]
    figures = YearEndFigures(Programme(), may_see_balances=True, lines=[(line(), 0)], costs=costs, commitments=[])
    (row,) = year_end.rows(figures, ENDS_ON)
    assert row.scheduled == 110
