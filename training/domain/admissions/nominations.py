"""Nominations: nominate, shortlist, vet, confirm. Vetting comes late, to avoid needless checks."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import insert, update
from sqlalchemy.exc import IntegrityError

from training.domain.admissions import notifications, seats
from training.domain.admissions.nomination_path import PATH, NominationEvent
from training.domain.admissions.refusals import (
    AlreadyClaimed,
    AlreadyNominated,
    NominationsClosed,
    NotInvited,
    WrongStep,
)
from training.domain.courses import cohorts
from training.domain.identity import audit
from training.domain.people import people
from training.kit.clock import now, today
from training.kit.db import changed, changed_rows, db
from training.kit.ids import new_public_id
from training.models.admissions.nominations import LEFT_STATES, Nomination, NominationState
from training.models.admissions.notifications import NoticeKind
from training.models.admissions.vetting import VettingDecision, VettingOutcome
from training.models.courses.cohorts import Cohort, CohortState
from training.models.identity.actor import Actor
from training.models.people.people import Person
from training.queries.admissions import nominations, vetting
from training.queries.admissions import seats as seat_rows
from training.queries.identity import organisation_trees

S = NominationState


def nominate(cohort: Cohort, person: Person, by: Actor) -> Nomination:
    """Nominate a person on behalf of their organisation. Raises what ``nominate_all`` raises."""
    return nominate_all(cohort, [person], by)[0]


def nominate_all(cohort: Cohort, persons: Sequence[Person], by: Actor) -> list[Nomination]:
    """Nominate people, each on behalf of their organisation, all or none, in the order given.

    Raises CohortNotOpen, NominationsClosed, PersonInactive, NotInvited, AlreadyNominated. Rule: only national
    nominations, no direct applications.
    """
    check_takes_nominations(cohort)
    people.check_all_active([person.id for person in persons])
    organisations = {person.organisation_id for person in persons}
    if organisations - organisation_trees.keys_invited_to(cohort.id):
        raise NotInvited
    rows = [_row(cohort, person, by) for person in persons]
    if not rows:
        return []
    try:
        with db.session.begin_nested():
            db.session.execute(insert(Nomination), rows)
    except IntegrityError as error:
        raise AlreadyNominated from error
    made = nominations.with_public_ids([row["public_id"] for row in rows])
    audit.record_each(NominationEvent.NOMINATE, {nomination: {} for nomination in made.values()}, by=by.user_id)
    return [made[row["public_id"]] for row in rows]


def check_takes_nominations(cohort: Cohort) -> None:
    """Raise CohortNotOpen, or NominationsClosed after the last day for nominations."""
    cohorts.check_open(cohort)
    until = cohort.nominations_until
    if until is not None and is_past_last_day(cohort, today()):
        raise NominationsClosed(until)


def is_past_last_day(cohort: Cohort, on: dt.date) -> bool:
    """Return whether the last day for nominations, if there is one, has passed."""
    return cohort.nominations_until is not None and on > cohort.nominations_until


def takes_nominations(cohort: Cohort, on: dt.date) -> bool:
    """Return whether a cohort takes nominations on a day: it is open and the last day has not passed."""
    return cohort.state is CohortState.OPEN and not is_past_last_day(cohort, on)


def _row(cohort: Cohort, person: Person, by: Actor) -> dict[str, Any]:
    at = now()
    return {
        "public_id": new_public_id(),
        "cohort_id": cohort.id,
        "person_id": person.id,
        "organisation_id": person.organisation_id,
        "nominated_by_id": by.user_id,
        "nominated_at": at,
        "moved_at": at,
    }


def withdraw_all(nominated: Sequence[Nomination]) -> None:
    """Withdraw nominations that were not acted on, for who undoes a file and records that for all of them.

    Raises WrongStep if one is no longer *nominated*.
    """
    if not nominated:
        return
    statement = (
        update(Nomination)
        .where(Nomination.id.in_([one.id for one in nominated]), Nomination.state == S.NOMINATED)
        .values(state=S.WITHDRAWN, moved_at=now())
    )
    if changed_rows(statement) != len(nominated):
        raise WrongStep


def shortlist(nomination: Nomination, by: Actor) -> None:
    """Shortlist a nominee. Raises WrongStep."""
    _move(nomination, NominationEvent.SHORTLIST, by)


def send_to_vetting(nomination: Nomination, by: Actor) -> None:
    """Send a shortlisted nominee to vetting. Raises WrongStep.

    A nominee who holds a clearance to the last day is cleared at once, to avoid a needless check.
    """
    cohort = seat_rows.lock([nomination.cohort_id], [nomination.person_id])[nomination.cohort_id]
    _move(nomination, NominationEvent.SEND, by)
    if vetting.is_cleared(nomination.person_id, cohort.ends_on):
        _move(nomination, NominationEvent.CLEAR, by)


def confirm(nomination: Nomination, by: Actor) -> None:
    """Give a cleared nominee a seat. Raises WrongStep, and what ``seats.take`` raises."""
    cohort = seat_rows.lock([nomination.cohort_id], [nomination.person_id])[nomination.cohort_id]
    state = nominations.state_of(nomination.id)
    if state not in PATH[NominationEvent.CONFIRM].before:
        raise WrongStep(state)
    seats.take(nomination, cohort)
    _move(nomination, NominationEvent.CONFIRM, by)


def put_on_waiting_list(nomination: Nomination, by: Actor) -> None:
    """Put a cleared nominee at the end of the waiting list.

    Raises WrongStep, CohortNotOpen, PersonInactive.
    """
    cohort = seat_rows.lock([nomination.cohort_id], [nomination.person_id])[nomination.cohort_id]
    cohorts.check_open(cohort)
    people.check_all_active([nomination.person_id])
    _move(nomination, NominationEvent.WAIT, by, place=seat_rows.last_place(cohort.id) + 1)


def turn_down(nomination: Nomination, reason: str, by: Actor) -> None:
    """Turn down a nominee who has no seat; the nominating organisation reads the reason. Raises WrongStep."""
    _move(nomination, NominationEvent.TURN_DOWN, by, reason)


def withdraw(nomination: Nomination, by: Actor) -> None:
    """Withdraw a nomination; a confirmed seat goes to the first eligible nominee on the waiting list.

    Raises WrongStep, and AlreadyClaimed once a completion was claimed.
    """
    cohort = seat_rows.lock([nomination.cohort_id], [nomination.person_id])[nomination.cohort_id]
    if nominations.has_claim(nomination.id):
        raise AlreadyClaimed
    had_seat = nominations.state_of(nomination.id) is S.CONFIRMED
    _move(nomination, NominationEvent.WITHDRAW, by)
    if had_seat:
        _free_seat(cohort, by)


def apply_vetting_decision(decision: VettingDecision, by: Actor) -> None:
    """Update the nominations of a person after a new vetting decision. The person and their cohorts are locked.

    A seat that the decision does not cover to the last day is freed, unless the course is over or completed: no seat
    is filled without clearance (domain §2, Vetting).
    """
    event = NominationEvent.CLEAR if decision.outcome is VettingOutcome.CLEARED else NominationEvent.NOT_CLEAR
    for nomination in nominations.vetted_of(decision.person_id):
        if nomination.state is S.CONFIRMED:
            _apply_to_seated(nomination, event, decision, by)
        elif nomination.state in PATH[event].before:
            _move(nomination, event, by)


def _apply_to_seated(nomination: Nomination, event: NominationEvent, decision: VettingDecision, by: Actor) -> None:
    lasts = decision.expires_on is not None and decision.expires_on >= nomination.cohort.ends_on
    if lasts or _is_past(nomination):
        return
    _move(nomination, event, by)
    notifications.tell(NoticeKind.UNSEATED, nomination)
    _free_seat(nomination.cohort, by)


def _is_past(seated: Nomination) -> bool:
    """Return whether the course of a seat is over or completed, so that the seat is final."""
    return not _is_ongoing(seated.cohort) or nominations.has_claim(seated.id)


def _is_ongoing(cohort: Cohort) -> bool:
    return cohort.state is CohortState.OPEN and today() <= cohort.ends_on


def withdraw_all_for_person(person_id: int, by: Actor) -> None:
    """Withdraw the open nominations of a deactivated person, and notify both sides.

    The person and their cohorts are locked. A seat is freed, unless the course is over or completed.
    """
    for nomination in filter(ends_with_deactivation, nominations.lock_open_nominations(person_id)):
        had_seat = nomination.state is S.CONFIRMED
        _move(nomination, NominationEvent.SET_ASIDE, by)
        notifications.tell(NoticeKind.SET_ASIDE, nomination)
        if had_seat:
            _free_seat(nomination.cohort, by)


def ends_with_deactivation(nomination: Nomination) -> bool:
    """Return whether a nomination is withdrawn when its person is deactivated."""
    return nomination.state not in LEFT_STATES and not (nomination.state is S.CONFIRMED and _is_past(nomination))


def _free_seat(cohort: Cohort, by: Actor) -> None:
    """Free a seat; until the course is over, promote the next on the waiting list."""
    cohorts.free_seat(cohort)
    if _is_ongoing(cohort):
        _promote_next_waiting(cohort, by)


def _promote_next_waiting(cohort: Cohort, by: Actor) -> None:
    """Give a free seat to the first eligible nominee on the waiting list.

    Nominees who are passed over keep their place, with the reason. Raising the capacity frees no seat and so promotes
    no one (acceptance test b).
    """
    for nomination in seat_rows.waiting(cohort.id):
        hindrance = seats.try_to_take(nomination, cohort)
        if hindrance is None:
            _move(nomination, NominationEvent.PROMOTE, by)
            notifications.tell(NoticeKind.SEATED, nomination)
            return
        nomination.hindrance = hindrance


def _move(
    nomination: Nomination, event: NominationEvent, by: Actor, reason: str = "", place: int | None = None
) -> None:
    """Apply an event if the nomination is still in a state from which it is possible. Raises WrongStep.

    ``reason`` is for turning down, ``place`` for the waiting list.
    """
    transition = PATH[event]
    statement = (
        update(Nomination)
        .where(Nomination.id == nomination.id, Nomination.state.in_(transition.before))
        .values(state=transition.after, reason=reason, place=place, hindrance=None, moved_at=now())
    )
    if not changed(statement):
        raise WrongStep(nominations.state_of(nomination.id))
    audit.record(event, nomination, by=by.user_id)
