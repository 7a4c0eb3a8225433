"""Tables of money as they are saved: columns and rows in the reader's language."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from flask_babel import gettext as _

from training.kit.money import format_amount, format_rate
from training.kit.sheets import Column, Value
from training.models.claims import ExchangeRate
from training.models.ledger import Commitment
from training.models.programmes import BudgetLine
from training.queries.burn_down import Series
from training.queries.claims import ClaimPage
from training.queries.imports import RowOfBatch
from training.queries.ledger import EntryRow
from training.queries.plans import PlanPage
from training.queries.unit_costs import CohortRow
from training.queries.variances import Variance
from training.queries.year_end import YearEndPage
from training.web.filters import month, title_text
from training.web.wording import word


class Table(NamedTuple):
    """A table as it is saved: what it is called, its columns and rows."""

    name: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Value]]


def entries(rows: Iterable[EntryRow]) -> Table:
    """Return entries with their decisions."""
    columns = [
        Column(_("Entry")),
        Column(_("Kind")),
        Column(_("Budget line")),
        Column(_("Purpose")),
        Column(_("Amount"), is_money=True),
        Column(_("Proposed")),
        Column(_("Decision")),
        Column(_("Decided on")),
    ]
    return Table(_("Entries"), columns, map(_entry, rows))


def _entry(row: EntryRow) -> Sequence[Value]:
    entry, decision = row.entry, row.decision
    return (
        entry.public_id,
        word(entry.kind),
        title_text(entry.line),
        entry.purpose,
        entry.amount,
        entry.proposed_at.date(),
        word(decision.outcome) if decision else _("Waiting"),
        decision.decided_at.date() if decision else None,
    )


def lines(of: Iterable[BudgetLine]) -> Table:
    """Return budget lines with their balances."""
    columns = [
        Column(_("Budget line")),
        Column(_("What it pays for")),
        Column(_("Allocated"), is_money=True),
        Column(_("Committed"), is_money=True),
        Column(_("Spent"), is_money=True),
        Column(_("Available"), is_money=True),
    ]
    rows = (
        (
            title_text(line),
            word(line.category),
            line.allocated,
            line.committed,
            line.spent,
            line.available,
        )
        for line in of
    )
    return Table(_("Budget lines"), columns, rows)


def commitments(of: Iterable[Commitment]) -> Table:
    """Return commitments with what is outstanding and spent."""
    columns = [
        Column(_("Commitment")),
        Column(_("Purpose")),
        Column(_("Expected")),
        Column(_("Outstanding"), is_money=True),
        Column(_("Spent"), is_money=True),
        Column(_("State")),
    ]
    rows = (
        (
            one.public_id,
            one.purpose,
            one.expected_on,
            one.committed,
            one.spent,
            _("Closed") if one.is_closed else _("Open"),
        )
        for one in of
    )
    return Table(_("Commitments"), columns, rows)


def outstanding(of: Iterable[Commitment]) -> Table:
    """Return commitments that hold money, each with the line that it is on."""
    columns = [
        Column(_("Commitment")),
        Column(_("Purpose")),
        Column(_("Budget line")),
        Column(_("Expected")),
        Column(_("Outstanding"), is_money=True),
    ]
    rows = ((one.public_id, one.purpose, title_text(one.line), one.expected_on, one.committed) for one in of)
    return Table(_("Outstanding commitments"), columns, rows)


def claim_lines(page: ClaimPage) -> Table:
    """Return the lines of a claim: in pounds and as they were paid, with the rate that was used."""
    claim = page.claim
    columns = [
        Column(_("Entry")),
        Column(_("Budget line")),
        Column(_("Commitment")),
        Column(_("Purpose")),
        Column(_("Paid on")),
        Column(_("Amount"), is_money=True),
        Column(_("As it was paid")),
        Column(_("Rate")),
        Column(_("Decision")),
    ]
    rows = (
        (
            row.entry.public_id,
            title_text(row.entry.line),
            row.entry.commitment.public_id if row.entry.commitment else "",
            row.entry.purpose,
            claim.paid_on,
            row.entry.amount,
            format_amount(row.entry.original or row.entry.amount, claim.currency),
            format_rate(claim.rate),
            word(row.decision.outcome) if row.decision else _("Waiting"),
        )
        for row in page.lines
    )
    return Table(_("Lines of the claim"), columns, rows)


def spend_rows(of: Iterable[RowOfBatch]) -> Table:
    """Return the rows of a spend file with what will become, or became, of each."""
    columns = [
        Column(_("Row")),
        Column(_("Outcome")),
        Column(_("What is wrong")),
        Column(_("Paid on")),
        Column(_("Amount"), is_money=True),
        Column(_("Paid to")),
        Column(_("Purpose")),
        Column(_("Commitment")),
        Column(_("Claim")),
        Column(_("Decision")),
    ]
    return Table(_("Rows"), columns, map(_spend_row, of))


def _spend_row(one: RowOfBatch) -> Sequence[Value]:
    row = one.row
    wrong = f"{word(row.fault)}: {row.cell}" if row.fault else ""
    return (
        row.number,
        word(row.outcome),
        wrong,
        row.paid_on,
        row.amount,
        row.payee,
        row.purpose,
        row.commitment.public_id if row.commitment else "",
        row.claim.public_id if row.claim else "",
        word(one.decision.outcome) if one.decision else "",
    )


def programmes(of: Iterable[Any]) -> Table:
    """Return programmes with their ceilings; balances only where the reader may see them."""
    columns = [
        Column(_("Programme")),
        Column(_("Code")),
        Column(_("Ceiling"), is_money=True),
        Column(_("Committed"), is_money=True),
        Column(_("Spent"), is_money=True),
    ]
    rows = (
        (
            title_text(row.Programme),
            row.Programme.code,
            row.Programme.ceiling,
            row.Programme.committed if row.may_see_balances else None,
            row.Programme.spent if row.may_see_balances else None,
        )
        for row in of
    )
    return Table(_("Programmes"), columns, rows)


def burn_down(series: Series | None) -> Table:
    """Return the figures of the chart, month by month; empty while nothing is allocated."""
    columns = [
        Column(_("Month")),
        *(
            Column(heading, is_money=True)
            for heading in (_("Planned"), _("Committed and spent"), _("Spent"), _("Forecast"))
        ),
    ]
    if series is None:
        return Table(_("Burn-down"), columns, ())
    months = [month(day) for day in series.months]
    rows = zip(months, series.planned, series.committed, series.spent, series.forecast, strict=True)
    return Table(_("Burn-down"), columns, rows)


def year_end(page: YearEndPage) -> Table:
    """Return what is due and what lapses, line by line."""
    headings = (_("Allocated"), _("Spent"), _("Due this year"), _("Due later"), _("Cohorts to come"), _("Will lapse"))
    columns = [Column(_("Budget line")), *(Column(heading, is_money=True) for heading in headings)]
    rows = (
        (
            title_text(row.line) if row.line else _("Total"),
            row.allocated,
            row.spent,
            row.due,
            row.later,
            row.scheduled,
            row.lapses,
        )
        for row in (*page.rows, page.total)
    )
    return Table(_("Year end"), columns, rows)


def variances(of: Iterable[Variance]) -> Table:
    """Return plan and spending of each line to the end of last month, with the newest reason and who gave it."""
    columns = [
        Column(_("Budget line")),
        Column(_("Planned"), is_money=True),
        Column(_("Spent"), is_money=True),
        Column(_("Variance"), is_money=True),
        Column(_("Reason")),
        Column(_("Given by")),
    ]
    rows = (
        (
            title_text(one.line),
            one.planned,
            one.spent,
            one.difference,
            one.newest.reason if one.newest else "",
            one.newest.given_by.display_name if one.newest else "",
        )
        for one in of
    )
    return Table(_("Variances"), columns, rows)


def unit_costs(of: Iterable[CohortRow]) -> Table:
    """Return what each cohort costs, in all and by trainee, completion and contact hour."""
    columns = [
        Column(_("Cohort")),
        Column(_("Course")),
        Column(_("Spent"), is_money=True),
        Column(_("Committed"), is_money=True),
        Column(_("Trainees")),
        Column(_("Completions")),
        Column(_("Per trainee"), is_money=True),
        Column(_("Per completion"), is_money=True),
        Column(_("Per contact hour"), is_money=True),
    ]
    rows = (
        (
            row.cohort.code,
            title_text(row.cohort.course),
            row.cost.spent,
            row.cost.committed,
            row.cost.trainees,
            row.cost.completions,
            row.cost.per_trainee,
            row.cost.per_completion,
            row.cost.per_hour,
        )
        for row in of
    )
    return Table(_("Unit costs"), columns, rows)


def plan(page: PlanPage) -> Table:
    """Return the monthly plan of a line beside what was spent."""
    columns = [Column(_("Month")), Column(_("Planned"), is_money=True), Column(_("Spent"), is_money=True)]
    rows = ((month(row.month) if row.month else _("Total"), row.planned, row.spent) for row in (*page.rows, page.total))
    return Table(_("Monthly plan"), columns, rows)


def rates(of: Iterable[ExchangeRate]) -> Table:
    """Return the monthly exchange rates."""
    columns = [Column(_("Currency")), Column(_("Month")), Column(_("Rate")), Column(_("Source"))]
    rows = ((one.currency.value, one.month, format_rate(one.rate), one.source) for one in of)
    return Table(_("Exchange rates"), columns, rows)
