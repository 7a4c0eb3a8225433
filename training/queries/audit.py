"""Reading the audit trail."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from training.kit.db import AnySelect, db
from training.models.access import User
from training.models.audit import AuditEntry
from training.queries.paging import SIZE, Page

_LONGEST_KEY = 18
"""So many digits fit the 63 bits of a database's key."""


@dataclass(frozen=True)
class Wanted:
    """Which acts to show; empty means all."""

    action: str = ""
    username: str = ""
    subject: str = ""
    since: dt.date | None = None
    until: dt.date | None = None


def page_of(wanted: Wanted, before: str, after: str) -> Page[Any]:
    """Return a page of (act, username), the newest first; ``after`` is the number of the row before it.

    What is no number of a row cuts nothing: the list is shown from its beginning.
    """
    newer_than, older_than = _key(before), _key(after)
    statement: AnySelect = select(AuditEntry, User.username).outerjoin(User, User.id == AuditEntry.user_id)
    statement = _narrowed(statement, wanted)
    if newer_than is not None:
        newer = statement.where(AuditEntry.id > newer_than).order_by(AuditEntry.id).limit(SIZE + 1)
        rows = list(db.session.execute(newer))
        shown = rows[:SIZE][::-1]
        return _page(shown, has_previous=len(rows) > SIZE, has_next=True)
    if older_than is not None:
        statement = statement.where(AuditEntry.id < older_than)
    rows = list(db.session.execute(statement.order_by(AuditEntry.id.desc()).limit(SIZE + 1)))
    return _page(rows[:SIZE], has_previous=older_than is not None, has_next=len(rows) > SIZE)


def _key(text: str) -> int | None:
    """Return the number of a row as it stands in an address; None for what no row can have."""
    is_key = text.isascii() and text.isdigit() and len(text) <= _LONGEST_KEY
    return int(text) if is_key else None


def _page(rows: list[Any], *, has_previous: bool, has_next: bool) -> Page[Any]:
    if not rows:
        return Page([], "", "")
    return Page(rows, str(rows[0][0].id) if has_previous else "", str(rows[-1][0].id) if has_next else "")


def _narrowed(statement: AnySelect, wanted: Wanted) -> AnySelect:
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
    """Return the acts that occur."""
    return db.session.scalars(select(AuditEntry.action).distinct().order_by(AuditEntry.action)).all()
