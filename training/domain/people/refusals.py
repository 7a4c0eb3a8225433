"""Refusals about the register of people."""

import datetime as dt
from dataclasses import dataclass

from training.domain.common.refusals import Refusal


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
