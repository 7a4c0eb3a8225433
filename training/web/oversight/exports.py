"""Export tables as CSV and XLSX, in the reader's language and direction, with the content of the reader's page."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import Blueprint, Response, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue

from training.domain.finance import burn_down, spending_plans
from training.domain.finance import variances as variance_rules
from training.domain.finance import year_end as year_end_rules
from training.domain.finance.burn_down import Period, Series
from training.domain.identity.reading import ExportEvent
from training.domain.oversight import unit_costs
from training.forms.people.people import ExportForm
from training.kit.clock import today
from training.models.courses.cohorts import Cohort
from training.models.finance.claims import Claim
from training.models.finance.ledger import Commitment
from training.models.finance.programmes import BudgetLine, Programme, Project
from training.models.finance.spend_uploads import SpendBatch
from training.policy.matrix import Permission
from training.policy.scopes import sees_others
from training.queries.assurance import rights_assessments
from training.queries.courses import cohorts
from training.queries.finance import (
    ceilings,
    claims,
    entries,
    programmes,
    rates,
    spend_uploads,
    variances,
    year_end,
)
from training.queries.people import people
from training.web.assurance import tables as assurance_tables
from training.web.assurance.rights_assessments import filtered
from training.web.common.downloads import TYPES, SavedTable, file_of
from training.web.common.guard import actor, needs
from training.web.common.reading import note_file
from training.web.common.use_case import attempt
from training.web.courses import tables as course_tables
from training.web.finance import tables
from training.web.finance.claims import asked
from training.web.oversight import tables as oversight_tables
from training.web.people import tables as people_tables
from training.web.people.people import filter_form

bp = Blueprint("exports", __name__)

Builder = Callable[[Any], SavedTable]


def _with_total(page: Any) -> Sequence[Any]:
    """Return the rows of a page with their total."""
    return (*page.rows, page.total)


def _burn_down(series: Series | None, whole: int) -> SavedTable:
    return tables.BURN_DOWN.file(tables.burn_down_months(series, whole))


def _claim_lines(page: claims.ClaimPage) -> SavedTable:
    return tables.claim_lines(page.claim).file(page.lines)


_OF_PROGRAMME: Mapping[str, Callable[[Programme], SavedTable]] = {
    "entries": lambda one: tables.ENTRIES.file(entries.every(entries.of_programme(one.id), actor())),
    "lines": lambda one: tables.LINES.file(programmes.programme_page(one, actor()).lines),
    "outstanding": lambda one: tables.OUTSTANDING.file(year_end.outstanding(one.id, actor())),
    "year-end": lambda one: tables.YEAR_END.file(_with_total(year_end_rules.year_end_page(one, actor(), today()))),
    "variances": lambda one: tables.VARIANCES.file(variance_rules.of_programme(one.id, actor(), today())),
}
_OF_PROJECT: Mapping[str, Callable[[Project], SavedTable]] = {
    "burn-down": lambda one: _burn_down(
        burn_down.of_project(one.id, actor(), today(), Period.ALL),
        programmes.project_page(one, actor()).balances.allocated,
    ),
    "entries": lambda one: tables.ENTRIES.file(entries.every(entries.of_project(one.id), actor())),
    "lines": lambda one: tables.LINES.file(programmes.project_page(one, actor()).lines),
}
_OF_LINE: Mapping[str, Callable[[BudgetLine], SavedTable]] = {
    "entries": lambda one: tables.ENTRIES.file(entries.every(entries.of_line(one.id), actor())),
    "commitments": lambda one: tables.COMMITMENTS.file(programmes.all_commitments(one.id, actor())),
    "burn-down": lambda one: _burn_down(burn_down.of_line(one.id, actor(), today(), Period.ALL), one.allocated),
    "plan": lambda one: tables.PLAN.file(_with_total(spending_plans.plan_page(one, actor()))),
    "reasons": lambda one: tables.REASONS.file(variances.all_reasons_of(one.id, actor())),
}
_OF_COMMITMENT: Mapping[str, Callable[[Commitment], SavedTable]] = {
    "entries": lambda one: tables.ENTRIES.file(entries.every(entries.of_commitment(one.id), actor())),
}
_OF_CLAIM: Mapping[str, Callable[[Claim], SavedTable]] = {
    "lines": lambda one: _claim_lines(claims.claim_page(one, actor())),
}
_OF_SPEND_FILE: Mapping[str, Callable[[SpendBatch], SavedTable]] = {
    "rows": lambda one: tables.SPEND_ROWS.file(spend_uploads.all_rows_of(one, actor())),
    "taken": lambda one: tables.TAKEN.file(spend_uploads.batch_page(one, actor()).taken),
}
_OF_COHORT: Mapping[str, Callable[[Cohort], SavedTable]] = {
    "costs": lambda one: course_tables.PLANNED_COSTS.file(cohorts.visible_costs(one.id, actor())),
    "commitments": lambda one: tables.COMMITMENTS.file(cohorts.cohort_page(one, actor()).commitments),
}


@bp.get("/programmes/table.<kind>")
@needs(Permission.SEE_PROGRAMME)
def of_programmes(kind: str) -> ResponseReturnValue:
    """Send the table of programmes."""
    return file_of(tables.PROGRAMMES.file(programmes.list_for(actor())), "programmes", kind)


@bp.get("/programmes/<public_id>/tables/<table>.<kind>")
@needs(Permission.SEE_MONEY, on=Programme)
def of_programme(programme: Programme, table: str, kind: str) -> ResponseReturnValue:
    """Send a table of a programme."""
    return _sent(_OF_PROGRAMME, programme, table, kind)


@bp.get("/programmes/<public_id>/tables/spend-files.<kind>")
@needs(Permission.PROPOSE_MONEY, on=Programme)
def of_spend_files(programme: Programme, kind: str) -> ResponseReturnValue:
    """Send the table of a programme's spend files."""
    made = tables.SPEND_FILES.file(spend_uploads.all_of_programme(programme.id, actor()))
    return file_of(made, f"spend-files-{programme.public_id}", kind)


