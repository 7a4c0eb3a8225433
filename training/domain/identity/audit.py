"""Write the audit trail, in the transaction of the audited change."""

import datetime as dt
import enum
from collections.abc import Mapping
from typing import Any, NamedTuple, TypeAlias, cast

from sqlalchemy import insert, inspect

from training.kit.clock import now
from training.kit.db import db
from training.models.identity.audit import AuditEntry, AuditEvent


class Subject(NamedTuple):
    """The record that an audit event is about: its kind and its public id, both empty where there is none."""

    kind: str
    public_id: str


NOTHING = Subject("", "")

Scalar: TypeAlias = int | str | bool | None

Details: TypeAlias = Mapping[str, Any]
"""The details of an audit event: codes, states, dates and pence; ``changes`` of an edit as ``changes_between`` says."""

Picture: TypeAlias = Mapping[str, Any]
"""What a record says, by field, as the trail keeps it."""

MASKED = frozenset(
    {"name_latin", "name_native", "service_number", "phone", "email", "display_name", "payee", "password_hash"}
)
"""Fields of which the trail says that they changed, and no more: names of people, how to reach them, secrets."""

_LONGEST = 500
_NOT_SAID = ("id", "public_id", "version", "name_key", "title_key", "search_key", "inactive_since", "trained")
"""Keys, and what the register itself works out."""


def picture(record: Any) -> Picture:
    """Return what a record says in its own columns. Take it before the edit and after it."""
    names = (column.key for column in inspect(type(record)).column_attrs)
    said = (name for name in names if name not in _NOT_SAID and not name.endswith(("_id", "_at")))
    return {name: getattr(record, name) for name in said}


def changes_between(before: Picture, after: Picture) -> dict[str, list[Scalar] | None]:
    """Return the value before and the value after of each field that changed; None for one that is masked."""
    fields = [*after, *(name for name in before if name not in after)]
    changed = [name for name in fields if before.get(name) != after.get(name)]
    return {name: None if name in MASKED else [_plain(before.get(name)), _plain(after.get(name))] for name in changed}


def _plain(value: Any) -> Scalar:
    """Return a value as JSON can hold it; a long text is cut."""
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, enum.Enum):
        return str(value.value)
    if isinstance(value, str) and len(value) > _LONGEST:
        return f"{value[:_LONGEST]}…"
    return cast("Scalar", value)


def record(event: AuditEvent, subject: Any, *, by: int | None, **details: int | str | bool | None) -> None:
    """Add an audit row for ``event`` on ``subject`` (a record with ``public_id``) by the user with key ``by``.

    ``details`` are codes, states, dates and pence: never a name of a person (an auditor's list must not spread names).
    """
    record_about(event, subject_of(subject), by=by, **details)


def record_edit(
    event: AuditEvent, subject: Any, before: Picture, after: Picture, *, by: int | None, **details: Scalar
) -> None:
    """Add an audit row for an edit of ``subject`` that says what each changed field was before and is now."""
    changes = changes_between(before, after)
    db.session.add(AuditEntry(**_row(event, subject_of(subject), by, {**details, "changes": changes})))


def record_about(event: AuditEvent, subject: Subject, *, by: int | None, **details: int | str | bool | None) -> None:
    """Add an audit row as ``record`` does, about a record of which only kind and public id are at hand."""
    db.session.add(AuditEntry(**_row(event, subject, by, details)))


def subject_of(record: Any) -> Subject:
    """Return what an audit row keeps of a record with ``public_id``."""
    return Subject(type(record).__name__, record.public_id)


def record_each(event: AuditEvent, subjects: Mapping[Any, Details], *, by: int | None) -> None:
    """Add a row for each subject, with its details, in one statement."""
    rows = [_row(event, subject_of(subject), by, details) for subject, details in subjects.items()]
    db.session.execute(insert(AuditEntry), rows)


def _row(event: AuditEvent, subject: Subject, by: int | None, details: Details) -> dict[str, Any]:
    return {
        "at": now(),
        "user_id": by,
        "action": event.value,
        "subject_kind": subject.kind,
        "subject_id": subject.public_id,
        "details": details,
    }
