"""Nominations: nominate, shortlist, vet, confirm. Vetting comes late, so that nobody is checked needlessly."""

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from training.domain import audit, cohorts, vetting
from training.domain.refusals import AlreadyClaimed, AlreadyNominated, CohortFull, NotInvited, WrongStep
from training.kit.clock import now
from training.kit.db import changed, db
from training.models.actor import Actor
from training.models.cohorts import Cohort
from training.models.nominations import Nomination, NominationState
from training.models.people import Person
from training.queries import cohorts as cohort_rows
from training.queries import nominations

S = NominationState
STEPS: dict[NominationState, frozenset[NominationState]] = {
    S.SHORTLISTED: frozenset({S.NOMINATED}),
    S.IN_VETTING: frozenset({S.SHORTLISTED}),
    S.CONFIRMED: frozenset({S.IN_VETTING}),
    S.TURNED_DOWN: frozenset({S.NOMINATED, S.SHORTLISTED, S.IN_VETTING}),
    S.WITHDRAWN: frozenset({S.NOMINATED, S.SHORTLISTED, S.IN_VETTING, S.CONFIRMED}),
}
"""From which states each state can be reached."""


def nominate(cohort: Cohort, person: Person, by: Actor) -> Nomination:
    """Put a person forward in the name of their organisation.

    Raises CohortNotOpen, NotInvited, AlreadyNominated. Rule: only national nominations, no direct applications.
    """
    cohorts.check_open(cohort)
    if not nominations.is_invited(cohort.id, person.organisation_id):
        raise NotInvited
    nomination = Nomination(
        cohort_id=cohort.id,
        person_id=person.id,
        organisation_id=person.organisation_id,
        nominated_by_id=by.user_id,
        nominated_at=now(),
        moved_at=now(),
    )
    try:
        with db.session.begin_nested():
            db.session.add(nomination)
    except IntegrityError as error:
        raise AlreadyNominated from error
    audit.record("nominated", nomination, by=by.user_id)
    return nomination


def shortlist(nomination: Nomination, by: Actor) -> None:
    """Put a nominee on the shortlist. Raises WrongStep."""
    _move(nomination, S.SHORTLISTED, by)


def send_to_vetting(nomination: Nomination, by: Actor) -> None:
    """Ask the vetting officers about a shortlisted nominee. Raises WrongStep."""
    _move(nomination, S.IN_VETTING, by)


def confirm(nomination: Nomination, by: Actor) -> None:
    """Give a cleared nominee a seat.

    Raises WrongStep, NotCleared (the clearance must last to the cohort's last day), CohortNotOpen, CohortFull.
    """
    cohort = cohort_rows.lock_cohort(nomination.cohort_id)
    _move(nomination, S.CONFIRMED, by)
    vetting.check_cleared(nomination.person_id, cohort.ends_on)
    if not cohorts.take_seat(cohort):
        cohorts.check_open(cohort)
        raise CohortFull


def turn_down(nomination: Nomination, reason: str, by: Actor) -> None:
    """Decline a nominee who has no seat yet; the nominating organisation reads the reason. Raises WrongStep."""
    _move(nomination, S.TURNED_DOWN, by, reason)


def withdraw(nomination: Nomination, by: Actor) -> None:
    """Take a nomination back; a confirmed seat becomes free.

    Raises WrongStep, and AlreadyClaimed once a completion was claimed: what happened cannot be withdrawn.
    """
    cohort = cohort_rows.lock_cohort(nomination.cohort_id)
    if nominations.has_claim(nomination.id):
        raise AlreadyClaimed
    had_seat = nominations.state_of(nomination.id) is S.CONFIRMED
    _move(nomination, S.WITHDRAWN, by)
    if had_seat:
        cohorts.give_seat_back(cohort)


def _move(nomination: Nomination, to: NominationState, by: Actor, reason: str = "") -> None:
    statement = (
        update(Nomination)
        .where(Nomination.id == nomination.id, Nomination.state.in_(STEPS[to]))
        .values(state=to, reason=reason, moved_at=now())
    )
    if not changed(statement):
        raise WrongStep
    audit.record(to.value.replace("_", " "), nomination, by=by.user_id)
