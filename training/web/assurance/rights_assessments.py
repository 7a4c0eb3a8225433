"""Rights assessments: draft and submit, approve or refuse, monitor."""

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from training.config import Settings
from training.domain.assurance import rights_assessments as rules
from training.forms.assurance.rights_assessments import AssessmentForm, NoteForm, RightsFilter, SubmissionForm
from training.forms.common.fields import version_of
from training.forms.finance.ledger import ReasonForm
from training.kit.clock import today
from training.models.assurance.rights_assessments import RightsAssessment, RightsMitigation, RiskLevel
from training.models.courses.courses import Course
from training.models.finance.programmes import Programme, Project
from training.policy.matrix import Permission
from training.queries.assurance import rights_assessments
from training.queries.assurance.rights_assessments import AssessmentFilter
from training.web.assurance.labels import parts_words
from training.web.common.guard import actor, needs
from training.web.common.labels import choices
from training.web.common.lists import cut, pager
from training.web.common.sending import made, makes
from training.web.common.use_case import attempt

bp = Blueprint("rights_assessments", __name__)


def filtered() -> tuple[RightsFilter, AssessmentFilter | None]:
    """Return the filter form of the request, and the chosen status."""
    form = RightsFilter(request.args)
    form.which.choices = choices(AssessmentFilter)
    return form, AssessmentFilter(form.which.data) if form.validate() and form.which.data else None


@bp.get("/rights")
@needs(Permission.SEE_RIGHTS)
def index() -> ResponseReturnValue:
    """List the assessments, newest first."""
    form, status = filtered()
    page = rights_assessments.page_of(status, today(), cut(), actor())
    return render_template(
        "assurance/rights_assessments/index.html",
        form=form,
        which=status,
        page=page,
        pager=pager(page),
        today=today(),
        soon=today() + rights_assessments.SOON,
    )


@bp.route("/programmes/<public_id>/rights/new", methods=["GET", "POST"])
@needs(Permission.WRITE_RIGHTS, on=Programme)
@makes
def new(programme: Programme) -> ResponseReturnValue:
    """Draft an assessment of a programme."""
    return _draft(programme, url_for("finance.programmes.show", public_id=programme.public_id))


@bp.route("/projects/<public_id>/rights/new", methods=["GET", "POST"])
@needs(Permission.WRITE_RIGHTS, on=Project)
@makes
def new_of_project(project: Project) -> ResponseReturnValue:
    """Draft an assessment of a project."""
    return _draft(project, url_for("finance.projects.show", public_id=project.public_id))


@bp.route("/courses/<public_id>/rights/new", methods=["GET", "POST"])
@needs(Permission.WRITE_RIGHTS, on=Course)
@makes
def new_of_course(course: Course) -> ResponseReturnValue:
    """Draft an assessment of a course."""
    return _draft(course, url_for("courses.courses.show", public_id=course.public_id))


def _draft(subject: rules.Subject, back: str) -> ResponseReturnValue:
    form = AssessmentForm()
    form.level.choices = choices(RiskLevel)
    if form.validate_on_submit():
        with attempt(form) as done:
            drafted = rules.draft(subject, form.assessment(), actor(), today())
            made(url_for(".show", public_id=drafted.public_id))
        if done:
            flash(_("Draft saved. Attach what supports it, then put it before the approver."))
            return redirect(url_for(".show", public_id=drafted.public_id))
    return render_template("assurance/rights_assessments/new.html", form=form, subject=subject, back=back)


@bp.get("/rights/<public_id>")
@needs(Permission.SEE_RIGHTS, on=RightsAssessment)
def show(assessment: RightsAssessment) -> ResponseReturnValue:
    """Show an assessment with its trail; printed, it is the record of its approvals."""
    page = rights_assessments.assessment_page(assessment, actor())
    return render_template(
        "assurance/rights_assessments/show.html",
        page=page,
        missing=parts_words(rules.missing_from(page.whole)),
        is_sound=rules.is_sound(page.whole, page.trail),
        is_own=assessment.writer_id == actor().user_id,
        today=today(),
    )


