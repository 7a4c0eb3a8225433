"""Refusals about human-rights assessments."""

import datetime as dt
import enum
from dataclasses import dataclass

from training.domain.common.refusals import Refusal
from training.models.assurance.rights_assessments import Assessed
from training.models.identity.accounts import ApprovalGrade


class Lack(enum.StrEnum):
    """Why no current assessment covers a programme, project or course."""

    NONE = "none"
    WAITING = "waiting"
    REFUSED = "refused"
    LAPSED = "lapsed"


@dataclass
class NoRightsAssessment(Refusal):
    """No approved, current rights assessment covers a cohort: which subject lacks it, and why.

    ``grade`` is that of the approver it awaits; ``lapsed_on`` the last day of the previous assessment; ``assessment``
    the public id of the one that waits, was refused or lapsed.
    """

    of: Assessed
    lack: Lack
    grade: ApprovalGrade | None = None
    lapsed_on: dt.date | None = None
    assessment: str | None = None


class NotOwnDraft(Refusal):
    """Only the writer of a draft may change or submit it."""


class NoDraft(Refusal):
    """The assessment was submitted, so its content can no longer change."""


@dataclass
class AssessmentIncomplete(Refusal):
    """The draft lacks these parts: ``summary``, ``level``, ``valid_until``, ``mitigations``."""

    missing: tuple[str, ...]


@dataclass
class GradeTooLow(Refusal):
    """The level of risk requires an approver of grade ``needed`` or above."""

    needed: ApprovalGrade


class MitigationDone(Refusal):
    """The mitigation is already marked as done."""


class NotMonitored(Refusal):
    """Only approved assessments are monitored."""


class NoLongerCurrent(Refusal):
    """The last day of validity has passed."""

    field = "valid_until"
