"""The series of the burn-down chart, from the monthly totals."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from sqlalchemy import ColumnElement, select

from training.kit.clock import financial_year_end, month_of, months_between
from training.kit.db import db
from training.kit.money import spread_evenly
from training.models.actor import Actor
from training.models.ledger import LineMonth
from training.models.programmes import BudgetLine
from training.policy.matrix import Permission
from training.policy.scopes import seen

_MOST_MONTHS = 24


@dataclass(frozen=True)
class Plan:
    """What a line has and when it means to spend it; pence."""

    allocated: int
    starts_on: dt.date
    ends_on: dt.date


@dataclass(frozen=True)
class Total:
    """What moved on a line in a month, and what its outstanding commitments are expected to cost in it; pence."""

    month: dt.date
    committed: int
    spent: int
    expected: int


@dataclass(frozen=True)
class Series:
    """Cumulative pence at the end of each month; None where there is nothing to say."""

    months: Sequence[dt.date]
    planned: Sequence[int]
    committed: Sequence[int | None]
    spent: Sequence[int | None]
    forecast: Sequence[int | None]


def of_programme(programme_id: int, actor: Actor, today: dt.date) -> Series | None:
    """Return the series of a programme, or None while nothing is allocated."""
    return _read(BudgetLine.programme_id == programme_id, actor, today)


def of_line(line_id: int, actor: Actor, today: dt.date) -> Series | None:
    """Return the series of a budget line, or None while nothing is allocated."""
    return _read(BudgetLine.id == line_id, actor, today)


def _read(condition: ColumnElement[bool], actor: Actor, today: dt.date) -> Series | None:
    lines = seen(
        select(BudgetLine.allocated, BudgetLine.starts_on, BudgetLine.ends_on).where(
            condition, BudgetLine.allocated > 0
        ),
        actor,
        Permission.SEE_MONEY,
        BudgetLine,
    )
    totals = seen(
        select(LineMonth.month, LineMonth.committed, LineMonth.spent, LineMonth.expected)
        .join(BudgetLine, BudgetLine.id == LineMonth.line_id)
        .where(condition),
        actor,
        Permission.SEE_MONEY,
        BudgetLine,
    )
    plans = [Plan(*row) for row in db.session.execute(lines)]
    return series(plans, [Total(*row) for row in db.session.execute(totals)], today) if plans else None


def series(plans: Sequence[Plan], totals: Sequence[Total], today: dt.date) -> Series:
    """Add up the chart.

    Planned is each line's allocation spread evenly over its months. Committed is committed plus spent. Forecast is
    what was spent, plus outstanding commitments in their expected months, the overdue ones in this month; it runs
    to the 31 March that ends the financial year of the last plan, or of today where that is later.
    """
    now = month_of(today)
    first = min([plan.starts_on for plan in plans] + [total.month for total in totals])
    last = financial_year_end(max([plan.ends_on for plan in plans] + [today]))
    months = months_between(first, last)
    planned = _cumulative(_spread(plans), months)
    moved, spent, expected = (
        defaultdict[dt.date, int](int),
        defaultdict[dt.date, int](int),
        defaultdict[dt.date, int](int),
    )
    for total in totals:
        moved[total.month] += total.committed + total.spent
        spent[total.month] += total.spent
        expected[max(total.month, now)] += total.expected
    spent_so_far = _cumulative(spent, months)
    committed_so_far = _cumulative(moved, months)
    to_come = _cumulative(expected, months)
    is_past = [month <= now for month in months]
    known = spent_so_far[sum(is_past) - 1]
    shown = slice(-_MOST_MONTHS, None)
    return Series(
        months=months[shown],
        planned=planned[shown],
        committed=[value if past else None for value, past in zip(committed_so_far, is_past, strict=True)][shown],
        spent=[value if past else None for value, past in zip(spent_so_far, is_past, strict=True)][shown],
        forecast=[known + value if month >= now else None for month, value in zip(months, to_come, strict=True)][shown],
    )


def _spread(plans: Sequence[Plan]) -> Mapping[dt.date, int]:
    per_month = defaultdict[dt.date, int](int)
    for plan in plans:
        months = months_between(plan.starts_on, plan.ends_on)
        for month, pence in zip(months, spread_evenly(plan.allocated, len(months)), strict=True):
            per_month[month] += pence
    return per_month


def _cumulative(per_month: Mapping[dt.date, int], months: Sequence[dt.date]) -> list[int]:
    return list(accumulate(per_month.get(month, 0) for month in months))
