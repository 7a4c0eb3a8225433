"""Cohorts: drafted, submitted for approval with their costs, opened, closed or cancelled."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError

from training.domain.courses import venues
from training.domain.courses.events import CourseEvent
from training.domain.courses.refusals import (
    BeginsInPast,
    CohortNotDraft,
    CohortNotOpen,
    CohortRunning,
    DeadlinesOutOfOrder,
    LineNotCovering,
    TooManyReserved,
)
from training.domain.finance import proposals
from training.domain.finance.refusals import DatesReversed, OtherProgramme, OutsideProgramme
from training.domain.identity import audit
from training.kit.db import changed, db
from training.models.courses.cohorts import Cohort, CohortCost, CohortInvitation, CohortState, CohortTrainer
from training.models.courses.courses import CostBasis, Course, CourseCost
from training.models.courses.venues import Venue
from training.models.finance.programmes import BudgetLine, LineCategory, Programme
from training.models.identity.actor import Actor
from training.models.identity.organisations import Organisation
from training.models.people.people import Person
from training.queries.courses import cohorts, courses

_LONGEST_PURPOSE = 300


@dataclass(frozen=True)
class CohortPlan:
    """The plan of a cohort, without its costs."""

    course: Course
    programme: Programme
    venue: Venue
    host: Organisation
    invited: Sequence[Organisation]
    trainers: Sequence[Person]
    starts_on: dt.date
    ends_on: dt.date
    capacity: int


@dataclass(frozen=True)
class PlannedCost:
    """A planned cost of a cohort in a category, in pence, and the line that pays for it."""

    category: LineCategory
    line: BudgetLine
    amount: int


@dataclass(frozen=True)
class SuggestedPart:
    """A part of a suggested cost: ``amount`` pence for each of ``days`` and of ``trainees``, None where not counted."""

    amount: int
    days: int | None
    trainees: int | None

    @property
    def total(self) -> int:
        """What the part comes to, in pence."""
        return self.amount * (self.days or 1) * (self.trainees or 1)


@dataclass(frozen=True)
class SuggestedCost:
    """A suggested cost of a cohort in a category, in pence, and the line that may pay for it, if there is one."""

    category: LineCategory
    amount: int
    line: BudgetLine | None


def plan_of(cohort: Cohort, course: Course) -> CohortPlan:
    """Return the current plan of a draft of ``course``."""
    programme, venue, host = cohorts.setting_of(cohort.id)
    return CohortPlan(
        course=course,
        programme=programme,
        venue=venue,
        host=host,
        invited=cohorts.invited_to(cohort.id),
        trainers=cohorts.trainers_of(cohort.id),
        starts_on=cohort.starts_on,
        ends_on=cohort.ends_on,
        capacity=cohort.capacity,
    )


def draft(plan: CohortPlan, by: Actor) -> Cohort:
    """Add a cohort as a draft. Raises DatesReversed, OutsideProgramme, VenueArchived."""
    _check(plan)
    venues.check_active(plan.venue.id)
    cohort = _add_with_code(plan)
    _replace_parties(cohort, plan)
    audit.record(CourseEvent.COHORT_DRAFTED, cohort, by=by.user_id, code=cohort.code)
    return cohort


def _add_with_code(plan: CohortPlan) -> Cohort:
    """Add a cohort under the next free code, retrying if a concurrent request has taken the code."""
    while True:
        year = plan.starts_on.year
        cohort = Cohort(code=next_code(year, cohorts.newest_code(year)), **_columns(plan))
        try:
            with db.session.begin_nested():
                db.session.add(cohort)
        except IntegrityError:
            if not cohorts.is_code_taken(cohort.code):
                raise
        else:
            return cohort


def next_code(year: int, newest: str | None) -> str:
    """Return the code after ``newest``, the last of ``year``, or the first of the year: ``2027-014``."""
    return f"{year}-{int(newest.rpartition('-')[2]) + 1 if newest else 1:03d}"


def edit(cohort: Cohort, plan: CohortPlan, by: Actor) -> None:
    """Edit a draft; the limits set for its seats stay.

    Raises CohortNotDraft, DatesReversed, OutsideProgramme, DeadlinesOutOfOrder, TooManyReserved, and VenueArchived if
    another venue than that of the draft is archived.
    """
    _check(plan)
    limits = cohorts.lock_cohort(cohort.id)
    if plan.venue.id != limits.venue_id:
        venues.check_active(plan.venue.id)
    if any(day and day > plan.starts_on for day in (limits.nominations_until, limits.vetting_by)):
        raise DeadlinesOutOfOrder
    if limits.reserved_for_women > plan.capacity:
        raise TooManyReserved(plan.capacity)
    before = _picture(plan_of(cohort, plan.course))
    is_draft = (Cohort.id == cohort.id, Cohort.state == CohortState.DRAFT)
    if not changed(update(Cohort).where(*is_draft).values(**_columns(plan))):
        raise CohortNotDraft
    _replace_parties(cohort, plan)
    audit.record_edit(CourseEvent.COHORT_EDITED, cohort, before, _picture(plan), by=by.user_id)


def _picture(plan: CohortPlan) -> audit.Picture:
    """Return a plan as the trail keeps it; trainers by their ids, which lead to a name only who may see it."""
    return {
        "programme": plan.programme.code,
        "host": plan.host.name_en,
        "venue": plan.venue.name_en,
        "invited": ", ".join(sorted(one.name_en for one in plan.invited)),
        "trainers": ", ".join(sorted(one.public_id for one in plan.trainers)),
        "starts_on": plan.starts_on,
        "ends_on": plan.ends_on,
        "capacity": plan.capacity,
    }


def _check(plan: CohortPlan) -> None:
    if plan.ends_on < plan.starts_on:
        raise DatesReversed
    if not is_within(plan.programme, plan.starts_on, plan.ends_on):
        raise OutsideProgramme(plan.programme.starts_on, plan.programme.ends_on)


def is_within(whole: Programme | BudgetLine, first: dt.date, last: dt.date) -> bool:
    """Return whether a programme or line covers the days from ``first`` to ``last``."""
    return whole.starts_on <= first and last <= whole.ends_on


def check_not_past(first: dt.date, on: dt.date) -> None:
    """Ask about a first day before ``on``: raise BeginsInPast. Who means it skips the check."""
    if first < on:
        raise BeginsInPast(first)


def _columns(plan: CohortPlan) -> dict[str, object]:
    return {
        "course_id": plan.course.id,
        "programme_id": plan.programme.id,
        "host_id": plan.host.id,
        "venue_id": plan.venue.id,
        "starts_on": plan.starts_on,
        "ends_on": plan.ends_on,
        "capacity": plan.capacity,
    }


def _replace_parties(cohort: Cohort, plan: CohortPlan) -> None:
    """Replace the invited organisations and trainers; an organisation that stays invited keeps its quota."""
    quotas = cohorts.quotas_of(cohort.id)
    db.session.execute(delete(CohortInvitation).where(CohortInvitation.cohort_id == cohort.id))
    db.session.execute(delete(CohortTrainer).where(CohortTrainer.cohort_id == cohort.id))
    db.session.add_all(
        CohortInvitation(cohort_id=cohort.id, organisation_id=organisation.id, quota=quotas.get(organisation.id))
        for organisation in plan.invited
    )
    db.session.add_all(CohortTrainer(cohort_id=cohort.id, person_id=trainer.id) for trainer in plan.trainers)
    db.session.flush()


def change_state(cohort: Cohort, before: CohortState, after: CohortState) -> bool:
    """Change the state of a cohort if it is still ``before``; return whether it was."""
    return changed(update(Cohort).where(Cohort.id == cohort.id, Cohort.state == before).values(state=after))


def suggested_parts(
    template: Sequence[CourseCost], days: int, trainees: int
) -> dict[LineCategory, list[SuggestedPart]]:
    """Return how each category of a course's template comes to its cost for ``days`` and ``trainees``."""
    parts: dict[LineCategory, list[SuggestedPart]] = {}
    for cost in template:
        part = SuggestedPart(
            cost.amount,
            days if cost.basis in (CostBasis.PER_DAY, CostBasis.PER_TRAINEE_DAY) else None,
            trainees if cost.basis in (CostBasis.PER_TRAINEE, CostBasis.PER_TRAINEE_DAY) else None,
        )
        parts.setdefault(cost.category, []).append(part)
    return parts


