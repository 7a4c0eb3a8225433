"""Refusals about nominations, vetting, seats and files of names."""

import datetime as dt
from dataclasses import dataclass

from training.domain.common.refusals import Refusal
from training.models.admissions.nominations import NominationState
from training.models.identity.organisations import Organisation


class NamesMissing(Refusal):
    """No column says who is meant."""

    field = "name_native"


class BatchClosed(Refusal):
    """The rows of the file were nominated, taken back or forgotten."""


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


class AlreadyClaimed(Refusal):
    """Completion was claimed already and the claim stands."""