@bp.get("/programmes/<public_id>/tables/burn-down.<kind>")
@needs(Permission.SEE_BALANCES, on=Programme)
def of_burn_down(programme: Programme, kind: str) -> ResponseReturnValue:
    """Send the figures of a programme's burn-down; some of its lines alone would not be a part of the ceiling."""
    series = burn_down.of_programme(programme.id, actor(), today(), Period.ALL)
    return file_of(_burn_down(series, programme.ceiling), f"burn-down-{programme.public_id}", kind)


@bp.get("/programmes/<public_id>/tables/ceilings.<kind>")
@needs(Permission.SEE_BALANCES, on=Programme)
def of_ceilings(programme: Programme, kind: str) -> ResponseReturnValue:
    """Send the history of a programme's ceiling."""
    made = tables.CEILINGS.file(ceilings.history(programme.id, actor()))
    return file_of(made, f"ceilings-{programme.public_id}", kind)


@bp.get("/programmes/<public_id>/tables/unit-costs.<kind>")
@needs(Permission.SEE_BALANCES, on=Programme)
def of_unit_costs(programme: Programme, kind: str) -> ResponseReturnValue:
    """Send the unit costs of a programme's cohorts. The counts span organisations, as on the page."""
    made = oversight_tables.UNIT_COSTS.file(unit_costs.all_of(programme.id, actor()))
    return file_of(made, f"unit-costs-{programme.public_id}", kind)


@bp.get("/programmes/<public_id>/tables/unit-costs-by-course.<kind>")
@needs(Permission.SEE_BALANCES, on=Programme)
def of_unit_costs_by_course(programme: Programme, kind: str) -> ResponseReturnValue:
    """Send the unit costs of a programme's courses."""
    made = oversight_tables.UNIT_COSTS_BY_COURSE.file(unit_costs.by_course(programme.id, actor()))
    return file_of(made, f"unit-costs-by-course-{programme.public_id}", kind)


@bp.get("/projects/<public_id>/tables/<table>.<kind>")
@needs(Permission.SEE_MONEY, on=Project)
def of_project(project: Project, table: str, kind: str) -> ResponseReturnValue:
    """Send a table of a project."""
    return _sent(_OF_PROJECT, project, table, kind)


@bp.get("/lines/<public_id>/tables/<table>.<kind>")
@needs(Permission.SEE_MONEY, on=BudgetLine)
def of_line(line: BudgetLine, table: str, kind: str) -> ResponseReturnValue:
    """Send a table of a budget line."""
    return _sent(_OF_LINE, line, table, kind)


