"""Tables of finance: each is declared once, for its pages and for its export."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from training.domain.finance.burn_down import Series
from training.domain.finance.rates import COLUMNS as RATE_COLUMNS
from training.domain.finance.spending_plans import PlanRow
from training.domain.finance.variances import Variance
from training.domain.finance.year_end import YearEndRow
from training.kit.money import exact_amount, exact_rate
from training.models.finance.claims import Claim, ExchangeRate
from training.models.finance.ledger import Commitment
from training.models.finance.programmes import BudgetLine
from training.models.finance.spend_uploads import RowGroup
from training.models.finance.spending_plans import VarianceReason
from training.queries.finance.ceilings import CeilingRow
from training.queries.finance.claims import ClaimRow
from training.queries.finance.entries import EntryRow
from training.queries.finance.spend_uploads import RowOfBatch, Taken
from training.web.common import filters
from training.web.common.labels import word
from training.web.common.tables import (
    CODE,
    COUNT,
    DAY,
    ID,
    MOMENT,
    MONEY,
    MONEY_IF_ANY,
    MONTH,
    PERCENT,
    TAG,
    TEXT,
    TITLE,
    TYPED,
    WORDED,
    CellLink,
    ColumnSpec,
    Kind,
    TableSpec,
    files_read,
)

_TO_LINE = "finance.budget_lines.show"
_TO_COMMITMENT = "finance.commitments.show"


def _standing(row: EntryRow | RowOfBatch) -> str:
    """Return the state of an entry, which may be reversed after its approval."""
    if row.decision is None:
        return str(_("Waiting"))
    if row.undone_by:
        return str(_("Reversed"))
    return str(_("Reversed, in part")) if row.came_back else word(row.decision.outcome)


def _id_of(record: Any) -> str:
    """Return the public id of an optional record."""
    return record.public_id if record else ""


ENTRIES = TableSpec[EntryRow](
    _l("Entries"),
    {
        "entry": ColumnSpec(_l("Entry"), lambda row: row.entry.public_id, ID),
        "kind": ColumnSpec(_l("Kind"), lambda row: row.entry.kind, CODE),
        "line": ColumnSpec(_l("Budget line"), lambda row: row.entry.line, TITLE),
        "purpose": ColumnSpec(_l("Purpose"), lambda row: row.entry.purpose, WORDED),
        "commitment": ColumnSpec(_l("Commitment"), lambda row: _id_of(row.entry.commitment), ID),
        "claim": ColumnSpec(_l("Claim"), lambda row: _id_of(row.entry.claim), ID),
        # Of unlike kinds, decided or not: what adds up is what was posted.
        "amount": ColumnSpec(_l("Amount"), lambda row: row.entry.amount, MONEY, is_summed=False),
        "proposed": ColumnSpec(_l("Proposed"), lambda row: row.entry.proposed_at, MOMENT),
        "decision": ColumnSpec(_l("Decision"), _standing),
        "decided": ColumnSpec(_l("Decided on"), lambda row: row.decision.decided_at if row.decision else None, MOMENT),
        "undoes": ColumnSpec(_l("Undoes"), lambda row: row.undoes or "", ID),
        "undone_by": ColumnSpec(_l("Undone by"), lambda row: row.undone_by or "", ID),
        "came_back": ColumnSpec(_l("Came back"), lambda row: row.came_back or None, MONEY_IF_ANY),
        "came_back_on": ColumnSpec(_l("It came back on"), lambda row: row.entry.came_back_on, DAY),
        "allocated": ColumnSpec(_l("Allocated"), lambda row: row.posting.allocated if row.posting else None, MONEY),
        "committed": ColumnSpec(_l("Committed"), lambda row: row.posting.committed if row.posting else None, MONEY),
        "spent": ColumnSpec(_l("Spent"), lambda row: row.posting.spent if row.posting else None, MONEY),
        "month": ColumnSpec(_l("Counts in"), lambda row: row.posting.month if row.posting else None, MONTH),
        "committed_month": ColumnSpec(
            _l("Committed counts in"), lambda row: row.posting.committed_month if row.posting else None, MONTH
        ),
    },
    page=("entry", "amount", "decision", "purpose", "line", "proposed"),
)
"""The export has each entry's posting: its sums are the balances and, by month, the values of the chart."""

