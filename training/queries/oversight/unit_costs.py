"""Read the money and results of cohorts and courses. Counts and sums only, no names."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, SQLColumnExpression, exists, func, select
from sqlalchemy.orm import InstrumentedAttribute, joinedload

from training.kit.db import AnySelect, db
from training.models.courses.cohorts import Cohort
from training.models.courses.courses import Course
from training.models.finance.ledger import Commitment
from training.models.identity.actor import Actor
from training.policy.matrix import Permission
from training.policy.scopes import seen, where
from training.queries.common.paging import Cursor, Page, read_page


@dataclass(frozen=True)
class Bought:
    """Money in pence, with confirmed seats and confirmed completions."""

    committed: int
    spent: int
    completions: int
    trainees: int


@dataclass(frozen=True)
class CohortRow:
    """A cohort with its money and results."""

    cohort: Cohort
    bought: Bought


@dataclass(frozen=True)
class CourseRow:
    """A course with the money and results of all its cohorts."""

    course: Course
    cohorts: int
    bought: Bought


def page_of(programme_id: int, cut: Cursor, actor: Actor) -> Page[CohortRow]:
    """Return a page of the cohorts whose money ``actor`` may see, latest first."""
    page = read_page(
        _cohorts(Cohort.programme_id == programme_id, actor), Cohort, Cohort.starts_on, cut, is_descending=True
    )
    return Page([_cohort_row(row) for row in page.rows], page.previous, page.next)


def all_of(programme_id: int, actor: Actor) -> Iterator[CohortRow]:
    """Yield all of them, for export."""
    statement = _cohorts(Cohort.programme_id == programme_id, actor).order_by(Cohort.starts_on.desc(), Cohort.id.desc())
    return map(_cohort_row, db.session.execute(statement))


def of_cohort(cohort_id: int, actor: Actor) -> CohortRow | None:
    """Return a cohort, or None if it has no cost visible to ``actor``."""
    row = db.session.execute(_cohorts(Cohort.id == cohort_id, actor)).one_or_none()
    return _cohort_row(row) if row else None


def by_course(programme_id: int, actor: Actor) -> Sequence[CourseRow]:
    """Return the sums of these cohorts by course."""
    figures = [func.sum(column) for column in (*_figures(actor), Cohort.seats_taken)]
    statement = (
        select(Course, func.count(Cohort.id), *figures)
        .join(Cohort, Cohort.course_id == Course.id)
        .where(Cohort.programme_id == programme_id, _costs_something(actor))
        .group_by(Course.id)
        .order_by(Course.title_key, Course.id)
    )
    return [
        CourseRow(course, number, _bought(sums))
        for course, number, *sums in db.session.execute(seen(statement, actor, Permission.SEE_COHORT, Cohort))
    ]


def _cohorts(condition: ColumnElement[bool], actor: Actor) -> AnySelect:
    statement = (
        select(Cohort, *_figures(actor)).where(condition, _costs_something(actor)).options(joinedload(Cohort.course))
    )
    return seen(statement, actor, Permission.SEE_COHORT, Cohort)


def _cohort_row(row: Any) -> CohortRow:
    cohort, *figures = row
    return CohortRow(cohort, _bought([*figures, cohort.seats_taken]))


def _bought(figures: Sequence[int]) -> Bought:
    """Convert the figures to int: sums on PostgreSQL are decimals."""
    return Bought(*map(int, figures))


def _in_sight(actor: Actor) -> tuple[ColumnElement[bool], ...]:
    return Commitment.cohort_id == Cohort.id, where(actor, Permission.SEE_MONEY, Commitment)


def _costs_something(actor: Actor) -> ColumnElement[bool]:
    return exists().where(*_in_sight(actor), Commitment.committed + Commitment.spent > 0)


def _figures(actor: Actor) -> tuple[SQLColumnExpression[int], ...]:
    """Return committed, spent (correlated subqueries) and confirmed completions of a cohort."""

    def total(column: InstrumentedAttribute[int]) -> ScalarSelect[int]:
        sums = select(func.coalesce(func.sum(column), 0)).where(*_in_sight(actor))
        return sums.correlate(Cohort).scalar_subquery()

    return total(Commitment.committed), total(Commitment.spent), Cohort.trained
