"""Cohorts: drafted, put up for approval with their money, opened, closed or cancelled."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError

from training.domain import audit, ledger, rights
from training.domain.refusals import (
    CohortNotDraft,
    CohortNotOpen,
    CohortRunning,
    DatesReversed,
    OutsideProgramme,
)
from training.kit.clock import financial_year_end
from training.kit.db import changed, db
from training.models.actor import Actor
from training.models.cohorts import Cohort, CohortInvitation, CohortState, CohortTrainer, Venue
from training.models.courses import Course
from training.models.ledger import LedgerEntry
from training.models.people import Organisation, Person
from training.models.programmes import BudgetLine
from training.queries import cohorts, courses, programmes

_LONGEST_PURPOSE = 300


@dataclass(frozen=True)
class CohortPlan:
    """What a cohort is to be; ``planned_cost`` in pence."""

    course: Course
    line: BudgetLine
    venue: Venue
    host: Organisation
    invited: Sequence[Organisation]
    trainers: Sequence[Person]
    starts_on: dt.date
    ends_on: dt.date
    capacity: int
    planned_cost: int


def draft(plan: CohortPlan, by: Actor) -> Cohort:
    """Add a cohort as a draft. Raises DatesReversed, OutsideProgramme."""
    _check(plan)
    cohort = _numbered(plan)
    _name_parties(cohort, plan)
    audit.record("cohort drafted", cohort, by=by.user_id, code=cohort.code)
    return cohort


def _numbered(plan: CohortPlan) -> Cohort:
    """Add a cohort under the next free code; where another request took it in the same moment, under the one after."""
    while True:
        cohort = Cohort(code=cohorts.next_code(plan.starts_on.year), **_columns(plan))
        try:
            with db.session.begin_nested():
                db.session.add(cohort)
        except IntegrityError:
            if not cohorts.is_code_taken(cohort.code):
                raise
        else:
            return cohort


def edit(cohort: Cohort, plan: CohortPlan, by: Actor) -> None:
    """Change a draft. Raises CohortNotDraft, DatesReversed, OutsideProgramme."""
    _check(plan)
    draft_still = (Cohort.id == cohort.id, Cohort.state == CohortState.DRAFT)
    if not changed(update(Cohort).where(*draft_still).values(**_columns(plan))):
        raise CohortNotDraft
    _name_parties(cohort, plan)
    audit.record("cohort edited", cohort, by=by.user_id)


def _check(plan: CohortPlan) -> None:
    if plan.ends_on < plan.starts_on:
        raise DatesReversed
    if not (plan.line.starts_on <= plan.starts_on and plan.ends_on <= plan.line.ends_on):
        raise OutsideProgramme(plan.line.starts_on, plan.line.ends_on)


def _columns(plan: CohortPlan) -> dict[str, object]:
    return {
        "course_id": plan.course.id,
        "programme_id": plan.line.programme_id,
        "line_id": plan.line.id,
        "host_id": plan.host.id,
        "venue_id": plan.venue.id,
        "starts_on": plan.starts_on,
        "ends_on": plan.ends_on,
        "capacity": plan.capacity,
        "planned_cost": plan.planned_cost,
    }


def _name_parties(cohort: Cohort, plan: CohortPlan) -> None:
    """Write down who is invited and who teaches."""
    db.session.execute(delete(CohortInvitation).where(CohortInvitation.cohort_id == cohort.id))
    db.session.execute(delete(CohortTrainer).where(CohortTrainer.cohort_id == cohort.id))
    db.session.add_all(CohortInvitation(cohort_id=cohort.id, organisation_id=body.id) for body in plan.invited)
    db.session.add_all(CohortTrainer(cohort_id=cohort.id, person_id=trainer.id) for trainer in plan.trainers)
    db.session.flush()


def _step(cohort: Cohort, before: CohortState, after: CohortState) -> bool:
    """Move a cohort on if it still stands at ``before``."""
    return changed(update(Cohort).where(Cohort.id == cohort.id, Cohort.state == before).values(state=after))


def _purpose(cohort: Cohort) -> str:
    """Return what the money of a cohort is for, as its entries say it: ``2026-006 Document fraud``."""
    return f"{cohort.code} {courses.course_by_key(cohort.course_id).title_en}"[:_LONGEST_PURPOSE]


def ask_to_open(cohort: Cohort, key: str, by: Actor, on: dt.date) -> LedgerEntry:
    """Put a draft up for approval: its planned cost is proposed as a commitment.

    Raises CohortNotDraft, NoRightsAssessment, OverLine. Rules: design §3 (asking to open makes the proposal),
    domain §2 (rights assessment first).
    """
    proposal = ledger.Proposal(cohort.planned_cost, _purpose(cohort), key)
    if known := ledger.proposed_before(proposal, by):
        return known
    rights.check_covered(cohort.programme_id, on)
    if not _step(cohort, CohortState.DRAFT, CohortState.AWAITING_APPROVAL):
        raise CohortNotDraft
    line = programmes.line_by_key(cohort.line_id)
    expected_on = min(cohort.ends_on, financial_year_end(cohort.starts_on))
    entry = ledger.propose_commitment(line, proposal, expected_on, by, cohort_id=cohort.id)
    audit.record("cohort put up for approval", cohort, by=by.user_id)
    return entry


def open_funded(cohort: Cohort, by: Actor, on: dt.date) -> None:
    """Open a cohort whose commitment was approved. Raises NoRightsAssessment, CohortNotDraft."""
    rights.check_covered(cohort.programme_id, on)
    if not _step(cohort, CohortState.AWAITING_APPROVAL, CohortState.OPEN):
        raise CohortNotDraft
    audit.record("cohort opened", cohort, by=by.user_id)


def return_to_draft(cohort: Cohort, by: Actor) -> None:
    """Give a cohort back to its drafter because its commitment was refused."""
    if _step(cohort, CohortState.AWAITING_APPROVAL, CohortState.DRAFT):
        audit.record("cohort returned to draft", cohort, by=by.user_id)


def close(cohort: Cohort, by: Actor, on: dt.date) -> None:
    """Close an open cohort after its last day. Raises CohortRunning, CohortNotOpen."""
    if on <= cohort.ends_on:
        raise CohortRunning(cohort.ends_on)
    if not _step(cohort, CohortState.OPEN, CohortState.CLOSED):
        raise CohortNotOpen
    audit.record("cohort closed", cohort, by=by.user_id)


def cancel(cohort: Cohort, key: str, by: Actor) -> None:
    """Cancel a draft or an open cohort; what its commitment still holds is proposed for release.

    Raises CohortNotOpen when it is awaiting approval (its commitment is decided first), closed or cancelled.
    """
    is_cancelled = _step(cohort, CohortState.OPEN, CohortState.CANCELLED) or _step(
        cohort, CohortState.DRAFT, CohortState.CANCELLED
    )
    if not is_cancelled:
        raise CohortNotOpen
    audit.record("cohort cancelled", cohort, by=by.user_id)
    commitment = cohorts.standing_commitment(cohort.id)
    if commitment is not None:
        ledger.propose_release(commitment, ledger.Proposal(commitment.committed, _purpose(cohort), key), by)


def check_open(cohort: Cohort) -> None:
    """Raise CohortNotOpen unless the cohort is open now."""
    if cohorts.state_of(cohort.id) is not CohortState.OPEN:
        raise CohortNotOpen


def take_seat(cohort: Cohort) -> bool:
    """Take a seat if the cohort is open and has one; two who press at once cannot both have the last."""
    free = (Cohort.id == cohort.id, Cohort.state == CohortState.OPEN, Cohort.seats_taken < Cohort.capacity)
    return changed(update(Cohort).where(*free).values(seats_taken=Cohort.seats_taken + 1))


def give_seat_back(cohort: Cohort) -> None:
    """Free a seat that was taken."""
    changed(update(Cohort).where(Cohort.id == cohort.id).values(seats_taken=Cohort.seats_taken - 1))
