"""Courses: created or edited here, or loaded as published."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from training.domain.common.refusals import ChangedMeanwhile
from training.domain.courses.events import CourseEvent
from training.domain.courses.refusals import CourseExists
from training.domain.identity import audit
from training.kit.db import db
from training.kit.names import fold
from training.models.courses.courses import CostBasis, Course, CourseCost, Theme
from training.models.finance.programmes import LineCategory
from training.models.identity.actor import Actor
from training.queries.courses import cohorts, courses


@dataclass(frozen=True)
class CoursePlan:
    """The fields of a course: titles, theme, length and completion rule."""

    title_en: str
    title_ar: str
    title_ckb: str
    provider: str
    theme: Theme
    days: int | None
    contact_hours: int | None
    audience: str = ""
    source: str = ""
    source_date: str = ""
    teaching_language: str = ""
    attendance_percent: int = 80
    pass_mark_percent: int | None = None
    has_practical: bool = False


def create(plan: CoursePlan, by: Actor | None) -> Course:
    """Add a course. Raises CourseExists if the provider has one with this English title."""
    course = Course()
    _write(course, plan)
    try:
        with db.session.begin_nested():
            db.session.add(course)
    except IntegrityError as error:
        raise CourseExists from error
    audit.record(CourseEvent.COURSE_ADDED, course, by=by.user_id if by else None)
    return course


def edit(course: Course, plan: CoursePlan, version: int, by: Actor) -> None:
    """Edit a course that was shown as ``version``. Raises ChangedMeanwhile, CourseExists."""
    if course.version != version:
        raise ChangedMeanwhile
    other = courses.course_titled(plan.title_en, plan.provider)
    if other is not None and other.id != course.id:
        raise CourseExists
    before = audit.picture(course)
    _write(course, plan)
    try:
        db.session.flush()
    except StaleDataError as error:
        raise ChangedMeanwhile from error
    except IntegrityError as error:
        raise CourseExists from error
    after = audit.picture(course)
    audit.record_edit(CourseEvent.COURSE_EDITED, course, before, after, by=by.user_id, version=course.version)


def _write(course: Course, plan: CoursePlan) -> None:
    for field in fields(plan):
        setattr(course, field.name, getattr(plan, field.name))
    course.title_key = fold(plan.title_en)
    course.search_key = fold(" ".join((plan.title_en, plan.title_ar, plan.title_ckb, plan.provider)))


@dataclass(frozen=True)
class TemplateCost:
    """A row of a cost template; ``amount`` in pence."""

    category: LineCategory
    basis: CostBasis
    amount: int


def set_template(course: Course, costs: Sequence[TemplateCost], by: Actor) -> None:
    """Replace the cost template of a course. Cohorts keep their planned costs."""
    courses.lock_course(course.id)
    before = _template(cohorts.template_of(course.id))
    db.session.execute(delete(CourseCost).where(CourseCost.course_id == course.id))
    db.session.add_all(
        CourseCost(course_id=course.id, category=cost.category, basis=cost.basis, amount=cost.amount) for cost in costs
    )
    db.session.flush()
    audit.record_edit(CourseEvent.COURSE_COSTS_PLANNED, course, before, _template(costs), by=by.user_id)


def _template(costs: Iterable[TemplateCost | CourseCost]) -> audit.Picture:
    """Return a cost template as the trail keeps it: the pence of each category and basis."""
    return {f"cost.{cost.category.value}.{cost.basis.value}": cost.amount for cost in costs}
