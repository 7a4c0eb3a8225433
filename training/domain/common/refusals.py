"""Refusals: a rule said no. They carry values; the web room gives them words in three languages."""

import datetime as dt
import enum
from dataclasses import dataclass
from typing import ClassVar

from training.kit.money import Currency
from training.kit.tables import Problem
from training.models.admissions.nominations import NominationState
from training.models.assurance.rights_assessments import Assessed
from training.models.identity.accounts import ApprovalGrade
from training.models.identity.organisations import Organisation


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


# whatever is written


class ChangedMeanwhile(Refusal):
    """Somebody else saved the record since the form was opened."""


# the ledger: limits, proposals, decisions


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


class AlreadyDecided(Refusal):
    """Somebody decided about it before."""


class OtherProgramme(Refusal):
    """Money moves within a programme, between two lines of it; a claim is paid from commitments of one programme."""


class CommitmentClosed(Refusal):
    """A closed commitment takes no more payments."""


class NotReversible(Refusal):
    """Only an approved entry that was not reversed yet, and is no reversal itself, can be reversed."""


class FundsMovedOn(Refusal):
    """What the entry moved has since been committed or spent, so it cannot be taken back."""


class CohortHoldsMoney(Refusal):
    """The commitment of an open cohort is given back by cancelling or closing the cohort."""


class NoCosts(Refusal):
    """A cohort without planned costs cannot be put up for approval."""


@dataclass
class ExpectedOutside(Refusal):
    """A payment is expected within the dates of its programme."""

    field = "expected_on"
    first: dt.date
    last: dt.date


@dataclass
class OutsideProgramme(Refusal):
    """A date is outside the dates of the programme, project line or cohort it belongs to."""

    field = "starts_on"
    first: dt.date
    last: dt.date


class DatesReversed(Refusal):
    """The last day is before the first."""

    field = "ends_on"


class WithinPlan(Refusal):
    """A line that departs from its plan by a tenth or less needs no reason."""


class PlanChanged(Refusal):
    """Somebody else saved the plan of the line since the form was opened; it shows both now."""


# claims, evidence, rates


@dataclass
class MissingRate(Refusal):
    """No exchange rate of the month is known, and none was given."""

    field = "currency"
    currency: Currency
    month: dt.date


@dataclass
class RateDoubtful(Refusal):
    """A rate would replace another of its month, or departs from the month ``before`` by more than a tenth.

    Rates are millionths; ``replaced`` and ``before`` are None where they cause no doubt.
    """

    field = "is_right"
    currency: Currency
    month: dt.date
    rate: int
    replaced: int | None
    before: tuple[dt.date, int] | None

    @property
    def told(self) -> str:
        """What somebody has been told who confirms the rate: another name for every other question."""
        before = "{} {}".format(*self.before) if self.before else "-"
        return f"{self.currency} {self.month} {self.rate} {self.replaced or '-'} {before}"


class LessThanAPenny(Refusal):
    """A line of the claim is worth less than a penny."""


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
class AlikePayment(Refusal):
    """Standing claims say the same; ``claims`` are their public ids."""

    claims: list[str]
    field = "is_another"


class EvidenceUsed(Refusal):
    """The file is the evidence of another claim."""

    field = "file"


class EvidenceAttached(Refusal):
    """The claim has a file of the same bytes already."""

    field = "file"


class EvidenceUnreadable(Refusal):
    """The file is no PDF, JPEG or PNG, whatever its name says."""

    field = "file"


@dataclass
class EvidenceTooLarge(Refusal):
    """The file has more than ``megabytes``."""

    field = "file"
    megabytes: int


# files that people send


@dataclass
class TableUnreadable(Refusal):
    """The file cannot be read as a table."""

    field = "file"
    problem: Problem
    line: int = 0


@dataclass
class SheetUnknown(Refusal):
    """The workbook has no sheet of this name that holds anything, but these."""

    field = "sheet"
    sheets: list[str]


class TableGone(Refusal):
    """What was read of the file was forgotten: files are not kept."""


@dataclass
class ColumnMissing(Refusal):
    """The table lacks a column with this heading."""

    field = "file"
    heading: str


@dataclass
class ColumnDoubled(Refusal):
    """Two columns of the table say that they are the same; the second has this heading."""

    field = "file"
    heading: str


# spend files


class BatchDecided(Refusal):
    """The rows of the file were proposed already."""


# files of names, and the work process


class JobStanding(Refusal):
    """Work on the record waits or goes on."""


class NamesMissing(Refusal):
    """No column says who is meant."""

    field = "name_native"


class BatchClosed(Refusal):
    """The rows of the file were nominated, taken back or forgotten."""


class BatchEmpty(Refusal):
    """No row of the file can become a nomination."""


@dataclass
class BatchFaulty(Refusal):
    """All or nothing was asked for, and ``left`` rows cannot become nominations."""

    field = "mode"
    left: int


@dataclass
class BatchChanged(Refusal):
    """Since the preview somebody else changed, registered or nominated the people whom these ``rows`` mean."""

    rows: list[int]


