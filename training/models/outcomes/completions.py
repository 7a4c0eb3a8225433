"""Completions: claimed by the trainee, confirmed or refused by another user."""

import datetime as dt
import enum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from training.models.admissions.nominations import Nomination
from training.models.common.base import Base, Guarded, Key, PublicId, choice


class CompletionState(enum.StrEnum):
    """The state of a claim."""

    CLAIMED = "claimed"
    CONFIRMED = "confirmed"
    REFUSED = "refused"


class Completion(Guarded, Base):
    """A trainee's claim to have completed the course; after a refusal they may claim again."""

    __tablename__ = "completions"

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    nomination_id: Mapped[int] = mapped_column(ForeignKey("nominations.id"), index=True)
    state: Mapped[CompletionState] = mapped_column(choice(CompletionState), default=CompletionState.CLAIMED)
    completed_on: Mapped[dt.date]
    note: Mapped[str] = mapped_column(String(500), default="")
    claimed_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    claimed_at: Mapped[dt.datetime]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[dt.datetime | None]
    reason: Mapped[str] = mapped_column(String(500), default="")

    nomination: Mapped[Nomination] = relationship(lazy="raise")

    __table_args__ = (
        Index(
            "uq_completions_standing",
            "nomination_id",
            unique=True,
            postgresql_where=text("state <> 'refused'"),
            sqlite_where=text("state <> 'refused'"),
        ),
        Index("ix_completions_state_id", "state", "id"),
        CheckConstraint("decided_by_id <> claimed_by_id", name="claimant_is_not_judge"),
        CheckConstraint("(state = 'claimed') = (decided_by_id IS NULL)", name="decided_by_somebody"),
        CheckConstraint("state <> 'refused' OR reason <> ''", name="refusal_has_reason"),
    )
