"""Steps of human-rights assessments."""

import datetime as dt

from training.cli.demo.context import Context, Kinds, stream
from training.domain.assurance import rights_assessments
from training.kit.clock import today
from training.models.assurance.rights_assessments import RightsAssessment, RiskLevel
from training.models.identity.actor import Actor
from training.queries.assurance import rights_assessments as right_rows


def write(
    context: Context,
    name: str,
    of: rights_assessments.Subject,
    by: Actor,
    summary: str,
    level: RiskLevel | None = None,
    valid_until: dt.date | None = None,
    mitigations: list[rights_assessments.Mitigation] | None = None,
) -> None:
    """Draft an assessment of a programme (by its code) or of a project."""
    content = rights_assessments.AssessmentContent(summary, level, valid_until, mitigations or ())
    context.add(name, rights_assessments.draft(of, content, by, today()))


def attach(context: Context, assessment: RightsAssessment, file: str, label: str, by: Actor) -> None:
    """Attach a file to a draft."""
    with stream(file) as opened:
        rights_assessments.attach(assessment, opened, label, context.settings.evidence_folder, by)


def submit(context: Context, assessment: RightsAssessment, by: Actor) -> None:
    """Submit a draft to an approver of the grade that its risk requires."""
    version = right_rows.whole(assessment.id).assessment.version
    rights_assessments.submit(assessment, context.settings.rights_approval, version, by, today())


def approve(_context: Context, assessment: RightsAssessment, by: Actor) -> None:
    """Approve an assessment."""
    rights_assessments.approve(assessment, by, today())


def refuse(_context: Context, assessment: RightsAssessment, reason: str, by: Actor) -> None:
    """Refuse an assessment."""
    rights_assessments.refuse(assessment, reason, by)


def finish_mitigation(_context: Context, assessment: RightsAssessment, number: int, by: Actor) -> None:
    """Mark a mitigation as done; ``number`` counts from 1."""
    rights_assessments.finish(right_rows.whole(assessment.id).mitigations[number - 1], by, today())


def monitor(_context: Context, assessment: RightsAssessment, note: str, by: Actor) -> None:
    """Add a monitoring note."""
    rights_assessments.monitor(assessment, note, by)


STEPS: Kinds = {
    "write a rights assessment": write,
    "attach a file to a rights assessment": attach,
    "submit a rights assessment": submit,
    "approve a rights assessment": approve,
    "refuse a rights assessment": refuse,
    "finish a mitigation": finish_mitigation,
    "add a monitoring note": monitor,
}
