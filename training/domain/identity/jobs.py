"""Long work: asked for in the transaction of an act, taken by one worker at a time, taken again where that one died.

The table is the truth about a job, and the list of what is to be done: nothing is lost with a queue, and nothing
is done that was rolled back.
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
"""A worker that was not seen for so long is dead."""
_MOST_TRIES = 3


def ask(kind: JobKind, subject: Any, by: Actor, total: int, **options: Any) -> Job:
    """Ask for work on a record. Raises JobStanding while other work on it waits or goes on."""
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
    """Raise JobStanding while work on the record waits or goes on."""
    job = jobs.newest_of(subject.public_id)
    if job is not None and job.state in (JobState.WAITING, JobState.RUNNING):
        raise JobStanding


def take(worker: str) -> int | None:
    """Take the next job that nobody does, for a worker that does nothing; return its key, None where there is none.

    One that three workers died of has failed. Two workers at once: one gets it.
    """
    job = jobs.next_job(worker, now() - SILENT)
    if job is None:
        return None
    return job.id if _take(job, worker) else None


def take_this(job_id: int, worker: str) -> bool:
    """Take one job; say whether it waited."""
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
    """Note how many rows are done, in the transaction in which they were."""
    changed(update(Job).where(Job.id == job_id).values(done=done))


def finish(job_id: int) -> None:
    """Note that all is done, in the transaction in which the last of it was."""
    changed(update(Job).where(Job.id == job_id).values(state=JobState.DONE, done=Job.total, ended_at=now()))


def fail(job_id: int, refusal: Refusal | None) -> None:
    """Note that it came to nothing: a rule said no, or, without a refusal, there was a fault of ours."""
    details: dict[str, Any] = dataclasses.asdict(refusal) if dataclasses.is_dataclass(refusal) else {}
    name = type(refusal).__name__ if refusal else ""
    noted = {field: _to_json(value) for field, value in details.items()}
    values = {"state": JobState.FAILED, "refusal": name, "details": noted, "ended_at": now()}
    changed(update(Job).where(Job.id == job_id).values(values))


def refusal_of(job: Job) -> Refusal | None:
    """Return the refusal with which a job failed; None where it did not, or the fault was ours."""
    if not job.refusal:
        return None
    kind = next(kind for kind in Refusal.__subclasses__() if kind.__name__ == job.refusal)
    return kind(**{field: _from_json(value) for field, value in job.details.items()})


def _to_json(value: Any) -> Any:
    return {"day": value.isoformat()} if isinstance(value, dt.date) else value


def _from_json(noted: Any) -> Any:
    return dt.date.fromisoformat(noted["day"]) if isinstance(noted, dict) else noted


def seen(worker: str) -> None:
    """Note that a worker lives; those that were not seen for a day are forgotten."""
    if not changed(update(Worker).where(Worker.name == worker).values(seen_at=now())):
        db.session.add(Worker(name=worker, seen_at=now()))
    db.session.execute(delete(Worker).where(Worker.seen_at < now() - dt.timedelta(days=1)))


def gone(worker: str) -> None:
    """Note that a worker stops: what it had taken waits for another."""
    running = update(Job).where(Job.worker == worker, Job.state == JobState.RUNNING)
    changed(running.values(state=JobState.WAITING, tries=Job.tries - 1))
    db.session.execute(delete(Worker).where(Worker.name == worker))
