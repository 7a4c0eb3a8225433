"""Accounts, their roles, sign-ins and invitations."""

import datetime as dt
import enum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from training.models.common.base import Base, Key, PublicId, choice
from training.models.identity.organisations import Organisation


class Role(enum.StrEnum):
    """The role of an account. Roles are granted, combined and revoked."""

    UK_COORDINATOR = "uk_coordinator"
    PARTNER_COORDINATOR = "partner_coordinator"
    TRAINER = "trainer"
    TRAINEE = "trainee"
    FUNDER = "funder"
    FINANCE_APPROVER = "finance_approver"
    VETTING_OFFICER = "vetting_officer"
    RIGHTS_APPROVER = "rights_approver"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


class ApprovalGrade(enum.StrEnum):
    """The grade of a rights approver, lowest first; each grade includes those before it."""

    OFFICIAL = "official"
    SENIOR = "senior"
    MINISTERIAL = "ministerial"


class User(Base):
    """An account: one person, one account (``person_id`` is unique)."""

    __tablename__ = "users"

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    username: Mapped[str] = mapped_column(String(60), unique=True)
    display_name: Mapped[str] = mapped_column(String(200))
    password_hash: Mapped[str] = mapped_column(String(200))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), unique=True)
    language: Mapped[str] = mapped_column(String(3), default="en")
    is_active: Mapped[bool] = mapped_column(default=True)
    is_demonstration: Mapped[bool] = mapped_column(default=False)

    organisation: Mapped[Organisation] = relationship(lazy="raise")

    __table_args__ = (CheckConstraint("username = lower(username)", name="username_lower"),)


class RoleAssignment(Base):
    """A role granted to an account: a funder's within a programme, a rights approver's with a grade."""

    __tablename__ = "role_assignments"

    id: Mapped[Key]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    role: Mapped[Role] = mapped_column(choice(Role))
    programme_id: Mapped[int | None] = mapped_column(ForeignKey("programmes.id"), index=True)
    grade: Mapped[ApprovalGrade | None] = mapped_column(choice(ApprovalGrade))
    granted_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    granted_at: Mapped[dt.datetime]
    revoked_at: Mapped[dt.datetime | None]

    __table_args__ = (
        Index(
            "uq_role_assignments_everywhere",
            "user_id",
            "role",
            unique=True,
            postgresql_where=text("revoked_at IS NULL AND programme_id IS NULL"),
            sqlite_where=text("revoked_at IS NULL AND programme_id IS NULL"),
        ),
        Index(
            "uq_role_assignments_in_programme",
            "user_id",
            "role",
            "programme_id",
            unique=True,
            postgresql_where=text("revoked_at IS NULL"),
            sqlite_where=text("revoked_at IS NULL"),
        ),
        CheckConstraint("(role = 'funder') = (programme_id IS NOT NULL)", name="funder_of_programme"),
        CheckConstraint("(role = 'rights_approver') = (grade IS NOT NULL)", name="rights_approver_has_grade"),
    )


class SignIn(Base):
    """A server-side session. The browser holds the token, the table only its hash."""

    __tablename__ = "sign_ins"

    id: Mapped[Key]
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    started_at: Mapped[dt.datetime]
    last_seen_at: Mapped[dt.datetime]
    ended_at: Mapped[dt.datetime | None]

    user: Mapped[User] = relationship(lazy="raise")


class SignInFailure(Base):
    """Attempts since the last success, per account name, address, both and known device; keys are hashed."""

    __tablename__ = "sign_in_failures"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    attempts: Mapped[int]
    last_at: Mapped[dt.datetime] = mapped_column(index=True)


class KnownDevice(Base):
    """A device on which an account has signed in. The browser holds the token, the table only its hash."""

    __tablename__ = "known_devices"

    id: Mapped[Key]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64))
    last_used_at: Mapped[dt.datetime]

    __table_args__ = (UniqueConstraint("token_hash", "user_id"),)


class UploadCount(Base):
    """How many files and bytes an account has uploaded on a day."""

    __tablename__ = "upload_counts"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    day: Mapped[dt.date] = mapped_column(primary_key=True, index=True)
    files: Mapped[int]
    bytes: Mapped[int]


class Invitation(Base):
    """A one-time link for creating an account; only the hash of its token is stored."""

    __tablename__ = "invitations"

    id: Mapped[Key]
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    role: Mapped[Role] = mapped_column(choice(Role))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    expires_at: Mapped[dt.datetime]
    used_at: Mapped[dt.datetime | None]
