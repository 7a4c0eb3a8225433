"""Tables of money as they are saved: columns and rows in the reader's language."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _

from training.domain.finance.rates import COLUMNS as RATE_COLUMNS
from training.kit.money import exact_amount, exact_rate
from training.kit.sheets import Column, Value
from training.models.finance.claims import ExchangeRate
from training.models.finance.ledger import Approval, Commitment, LedgerPosting
from training.models.finance.programmes import BudgetLine
from training.models.finance.spending_plans import VarianceReason
from training.queries.finance.burn_down import Series
from training.queries.finance.claims import ClaimPage, ClaimRow
from training.queries.finance.ledger import EntryRow
from training.queries.finance.spend_uploads import RowOfBatch, Taken
from training.queries.finance.spending_plans import PlanPage
from training.queries.finance.variances import Variance
from training.queries.finance.year_end import YearEndPage
from training.web.common.downloads import Table
from training.web.common.filters import title_text
from training.web.common.labels import word


def entries(rows: Iterable[EntryRow]) -> Table:
    """Return entries with their decisions, and what each moved: the sums are the balances, month by month the chart."""
    columns = [
        Column(_("Entry")),
        Column(_("Kind")),
        Column(_("Budget line")),
        Column(_("Purpose")),
        Column(_("Commitment")),
        Column(_("Claim")),
        Column(_("Amount"), is_money=True),
        Column(_("Proposed")),
        Column(_("Decision")),
        Column(_("Decided on")),
        Column(_("Undoes")),
        Column(_("Undone by")),
        Column(_("Allocated"), is_money=True),
        Column(_("Committed"), is_money=True),
        Column(_("Spent"), is_money=True),
        Column(_("Counts in")),
        Column(_("Committed counts in")),
    ]
    return Table(_("Entries"), columns, map(_entry, rows))


def _entry(row: EntryRow) -> Sequence[Value]:
    entry, decision = row.entry, row.decision
    return (
        entry.public_id,
        word(entry.kind),
        title_text(entry.line),
        entry.purpose,
        entry.commitment.public_id if entry.commitment else "",
        entry.claim.public_id if entry.claim else "",
        entry.amount,
        entry.proposed_at.date(),
        _standing(decision, row.undone_by),
        decision.decided_at.date() if decision else None,
        row.undoes or "",
        row.undone_by or "",
        *_moved(row.posting),
    )


def _moved(posting: LedgerPosting | None) -> Sequence[Value]:
    """Return what an entry moved and where it counts; nothing while it has moved nothing."""
    if posting is None:
        return (None,) * 5
    return posting.allocated, posting.committed, posting.spent, posting.month, posting.committed_month


def _standing(decision: Approval | None, undone_by: str | None) -> str:
    """Return how it stands with an entry: what was approved may have been reversed since."""
    if decision is None:
        return str(_("Waiting"))
    return str(_("Reversed")) if undone_by else word(decision.outcome)


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
        Column(_("Budget line")),
        Column(_("Expected")),
        Column(_("Outstanding"), is_money=True),
        Column(_("Spent"), is_money=True),
        Column(_("State")),
    ]
    rows = (
        (
            one.public_id,
            one.purpose,
            title_text(one.line),
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


def claims(of: Iterable[ClaimRow]) -> Table:
    """Return claims as they are listed: to whom, when, how much in which currency, and how they stand.

    Of their evidence the hashes are told, those of files that were attached later among them.
    """
    columns = [
        Column(_("Claim")),
        Column(_("Programme")),
        Column(_("Paid to")),
        Column(_("Purpose")),
        Column(_("Paid on")),
        Column(_("Pounds, rounded half-even"), is_money=True),
        Column(_("Currency")),
        Column(_("As it was paid")),
        Column(_("Rate")),
        Column(_("Evidence")),
        Column(_("State")),
    ]
    rows = [
        (
            claim.public_id,
            title_text(claim.programme),
            _("participant") if claim.payee_is_person and not may_see_payee else claim.payee,
            claim.purpose,
            claim.paid_on,
            claim.amount,
            claim.currency.value,
            exact_amount(claim.original, claim.currency),
            exact_rate(claim.rate),
            " ".join(filter(None, [claim.evidence_sha256, *(one.evidence_sha256 for one in claim.attached)])),
            word(state),
        )
        for claim, state, may_see_payee in ((row.claim, row.state, row.may_see_payee) for row in of)
    ]
    return Table(_("Claims"), columns, rows)


def claim_lines(page: ClaimPage) -> Table:
    """Return the lines of a claim: in pounds and as they were paid, with the rate that was used.

    The heading of the pounds says how they are rounded, for the page that says it at length stays behind.
    """
    claim = page.claim
    columns = [
        Column(_("Entry")),
        Column(_("Budget line")),
        Column(_("Commitment")),
        Column(_("Purpose")),
        Column(_("Paid on")),
        Column(_("Pounds, rounded half-even"), is_money=True),
        Column(_("Currency")),
        Column(_("As it was paid")),
        Column(_("Rate")),
        Column(_("Rate of")),
        Column(_("Source of the rate")),
        Column(_("Decision")),
        Column(_("Undone by")),
    ]
    rows = (
        (
            row.entry.public_id,
            title_text(row.entry.line),
            row.entry.commitment.public_id if row.entry.commitment else "",
            row.entry.purpose,
            claim.paid_on,
            row.entry.amount,
            claim.currency.value,
            exact_amount(row.entry.original or row.entry.amount, claim.currency),
            exact_rate(claim.rate),
            claim.rate_on,
            claim.rate_source,
            _standing(row.decision, row.undone_by),
            row.undone_by or "",
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


def taken(of: Iterable[Taken]) -> Table:
    """Return what the rows of a spend file take from each commitment."""
    columns = [
        Column(_("Commitment")),
        Column(_("Purpose")),
        Column(_("Budget line")),
        Column(_("Rows")),
        Column(_("Amount"), is_money=True),
        Column(_("Outstanding"), is_money=True),
    ]
    rows = (
        (
            one.commitment.public_id,
            one.commitment.purpose,
            title_text(one.commitment.line),
            one.rows,
            one.pence,
            one.commitment.committed,
        )
        for one in of
    )
    return Table(_("What the rows take from the commitments"), columns, rows)


def spend_files(of: Iterable[Any]) -> Table:
    """Return the spend files of a programme, each with the number of its rows."""
    columns = [Column(_("File")), Column(_("Read")), Column(_("Read by")), Column(_("Rows")), Column(_("State"))]
    rows = (
        (batch.public_id, batch.uploaded_at.date(), batch.uploaded_by.display_name, number, word(batch.state))
        for batch, number in of
    )
    return Table(_("Files read before"), columns, rows)


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
        _standing(one.decision, one.undone_by) if row.claim else "",
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
    rows = zip(series.months, series.planned, series.committed, series.spent, series.forecast, strict=True)
    return Table(_("Burn-down"), columns, rows)


def year_end(page: YearEndPage) -> Table:
    """Return what is due and what lapses, line by line."""
    headings = (
        _("Allocated"),
        _("Spent"),
        _("Due this year"),
        _("Due later"),
        _("Cohorts to come"),
        _("Will lapse"),
        _("Short by"),
    )
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
            row.short,
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
        Column(f"{_('Share of the plan')} (%)"),
        Column(_("Reason")),
        Column(_("Given by")),
    ]
    rows = (
        (
            title_text(one.line),
            one.planned,
            one.spent,
            one.difference,
            None if one.per_mille is None else Decimal(one.per_mille).scaleb(-1),
            one.newest.reason if one.newest else "",
            one.newest.given_by.display_name if one.newest else "",
        )
        for one in of
    )
    return Table(_("Variances"), columns, rows)


def reasons(of: Iterable[VarianceReason]) -> Table:
    """Return every reason that was given for a line's variances, with what it was given about."""
    columns = [
        Column(_("Month")),
        Column(_("Planned"), is_money=True),
        Column(_("Spent"), is_money=True),
        Column(_("Reason")),
        Column(_("Given by")),
        Column(_("Given on")),
    ]
    rows = (
        (one.month, one.planned, one.spent, one.reason, one.given_by.display_name, one.given_at.date()) for one in of
    )
    return Table(_("Reasons given"), columns, rows)


def plan(page: PlanPage) -> Table:
    """Return the monthly plan of a line beside what was spent."""
    columns = [Column(_("Month")), Column(_("Planned"), is_money=True), Column(_("Spent"), is_money=True)]
    rows = ((row.month or _("Total"), row.planned, row.spent) for row in (*page.rows, page.total))
    return Table(_("Monthly plan"), columns, rows)


def rates(of: Iterable[ExchangeRate]) -> Table:
    """Return the monthly exchange rates under the headings of a list of rates, which every reader may send back."""
    rows = ((one.currency.value, one.month, exact_rate(one.rate), one.source) for one in of)
    return Table(_("Exchange rates"), [Column(heading) for heading in RATE_COLUMNS], rows)
