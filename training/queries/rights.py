"""Reading rights assessments."""

import datetime as dt
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import joinedload

from training.kit.db import AnySelect, db
from training.models.actor import Actor
from training.models.rights import AssessmentState, RightsAssessment
from training.policy.matrix import Permission
from training.policy.scopes import seen
from training.queries.paging import Cut, Page, read_page


def is_covered(programme_id: int, on: dt.date) -> bool:
    """Say whether an approved assessment of the programme is valid on ``on``."""
    covering = exists().where(
        RightsAssessment.programme_id == programme_id,
        RightsAssessment.state == AssessmentState.APPROVED,
        RightsAssessment.valid_until >= on,
    )
    return bool(db.session.scalar(select(covering)))


def is_waiting(programme_id: int) -> bool:
    """Say whether an assessment of the programme waits for its approver."""
    waiting = exists().where(
        RightsAssessment.programme_id == programme_id, RightsAssessment.state == AssessmentState.WRITTEN
    )
    return bool(db.session.scalar(select(waiting)))


def _whole() -> AnySelect:
    return select(RightsAssessment).options(
        joinedload(RightsAssessment.programme),
        joinedload(RightsAssessment.writer),
        joinedload(RightsAssessment.approver),
    )


def page_of(cut: Cut, actor: Actor) -> Page[Any]:
    """Return a page of assessments, the newest first."""
    statement = seen(_whole(), actor, Permission.SEE_RIGHTS, RightsAssessment)
    return read_page(statement, RightsAssessment, RightsAssessment.id, cut, is_descending=True)


def assessment_page(assessment: RightsAssessment, actor: Actor) -> RightsAssessment:
    """Return an assessment with who wrote and who decided it."""
    statement = _whole().where(RightsAssessment.id == assessment.id).execution_options(populate_existing=True)
    found: RightsAssessment = db.session.scalars(seen(statement, actor, Permission.SEE_RIGHTS, RightsAssessment)).one()
    return found
