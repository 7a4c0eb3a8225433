"""Ceilings of programmes: each change proposed by one person, decided by another, and never edited."""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from training.models.common.base import Base, Guarded, Key, PublicId, choice
from training.models.finance.ledger import Outcome
from training.models.finance.programmes import Programme
from training.models.identity.accounts import User


class CeilingChange(Guarded, Base):
    """A ceiling in whole pence, with its source. Never changed or deleted: triggers prevent it.

    The first of a programme (``number`` 1) holds from the beginning: as published, with no proposer, or nothing at all
    where somebody made the programme here. Every other one holds once it is approved. ``source_date`` is the day of the
    source.
    """

    __tablename__ = "ceiling_changes"

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    programme_id: Mapped[int] = mapped_column(ForeignKey("programmes.id"))
    number: Mapped[int]
    ceiling: Mapped[int]
    source: Mapped[str] = mapped_column(String(500))
    source_date: Mapped[dt.date]
    proposer_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    proposed_at: Mapped[dt.datetime]

    programme: Mapped[Programme] = relationship(lazy="raise")
    proposer: Mapped[User | None] = relationship(lazy="raise")

    __table_args__ = (
        # The target of the decision's composite key, which ties a decision to the true proposer.
        UniqueConstraint("id", "proposer_id"),
        Index("uq_ceiling_changes_programme_id_number", "programme_id", "number", unique=True),
        CheckConstraint("ceiling >= 0", name="not_negative"),
        CheckConstraint("source <> ''", name="has_source"),
        CheckConstraint("number >= 1 AND (number = 1 OR proposer_id IS NOT NULL)", name="has_proposer"),
        CheckConstraint("number > 1 OR proposer_id IS NULL OR ceiling = 0", name="first_sets_no_sum"),
    )


class CeilingDecision(Guarded, Base):
    """The decision about a change by another person than its proposer; or its withdrawal by the proposer."""

    __tablename__ = "ceiling_decisions"

    id: Mapped[Key]
    change_id: Mapped[int] = mapped_column(unique=True)
    proposer_id: Mapped[int]
    approver_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    outcome: Mapped[Outcome] = mapped_column(choice(Outcome))
    reason: Mapped[str] = mapped_column(String(500), default="")
    decided_at: Mapped[dt.datetime]

    approver: Mapped[User] = relationship(lazy="raise", foreign_keys=approver_id)

    __table_args__ = (
        ForeignKeyConstraint(
            ["change_id", "proposer_id"],
            ["ceiling_changes.id", "ceiling_changes.proposer_id"],
        ),
        CheckConstraint("(approver_id = proposer_id) = (outcome = 'withdrawn')", name="maker_is_not_checker"),
        CheckConstraint("outcome <> 'refused' OR reason <> ''", name="refusal_has_reason"),
    )
