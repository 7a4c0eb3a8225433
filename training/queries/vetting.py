"""Reading clearances."""

import datetime as dt
from typing import Any

from sqlalchemy import and_, exists, select
from sqlalchemy.orm import joinedload

from training.kit.db import db
from training.models.actor import Actor
from training.models.cohorts import Cohort
from training.models.nominations import Nomination, NominationState
from training.models.vetting import VettingDecision, VettingOutcome
from training.policy.matrix import Permission
from training.policy.scopes import seen, unscoped
from training.queries.paging import Cut, Page, read_page

_RULE = "a use case applies its rule to a record that the web room already admitted"


def is_cleared(person_id: int, on: dt.date) -> bool:
    """Say whether the person's current decision is a clearance that lasts to ``on``."""
    cleared = exists().where(
        VettingDecision.person_id == person_id,
        VettingDecision.superseded_at.is_(None),
        VettingDecision.outcome == VettingOutcome.CLEARED,
        VettingDecision.expires_on >= on,
    )
    return bool(db.session.scalar(unscoped(select(cleared), because=_RULE)))


def current_decision(person_id: int) -> VettingDecision | None:
    """Return the decision about a person that nothing has superseded. For readers of that person only."""
    statement = select(VettingDecision).where(
        VettingDecision.person_id == person_id, VettingDecision.superseded_at.is_(None)
    )
    return db.session.scalar(unscoped(statement, because="the reader was admitted to the person"))


def waiting(cut: Cut, actor: Actor) -> Page[Any]:
    """Return a page of (nomination, current decision) of nominees in vetting, the oldest first."""
    statement = (
        select(Nomination, VettingDecision)
        .outerjoin(
            VettingDecision,
            and_(VettingDecision.person_id == Nomination.person_id, VettingDecision.superseded_at.is_(None)),
        )
        .where(Nomination.state == NominationState.IN_VETTING)
        .options(
            joinedload(Nomination.person),
            joinedload(Nomination.organisation),
            joinedload(Nomination.cohort).joinedload(Cohort.course),
        )
    )
    return read_page(seen(statement, actor, Permission.VET, Nomination), Nomination, Nomination.id, cut)
