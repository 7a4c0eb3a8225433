"""Steps of courses and cohorts."""

import datetime as dt
from dataclasses import dataclass

from training.cli.demo.context import Context, Kinds
from training.cli.demo.finance import PENCE, keep_commitment
from training.domain.admissions import seats
from training.domain.courses import cohorts, courses
from training.domain.oversight import opening
from training.kit.clock import today
from training.models.courses.cohorts import Cohort
from training.models.courses.courses import CostBasis, Course
from training.models.courses.venues import Venue
from training.models.finance.programmes import BudgetLine, LineCategory
from training.models.identity.actor import Actor
from training.models.identity.organisations import Organisation
from training.models.people.people import Person
from training.queries.courses import cohorts as cohort_rows
from training.queries.finance import programmes


@dataclass(frozen=True)
class Cost:
    """The cost of a course in a category, and its unit."""

    category: LineCategory
    basis: CostBasis
    pounds: int


def set_course_costs(_context: Context, course: Course, costs: list[Cost], by: Actor) -> None:
    """Set the costs of holding a course."""
    template = [courses.TemplateCost(cost.category, cost.basis, cost.pounds * PENCE) for cost in costs]
    courses.set_template(course, template, by)


def draft(
    context: Context,
    name: str,
    course: Course,
    venue: Venue,
    host: Organisation,
    invited: list[Organisation],
    trainers: list[Person],
    first_day: dt.date,
    last_day: dt.date,
    seats: int,
    line: BudgetLine,
    pounds: dict[LineCategory, int],
    by: Actor,
) -> None:
    """Draft a cohort and plan its cost, all from one line."""
    plan = cohorts.CohortPlan(
        course=course,
        programme=programmes.programme_by_key(line.programme_id),
        venue=venue,
        host=host,
        invited=invited,
        trainers=trainers,
        starts_on=first_day,
        ends_on=last_day,
        capacity=seats,
    )
    cohort = cohorts.draft(plan, by)
    costs = [cohorts.PlannedCost(category, line, amount * PENCE) for category, amount in pounds.items()]
    cohorts.plan_costs(cohort, costs, by)
    context.add(name, cohort)


def ask_to_open(context: Context, name: str, cohort: Cohort, by: Actor) -> None:
    """Submit a draft for approval; the proposal and its commitment are called ``name``."""
    keep_commitment(context, name, opening.ask_to_open(cohort, context.key(), by, today()))


def set_limits(
    _context: Context,
    cohort: Cohort,
    capacity: int,
    reserved_for_women: int,
    quotas: dict[Organisation, int],
    nominations_until: dt.date,
    vetting_by: dt.date,
    by: Actor,
) -> None:
    """Set the seats, quotas and deadlines of a cohort."""
    most = {organisation.id: quota for organisation, quota in quotas.items()}
    seats.set_limits(cohort, seats.SeatLimits(capacity, reserved_for_women, most, nominations_until, vetting_by), by)


def close(_context: Context, cohort: Cohort, by: Actor) -> None:
    """Close a cohort that has taken place."""
    cohorts.close(cohort_rows.cohort_by_key(cohort.id), by, today())


STEPS: Kinds = {
    "set course costs": set_course_costs,
    "draft a cohort": draft,
    "ask to open": ask_to_open,
    "set limits": set_limits,
    "close a cohort": close,
}
