"""Background jobs and the work processes that run them."""

import datetime as dt
import enum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from training.kit.ids import PUBLIC_ID_LENGTH
from training.models.common.base import Base, Key, PublicId, choice
from training.models.identity.accounts import User


class JobKind(enum.StrEnum):
    """The kind of a job."""

    PREVIEW_BATCH = "preview_batch"
    COMMIT_BATCH = "commit_batch"
    UNDO_BATCH = "undo_batch"


class JobState(enum.StrEnum):
    """The state of a job."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Job(Base):
    """A job on the record with the public id ``subject_id``, run on behalf of its requester.

    ``done`` of ``total`` rows are committed. ``refusal`` names the refusal with which it failed and ``details`` hold
    its values; an empty name means an unexpected error.
    """

    __tablename__ = "jobs"

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    kind: Mapped[JobKind] = mapped_column(choice(JobKind))
    subject_id: Mapped[str] = mapped_column(String(PUBLIC_ID_LENGTH))
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    asked_at: Mapped[dt.datetime]
    options: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    state: Mapped[JobState] = mapped_column(choice(JobState), default=JobState.WAITING)
    total: Mapped[int]
    done: Mapped[int] = mapped_column(default=0)
    tries: Mapped[int] = mapped_column(default=0)
    worker: Mapped[str] = mapped_column(String(43), default="")
    taken_at: Mapped[dt.datetime | None]
    ended_at: Mapped[dt.datetime | None]
    refusal: Mapped[str] = mapped_column(String(60), default="")
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)

    asked_by: Mapped[User] = relationship(lazy="raise")

    __table_args__ = (
        Index(
            "uq_jobs_subject_id_standing",
            "subject_id",
            unique=True,
            postgresql_where=text("state IN ('waiting', 'running')"),
            sqlite_where=text("state IN ('waiting', 'running')"),
        ),
        Index("ix_jobs_state_id", "state", "id"),
        Index("ix_jobs_subject_id_id", "subject_id", "id"),
    )


class Worker(Base):
    """A running work process, which records a heartbeat every few seconds."""

    __tablename__ = "workers"

    name: Mapped[str] = mapped_column(String(43), primary_key=True)
    seen_at: Mapped[dt.datetime]