LINES = TableSpec[BudgetLine](
    _l("Budget lines"),
    {
        "line": ColumnSpec(
            _l("Budget line"), lambda line: line, TITLE, CellLink(_TO_LINE, lambda line: line.public_id)
        ),
        "category": ColumnSpec(_l("What it pays for"), lambda line: line.category, CODE),
        "allocated": ColumnSpec(_l("Allocated"), lambda line: line.allocated, MONEY),
        "committed": ColumnSpec(_l("Committed"), lambda line: line.committed, MONEY),
        "spent": ColumnSpec(_l("Spent"), lambda line: line.spent, MONEY),
        "available": ColumnSpec(_l("Available"), lambda line: line.available, MONEY),
    },
    page=("line", "available", "allocated", "committed", "spent", "category"),
)

_CLOSED = Kind(
    lambda is_closed: filters.tag(_("Closed")) if is_closed else filters.tag(_("Open"), "blue"),
    lambda is_closed: str(_("Closed") if is_closed else _("Open")),
)
_TO_THIS_COMMITMENT = CellLink(_TO_COMMITMENT, lambda one: one.public_id)
_OUTSTANDING: Mapping[str, ColumnSpec[Commitment]] = {
    "commitment": ColumnSpec(_l("Commitment"), lambda one: one.public_id, ID),
    "purpose": ColumnSpec(_l("Purpose"), lambda one: one.purpose, WORDED, _TO_THIS_COMMITMENT),
    "line": ColumnSpec(_l("Budget line"), lambda one: one.line, TITLE),
    "expected": ColumnSpec(_l("Expected"), lambda one: one.expected_on, DAY),
    "outstanding": ColumnSpec(_l("Outstanding"), lambda one: one.committed, MONEY),
}
OUTSTANDING = TableSpec[Commitment](
    _l("Outstanding commitments"), _OUTSTANDING, page=("purpose", "outstanding", "expected", "line")
)
COMMITMENTS = TableSpec[Commitment](
    _l("Commitments"),
    {
        **_OUTSTANDING,
        # The page of a cohort shows no purposes: there the line links to the commitment.
        "line": ColumnSpec(_l("Budget line"), lambda one: one.line, TITLE, _TO_THIS_COMMITMENT),
        "spent": ColumnSpec(_l("Spent"), lambda one: one.spent, MONEY),
        "state": ColumnSpec(_l("State"), lambda one: one.is_closed, _CLOSED),
    },
    page=("purpose", "outstanding", "spent", "expected", "state"),
)


def _payee(row: ClaimRow) -> str:
    is_hidden = row.claim.payee_is_person and not row.may_see_payee
    return str(_("participant")) if is_hidden else row.claim.payee


def _hashes(claim: Claim) -> str:
    """Return the hashes of a claim's evidence, including files attached later."""
    return " ".join(filter(None, [claim.evidence_sha256, *(one.evidence_sha256 for one in claim.attached)]))


_IN_POUNDS = _l("Pounds, rounded half-even")
"""The export states how pounds are rounded, as the page's explanation is not in it."""

CLAIMS = TableSpec[ClaimRow](
    _l("Claims"),
    {
        "claim": ColumnSpec(_l("Claim"), lambda row: row.claim.public_id, ID),
        "programme": ColumnSpec(_l("Programme"), lambda row: row.claim.programme, TITLE, is_wide=True),
        "payee": ColumnSpec(_l("Paid to"), _payee),
        "purpose": ColumnSpec(_l("Purpose"), lambda row: row.claim.purpose, WORDED),
        "paid": ColumnSpec(_l("Paid on"), lambda row: row.claim.paid_on, DAY),
        "amount": ColumnSpec(_l("Amount"), lambda row: row.claim.amount, MONEY, file_label=_IN_POUNDS),
        "currency": ColumnSpec(_l("Currency"), lambda row: row.claim.currency.value),
        "original": ColumnSpec(_l("As it was paid"), lambda row: exact_amount(row.claim.original, row.claim.currency)),
        "rate": ColumnSpec(_l("Rate"), lambda row: exact_rate(row.claim.rate)),
        "evidence": ColumnSpec(_l("Evidence"), lambda row: _hashes(row.claim), ID),
        "state": ColumnSpec(_l("State"), lambda row: row.state, TAG),
        "came_back": ColumnSpec(_l("Came back"), lambda row: row.came_back or None, MONEY_IF_ANY),
    },
    page=("payee", "amount", "state", "paid", "purpose", "programme"),
    is_cards=True,
)


