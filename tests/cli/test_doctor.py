"""``flask doctor``: what is unsafe or missing in a deployment, in one line each, and the status that says so."""

import datetime as dt
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import make_url, text

from tests.cli import done, run
from tests.support.application import application
from tests.support.secrets import SECRET
from training.cli import doctor
from training.cli.doctor import checks
from training.cli.doctor.checks import Level
from training.config import PRODUCTION
from training.domain.identity import jobs
from training.kit.clock import now
from training.kit.db import db, transaction
from training.kit.mail import MailServer, Security

LINE = re.compile(r"^(ok|warning|unsafe) +(\w+) +(\S.*)$")
DRAWN = "Zq3vN8_kLw2xT7yRb9-HsJ4mGdF6cPa1Xe5uVoKtYiW0BnQh"


@pytest.fixture
def settled(sqlite_app: Flask, tmp_path: Path) -> Flask:
    """Return the application with the settings and the folder of a deployment."""
    settings = replace(
        sqlite_app.config["SETTINGS"],
        mode=PRODUCTION,
        secret_key=DRAWN,
        trusted_hosts=("register.example.org", "127.0.0.1"),
        proxy_hops=1,
        evidence_folder=tmp_path / "evidence",
        queue_file=tmp_path / "queue.sqlite",
    )
    sqlite_app.config["SETTINGS"] = settings
    settings.evidence_folder.mkdir(mode=0o700)
    note_backup(tmp_path, now())
    with sqlite_app.app_context(), transaction():
        jobs.seen("a worker")
    return sqlite_app


def note_backup(folder: Path, at: dt.datetime, *, is_encrypted: bool = True) -> None:
    said = {"at": at.isoformat(timespec="seconds"), "file": "a backup", "is_encrypted": is_encrypted}
    (folder / "last-backup.json").write_text(json.dumps(said))


def looked(app: Flask, **settings: Any) -> tuple[int, Mapping[str, tuple[str, str]]]:
    """Run the command with other settings; return its status, and by what was looked at the level and the text."""
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], **settings)
    result = run(app, "doctor")
    lines = [LINE.match(line) for line in result.output.splitlines()]
    assert all(lines), result.output
    found = {line[2]: (line[1], line[3]) for line in lines if line}
    assert len(found) == len(lines)
    return result.exit_code, found


def level(app: Flask, what: str, **settings: Any) -> str:
    """Return the level of one line; the status of the command must say the same of all of them."""
    status, found = looked(app, **settings)
    assert status == (1 if "unsafe" in {line[0] for line in found.values()} else 0)
    return found[what][0]


def test_each_thing_has_a_line_and_all_that_can_be_is_well(settled: Flask) -> None:
    _status, found = looked(settled)
    expected = {"mode", "secret", "hosts", "proxy", "database", "migrations", "ledger", "worker", "backup", "disk"}
    assert set(found) - {"owner"} == expected | {"folders", "mail"}
    well = expected - {"database", "disk"}
    assert {what: found[what] for what in well if found[what][0] != "ok"} == {}


def test_demonstration_is_unsafe(settled: Flask) -> None:
    assert level(settled, "mode", mode="demo") == "unsafe"


@pytest.mark.parametrize(
    "secret",
    [SECRET, "x" * 40, "change me please change me please", "passwordpasswordpasswordpassword", "0123456789" * 4],
)
def test_secret_that_can_be_guessed_is_unsafe_and_is_not_shown(settled: Flask, secret: str) -> None:
    assert level(settled, "secret", secret_key=secret) == "unsafe"
    assert secret not in run(settled, "doctor").output


@pytest.mark.parametrize("drawn", [DRAWN, "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"])
def test_secret_that_was_drawn_is_well(settled: Flask, drawn: str) -> None:
    assert level(settled, "secret", secret_key=drawn) == "ok"


@pytest.mark.parametrize(
    ("hosts", "expected"),
    [
        (("register.example.org",), "ok"),
        ((".example.org",), "unsafe"),
        (("register.example.org", "*.example.org"), "unsafe"),
        (("127.0.0.1", "register.example.org"), "warning"),
        (("localhost",), "warning"),
        (("::1",), "warning"),
        ((), "warning"),
    ],
)
def test_hosts_are_named_each(settled: Flask, hosts: tuple[str, ...], expected: str) -> None:
    assert level(settled, "hosts", trusted_hosts=hosts) == expected


