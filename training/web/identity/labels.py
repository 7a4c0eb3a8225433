"""Labels for accounts and organisations: codes, refusals, audit events, kinds of record."""

from collections.abc import Callable

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from training.domain.identity import refusals as r
from training.domain.identity.events import IdentityEvent
from training.domain.identity.reading import ExportEvent
from training.models.identity.accounts import ApprovalGrade, Invitation, Role, RoleAssignment, RoleRequest, User
from training.models.identity.mail import Letter, LetterProblem, LetterState, OutgoingLetter
from training.models.identity.organisations import Jurisdiction, Organisation
from training.models.identity.reading import ReadEvent, RefusedEvent
from training.queries.identity.directory import AccountState
from training.queries.identity.invitations import InvitationState
from training.web.common.labels import Labels, word
from training.web.identity.permission_words import PERMISSION_WORDS

_DEPENDANTS: dict[str, Callable[[], str]] = {
    "people": lambda: _("people"),
    "accounts": lambda: _("accounts"),
    "bodies": lambda: _("bodies below it"),
    "projects": lambda: _("projects"),
    "cohorts": lambda: _("cohorts that are not closed"),
    "venues": lambda: _("venues in use"),
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


_INVITATION: dict[r.LinkFault, Callable[[], str]] = {
    r.LinkFault.UNKNOWN: lambda: _(
        "This is not the address of an invitation: it may be cut off or changed. Compare it with what you were given"
    ),
    r.LinkFault.USED: lambda: _("This invitation was used already: sign in with the account that was made with it"),
    r.LinkFault.EXPIRED: lambda: _("This invitation has expired: ask whoever invited you for a new one"),
    r.LinkFault.WITHDRAWN: lambda: _("This invitation was withdrawn: ask whoever invited you"),
    r.LinkFault.NOT_NEEDED: lambda: _("There are two administrators already: they invite all others"),
}

_ADDRESS: dict[r.LinkFault, Callable[[], str]] = {
    r.LinkFault.UNKNOWN: lambda: _(
        "This address is not known: it may be cut off or changed, or a newer one has replaced it"
    ),
    r.LinkFault.USED: lambda: _("This address was used already: it works once"),
    r.LinkFault.EXPIRED: lambda: _("This address has expired: ask for a new one"),
}


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
        (IdentityEvent.ACCOUNT_DISABLED, _l("Account disabled")),
        (IdentityEvent.ACCOUNT_ENABLED, _l("Account enabled")),
        (IdentityEvent.ACCOUNT_MOVED, _l("Account moved to another organisation")),
        (IdentityEvent.ROLE_ASKED, _l("Role asked for")),
        (IdentityEvent.ROLE_GRANTED, _l("Role granted")),
        (IdentityEvent.ROLE_REFUSED, _l("Role refused")),
        (IdentityEvent.ROLE_REQUEST_WITHDRAWN, _l("Request for a role withdrawn")),
        (IdentityEvent.ROLE_REVOKED, _l("Role ended")),
        (IdentityEvent.ROLE_CONFIRMED, _l("Role confirmed for a year")),
        (IdentityEvent.INVITATION_ASKED, _l("Invitation asked for")),
        (IdentityEvent.INVITATION_SENT, _l("Invitation sent")),
        (IdentityEvent.INVITATION_REFUSED, _l("Invitation refused")),
        (IdentityEvent.INVITATION_WITHDRAWN, _l("Invitation withdrawn")),
        (IdentityEvent.RESET_ASKED, _l("New password asked for")),
        (IdentityEvent.EMAIL_CHANGE_ASKED, _l("Change of e-mail asked for")),
        (IdentityEvent.EMAIL_CHANGED, _l("E-mail changed")),
        (IdentityEvent.SESSION_ENDED, _l("Session ended")),
        (AccountState.INVITED, _l("Invited")),
        (AccountState.ACTIVE, _l("Active")),
        (AccountState.LOCKED, _l("Locked for a while")),
        (AccountState.DISABLED, _l("Disabled")),
        (InvitationState.WAITING, _l("Waits for a second administrator")),
        (InvitationState.OPEN, _l("Sent")),
        (InvitationState.EXPIRED, _l("Expired")),
        (InvitationState.USED, _l("Accepted")),
        (InvitationState.ENDED, _l("Ended")),
        *PERMISSION_WORDS,
        (IdentityEvent.PASSWORD_SET, _l("Password set")),
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
        (ReadEvent.CARDS, _l("Cards of people shown")),
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
        (AccountState.INVITED, "yellow"),
        (AccountState.ACTIVE, "green"),
        (AccountState.LOCKED, "red"),
        (AccountState.DISABLED, "grey"),
        (InvitationState.WAITING, "yellow"),
        (InvitationState.OPEN, "blue"),
        (InvitationState.EXPIRED, "grey"),
        (InvitationState.USED, "green"),
        (InvitationState.ENDED, "grey"),
    ),
    refusals={
        r.SignInFailed: lambda _r: _("The username or the password is not right"),
        r.SignInDelayed: lambda x: _try_again_in(x.seconds),
        r.InvitationSpent: lambda x: _INVITATION[x.why](),
        r.ResetSpent: lambda x: _ADDRESS[x.why](),
        r.UsernameTaken: lambda _r: _("This username is taken: choose another"),
        r.UsernameNotAllowed: lambda _r: _(
            "A username has Latin or Arabic letters, not both, digits and the marks . - _ + @ without spaces"
        ),
        r.EmailTaken: lambda _r: _("An account has this e-mail address already"),
        r.NobodyInvited: lambda _r: _("Enter a username, an e-mail address or both"),
        r.InvitedAlready: lambda _r: _("There is an open invitation for this person: renew or end it"),
        r.ProgrammeMissing: lambda _r: _("Choose the programme that the funder funds"),
        r.ProgrammeNotTaken: lambda _r: _("Only a funder's role is for a programme: choose none"),
        r.GradeMissing: lambda _r: _("Choose the grade of the rights approver"),
        r.GradeNotTaken: lambda _r: _("Only a rights approver has a grade: choose none"),
        r.PeriodReversed: lambda _r: _("The last day is before the first"),
        r.PeriodOver: lambda _r: _("The last day is past"),
        r.PeriodBegun: lambda _r: _("The first day is past: leave it empty or choose a later one"),
        r.RoleHeld: lambda _r: _(
            "The account has this role already. To change it, choose another last day or grade and no first day"
        ),
        r.RoleAsked: lambda _r: _("This role is asked for already: decide about that first"),
        r.NotByAsker: lambda _r: _("You asked for it, so somebody else gives or refuses it"),
        r.NotForOneself: lambda _r: _("This is about your own roles: another administrator decides"),
        r.NotTheirRequest: lambda _r: _("Only whoever asked for it withdraws it"),
        r.DecidedAlready: lambda _r: _("Somebody else has decided in the meantime: nothing was done"),
        r.AccountDisabled: lambda _r: _("The account of this person is disabled: an administrator can enable it"),
        r.AccountEnabled: lambda _r: _("The account is enabled already"),
        r.OwnAccount: lambda _r: _("This is your own account: another administrator does it"),
        r.LastAdministrator: lambda _r: _(
            "No other administrator without a last day would be left: give somebody else the role first"
        ),
        r.HolderInactive: lambda _r: _(
            "The record of the person to whom the account belongs is deactivated: it is reactivated first"
        ),
        r.MailNotSetUp: lambda _r: _("This register sends no mail, so an e-mail address cannot be confirmed"),
        r.WrongPassword: lambda _r: _("The present password is not right"),
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
        Invitation: _l("Invitation"),
        RoleAssignment: _l("Role of an account"),
        RoleRequest: _l("Request for a role"),
        User: _l("Account"),
        Organisation: _l("Organisation"),
        OutgoingLetter: _l("Letter"),
    },
    filters={"role_word": role_word},
)
