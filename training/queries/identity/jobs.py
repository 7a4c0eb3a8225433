"""Read jobs and the work processes that are alive."""

import datetime as dt

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.orm import joinedload

from training.kit.db import db
from training.models.identity.jobs import Job, JobState, Worker


def job_by_key(job_id: int) -> Job:
    """Return a job as the database has it now."""
    statement = select(Job).where(Job.id == job_id).execution_options(populate_existing=True)
    return db.session.scalars(statement.options(joinedload(Job.asked_by))).one()


def newest_of(subject_id: str) -> Job | None:
    """Return the newest job on the record with this opaque id."""
    return db.session.scalar(select(Job).where(Job.subject_id == subject_id).order_by(Job.id.desc()).limit(1))


def next_job(worker: str, silent_since: dt.datetime) -> Job | None:
    """Return the oldest job that is not being worked on.

    It is waiting, or its worker has not been seen since then, or its worker is ``worker`` itself, which is idle and
    so failed before it could record the result.
    """
    lives = exists().where(Worker.name == Job.worker, Worker.seen_at >= silent_since)
    is_left = or_(Job.worker == worker, and_(Job.taken_at < silent_since, ~lives))
    is_nobodys = or_(Job.state == JobState.WAITING, and_(Job.state == JobState.RUNNING, is_left))
    statement = select(Job).where(is_nobodys).order_by(Job.id).limit(1)
    return db.session.scalar(statement.execution_options(populate_existing=True))


def was_worker_seen(silent_since: dt.datetime) -> bool:
    """Return whether a work process was seen since then."""
    return bool(db.session.scalar(select(exists().where(Worker.seen_at >= silent_since))))
