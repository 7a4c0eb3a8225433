"""Ways back into an account, and changes of its password and e-mail address (ADR 35)."""

import datetime as dt
import enum
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError

from training.domain.identity import audit, credentials, mail
from training.domain.identity.events import IdentityEvent
from training.domain.identity.hashing import is_password
from training.domain.identity.mail import Letter
from training.domain.identity.refusals import (
    AccountDisabled,
    AddressRefused,
    EmailTaken,
    LinkFault,
    MailNotSetUp,
    OwnAccount,
    ResetSpent,
    WrongPassword,
)
from training.kit.db import changed, db
from training.kit.ids import new_token, token_hash
from training.kit.mail import is_address
from training.kit.sealing import seal
from training.models.identity.account_recovery import EmailChange, PasswordReset
from training.models.identity.accounts import SignIn, User
from training.models.identity.actor import Actor
from training.queries.identity import account_recovery as rows
from training.queries.identity import accounts

RESET_LIFE = dt.timedelta(minutes=30)
RESET_LIFE_ON_PAPER = dt.timedelta(hours=24)
"""What an administrator hands over has to reach the person."""
CONFIRMATION_LIFE = dt.timedelta(minutes=30)


def plain_email(typed: str) -> str:
    """Return an e-mail address as it is stored: trimmed and in lower case."""
    return typed.strip().lower()


def checked_email(typed: str) -> str:
    """Return an e-mail address as it is stored. Raises AddressRefused unless it is one address and nothing else."""
    email = plain_email(typed)
    if not is_address(email):
        raise AddressRefused
    return email


AddressOf = Callable[[str], str]
"""Returns the whole address at which a token is taken."""


def ask_for_reset(typed: str, at: dt.datetime, address: AddressOf) -> None:
    """Mail a one-time address to the account with this confirmed e-mail address, if there is one.

    For an unknown address a row is written and a text sealed too: the time tells nothing. The row is deleted when it
    has expired.
    """
    user = rows.with_confirmed_email(plain_email(typed))
    token = new_token()
    rows_expired = (PasswordReset.user_id.is_(None), PasswordReset.expires_at <= at)
    db.session.execute(delete(PasswordReset).where(*rows_expired))
    if user:
        credentials.end_resets(user, at)
        audit.record(IdentityEvent.RESET_ASKED, user, by=None)
        mail.post(Letter.PASSWORD_RESET, user.email or "", user.language, {"address": address(token)})
    else:
        seal(address(token), mail.PURPOSE)
    _add(token, user, None, at, RESET_LIFE)


def _add(token: str, user: User | None, by: int | None, at: dt.datetime, life: dt.timedelta) -> None:
    user_id = user.id if user else None
    db.session.add(
        PasswordReset(token_hash=token_hash(token), user_id=user_id, by_id=by, asked_at=at, expires_at=at + life)
    )


def make_reset(user: User, by: Actor, at: dt.datetime) -> str:
    """Return the token of a one-time address at which ``user`` chooses a new password, made by an administrator.

    Raises OwnAccount, AccountDisabled.
    """
    if user.id == by.user_id:
        raise OwnAccount
    if not user.is_active:
        raise AccountDisabled
    credentials.end_resets(user, at)
    token = new_token()
    _add(token, user, by.user_id, at, RESET_LIFE_ON_PAPER)
    audit.record(IdentityEvent.RESET_ASKED, user, by=by.user_id)
    return token


def open_reset(token: str, at: dt.datetime) -> PasswordReset:
    """Return the reset for ``token``. Raises ResetSpent if it is unknown, used or expired."""
    found = rows.reset_of(token_hash(token))
    if found is None:
        raise ResetSpent(LinkFault.UNKNOWN)
    if found.used_at is not None:
        raise ResetSpent(LinkFault.USED)
    if found.expires_at <= at:
        raise ResetSpent(LinkFault.EXPIRED)
    return found


def use_reset(found: PasswordReset, password: str, at: dt.datetime) -> None:
    """Set a new password, end all sessions and tell the person. Raises ResetSpent, WeakPassword."""
    unused = (PasswordReset.id == found.id, PasswordReset.used_at.is_(None), PasswordReset.expires_at > at)
    if not changed(update(PasswordReset).where(*unused).values(used_at=at)):
        raise ResetSpent(LinkFault.USED)
    user = rows.active_account(found.user_id)
    if user is None:
        raise ResetSpent(LinkFault.EXPIRED)
    _set_password(user, password, at)


