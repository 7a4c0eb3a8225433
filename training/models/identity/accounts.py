"""Accounts, their roles, sign-ins and invitations."""

import datetime as dt
import enum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from training.kit import usernames
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


def _key_of_username(context: Any) -> str:
    return usernames.key(context.get_current_parameters()["username"])


def _key_of_attempts(context: Any) -> str:
    return usernames.attempts_key(context.get_current_parameters()["username"])


class User(Base):
    """An account: one person, one account (``person_id`` is unique).

    ``username_key`` is equal for usernames that look the same; ``attempts_key`` is the key of its failed sign-ins.
    """

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
    username_key: Mapped[str | None] = mapped_column(String(120), default=_key_of_username)
    attempts_key: Mapped[str | None] = mapped_column(String(64), default=_key_of_attempts)
    email: Mapped[str | None] = mapped_column(String(254))
    email_confirmed_at: Mapped[dt.datetime | None]

    organisation: Mapped[Organisation] = relationship(lazy="raise")

    __table_args__ = (
        CheckConstraint("username = lower(username)", name="username_lower"),
        CheckConstraint("email = lower(email)", name="email_lower"),
        Index("uq_users_username_key", "username_key", unique=True),
        Index("uq_users_email", "email", unique=True),
    )


_SCOPED = (
    ("funder_of_programme", "(role = 'funder') = (programme_id IS NOT NULL)"),
    ("rights_approver_has_grade", "(role = 'rights_approver') = (grade IS NOT NULL)"),
    ("in_order", "since <= until"),
)
"""What holds wherever a role stands with its scope and its days."""


def _role_checks() -> tuple[CheckConstraint, ...]:
    return tuple(CheckConstraint(condition, name=name) for name, condition in _SCOPED)


class RoleAssignment(Base):
    """A role granted to an account: a funder's within a programme, a rights approver's with a grade.

    It stands from ``since`` to ``until``, both included, where they are set, and until it is revoked.
    """

    __tablename__ = "role_assignments"

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    role: Mapped[Role] = mapped_column(choice(Role))
    programme_id: Mapped[int | None] = mapped_column(ForeignKey("programmes.id"), index=True)
    grade: Mapped[ApprovalGrade | None] = mapped_column(choice(ApprovalGrade))
    since: Mapped[dt.date | None]
    until: Mapped[dt.date | None]
    reason: Mapped[str] = mapped_column(String(500), default="", server_default="")
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    granted_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    granted_at: Mapped[dt.datetime]
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    confirmed_at: Mapped[dt.datetime | None]
    revoked_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    revoked_at: Mapped[dt.datetime | None]

    user: Mapped[User] = relationship(lazy="raise", foreign_keys=[user_id])

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
        *_role_checks(),
        CheckConstraint("granted_by_id <> user_id", name="granted_by_another"),
        CheckConstraint("granted_by_id <> asked_by_id", name="by_two_people"),
        CheckConstraint("confirmed_by_id <> user_id", name="confirmed_by_another"),
    )


class RequestState(enum.StrEnum):
    """What became of something that one asks for and another gives."""

    ASKED = "asked"
    GIVEN = "given"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class RoleRequest(Base):
    """A role that one administrator asked for and another gives or refuses; neither is decided by who would get it."""

    __tablename__ = "role_requests"

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    role: Mapped[Role] = mapped_column(choice(Role))
    programme_id: Mapped[int | None] = mapped_column(ForeignKey("programmes.id"))
    grade: Mapped[ApprovalGrade | None] = mapped_column(choice(ApprovalGrade))
    since: Mapped[dt.date | None]
    until: Mapped[dt.date | None]
    reason: Mapped[str] = mapped_column(String(500))
    state: Mapped[RequestState] = mapped_column(choice(RequestState), default=RequestState.ASKED)
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    asked_at: Mapped[dt.datetime]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[dt.datetime | None]

    user: Mapped[User] = relationship(lazy="raise", foreign_keys=[user_id])
    asked_by: Mapped[User] = relationship(lazy="raise", foreign_keys=[asked_by_id])

    __table_args__ = (
        Index(
            "uq_role_requests_everywhere",
            "user_id",
            "role",
            unique=True,
            postgresql_where=text("state = 'asked' AND programme_id IS NULL"),
            sqlite_where=text("state = 'asked' AND programme_id IS NULL"),
        ),
        Index(
            "uq_role_requests_in_programme",
            "user_id",
            "role",
            "programme_id",
            unique=True,
            postgresql_where=text("state = 'asked'"),
            sqlite_where=text("state = 'asked'"),
        ),
        Index("ix_role_requests_state_id", "state", "id"),
        *_role_checks(),
        CheckConstraint(
            "state NOT IN ('given', 'refused') OR (decided_by_id IS NOT NULL AND decided_by_id <> asked_by_id "
            "AND decided_by_id <> user_id)",
            name="by_two_people",
        ),
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
    device: Mapped[str] = mapped_column(String(40), default="", server_default="")
    """The family of the browser and of the system, as both say themselves; never a version."""
    network: Mapped[str] = mapped_column(String(50), default="", server_default="")
    """The network of the address, not the address."""

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
    """A one-time link for creating an account; only the hash of its token is stored.

    One that carries a role of staff has no token until a second administrator agreed. ``contact`` is the e-mail address
    or the key of the username; there is one open invitation for each.
    """

    __tablename__ = "invitations"

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    token_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    username: Mapped[str] = mapped_column(String(60), default="")
    email: Mapped[str] = mapped_column(String(254), default="")
    contact: Mapped[str] = mapped_column(String(254), default="")
    role: Mapped[Role] = mapped_column(choice(Role))
    programme_id: Mapped[int | None] = mapped_column(ForeignKey("programmes.id"))
    grade: Mapped[ApprovalGrade | None] = mapped_column(choice(ApprovalGrade))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    since: Mapped[dt.date | None]
    until: Mapped[dt.date | None]
    reason: Mapped[str] = mapped_column(String(500), default="")
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    asked_at: Mapped[dt.datetime]
    agreed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    agreed_at: Mapped[dt.datetime | None]
    mailed_at: Mapped[dt.datetime | None]
    expires_at: Mapped[dt.datetime | None]
    used_at: Mapped[dt.datetime | None]
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    ended_at: Mapped[dt.datetime | None]

    organisation: Mapped[Organisation] = relationship(lazy="raise")
    asked_by: Mapped[User | None] = relationship(lazy="raise", foreign_keys=[asked_by_id])

    __table_args__ = (
        Index(
            "uq_invitations_open",
            "contact",
            unique=True,
            postgresql_where=text("used_at IS NULL AND ended_at IS NULL AND contact <> ''"),
            sqlite_where=text("used_at IS NULL AND ended_at IS NULL AND contact <> ''"),
        ),
        *_role_checks(),
        CheckConstraint("agreed_by_id <> asked_by_id", name="by_two_people"),
        CheckConstraint("token_hash IS NULL OR agreed_at IS NOT NULL", name="sent_when_agreed"),
        CheckConstraint("(token_hash IS NULL) = (expires_at IS NULL)", name="token_expires"),
        CheckConstraint(
            "asked_by_id IS NULL OR role = 'trainee' OR agreed_at IS NULL OR agreed_by_id IS NOT NULL",
            name="staff_by_two_people",
        ),
    )
