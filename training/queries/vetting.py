"""Reading clearances."""

import datetime as dt

from sqlalchemy import exists, select

from training.kit.db import db
from training.models.vetting import VettingDecision, VettingOutcome
from training.policy.scopes import unscoped

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