def suggested_costs(template: Sequence[CourseCost], days: int, trainees: int) -> dict[LineCategory, int]:
    """Return the total cost of a course's template per category, in pence."""
    parts = suggested_parts(template, days, trainees)
    return {category: sum(part.total for part in of_category) for category, of_category in parts.items()}


def days_of(cohort: Cohort) -> int:
    """Return the number of days of a cohort, both ends included."""
    return (cohort.ends_on - cohort.starts_on).days + 1


def suggested_plan(cohort: Cohort, template: Sequence[CourseCost], lines: Sequence[BudgetLine]) -> list[SuggestedCost]:
    """Return the costs of a template for a cohort, each with the first of ``lines`` of its category."""
    payers = {line.category: line for line in reversed(lines)}
    costs = suggested_costs(template, days_of(cohort), cohort.capacity)
    return [SuggestedCost(category, pence, payers.get(category)) for category, pence in costs.items()]


def plan_costs(cohort: Cohort, costs: Sequence[PlannedCost], by: Actor) -> None:
    """Set the planned costs of a draft, replacing earlier ones.

    Raises CohortNotDraft, OtherProgramme, and LineNotCovering if a line does not cover the cohort's dates.
    """
    for cost in costs:
        if cost.line.programme_id != cohort.programme_id:
            raise OtherProgramme
        if not is_within(cost.line, cohort.starts_on, cohort.ends_on):
            raise LineNotCovering(cost.category, cost.line.starts_on, cost.line.ends_on)
    total = sum(cost.amount for cost in costs)
    is_draft = (Cohort.id == cohort.id, Cohort.state == CohortState.DRAFT)
    if not changed(update(Cohort).where(*is_draft).values(planned_cost=total)):
        raise CohortNotDraft
    before = _costs((cost.category, cost.line, cost.amount) for cost in cohorts.costs_of(cohort.id))
    db.session.execute(delete(CohortCost).where(CohortCost.cohort_id == cohort.id))
    db.session.add_all(
        CohortCost(cohort_id=cohort.id, category=cost.category, line_id=cost.line.id, amount=cost.amount)
        for cost in costs
    )
    db.session.flush()
    after = _costs((cost.category, cost.line, cost.amount) for cost in costs)
    audit.record_edit(CourseEvent.COHORT_COSTS_PLANNED, cohort, before, after, by=by.user_id, pence=total)


