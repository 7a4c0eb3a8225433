"""Cohorts: list, page, drafting, and the steps from draft to closed."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from training.domain.courses import cohorts as rules
from training.forms.common.widgets import Choice
from training.forms.courses.cohorts import CohortCostsForm, CohortFilter, CohortForm, StepForm
from training.kit.clock import today
from training.kit.money import format_pounds
from training.models.courses.cohorts import Cohort, CohortState
from training.models.courses.courses import Course
from training.models.finance.programmes import BudgetLine, LineCategory
from training.policy.matrix import Permission
from training.queries.courses import cohorts, courses
from training.web.common.filters import name, person, title, title_text
from training.web.common.guard import actor, needs
from training.web.common.labels import choices
from training.web.common.lists import cut, pager, sortable, sorting
from training.web.common.use_case import attempt

bp = Blueprint("cohorts", __name__)


@bp.get("/cohorts")
@needs(Permission.SEE_COHORT)
def index() -> ResponseReturnValue:
    """List the cohorts by first day."""
    form = CohortFilter(request.args)
    form.state.choices = choices(CohortState)
    form.when.choices = [
        Choice(cohorts.When.PLANNED, _("Planned")),
        Choice(cohorts.When.RUNNING, _("Running")),
        Choice(cohorts.When.PAST, _("Past")),
    ]
    is_valid = form.validate()
    by = sorting(("start",), "-start")
    page = cohorts.page_of(
        CohortState(form.state.data) if is_valid and form.state.data else None,
        cohorts.When(form.when.data) if is_valid and form.when.data else None,
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


def _offer(form: CohortForm) -> cohorts.Offers:
    """Fill the lists of the form with what the actor may choose from."""
    offers = cohorts.offers(actor())
    form.venue.choices = [Choice(key, name(venue)) for key, venue in offers.venues.items()]
    form.host.choices = [Choice(key, name(body)) for key, body in offers.hosts.items()]
    form.invited.choices = [Choice(key, name(body)) for key, body in offers.organisations.items()]
    form.trainers.choices = [Choice(key, person(trainer)) for key, trainer in offers.trainers.items()]
    form.programme.choices = [Choice(key, title(programme)) for key, programme in offers.programmes.items()]
    return offers


def _plan(form: CohortForm, offers: cohorts.Offers, course: Course) -> rules.CohortPlan:
    """Return the plan that the form describes; every choice was offered."""
    first, last = form.days()
    return rules.CohortPlan(
        course=course,
        programme=offers.programmes[form.programme.data or ""],
        venue=offers.venues[form.venue.data or ""],
        host=offers.hosts[form.host.data or ""],
        invited=[offers.organisations[key] for key in form.invited.data or ()],
        trainers=[offers.trainers[key] for key in form.trainers.data or ()],
        starts_on=first,
        ends_on=last,
        capacity=form.capacity.data or 0,
    )


@bp.route("/courses/<public_id>/cohorts/new", methods=["GET", "POST"])
@needs(Permission.DRAFT_COHORT, on=Course)
def new(course: Course) -> ResponseReturnValue:
    """Draft a cohort of a course."""
    form = CohortForm()
    offers = _offer(form)
    if form.validate_on_submit():
        with attempt(form) as done:
            cohort = rules.draft(_plan(form, offers, course), actor())
        if done:
            flash(_("Drafted. Plan what it is to cost, then ask for it to be opened."))
            return redirect(url_for(".costs", public_id=cohort.public_id))
    return render_template("courses/cohorts/new.html", form=form, course=courses.course_by_key(course.id))


@bp.route("/cohorts/<public_id>/edit", methods=["GET", "POST"])
@needs(Permission.DRAFT_COHORT, on=Cohort)
def edit(cohort: Cohort) -> ResponseReturnValue:
    """Change a draft."""
    form = CohortForm(data=vars(cohorts.chosen(cohort)))
    offers = _offer(form)
    course = courses.course_by_key(cohort.course_id)
    if form.validate_on_submit():
        with attempt(form) as done:
            rules.edit(cohort, _plan(form, offers, course), actor())
        if done:
            flash(_("Cohort saved."))
            return redirect(url_for("oversight.cohort_page.show", public_id=cohort.public_id))
    page = cohorts.cohort_page(cohort, actor())
    return render_template("courses/cohorts/edit.html", form=form, page=page)


@bp.route("/cohorts/<public_id>/costs", methods=["GET", "POST"])
@needs(Permission.DRAFT_COHORT, on=Cohort)
def costs(cohort: Cohort) -> ResponseReturnValue:
    """Plan what a draft is to cost; at first the course's cost template is shown."""
    form = CohortCostsForm()
    lines = cohorts.payers(cohort, actor())
    kept = [
        rules.PlannedCost(cost.category, cost.line, cost.amount)
        for cost in cohorts.costs_out_of_sight(cohort.id, actor())
    ]
    form.leave_out(cost.category for cost in kept)
    for category in form.categories():
        category.line.choices = [Choice(key, _said(line)) for key, line in lines.items()]
    if form.validate_on_submit():
        with attempt(form) as done:
            rules.plan_costs(cohort, [*_planned(form, lines), *kept], actor())
        if done:
            flash(_("Costs planned."))
            return redirect(url_for("oversight.cohort_page.show", public_id=cohort.public_id))
    elif not form.is_submitted():
        _show_costs(form, cohort, lines)
    return render_template("courses/cohorts/costs.html", form=form, page=cohorts.cohort_page(cohort, actor()))


def _said(line: BudgetLine) -> str:
    # An option holds no markup: the amount is isolated by characters, so that its sign stays on its side.
    available = f"\u2066{format_pounds(line.available)}\u2069"
    said: str = _("%(line)s: %(available)s available", line=title_text(line), available=available)
    return said


def _planned(form: CohortCostsForm, lines: dict[str, BudgetLine]) -> list[rules.PlannedCost]:
    return [
        rules.PlannedCost(category.category, lines[category.line.data], category.amount.data)
        for category in form.categories()
        if category.amount.data
    ]


def _show_costs(form: CohortCostsForm, cohort: Cohort, lines: dict[str, BudgetLine]) -> None:
    """Fill the form with what was planned; where nothing was, with what the course's template comes to."""
    planned = {cost.category: (cost.amount, cost.line.public_id) for cost in cohorts.costs_in_sight(cohort.id, actor())}
    shown = planned or _suggested(cohort, lines)
    for category in form.categories():
        category.amount.data, category.line.data = shown.get(category.category, (None, None))


def _suggested(cohort: Cohort, lines: dict[str, BudgetLine]) -> dict[LineCategory, tuple[int, str | None]]:
    """Return what the template of the course comes to, each amount with the line that is for such costs, if any."""
    payers = {line.category: key for key, line in reversed(lines.items())}
    days = (cohort.ends_on - cohort.starts_on).days + 1
    template = rules.suggested_costs(cohorts.template_of(cohort.course_id), days, cohort.capacity)
    return {category: (pence, payers.get(category)) for category, pence in template.items()}


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
def cancel(cohort: Cohort) -> ResponseReturnValue:
    """Cancel a cohort, after a question."""
    form = StepForm()
    if form.validate_on_submit():
        with attempt(form) as done:
            rules.cancel(cohort, form.key.data or "", actor())
        if done:
            flash(_("Cohort cancelled. What its commitment still holds was proposed for release."))
            return redirect(url_for("oversight.cohort_page.show", public_id=cohort.public_id))
    page = cohorts.cohort_page(cohort, actor())
    return render_template("courses/cohorts/cancel.html", form=form, page=page)
