"""The work process: it processes large files, stops on a signal, and resumes jobs of killed workers."""

import datetime as dt
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select, update

from tests.support.naming import Desk, count, desk_in
from tests.support.server import environment_for
from tests.support.world import form_token
from tests.web.browsing import together
from training.domain.identity import jobs as rules
from training.kit.clock import now
from training.kit.db import db, transaction
from training.kit.resources import ROOT
from training.models.admissions.nominations import Nomination
from training.models.identity.jobs import Job, JobState, Worker
from training.work.queue import JobQueue

_ROWS = 700
_SECONDS = 40
_AHEAD = dt.date(2029, 12, 3)
"""A work process has the real clock, and nobody is nominated for a course that has begun."""


@pytest.fixture
def desk(app: Flask, client: FlaskClient) -> Desk:
    return desk_in(app, client, first=_AHEAD, last=_AHEAD)


@pytest.fixture
def queue(app: Flask, tmp_path: Path) -> Path:
    """Give the application a queue of its own, which its workers share."""
    file = tmp_path / "queue.sqlite"
    app.extensions["job_queue"] = JobQueue(app, str(file))
    return file


@contextmanager
def working(url: str, queue: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run a work process for the duration of the block."""
    environment = environment_for(url, QUEUE_FILE=str(queue))
    process = subprocess.Popen([sys.executable, "-m", "flask", "--app", "wsgi", "worker"], cwd=ROOT, env=environment)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def _wait(is_so: Callable[[], object]) -> None:
    until = time.monotonic() + _SECONDS
    while not is_so():
        assert time.monotonic() < until, "waited too long"
        time.sleep(0.2)


def _file(rows: int = _ROWS) -> bytes:
    return b"Name,Service number\n" + b"".join(b"Officer %d,%d\n" % (one, 1000 + one) for one in range(rows))


def _is_previewed(desk: Desk, address: str) -> bool:
    return "New: will be registered" in desk.browser.get(address).text


def test_large_file_is_processed_by_the_worker(
    app: Flask, database_url: str, queue: Path, client: FlaskClient, desk: Desk
) -> None:
    address = desk.send(_file()).headers["Location"]
    answer = desk.browser.get(address)
    assert f"{_ROWS} rows are waiting to be processed." in answer.text
    assert "Processing is interrupted" in answer.text
    assert answer.headers["Refresh"]
    assert client.get("/healthz").get_json()["worker"] == "silent"
    with working(database_url, queue) as process:
        _wait(lambda: _is_previewed(desk, address))
        assert client.get("/healthz").get_json()["worker"] == "well"
        desk.commit(address, are_many="y")
        _wait(lambda: count(app, Nomination) == _ROWS)
        process.send_signal(signal.SIGTERM)
        assert process.wait(_SECONDS) == 0
    assert client.get("/healthz").get_json()["worker"] == "silent"


def test_job_of_a_killed_worker_is_done_by_another(app: Flask, database_url: str, queue: Path, desk: Desk) -> None:
    """Killed during a job; once it is considered dead, another worker takes the job and runs it once."""
    address = desk.send(_file()).headers["Location"]
    with app.app_context(), transaction():
        job_id = rules.take("a worker that was killed")
        assert job_id
        job = db.session.get_one(Job, job_id)
        job.taken_at = job.asked_at - 2 * rules.SILENT
    with working(database_url, queue):
        _wait(lambda: _is_previewed(desk, address))
    with app.app_context():
        job = db.session.get_one(Job, job_id)
        assert (job.state, job.tries, job.done) == (JobState.DONE, 2, _ROWS)


def test_worker_that_failed_to_record_a_failure_retries_the_job(app: Flask, desk: Desk) -> None:
    """A worker that asks for work is idle: its job is free for it at once, for others once it is dead."""
    desk.send(_file())
    with app.app_context(), transaction():
        rules.seen("a worker that lives")
        job_id = rules.take("a worker that lives")
        assert job_id
        assert rules.take("another worker") is None
        assert rules.take("a worker that lives") == job_id


def test_worker_ends_with_its_parent(app: Flask, database_url: str, queue: Path) -> None:
    code = (
        "import subprocess, sys, time;"
        "p = subprocess.Popen([sys.executable, '-m', 'flask', '--app', 'wsgi', 'worker', '--stops-with-parent']);"
        "print(p.pid, flush=True); time.sleep(60)"
    )
    environment = environment_for(database_url, QUEUE_FILE=str(queue))
    parent = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, env=environment, stdout=subprocess.PIPE)
    assert parent.stdout
    worker = int(parent.stdout.readline())
    _wait(lambda: count(app, Worker))
    parent.kill()
    parent.wait()
    parent.stdout.close()
    _wait(lambda: not _lives(worker))


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return "Z" not in Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]


def test_job_that_killed_three_workers_is_failed(app: Flask, desk: Desk) -> None:
    address = desk.send(_file()).headers["Location"]
    with app.app_context():
        for _ in range(3):
            with transaction():
                job_id = rules.take("a worker that was killed")
                assert job_id
                db.session.get_one(Job, job_id).taken_at = db.session.get_one(Job, job_id).asked_at - 2 * rules.SILENT
        with transaction():
            assert rules.take("one more") is None
    page = desk.browser.get(address).text
    assert "Something went wrong on our side" in page


def test_commit_killed_midway_happens_once(app: Flask, database_url: str, queue: Path, desk: Desk) -> None:
    address = desk.send(_file(3_000)).headers["Location"]
    with working(database_url, queue) as process:
        _wait(lambda: _is_previewed(desk, address))
        desk.commit(address, are_many="y")
        _wait(lambda: _state(app) is not JobState.WAITING)
        process.kill()
        process.wait()
    assert count(app, Nomination) in (0, 3_000)
    with app.app_context(), transaction():
        db.session.execute(delete(Worker))
        db.session.execute(update(Job).values(taken_at=now() - 2 * rules.SILENT))
    with working(database_url, queue):
        _wait(lambda: _state(app) is JobState.DONE)
    assert count(app, Nomination) == 3_000


def _state(app: Flask) -> JobState:
    with app.app_context():
        return db.session.scalars(select(Job.state).order_by(Job.id.desc()).limit(1)).one()


def test_eight_concurrent_requests_nominate_once(app: Flask, desk: Desk) -> None:
    address, _page = desk.preview(_file(20))
    form = {"version": "1", "mode": "good", "csrf_token": form_token(desk.browser, address)}
    cookies = desk.browser.get_cookie("session")
    assert cookies

    def press() -> int:
        browser = app.test_client()
        browser.set_cookie("session", cookies.value)
        return browser.post(f"{address}/commit", data=form).status_code

    assert together([press] * 8) == [302] * 8
    assert count(app, Nomination) == 20
