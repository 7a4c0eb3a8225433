"""Assessments of human-rights risk (OSJA), before assistance is given."""

import datetime as dt
import enum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from training.models.access import User
from training.models.base import Base, Key, PublicId, choice
from training.models.programmes import Programme


class RiskLevel(enum.StrEnum):
    """How serious the risk is after mitigation."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class AssessmentState(enum.StrEnum):
    """Where an assessment stands."""

    WRITTEN = "written"
    APPROVED = "approved"
    REFUSED = "refused"


class RightsAssessment(Base):
    """An assessment that covers a programme until ``valid_until``, written by one and approved by another."""

    __tablename__ = "rights_assessments"

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    programme_id: Mapped[int] = mapped_column(ForeignKey("programmes.id"))
    summary: Mapped[str] = mapped_column(String(4000))
    mitigation: Mapped[str] = mapped_column(String(4000))
    level: Mapped[RiskLevel] = mapped_column(choice(RiskLevel))
    valid_until: Mapped[dt.date]
    state: Mapped[AssessmentState] = mapped_column(choice(AssessmentState), default=AssessmentState.WRITTEN)
    writer_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    written_at: Mapped[dt.datetime]
    approver_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[dt.datetime | None]
    reason: Mapped[str] = mapped_column(String(500), default="")

    programme: Mapped[Programme] = relationship(lazy="raise")
    writer: Mapped[User] = relationship(lazy="raise", foreign_keys=writer_id)
    approver: Mapped[User | None] = relationship(lazy="raise", foreign_keys=approver_id)

    __table_args__ = (
        CheckConstraint("approver_id <> writer_id", name="writer_is_not_approver"),
        CheckConstraint("(state = 'written') = (approver_id IS NULL)", name="decided_by_somebody"),
        CheckConstraint("state <> 'refused' OR reason <> ''", name="refusal_has_reason"),
        Index(
            "ix_rights_assessments_programme_id_state",
            "programme_id",
            "state",
            "valid_until",
        ),
    )
