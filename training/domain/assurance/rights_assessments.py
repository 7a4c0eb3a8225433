"""Human-rights assessments (OSJA): before assistance is given, and again when they lapse.

Drafted, submitted, decided by an approver of the grade that the risk requires, superseded by the next one. Each
event adds a step to the trail, with the content at that moment and its hash.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, TypeAlias

from sqlalchemy import delete, update

from training.domain.assurance.events import AssuranceEvent
from training.domain.assurance.refusals import (
    AssessmentIncomplete,
    GradeTooLow,
    MitigationDone,
    NoDraft,
    NoLongerCurrent,
    NotMonitored,
    NotOwnDraft,
)
from training.domain.common.refusals import ChangedMeanwhile
from training.domain.finance import evidence
from training.domain.finance.refusals import AlreadyDecided, OwnProposal
from training.domain.identity import audit
from training.kit.clock import now
from training.kit.db import changed, db
from training.models.assurance.rights_assessments import (
    AssessmentState,
    RightsAct,
    RightsAssessment,
    RightsAttachment,
    RightsMitigation,
    RightsStep,
    RiskLevel,
)
from training.models.courses.courses import Course
from training.models.finance.claims import EvidenceKind
from training.models.finance.programmes import Programme, Project
from training.models.identity.accounts import ApprovalGrade
from training.models.identity.actor import Actor
from training.queries.assurance import rights_assessments

Subject: TypeAlias = Programme | Project | Course


@dataclass(frozen=True)
class Mitigation:
    """A mitigation of the risk; ``owner`` is a post or an organisation."""

    action: str
    owner: str
    due_on: dt.date | None


@dataclass(frozen=True)
class AssessmentContent:
    """The content of an assessment; a draft may be incomplete."""

    summary: str
    level: RiskLevel | None
    valid_until: dt.date | None
    mitigations: Sequence[Mitigation] = ()


def draft(subject: Subject, content: AssessmentContent, by: Actor, on: dt.date) -> RightsAssessment:
    """Start an assessment of a programme, a project or a course. Raises NoLongerCurrent."""
    _check_current(content.valid_until, on)
    column = {Programme: "programme_id", Project: "project_id", Course: "course_id"}[type(subject)]
    drafted = RightsAssessment(
        **{column: subject.id},
        summary=content.summary,
        level=content.level,
        valid_until=content.valid_until,
        writer_id=by.user_id,
        written_at=now(),
    )
    db.session.add(drafted)
    db.session.flush()
    _write_mitigations(drafted, content.mitigations)
    _note(drafted, RightsAct.WRITTEN, by)
    return drafted


def _check_current(until: dt.date | None, on: dt.date) -> None:
    if until is not None and until <= on:
        raise NoLongerCurrent


def edit(assessment: RightsAssessment, content: AssessmentContent, version: int, by: Actor, on: dt.date) -> None:
    """Edit a draft that was shown as ``version``.

    Raises NotOwnDraft, NoDraft, ChangedMeanwhile, NoLongerCurrent.
    """
    _check_current(content.valid_until, on)
    before = _picture(assessment)
    _change_draft(
        assessment, by, version, summary=content.summary, level=content.level, valid_until=content.valid_until
    )
    db.session.execute(delete(RightsMitigation).where(RightsMitigation.assessment_id == assessment.id))
    _write_mitigations(assessment, content.mitigations)
    _note(assessment, RightsAct.EDITED, by, edited=(before, _picture(assessment)))


def _picture(assessment: RightsAssessment) -> audit.Picture:
    """Return the content as the trail keeps it, fresh from the database."""
    whole = rights_assessments.whole(assessment.id)
    mitigations = [f"{one.action} ({one.owner or '–'}, {one.due_on or '–'})" for one in whole.mitigations]
    return {
        "summary": whole.assessment.summary,
        "level": whole.assessment.level,
        "valid_until": whole.assessment.valid_until,
        "mitigations": "; ".join(mitigations),
    }


def _write_mitigations(assessment: RightsAssessment, mitigations: Sequence[Mitigation]) -> None:
    db.session.add_all(
        RightsMitigation(
            assessment_id=assessment.id, position=number, action=one.action, owner=one.owner, due_on=one.due_on
        )
        for number, one in enumerate(mitigations, start=1)
    )
    db.session.flush()


def attach(assessment: RightsAssessment, stream: IO[bytes], label: str, folder: Path, by: Actor) -> RightsAttachment:
    """Add a file to a draft. Raises NotOwnDraft, NoDraft, EvidenceUnreadable, EvidenceTooLarge."""
    _change_draft(assessment, by)
    kept = evidence.take(stream, folder)
    attachment = RightsAttachment(
        assessment_id=assessment.id,
        label=label,
        kind=EvidenceKind(kept.kind),
        size=kept.size,
        sha256=kept.sha256,
        stored_as=kept.stored_as,
        uploaded_by_id=by.user_id,
        uploaded_at=now(),
    )
    db.session.add(attachment)
    db.session.flush()
    _note(assessment, RightsAct.ATTACHED, by)
    return attachment


def relabel(attachment: RightsAttachment, label: str, by: Actor) -> None:
    """Change the description of an attached file. Raises NotOwnDraft, NoDraft."""
    assessment = rights_assessments.whole(attachment.assessment_id).assessment
    _change_draft(assessment, by)
    changed(update(RightsAttachment).where(RightsAttachment.id == attachment.id).values(label=label))
    _note(assessment, RightsAct.EDITED, by)


def detach(attachment: RightsAttachment, by: Actor) -> None:
    """Detach a file from a draft; it is kept for the trail. Raises NotOwnDraft, NoDraft."""
    assessment = rights_assessments.whole(attachment.assessment_id).assessment
    _change_draft(assessment, by)
    is_attached = (RightsAttachment.id == attachment.id, RightsAttachment.removed_at.is_(None))
    if changed(update(RightsAttachment).where(*is_attached).values(removed_at=now())):
        _note(assessment, RightsAct.DETACHED, by)


def _change_draft(assessment: RightsAssessment, by: Actor, version: int | None = None, **values: Any) -> None:
    """Update a draft in one statement, on condition that it is still a draft and, if given, at this ``version``."""
    if assessment.writer_id != by.user_id:
        raise NotOwnDraft
    own_draft = [
        RightsAssessment.id == assessment.id,
        RightsAssessment.writer_id == by.user_id,
        RightsAssessment.state == AssessmentState.DRAFT,
    ]
    if version is not None:
        own_draft.append(RightsAssessment.version == version)
    if not changed(update(RightsAssessment).where(*own_draft).values(version=RightsAssessment.version + 1, **values)):
        raise ChangedMeanwhile if rights_assessments.state_of(assessment.id) is AssessmentState.DRAFT else NoDraft


def missing_from(whole: rights_assessments.WholeAssessment) -> tuple[str, ...]:
    """Return which parts a draft needs before it can be submitted; a mitigation needs an owner and a date."""
    assessment, mitigations = whole.assessment, whole.mitigations
    asked = {
        "summary": assessment.summary,
        "level": assessment.level,
        "valid_until": assessment.valid_until,
        "mitigations": mitigations and all(one.owner and one.due_on for one in mitigations),
    }
    return tuple(part for part, answer in asked.items() if not answer)


def submit(
    assessment: RightsAssessment, needed: Mapping[RiskLevel, ApprovalGrade], version: int, by: Actor, on: dt.date
) -> None:
    """Submit a draft to an approver of the grade that ``needed`` gives for its level of risk.

    Raises NotOwnDraft, AssessmentIncomplete, NoLongerCurrent, NoDraft, ChangedMeanwhile. Rule: the level of approval
    rises with the risk (domain §2, OSJA).
    """
    whole = rights_assessments.whole(assessment.id)
    level, until = whole.assessment.level, whole.assessment.valid_until
    missing = missing_from(whole)
    if missing or level is None or until is None:
        raise AssessmentIncomplete(missing)
    _check_current(until, on)
    _change_draft(assessment, by, version, state=AssessmentState.SUBMITTED, needed_grade=needed[level])
    _note(assessment, RightsAct.SUBMITTED, by)


def approve(assessment: RightsAssessment, by: Actor, on: dt.date) -> None:
    """Approve an assessment; it supersedes the previously approved one of the same subject.

    Raises OwnProposal, GradeTooLow, NoLongerCurrent, AlreadyDecided.
    """
    _check_current(assessment.valid_until, on)
    rights_assessments.lock_subject(assessment)
    for former in rights_assessments.approved_before(assessment):
        changed(
            update(RightsAssessment).where(RightsAssessment.id == former.id).values(state=AssessmentState.SUPERSEDED)
        )
        _note(former, RightsAct.SUPERSEDED, by)
    _decide(assessment, AssessmentState.APPROVED, RightsAct.APPROVED, "", by)


def refuse(assessment: RightsAssessment, reason: str, by: Actor) -> None:
    """Refuse an assessment. Raises OwnProposal, GradeTooLow, AlreadyDecided."""
    _decide(assessment, AssessmentState.REFUSED, RightsAct.REFUSED, reason, by)


def _decide(assessment: RightsAssessment, state: AssessmentState, act: RightsAct, reason: str, by: Actor) -> None:
    if assessment.writer_id == by.user_id:
        raise OwnProposal
    if assessment.needed_grade is not None and assessment.needed_grade not in by.grades:
        raise GradeTooLow(assessment.needed_grade)
    waits_for_them = (
        RightsAssessment.id == assessment.id,
        RightsAssessment.state == AssessmentState.SUBMITTED,
        RightsAssessment.writer_id != by.user_id,
        RightsAssessment.needed_grade.in_(by.grades),
    )
    decision = {"state": state, "reason": reason, "approver_id": by.user_id, "approver_grade": by.grade}
    if not changed(update(RightsAssessment).where(*waits_for_them).values(decided_at=now(), **decision)):
        raise AlreadyDecided
    _note(assessment, act, by, reason, by.grade)


def finish(mitigation: RightsMitigation, by: Actor, on: dt.date) -> None:
    """Mark a mitigation as done. Raises NotMonitored, MitigationDone."""
    assessment = rights_assessments.whole(mitigation.assessment_id).assessment
    _check_monitored(assessment)
    still_open = (RightsMitigation.id == mitigation.id, RightsMitigation.done_on.is_(None))
    if not changed(update(RightsMitigation).where(*still_open).values(done_on=on)):
        raise MitigationDone
    _note(assessment, RightsAct.MITIGATED, by, mitigation.action[:_LONGEST_NOTE])


def monitor(assessment: RightsAssessment, note: str, by: Actor) -> None:
    """Add a monitoring note. Raises NotMonitored. Rule: assess, identify, mitigate, decide, monitor (domain §2)."""
    _check_monitored(assessment)
    _note(assessment, RightsAct.NOTED, by, note)


def _check_monitored(assessment: RightsAssessment) -> None:
    if assessment.state not in (AssessmentState.APPROVED, AssessmentState.SUPERSEDED):
        raise NotMonitored


_LONGEST_NOTE = 2000


def _note(
    assessment: RightsAssessment,
    act: RightsAct,
    by: Actor,
    note: str = "",
    grade: ApprovalGrade | None = None,
    edited: tuple[audit.Picture, audit.Picture] | None = None,
) -> None:
    """Add a step to the trail and an audit event; ``edited`` is what an edit found and what it left."""
    content = content_of(rights_assessments.whole(assessment.id))
    step = RightsStep(
        assessment_id=assessment.id,
        act=act,
        user_id=by.user_id,
        roles=",".join(sorted(by.roles)),
        grade=grade,
        at=now(),
        note=note,
        content=content,
        sha256=hash_of(content),
    )
    db.session.add(step)
    db.session.flush()
    event = AssuranceEvent(f"rights assessment {act.value}")
    if edited:
        audit.record_edit(event, assessment, *edited, by=by.user_id, sha256=step.sha256)
    else:
        audit.record(event, assessment, by=by.user_id, sha256=step.sha256)


def content_of(whole: rights_assessments.WholeAssessment) -> str:
    """Return the content of an assessment as canonical JSON."""
    assessment = whole.assessment
    content = {
        "of": [assessment.assessed, assessment.subject.public_id],
        "summary": assessment.summary,
        "level": assessment.level,
        "valid_until": assessment.valid_until,
        "state": assessment.state,
        "needed_grade": assessment.needed_grade,
        "reason": assessment.reason,
        "mitigations": [[one.action, one.owner, one.due_on, one.done_on] for one in whole.mitigations],
        "attachments": [[one.label, one.sha256] for one in whole.attachments],
    }
    return json.dumps(content, ensure_ascii=False, sort_keys=True, default=dt.date.isoformat)


def hash_of(content: str) -> str:
    """Return the SHA-256 of a content in hexadecimal."""
    return hashlib.sha256(content.encode()).hexdigest()


def is_sound(whole: rights_assessments.WholeAssessment, trail: Sequence[RightsStep]) -> bool:
    """Return whether every step matches its hash, and the last one the present content."""
    are_hashed = all(hash_of(step.content) == step.sha256 for step in trail)
    return are_hashed and bool(trail) and trail[-1].content == content_of(whole)
