"""Clearances. Outcome, date, authority, expiry and unit are recorded; reasons never are."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Update, update

from training.domain.admissions import nominations
from training.domain.admissions.events import AdmissionEvent
from training.domain.admissions.refusals import DecidedInFuture, ExpiryBeforeDecision
from training.domain.identity import audit, own_record
from training.kit.clock import now
from training.kit.db import changed, db
from training.models.admissions.vetting import CurrentDecision, Lapsing, VettingDecision, VettingOutcome
from training.models.identity.actor import Actor
from training.models.people.people import Person
from training.queries.admissions import seats, vetting


@dataclass(frozen=True)
class ClearanceDecision:
    """A decision of the vetting authority; ``expires_on`` for a clearance only."""

    outcome: VettingOutcome
    authority: str
    unit: str
    decided_on: dt.date
    expires_on: dt.date | None
    reference: str = ""


def lapsing(expires_on: dt.date, on: dt.date) -> Lapsing | None:
    """Return within how many days of ``on`` a clearance lapses; None where it lasts longer."""
    return next((soon for soon in Lapsing if expires_on - on <= soon.span), None)


def record(person: Person, decision: ClearanceDecision, by: Actor, on: dt.date) -> VettingDecision:
    """Record a decision, superseding the previous one, and apply it to the person's nominations.

    Raises OwnRecord, DecidedInFuture, ExpiryBeforeDecision.
    """
    own_record.check(by, person.id)
    check(decision, on)
    hold([person.id])
    return record_held(person.id, decision, by)


def check(decision: ClearanceDecision, on: dt.date) -> None:
    """Raise DecidedInFuture or ExpiryBeforeDecision if the dates are impossible."""
    if decision.decided_on > on:
        raise DecidedInFuture
    if decision.expires_on is not None and decision.expires_on <= decision.decided_on:
        raise ExpiryBeforeDecision


def hold(person_ids: Collection[int]) -> None:
    """Lock people and the cohorts in which a decision about them may free a seat.

    Sending to vetting and seating take the person's lock too, so nothing changes between two reads.
    """
    wanted, held = set(vetting.cohorts_of(person_ids)), None
    while wanted != held:
        seats.lock(wanted, person_ids)
        wanted, held = set(vetting.cohorts_of(person_ids)), wanted


def record_held(person_id: int, decision: ClearanceDecision, by: Actor) -> VettingDecision:
    """Record a checked decision about a locked person, which is the current one from now on. Raises OwnRecord."""
    own_record.check(by, person_id)
    recorded = VettingDecision(person_id=person_id, recorded_by_id=by.user_id, recorded_at=now(), **vars(decision))
    db.session.add(recorded)
    db.session.flush()
    if not changed(_current(person_id).values(decision_id=recorded.id)):
        db.session.add(CurrentDecision(person_id=person_id, decision_id=recorded.id))
        db.session.flush()
    audit.record(AdmissionEvent.CLEARANCE_RECORDED, recorded, by=by.user_id, outcome=decision.outcome.value)
    nominations.apply_vetting_decision(recorded, by)
    return recorded


def _current(person_id: int) -> Update:
    return update(CurrentDecision).where(CurrentDecision.person_id == person_id)
