"""Refusals about accounts, organisations and jobs."""

from dataclasses import dataclass

from training.domain.common.refusals import Refusal


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


class JobStanding(Refusal):
    """Work on the record waits or goes on."""


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


@dataclass
class TooManyExports(Refusal):
    """So many exports of people a day are the limit for one account."""

    most: int
