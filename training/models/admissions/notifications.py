"""Notices: changes made without the reader's action, of which they must be notified."""

import datetime as dt
import enum

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from training.models.admissions.nominations import Nomination
from training.models.common.base import Base, Guarded, Key, PublicId, choice


class NoticeKind(enum.StrEnum):
    """The kind of change to a nomination."""

    SEATED = "seated"
    """A freed seat went to the first eligible nominee on the waiting list."""
    UNSEATED = "unseated"
    """A vetting decision freed a confirmed seat."""
    SET_ASIDE = "set_aside"
    """The person was deactivated, so the nomination was withdrawn and its seat, if any, freed."""
    LATE_ENTRY = "late_entry"
    """A late entry was proposed, which another coordinator decides."""


class Notice(Guarded, Base):
    """A notice to one account, shown on its home page until dismissed."""

    __tablename__ = "notices"

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    kind: Mapped[NoticeKind] = mapped_column(choice(NoticeKind))
    nomination_id: Mapped[int] = mapped_column(ForeignKey("nominations.id"), index=True)
    at: Mapped[dt.datetime]
    seen_at: Mapped[dt.datetime | None]

    nomination: Mapped[Nomination] = relationship(lazy="raise")

    __table_args__ = (Index("ix_notices_user_id_seen_at", "user_id", "seen_at", "id"),)
