"""The series of the burn-down chart, from the monthly totals."""

import datetime as dt
import enum
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from training.domain.finance import spending_plans
from training.domain.finance.spending_plans import Months, Scheduled
from training.kit.clock import financial_year_end, month_of, months_between
from training.models.identity.actor import Actor
from training.queries.finance import burn_down, ceilings
from training.queries.finance.burn_down import BurnDownFigures, Total
from training.queries.finance.ceilings import CeilingStep

_MOST_MONTHS = 24
_YEAR = 12


class Period(enum.StrEnum):
    """The months shown; by default as many as fit, the current one among them.

    A chart of the past, more than a year after the last plan and payment, opens on its own last months.
    """

    FINANCIAL_YEAR = "financial-year"
    TWELVE_MONTHS = "twelve-months"
    ALL = "all"


@dataclass(frozen=True)
class Series:
    """Cumulative pence at the end of each month as known on the day ``on``; None where there is no value.

    ``grown`` is by how much the whole has grown since then, less than nothing where it shrank; empty if it never did.
    """

    on: dt.date
    months: Sequence[dt.date]
    planned: Sequence[int]
    committed: Sequence[int | None]
    spent: Sequence[int | None]
    forecast: Sequence[int | None]
    grown: Sequence[int] = ()

    def wholes(self, whole: int) -> list[int]:
        """Return in pence what the whole, ``whole`` today, was at the end of each month."""
        return [whole - grown for grown in self.grown or [0] * len(self.months)]

    @property
    def now(self) -> int | None:
        """The place of the current month; None if the months end before it."""
        return self._place(month_of(self.on))

    @property
    def year_end(self) -> int | None:
        """The place of the month that ends the financial year; None if the months do not reach it."""
        return self._place(month_of(financial_year_end(self.on)))

    def _place(self, month: dt.date) -> int | None:
        return self.months.index(month) if month in self.months else None

    def within(self, months: slice) -> "Series":
        """Return the series of some of the months."""
        return replace(
            self,
            months=self.months[months],
            planned=self.planned[months],
            committed=self.committed[months],
            spent=self.spent[months],
            forecast=self.forecast[months],
            grown=self.grown[months],
        )


def of_programme(programme_id: int, actor: Actor, today: dt.date, period: Period | None = None) -> Series | None:
    """Return the series of a programme, with the changes of its ceiling, or None while nothing is allocated."""
    found = _chart(burn_down.figures(burn_down.of_programme(programme_id), actor), today, period)
    return with_ceilings(found, ceilings.steps([programme_id], actor)[programme_id]) if found else None


def of_project(project_id: int, actor: Actor, today: dt.date, period: Period | None = None) -> Series | None:
    """Return the series of a project, or None while nothing is allocated."""
    return _chart(burn_down.figures(burn_down.of_project(project_id), actor), today, period)


def of_line(line_id: int, actor: Actor, today: dt.date, period: Period | None = None) -> Series | None:
    """Return the series of a budget line, or None while nothing is allocated."""
    return _chart(burn_down.figures(burn_down.of_line(line_id), actor), today, period)


def _chart(figures: BurnDownFigures | None, today: dt.date, period: Period | None) -> Series | None:
    return of_figures(figures, today, period) if figures else None


def of_figures(figures: BurnDownFigures, today: dt.date, period: Period | None = None) -> Series:
    """Return the series of the lines of ``figures``."""
    totals = [total for of_line in figures.totals.values() for total in of_line]
    return series(plans(figures), totals, spending_plans.scheduled(figures.costs), today, period)


def plans(figures: BurnDownFigures) -> list[Months]:
    """Return the planned pence of each line per month: its plan, or its allocation spread evenly."""
    return [
        figures.entered.get(line.line_id) or spending_plans.spread_over(line.allocated, line.starts_on, line.ends_on)
        for line in figures.lines
    ]


