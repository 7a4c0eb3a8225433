"""Labels for rights assessments: codes, refusals, audit events, kinds of record."""

from collections.abc import Callable, Iterable

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from training.domain.assurance import refusals as r
from training.domain.assurance.events import AssuranceEvent
from training.models.assurance.rights_assessments import (
    Assessed,
    AssessmentState,
    RightsAct,
    RightsAssessment,
    RightsAttachment,
    RightsMitigation,
    RiskLevel,
)
from training.queries.assurance.rights_assessments import AssessmentFilter
from training.web.common.filters import long_date
from training.web.common.labels import Labels, Wording, word

_PARTS: dict[str, Callable[[], str]] = {
    "summary": lambda: _("summary of the risk"),
    "level": lambda: _("level of risk"),
    "valid_until": lambda: _("date until which it holds"),
    "mitigations": lambda: _("mitigations, each with an owner and a date"),
}


def parts_words(parts: Iterable[str]) -> list[str]:
    """Return the labels of the missing parts of a draft."""
    return [_PARTS[part]() for part in parts]


_LACKING: dict[r.Lack, Wording] = {
    r.Lack.NONE: lambda _r: _("No rights assessment was written. It is a UK coordinator's turn to write one."),
    r.Lack.WAITING: lambda x: _(
        "A rights assessment waits for a decision. It is the turn of a rights approver of this grade or above: "
        "%(grade)s.",
        grade=word(x.grade),
    ),
    r.Lack.REFUSED: lambda _r: _("The rights assessment was refused. It is a UK coordinator's turn to write another."),
    r.Lack.LAPSED: lambda x: _(
        "The rights assessment lapsed on %(day)s. It is a UK coordinator's turn to write a new one.",
        day=long_date(x.lapsed_on),
    ),
}


_ABOUT: dict[Assessed, Callable[[], str]] = {
    Assessed.COURSE: lambda: _("This is about the course."),
    Assessed.PROJECT: lambda: _("This is about a project that pays for the cohort."),
    Assessed.PROGRAMME: lambda: _("This is about the programme."),
}


def _subject_words(lacking: r.NoRightsAssessment) -> str:
    return _ABOUT[lacking.of]()


LABELS = Labels(
    words=(
        (RiskLevel.LOW, _l("Low")),
        (RiskLevel.MEDIUM, _l("Medium")),
        (RiskLevel.HIGH, _l("High")),
        (Assessed.COURSE, _l("Course")),
        (Assessed.PROJECT, _l("Project")),
        (Assessed.PROGRAMME, _l("Programme")),
        (AssessmentState.DRAFT, _l("Draft")),
        (AssessmentState.SUBMITTED, _l("Awaiting approval")),
        (AssessmentState.APPROVED, _l("Approved")),
        (AssessmentState.REFUSED, _l("Refused")),
        (AssessmentState.SUPERSEDED, _l("Superseded")),
        (RightsAct.WRITTEN, _l("Draft begun")),
        (RightsAct.EDITED, _l("Draft changed")),
        (RightsAct.ATTACHED, _l("File attached")),
        (RightsAct.DETACHED, _l("File removed")),
        (RightsAct.SUBMITTED, _l("Submitted for approval")),
        (RightsAct.APPROVED, _l("Approved")),
        (RightsAct.REFUSED, _l("Refused")),
        (RightsAct.SUPERSEDED, _l("Superseded")),
        (RightsAct.MITIGATED, _l("Mitigation marked as done")),
        (RightsAct.NOTED, _l("Monitoring note")),
        (AssessmentFilter.WAITING, _l("Waiting for me")),
        (AssessmentFilter.CURRENT, _l("Current")),
        (AssessmentFilter.LAPSING, _l("Lapsing within 60 days")),
        (AssessmentFilter.LAPSED, _l("Lapsed")),
        (AssuranceEvent.RIGHTS_ASSESSMENT_WRITTEN, _l("Rights assessment written")),
        (AssuranceEvent.RIGHTS_ASSESSMENT_EDITED, _l("Rights assessment changed")),
        (AssuranceEvent.RIGHTS_ASSESSMENT_ATTACHED, _l("File attached to a rights assessment")),
        (AssuranceEvent.RIGHTS_ASSESSMENT_DETACHED, _l("File removed from a rights assessment")),
        (AssuranceEvent.RIGHTS_ASSESSMENT_SUBMITTED, _l("Rights assessment submitted for approval")),
        (AssuranceEvent.RIGHTS_ASSESSMENT_APPROVED, _l("Rights assessment approved")),
        (AssuranceEvent.RIGHTS_ASSESSMENT_REFUSED, _l("Rights assessment refused")),
        (AssuranceEvent.RIGHTS_ASSESSMENT_SUPERSEDED, _l("Rights assessment superseded")),
        (AssuranceEvent.RIGHTS_ASSESSMENT_MITIGATED, _l("Mitigation of a rights assessment marked as done")),
        (AssuranceEvent.RIGHTS_ASSESSMENT_NOTED, _l("Monitoring of a rights assessment noted")),
    ),
    tones=(
        (AssessmentState.DRAFT, "grey"),
        (AssessmentState.SUBMITTED, "yellow"),
        (AssessmentState.APPROVED, "green"),
        (AssessmentState.REFUSED, "red"),
        (AssessmentState.SUPERSEDED, "grey"),
    ),
    refusals={
        r.NoRightsAssessment: lambda x: f"{_LACKING[x.lack](x)} {_subject_words(x)}",
        r.NotOwnDraft: lambda _r: _("Only who began this draft can change it or put it before the approver"),
        r.NoDraft: lambda _r: _("The assessment was submitted for approval and can no longer be changed"),
        r.AssessmentIncomplete: lambda x: _(
            "The draft is not complete yet. It lacks: %(parts)s", parts=", ".join(parts_words(x.missing))
        ),
        r.GradeTooLow: lambda x: _(
            "The level of risk demands a rights approver of another grade: %(grade)s or above", grade=word(x.needed)
        ),
        r.MitigationDone: lambda _r: _("This mitigation was marked as done already"),
        r.NotMonitored: lambda _r: _("Only an assessment that was approved is monitored"),
        r.NoLongerCurrent: lambda _r: _("The date is in the past"),
    },
    records={
        RightsMitigation: _l("Mitigation"),
        RightsAttachment: _l("Attachment"),
        RightsAssessment: _l("Rights assessment"),
    },
)
