"""Read ways back into an account, its changes of e-mail and its sessions."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import ColumnElement, or_, select

from training.kit.db import db
from training.models.identity.account_recovery import EmailChange, PasswordReset
from training.models.identity.accounts import SignIn, User

MARK = 16
"""So many characters of the hash of its token tell a session from another."""


def with_confirmed_email(email: str) -> User | None:
    """Return the active account whose confirmed e-mail address this is."""
    here = (User.email == email, User.email_confirmed_at.is_not(None), User.is_active)
    return db.session.scalar(select(User).where(*here))


def reset_of(token_hash: str) -> PasswordReset | None:
    """Return the reset whose token has this hash."""
    return db.session.scalar(select(PasswordReset).where(PasswordReset.token_hash == token_hash))


def active_account(user_id: int | None) -> User | None:
    """Return an active account as the database has it now; None for none."""
    here = select(User).where(User.id == user_id, User.is_active)
    return db.session.scalar(here.execution_options(populate_existing=True))


def _is_its(token_hash: str) -> ColumnElement[bool]:
    return or_(EmailChange.new_token_hash == token_hash, EmailChange.old_token_hash == token_hash)


def readers_of_mail() -> Sequence[int]:
    """Return the keys of the active accounts with a confirmed e-mail."""
    reads = (User.email.is_not(None), User.email_confirmed_at.is_not(None), User.is_active)
    return db.session.scalars(select(User.id).where(*reads).order_by(User.id)).all()


def email_change_of(token_hash: str) -> EmailChange | None:
    """Return the change of e-mail that a token with this hash confirms, as the database has it now."""
    return db.session.scalar(select(EmailChange).where(_is_its(token_hash)).execution_options(populate_existing=True))


def email_change_by(user_id: int, at: dt.datetime) -> EmailChange | None:
    """Return the change of e-mail that waits for its confirmations, if an account has one."""
    here = (EmailChange.user_id == user_id, EmailChange.expires_at > at)
    return db.session.scalar(select(EmailChange).where(*here))


def lock_holder_of_change(token_hash: str) -> User | None:
    """Lock the active account whose change of e-mail a token confirms, until the transaction ends, and return it."""
    statement = (
        select(User).join(EmailChange, EmailChange.user_id == User.id).where(_is_its(token_hash), User.is_active)
    )
    fresh = statement.with_for_update(of=User).execution_options(populate_existing=True)
    return db.session.scalar(fresh)


def sessions_of(user_id: int, started_after: dt.datetime, seen_after: dt.datetime) -> Sequence[SignIn]:
    """Return the open sessions of an account, the newest first."""
    alive = (SignIn.ended_at.is_(None), SignIn.started_at > started_after, SignIn.last_seen_at > seen_after)
    return db.session.scalars(select(SignIn).where(SignIn.user_id == user_id, *alive).order_by(SignIn.id.desc())).all()


def session_of(user_id: int, mark: str) -> SignIn | None:
    """Return the session of an account whose mark this is, the beginning of the hash of its token."""
    if len(mark) != MARK:
        return None
    here = (SignIn.user_id == user_id, SignIn.token_hash.startswith(mark, autoescape=True))
    return db.session.scalar(select(SignIn).where(*here))