def claim_lines(claim: Claim) -> TableSpec[EntryRow]:
    """Return the table of a claim's lines: in pounds and in the original currency, with the rate."""
    own: Mapping[str, ColumnSpec[EntryRow]] = {
        "paid": ColumnSpec(_l("Paid on"), lambda _row: claim.paid_on, DAY),
        "amount": ColumnSpec(_IN_POUNDS, lambda row: row.entry.amount, MONEY),
        "currency": ColumnSpec(_l("Currency"), lambda _row: claim.currency.value),
        "original": ColumnSpec(
            _l("As it was paid"), lambda row: exact_amount(row.entry.original or row.entry.amount, claim.currency)
        ),
        "rate": ColumnSpec(_l("Rate"), lambda _row: exact_rate(claim.rate)),
        "rate_on": ColumnSpec(_l("Rate of"), lambda _row: claim.rate_on, DAY),
        "rate_source": ColumnSpec(_l("Source of the rate"), lambda _row: claim.rate_source),
    }
    before, after = ("entry", "line", "commitment", "purpose"), ("decision", "undone_by", "came_back")
    whole = {**ENTRIES.columns, **own}
    return TableSpec(_l("Lines of the claim"), {key: whole[key] for key in (*before, *own, *after)})


def _wrong(row: RowOfBatch) -> str:
    if not row.row.fault:
        return ""
    is_back = (row.row.amount or 0) < 0
    return f"{word(RowGroup.MONEY_BACK if is_back else row.row.fault)}: {row.row.cell}"


SPEND_ROWS = TableSpec[RowOfBatch](
    _l("Rows"),
    {
        "number": ColumnSpec(_l("Row"), lambda one: one.row.number, replace(TEXT, needs_label=True)),
        "outcome": ColumnSpec(_l("Outcome"), lambda one: one.row.outcome, TAG),
        "wrong": ColumnSpec(_l("What is wrong"), _wrong),
        "paid": ColumnSpec(_l("Paid on"), lambda one: one.row.paid_on, DAY),
        "amount": ColumnSpec(_l("Amount"), lambda one: one.row.amount, MONEY_IF_ANY),
        "payee": ColumnSpec(_l("Paid to"), lambda one: one.row.payee, TYPED),
        "purpose": ColumnSpec(_l("Purpose"), lambda one: one.row.purpose, TYPED),
        "commitment": ColumnSpec(_l("Commitment"), lambda one: _id_of(one.row.commitment), ID),
        "claim": ColumnSpec(_l("Claim"), lambda one: _id_of(one.row.claim), ID),
        "decision": ColumnSpec(_l("Decision"), lambda one: _standing(one) if one.row.claim else ""),
    },
    page=("number", "outcome", "paid", "amount", "payee", "commitment"),
    is_cards=True,
)
"""The rows of a spend file with their planned or actual outcomes."""

_LABELLED = replace(MONEY, needs_label=True)
TAKEN = TableSpec[Taken](
    _l("What the rows take from the commitments"),
    {
        "commitment": ColumnSpec(_l("Commitment"), lambda one: one.commitment.public_id, ID),
        "purpose": ColumnSpec(_l("Purpose"), lambda one: one.commitment.purpose, WORDED),
        "line": ColumnSpec(_l("Budget line"), lambda one: one.commitment.line, TITLE),
        "rows": ColumnSpec(_l("Rows"), lambda one: one.rows, COUNT),
        "amount": ColumnSpec(_l("Amount"), lambda one: one.pence, _LABELLED),
        "outstanding": ColumnSpec(_l("Outstanding"), lambda one: one.commitment.committed, _LABELLED),
    },
    page=("commitment", "amount", "outstanding", "rows", "line"),
    is_cards=True,
)

_CEILING = replace(MONEY, page=lambda pence: filters.money(pence) if pence else _("No sum published"))
PROGRAMMES = TableSpec[Any](
    _l("Programmes"),
    {
        "programme": ColumnSpec(
            _l("Programme"),
            lambda row: row.Programme,
            TITLE,
            CellLink("finance.programmes.show", lambda row: row.Programme.public_id),
        ),
        "code": ColumnSpec(_l("Code"), lambda row: row.Programme.code),
        "ceiling": ColumnSpec(_l("Ceiling"), lambda row: row.Programme.ceiling, _CEILING),
        "committed": ColumnSpec(
            _l("Committed"), lambda row: row.Programme.committed if row.may_see_balances else None, MONEY_IF_ANY
        ),
        "spent": ColumnSpec(
            _l("Spent"), lambda row: row.Programme.spent if row.may_see_balances else None, MONEY_IF_ANY
        ),
    },
    page=("programme", "ceiling", "committed", "spent"),
)
"""Balances are blank unless the reader may see them."""


class BurnDownMonth(NamedTuple):
    """The figures of the chart at the end of a month, in pence; None without a value.

    ``whole`` is the amount of which they are parts, as it was then.
    """

    whole: int
    month: dt.date
    planned: int
    committed: int | None
    spent: int | None
    forecast: int | None

    def left(self, used: int | None) -> int | None:
        """Return what is left of the whole after what was used."""
        return None if used is None else self.whole - used


