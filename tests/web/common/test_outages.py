"""A database that is away or a full disk: 503 with words, one line in the log, and health that says which."""

import errno
import io
import logging
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from tests.support.application import application
from tests.support.databases import fresh_postgresql
from tests.support.ports import free_port
from tests.support.world import form_token
from training.kit import files
from training.kit.db import db, transaction
from training.web.identity import health
from training.work.queue import JobQueue

LANGUAGES = ("en", "ar", "ckb")
LINE = re.compile(r"^\S+ \S+ ERROR (GET|POST) (\S+) 503 \d+ ms [0-9a-z]{12} outage: (\w+) .*$")


def lines_of(log: io.StringIO) -> list[str]:
    """Return what was written since the last time."""
    written = log.getvalue().splitlines()
    log.seek(0)
    log.truncate()
    return written


def check_in_every_language(ask: Callable[[str], TestResponse], kind: str, log: io.StringIO) -> None:
    """Check the answer to ``ask(language)``: a page of its language, when to come back, and one line in the log."""
    said = set()
    for language in LANGUAGES:
        lines_of(log)
        answer = ask(language)
        (line,) = lines_of(log)
        found = LINE.match(line)
        assert found, line
        assert found[3] == kind
        assert answer.status_code == 503
        assert int(answer.headers["Retry-After"]) > 0
        assert answer.headers["Cache-Control"] == "no-store"
        assert f'lang="{language}"' in answer.text[:200]
        heading = re.search(r"<h1[^>]*>([^<]+)", answer.text)
        assert heading
        said.add(heading[1])
    assert len(said) == len(LANGUAGES), "the words are the same in two languages"


def known(app: Flask) -> FlaskClient:
    """Return the client of somebody who was signed in when the database was still there."""
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"] = "a token"
    return client


@pytest.fixture
def away() -> Iterator[Flask]:
    """Return the application without the server of its database."""
    with application(f"postgresql://tests@127.0.0.1:{free_port()}/none") as app:
        app.testing = False
        yield app


def test_database_that_never_answered(away: Flask, log: io.StringIO) -> None:
    client = known(away)
    check_in_every_language(
        lambda language: client.get("/cohorts", headers={"Accept-Language": language}), "unreachable", log
    )
    anonymous = away.test_client()
    form = {"csrf_token": form_token(anonymous, "/sign-in"), "username": "uk", "password": "a password"}
    check_in_every_language(
        lambda language: anonymous.post("/sign-in", data=form, headers={"Accept-Language": language}),
        "unreachable",
        log,
    )


def test_database_that_goes_away_while_pages_are_served(postgresql_url: str, log: io.StringIO) -> None:
    with ExitStack() as database, application(database.enter_context(fresh_postgresql())) as app:
        app.testing = False
        client = known(app)
        assert client.get("/cohorts").status_code == 302
        database.close()
        client = known(app)
        check_in_every_language(
            lambda language: client.get("/cohorts", headers={"Accept-Language": language}), "unreachable", log
        )


def test_full_disk(sqlite_app: Flask, log: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    sqlite_app.testing = False
    with sqlite_app.app_context():  # the pool gives the same connection to the request
        with transaction() as session:
            session.execute(text("CREATE TABLE receipts (content BLOB)"))
        pages = db.session.scalar(text("PRAGMA page_count"))
        db.session.execute(text(f"PRAGMA max_page_count={pages}"))
        db.session.rollback()

    def write() -> str:
        with transaction() as session:
            session.execute(text("INSERT INTO receipts VALUES (zeroblob(100000))"))
        return ""

    monkeypatch.setitem(sqlite_app.view_functions, "identity.accounts.sign_in", write)
    client = sqlite_app.test_client()
    check_in_every_language(lambda language: client.get("/sign-in", headers={"Accept-Language": language}), "full", log)


class Unstored(io.RawIOBase):
    """A body that the server had no room to store."""

    def readable(self) -> bool:
        return True

    def readinto(self, _buffer: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")


def test_body_that_there_was_no_room_for(sqlite_app: Flask, log: io.StringIO) -> None:
    sqlite_app.testing = False
    client = sqlite_app.test_client()
    for kind in ("application/x-www-form-urlencoded", "multipart/form-data; boundary=cut"):
        check_in_every_language(
            lambda language, kind=kind: client.post(  # type: ignore[misc]
                "/sign-in",
                environ_overrides={"wsgi.input": io.BufferedReader(Unstored()), "CONTENT_LENGTH": "100000"},
                content_type=kind,
                headers={"Accept-Language": language},
            ),
            "full",
            log,
        )


# Health.


def health_of(app: Flask) -> tuple[int, dict[str, Any]]:
    answer = app.test_client().get("/healthz")
    found: dict[str, Any] = answer.json or {}
    return answer.status_code, found


def test_health_is_well(app: Flask) -> None:
    status, found = health_of(app)
    assert status == 200
    assert (found["database"], found["disk"]) == ("well", "well")


def test_health_says_that_the_database_is_away(away: Flask, log: io.StringIO) -> None:
    lines_of(log)
    status, found = health_of(away)
    assert (status, found["database"], found["disk"]) == (503, "unreachable", "well")
    assert len(lines_of(log)) == 1


def test_health_says_that_the_disk_is_full(app: Flask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """More is demanded than there is: a real disk is not filled, as others use it too."""
    monkeypatch.setattr(health, "_ROOM", shutil.disk_usage(tmp_path).total * 2)
    status, found = health_of(app)
    with app.app_context():
        database = "full" if db.engine.dialect.name == "sqlite" else "well"
    assert (status, found["database"], found["disk"]) == (503, database, "full")


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_health_says_that_the_disk_of_the_database_is_full(app: Flask, database_url: str) -> None:
    name = database_url.rsplit("/", 1)[1]
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {name} SET temp_file_limit = 1".encode())
    try:
        status, found = health_of(app)
    finally:
        with psycopg.connect(database_url, autocommit=True) as connection:
            connection.execute(f"ALTER DATABASE {name} RESET temp_file_limit".encode())
    assert (status, found["database"], found["disk"]) == (503, "full", "well")


def test_folder_that_is_not_there_yet_has_the_room_of_the_one_above(tmp_path: Path) -> None:
    assert files.free_bytes(tmp_path / "a" / "b") > 0


# The work process.


def test_work_process_says_once_that_the_database_is_away(away: Flask, log: io.StringIO, tmp_path: Path) -> None:
    queue = JobQueue(away, str(tmp_path / "queue.sqlite"))
    logging.getLogger("training").setLevel(logging.INFO)
    lines_of(log)
    assert [queue._say_alive() for _ in range(3)] == [False] * 3
    queue._look()
    said = lines_of(log)
    assert len(said) == 2, said
    assert all("unreachable" in line for line in said)
