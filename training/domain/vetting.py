"""Clearances. Outcome, date, authority, expiry and unit are recorded; reasons never are."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import update

from training.domain import audit
from training.domain.refusals import DecidedInFuture, ExpiryBeforeDecision, NotCleared
from training.kit.clock import now
from training.kit.db import changed, db
from training.models.actor import Actor
from training.models.people import Person
from training.models.vetting import VettingDecision, VettingOutcome
from training.queries import people, vetting


@dataclass(frozen=True)
class Decision:
    """What the vetting authority said; ``expires_on`` for a clearance only."""

    outcome: VettingOutcome
    authority: str
    unit: str
    decided_on: dt.date
    expires_on: dt.date | None


def record(person: Person, decision: Decision, by: Actor, on: dt.date) -> VettingDecision:
    """Record a decision; it supersedes the one before. Raises DecidedInFuture, ExpiryBeforeDecision."""
    if decision.decided_on > on:
        raise DecidedInFuture
    if decision.expires_on is not None and decision.expires_on <= decision.decided_on:
        raise ExpiryBeforeDecision
    people.lock_person(person.id)
    changed(
        update(VettingDecision)
        .where(VettingDecision.person_id == person.id, VettingDecision.superseded_at.is_(None))
        .values(superseded_at=now())
    )
    recorded = VettingDecision(
        person_id=person.id,
        outcome=decision.outcome,
        authority=decision.authority,
        unit=decision.unit,
        decided_on=decision.decided_on,
        expires_on=decision.expires_on,
        recorded_by_id=by.user_id,
        recorded_at=now(),
    )
    db.session.add(recorded)
    db.session.flush()
    audit.record("clearance recorded", recorded, by=by.user_id, outcome=decision.outcome.value)
    return recorded


def check_cleared(person_id: int, until: dt.date) -> None:
    """Raise NotCleared unless the person holds a clearance that lasts to ``until``.

    Rule: a lapsed clearance blocks a seat (domain §2, Vetting).
    """
    if not vetting.is_cleared(person_id, until):
        raise NotCleared(until)
