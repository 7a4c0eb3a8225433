"""Find expired data."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import select

from training.kit.db import db
from training.models.finance.claims import Claim, ClaimEvidence, Evidence
from training.models.finance.spend_uploads import SpendBatch, SpendBatchState
from training.policy.scopes import unscoped

_KEEPING = "keeping house: nobody reads it"


def idle_uploads(before: dt.datetime) -> Sequence[Evidence]:
    """Return the files uploaded before a moment that no claim uses."""
    claimed = select(Claim.evidence_id).where(Claim.evidence_id.is_not(None))
    attached = select(ClaimEvidence.evidence_id)
    idle = (Evidence.uploaded_at < before, Evidence.id.not_in(claimed), Evidence.id.not_in(attached))
    statement = select(Evidence).where(*idle).order_by(Evidence.id)
    return db.session.scalars(unscoped(statement, because=_KEEPING)).all()


def idle_previews(before: dt.datetime) -> Sequence[SpendBatch]:
    """Return the spend files read before a moment whose rows were not proposed."""
    statement = (
        select(SpendBatch)
        .where(SpendBatch.uploaded_at < before, SpendBatch.state == SpendBatchState.PREVIEWED)
        .order_by(SpendBatch.id)
    )
    return db.session.scalars(unscoped(statement, because=_KEEPING)).all()
