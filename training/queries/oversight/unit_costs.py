"""Reading what training costs per trainee, per completion and per contact hour. Counts and sums only, no names."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, exists, func, select
from sqlalchemy.orm import InstrumentedAttribute, joinedload

from training.kit.db import AnySelect, db
from training.kit.money import pence_each
from training.models.admissions.nominations import Nomination
from training.models.courses.cohorts import Cohort
from training.models.courses.courses import Course
from training.models.finance.ledger import Commitment
from training.models.identity.actor import Actor
from training.models.outcomes.completions import Completion, CompletionState
from training.policy.matrix import Permission
from training.policy.scopes import seen, where
from training.queries.common.paging import Cut, Page, read_page


@dataclass(frozen=True)
class UnitCost:
    """Money in pence, and what it bought: confirmed seats, confirmed completions, contact hours times seats."""

    committed: int
    spent: int
    trainees: int
    completions: int
    hours: int | None
    """None where the course's were not published."""

    @property
    def whole(self) -> int:
        """What was spent and what is still committed."""
        return self.committed + self.spent

    @property
    def per_trainee(self) -> int | None:
        """Pence per confirmed seat; None without any."""
        return pence_each(self.whole, self.trainees)

    @property
    def per_completion(self) -> int | None:
        """Pence per confirmed completion; None without any."""
        return pence_each(self.whole, self.completions)

    @property
    def per_hour(self) -> int | None:
        """Pence per contact hour of a trainee; None without any."""
        return pence_each(self.whole, self.hours or 0)


@dataclass(frozen=True)
class CohortRow:
    """A cohort with what it costs."""

    cohort: Cohort
    cost: UnitCost


@dataclass(frozen=True)
class CourseRow:
    """A course with what its cohorts cost together."""

    course: Course
    cohorts: int
    cost: UnitCost


def page_of(programme_id: int, cut: Cut, actor: Actor) -> Page[CohortRow]:
    """Return a page of the cohorts whose money ``actor`` may see, the latest first."""
    page = read_page(
        _cohorts(Cohort.programme_id == programme_id, actor), Cohort, Cohort.starts_on, cut, is_descending=True
    )
    return Page([_cohort_row(row) for row in page.rows], page.previous, page.next)


def all_of(programme_id: int, actor: Actor) -> Iterator[CohortRow]:
    """Yield all of them, for a file."""
    statement = _cohorts(Cohort.programme_id == programme_id, actor).order_by(Cohort.starts_on.desc(), Cohort.id.desc())
    return map(_cohort_row, db.session.execute(statement))


def of_cohort(cohort_id: int, actor: Actor) -> UnitCost | None:
    """Return what a cohort costs, or None where it costs nothing that ``actor`` may see."""
    row = db.session.execute(_cohorts(Cohort.id == cohort_id, actor)).one_or_none()
    return _cohort_row(row).cost if row else None


def by_course(programme_id: int, actor: Actor) -> Sequence[CourseRow]:
    """Return the sums over all those cohorts, course by course."""
    figures = [func.sum(column) for column in (*_figures(actor), Cohort.seats_taken)]
    statement = (
        select(Course, func.count(Cohort.id), *figures)
        .join(Cohort, Cohort.course_id == Course.id)
        .where(Cohort.programme_id == programme_id, _costs_something(actor))
        .group_by(Course.id)
        .order_by(Course.title_key, Course.id)
    )
    return [
        CourseRow(course, number, _unit_cost(course, sums))
        for course, number, *sums in db.session.execute(seen(statement, actor, Permission.SEE_COHORT, Cohort))
    ]


def _cohorts(condition: ColumnElement[bool], actor: Actor) -> AnySelect:
    statement = (
        select(Cohort, *_figures(actor)).where(condition, _costs_something(actor)).options(joinedload(Cohort.course))
    )
    return seen(statement, actor, Permission.SEE_COHORT, Cohort)


def _cohort_row(row: Any) -> CohortRow:
    cohort, *figures = row
    return CohortRow(cohort, _unit_cost(cohort.course, [*figures, cohort.seats_taken]))


def _unit_cost(course: Course, figures: Sequence[int]) -> UnitCost:
    """Return committed, spent, completions and trainees as whole numbers, which a sum on PostgreSQL is not."""
    committed, spent, completions, trainees = map(int, figures)
    hours = course.contact_hours * trainees if course.contact_hours else None
    return UnitCost(committed, spent, trainees, completions, hours)


def _in_sight(actor: Actor) -> tuple[ColumnElement[bool], ...]:
    return Commitment.cohort_id == Cohort.id, where(actor, Permission.SEE_MONEY, Commitment)


def _costs_something(actor: Actor) -> ColumnElement[bool]:
    return exists().where(*_in_sight(actor), Commitment.committed + Commitment.spent > 0)


def _figures(actor: Actor) -> tuple[ScalarSelect[int], ...]:
    """Return committed, spent and confirmed completions of a cohort, each by the statement's row."""

    def total(column: InstrumentedAttribute[int]) -> ScalarSelect[int]:
        sums = select(func.coalesce(func.sum(column), 0)).where(*_in_sight(actor))
        return sums.correlate(Cohort).scalar_subquery()

    completions = (
        select(func.count())
        .select_from(Completion)
        .join(Nomination, Nomination.id == Completion.nomination_id)
        .where(Nomination.cohort_id == Cohort.id, Completion.state == CompletionState.CONFIRMED)
    )
    return total(Commitment.committed), total(Commitment.spent), completions.correlate(Cohort).scalar_subquery()
