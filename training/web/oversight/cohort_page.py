"""The page of a cohort: costs, invitations, obstacles to opening; request to open."""

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from training.domain.assurance import coverage
from training.domain.oversight import opening, unit_costs
from training.forms.courses.cohorts import StepForm
from training.kit.clock import today
from training.models.courses.cohorts import Cohort
from training.policy.matrix import Permission
from training.queries.admissions import seats
from training.queries.courses import cohorts
from training.web.common.guard import actor, may, needs
from training.web.common.labels import words_for
from training.web.common.sending import made, makes
from training.web.common.use_case import attempt

bp = Blueprint("cohort_page", __name__)


@bp.get("/cohorts/<public_id>")
@needs(Permission.SEE_COHORT, on=Cohort, offers=(Permission.SEE_BALANCES,))
def show(cohort: Cohort) -> ResponseReturnValue:
    """Show a cohort, and what prevents its opening."""
    page = cohorts.cohort_page(cohort, actor())
    return render_template(
        "oversight/cohort_page/show.html",
        page=page,
        shares=seats.shares(page.cohort.id),
        cost=unit_costs.of_cohort(cohort.id, actor()) if may(Permission.SEE_BALANCES) else None,
        gap=_gap(page.cohort),
        today=today(),
    )


def _gap(cohort: Cohort) -> str:
    """Return why a rights assessment is missing and who has to act; None if one covers the cohort."""
    gap = coverage.gap_before_opening(cohort, today())
    return words_for(gap) if gap else ""


@bp.post("/cohorts/<public_id>/ask-to-open")
@needs(Permission.RUN_COHORT, on=Cohort)
@makes
def ask_to_open(cohort: Cohort) -> ResponseReturnValue:
    """Submit a draft for approval, with its planned cost as a commitment."""
    form = StepForm()
    if not form.validate_on_submit():
        abort(400)
    with attempt() as done:
        opening.ask_to_open(cohort, form.key.data or "", actor(), today())
        made(url_for(".show", public_id=cohort.public_id))
    if done:
        flash(_("Put up for approval: the cohort opens when its commitment is approved."))
    return redirect(url_for(".show", public_id=cohort.public_id))
