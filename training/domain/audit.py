"""Writing the audit trail, in the transaction of the act itself."""

from typing import Any

from training.kit.clock import now
from training.kit.db import db
from training.models.audit import AuditEntry


def record(action: str, subject: Any, *, by: int | None, **details: int | str | bool | None) -> None:
    """Add an audit row for ``action`` on ``subject`` (a record with ``public_id``) by the user with key ``by``.

    ``details`` are codes, states, dates and pence: never a name of a person (an auditor's list must not spread names).
    """
    db.session.add(
        AuditEntry(
            at=now(),
            user_id=by,
            action=action,
            subject_kind=type(subject).__name__,
            subject_id=subject.public_id,
            details=details,
        )
    )
