"""Rights assessments: written by one, approved or refused by another."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from training.domain import rights as rules
from training.domain.refusals import Refusal
from training.forms.ledger import ReasonForm
from training.forms.rights import AssessmentForm
from training.kit.clock import today
from training.kit.db import transaction
from training.models.programmes import Programme
from training.models.rights import RightsAssessment, RiskLevel
from training.policy.matrix import Permission
from training.policy.scopes import holds
from training.queries import rights
from training.web.guard import actor, needs
from training.web.lists import cut, pager
from training.web.refusals import refuse as show_refusal
from training.web.refusals import words_for
from training.web.wording import choices

bp = Blueprint("rights", __name__)


@bp.get("/rights")
@needs(Permission.SEE_RIGHTS)
def index() -> ResponseReturnValue:
    """List the assessments, the newest first."""
    page = rights.page_of(cut(), actor())
    return render_template("rights/index.html", page=page, pager=pager(page))


@bp.route("/programmes/<public_id>/rights/new", methods=["GET", "POST"])
@needs(Permission.WRITE_RIGHTS, on=Programme)
def new(programme: Programme) -> ResponseReturnValue:
    """Write an assessment of a programme."""
    form = AssessmentForm()
    form.level.choices = choices(RiskLevel)
    if form.validate_on_submit():
        try:
            with transaction():
                written = rules.write(programme, form.assessment(), actor(), today())
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            flash(_("Written. A rights approver has to approve it."))
            return redirect(url_for(".show", public_id=written.public_id))
    return render_template("rights/new.html", form=form, programme=programme)


@bp.get("/rights/<public_id>")
@needs(Permission.SEE_RIGHTS, on=RightsAssessment)
def show(assessment: RightsAssessment) -> ResponseReturnValue:
    """Show an assessment and its decision."""
    return render_template(
        "rights/show.html",
        assessment=rights.assessment_page(assessment, actor()),
        may_approve=holds(actor(), Permission.APPROVE_RIGHTS),
        is_own=assessment.writer_id == actor().user_id,
        today=today(),
    )


@bp.post("/rights/<public_id>/approve")
@needs(Permission.APPROVE_RIGHTS, on=RightsAssessment)
def approve(assessment: RightsAssessment) -> ResponseReturnValue:
    """Approve an assessment."""
    try:
        with transaction():
            rules.approve(assessment, actor(), today())
    except Refusal as refusal:
        flash(words_for(refusal), "important")
    else:
        flash(_("Approved."))
    return redirect(url_for(".show", public_id=assessment.public_id))


@bp.route("/rights/<public_id>/refuse", methods=["GET", "POST"])
@needs(Permission.APPROVE_RIGHTS, on=RightsAssessment)
def refuse(assessment: RightsAssessment) -> ResponseReturnValue:
    """Turn an assessment down, with a reason."""
    form = ReasonForm()
    if form.validate_on_submit():
        try:
            with transaction():
                rules.refuse(assessment, form.reason.data or "", actor())
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            flash(_("Refused. The writer reads your reason."))
            return redirect(url_for(".show", public_id=assessment.public_id))
    page = rights.assessment_page(assessment, actor())
    return render_template("rights/refuse.html", form=form, assessment=page)
