"""Nominations: nominate, shortlist, vet, confirm. Vetting comes late, to avoid needless checks."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from sqlalchemy import insert, update
from sqlalchemy.exc import IntegrityError

from training.domain.admissions import notifications, seats
from training.domain.admissions.nomination_path import PATH, NominationEvent, is_early
from training.domain.admissions.refusals import (
    AlreadyClaimed,
    AlreadyNominated,
    CourseBegun,
    NominationsClosed,
    NotInvited,
    WrongStep,
)
from training.domain.common.refusals import Refusal
from training.domain.courses import cohorts
from training.domain.identity import audit, own_record
from training.domain.people import people
from training.kit.clock import now, today
from training.kit.db import changed, changed_rows, db
from training.kit.ids import new_public_id
from training.models.admissions.nominations import (
    LEFT_STATES,
    Hindrance,
    LateEntry,
    LateEntryState,
    Nomination,
    NominationState,
)
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

    Raises CohortNotOpen, CourseBegun, NominationsClosed, OwnRecord, PersonInactive, NotInvited, AlreadyNominated.
    Rule: only national nominations, no direct applications.
    """
    check_takes_nominations(cohort)
    own_record.check(by, *(person.id for person in persons))
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


def nominate_each(cohort: Cohort, persons: Sequence[Person], by: Actor) -> list[Refusal | None]:
    """Nominate people one by one; return for each the refusal, or None.

    Raises CohortNotOpen, CourseBegun, NominationsClosed, which concern all of them.
    """
    check_takes_nominations(cohort)
    return [_try_to_nominate(cohort, person, by) for person in persons]


def _try_to_nominate(cohort: Cohort, person: Person, by: Actor) -> Refusal | None:
    try:
        with db.session.begin_nested():
            nominate(cohort, person, by)
    except Refusal as refusal:
        return refusal
    return None


def check_takes_nominations(cohort: Cohort) -> None:
    """Raise CohortNotOpen, CourseBegun from the first day, or NominationsClosed after the last for nominations."""
    cohorts.check_open(cohort)
    if has_begun(cohort, today()):
        raise CourseBegun(cohort.starts_on)
    until = cohort.nominations_until
    if until is not None and is_past_last_day(cohort, today()):
        raise NominationsClosed(until)


def is_past_last_day(cohort: Cohort, on: dt.date) -> bool:
    """Return whether the last day for nominations, if there is one, has passed."""
    return cohort.nominations_until is not None and on > cohort.nominations_until


def takes_nominations(cohort: Cohort, on: dt.date) -> bool:
    """Return whether a cohort takes nominations on a day: open, not begun, and the last day has not passed."""
    return cohort.state is CohortState.OPEN and not has_begun(cohort, on) and not is_past_last_day(cohort, on)


def has_begun(cohort: Cohort, on: dt.date) -> bool:
    """Return whether the first day of a cohort has come."""
    return on >= cohort.starts_on


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
    """Shortlist a nominee. Raises OwnRecord, WrongStep."""
    own_record.check(by, nomination.person_id)
    _move(nomination, NominationEvent.SHORTLIST, by)


def send_to_vetting(nomination: Nomination, by: Actor) -> None:
    """Send a shortlisted nominee to vetting. Raises OwnRecord, WrongStep.

    A nominee who holds a clearance to the last day is cleared at once by that decision, to avoid a needless check.
    """
    own_record.check(by, nomination.person_id)
    cohort = seat_rows.lock([nomination.cohort_id], [nomination.person_id])[nomination.cohort_id]
    _move(nomination, NominationEvent.SEND, by)
    if vetting.is_cleared(nomination.person_id, cohort.ends_on):
        standing = vetting.current_decision(nomination.person_id)
        _move(nomination, NominationEvent.REUSE, by, details={"reused": standing.public_id if standing else None})


def confirm(nomination: Nomination, by: Actor, past: Collection[str] = ()) -> None:
    """Give a cleared nominee a seat before the course begins.

    ``past`` are the public ids of nominees on the waiting list whom the seat may pass. Raises OwnRecord, WrongStep,
    LateEntryNeeded, WaitingOvertaken, and what ``seats.take`` raises.
    """
    own_record.check(by, nomination.person_id)
    cohort = seat_rows.lock([nomination.cohort_id], [nomination.person_id])[nomination.cohort_id]
    check_step(nomination, NominationEvent.CONFIRM)
    seats.check_not_begun(cohort, today())
    give_seat(nomination, cohort, by, past)


