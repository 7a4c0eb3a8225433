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


class LinkFault(enum.StrEnum):
    """Why a one-time address does not work."""

    UNKNOWN = "unknown"
    USED = "used"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    NOT_NEEDED = "not_needed"
    """It invites one of the first two administrators, and there are two."""


@dataclass
class InvitationSpent(Refusal):
    """The one-time address of an invitation does not work."""

    why: LinkFault = LinkFault.UNKNOWN


@dataclass
class ResetSpent(Refusal):
    """The one-time address for a new password, or for confirming an e-mail, does not work."""

    why: LinkFault = LinkFault.UNKNOWN


class UsernameTaken(Refusal):
    """Another account has this username, or one that looks the same."""

    field = "username"


class UsernameNotAllowed(Refusal):
    """The username has other characters than letters of one script, digits and a few marks."""

    field = "username"


class EmailTaken(Refusal):
    """Another account has this e-mail address."""

    field = "email"


class NobodyInvited(Refusal):
    """Neither a username nor an e-mail address says whom the invitation is for."""

    field = "username"


class InvitedAlready(Refusal):
    """There is an open invitation for this person."""

    field = "username"


class ProgrammeMissing(Refusal):
    """A funder funds one programme, which is not named."""

    field = "programme"


class ProgrammeNotTaken(Refusal):
    """Only a funder's role is for a programme."""

    field = "programme"


class GradeMissing(Refusal):
    """A rights approver has a grade, which is not named."""

    field = "grade"


class GradeNotTaken(Refusal):
    """Only a rights approver's role has a grade."""

    field = "grade"


class PeriodReversed(Refusal):
    """The last day is before the first."""

    field = "until"


class PeriodOver(Refusal):
    """The last day is past."""

    field = "until"


class PeriodBegun(Refusal):
    """The first day is past."""

    field = "since"


class RoleHeld(Refusal):
    """The account has this role in just this way already, or has it until the new first day."""

    field = "role"


class RoleAsked(Refusal):
    """Somebody has asked for this role of this account already."""

    field = "role"


class NotByAsker(Refusal):
    """Who asked for it cannot give it: another person does."""


class NotForOneself(Refusal):
    """Nobody gives, extends or confirms a role of their own."""


class NotTheirRequest(Refusal):
    """Only who asked for it withdraws it."""


class DecidedAlready(Refusal):
    """It was given, refused, withdrawn or ended in the meantime."""


class AccountDisabled(Refusal):
    """The account is disabled."""


class AccountEnabled(Refusal):
    """The account is enabled already."""


class OwnAccount(Refusal):
    """Nobody disables their own account, or makes an address for a new password of their own."""


class LastAdministrator(Refusal):
    """No other administrator without a last day would be left."""


class HolderInactive(Refusal):
    """The account belongs to a person who was deactivated."""


class MailNotSetUp(Refusal):
    """This deployment sends no mail, so an e-mail address cannot be confirmed."""


class WrongPassword(Refusal):
    """The present password, which was asked for, is not right."""

    field = "present"


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
