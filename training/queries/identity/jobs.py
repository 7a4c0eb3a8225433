"""Reading jobs, and which work processes live."""

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
    """Return the oldest job that nobody does.

    It waits, or whoever had taken it was not seen since then, or it is ``worker`` itself, which asks because it does
    nothing: it could not even note how the job failed.
    """
    lives = exists().where(Worker.name == Job.worker, Worker.seen_at >= silent_since)
    is_left = or_(Job.worker == worker, and_(Job.taken_at < silent_since, ~lives))
    is_nobodys = or_(Job.state == JobState.WAITING, and_(Job.state == JobState.RUNNING, is_left))
    statement = select(Job).where(is_nobodys).order_by(Job.id).limit(1)
    return db.session.scalar(statement.execution_options(populate_existing=True))


def is_anybody_working(silent_since: dt.datetime) -> bool:
    """Say whether a work process was seen since then."""
    return bool(db.session.scalar(select(exists().where(Worker.seen_at >= silent_since))))
