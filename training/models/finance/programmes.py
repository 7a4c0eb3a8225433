"""Programmes of the pact, their projects and budget lines, with the balances of each."""

import datetime as dt
import enum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from training.models.common.base import Base, Guarded, Key, PublicId, Titled, choice
from training.models.identity.organisations import Organisation


class ProjectKind(enum.StrEnum):
    """What a project is for."""

    TRAINING = "training"
    TASK_FORCE = "task_force"
    EQUIPMENT = "equipment"
    CAMPAIGN_ACTIVITY = "campaign_activity"


class LineCategory(enum.StrEnum):
    """What a budget line pays for."""

    TRAINERS = "trainers"
    TRAVEL = "travel"
    ACCOMMODATION = "accommodation"
    VENUE = "venue"
    INTERPRETATION = "interpretation"
    EQUIPMENT = "equipment"
    MATERIALS = "materials"
    EVALUATION = "evaluation"
    OTHER = "other"


class Balanced:
    """A holder of money: balances in whole pence, moved by the ledger alone."""

    allocated: Mapped[int] = mapped_column(default=0)
    committed: Mapped[int] = mapped_column(default=0)
    spent: Mapped[int] = mapped_column(default=0)

    @property
    def available(self) -> int:
        """The pence that can still be committed."""
        return self.allocated - self.committed - self.spent


class Programme(Titled, Balanced, Guarded, Base):
    """A stream of the pact; ``ceiling`` in whole pence."""

    __tablename__ = "programmes"

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    code: Mapped[str] = mapped_column(String(20), unique=True)
    currency: Mapped[str] = mapped_column(String(3), default="GBP")
    starts_on: Mapped[dt.date]
    ends_on: Mapped[dt.date]
    ceiling: Mapped[int]

    __table_args__ = (
        CheckConstraint("allocated <= ceiling", name="within_ceiling"),
        CheckConstraint("committed + spent <= allocated", name="within_allocated"),
        CheckConstraint("allocated >= 0 AND committed >= 0 AND spent >= 0", name="not_negative"),
        CheckConstraint("starts_on <= ends_on", name="dates_in_order"),
    )

    @property
    def unallocated(self) -> int:
        """The pence that are not allocated to a line."""
        return self.ceiling - self.allocated


class ProgrammeFact(Base):
    """A published statement about a programme, with source and date."""

    __tablename__ = "programme_facts"

    id: Mapped[Key]
    programme_id: Mapped[int] = mapped_column(ForeignKey("programmes.id"))
    position: Mapped[int]
    statement_en: Mapped[str] = mapped_column(String(500))
    statement_ar: Mapped[str] = mapped_column(String(500), default="")
    statement_ckb: Mapped[str] = mapped_column(String(500), default="")
    source: Mapped[str] = mapped_column(String(500))
    published_on: Mapped[dt.date]

    __table_args__ = (Index("uq_programme_facts_position", "programme_id", "position", unique=True),)


class Project(Titled, Guarded, Base):
    """A part of a programme, delivered by an organisation."""

    __tablename__ = "projects"

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    programme_id: Mapped[int] = mapped_column(ForeignKey("programmes.id"), index=True)
    kind: Mapped[ProjectKind] = mapped_column(choice(ProjectKind))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)

    programme: Mapped[Programme] = relationship(lazy="raise")
    organisation: Mapped[Organisation] = relationship(lazy="raise")


class BudgetLine(Titled, Balanced, Guarded, Base):
    """Money for one category of cost, between two dates."""

    __tablename__ = "budget_lines"

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    programme_id: Mapped[int] = mapped_column(ForeignKey("programmes.id"), index=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"), index=True)
    category: Mapped[LineCategory] = mapped_column(choice(LineCategory))
    starts_on: Mapped[dt.date]
    ends_on: Mapped[dt.date]

    programme: Mapped[Programme] = relationship(lazy="raise")
    project: Mapped[Project] = relationship(lazy="raise")

    __table_args__ = (
        CheckConstraint("committed + spent <= allocated", name="within_allocated"),
        CheckConstraint("allocated >= 0 AND committed >= 0 AND spent >= 0", name="not_negative"),
        CheckConstraint("starts_on <= ends_on", name="dates_in_order"),
    )
