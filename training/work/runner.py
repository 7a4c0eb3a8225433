"""Run jobs: each step in one transaction, together with its progress."""

import gc
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

from training.domain.admissions import nomination_upload_commit, nomination_uploads
from training.domain.common.refusals import Refusal
from training.domain.identity import jobs
from training.kit.db import transaction
from training.kit.ids import new_token
from training.kit.tracebacks import told
from training.models.admissions.nomination_uploads import NominationBatch
from training.models.common.base import Base
from training.models.identity.actor import Actor
from training.models.identity.jobs import Job, JobKind
from training.policy.matrix import Permission
from training.queries.common import records
from training.queries.identity import accounts
from training.queries.identity import jobs as rows

log = logging.getLogger("training.work")

Steps = Callable[[int, Job, Actor], Iterator[int]]


class Work(NamedTuple):
    """What a kind of job does: on which records, for whoever has which permission for one, in which pieces."""

    model: type[Base]
    permission: Permission
    steps: Steps


def _on_names(steps: Steps) -> Work:
    return Work(NominationBatch, Permission.NOMINATE, steps)


_WORK: Mapping[JobKind, Work] = {
    JobKind.PREVIEW_BATCH: _on_names(lambda key, _job, by: nomination_uploads.preview(key, by)),
    JobKind.COMMIT_BATCH: _on_names(
        lambda key, job, by: nomination_upload_commit.commit(key, job.options["version"], by)
    ),
    JobKind.UNDO_BATCH: _on_names(lambda key, _job, by: nomination_upload_commit.undo(key, by)),
}


def do_here(job_id: int) -> None:
    """Run a job at once, unless a worker has taken it."""
    with transaction():
        is_ours = jobs.take_this(job_id, new_token())
    if is_ours:
        _do(job_id)


def do_waiting(worker: str) -> None:
    """Run waiting jobs until there are none."""
    while True:
        with transaction():
            job_id = jobs.take(worker)
        if job_id is None:
            return
        _do(job_id)


def _do(job_id: int) -> None:
    """Run a job that was taken; record a refusal or an unexpected error on it."""
    try:
        _do_or_refuse(job_id)
    except Exception as error:  # whatever it is, the job must not stay "running"
        log.error("job failed: %s", told(error))
        with transaction():
            jobs.fail(job_id, None)


def _do_or_refuse(job_id: int) -> None:
    try:
        steps = _begin(job_id)
        while _goes_on(steps, job_id):
            pass
    except Refusal as refusal:
        with transaction():
            jobs.fail(job_id, refusal)


def _goes_on(steps: Iterator[int], job_id: int) -> bool:
    """Run the next step and return whether there was one; the last records the end in its transaction."""
    with _collector_at_rest(), transaction():
        done = next(steps, None)
        if done is None:
            jobs.finish(job_id)
            return False
        jobs.note(job_id, done)
    return True


@contextmanager
def _collector_at_rest() -> Iterator[None]:
    """Pause the garbage collector for one step: it would traverse ten thousand live records repeatedly.

    Measured: with it a file of 10,000 names takes half as long again, and hardly less memory.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _begin(job_id: int) -> Iterator[int]:
    """Return the steps of a job on behalf of its requester, with their current permissions."""
    job = rows.job_by_key(job_id)
    user = accounts.active_user(job.asked_by_id)
    by = accounts.actor_of(user) if user else None
    work = _WORK[job.kind]
    found = records.find(work.model, job.subject_id, by, work.permission) if by else None
    if by is None or found is None or not found.is_allowed:
        raise PermissionError("whoever asked for the job may no longer do it")
    record: Any = found.record
    return work.steps(record.id, job, by)