def check_step(nomination: Nomination, event: NominationEvent) -> None:
    """Raise WrongStep unless an event is possible in the nomination's present state."""
    state = nominations.state_of(nomination.id)
    if state not in PATH[event].before:
        raise WrongStep(state, is_early(event, state))


def give_seat(nomination: Nomination, cohort: Cohort, by: Actor, past: Collection[str], **details: str) -> None:
    """Give a seat of a locked cohort; the audit trail says whom it passed. Raises as ``confirm`` does."""
    seats.take(nomination, cohort)
    passed = seats.check_order(cohort, [nomination.id], past)
    if passed:
        details["past"] = ", ".join(passed)
    _move(nomination, NominationEvent.CONFIRM, by, details=details)


def put_on_waiting_list(nomination: Nomination, by: Actor) -> None:
    """Put a cleared nominee at the end of the waiting list.

    Raises OwnRecord, WrongStep, CourseOver, CohortNotOpen, PersonInactive.
    """
    own_record.check(by, nomination.person_id)
    cohort = seat_rows.lock([nomination.cohort_id], [nomination.person_id])[nomination.cohort_id]
    cohorts.check_open(cohort)
    seats.check_not_over(cohort, today())
    people.check_all_active([nomination.person_id])
    _move(nomination, NominationEvent.WAIT, by, place=seat_rows.last_place(cohort.id) + 1)


def turn_down(nomination: Nomination, reason: str, by: Actor) -> None:
    """Turn down a nominee who has no seat; the nominating organisation reads why. Raises OwnRecord, WrongStep."""
    own_record.check(by, nomination.person_id)
    _move(nomination, NominationEvent.TURN_DOWN, by, reason)


def withdraw(nomination: Nomination, by: Actor) -> None:
    """Withdraw a nomination, also one's own; a seat goes to the first eligible nominee on the waiting list.

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
            _move(nomination, event, by, details={"clearance": decision.public_id})


def _apply_to_seated(nomination: Nomination, event: NominationEvent, decision: VettingDecision, by: Actor) -> None:
    lasts = decision.expires_on is not None and decision.expires_on >= nomination.cohort.ends_on
    if lasts or _is_past(nomination):
        return
    _move(nomination, event, by, details={"clearance": decision.public_id})
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
    """Free a seat; until the course begins, promote the next on the waiting list: later it would be a late entry."""
    cohorts.free_seat(cohort)
    if cohort.state is CohortState.OPEN and not has_begun(cohort, today()):
        _promote_next_waiting(cohort, by)


def _promote_next_waiting(cohort: Cohort, by: Actor) -> None:
    """Give a free seat to the first eligible nominee on the waiting list.

    Nominees who are passed over keep their place, with the reason; ``by``, who freed the seat, does not get it.
    Raising the capacity frees no seat and so promotes no one (acceptance test b).
    """
    for nomination in seat_rows.waiting(cohort.id):
        is_own = own_record.is_own(nomination.person_id, by)
        hindrance = Hindrance.OWN_RECORD if is_own else seats.try_to_take(nomination, cohort)
        if hindrance is None:
            _move(nomination, NominationEvent.PROMOTE, by)
            notifications.tell(NoticeKind.SEATED, nomination)
            return
        nomination.hindrance = hindrance


def _move(
    nomination: Nomination,
    event: NominationEvent,
    by: Actor,
    reason: str = "",
    place: int | None = None,
    details: Mapping[str, str | None] = MappingProxyType({}),
) -> None:
    """Apply an event if the nomination is still in a state from which it is possible. Raises WrongStep.

    ``reason`` is for turning down, ``place`` for the waiting list, ``details`` are for the audit trail. A proposed late
    entry ends with a nomination that moves on, but not when it is put on the waiting list.
    """
    transition = PATH[event]
    statement = (
        update(Nomination)
        .where(Nomination.id == nomination.id, Nomination.state.in_(transition.before))
        .values(state=transition.after, reason=reason, place=place, hindrance=None, moved_at=now())
    )
    if not changed(statement):
        state = nominations.state_of(nomination.id)
        raise WrongStep(state, is_early(event, state))
    if transition.after is not S.WAITING and S.CLEARED in transition.before:
        proposed = (LateEntry.nomination_id == nomination.id, LateEntry.state == LateEntryState.PROPOSED)
        changed(update(LateEntry).where(*proposed).values(state=LateEntryState.WITHDRAWN))
    audit.record(event, nomination, by=by.user_id, **details)
