"""Cards: one-time codes on paper, with which people without e-mail get into their account."""

import datetime as dt
import enum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from training.models.common.base import Base, Key, PublicId, choice


class CardEnd(enum.StrEnum):
    """Why a card has ended."""

    USED = "used"
    REPLACED = "replaced"
    EXPIRED = "expired"
    WRONG_CODES = "wrong_codes"


class Card(Base):
    """A card of an account; at most one is open. Only the hash of its code is stored.

    ``wrong_codes`` counts the wrong codes that were typed for it.
    """

    __tablename__ = "cards"

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    code_hash: Mapped[str] = mapped_column(String(64))
    made_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    made_at: Mapped[dt.datetime]
    expires_at: Mapped[dt.datetime]
    wrong_codes: Mapped[int] = mapped_column(default=0)
    ended_at: Mapped[dt.datetime | None]
    ended_because: Mapped[CardEnd | None] = mapped_column(choice(CardEnd))

    __table_args__ = (
        Index(
            "uq_cards_open",
            "user_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
            sqlite_where=text("ended_at IS NULL"),
        ),
        Index("ix_cards_made_at", "made_at", "id"),
        CheckConstraint("user_id <> made_by_id", name="made_by_another"),
        CheckConstraint("(ended_at IS NULL) = (ended_because IS NULL)", name="ended_with_reason"),
    )
