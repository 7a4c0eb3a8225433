"""Write the audit trail, in the transaction of the audited change."""

from collections.abc import Mapping
from typing import Any, TypeAlias

from sqlalchemy import insert

from training.kit.clock import now
from training.kit.db import db
from training.models.identity.audit import AuditEntry, AuditEvent

Details: TypeAlias = Mapping[str, int | str | bool | None]
"""The details of an audit event: codes, states, dates and pence."""


def record(event: AuditEvent, subject: Any, *, by: int | None, **details: int | str | bool | None) -> None:
    """Add an audit row for ``event`` on ``subject`` (a record with ``public_id``) by the user with key ``by``.

    ``details`` are codes, states, dates and pence: never a name of a person (an auditor's list must not spread names).
    """
    db.session.add(AuditEntry(**_row(event, subject, by, details)))


def record_each(event: AuditEvent, subjects: Mapping[Any, Details], *, by: int | None) -> None:
    """Add a row for each subject, with its details, in one statement."""
    rows = [_row(event, subject, by, details) for subject, details in subjects.items()]
    db.session.execute(insert(AuditEntry), rows)


def _row(event: AuditEvent, subject: Any, by: int | None, details: Details) -> dict[str, Any]:
    return {
        "at": now(),
        "user_id": by,
        "action": event.value,
        "subject_kind": type(subject).__name__,
        "subject_id": subject.public_id,
        "details": details,
    }
