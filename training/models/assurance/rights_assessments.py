"""Human-rights assessments (OSJA) and the trail of their approvals."""

import datetime as dt
import enum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from training.models.common.base import Base, Key, PublicId, choice
from training.models.courses.courses import Course
from training.models.finance.claims import EvidenceKind
from training.models.finance.programmes import Programme, Project
from training.models.identity.accounts import ApprovalGrade, User


class RiskLevel(enum.StrEnum):
    """The level of risk after mitigation."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class AssessmentState(enum.StrEnum):
    """The state of an assessment; whether it is current or has lapsed follows from its date."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    REFUSED = "refused"
    SUPERSEDED = "superseded"


class Assessed(enum.StrEnum):
    """What an assessment is about, most specific first."""

    COURSE = "course"
    PROJECT = "project"
    PROGRAMME = "programme"


class RightsAct(enum.StrEnum):
    """An event in the trail of an assessment."""

    WRITTEN = "written"
    EDITED = "edited"
    ATTACHED = "attached"
    DETACHED = "detached"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    REFUSED = "refused"
    SUPERSEDED = "superseded"
    MITIGATED = "mitigated"
    NOTED = "noted"


_ONE_SUBJECT = " + ".join(
    f"CASE WHEN {column} IS NULL THEN 0 ELSE 1 END" for column in ("programme_id", "project_id", "course_id")
)
_WHOLE = "summary <> '' AND level IS NOT NULL AND valid_until IS NOT NULL AND needed_grade IS NOT NULL"
_REACHED = "approver_grade = 'ministerial' OR needed_grade = 'official' OR approver_grade = needed_grade"


def _current(column: str) -> Index:
    """Return the index that allows one approved assessment of each programme, project or course."""
    approved = text("state = 'approved'")
    return Index(
        f"uq_rights_assessments_current_{column}",
        column,
        unique=True,
        postgresql_where=approved,
        sqlite_where=approved,
    )


class RightsAssessment(Base):
    """An assessment of a programme, project or course, decided by another user of ``needed_grade``.

    Only a draft changes; ``version`` counts its edits. ``needed_grade`` is what the level of risk required at
    submission. The trail (``RightsStep``) keeps the content at each event.
    """

    __tablename__ = "rights_assessments"

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    programme_id: Mapped[int | None] = mapped_column(ForeignKey("programmes.id"))
    project_id: Mapped[int | None] = mapped_column(ForeignKey("projects.id"), index=True)
    course_id: Mapped[int | None] = mapped_column(ForeignKey("courses.id"), index=True)
    summary: Mapped[str] = mapped_column(String(4000), default="")
    level: Mapped[RiskLevel | None] = mapped_column(choice(RiskLevel))
    valid_until: Mapped[dt.date | None]
    state: Mapped[AssessmentState] = mapped_column(choice(AssessmentState), default=AssessmentState.DRAFT)
    version: Mapped[int] = mapped_column(default=1)
    writer_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    written_at: Mapped[dt.datetime]
    needed_grade: Mapped[ApprovalGrade | None] = mapped_column(choice(ApprovalGrade))
    approver_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    approver_grade: Mapped[ApprovalGrade | None] = mapped_column(choice(ApprovalGrade, "approvergrade"))
    decided_at: Mapped[dt.datetime | None]
    reason: Mapped[str] = mapped_column(String(500), default="")

    programme: Mapped[Programme | None] = relationship(lazy="raise")
    project: Mapped[Project | None] = relationship(lazy="raise")
    course: Mapped[Course | None] = relationship(lazy="raise")
    writer: Mapped[User] = relationship(lazy="raise", foreign_keys=writer_id)
    approver: Mapped[User | None] = relationship(lazy="raise", foreign_keys=approver_id)

    __table_args__ = (
        CheckConstraint(f"{_ONE_SUBJECT} = 1", name="one_subject"),
        CheckConstraint(f"state = 'draft' OR ({_WHOLE})", name="whole_once_submitted"),
        CheckConstraint("approver_id <> writer_id", name="writer_is_not_approver"),
        CheckConstraint("(state IN ('draft', 'submitted')) = (approver_id IS NULL)", name="decided_by_somebody"),
        CheckConstraint("(approver_id IS NULL) = (approver_grade IS NULL)", name="approver_has_grade"),
        CheckConstraint(f"approver_grade IS NULL OR {_REACHED}", name="grade_reaches"),
        CheckConstraint("state <> 'refused' OR reason <> ''", name="refusal_has_reason"),
        Index("ix_rights_assessments_programme_id_state", "programme_id", "state", "valid_until"),
        Index("ix_rights_assessments_state_valid_until", "state", "valid_until", "id"),
        _current("programme_id"),
        _current("project_id"),
        _current("course_id"),
    )

    @property
    def assessed(self) -> Assessed:
        """Return which kind of record it is about."""
        if self.course_id is not None:
            return Assessed.COURSE
        return Assessed.PROJECT if self.project_id is not None else Assessed.PROGRAMME

    @property
    def subject(self) -> Programme | Project | Course:
        """Return the record it is about, if a query has loaded it."""
        subject = self.course or self.project or self.programme
        if subject is None:
            raise LookupError(self.public_id)
        return subject


class RightsMitigation(Base):
    """A mitigation: the responsible post or organisation, when it is due, and when it was done.

    Assessments written before owners were introduced have one mitigation without owner or date.
    """

    __tablename__ = "rights_mitigations"

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    assessment_id: Mapped[int] = mapped_column(ForeignKey("rights_assessments.id"))
    position: Mapped[int]
    action: Mapped[str] = mapped_column(String(4000))
    owner: Mapped[str] = mapped_column(String(200), default="")
    due_on: Mapped[dt.date | None]
    done_on: Mapped[dt.date | None]

    __table_args__ = (Index("uq_rights_mitigations_position", "assessment_id", "position", unique=True),)


class RightsAttachment(Base):
    """A file that supports an assessment, stored outside the web root as ``stored_as``, without its own name.

    A file detached from a draft is kept, with ``removed_at``: the trail refers to it.
    """

    __tablename__ = "rights_attachments"

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    assessment_id: Mapped[int] = mapped_column(ForeignKey("rights_assessments.id"), index=True)
    label: Mapped[str] = mapped_column(String(200), default="")
    kind: Mapped[EvidenceKind] = mapped_column(choice(EvidenceKind))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    stored_as: Mapped[str] = mapped_column(String(64), unique=True)
    uploaded_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    uploaded_at: Mapped[dt.datetime]
    removed_at: Mapped[dt.datetime | None]


class RightsStep(Base):
    """An event in the trail of an assessment. Rows are append-only.

    ``roles`` are those the account had at the time, ``grade`` that in which it decided; ``content`` is the content
    after the event, ``sha256`` the hash of these bytes (UTF-8).
    """

    __tablename__ = "rights_steps"

    id: Mapped[Key]
    assessment_id: Mapped[int] = mapped_column(ForeignKey("rights_assessments.id"))
    act: Mapped[RightsAct] = mapped_column(choice(RightsAct))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    roles: Mapped[str] = mapped_column(String(300))
    grade: Mapped[ApprovalGrade | None] = mapped_column(choice(ApprovalGrade))
    at: Mapped[dt.datetime]
    note: Mapped[str] = mapped_column(String(2000), default="")
    content: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))

    user: Mapped[User] = relationship(lazy="raise")

    __table_args__ = (Index("ix_rights_steps_assessment_id_id", "assessment_id", "id"),)
