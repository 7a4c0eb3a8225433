"""Clearances: outcome, date, authority, expiry and unit; never the reasons."""

import datetime as dt
import enum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from training.models.base import Base, Guarded, Key, PublicId, choice


class VettingOutcome(enum.StrEnum):
    """What the vetting authority said."""

    CLEARED = "cleared"
    NOT_CLEARED = "not_cleared"


class VettingDecision(Guarded, Base):
    """A decision about a person. The current one is that which nothing has superseded."""

    __tablename__ = "vetting_decisions"

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    outcome: Mapped[VettingOutcome] = mapped_column(choice(VettingOutcome))
    authority: Mapped[str] = mapped_column(String(200))
    unit: Mapped[str] = mapped_column(String(200), default="")
    decided_on: Mapped[dt.date]
    expires_on: Mapped[dt.date | None]
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    recorded_at: Mapped[dt.datetime]
    superseded_at: Mapped[dt.datetime | None]

    __table_args__ = (
        Index(
            "uq_vetting_decisions_current",
            "person_id",
            unique=True,
            postgresql_where=text("superseded_at IS NULL"),
            sqlite_where=text("superseded_at IS NULL"),
        ),
        CheckConstraint("(outcome = 'cleared') = (expires_on IS NOT NULL)", name="clearance_expires"),
        CheckConstraint("expires_on >= decided_on", name="dates_in_order"),
    )
