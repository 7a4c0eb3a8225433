"""Open cohorts: submitted for approval with their money, opened by that approval."""

import datetime as dt
from collections import Counter

from training.domain.assurance import coverage
from training.domain.courses import cohorts
from training.domain.courses.events import CourseEvent
from training.domain.courses.refusals import CohortNotDraft, NoCosts
from training.domain.finance import proposals
from training.domain.identity import audit
from training.kit.clock import within_financial_year
from training.models.courses.cohorts import Cohort, CohortState
from training.models.finance.ledger import LedgerEntry
from training.models.finance.programmes import BudgetLine
from training.models.identity.actor import Actor
from training.queries.courses import cohorts as cohort_rows
from training.queries.finance import programmes


def ask_to_open(cohort: Cohort, key: str, by: Actor, on: dt.date) -> LedgerEntry:
    """Submit a draft for approval: its planned cost is proposed as one commitment per line, decided together.

    Raises CohortNotDraft, NoCosts, NoRightsAssessment, OverLine. Rules: design §3 (asking to open makes the proposal),
    domain §2 (rights assessment first).
    """
    programmes.lock_programme(cohort.programme_id)
    proposal = proposals.Proposal(cohort.planned_cost, cohorts.purpose(cohort), key)
    if known := proposals.proposed_before(proposal, by):
        return known
    coverage.check_covered(cohort, on)
    if not cohorts.change_state(cohort, CohortState.DRAFT, CohortState.AWAITING_APPROVAL):
        raise CohortNotDraft
    reservations = _reservations(cohort)
    if not reservations:
        raise NoCosts
    expected_on = within_financial_year(cohort.starts_on, cohort.ends_on)
    entry = proposals.propose_commitments(reservations, proposal, expected_on, by, cohort_id=cohort.id)
    audit.record(CourseEvent.COHORT_PUT_UP_FOR_APPROVAL, cohort, by=by.user_id)
    return entry


def _reservations(cohort: Cohort) -> list[proposals.Reservation]:
    """Return the reservation on each line for a cohort."""
    per_line: Counter[BudgetLine] = Counter()
    for cost in cohort_rows.costs_of(cohort.id):
        per_line[cost.line] += cost.amount
    return [proposals.Reservation(line, amount) for line, amount in per_line.items()]


def is_late(cohort: Cohort | None, on: dt.date) -> bool:
    """Return whether a cohort still awaits approval on its first day or later."""
    return cohort is not None and cohort.state is CohortState.AWAITING_APPROVAL and cohort.starts_on <= on


def open_funded(cohort: Cohort, by: Actor, on: dt.date) -> None:
    """Open a cohort whose commitments are approved. Raises NoRightsAssessment, CohortNotDraft."""
    coverage.check_covered(cohort, on)
    if not cohorts.change_state(cohort, CohortState.AWAITING_APPROVAL, CohortState.OPEN):
        raise CohortNotDraft
    audit.record(CourseEvent.COHORT_OPENED, cohort, by=by.user_id)


def return_to_draft(cohort: Cohort, by: Actor) -> None:
    """Return a cohort to draft because its commitment was refused."""
    if cohorts.change_state(cohort, CohortState.AWAITING_APPROVAL, CohortState.DRAFT):
        audit.record(CourseEvent.COHORT_RETURNED_TO_DRAFT, cohort, by=by.user_id)