def change_password(user: User, present: str, wanted: str, at: dt.datetime) -> None:
    """Set a new password in place of ``present``, end all sessions and tell the person.

    Raises WrongPassword, WeakPassword.
    """
    check_password(user, present)
    _set_password(user, wanted, at)


def check_password(user: User, present: str) -> None:
    """Raise WrongPassword unless ``present`` is the password of ``user``."""
    if not is_password(user.password_hash, present):
        raise WrongPassword


def _set_password(user: User, password: str, at: dt.datetime) -> None:
    credentials.set_password(user, password, at, by=user.id)
    if user.email and user.email_confirmed_at:
        mail.post(Letter.PASSWORD_CHANGED, user.email, user.language, {})


def ask_for_email(user: User, typed: str, at: dt.datetime, address: AddressOf) -> None:
    """Ask both addresses, the one that ``user`` has and the new one, to confirm the change.

    Another account's address is asked nothing, and the answer is the same. Raises MailNotSetUp, AddressRefused.
    """
    if not mail.is_set_up():
        raise MailNotSetUp
    email = checked_email(typed)
    old, new = (new_token() if user.email else None), new_token()
    db.session.execute(delete(EmailChange).where(EmailChange.user_id == user.id))
    db.session.add(
        EmailChange(
            user_id=user.id,
            email=email,
            new_token_hash=token_hash(new),
            old_token_hash=token_hash(old) if old else None,
            expires_at=at + CONFIRMATION_LIFE,
        )
    )
    if not accounts.is_email_taken(email):
        mail.post(Letter.EMAIL_CONFIRMATION, email, user.language, {"address": address(new)})
    if old and user.email:
        mail.post(Letter.EMAIL_CONFIRMATION, user.email, user.language, {"address": address(old)})
    audit.record(IdentityEvent.EMAIL_CHANGE_ASKED, user, by=user.id)


class Confirmed(enum.Enum):
    """What a confirmation came to."""

    CHANGED = enum.auto()
    WAITS = enum.auto()
    """The other address has not confirmed yet."""


@dataclass(frozen=True)
class Confirmation:
    """A change of e-mail, and which side a token confirms it for."""

    change: EmailChange
    is_new: bool


def open_confirmation(token: str, at: dt.datetime) -> Confirmation:
    """Return the change of e-mail that ``token`` confirms. Raises ResetSpent if it is unknown or expired."""
    hashed = token_hash(token)
    change = rows.email_change_of(hashed)
    if change is None:
        raise ResetSpent(LinkFault.UNKNOWN)
    if change.expires_at <= at:
        raise ResetSpent(LinkFault.EXPIRED)
    return Confirmation(change, is_new=change.new_token_hash == hashed)


def confirm_email(token: str, at: dt.datetime) -> Confirmed:
    """Confirm a change of e-mail for one side; when both have, it is made. Raises ResetSpent, EmailTaken."""
    user = rows.lock_holder_of_change(token_hash(token))
    found = open_confirmation(token, at)
    change = found.change
    if user is None:
        raise ResetSpent(LinkFault.UNKNOWN)
    if found.is_new:
        change.new_confirmed_at = change.new_confirmed_at or at
    else:
        change.old_confirmed_at = change.old_confirmed_at or at
    if not change.new_confirmed_at or (change.old_token_hash and not change.old_confirmed_at):
        return Confirmed.WAITS
    _change_email(user, change.email, at)
    db.session.delete(change)
    return Confirmed.CHANGED


def _change_email(user: User, email: str, at: dt.datetime) -> None:
    before, former = audit.picture(user), user.email
    try:
        with db.session.begin_nested():
            user.email, user.email_confirmed_at = email, at
    except IntegrityError as error:
        raise EmailTaken from error
    audit.record_edit(IdentityEvent.EMAIL_CHANGED, user, before, audit.picture(user), by=user.id)
    for one in filter(None, (former, email)):
        mail.post(Letter.EMAIL_CHANGED, one, user.language, {})


def end_session(user: User, sign_in: SignIn, at: dt.datetime) -> None:
    """End a session of ``user``, whichever device it is on."""
    unended = (SignIn.id == sign_in.id, SignIn.user_id == user.id, SignIn.ended_at.is_(None))
    if changed(update(SignIn).where(*unended).values(ended_at=at)):
        audit.record(IdentityEvent.SESSION_ENDED, user, by=user.id)
