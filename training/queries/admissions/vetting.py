"""Reading clearances."""

import datetime as dt
import enum
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, select
from sqlalchemy.orm import joinedload

from training.kit.db import AnySelect, db
from training.models.admissions.nominations import Nomination, NominationState
from training.models.admissions.vetting import CurrentDecision, Lapsing, VettingDecision, VettingOutcome
from training.models.courses.cohorts import Cohort, CohortState
from training.models.identity.actor import Actor
from training.policy.matrix import Permission
from training.policy.scopes import VETTED_STATES, domain_read, seen, unscoped
from training.queries.common.paging import Cursor, Page, read_page


def is_cleared(person_id: int, on: dt.date) -> bool:
    """Return whether the person's current decision is a clearance that lasts to ``on``."""
    return bool(db.session.scalar(domain_read(select(has_clearance(CurrentDecision.person_id == person_id, on)))))


def has_clearance(whose: ColumnElement[bool], on: dt.date) -> ColumnElement[bool]:
    """Return the condition for a clearance that lasts to ``on``; ``whose`` chooses the person's current decision."""
    return exists().where(
        whose,
        VettingDecision.id == CurrentDecision.decision_id,
        VettingDecision.outcome == VettingOutcome.CLEARED,
        VettingDecision.expires_on >= on,
    )


def current_decision(person_id: int) -> VettingDecision | None:
    """Return the current decision about a person. For readers of that person only."""
    statement = (
        select(VettingDecision)
        .join(CurrentDecision, CurrentDecision.decision_id == VettingDecision.id)
        .where(CurrentDecision.person_id == person_id)
    )
    return db.session.scalar(unscoped(statement, because="the reader was admitted to the person"))


def with_public_ids(public_ids: Collection[str]) -> dict[str, VettingDecision]:
    """Return the decisions with these public ids, by id. For readers of their person only."""
    if not public_ids:
        return {}
    statement = select(VettingDecision).where(VettingDecision.public_id.in_(public_ids))
    found = db.session.scalars(unscoped(statement, because="the reader was admitted to the person"))
    return {decision.public_id: decision for decision in found}


def with_current(statement: AnySelect, *conditions: ColumnElement[bool]) -> AnySelect:
    """Join the current decision about the person of each nomination, if there is one that meets ``conditions``."""
    current = and_(CurrentDecision.person_id == Nomination.person_id, *conditions)
    return statement.outerjoin(CurrentDecision, current).outerjoin(
        VettingDecision, VettingDecision.id == CurrentDecision.decision_id
    )


def last_recorded_by(actor: Actor) -> VettingDecision | None:
    """Return the decision that ``actor`` recorded last, if any."""
    statement = (
        select(VettingDecision)
        .where(VettingDecision.recorded_by_id == actor.user_id)
        .order_by(VettingDecision.id.desc())
        .limit(1)
    )
    return db.session.scalar(unscoped(statement, because="the reader recorded it; no person is shown"))


def cohorts_of(person_ids: Collection[int]) -> Sequence[int]:
    """Return the keys of the cohorts in which these people were vetted or are in vetting."""
    statement = select(Nomination.cohort_id).where(
        Nomination.person_id.in_(person_ids), Nomination.state.in_(VETTED_STATES)
    )
    return db.session.scalars(domain_read(statement.distinct())).all()


class VettingQueue(enum.StrEnum):
    """A queue of nominees for vetting officers."""

    WAITING = "waiting"
    WITHIN_60 = Lapsing.WITHIN_60.value
    WITHIN_30 = Lapsing.WITHIN_30.value
    LAPSED = "lapsed"
    DECIDED = "decided"


def _fits(queue: VettingQueue, today: dt.date) -> ColumnElement[bool]:
    if queue is VettingQueue.WAITING:
        return Nomination.state == NominationState.IN_VETTING
    vetted = Nomination.state.in_(set(VETTED_STATES) - {NominationState.IN_VETTING})
    if queue is VettingQueue.DECIDED:
        return vetted
    cleared = and_(vetted, VettingDecision.outcome == VettingOutcome.CLEARED, _is_ahead(today))
    if queue is VettingQueue.LAPSED:
        return and_(cleared, VettingDecision.expires_on < today)
    return and_(cleared, VettingDecision.expires_on.between(today, today + Lapsing(queue).span))


def _is_ahead(today: dt.date) -> ColumnElement[bool]:
    """Return the condition under which the cohort of a nomination is still to be held, or is being held."""
    ahead = select(Cohort.id).where(Cohort.state == CohortState.OPEN, Cohort.ends_on >= today)
    return Nomination.cohort_id.in_(ahead)


def _queued(queue: VettingQueue, today: dt.date) -> AnySelect:
    return (
        with_current(select(Nomination, VettingDecision))
        .where(_fits(queue, today))
        .options(
            joinedload(Nomination.person),
            joinedload(Nomination.organisation),
            joinedload(Nomination.cohort).joinedload(Cohort.course),
        )
    )


def page_of(queue: VettingQueue, today: dt.date, cut: Cursor, actor: Actor) -> Page[Any]:
    """Return a page of (nomination, current decision, ``is_own``) of nominees in a queue, the oldest first."""
    is_own = Nomination.person_id.is_not_distinct_from(actor.person_id).label("is_own")
    statement = seen(_queued(queue, today).add_columns(is_own), actor, Permission.VET, Nomination)
    return read_page(statement, Nomination, Nomination.id, cut)


def all_of(queue: VettingQueue, today: dt.date, actor: Actor) -> list[tuple[Nomination, VettingDecision | None]]:
    """Return all nominees in a queue, the oldest first, for the table that is sent to the vetting authority."""
    statement = seen(_queued(queue, today), actor, Permission.VET, Nomination).order_by(Nomination.id)
    return [(nomination, decision) for nomination, decision in db.session.execute(statement)]


def lapsing(permission: Permission, today: dt.date, most: int, actor: Actor) -> list[tuple[Nomination, dt.date]]:
    """Return the nominees of cohorts ahead whose clearance lapsed or lapses within 60 days, the first to lapse first.

    Those for whom ``actor`` has ``permission``; each with the last day of the clearance.
    """
    last = today + Lapsing.WITHIN_60.span
    statement = (
        _queued(VettingQueue.DECIDED, today)
        .where(_is_ahead(today), VettingDecision.expires_on <= last)
        .order_by(VettingDecision.expires_on, Nomination.id)
        .limit(most)
    )
    rows = db.session.execute(seen(statement, actor, permission, Nomination))
    return [(nomination, decision.expires_on) for nomination, decision in rows]
