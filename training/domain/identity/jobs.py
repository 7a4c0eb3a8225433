"""Background jobs: requested within a transaction, run by one worker at a time, retried if the worker dies.

The table is the record of jobs: nothing is lost with the queue, and nothing runs that was rolled back.
"""

import dataclasses
import datetime as dt
from typing import Any

from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError

from training.domain.common.refusals import Refusal
from training.domain.identity.refusals import JobStanding
from training.kit.clock import now
from training.kit.db import changed, db
from training.models.identity.actor import Actor
from training.models.identity.jobs import Job, JobKind, JobState, Worker
from training.queries.identity import jobs

SILENT = dt.timedelta(seconds=60)
"""A worker not seen for this long is considered dead."""
_MOST_TRIES = 3


def ask(kind: JobKind, subject: Any, by: Actor, total: int, **options: Any) -> Job:
    """Request a job on a record. Raises JobStanding while another job on it is waiting or running."""
    job = Job(
        kind=kind, subject_id=subject.public_id, asked_by_id=by.user_id, asked_at=now(), total=total, options=options
    )
    try:
        with db.session.begin_nested():
            db.session.add(job)
    except IntegrityError as error:
        raise JobStanding from error
    return job


def check_none(subject: Any) -> None:
    """Raise JobStanding while a job on the record is waiting or running."""
    job = jobs.newest_of(subject.public_id)
    if job is not None and job.state in (JobState.WAITING, JobState.RUNNING):
        raise JobStanding


def take(worker: str) -> int | None:
    """Claim the next job for an idle worker; return its key, or None.

    A job on which three workers died has failed. Of two concurrent workers one gets it.
    """
    job = jobs.next_job(worker, now() - SILENT)
    if job is None:
        return None
    return job.id if _take(job, worker) else None


def take_this(job_id: int, worker: str) -> bool:
    """Claim one job; return whether it was waiting."""
    return _take(jobs.job_by_key(job_id), worker)


def _take(job: Job, worker: str) -> bool:
    is_hopeless = job.tries >= _MOST_TRIES
    statement = (
        update(Job)
        .where(Job.id == job.id, Job.state == job.state, Job.worker == job.worker, Job.tries == job.tries)
        .values(
            state=JobState.FAILED if is_hopeless else JobState.RUNNING,
            worker=worker,
            tries=Job.tries + 1,
            done=0,
            taken_at=now(),
            ended_at=now() if is_hopeless else None,
        )
    )
    may = job.state is not JobState.DONE and job.state is not JobState.FAILED
    return may and changed(statement) and not is_hopeless


def note(job_id: int, done: int) -> None:
    """Record progress, in the transaction that made it."""
    changed(update(Job).where(Job.id == job_id).values(done=done))


def finish(job_id: int) -> None:
    """Mark a job as done, in the transaction of its last step."""
    changed(update(Job).where(Job.id == job_id).values(state=JobState.DONE, done=Job.total, ended_at=now()))


def fail(job_id: int, refusal: Refusal | None) -> None:
    """Mark a job as failed with a refusal, or, without one, with an unexpected error."""
    details: dict[str, Any] = dataclasses.asdict(refusal) if dataclasses.is_dataclass(refusal) else {}
    name = type(refusal).__name__ if refusal else ""
    noted = {field: _to_json(value) for field, value in details.items()}
    values = {"state": JobState.FAILED, "refusal": name, "details": noted, "ended_at": now()}
    changed(update(Job).where(Job.id == job_id).values(values))


def refusal_of(job: Job) -> Refusal | None:
    """Return the refusal with which a job failed; None if it did not, or on an unexpected error."""
    if not job.refusal:
        return None
    kind = next(kind for kind in Refusal.__subclasses__() if kind.__name__ == job.refusal)
    return kind(**{field: _from_json(value) for field, value in job.details.items()})


def _to_json(value: Any) -> Any:
    return {"day": value.isoformat()} if isinstance(value, dt.date) else value


def _from_json(noted: Any) -> Any:
    return dt.date.fromisoformat(noted["day"]) if isinstance(noted, dict) else noted


def seen(worker: str) -> None:
    """Record a worker's heartbeat; delete workers not seen for a day."""
    if not changed(update(Worker).where(Worker.name == worker).values(seen_at=now())):
        db.session.add(Worker(name=worker, seen_at=now()))
    db.session.execute(delete(Worker).where(Worker.seen_at < now() - dt.timedelta(days=1)))


def gone(worker: str) -> None:
    """Record that a worker stops; return its jobs to the queue."""
    running = update(Job).where(Job.worker == worker, Job.state == JobState.RUNNING)
    changed(running.values(state=JobState.WAITING, tries=Job.tries - 1))
    db.session.execute(delete(Worker).where(Worker.name == worker))