@bp.get("/commitments/<public_id>/tables/<table>.<kind>")
@needs(Permission.SEE_MONEY, on=Commitment)
def of_commitment(commitment: Commitment, table: str, kind: str) -> ResponseReturnValue:
    """Send a table of a commitment."""
    return _sent(_OF_COMMITMENT, commitment, table, kind)


@bp.post("/claims/table.<kind>")
@needs(Permission.SEE_MONEY)
def of_claims(kind: str) -> ResponseReturnValue:
    """Send the list of claims as filtered; the payee searched for is sent in the body.

    With names of people it is an export of personal data: audited and rate-limited.
    """
    form, search_ = asked(request.form)
    if search_ is None or kind not in TYPES:
        abort(404)
    rows = list(claims.all_claims(search_, actor()))
    made = tables.CLAIMS.file(rows)
    named = [row.claim.public_id for row in rows if row.claim.payee_is_person and row.may_see_payee]
    with attempt() as done:
        if named:
            note_file(ExportEvent.PAYEES, named)
    return file_of(made, "claims", kind) if done else redirect(url_for("finance.claims.index", **form.kept()))


@bp.get("/claims/<public_id>/tables/<table>.<kind>")
@needs(Permission.SEE_MONEY, on=Claim)
def of_claim(claim: Claim, table: str, kind: str) -> ResponseReturnValue:
    """Send a table of a claim."""
    return _sent(_OF_CLAIM, claim, table, kind)


@bp.get("/spending/<public_id>/tables/<table>.<kind>")
@needs(Permission.PROPOSE_MONEY, on=SpendBatch)
def of_spend_file(batch: SpendBatch, table: str, kind: str) -> ResponseReturnValue:
    """Send a table of a spend file; rows that were paid to people are an export of personal data."""
    named = [one.public_id for one in spend_uploads.claims_of_people(batch, actor())] if table == "rows" else []
    with attempt() as done:
        if named:
            note_file(ExportEvent.PAYEES, named)
    back = url_for("finance.spend_uploads.show", public_id=batch.public_id)
    return _sent(_OF_SPEND_FILE, batch, table, kind) if done else redirect(back)


@bp.get("/cohorts/<public_id>/tables/<table>.<kind>")
@needs(Permission.SEE_COHORT, on=Cohort)
def of_cohort(cohort: Cohort, table: str, kind: str) -> ResponseReturnValue:
    """Send a table of a cohort."""
    return _sent(_OF_COHORT, cohort, table, kind)


@bp.get("/rates/table.<kind>")
@needs(Permission.SEE_MONEY)
def of_rates(kind: str) -> ResponseReturnValue:
    """Send the table of exchange rates."""
    return file_of(tables.RATES.file(rates.every()), "rates", kind)


@bp.get("/rights/table.<kind>")
@needs(Permission.SEE_RIGHTS)
def of_rights(kind: str) -> ResponseReturnValue:
    """Send the table of rights assessments as filtered."""
    _form, filter_ = filtered()
    return file_of(
        assurance_tables.RIGHTS_ASSESSMENTS.file(rights_assessments.all_of(filter_, today(), actor())),
        "rights-assessments",
        kind,
    )


@bp.post("/people/table.<kind>")
@needs(Permission.SEE_PERSON)
def of_people(kind: str) -> ResponseReturnValue:
    """Send the list of people as filtered, or those whose names match: audited and rate-limited.

    The name searched for is sent in the body, never in the URL.
    """
    if not sees_others(actor(), Permission.SEE_PERSON):
        abort(403)
    form = ExportForm()
    if not form.validate() or kind not in TYPES:
        abort(404)
    _filtered, narrowed = filter_form()
    rows = people.all_of(form.words.data or "", narrowed, actor())
    made = people_tables.PEOPLE.file(rows)
    named = [row.public_id for row in rows]
    with attempt() as done:
        note_file(ExportEvent.PEOPLE, named)
    return file_of(made, "people", kind) if done else redirect(url_for("people.people.index"))


def _sent(builders: Mapping[str, Builder], record: Any, table: str, kind: str) -> Response:
    """Return a table of a record; the file name has the table and the record's id, never a person."""
    if table not in builders:
        abort(404)
    return file_of(builders[table](record), f"{table}-{record.public_id}", kind)