@pytest.mark.parametrize(("hops", "expected"), [(0, "unsafe"), (1, "ok"), (2, "warning")])
def test_proxies_are_exactly_one(settled: Flask, hops: int, expected: str) -> None:
    assert level(settled, "proxy", proxy_hops=hops) == expected


def test_tables_of_another_version_are_unsafe(settled: Flask) -> None:
    with settled.app_context(), db.engine.begin() as connection:
        version = connection.scalar(text("SELECT version_num FROM alembic_version"))
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    try:
        assert level(settled, "migrations") == "unsafe"
    finally:
        with settled.app_context(), db.engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = :version"), {"version": version})


def test_worker_that_is_silent_is_a_warning(settled: Flask) -> None:
    with settled.app_context(), db.engine.begin() as connection:
        connection.execute(text("DELETE FROM workers"))
    assert level(settled, "worker") == "warning"


@pytest.mark.parametrize(
    ("hours", "expected"),
    [(1, "ok"), (25, "ok"), (30, "warning"), (71, "warning"), (73, "unsafe"), (24 * 90, "unsafe")],
)
def test_backup_ages(settled: Flask, tmp_path: Path, hours: int, expected: str) -> None:
    note_backup(tmp_path, now() - dt.timedelta(hours=hours))
    assert level(settled, "backup") == expected


def test_backup_that_everybody_can_read_is_a_warning(settled: Flask, tmp_path: Path) -> None:
    note_backup(tmp_path, now(), is_encrypted=False)
    assert level(settled, "backup") == "warning"


def test_backup_that_was_taken_is_found(settled: Flask, tmp_path: Path) -> None:
    (tmp_path / "last-backup.json").unlink()
    (tmp_path / "backups").mkdir()
    done(settled, "backup", str(tmp_path / "backups"))
    assert "0 hours old" in looked(settled)[1]["backup"][1]


@pytest.mark.parametrize("noted", [None, "", "{}", '{"at": 5}', '{"at": "yesterday"}', "[]"])
def test_backup_of_which_nothing_is_known_is_unsafe(settled: Flask, tmp_path: Path, noted: str | None) -> None:
    (tmp_path / "last-backup.json").unlink()
    if noted is not None:
        (tmp_path / "last-backup.json").write_text(noted)
    status, found = looked(settled)
    assert status == 1
    assert found["backup"][0] == "unsafe"
    assert "not set up" in found["backup"][1]