def _costs(costs: Iterable[tuple[LineCategory, BudgetLine, int]]) -> audit.Picture:
    """Return planned costs as the trail keeps them: of each category the pence and the line that pays."""
    told: dict[str, Any] = {}
    for category, line, amount in costs:
        told |= {f"cost.{category.value}": amount, f"line.{category.value}": line.title_en}
    return told


def purpose(cohort: Cohort) -> str:
    """Return the purpose of a cohort's ledger entries: ``2026-006 Document fraud``."""
    return f"{cohort.code} {courses.course_by_key(cohort.course_id).title_en}"[:_LONGEST_PURPOSE]


def close(cohort: Cohort, by: Actor, on: dt.date) -> None:
    """Close an open cohort after its last day. Raises CohortRunning, CohortNotOpen."""
    if on <= cohort.ends_on:
        raise CohortRunning(cohort.ends_on)
    if not change_state(cohort, CohortState.OPEN, CohortState.CLOSED):
        raise CohortNotOpen
    audit.record(CourseEvent.COHORT_CLOSED, cohort, by=by.user_id)


def cancel(cohort: Cohort, key: str, by: Actor) -> None:
    """Cancel a draft or an open cohort; propose the release of what its commitments still hold.

    Raises CohortNotOpen if it is awaiting approval (its commitment is decided first), closed or cancelled.
    """
    is_cancelled = change_state(cohort, CohortState.OPEN, CohortState.CANCELLED) or change_state(
        cohort, CohortState.DRAFT, CohortState.CANCELLED
    )
    if not is_cancelled:
        raise CohortNotOpen
    audit.record(CourseEvent.COHORT_CANCELLED, cohort, by=by.user_id)
    for number, commitment in enumerate(cohorts.open_commitments(cohort.id)):
        release = proposals.Proposal(commitment.committed, purpose(cohort), f"{key}-{number}")
        proposals.propose_release(commitment, release, by)


def may_still_open(cohort: Cohort) -> bool:
    """Return whether a cohort has not opened yet and still may."""
    return cohort.state in (CohortState.DRAFT, CohortState.AWAITING_APPROVAL)


def check_open(cohort: Cohort) -> None:
    """Raise CohortNotOpen unless the cohort is open."""
    if cohorts.state_of(cohort.id) is not CohortState.OPEN:
        raise CohortNotOpen


def take_seat(cohort: Cohort) -> bool:
    """Take a seat if the cohort is open and has one; return whether it had. The last seat cannot be taken twice."""
    free = (Cohort.id == cohort.id, Cohort.state == CohortState.OPEN, Cohort.seats_taken < Cohort.capacity)
    return changed(update(Cohort).where(*free).values(seats_taken=Cohort.seats_taken + 1))


def free_seat(cohort: Cohort) -> None:
    """Free a taken seat."""
    changed(update(Cohort).where(Cohort.id == cohort.id).values(seats_taken=Cohort.seats_taken - 1))