class BatchNotCommitted(Refusal):
    """Only a file whose rows were nominated can be taken back, and once."""


@dataclass
class BatchActedOn(Refusal):
    """Somebody acted on ``rows`` nominations of the file, or on the people."""

    rows: int


# rights


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


# vetting


@dataclass
class NotCleared(Refusal):
    """The person holds no clearance that lasts to ``needed_until``."""

    needed_until: dt.date


class ClearancesRecorded(Refusal):
    """The rows of the spreadsheet were recorded already."""


@dataclass
class ClearanceChanged(Refusal):
    """The clearance of the person in row ``number`` changed since the preview. Nothing was recorded."""

    number: int


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


# organisations


class OrganisationExists(Refusal):
    """Another organisation has this English name."""

    field = "name_en"


class ParentElsewhere(Refusal):
    """A tree is of one jurisdiction: the body above, or one below, is under another law."""

    field = "jurisdiction"


class ParentInactive(Refusal):
    """The body above is out of use."""

    field = "parent"


class OrganisationInactive(Refusal):
    """The organisation is out of use, so nobody is registered with it or moved to it."""

    field = "organisation"


class UnderItself(Refusal):
    """An organisation cannot come under itself or under a body below it."""

    field = "parent"


@dataclass
class OrganisationInUse(Refusal):
    """These depend on the organisation: ``people``, ``accounts``, ``bodies``, ``projects``, ``cohorts``."""

    by: tuple[str, ...]


# cohorts and seats


class CohortNotDraft(Refusal):
    """Only a draft can be edited or put up for approval."""


class CohortNotOpen(Refusal):
    """Nominations, seats and completions belong to open cohorts."""


@dataclass
class CohortRunning(Refusal):
    """It ends on ``ends_on``; a cohort is closed after its last day, and completion claimed on or after it."""

    ends_on: dt.date


class CohortFull(Refusal):
    """Every seat is taken; a cleared nominee can be put on the waiting list."""


@dataclass
class QuotaReached(Refusal):
    """The nominee's organisation, or one above it, has all ``quota`` seats that it may have."""

    quota: int


@dataclass
class ReservedForWomen(Refusal):
    """The seats that are left are reserved for women; where no sex is recorded, that may be the reason."""

    is_sex_unknown: bool


class SeatClash(Refusal):
    """The person has a seat in another cohort that shares a day with this one; in which is not said."""


@dataclass
class FewerThanTaken(Refusal):
    """The capacity would be less than the ``taken`` seats."""

    field = "capacity"
    taken: int


@dataclass
class QuotaBelowTaken(Refusal):
    """The quota of an organisation would be less than the ``taken`` seats of it and those below it."""

    organisation: Organisation
    taken: int


@dataclass
class TooManyReserved(Refusal):
    """No more than ``most`` seats can be reserved for women: the others are taken."""

    field = "reserved_for_women"
    most: int


class DeadlinesOutOfOrder(Refusal):
    """Nominations end before the vetting is to be done, and both before the cohort begins."""

    field = "nominations_until"


# nominations and completions


@dataclass
class NominationsClosed(Refusal):
    """The last day for nominations was ``until``."""

    until: dt.date


class SelectionRepeated(Refusal):
    """The step was taken for this selection before: the form was sent twice."""


class AlreadyNominated(Refusal):
    """The person stands nominated for this cohort."""

    field = "person"


class NotInvited(Refusal):
    """The person's organisation was not invited to this cohort."""

    field = "person"


@dataclass
class WrongStep(Refusal):
    """The step does not begin at the ``state`` where the nomination stands; None: one of several moved on just now."""

    state: NominationState | None = None


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


# people


class PersonIncomplete(Refusal):
    """A person needs a name in Latin or in native script."""

    field = "name_latin"


class NameWithoutLetters(Refusal):
    """A name has letters; digits and signs alone are none."""

    field = "name_latin"


class PersonInactive(Refusal):
    """The record of the person is set aside, so nothing new can be done with it."""

    field = "person"


class PersonActive(Refusal):
    """The record of the person is not set aside."""


class MergedAway(Refusal):
    """The record was taken up into another: undo that instead."""


class SamePerson(Refusal):
    """A record cannot be compared or joined with itself."""


class SameOrganisation(Refusal):
    """The person belongs to this organisation already."""

    field = "organisation"


@dataclass
class TransferOutOfOrder(Refusal):
    """The move is in the future, or before one that is recorded (``after``)."""

    field = "since"
    after: dt.date | None


class BothNominated(Refusal):
    """Both records stand nominated for one cohort, so they cannot be joined."""


class BothHaveAccounts(Refusal):
    """Both records have an account, so they cannot be joined."""


class MergeUndone(Refusal):
    """The merge was undone already."""


class MergeActedOn(Refusal):
    """Somebody acted on what was joined, so it cannot be parted again."""


@dataclass
class TooManyExports(Refusal):
    """So many exports of people a day are the limit for one account."""

    most: int
