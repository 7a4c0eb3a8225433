"""Labels for accounts and organisations: codes, refusals, audit events, kinds of record."""

from collections.abc import Callable

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from training.domain.identity import refusals as r
from training.domain.identity.events import IdentityEvent
from training.domain.identity.reading import ExportEvent
from training.models.identity.accounts import ApprovalGrade, Role, User
from training.models.identity.mail import Letter, LetterProblem, LetterState, OutgoingLetter
from training.models.identity.organisations import Jurisdiction, Organisation
from training.models.identity.reading import ReadEvent, RefusedEvent
from training.web.common.labels import Labels, word

_DEPENDANTS: dict[str, Callable[[], str]] = {
    "people": lambda: _("people"),
    "accounts": lambda: _("accounts"),
    "bodies": lambda: _("bodies below it"),
    "projects": lambda: _("projects"),
    "cohorts": lambda: _("cohorts that are not closed"),
}


def role_word(code: str) -> str:
    """Return the label of a role as the trail of an assessment stores it."""
    return word(Role(code))


def _advice() -> str:
    return str(_("Use three or four words that have nothing to do with each other or with you"))


_WEAK: dict[r.PasswordFault, Callable[[int], str]] = {
    r.PasswordFault.SHORT: lambda shortest: _("Use %(shortest)s characters or more", shortest=shortest),
    r.PasswordFault.REPEATED: lambda _shortest: _(
        "The password repeats the same characters or words. %(advice)s", advice=_advice()
    ),
    r.PasswordFault.WALK: lambda _shortest: _(
        "The password follows the keyboard, the alphabet, a row of numbers or a date. %(advice)s", advice=_advice()
    ),
    r.PasswordFault.OWN_WORDS: lambda _shortest: _(
        "The password is made of your name, your organisation or words of this register. %(advice)s", advice=_advice()
    ),
    r.PasswordFault.COMMON: lambda _shortest: _(
        "The password is made of words that are tried first. %(advice)s", advice=_advice()
    ),
}


