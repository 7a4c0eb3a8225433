"""Monthly plans of budget lines, and the reasons for variances."""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from training.models.common.base import Base, Guarded, Key
from training.models.identity.accounts import User


class LinePlan(Guarded, Base):
    """Planned spending of a line in a month, in pence. A line without rows plans its allocation evenly."""

    __tablename__ = "line_plans"

    line_id: Mapped[int] = mapped_column(ForeignKey("budget_lines.id"), primary_key=True)
    month: Mapped[dt.date] = mapped_column(primary_key=True)
    amount: Mapped[int]

    __table_args__ = (CheckConstraint("amount >= 0", name="amount_not_negative"),)


class VarianceReason(Guarded, Base):
    """The reason of a variance; ``planned`` and ``spent`` to the end of ``month`` are as at the time of writing."""

    __tablename__ = "variance_reasons"

    id: Mapped[Key]
    line_id: Mapped[int] = mapped_column(ForeignKey("budget_lines.id"))
    month: Mapped[dt.date]
    planned: Mapped[int]
    spent: Mapped[int]
    reason: Mapped[str] = mapped_column(String(500))
    given_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    given_at: Mapped[dt.datetime]

    given_by: Mapped[User] = relationship(lazy="raise")

    __table_args__ = (
        Index("ix_variance_reasons_line_id_id", "line_id", "id"),
        CheckConstraint("reason <> ''", name="reason_given"),
    )
