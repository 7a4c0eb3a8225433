"""Cost of training per trainee, per completion and per contact hour."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from training.kit.money import pence_each
from training.models.courses.cohorts import Cohort
from training.models.courses.courses import Course
from training.models.identity.actor import Actor
from training.queries.common.paging import Cursor, Page
from training.queries.oversight import unit_costs
from training.queries.oversight.unit_costs import Bought


@dataclass(frozen=True)
class UnitCost:
    """Money in pence, and confirmed seats, confirmed completions, contact hours times seats."""

    committed: int
    spent: int
    trainees: int
    completions: int
    hours: int | None
    """None if the course's are not published."""

    @property
    def whole(self) -> int:
        """Spent plus committed."""
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
class CohortUnitCost:
    """A cohort with its unit cost."""

    cohort: Cohort
    cost: UnitCost


@dataclass(frozen=True)
class CourseUnitCost:
    """A course with the unit cost of all its cohorts."""

    course: Course
    cohorts: int
    cost: UnitCost


def unit_cost(bought: Bought, contact_hours: int | None) -> UnitCost:
    """Return the unit cost of ``bought`` at a course of ``contact_hours``."""
    hours = contact_hours * bought.trainees if contact_hours else None
    return UnitCost(bought.committed, bought.spent, bought.trainees, bought.completions, hours)


def page_of(programme_id: int, cut: Cursor, actor: Actor) -> Page[CohortUnitCost]:
    """Return a page of the cohorts whose money ``actor`` may see, latest first."""
    page = unit_costs.page_of(programme_id, cut, actor)
    return Page([_of_row(row) for row in page.rows], page.previous, page.next)


def all_of(programme_id: int, actor: Actor) -> Iterator[CohortUnitCost]:
    """Yield all of them, for export."""
    return map(_of_row, unit_costs.all_of(programme_id, actor))


def of_cohort(cohort_id: int, actor: Actor) -> UnitCost | None:
    """Return the unit cost of a cohort, or None if it has no cost visible to ``actor``."""
    row = unit_costs.of_cohort(cohort_id, actor)
    return _of_row(row).cost if row else None


def by_course(programme_id: int, actor: Actor) -> Sequence[CourseUnitCost]:
    """Return the sums of these cohorts by course."""
    return [
        CourseUnitCost(row.course, row.cohorts, unit_cost(row.bought, row.course.contact_hours))
        for row in unit_costs.by_course(programme_id, actor)
    ]


def _of_row(row: unit_costs.CohortRow) -> CohortUnitCost:
    return CohortUnitCost(row.cohort, unit_cost(row.bought, row.cohort.course.contact_hours))
