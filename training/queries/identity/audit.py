"""Read the audit trail."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

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


def page_of(search: AuditSearch, cut: Cursor) -> Page[Any]:
    """Return a page of (entry, username), newest first."""
    statement: AnySelect = select(AuditEntry, User.username).outerjoin(User, User.id == AuditEntry.user_id)
    return read_numbered(_filtered(statement, search), AuditEntry.id, cut, is_descending=True)


def all_of(search: AuditSearch, most: int) -> Sequence[Any]:
    """Return (entry, username) of the newest events, at most so many."""
    statement: AnySelect = select(AuditEntry, User.username).outerjoin(User, User.id == AuditEntry.user_id)
    return db.session.execute(_filtered(statement, search).order_by(AuditEntry.id.desc()).limit(most)).all()


def _filtered(statement: AnySelect, search: AuditSearch) -> AnySelect:
    if search.action:
        statement = statement.where(AuditEntry.action == search.action)
    if search.username:
        statement = statement.where(User.username == search.username.lower())
    if search.subject:
        statement = statement.where(AuditEntry.subject_id == search.subject)
    if search.since:
        statement = statement.where(AuditEntry.at >= dt.datetime.combine(search.since, dt.time.min, dt.UTC))
    if search.until:
        following = search.until + dt.timedelta(days=1)
        statement = statement.where(AuditEntry.at < dt.datetime.combine(following, dt.time.min, dt.UTC))
    return statement


def actions() -> Sequence[str]:
    """Return the events that occur in the trail."""
    return db.session.scalars(select(AuditEntry.action).distinct().order_by(AuditEntry.action)).all()
