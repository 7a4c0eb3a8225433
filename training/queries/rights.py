"""Reading rights assessments."""

import datetime as dt

from sqlalchemy import exists, select

from training.kit.db import db
from training.models.rights import AssessmentState, RightsAssessment


def is_covered(programme_id: int, on: dt.date) -> bool:
    """Say whether an approved assessment of the programme is valid on ``on``."""
    covering = exists().where(
        RightsAssessment.programme_id == programme_id,
        RightsAssessment.state == AssessmentState.APPROVED,
        RightsAssessment.valid_until >= on,
    )
    return bool(db.session.scalar(select(covering)))
