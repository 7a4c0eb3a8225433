"""What will be left of each line when the financial year closes."""

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from training.domain.finance import spending_plans
from training.kit.clock import financial_year_end
from training.models.finance.ledger import Commitment
from training.models.finance.programmes import BudgetLine, Programme
from training.models.identity.actor import Actor
from training.queries.finance import year_end
from training.queries.finance.burn_down import BurnDownFigures, HeldLine
from training.queries.finance.spending_plans import CohortCosts
from training.queries.finance.year_end import MOST, YearEndFigures


@dataclass(frozen=True)
class YearEndRow:
    """A line at the end of the financial year, or the total if ``line`` is None; pence.

    ``is_part`` is whether the total is that of some lines of the programme only.

    ``due`` and ``later`` are outstanding commitments expected by 31 March and after; ``scheduled`` is the cost by then
    of cohorts without a commitment yet. Whatever is neither spent nor due by 31 March lapses; a line that needs more
    than it holds is short.
    """

    line: BudgetLine | None
    allocated: int
    spent: int
    due: int
    later: int
    scheduled: int
    lapses: int
    short: int
    is_part: bool = False


@dataclass(frozen=True)
class YearEndPage:
    """A programme at the end of the financial year: its visible lines, and what is outstanding."""

    programme: Programme
    may_see_balances: bool
    ends_on: dt.date
    days_left: int
    rows: Sequence[YearEndRow]
    total: YearEndRow
    commitments: Sequence[Commitment]
    has_more: bool


def year_end_page(programme: Programme, actor: Actor, today: dt.date) -> YearEndPage:
    """Return the year-end page of a programme for ``actor``; commitments with the latest expected first."""
    ends_on = financial_year_end(today)
    figures = year_end.figures(programme, actor, ends_on)
    lines = rows(figures, ends_on)
    return YearEndPage(
        programme=figures.programme,
        may_see_balances=figures.may_see_balances,
        ends_on=ends_on,
        days_left=(ends_on - today).days,
        rows=lines,
        total=total(lines, of=figures.programme.allocated),
        commitments=figures.commitments[:MOST],
        has_more=len(figures.commitments) > MOST,
    )


def rows(figures: YearEndFigures, ends_on: dt.date) -> list[YearEndRow]:
    """Return the row of each line of ``figures``; the year ends on ``ends_on``."""
    scheduled = _scheduled(figures.costs, ends_on)
    return [row(line, due, scheduled[line.id]) for line, due in figures.lines]


def _scheduled(costs: Sequence[CohortCosts], ends_on: dt.date) -> Counter[int]:
    """Return the cost of future cohorts that is due by ``ends_on``, by the key of the line."""
    by_line = Counter[int]()
    for cost in spending_plans.scheduled(costs):
        if cost.due_on <= ends_on:
            by_line[cost.line_id] += cost.amount
    return by_line


def row(line: BudgetLine, due: int, scheduled: int) -> YearEndRow:
    """Return what lapses of a line, or its shortage, with ``due`` and ``scheduled`` by the end of the year."""
    left = left_over(line, due, scheduled)
    return YearEndRow(
        line=line,
        allocated=line.allocated,
        spent=line.spent,
        due=due,
        later=line.committed - due,
        scheduled=scheduled,
        lapses=max(0, left),
        short=max(0, -left),
    )


def left_over(line: BudgetLine | HeldLine, due: int, scheduled: int) -> int:
    """Return the pence of a line that are neither spent nor due by the end of the year; below zero is its shortage."""
    return line.allocated - line.spent - due - scheduled


@dataclass(frozen=True)
class Outlook:
    """What a programme will have spent by the end of the financial year, and what then lapses; pence."""

    ends_on: dt.date
    spent: int
    lapses: int


def outlook(figures: BurnDownFigures, today: dt.date) -> Outlook:
    """Return the outlook of the lines of ``figures`` for the financial year of ``today``."""
    ends_on = financial_year_end(today)
    scheduled = _scheduled(figures.costs, ends_on)
    spent, lapses = 0, 0
    for line in figures.lines:
        due = sum(total.expected for total in figures.totals.get(line.line_id, ()) if total.month <= ends_on)
        spent += line.spent + due + scheduled[line.line_id]
        lapses += max(0, left_over(line, due, scheduled[line.line_id]))
    return Outlook(ends_on, spent, lapses)


def total(rows: Sequence[YearEndRow], of: int) -> YearEndRow:
    """Return the sums of all rows, lines of a programme in which ``of`` pence are allocated."""
    return YearEndRow(
        line=None,
        allocated=sum(row.allocated for row in rows),
        spent=sum(row.spent for row in rows),
        due=sum(row.due for row in rows),
        later=sum(row.later for row in rows),
        scheduled=sum(row.scheduled for row in rows),
        lapses=sum(row.lapses for row in rows),
        short=sum(row.short for row in rows),
        is_part=sum(row.allocated for row in rows) < of,
    )
