"""Read rights assessments with their mitigations, files and trail."""

import datetime as dt
import enum
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import joinedload

from training.kit.db import AnySelect, db
from training.models.assurance.rights_assessments import (
    AssessmentState,
    RightsAct,
    RightsAssessment,
    RightsAttachment,
    RightsMitigation,
    RightsStep,
)
from training.models.identity.actor import Actor
from training.policy.matrix import Permission
from training.policy.scopes import domain_read, seen, where
from training.queries.common.paging import Cursor, Page, read_page
from training.queries.courses import courses
from training.queries.finance import programmes

SOON = dt.timedelta(days=60)
"""An assessment that lapses within this time is flagged: its successor must be written and approved."""


class AssessmentFilter(enum.StrEnum):
    """A filter of assessments."""

    WAITING = "waiting"
    CURRENT = "current"
    LAPSING = "lapsing"
    LAPSED = "lapsed"


@dataclass(frozen=True)
class WholeAssessment:
    """An assessment with its subject, ordered mitigations and attached files."""

    assessment: RightsAssessment
    mitigations: Sequence[RightsMitigation]
    attachments: Sequence[RightsAttachment]


def _with_subject() -> AnySelect:
    return select(RightsAssessment).options(
        joinedload(RightsAssessment.programme),
        joinedload(RightsAssessment.project),
        joinedload(RightsAssessment.course),
        joinedload(RightsAssessment.writer),
        joinedload(RightsAssessment.approver),
    )


def whole(assessment_id: int) -> WholeAssessment:
    """Return an assessment as the database has it now."""
    statement = domain_read(_with_subject().where(RightsAssessment.id == assessment_id))
    return _whole(statement)


def _whole(statement: AnySelect) -> WholeAssessment:
    found: RightsAssessment = db.session.scalars(statement.execution_options(populate_existing=True)).one()
    mitigations = select(RightsMitigation).where(RightsMitigation.assessment_id == found.id)
    attachments = select(RightsAttachment).where(
        RightsAttachment.assessment_id == found.id, RightsAttachment.removed_at.is_(None)
    )
    fresh = {"populate_existing": True}
    return WholeAssessment(
        found,
        db.session.scalars(mitigations.order_by(RightsMitigation.position).execution_options(**fresh)).all(),
        db.session.scalars(attachments.order_by(RightsAttachment.id).execution_options(**fresh)).all(),
    )


def attachment_of(assessment_id: int, public_id: str) -> RightsAttachment | None:
    """Return a file that is attached to an assessment now."""
    return db.session.scalar(
        select(RightsAttachment).where(
            RightsAttachment.assessment_id == assessment_id,
            RightsAttachment.public_id == public_id,
            RightsAttachment.removed_at.is_(None),
        )
    )


def state_of(assessment_id: int) -> AssessmentState:
    """Return the state of an assessment as the database has it now."""
    return db.session.scalars(select(RightsAssessment.state).where(RightsAssessment.id == assessment_id)).one()


def _same_subject(assessment: RightsAssessment) -> ColumnElement[bool]:
    if assessment.course_id is not None:
        return RightsAssessment.course_id == assessment.course_id
    if assessment.project_id is not None:
        return RightsAssessment.project_id == assessment.project_id
    return RightsAssessment.programme_id == assessment.programme_id


def approved_before(assessment: RightsAssessment) -> Sequence[RightsAssessment]:
    """Return the approved assessment of the same programme, project or course, if there is one."""
    statement = select(RightsAssessment).where(
        _same_subject(assessment),
        RightsAssessment.state == AssessmentState.APPROVED,
        RightsAssessment.id != assessment.id,
    )
    return db.session.scalars(statement).all()


def lock_subject(assessment: RightsAssessment) -> None:
    """Lock the subject of an assessment until the transaction ends."""
    if assessment.course_id is not None:
        courses.lock_course(assessment.course_id)
    elif assessment.project_id is not None:
        programmes.lock_programme(programmes.project_by_key(assessment.project_id).programme_id)
    elif assessment.programme_id is not None:
        programmes.lock_programme(assessment.programme_id)


def _matching(status: AssessmentFilter | None, actor: Actor, today: dt.date) -> list[ColumnElement[bool]]:
    approved = RightsAssessment.state == AssessmentState.APPROVED
    until = RightsAssessment.valid_until
    if status is AssessmentFilter.WAITING:
        own_draft = and_(RightsAssessment.state == AssessmentState.DRAFT, RightsAssessment.writer_id == actor.user_id)
        return [or_(own_draft, waits_for(actor))]
    if status is AssessmentFilter.CURRENT:
        return [approved, until >= today]
    if status is AssessmentFilter.LAPSING:
        return [approved, until.between(today, today + SOON)]
    if status is AssessmentFilter.LAPSED:
        return [approved, until < today]
    return []


def waits_for(actor: Actor) -> ColumnElement[bool]:
    """Return the condition for an assessment to await ``actor``: of their grade, written by another."""
    return and_(
        RightsAssessment.state == AssessmentState.SUBMITTED,
        RightsAssessment.writer_id != actor.user_id,
        where(actor, Permission.APPROVE_RIGHTS, RightsAssessment),
    )


def page_of(status: AssessmentFilter | None, today: dt.date, cut: Cursor, actor: Actor) -> Page[Any]:
    """Return a page of the assessments of this ``status`` that ``actor`` may see, newest first."""
    statement = _with_subject().where(*_matching(status, actor, today))
    statement = seen(statement, actor, Permission.SEE_RIGHTS, RightsAssessment)
    return read_page(statement, RightsAssessment, RightsAssessment.id, cut, is_descending=True)


def all_of(status: AssessmentFilter | None, today: dt.date, actor: Actor) -> Sequence[RightsAssessment]:
    """Return all assessments of this ``status`` that ``actor`` may see, newest first."""
    statement = _with_subject().where(*_matching(status, actor, today)).order_by(RightsAssessment.id.desc())
    return db.session.scalars(seen(statement, actor, Permission.SEE_RIGHTS, RightsAssessment)).all()


@dataclass(frozen=True)
class AssessmentPage:
    """An assessment with its trail, and whether the reader may write assessments and approve this one."""

    whole: WholeAssessment
    trail: Sequence[RightsStep]
    may_write: bool
    may_approve: bool

    @property
    def notes(self) -> list[RightsStep]:
        """Return the monitoring notes."""
        return [step for step in self.trail if step.act is RightsAct.NOTED]


def assessment_page(assessment: RightsAssessment, actor: Actor) -> AssessmentPage:
    """Return what the page of an assessment shows to ``actor``, who may see it."""
    key = assessment.id
    may_write, may_approve = (
        where(actor, permission, RightsAssessment)
        for permission in (Permission.WRITE_RIGHTS, Permission.APPROVE_RIGHTS)
    )
    may = select(may_write, may_approve)
    is_writer, is_approver = db.session.execute(may.where(RightsAssessment.id == key)).one()
    statement = _with_subject().where(RightsAssessment.id == key)
    trail = (
        select(RightsStep)
        .where(RightsStep.assessment_id == key)
        .options(joinedload(RightsStep.user))
        .order_by(RightsStep.id)
    )
    return AssessmentPage(
        whole=_whole(seen(statement, actor, Permission.SEE_RIGHTS, RightsAssessment)),
        trail=db.session.scalars(trail).all(),
        may_write=bool(is_writer),
        may_approve=bool(is_approver),
    )
