"""Human-rights assessments (OSJA): before assistance is given, and again when they lapse."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import update

from training.domain import audit
from training.domain.refusals import AlreadyDecided, NoLongerCurrent, NoRightsAssessment, OwnProposal
from training.kit.clock import now
from training.kit.db import changed, db
from training.models.actor import Actor
from training.models.programmes import Programme
from training.models.rights import AssessmentState, RightsAssessment, RiskLevel
from training.queries import rights


@dataclass(frozen=True)
class Assessment:
    """What an assessment says."""

    summary: str
    mitigation: str
    level: RiskLevel
    valid_until: dt.date


def write(programme: Programme, assessment: Assessment, by: Actor, on: dt.date) -> RightsAssessment:
    """Put an assessment of a programme before the approver. Raises NoLongerCurrent."""
    if assessment.valid_until <= on:
        raise NoLongerCurrent
    written = RightsAssessment(
        programme_id=programme.id,
        summary=assessment.summary,
        mitigation=assessment.mitigation,
        level=assessment.level,
        valid_until=assessment.valid_until,
        writer_id=by.user_id,
        written_at=now(),
    )
    db.session.add(written)
    db.session.flush()
    audit.record("rights assessment written", written, by=by.user_id, level=assessment.level.value)
    return written


def approve(assessment: RightsAssessment, by: Actor, on: dt.date) -> None:
    """Approve an assessment. Raises OwnProposal, AlreadyDecided, NoLongerCurrent."""
    if assessment.valid_until <= on:
        raise NoLongerCurrent
    _decide(assessment, AssessmentState.APPROVED, "", by)


def refuse(assessment: RightsAssessment, reason: str, by: Actor) -> None:
    """Turn an assessment down. Raises OwnProposal, AlreadyDecided."""
    _decide(assessment, AssessmentState.REFUSED, reason, by)


def _decide(assessment: RightsAssessment, state: AssessmentState, reason: str, by: Actor) -> None:
    if assessment.writer_id == by.user_id:
        raise OwnProposal
    statement = (
        update(RightsAssessment)
        .where(RightsAssessment.id == assessment.id, RightsAssessment.state == AssessmentState.WRITTEN)
        .values(state=state, reason=reason, approver_id=by.user_id, decided_at=now())
    )
    if not changed(statement):
        raise AlreadyDecided
    audit.record(f"rights assessment {state.value}", assessment, by=by.user_id)


def check_covered(programme_id: int, on: dt.date) -> None:
    """Raise NoRightsAssessment unless an approved assessment covers the programme on ``on``.

    Rule: no cohort opens for nominations without one (domain §2, OSJA).
    """
    if not rights.is_covered(programme_id, on):
        raise NoRightsAssessment
