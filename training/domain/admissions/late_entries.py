"""Late entries: a seat in a course that has begun, proposed with a reason and decided by another coordinator."""

from collections.abc import Collection

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from training.domain.admissions import nominations, notifications, seats
from training.domain.admissions.events import AdmissionEvent
from training.domain.admissions.nomination_path import NominationEvent
from training.domain.admissions.refusals import (
    LateEntryDecided,
    LateEntryEarly,
    LateEntryProposed,
    NotOwnLateEntry,
    OwnLateEntry,
)
from training.domain.courses import cohorts
from training.domain.identity import audit, own_record
from training.kit.clock import now, today
from training.kit.db import changed, db
from training.models.admissions.nominations import LateEntry, LateEntryState, Nomination
from training.models.courses.cohorts import Cohort
from training.models.identity.actor import Actor
from training.queries.admissions import nominations as nomination_rows
from training.queries.admissions import seats as seat_rows


def propose(nomination: Nomination, reason: str, by: Actor) -> LateEntry:
    """Propose a late entry of a cleared nominee; other coordinators are notified.

    Raises OwnRecord, WrongStep, CohortNotOpen, CourseOver, LateEntryEarly, LateEntryProposed.
    """
    own_record.check(by, nomination.person_id)
    cohort = _lock(nomination)
    nominations.check_step(nomination, NominationEvent.CONFIRM)
    cohorts.check_open(cohort)
    if not nominations.has_begun(cohort, today()):
        raise LateEntryEarly
    seats.check_not_over(cohort, today())
    entry = LateEntry(nomination_id=nomination.id, reason=reason, proposed_by_id=by.user_id, proposed_at=now())
    try:
        with db.session.begin_nested():
            db.session.add(entry)
    except IntegrityError as error:
        raise LateEntryProposed from error
    audit.record(AdmissionEvent.LATE_ENTRY_PROPOSED, nomination, by=by.user_id, late_entry=entry.public_id)
    notifications.tell_deciders(nomination, by)
    return entry


def approve(entry: LateEntry, by: Actor, past: Collection[str] = ()) -> None:
    """Approve a late entry and give the seat.

    Raises OwnLateEntry, LateEntryDecided, and what ``nominations.confirm`` raises but for the first day.
    """
    nomination = nomination_rows.nomination_by_key(entry.nomination_id)
    own_record.check(by, nomination.person_id)
    cohort = _lock(nomination)
    _decide(entry, LateEntryState.APPROVED, "", by)
    nominations.check_step(nomination, NominationEvent.CONFIRM)
    nominations.give_seat(nomination, cohort, by, past, late_entry=entry.public_id)


def refuse(entry: LateEntry, reason: str, by: Actor) -> None:
    """Refuse a late entry, with a reason. Raises OwnRecord, OwnLateEntry, LateEntryDecided."""
    nomination = nomination_rows.nomination_by_key(entry.nomination_id)
    own_record.check(by, nomination.person_id)
    _decide(entry, LateEntryState.REFUSED, reason, by)
    audit.record(AdmissionEvent.LATE_ENTRY_REFUSED, nomination, by=by.user_id, late_entry=entry.public_id)


def withdraw(entry: LateEntry, by: Actor) -> None:
    """Take back a late entry that ``by`` proposed. Raises NotOwnLateEntry, LateEntryDecided."""
    if entry.proposed_by_id != by.user_id:
        raise NotOwnLateEntry
    nomination = nomination_rows.nomination_by_key(entry.nomination_id)
    _settle(entry, state=LateEntryState.WITHDRAWN)
    audit.record(AdmissionEvent.LATE_ENTRY_WITHDRAWN, nomination, by=by.user_id, late_entry=entry.public_id)


def _lock(nomination: Nomination) -> Cohort:
    return seat_rows.lock([nomination.cohort_id], [nomination.person_id])[nomination.cohort_id]


def _decide(entry: LateEntry, state: LateEntryState, refusal: str, by: Actor) -> None:
    if entry.proposed_by_id == by.user_id:
        raise OwnLateEntry
    _settle(entry, state=state, refusal=refusal, decided_by_id=by.user_id, decided_at=now())


def _settle(entry: LateEntry, **values: object) -> None:
    proposed = (LateEntry.id == entry.id, LateEntry.state == LateEntryState.PROPOSED)
    if not changed(update(LateEntry).where(*proposed).values(**values)):
        raise LateEntryDecided
