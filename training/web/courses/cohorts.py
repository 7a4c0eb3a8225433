"""Cohorts: list, draft, edit, close, cancel."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from training.domain.courses import cohorts as rules
from training.forms.common.widgets import Choice
from training.forms.courses.cohorts import CohortFilter, CohortForm, Offers, StepForm
from training.kit.clock import today
from training.models.courses.cohorts import Cohort, CohortState
from training.models.courses.courses import Course
from training.policy.matrix import Permission
from training.queries.courses import cohorts, courses
from training.web.common.filters import name, person, title
from training.web.common.guard import actor, needs
from training.web.common.labels import choices
from training.web.common.lists import cut, pager, sortable, sorting
from training.web.common.sending import made, makes
from training.web.common.use_case import attempt

bp = Blueprint("cohorts", __name__)


@bp.get("/cohorts")
@needs(Permission.SEE_COHORT)
def index() -> ResponseReturnValue:
    """List the cohorts by first day."""
    form = CohortFilter(request.args)
    form.state.choices = choices(CohortState)
    form.when.choices = [
        Choice(cohorts.CohortTiming.PLANNED, _("Planned")),
        Choice(cohorts.CohortTiming.RUNNING, _("Running")),
        Choice(cohorts.CohortTiming.PAST, _("Past")),
    ]
    is_valid = form.validate()
    by = sorting(("start",), "-start")
    page = cohorts.page_of(
        CohortState(form.state.data) if is_valid and form.state.data else None,
        cohorts.CohortTiming(form.when.data) if is_valid and form.when.data else None,
        today(),
        cut(),
        actor(),
        is_descending=by.is_descending,
    )
    columns = [
        _("Cohort"),
        _("Course"),
        sortable(_("Dates"), "start", by),
        _("Venue"),
        {"text": _("Seats"), "number": True},
        _("State"),
    ]
    return render_template("courses/cohorts/index.html", form=form, page=page, pager=pager(page), columns=columns)


def _offer(form: CohortForm, cohort: Cohort | None = None) -> Offers:
    """Fill the lists of the form with the actor's options, for the draft ``cohort`` or a new one; return these."""
    found = cohorts.draft_options(actor(), cohort)
    offers = Offers.of(found.programmes, found.venues, found.hosts, found.organisations, found.trainers)
    form.venue.choices = [Choice(key, name(venue)) for key, venue in offers.venues.items()]
    form.host.choices = [Choice(key, name(organisation)) for key, organisation in offers.hosts.items()]
    form.invited.choices = [Choice(key, name(organisation)) for key, organisation in offers.organisations.items()]
    form.trainers.choices = [Choice(key, person(trainer)) for key, trainer in offers.trainers.items()]
    form.programme.choices = [Choice(key, title(programme)) for key, programme in offers.programmes.items()]
    return offers


@bp.route("/courses/<public_id>/cohorts/new", methods=["GET", "POST"])
@needs(Permission.DRAFT_COHORT, on=Course)
@makes
def new(course: Course) -> ResponseReturnValue:
    """Draft a cohort of a course."""
    form = CohortForm()
    offers = _offer(form)
    if form.validate_on_submit():
        with attempt(form) as done:
            if not form.past_is_meant.data:
                rules.check_not_past(form.days()[0], today())
            cohort = rules.draft(form.plan(course, offers), actor())
            made(url_for("courses.costs.edit", public_id=cohort.public_id))
        if done:
            flash(_("Drafted. Plan what it is to cost, then ask for it to be opened."))
            return redirect(url_for("courses.costs.edit", public_id=cohort.public_id))
    return render_template("courses/cohorts/new.html", form=form, course=course)


@bp.route("/cohorts/<public_id>/edit", methods=["GET", "POST"])
@needs(Permission.DRAFT_COHORT, on=Cohort)
def edit(cohort: Cohort) -> ResponseReturnValue:
    """Edit a draft."""
    course = courses.course_by_key(cohort.course_id)
    form = CohortForm.showing(rules.plan_of(cohort, course))
    offers = _offer(form, cohort)
    if form.validate_on_submit():
        with attempt(form) as done:
            if form.days()[0] != cohort.starts_on and not form.past_is_meant.data:
                rules.check_not_past(form.days()[0], today())
            rules.edit(cohort, form.plan(course, offers), actor())
        if done:
            flash(_("Cohort saved."))
            return redirect(url_for("oversight.cohort_page.show", public_id=cohort.public_id))
    page = cohorts.cohort_page(cohort, actor())
    return render_template("courses/cohorts/edit.html", form=form, page=page)


@bp.post("/cohorts/<public_id>/close")
@needs(Permission.RUN_COHORT, on=Cohort)
def close(cohort: Cohort) -> ResponseReturnValue:
    """Close a cohort after its last day."""
    with attempt() as done:
        rules.close(cohort, actor(), today())
    if done:
        flash(_("Cohort closed."))
    return redirect(url_for("oversight.cohort_page.show", public_id=cohort.public_id))


@bp.route("/cohorts/<public_id>/cancel", methods=["GET", "POST"])
@needs(Permission.RUN_COHORT, on=Cohort)
@makes
def cancel(cohort: Cohort) -> ResponseReturnValue:
    """Cancel a cohort, after confirmation."""
    form = StepForm()
    if form.validate_on_submit():
        with attempt(form) as done:
            rules.cancel(cohort, form.key.data or "", actor())
            made(url_for("oversight.cohort_page.show", public_id=cohort.public_id))
        if done:
            flash(_("Cohort cancelled. What its commitment still holds was proposed for release."))
            return redirect(url_for("oversight.cohort_page.show", public_id=cohort.public_id))
    page = cohorts.cohort_page(cohort, actor())
    return render_template("courses/cohorts/cancel.html", form=form, page=page)
