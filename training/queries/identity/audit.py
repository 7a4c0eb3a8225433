"""Reading the audit trail."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from training.kit.db import AnySelect, db
from training.models.identity.accounts import User
from training.models.identity.audit import AuditEntry
from training.queries.common.paging import Cursor, Page, read_numbered


@dataclass(frozen=True)
class AuditSearch:
    """A filter of the audit trail; empty fields match all."""

    action: str = ""
    username: str = ""
    subject: str = ""
    since: dt.date | None = None
    until: dt.date | None = None


def acts_since(user_id: int, acts: Collection[str], since: dt.datetime) -> int:
    """Count the events of these kinds by an account since a moment."""
    done = (AuditEntry.user_id == user_id, AuditEntry.action.in_(acts), AuditEntry.at >= since)
    return db.session.scalar(select(func.count()).where(*done)) or 0


def page_of(wanted: AuditSearch, cut: Cursor) -> Page[Any]:
    """Return a page of (entry, username), newest first."""
    statement: AnySelect = select(AuditEntry, User.username).outerjoin(User, User.id == AuditEntry.user_id)
    return read_numbered(_narrowed(statement, wanted), AuditEntry.id, cut, is_descending=True)


def _narrowed(statement: AnySelect, wanted: AuditSearch) -> AnySelect:
    if wanted.action:
        statement = statement.where(AuditEntry.action == wanted.action)
    if wanted.username:
        statement = statement.where(User.username == wanted.username.lower())
    if wanted.subject:
        statement = statement.where(AuditEntry.subject_id == wanted.subject)
    if wanted.since:
        statement = statement.where(AuditEntry.at >= dt.datetime.combine(wanted.since, dt.time.min, dt.UTC))
    if wanted.until:
        following = wanted.until + dt.timedelta(days=1)
        statement = statement.where(AuditEntry.at < dt.datetime.combine(following, dt.time.min, dt.UTC))
    return statement


def actions() -> Sequence[str]:
    """Return the events that occur in the trail."""
    return db.session.scalars(select(AuditEntry.action).distinct().order_by(AuditEntry.action)).all()
