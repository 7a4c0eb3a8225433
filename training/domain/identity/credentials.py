"""Set the password of an account, and end its sessions."""

import datetime as dt

from sqlalchemy import delete, update

from training.domain.identity import audit, passwords
from training.domain.identity.events import IdentityEvent
from training.domain.identity.hashing import hash_password
from training.kit.db import changed_rows, db
from training.models.identity.account_recovery import PasswordReset
from training.models.identity.accounts import KnownDevice, SignIn, User
from training.queries.identity import organisations


def set_password(user: User, password: str, at: dt.datetime, by: int | None) -> None:
    """Replace the password of ``user``, set by the account with key ``by``, and end every session of the account.

    Its devices are forgotten: whoever knew the old password may have signed in on one of them. Addresses for a new
    password that were not used end. Raises WeakPassword.
    """
    holder = passwords.Holder(user.username, user.display_name, organisations.names_of(user.organisation_id))
    passwords.check(password, holder)
    user.password_hash = hash_password(password)
    db.session.execute(delete(KnownDevice).where(KnownDevice.user_id == user.id))
    end_sessions(user, at)
    end_resets(user, at)
    audit.record(IdentityEvent.PASSWORD_SET, user, by=by)


def end_sessions(user: User, at: dt.datetime) -> int:
    """End every open session of ``user`` at once; return how many there were."""
    standing = (SignIn.user_id == user.id, SignIn.ended_at.is_(None))
    return changed_rows(update(SignIn).where(*standing).values(ended_at=at))


def end_resets(user: User, at: dt.datetime) -> None:
    """End the addresses for a new password that ``user`` has."""
    unused = (PasswordReset.user_id == user.id, PasswordReset.used_at.is_(None), PasswordReset.expires_at > at)
    changed_rows(update(PasswordReset).where(*unused).values(expires_at=at))
