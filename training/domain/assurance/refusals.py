"""Refusals about human-rights assessments."""

import datetime as dt
import enum
from dataclasses import dataclass

from training.domain.common.refusals import Refusal
from training.models.assurance.rights_assessments import Assessed
from training.models.identity.accounts import ApprovalGrade


class Lack(enum.StrEnum):
    """Why nothing current covers something."""

    NONE = "none"
    WAITING = "waiting"
    REFUSED = "refused"
    LAPSED = "lapsed"


@dataclass
class NoRightsAssessment(Refusal):
    """No approved, current rights assessment covers a cohort: of what it is lacking, and why.

    ``grade`` is that of the approver for whom one waits, ``lapsed_on`` the day until which the last one held.
    """

    of: Assessed
    lack: Lack
    grade: ApprovalGrade | None = None
    lapsed_on: dt.date | None = None


class NotOwnDraft(Refusal):
    """Only who wrote a draft changes it or puts it before the approver."""


class NoDraft(Refusal):
    """The assessment was submitted, so what it says no longer changes."""


@dataclass
class AssessmentIncomplete(Refusal):
    """The draft lacks these parts: ``summary``, ``level``, ``valid_until``, ``mitigations``."""

    missing: tuple[str, ...]


@dataclass
class GradeTooLow(Refusal):
    """The risk demands an approver of ``needed`` grade or above."""

    needed: ApprovalGrade


class MitigationDone(Refusal):
    """The mitigation was marked as done before."""


class NotMonitored(Refusal):
    """Monitoring is of assessments that were approved."""


class NoLongerCurrent(Refusal):
    """The date until which it would hold is past."""

    field = "valid_until"