def _try_again_in(seconds: int) -> str:
    """Return how long to wait, in whole minutes from one minute on, rounded up."""
    if seconds < 60:
        text: str = ngettext(
            "Too many attempts failed. Try again in %(num)s second",
            "Too many attempts failed. Try again in %(num)s seconds",
            seconds,
        )
    else:
        text = ngettext(
            "Too many attempts failed. Try again in %(num)s minute",
            "Too many attempts failed. Try again in %(num)s minutes",
            -(-seconds // 60),
        )
    return text


LABELS = Labels(
    words=(
        (Role.UK_COORDINATOR, _l("UK coordinator")),
        (Role.PARTNER_COORDINATOR, _l("Partner coordinator")),
        (Role.TRAINER, _l("Trainer")),
        (Role.TRAINEE, _l("Trainee")),
        (Role.FUNDER, _l("Funder")),
        (Role.FINANCE_APPROVER, _l("Finance approver")),
        (Role.VETTING_OFFICER, _l("Vetting officer")),
        (Role.RIGHTS_APPROVER, _l("Rights approver")),
        (Role.AUDITOR, _l("Auditor")),
        (Role.ADMINISTRATOR, _l("Administrator")),
        (ApprovalGrade.OFFICIAL, _l("Official")),
        (ApprovalGrade.SENIOR, _l("Senior official")),
        (ApprovalGrade.MINISTERIAL, _l("Minister")),
        (Jurisdiction.UK, _l("United Kingdom")),
        (Jurisdiction.IRAQ, _l("Iraq (federal)")),
        (Jurisdiction.KURDISTAN, _l("Kurdistan Region of Iraq")),
        (IdentityEvent.ACCOUNT_CREATED, _l("Account created")),
        (IdentityEvent.SIGNED_IN, _l("Signed in")),
        (IdentityEvent.SIGNED_OUT, _l("Signed out")),
        (IdentityEvent.ROLE_GRANTED, _l("Role granted")),
        (IdentityEvent.ORGANISATION_ADDED, _l("Organisation added")),
        (IdentityEvent.ORGANISATION_EDITED, _l("Organisation changed")),
        (IdentityEvent.ORGANISATION_MOVED, _l("Organisation moved")),
        (IdentityEvent.ORGANISATION_DEACTIVATED, _l("Organisation deactivated")),
        (IdentityEvent.ORGANISATION_REACTIVATED, _l("Organisation reactivated")),
        (IdentityEvent.LETTER_SENT_AGAIN, _l("Letter sent again")),
        (Letter.INVITATION, _l("Invitation")),
        (Letter.PASSWORD_RESET, _l("New password asked for")),
        (Letter.PASSWORD_CHANGED, _l("Password changed")),
        (Letter.EMAIL_CONFIRMATION, _l("E-mail address to be confirmed")),
        (Letter.EMAIL_CHANGED, _l("E-mail address changed")),
        (Letter.DIGEST, _l("What awaits the reader")),
        (LetterState.WAITING, _l("Waits to be sent")),
        (LetterState.HANDED_OVER, _l("Being handed over")),
        (LetterState.SENT, _l("Sent")),
        (LetterState.FAILED, _l("Not sent")),
        (LetterState.UNCERTAIN, _l("Perhaps sent")),
        (LetterProblem.UNREACHABLE, _l("The mail server did not answer")),
        (
            LetterProblem.NOT_SECURE,
            _l("The connection to the mail server cannot be encrypted, or its certificate is not trusted"),
        ),
        (LetterProblem.SIGN_IN_REFUSED, _l("The mail server refused username or password")),
        (LetterProblem.SENDER_REFUSED, _l("The mail server refused the sender")),
        (LetterProblem.ADDRESS_REFUSED, _l("The mail server refused the recipient")),
        (LetterProblem.TEXT_REFUSED, _l("The mail server refused the letter")),
        (LetterProblem.TOO_LATE, _l("It could not be sent while it was of use")),
        (LetterProblem.UNREADABLE, _l("The letter cannot be read: the secret key was changed")),
        (ExportEvent.PEOPLE, _l("List of people saved as a file")),
        (ExportEvent.PAYEES, _l("List of payees saved as a file")),
        (ExportEvent.NOMINEES, _l("Rows of a file of names saved as a file")),
        (ReadEvent.LIST, _l("List of people opened")),
        (ReadEvent.SEARCH, _l("People searched")),
        (ReadEvent.RECORD, _l("Record of a person opened")),
        (ReadEvent.COHORT, _l("People of a cohort opened")),
        (ReadEvent.FILE, _l("File of names opened")),
        (RefusedEvent.SIGN_IN_FAILED, _l("Sign-in failed")),
        (RefusedEvent.PERMISSION_DENIED, _l("Refused: no permission")),
        (RefusedEvent.RECORD_DENIED, _l("Refused: no such record, or not theirs to see")),
        (RefusedEvent.READING_STOPPED, _l("Refused: limit on people read in a day")),
        (ExportEvent.VETTING_QUEUE, _l("Vetting queue saved as a file")),
    ),
    tones=(
        (LetterState.WAITING, "blue"),
        (LetterState.HANDED_OVER, "blue"),
        (LetterState.SENT, "green"),
        (LetterState.FAILED, "red"),
        (LetterState.UNCERTAIN, "yellow"),
    ),
    refusals={
        r.SignInFailed: lambda _r: _("The username or the password is not right"),
        r.SignInDelayed: lambda x: _try_again_in(x.seconds),
        r.InvitationSpent: lambda _r: _("This invitation was used already or has expired"),
        r.UsernameTaken: lambda _r: _("This username is taken: choose another"),
        r.WeakPassword: lambda x: _WEAK[x.fault](x.shortest),
        r.AddressRefused: lambda _r: _("Enter one e-mail address, like name@example.org, and nothing else"),
        r.LetterSpent: lambda _r: _(
            "This letter was sent, waits to be sent, or is of no use any more: have a new one made"
        ),
        r.OwnRecord: lambda _r: _("This is about you: nobody acts on their own record, so somebody else does it"),
        r.OrganisationExists: lambda _r: _("An organisation has this English name already"),
        r.ParentElsewhere: lambda _r: _("The body above it and those below it must be of the same jurisdiction"),
        r.OrganisationInactive: lambda _r: _("The organisation is inactive: choose another"),
        r.ParentInactive: lambda _r: _("The parent organisation is inactive: choose another"),
        r.UnderItself: lambda _r: _("An organisation cannot come under itself or under a body below it"),
        r.OrganisationInUse: lambda x: _(
            "The organisation is still needed. It has: %(kinds)s", kinds=", ".join(_DEPENDANTS[kind]() for kind in x.by)
        ),
        r.JobStanding: lambda _r: _("This file is still being processed: wait until it is done"),
        r.TooManyUploads: lambda x: _(
            "You have sent the most that is taken in a day: %(files)s files, %(megabytes)s megabytes. Go on tomorrow",
            files=x.files,
            megabytes=x.megabytes,
        ),
        r.TooManyExports: lambda x: _(
            "You have saved lists of people %(most)s times today, which is the most: go on tomorrow", most=x.most
        ),
        r.TooManyPeopleRead: lambda x: _(
            "On one day an account may read about %(most)s different people, on pages and in files together. "
            "This would be more. Those you have opened today can still be opened; go on with others tomorrow",
            most=f"{x.most:,}",
        ),
    },
    records={
        User: _l("Account"),
        Organisation: _l("Organisation"),
        OutgoingLetter: _l("Letter"),
    },
    filters={"role_word": role_word},
)
