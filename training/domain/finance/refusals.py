"""Refusals about money: limits, decisions, payments, evidence and rates."""

import datetime as dt
from dataclasses import dataclass

from training.domain.common.refusals import Refusal
from training.kit.money import Currency


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


@dataclass
class CeilingBelowAllocated(Refusal):
    """The ceiling is less than the programme has ``allocated``, in pence."""

    field = "ceiling"
    allocated: int


class CeilingUnchanged(Refusal):
    """The programme has this ceiling already."""

    field = "ceiling"


class CeilingWaits(Refusal):
    """Another change of the ceiling waits for its decision."""


class SourceInFuture(Refusal):
    """A source is of a day that has not come."""

    field = "source_date"


class ProgrammeExists(Refusal):
    """Another programme has this code, whatever the case of its letters."""

    field = "code"


class OwnProposal(Refusal):
    """The proposer may not decide."""


class NotOwnProposal(Refusal):
    """Only the proposer may withdraw a proposal."""


class AlreadyDecided(Refusal):
    """The proposal is already decided."""


class OtherProgramme(Refusal):
    """Money moves between two lines of one programme; a claim is paid from commitments of one programme."""


class CommitmentClosed(Refusal):
    """A closed commitment takes no more payments."""


class NotReversible(Refusal):
    """Only an approved entry that is neither reversed nor a reversal can be reversed."""


@dataclass
class OverPayment(Refusal):
    """What came back of a payment is not less than what is ``left`` of it, in pence."""

    field = "amount"
    left: int


@dataclass
class PartCameBack(Refusal):
    """A part of the payment came back since its reversal was proposed; ``left`` in pence."""

    left: int


@dataclass
class CameBackOutside(Refusal):
    """A part of a payment comes back no sooner than ``first``, the day it was paid, and not in the future."""

    field = "came_back_on"
    first: dt.date


class FundsMovedOn(Refusal):
    """What the entry moved has since been committed or spent, so it cannot be reversed."""


class CohortHoldsMoney(Refusal):
    """The commitment of an open cohort is released by cancelling or closing the cohort."""


@dataclass
class ExpectedOutside(Refusal):
    """A payment has to be expected within the dates of its programme."""

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
    """The plan of the line was changed since the form was opened; the form shows both now."""


@dataclass
class MissingRate(Refusal):
    """There is no exchange rate for the month, and none was given."""

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
    def question(self) -> str:
        """The identifier of the question that is confirmed; it differs for every other question."""
        before = "{} {}".format(*self.before) if self.before else "-"
        return f"{self.currency} {self.month} {self.rate} {self.replaced or '-'} {before}"


class LessThanAPenny(Refusal):
    """A line of the claim is worth less than a penny."""


@dataclass
class PaidOutside(Refusal):
    """A payment has to be made within the dates of its programme."""

    field = "paid_on"
    first: dt.date
    last: dt.date


class PaidInFuture(Refusal):
    """A payment cannot be recorded before the day it was made."""

    field = "paid_on"


@dataclass
class AlikePayment(Refusal):
    """Valid claims may be the same payment; ``claims`` are their public ids."""

    claims: list[str]
    field = "is_another"


class EvidenceUsed(Refusal):
    """The file is evidence of another claim."""

    field = "file"


class EvidenceAttached(Refusal):
    """The claim already has a file of the same bytes."""

    field = "file"


class EvidenceUnreadable(Refusal):
    """The file is not a PDF, JPEG or PNG, whatever its name."""

    field = "file"


@dataclass
class EvidenceTooLarge(Refusal):
    """The file is larger than ``megabytes``."""

    field = "file"
    megabytes: int


class NothingChosen(Refusal):
    """None of the chosen rows can be changed this way."""


class BatchDecided(Refusal):
    """The rows of the file are already proposed."""
