"""Notices: what somebody has to learn of because it happened without them."""

import datetime as dt
import enum

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from training.models.admissions.nominations import Nomination
from training.models.common.base import Base, Guarded, Key, PublicId, choice


class NoticeKind(enum.StrEnum):
    """What happened to a nomination."""

    SEATED = "seated"
    """A freed seat went to the first on the waiting list who could take it."""
    UNSEATED = "unseated"
    """A decision of the vetting authority took a confirmed seat away."""
    SET_ASIDE = "set_aside"
    """The record of the person was set aside, so the nomination was withdrawn, and its seat, if it had one, is free."""


class Notice(Guarded, Base):
    """Something for one account to read; it stands on their first page until they say that they have seen it."""

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
