"""Refusals about accounts, organisations and jobs."""

import enum
from dataclasses import dataclass

from training.domain.common.refusals import Refusal


class SignInFailed(Refusal):
    """The username or the password is wrong; which of them is not disclosed."""


@dataclass
class SignInDelayed(Refusal):
    """Too many sign-in attempts have failed: the next one is accepted in ``seconds``."""

    seconds: int


class InvitationSpent(Refusal):
    """The one-time link is unknown, used or expired."""


class UsernameTaken(Refusal):
    """Another account has this username."""

    field = "username"


class PasswordFault(enum.StrEnum):
    """What makes a password easy to guess, most of all."""

    SHORT = "short"
    REPEATED = "repeated"
    WALK = "walk"
    """Keys beside each other, an alphabet, a row of digits, a date."""
    OWN_WORDS = "own_words"
    """Words of the account, its organisation or the product."""
    COMMON = "common"


@dataclass
class WeakPassword(Refusal):
    """The password has fewer than ``shortest`` characters, or is easy to guess."""

    field = "password"
    fault: PasswordFault
    shortest: int


class AddressRefused(Refusal):
    """This is not one e-mail address and nothing else."""

    field = "email"


class LetterSpent(Refusal):
    """The letter was sent, waits already, or is no longer of use: it cannot be sent again."""


class OwnRecord(Refusal):
    """The record is about the person who acts: somebody else does it."""


class JobStanding(Refusal):
    """A job on the record is waiting or running."""


class OrganisationExists(Refusal):
    """Another organisation has this English name."""

    field = "name_en"


class ParentElsewhere(Refusal):
    """A tree has one jurisdiction: the parent or a child has another."""

    field = "jurisdiction"


class ParentInactive(Refusal):
    """The parent organisation is inactive."""

    field = "parent"


class OrganisationInactive(Refusal):
    """The organisation is inactive, so nobody is registered with it or transferred to it."""

    field = "organisation"


class UnderItself(Refusal):
    """An organisation cannot be moved under itself or one of its descendants."""

    field = "parent"


@dataclass
class OrganisationInUse(Refusal):
    """These depend on the organisation: ``people``, ``accounts``, ``bodies``, ``projects``, ``cohorts``."""

    by: tuple[str, ...]


@dataclass
class TooManyUploads(Refusal):
    """The account has reached the daily limit on uploads: so many files, so many megabytes."""

    field = "file"
    files: int
    megabytes: int


@dataclass
class TooManyExports(Refusal):
    """The account has reached the daily limit on exports of personal data."""

    most: int


@dataclass
class TooManyPeopleRead(Refusal):
    """The account has reached the daily limit on people whom it may be shown."""

    most: int
