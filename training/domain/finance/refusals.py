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


class BatchDecided(Refusal):
    """The rows of the file were proposed already."""