@pytest.mark.parametrize("name", ["evidence", "queue.sqlite"])
def test_files_that_others_may_read_are_unsafe_and_named(settled: Flask, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.touch(mode=0o600) if not path.exists() else None
    assert looked(settled)[1]["folders"][0] != "unsafe"
    for mode in (0o750, 0o705, 0o720):
        path.chmod(mode)
        found = looked(settled)[1]["folders"]
        assert found[0] == "unsafe", oct(mode)
        assert str(path) in found[1]


def test_database_file_that_others_may_read_is_unsafe(tmp_path: Path) -> None:
    with application(f"sqlite:///{tmp_path / 'open.sqlite'}") as app:
        with app.app_context(), db.engine.connect():
            (tmp_path / "open.sqlite").chmod(0o644)
        assert [path.name for path in opened(app)] == ["open.sqlite"]


def opened(app: Flask) -> list[Path]:
    with app.app_context():
        found = doctor._open_to_others(app.config["SETTINGS"])
        return [path for path in found if path.suffix == ".sqlite" and "open" in path.name]


def test_mail_is_named_and_its_password_is_not(settled: Flask) -> None:
    assert level(settled, "mail") == "warning"
    settled.extensions["mail_server"] = MailServer("mx.example.org", 587, Security.STARTTLS, "a@b.org", "u", "hidden")
    _status, found = looked(settled)
    assert found["mail"] == ("ok", "mx.example.org:587, starttls")
    assert "hidden" not in run(settled, "doctor").output


def test_room_on_the_disk() -> None:
    gb = 1024**3
    assert [checks.disk(free).level for free in (0, gb // 10, gb, 3 * gb)] == ["unsafe", "unsafe", "warning", "ok"]


def test_program_that_the_service_may_change_is_a_warning() -> None:
    assert checks.folders([], can_change_program=True).level is Level.WARNING
    assert checks.folders([], can_change_program=False).level is Level.OK


# What PostgreSQL says of the role of the service.


@pytest.fixture
def roles(postgresql_url: str) -> Iterator[Mapping[str, str]]:
    """Have roles like those of a deployment, by what they are; named after this process, for the server is shared."""
    kinds = ("service", "member", "maker", "owner")
    named = {kind: f"register_{kind}_{os.getpid()}" for kind in kinds}
    with application(postgresql_url) as app, app.app_context():
        with db.engine.begin() as connection:
            for name in named.values():
                connection.execute(
                    text(f"CREATE ROLE {name} LOGIN; GRANT SELECT ON ALL TABLES IN SCHEMA public TO {name}")
                )
            connection.execute(text(f"GRANT {named['owner']} TO {named['member']}"))
            connection.execute(text(f"ALTER ROLE {named['maker']} CREATEROLE"))
            connection.execute(text(f"CREATE TABLE owned (id int); ALTER TABLE owned OWNER TO {named['owner']}"))
        yield named
        with db.engine.begin() as connection:
            connection.execute(text("DROP TABLE owned"))
            for name in named.values():
                connection.execute(text(f"DROP OWNED BY {name}; DROP ROLE {name}"))


def test_owner_of_the_tables(roles: Mapping[str, str], postgresql_url: str) -> None:
    for role, expected, why in (
        ("tests", "unsafe", "is a superuser"),
        (roles["service"], "ok", "owns no table"),
        (roles["owner"], "unsafe", "owns the tables"),
        (roles["member"], "unsafe", "owns the tables"),
        (roles["maker"], "warning", "may make roles"),
    ):
        url = make_url(postgresql_url).set(username=role).render_as_string(hide_password=False)
        with application(url) as app:
            _status, found = looked(app)
        assert found["owner"][0] == expected, role
        assert found["owner"][1].startswith(f"{role} {why}")
        assert found["database"] == ("ok", "PostgreSQL, here")
        assert found["migrations"][0] == found["ledger"][0] == "ok"


def test_trigger_that_was_disabled_is_unsafe(postgresql_url: str) -> None:
    with application(postgresql_url) as app:
        with app.app_context(), db.engine.begin() as connection:
            connection.execute(text("ALTER TABLE ledger_entries DISABLE TRIGGER ALL"))
        try:
            _status, found = looked(app)
        finally:
            with app.app_context(), db.engine.begin() as connection:
                connection.execute(text("ALTER TABLE ledger_entries ENABLE TRIGGER ALL"))
    assert found["ledger"][0] == "unsafe"
    assert "ledger_entries" in found["ledger"][1]


def test_connection_that_is_not_encrypted_is_unsafe() -> None:
    there = doctor.deployment.DatabaseRole("r", False, False, False, is_remote=True, is_encrypted=False)
    assert checks.connection(there).level is Level.UNSAFE
    assert checks.connection(replace(there, is_encrypted=True)).level is Level.OK
    assert checks.connection(None).level is Level.WARNING


def test_database_that_is_away_is_unsafe_and_the_rest_is_looked_at() -> None:
    with application("postgresql://nobody@127.0.0.1:9/none") as app:
        status, found = looked(app)
    assert status == 1
    assert found["database"] == ("unsafe", "cannot be used: unreachable OperationalError")
    assert {"secret", "backup", "disk", "mail"} < set(found)


def test_settings_that_are_refused_are_said_in_a_sentence(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "training", "doctor"],
        env={"TRAINING_MODE": "production", "SECRET_KEY": "short", "TRAINING_INSTANCE": str(tmp_path)},
        capture_output=True,
        check=False,
        text=True,
    )
    assert ended.returncode == 1
    assert ended.stderr == "Error: SECRET_KEY must be set in production, with 32 characters or more.\n"
