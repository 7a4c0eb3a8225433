"""Write the audit trail, in the transaction of the audited change."""

from collections.abc import Mapping
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import insert

from training.kit.clock import now
from training.kit.db import db
from training.models.identity.audit import AuditEntry, AuditEvent


class Subject(NamedTuple):
    """The record that an audit event is about: its kind and its public id, both empty where there is none."""

    kind: str
    public_id: str


NOTHING = Subject("", "")

Details: TypeAlias = Mapping[str, int | str | bool | None]
"""The details of an audit event: codes, states, dates and pence."""


def record(event: AuditEvent, subject: Any, *, by: int | None, **details: int | str | bool | None) -> None:
    """Add an audit row for ``event`` on ``subject`` (a record with ``public_id``) by the user with key ``by``.

    ``details`` are codes, states, dates and pence: never a name of a person (an auditor's list must not spread names).
    """
    record_about(event, subject_of(subject), by=by, **details)


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
