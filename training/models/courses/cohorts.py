"""Cohorts: a course held at a venue and time for invited organisations."""

import datetime as dt
import enum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from training.models.common.base import Base, Guarded, Key, PublicId, choice
from training.models.courses.courses import Course
from training.models.courses.venues import Venue
from training.models.finance.programmes import BudgetLine, LineCategory
from training.models.identity.organisations import Organisation


class CohortState(enum.StrEnum):
    """The state of a cohort; *running* and *past* are derived from its dates."""

    DRAFT = "draft"
    AWAITING_APPROVAL = "awaiting_approval"
    OPEN = "open"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class Cohort(Base):
    """One holding of a course. ``seats_taken`` changes by conditional UPDATE; ``planned_cost`` sums its costs (pence).

    ``trained`` counts its confirmed completions, and changes with each.

    ``reserved_for_women`` seats only women may take; ``nominations_until`` and ``vetting_by`` are last days.
    """

    __tablename__ = "cohorts"

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    code: Mapped[str] = mapped_column(String(30), unique=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id"), index=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programmes.id"), index=True)
    host_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    venue_id: Mapped[int] = mapped_column(ForeignKey("venues.id"), index=True)
    starts_on: Mapped[dt.date]
    ends_on: Mapped[dt.date]
    capacity: Mapped[int]
    seats_taken: Mapped[int] = mapped_column(default=0)
    trained: Mapped[int] = mapped_column(default=0, server_default="0")
    reserved_for_women: Mapped[int] = mapped_column(default=0)
    nominations_until: Mapped[dt.date | None]
    vetting_by: Mapped[dt.date | None]
    planned_cost: Mapped[int] = mapped_column(default=0)
    state: Mapped[CohortState] = mapped_column(choice(CohortState), default=CohortState.DRAFT)

    course: Mapped[Course] = relationship(lazy="raise")
    host: Mapped[Organisation] = relationship(lazy="raise")
    venue: Mapped[Venue] = relationship(lazy="raise")

    __table_args__ = (
        CheckConstraint("seats_taken BETWEEN 0 AND capacity", name="seats_within_capacity"),
        CheckConstraint("capacity BETWEEN 1 AND 1000", name="capacity_in_range"),
        CheckConstraint("reserved_for_women BETWEEN 0 AND capacity", name="reserved_within_capacity"),
        CheckConstraint("starts_on <= ends_on", name="dates_in_order"),
        CheckConstraint("nominations_until <= starts_on", name="nominations_before_start"),
        CheckConstraint("vetting_by <= starts_on", name="vetting_before_start"),
        CheckConstraint("planned_cost >= 0", name="cost_not_negative"),
        CheckConstraint("trained >= 0", name="trained_not_negative"),
        Index("ix_cohorts_starts_on_id", "starts_on", "id"),
        Index("ix_cohorts_state_starts_on", "state", "starts_on", "id"),
    )


class CohortCost(Guarded, Base):
    """A planned cost of a cohort in one category, in pence, and the line that pays for it."""

    __tablename__ = "cohort_costs"

    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohorts.id"), primary_key=True)
    category: Mapped[LineCategory] = mapped_column(choice(LineCategory), primary_key=True)
    line_id: Mapped[int] = mapped_column(ForeignKey("budget_lines.id"), index=True)
    amount: Mapped[int]

    line: Mapped[BudgetLine] = relationship(lazy="raise")

    __table_args__ = (CheckConstraint("amount > 0", name="amount_positive"),)


class CohortInvitation(Base):
    """An organisation that may nominate for a cohort, and the quota of its subtree (None: no limit)."""

    __tablename__ = "cohort_invitations"

    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohorts.id"), primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), primary_key=True, index=True)
    quota: Mapped[int | None]

    __table_args__ = (CheckConstraint("quota BETWEEN 1 AND 1000", name="quota_in_range"),)


class CohortTrainer(Base):
    """A trainer of a cohort."""

    __tablename__ = "cohort_trainers"

    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohorts.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True, index=True)
