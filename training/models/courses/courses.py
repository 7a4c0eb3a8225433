"""Courses: subject, length, completion rule and cost template."""

import enum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from training.models.common.base import Base, Key, PublicId, Titled, choice
from training.models.finance.programmes import LineCategory


class Theme(enum.StrEnum):
    """The subject of a course."""

    BORDER_OPERATIONS = "border operations"
    DOCUMENT_FRAUD = "document fraud"
    INVESTIGATIONS = "investigations"
    NARCOTICS = "narcotics"
    TRAFFICKING = "trafficking"
    IMMIGRATION_CRIME = "organised immigration crime"
    HUMAN_RIGHTS = "human rights"
    LEADERSHIP = "leadership"
    OTHER = "other"


class CostBasis(enum.StrEnum):
    """What a cost of a course is multiplied by."""

    FIXED = "fixed"
    PER_DAY = "per_day"
    PER_TRAINEE = "per_trainee"
    PER_TRAINEE_DAY = "per_trainee_day"


class Course(Titled, Base):
    """A course, as published or created here.

    ``version`` counts its edits: an edit of an older version is refused. The completion rule is a share of contact
    hours to attend, a pass mark, and whether a practical exercise must be passed.
    """

    __tablename__ = "courses"

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    title_key: Mapped[str] = mapped_column(String(300))
    search_key: Mapped[str] = mapped_column(Text)
    """All titles and the provider, folded, for search."""
    provider: Mapped[str] = mapped_column(String(300))
    theme: Mapped[Theme] = mapped_column(choice(Theme))
    days: Mapped[int | None]
    contact_hours: Mapped[int | None]
    audience: Mapped[str] = mapped_column(String(1000), default="")
    teaching_language: Mapped[str] = mapped_column(String(200), default="")
    source: Mapped[str] = mapped_column(String(1000), default="")
    source_date: Mapped[str] = mapped_column(String(200), default="")
    """As published: often a month, a year or "undated"."""
    attendance_percent: Mapped[int] = mapped_column(default=80)
    pass_mark_percent: Mapped[int | None]
    has_practical: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012
    __table_args__ = (
        Index("uq_courses_title_en_provider", "title_en", "provider", unique=True),
        Index("ix_courses_title_key_id", "title_key", "id"),
        Index("ix_courses_theme_title_key", "theme", "title_key", "id"),
        CheckConstraint("days BETWEEN 1 AND 730", name="days_in_range"),
        CheckConstraint("contact_hours BETWEEN 1 AND 5000", name="hours_in_range"),
        CheckConstraint("attendance_percent BETWEEN 0 AND 100", name="attendance_in_range"),
        CheckConstraint("pass_mark_percent BETWEEN 1 AND 100", name="pass_mark_in_range"),
    )


class CourseCost(Base):
    """A row of a course's cost template: ``amount`` pence of a category, once or per day, trainee, or both."""

    __tablename__ = "course_costs"

    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id"), primary_key=True)
    category: Mapped[LineCategory] = mapped_column(choice(LineCategory), primary_key=True)
    basis: Mapped[CostBasis] = mapped_column(choice(CostBasis), primary_key=True)
    amount: Mapped[int]

    __table_args__ = (CheckConstraint("amount > 0", name="amount_positive"),)