def burn_down_months(series: Series | None, whole: int) -> Iterator[BurnDownMonth]:
    """Yield the figures of the chart by month, parts of what is ``whole`` today; nothing while nothing is allocated."""
    if series:
        wholes, parts = series.wholes(whole), (series.planned, series.committed, series.spent, series.forecast)
        yield from (BurnDownMonth(*figures) for figures in zip(wholes, series.months, *parts, strict=True))


def _up_to_a_month(label: LazyString, value: Callable[[BurnDownMonth], int | None]) -> ColumnSpec[BurnDownMonth]:
    return ColumnSpec(label, value, MONEY, is_summed=False)


BURN_DOWN = TableSpec[BurnDownMonth](
    _l("Burn-down"),
    {
        "month": ColumnSpec(_l("Month"), lambda one: one.month, MONTH),
        "planned": _up_to_a_month(_l("Planned"), lambda one: one.planned),
        "committed": _up_to_a_month(_l("Committed and spent"), lambda one: one.committed),
        "spent": _up_to_a_month(_l("Spent"), lambda one: one.spent),
        "forecast": _up_to_a_month(_l("Forecast"), lambda one: one.forecast),
        "left_spent": _up_to_a_month(_l("Left after payments"), lambda one: one.left(one.spent)),
        "left_committed": _up_to_a_month(_l("Left after commitments"), lambda one: one.left(one.committed)),
        "left_forecast": _up_to_a_month(_l("Left by the forecast"), lambda one: one.left(one.forecast)),
        "left_planned": _up_to_a_month(_l("Left as planned"), lambda one: one.left(one.planned)),
        "whole": _up_to_a_month(_l("Ceiling or allocation"), lambda one: one.whole),
    },
)
USED = ("month", "planned", "committed", "spent", "forecast")
LEFT = ("month", "left_spent", "left_committed", "left_forecast", "left_planned")
"""The columns of the two views of the chart; its file has both."""
WITH_WHOLE = "whole"
"""The column that a view has besides where the whole changed."""


def _or_total(kind: Kind) -> Kind:
    """Return a column kind that writes "Total" for a missing value."""
    return Kind(
        lambda value: _("Total") if value is None else kind.page(value),
        lambda value: str(_("Total")) if value is None else kind.file(value),
    )


def _line_or_total(title: Callable[[Any], Any]) -> Callable[[YearEndRow], Any]:
    """Return a writer of the line of a row with ``title``, which says what a total is the sum of."""

    def written(row: YearEndRow) -> Any:
        total = _("Lines of your projects") if row.is_part else _("Total")
        return title(row.line) if row.line else str(total)

    return written


YEAR_END = TableSpec[YearEndRow](
    _l("Year end"),
    {
        "line": ColumnSpec(
            _l("Budget line"),
            lambda row: row,
            Kind(_line_or_total(filters.title), _line_or_total(filters.title_text)),
            CellLink(_TO_LINE, lambda row: row.line and row.line.public_id),
        ),
        "allocated": ColumnSpec(_l("Allocated"), lambda row: row.allocated, MONEY),
        "spent": ColumnSpec(_l("Spent"), lambda row: row.spent, MONEY),
        "due": ColumnSpec(_l("Due this year"), lambda row: row.due, MONEY),
        "later": ColumnSpec(_l("Due later"), lambda row: row.later, MONEY),
        "scheduled": ColumnSpec(_l("Cohorts to come"), lambda row: row.scheduled, MONEY),
        "lapses": ColumnSpec(_l("Will lapse"), lambda row: row.lapses, MONEY),
        "short": ColumnSpec(_l("Short by"), lambda row: row.short, MONEY),
    },
    page=("line", "lapses", "allocated", "spent", "due", "later", "scheduled"),
    is_total=lambda row: row.line is None,
)

VARIANCES = TableSpec[Variance](
    _l("Variances"),
    {
        "line": ColumnSpec(
            _l("Budget line"),
            lambda one: one.line,
            TITLE,
            CellLink("finance.variances.show", lambda one: one.line.public_id),
        ),
        "planned": ColumnSpec(_l("Planned"), lambda one: one.planned, MONEY),
        "spent": ColumnSpec(_l("Spent"), lambda one: one.spent, MONEY),
        "variance": ColumnSpec(_l("Variance"), lambda one: one.difference, MONEY),
        "share": ColumnSpec(
            _l("Share of the plan"),
            lambda one: one.per_mille,
            PERCENT,
            file_label=LazyString(lambda: f"{_('Share of the plan')} (%)"),
        ),
        "reason": ColumnSpec(_l("Reason"), lambda one: one.newest.reason if one.newest else ""),
        "given_by": ColumnSpec(_l("Given by"), lambda one: one.newest.given_by.display_name if one.newest else ""),
    },
    page=("line", "variance", "share", "planned", "spent", "reason"),
)

