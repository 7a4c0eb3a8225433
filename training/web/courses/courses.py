"""Courses: list, page, create, edit, cost template."""

from typing import NamedTuple

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from training.domain.courses import courses as rules
from training.domain.courses.cohorts import suggested_costs
from training.forms.common.fields import version_of
from training.forms.courses.courses import CourseCostsForm, CourseFilter, CourseForm
from training.kit.db import transaction
from training.models.courses.courses import CostBasis, Course, CourseCost, Theme
from training.models.finance.programmes import LineCategory
from training.policy.matrix import Permission
from training.queries.courses import cohorts, courses
from training.web.common.guard import actor, may, needs
from training.web.common.labels import choices, word
from training.web.common.lists import cut, pager, sortable, sorting
from training.web.common.sending import made, makes
from training.web.common.use_case import attempt

bp = Blueprint("courses", __name__)

_TRAINEES = 12
"""The number of trainees for which the page of a course estimates its costs."""


@bp.get("/courses")
@needs(Permission.SEE_COURSE, offers=(Permission.EDIT_COURSE,))
def index() -> ResponseReturnValue:
    """List the courses."""
    form = CourseFilter(request.args)
    form.theme.choices = choices(Theme)
    search = courses.Search()
    if form.validate():
        theme = Theme(form.theme.data) if form.theme.data else None
        search = courses.Search(form.words.data or "", theme)
    by = sorting(("title", "theme"), "title")
    page = courses.page_of(search, by.key, cut(), is_descending=by.is_descending)
    may_edit = may(Permission.EDIT_COURSE)
    return render_template(
        "courses/courses/index.html",
        form=form,
        page=page,
        pager=pager(page),
        columns=[
            sortable(_("Course"), "title", by),
            sortable(_("Theme"), "theme", by),
            _("Provider"),
            {"text": _("Days"), "number": True},
        ],
        may_edit=may_edit,
        untranslated=page.rows[0].untranslated if may_edit and page.rows else 0,
    )


@bp.get("/courses/<public_id>")
@needs(
    Permission.SEE_COURSE,
    on=Course,
    offers=(Permission.SEE_MONEY, Permission.EDIT_COURSE, Permission.DRAFT_COHORT, Permission.WRITE_RIGHTS),
)
def show(course: Course) -> ResponseReturnValue:
    """Show a course, its estimated costs and its cohorts."""
    return render_template(
        "courses/courses/show.html",
        course=course,
        cohorts=cohorts.of_course(course.id, actor()),
        costs=_costs(course) if may(Permission.SEE_MONEY) else None,
        may_edit=may(Permission.EDIT_COURSE),
        may_draft=may(Permission.DRAFT_COHORT),
        may_write_rights=may(Permission.WRITE_RIGHTS),
    )


class _Costs(NamedTuple):
    """The costs of a course for ``days`` and ``trainees``: each row of its template with its amount in pence."""

    rows: list[tuple[CourseCost, int]]
    total: int
    days: int
    trainees: int


def _costs(course: Course) -> _Costs:
    """Return the costs of a typical cohort, of the course's length or of one day if that is unknown."""
    days = course.days or 1
    template = cohorts.template_of(course.id)
    rows = [(cost, suggested_costs([cost], days, _TRAINEES)[cost.category]) for cost in template]
    return _Costs(rows, sum(pence for _cost, pence in rows), days, _TRAINEES)


@bp.route("/courses/<public_id>/costs", methods=["GET", "POST"])
@needs(Permission.EDIT_COURSE, on=Course)
def costs(course: Course) -> ResponseReturnValue:
    """Edit the cost template of a course, from which its next cohorts start."""
    form = CourseCostsForm()
    form.name_categories({category: word(category) for category in LineCategory})
    for category in form.categories():
        category.basis.choices = choices(CostBasis)
    if form.validate_on_submit():
        with transaction():
            rules.set_template(course, form.costs(), actor())
        flash(_("Costs planned."))
        return redirect(url_for(".show", public_id=course.public_id))
    if not form.is_submitted():
        form.show(cohorts.template_of(course.id))
    return render_template("courses/courses/costs.html", form=form, course=course)


@bp.route("/courses/new", methods=["GET", "POST"])
@needs(Permission.EDIT_COURSE)
@makes
def new() -> ResponseReturnValue:
    """Create a course."""
    form = CourseForm(attendance_percent=80)
    form.theme.choices = choices(Theme)
    if form.validate_on_submit():
        with attempt(form) as done:
            course = rules.create(form.plan(), actor())
            made(url_for(".show", public_id=course.public_id))
        if done:
            flash(_("Course added."))
            return redirect(url_for(".show", public_id=course.public_id))
    return render_template("courses/courses/new.html", form=form)


@bp.route("/courses/<public_id>/edit", methods=["GET", "POST"])
@needs(Permission.EDIT_COURSE, on=Course)
def edit(course: Course) -> ResponseReturnValue:
    """Edit a course; a form opened before another user's change is refused."""
    form = CourseForm.showing(course)
    form.theme.choices = choices(Theme)
    if form.validate_on_submit():
        with attempt(form) as done:
            rules.edit(course, form.plan(), version_of(form.version), actor())
        if done:
            flash(_("Course saved."))
            return redirect(url_for(".show", public_id=course.public_id))
    return render_template("courses/courses/edit.html", form=form, course=course)
