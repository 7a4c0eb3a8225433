"""The audit trail: who did what, when. Append-only, without names of people."""

import datetime as dt
import enum
from functools import cache
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from training.models.common.base import Base, Key


class AuditEvent(enum.StrEnum):
    """An audit event. Each area declares its events as a subclass; the trail stores the value."""

    @staticmethod
    @cache
    def stored(value: str) -> "AuditEvent":
        """Return the event stored as ``value``. Raises ValueError if no area declares it."""
        for kind in AuditEvent.__subclasses__():
            if value in kind.__members__.values():
                return kind(value)
        raise ValueError(value)


class AuditEntry(Base):
    """An audit event. ``subject`` is the kind and public id of the record; ``details`` never hold names."""

    __tablename__ = "audit_entries"

    id: Mapped[Key]
    at: Mapped[dt.datetime]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    action: Mapped[str] = mapped_column(String(60))
    subject_kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[str] = mapped_column(String(12))
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)

    __table_args__ = (
        Index("ix_audit_entries_action_id", "action", "id"),
        Index("ix_audit_entries_user_id_id", "user_id", "id"),
        Index("ix_audit_entries_subject_id_id", "subject_id", "id"),
    )
