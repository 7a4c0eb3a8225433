"""Refusals about the register of people."""

import datetime as dt
from dataclasses import dataclass

from training.domain.common.refusals import Refusal


class PersonIncomplete(Refusal):
    """A person needs a name in Latin or in native script."""

    field = "name_latin"


class NameWithoutLetters(Refusal):
    """A name must contain letters, not digits and punctuation alone."""

    field = "name_latin"


class PersonInactive(Refusal):
    """The person is deactivated."""

    field = "person"


class PersonActive(Refusal):
    """The person is active already."""


class MergedAway(Refusal):
    """The record was merged into another: undo the merge instead."""


class SamePerson(Refusal):
    """A record cannot be compared or merged with itself."""


class SameOrganisation(Refusal):
    """The person belongs to this organisation already."""

    field = "organisation"


@dataclass
class TransferOutOfOrder(Refusal):
    """The transfer is in the future, or before one already recorded (``after``)."""

    field = "since"
    after: dt.date | None


class BothNominated(Refusal):
    """Both records have an open nomination for the same cohort, so they cannot be merged."""


class BothHaveAccounts(Refusal):
    """Both records have an account, so they cannot be merged."""


class MergeUndone(Refusal):
    """The merge is undone already."""


class MergeActedOn(Refusal):
    """Something that the merge moved has changed since, so the merge cannot be undone."""


class AccountUnknown(Refusal):
    """There is no account with this username, or it is of another organisation."""

    field = "username"


class LinkedAlready(Refusal):
    """The account or the person is linked already: one person, one account."""

    field = "username"


class NotLinked(Refusal):
    """The person has no account."""


class LinkAsked(Refusal):
    """A link of this account or this person is asked for already."""


class NotATrainee(Refusal):
    """The account has, or was given, more roles than a trainee's: a card is no way into it."""


class CardRefused(Refusal):
    """The username or the code is wrong, or the card has ended; which of them is not disclosed."""
