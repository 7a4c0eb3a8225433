"""Refusals: a rule said no. They carry values; the web room gives them words in three languages."""

import datetime as dt
from dataclasses import dataclass
from typing import ClassVar

from training.kit.money import Currency
from training.kit.tables import Problem


class Refusal(Exception):  # noqa: N818 - a refusal is an answer, not an error
    """A use case declined.

    ``field`` names the input at which the words belong, where there is one; ``place`` says which of several such
    inputs, counted from 0.
    """

    field: ClassVar[str | None] = None
    place: int | None = None


# access


class SignInFailed(Refusal):
    """The username and password open no account; which of them is wrong is not said."""


@dataclass
class SignInLocked(Refusal):
    """Too many attempts failed."""

    minutes: int


class InvitationSpent(Refusal):
    """The one-time address is unknown, used or expired."""


class UsernameTaken(Refusal):
    """Another account has this username."""

    field = "username"


@dataclass
class WeakPassword(Refusal):
    """The password is shorter than ``shortest`` characters."""

    field = "password"
    shortest: int


# ledger


@dataclass
class OverCeiling(Refusal):
    """The allocation is more than the programme has unallocated. ``available`` in pence."""

    field = "amount"
    available: int


@dataclass
class OverLine(Refusal):
    """The commitment is more than the line has available. ``available`` in pence."""

    field = "amount"
    available: int


@dataclass
class OverCommitment(Refusal):
    """The payment or release is more than the commitment has outstanding. ``available`` in pence."""

    field = "amount"
    available: int


@dataclass
class OverCommitmentInSum(Refusal):
    """The rows of a spend file take ``pence`` from a commitment that has ``available`` outstanding."""

    purpose: str
    pence: int
    available: int


class OwnProposal(Refusal):
    """Nobody decides about what they proposed."""


class NotOwnProposal(Refusal):
    """Only who proposed something takes it back."""


class OtherProgramme(Refusal):
    """Money moves within a programme, between two lines of it; a claim is paid from commitments of one programme."""


@dataclass
class MissingRate(Refusal):
    """No exchange rate of the month is known, and none was given."""

    field = "currency"
    currency: Currency
    month: dt.date


class LessThanAPenny(Refusal):
    """A line of the claim is worth less than a penny."""


class EvidenceUsed(Refusal):
    """The file is the evidence of another claim."""

    field = "file"


class EvidenceUnreadable(Refusal):
    """The file is no PDF, JPEG or PNG, whatever its name says."""

    field = "file"


@dataclass
class EvidenceTooLarge(Refusal):
    """The file has more than ``megabytes``."""

    field = "file"
    megabytes: int


class NoCosts(Refusal):
    """A cohort without planned costs cannot be put up for approval."""


class AlreadyDecided(Refusal):
    """Somebody decided about it before."""


class WithinPlan(Refusal):
    """A line that departs from its plan by a tenth or less needs no reason."""


class CommitmentClosed(Refusal):
    """A closed commitment takes no more payments."""


class NotReversible(Refusal):
    """Only an approved entry that was not reversed yet, and is no reversal itself, can be reversed."""


class FundsMovedOn(Refusal):
    """What the entry moved has since been committed or spent, so it cannot be taken back."""


class CohortHoldsMoney(Refusal):
    """The commitment of an open cohort is given back by cancelling or closing the cohort."""


@dataclass
class PaidOutside(Refusal):
    """A payment is made within the dates of its programme."""

    field = "paid_on"
    first: dt.date
    last: dt.date


class PaidInFuture(Refusal):
    """A payment is recorded on or after the day it was made."""

    field = "paid_on"


@dataclass
class OutsideProgramme(Refusal):
    """A date is outside the dates of the programme, project line or cohort it belongs to."""

    field = "starts_on"
    first: dt.date
    last: dt.date


class DatesReversed(Refusal):
    """The last day is before the first."""

    field = "ends_on"


# spend files and lists of rates


@dataclass
class TableUnreadable(Refusal):
    """The file cannot be read as a table."""

    field = "file"
    problem: Problem


class TableGone(Refusal):
    """What was read of the file was forgotten: files are not kept."""


class BatchDecided(Refusal):
    """The rows of the file were proposed already."""


@dataclass
class ColumnMissing(Refusal):
    """The list of rates lacks a column of this name."""

    field = "file"
    heading: str


# rights and vetting


class NoRightsAssessment(Refusal):
    """No approved, current rights assessment covers the programme."""


class NoLongerCurrent(Refusal):
    """The date until which it would hold is past."""

    field = "valid_until"


@dataclass
class NotCleared(Refusal):
    """The person holds no clearance that lasts to ``needed_until``."""

    needed_until: dt.date


class DecidedInFuture(Refusal):
    """A decision is recorded on or after the day it was made."""

    field = "decided_on"


class ExpiryBeforeDecision(Refusal):
    """A clearance expires after it was given."""

    field = "expires_on"


# courses


class CourseExists(Refusal):
    """The provider has a course of this title already."""

    field = "title_en"


class ChangedMeanwhile(Refusal):
    """Somebody else saved the record since the form was opened."""


# cohorts, nominations, completions


class CohortNotDraft(Refusal):
    """Only a draft can be edited or put up for approval."""


class CohortNotOpen(Refusal):
    """Nominations, seats and completions belong to open cohorts."""


class CohortFull(Refusal):
    """Every seat is taken."""


@dataclass
class CohortRunning(Refusal):
    """It ends on ``ends_on``; a cohort is closed after its last day, and completion claimed on or after it."""

    ends_on: dt.date


class AlreadyNominated(Refusal):
    """The person stands nominated for this cohort."""

    field = "person"


class NotInvited(Refusal):
    """The person's organisation was not invited to this cohort."""

    field = "person"


class WrongStep(Refusal):
    """The nomination has moved on, so this step no longer applies."""


class NotSeated(Refusal):
    """Only somebody with a confirmed seat can complete."""


class AlreadyClaimed(Refusal):
    """Completion was claimed already and the claim stands."""


class OwnCompletion(Refusal):
    """Nobody confirms their own completion."""


@dataclass
class CompletedOutsideCohort(Refusal):
    """The day of completion is not within the cohort or is in the future."""

    field = "completed_on"
    first: dt.date
    last: dt.date


class PersonIncomplete(Refusal):
    """A person needs a name in Latin or in native script."""

    field = "name_latin"
