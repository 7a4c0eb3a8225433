"""Refusals about nominations, vetting, seats and nomination uploads."""

import datetime as dt
from dataclasses import dataclass

from training.domain.common.refusals import Refusal
from training.models.admissions.nominations import NominationState
from training.models.identity.organisations import Organisation


class NamesMissing(Refusal):
    """No column identifies the nominees."""

    field = "name_native"


@dataclass
class NomineesMany(Refusal):
    """The file nominates many more people than the cohort has seats: it may be the list of a whole unit."""

    field = "are_many"
    people: int
    seats: int


class BatchClosed(Refusal):
    """The upload was committed, undone or deleted."""


@dataclass
class BatchChanged(Refusal):
    """Another user changed, registered or nominated the people of these ``rows`` since the preview."""

    rows: list[int]


class BatchNotCommitted(Refusal):
    """Only a committed upload can be undone, and only once."""


@dataclass
class BatchActedOn(Refusal):
    """``rows`` nominations of the upload, or their people, were changed since the commit."""

    rows: int


@dataclass
class NotCleared(Refusal):
    """The person holds no clearance that lasts to ``needed_until``."""

    needed_until: dt.date


class ClearancesRecorded(Refusal):
    """The rows of the spreadsheet were already recorded."""


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


class CohortFull(Refusal):
    """Every seat is taken; a cleared nominee can be put on the waiting list."""


@dataclass
class QuotaReached(Refusal):
    """The nominee's organisation, or one above it, has used its quota of ``quota`` seats."""

    quota: int


@dataclass
class ReservedForWomen(Refusal):
    """The remaining seats are reserved for women; ``is_sex_unknown`` if the person's sex is not recorded."""

    is_sex_unknown: bool


class SeatClash(Refusal):
    """The person has a seat in another cohort, not disclosed, that shares a day with this one."""


@dataclass
class FewerThanTaken(Refusal):
    """The capacity would be less than the ``taken`` seats."""

    field = "capacity"
    taken: int


@dataclass
class QuotaBelowTaken(Refusal):
    """The quota of an organisation would be less than the ``taken`` seats of its subtree."""

    organisation: Organisation
    taken: int


@dataclass
class NominationsClosed(Refusal):
    """The last day for nominations was ``until``."""

    until: dt.date


class SelectionRepeated(Refusal):
    """The form was submitted twice: its step was already taken."""


class AlreadyNominated(Refusal):
    """The person has an open nomination for this cohort."""

    field = "person"


class NotInvited(Refusal):
    """The person's organisation was not invited to this cohort."""

    field = "person"


@dataclass
class WrongStep(Refusal):
    """The step is not possible from the nomination's ``state``; None if one of several has just changed state."""

    state: NominationState | None = None


class AlreadyClaimed(Refusal):
    """Completion was already claimed, and the claim was not refused."""