@bp.route("/rights/<public_id>/edit", methods=["GET", "POST"])
@needs(Permission.WRITE_RIGHTS, on=RightsAssessment)
def edit(assessment: RightsAssessment) -> ResponseReturnValue:
    """Edit a draft; a form opened before another change is rejected."""
    whole = rights_assessments.whole(assessment.id)
    form = AssessmentForm.showing(whole.assessment, whole.mitigations)
    form.level.choices = choices(RiskLevel)
    if form.validate_on_submit():
        with attempt(form) as done:
            rules.edit(assessment, form.assessment(), version_of(form.version), actor(), today())
        if done:
            flash(_("Draft saved."))
            return redirect(url_for(".show", public_id=assessment.public_id))
    return render_template(
        "assurance/rights_assessments/edit.html",
        form=form,
        assessment=rights_assessments.whole(assessment.id).assessment,
    )


@bp.post("/rights/<public_id>/submit")
@needs(Permission.WRITE_RIGHTS, on=RightsAssessment)
def submit(assessment: RightsAssessment) -> ResponseReturnValue:
    """Submit a draft for approval."""
    form = SubmissionForm()
    if not form.validate_on_submit():
        abort(400)
    settings = Settings.of(current_app)
    with attempt() as done:
        rules.submit(assessment, settings.rights_approval, version_of(form.version), actor(), today())
    if done:
        flash(_("Submitted for approval. Another person has to decide."))
    return redirect(url_for(".show", public_id=assessment.public_id))


@bp.post("/rights/<public_id>/approve")
@needs(Permission.APPROVE_RIGHTS, on=RightsAssessment)
def approve(assessment: RightsAssessment) -> ResponseReturnValue:
    """Approve an assessment."""
    with attempt() as done:
        rules.approve(assessment, actor(), today())
    if done:
        flash(_("Approved."))
    return redirect(url_for(".show", public_id=assessment.public_id))


@bp.route("/rights/<public_id>/refuse", methods=["GET", "POST"])
@needs(Permission.APPROVE_RIGHTS, on=RightsAssessment)
def refuse(assessment: RightsAssessment) -> ResponseReturnValue:
    """Refuse an assessment, with a reason."""
    form = ReasonForm()
    if form.validate_on_submit():
        with attempt(form) as done:
            rules.refuse(assessment, form.reason.data or "", actor())
        if done:
            flash(_("Refused. The writer reads your reason."))
            return redirect(url_for(".show", public_id=assessment.public_id))
    return render_template(
        "assurance/rights_assessments/refuse.html",
        form=form,
        assessment=rights_assessments.whole(assessment.id).assessment,
    )


@bp.route("/rights/<public_id>/note", methods=["GET", "POST"])
@needs(Permission.WRITE_RIGHTS, on=RightsAssessment)
@makes
def note(assessment: RightsAssessment) -> ResponseReturnValue:
    """Add a monitoring note."""
    form = NoteForm()
    if form.validate_on_submit():
        with attempt(form) as done:
            rules.monitor(assessment, form.note.data or "", actor())
            made(url_for(".show", public_id=assessment.public_id))
        if done:
            flash(_("Note added."))
            return redirect(url_for(".show", public_id=assessment.public_id))
    return render_template(
        "assurance/rights_assessments/note.html",
        form=form,
        assessment=rights_assessments.whole(assessment.id).assessment,
    )


@bp.post("/rights/mitigations/<public_id>/done")
@needs(Permission.WRITE_RIGHTS, on=RightsMitigation)
def finish(mitigation: RightsMitigation) -> ResponseReturnValue:
    """Mark a mitigation as done."""
    assessment = rights_assessments.whole(mitigation.assessment_id).assessment
    back = url_for(".show", public_id=assessment.public_id)
    with attempt() as done:
        rules.finish(mitigation, actor(), today())
    if done:
        flash(_("Marked as done."))
    return redirect(back)