REASONS = TableSpec[VarianceReason](
    _l("Reasons given"),
    {
        "month": ColumnSpec(_l("Month"), lambda one: one.month, MONTH),
        "planned": ColumnSpec(_l("Planned"), lambda one: one.planned, MONEY, is_summed=False),
        "spent": ColumnSpec(_l("Spent"), lambda one: one.spent, MONEY, is_summed=False),
        "reason": ColumnSpec(_l("Reason"), lambda one: one.reason),
        "given_by": ColumnSpec(_l("Given by"), lambda one: one.given_by.display_name),
        "given": ColumnSpec(_l("Given on"), lambda one: one.given_at, MOMENT),
    },
    page=("month", "planned", "spent", "reason"),
)

PLAN = TableSpec[PlanRow](
    _l("Monthly plan"),
    {
        "month": ColumnSpec(_l("Month"), lambda row: row.month, _or_total(MONTH)),
        "planned": ColumnSpec(_l("Planned"), lambda row: row.planned, MONEY),
        "spent": ColumnSpec(_l("Spent"), lambda row: row.spent, MONEY),
    },
    is_total=lambda row: row.month is None,
)

_RATES: Mapping[str, Callable[[ExchangeRate], Any]] = {
    "currency": lambda one: one.currency.value,
    "month": lambda one: one.month,
    "rate": lambda one: exact_rate(one.rate),
    "source": lambda one: one.source,
}
RATES = TableSpec[ExchangeRate](
    _l("Exchange rates"),
    {key: ColumnSpec(heading, value) for heading, (key, value) in zip(RATE_COLUMNS, _RATES.items(), strict=True)},
)
"""Export only, with the headings of a list of rates, so that it can be loaded again."""


def _decision_on(row: CeilingRow) -> str:
    """Return how a change of a ceiling was decided; the first of a programme needs no decision."""
    if row.waits:
        return str(_("Waiting"))
    return word(row.decision.outcome) if row.decision else str(_("With the programme"))


CEILINGS = TableSpec[CeilingRow](
    _l("Ceilings"),
    {
        "ceiling": ColumnSpec(
            _l("Ceiling"),
            lambda row: row.change.ceiling,
            MONEY,
            CellLink("finance.ceilings.show", lambda row: row.change.public_id),
            is_summed=False,
        ),
        "change": ColumnSpec(_l("Change"), lambda row: row.difference, MONEY_IF_ANY),
        "decision": ColumnSpec(_l("Decision"), _decision_on),
        "source": ColumnSpec(_l("Source"), lambda row: row.change.source, TYPED),
        "source_date": ColumnSpec(_l("Date of the source"), lambda row: row.change.source_date, DAY),
        "proposed_by": ColumnSpec(
            _l("Proposed by"), lambda row: row.change.proposer.display_name if row.change.proposer else "", TYPED
        ),
        "proposed": ColumnSpec(_l("Proposed"), lambda row: row.change.proposed_at, MOMENT),
        "decided_by": ColumnSpec(
            _l("Decided by"), lambda row: row.decision.approver.display_name if row.decision else "", TYPED
        ),
        "decided": ColumnSpec(_l("Decided on"), lambda row: row.decision.decided_at if row.decision else None, MOMENT),
        "reason": ColumnSpec(_l("Reason"), lambda row: row.decision.reason if row.decision else "", TYPED),
    },
    page=("ceiling", "change", "decision", "proposed_by", "decided_by", "source"),
)

SPEND_FILES = files_read("finance.spend_uploads.show")

TABLES: Mapping[str, TableSpec[Any]] = {
    "burn_down": BURN_DOWN,
    "ceilings": CEILINGS,
    "claims": CLAIMS,
    "commitments": COMMITMENTS,
    "entries": ENTRIES,
    "lines": LINES,
    "outstanding": OUTSTANDING,
    "plan": PLAN,
    "programmes": PROGRAMMES,
    "reasons": REASONS,
    "spend_files": SPEND_FILES,
    "spend_rows": SPEND_ROWS,
    "taken": TAKEN,
    "variances": VARIANCES,
    "year_end": YEAR_END,
}