def series(
    lines: Sequence[Months],
    totals: Sequence[Total],
    scheduled: Sequence[Scheduled],
    today: dt.date,
    period: Period | None = None,
) -> Series:
    """Compute the series of the chart, limited to the months of ``period``.

    Planned is the sum of the plans. Committed is committed plus spent. Forecast is what was spent, plus outstanding
    commitments and the cost of scheduled cohorts, each in the month in which it is expected and the overdue in this
    month; it runs to the 31 March that ends the financial year of the last of them, or of today if that is later.
    """
    now = month_of(today)
    planned, moved, spent, to_come = Counter[dt.date](), Counter[dt.date](), Counter[dt.date](), Counter[dt.date]()
    for line in lines:
        planned.update(line)
    for total in totals:
        moved[total.month] += total.committed + total.spent
        spent[total.month] += total.spent
        to_come[max(total.month, now)] += total.expected
    for cost in scheduled:
        to_come[max(month_of(cost.due_on), now)] += cost.amount
    used = {month for sums in (moved, spent, to_come) for month, pence in sums.items() if pence}
    months = months_between(min({now, *planned, *used}), financial_year_end(max({now, *planned, *used})))
    known = spent.total()
    last = max({*planned, *(month for month, pence in spent.items() if pence)}, default=now)
    shown = _shown(months, today, period) if period else _opening(months, now, last)
    whole = Series(
        on=today,
        months=months,
        planned=_cumulative(planned, months),
        committed=_until(now, months, _cumulative(moved, months)),
        spent=_until(now, months, _cumulative(spent, months)),
        forecast=[
            known + value if month >= now else None
            for month, value in zip(months, _cumulative(to_come, months), strict=True)
        ],
    )
    return whole.within(shown)


def with_ceilings(series: Series, steps: Sequence[CeilingStep]) -> Series:
    """Return the series of a programme whose ceilings were ``steps``, oldest first.

    In the month of a change the new ceiling holds at its end; before the first, the first.
    """
    if len({step.pence for step in steps}) <= 1:
        return series
    now = steps[-1].pence
    return replace(series, grown=[now - _ceiling_at(month, steps) for month in series.months])


def _ceiling_at(month: dt.date, steps: Sequence[CeilingStep]) -> int:
    held = [step.pence for step in steps if month_of(step.day) <= month]
    return held[-1] if held else steps[0].pence


def left(series: Series, whole: int) -> Series:
    """Return what is left of the whole at the end of each month: a burn-down. Below zero is too little.

    ``whole`` is what it is today, in pence.
    """
    wholes = series.wholes(whole)
    return replace(
        series,
        planned=[at - value for at, value in zip(wholes, series.planned, strict=True)],
        committed=_left(series.committed, wholes),
        spent=_left(series.spent, wholes),
        forecast=_left(series.forecast, wholes),
    )


def _left(values: Sequence[int | None], wholes: Sequence[int]) -> list[int | None]:
    return [None if value is None else at - value for at, value in zip(wholes, values, strict=True)]


def shortened(series: Series) -> Series:
    """Return the twelve months to the end of the financial year, which a small picture shows; else the last twelve."""
    stop = len(series.months) if series.year_end is None else series.year_end + 1
    return series.within(slice(max(0, stop - _YEAR), stop))


def _cumulative(per_month: Mapping[dt.date, int], months: Sequence[dt.date]) -> list[int]:
    return list(accumulate(per_month.get(month, 0) for month in months))


def _until(now: dt.date, months: Sequence[dt.date], values: Sequence[int]) -> list[int | None]:
    return [value if month <= now else None for month, value in zip(months, values, strict=True)]


def _opening(months: Sequence[dt.date], now: dt.date, last: dt.date) -> slice:
    """Return the default range of months; ``last`` is the last month with a plan or a payment."""
    present, end = months.index(now), months.index(min(last, now))
    if present - end > _YEAR:
        stop = months.index(month_of(financial_year_end(last))) + 1
        return slice(max(0, stop - _MOST_MONTHS), stop)
    start = max(0, min(len(months) - _MOST_MONTHS, end - _YEAR + 1))
    return slice(start, start + _MOST_MONTHS)


def _shown(months: Sequence[dt.date], today: dt.date, period: Period) -> slice:
    """Return the range of months of a period; it always includes the current month."""
    if period is Period.ALL:
        return slice(None)
    present = months.index(month_of(today))
    last = months.index(month_of(financial_year_end(today))) if period is Period.FINANCIAL_YEAR else present
    return slice(max(0, last + 1 - _YEAR), last + 1)
