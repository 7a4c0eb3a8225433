"""A backup that was made while people wrote comes back whole, or is refused with the name of what is wrong."""

import dataclasses
import io
import json
import os
import resource
import shutil
import sqlite3
import stat
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask import Flask
from sqlalchemy import Engine, create_engine, func, select

from tests.support.application import application, settings_for
from tests.support.databases import empty_postgresql, postgresql_programs
from tests.support.world import World
from training.config import Settings
from training.kit import archives, files, snapshots
from training.kit.clock import now
from training.kit.db import db, engine_options, transaction
from training.models.finance.claims import Evidence, EvidenceKind
from training.models.identity.accounts import User
from training.models.identity.organisations import Jurisdiction, Organisation
from training.policy.scopes import unscoped
from training.queries.finance import ledger_check
from training.work import backups
from training.work.backups import BackupError, Made

_PDF = b"%PDF-1.7 a receipt "


def settings_of(url: str, folder: Path) -> Settings:
    """Return the settings of a deployment on a database, with its files in ``folder``."""
    programs = postgresql_programs() if url.startswith("postgresql") else None
    return dataclasses.replace(
        settings_for(url),
        evidence_folder=folder / "evidence",
        queue_file=folder / "queue.sqlite",
        postgresql_programs=programs,
    )


@contextmanager
def engine_for(url: str) -> Iterator[Engine]:
    options = engine_options(url)
    engine = create_engine(options.pop("url"), **options)
    try:
        yield engine
    finally:
        engine.dispose()


def add_evidence(settings: Settings, user_id: int, content: bytes) -> None:
    """Add a file and an organisation in one transaction, so that there are as many of one as of the other."""
    with transaction() as session:
        kept = files.keep(io.BytesIO(_PDF + content), settings.evidence_folder, 10_000_000)
        session.add(
            Evidence(
                kind=EvidenceKind.PDF,
                size=kept.size,
                sha256=kept.sha256,
                stored_as=kept.stored_as,
                uploaded_by_id=user_id,
                uploaded_at=now(),
            )
        )
        session.add(Organisation(name_en=f"Body {kept.stored_as}", jurisdiction=Jurisdiction.UK))


def uk() -> int:
    """Return the key of the coordinator's account."""
    return db.session.scalars(select(User.id).where(User.username == "uk")).one()


def number_of(model: type) -> int:
    counting = unscoped(select(func.count()).select_from(model), because="test")
    return db.session.scalar(counting) or 0


@pytest.fixture
def out(tmp_path: Path) -> Path:
    folder = tmp_path / "backups"
    folder.mkdir()
    return folder


@pytest.fixture
def settings(deployment: Settings, sqlite_app: Flask) -> Iterator[Settings]:
    """Return the settings of a small deployment, within its application."""
    with sqlite_app.app_context():
        yield deployment


@pytest.fixture
def deployment(sqlite_app: Flask, tmp_path: Path) -> Settings:
    """Return the settings of a small deployment on SQLite with two files."""
    settings = settings_of(sqlite_app.config["SETTINGS"].database_url, tmp_path / "instance")
    sqlite_app.config["SETTINGS"] = settings
    with sqlite_app.app_context():
        user = World(sqlite_app).actor("uk").user_id
        for content in (b"one", b"two"):
            add_evidence(settings, user, content)
    return settings


@pytest.fixture
def key(tmp_path: Path) -> Path:
    archives.new_key(tmp_path / "key.txt")
    return tmp_path / "key.txt"


def make(settings: Settings, out: Path, key: Path | None = None, keep: int | None = None) -> Made:
    return backups.make(settings, db.engine, out, key, keep)


def elsewhere(folder: Path) -> Settings:
    """Return the settings of an empty deployment on SQLite."""
    return settings_of(f"sqlite:///{folder / 'restored.sqlite'}", folder)


def bring_back(file: Path, target: Settings, key: Path | None = None) -> backups.Restored:
    with engine_for(target.database_url) as engine:
        return backups.restore(target, engine, file, key)


def is_untouched(target: Settings) -> bool:
    with engine_for(target.database_url) as engine:
        is_empty = snapshots.is_empty(engine)
    there = [path.name for path in target.evidence_folder.glob("*") if path.name != ".backup.lock"]
    return is_empty and there == []


# Under writes.


@contextmanager
def empty_database(kind: str, folder: Path) -> Iterator[str]:
    """Yield the address of a database without tables."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'restored.sqlite'}"
    else:
        with empty_postgresql() as url:
            yield url


def emptied(url: str) -> None:
    """Take every table away again."""
    if url.startswith("sqlite"):
        for file in Path(url.removeprefix("sqlite:///")).parent.glob("restored.sqlite*"):
            file.unlink()
    else:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("DROP SCHEMA public CASCADE")
            connection.execute("CREATE SCHEMA public")


@contextmanager
def people_write(app: Flask, settings: Settings, user_id: int) -> Iterator[None]:
    """Let two people add files for the duration of the block, and remove some of them again."""
    stop, failures = threading.Event(), []

    def write() -> None:
        try:
            with app.app_context():
                while not stop.is_set():
                    add_evidence(settings, user_id, os.urandom(2_000))
                    time.sleep(0.01)
        except BaseException as error:
            failures.append(error)

    writers = [threading.Thread(target=write) for _ in range(2)]
    for writer in writers:
        writer.start()
    try:
        yield
    finally:
        stop.set()
        for writer in writers:
            writer.join()
    assert failures == []


def test_ten_of_ten_backups_made_under_writes_come_back_and_reconcile(
    app: Flask, database_url: str, tmp_path: Path, out: Path, key: Path
) -> None:
    settings = settings_of(database_url, tmp_path / "instance")
    with app.app_context():
        user = World(app).actor("uk").user_id
        bodies = number_of(Organisation)
        made, numbers = [], []
        with people_write(app, settings, user):
            for turn in range(10):
                made.append(make(settings, out, key if turn % 2 else None))
                time.sleep(0.05)
    assert [one.missing for one in made] == [[]] * 10
    with empty_database(app.config["SETTINGS"].database_url.partition(":")[0], tmp_path) as url:
        target = settings_of(url, tmp_path / "second")
        with application(url) as restored:
            for turn, one in enumerate(made):
                with restored.app_context():
                    backups.restore(target, db.engine, one.file, key if turn % 2 else None)
                    assert number_of(Evidence) == number_of(Organisation) - bodies == one.evidence
                    assert [check.found for check in ledger_check.checks(target.evidence_folder) if check.found] == []
                    numbers.append(one.evidence)
                    db.session.rollback()
                    db.engine.dispose()
                emptied(url)
                shutil.rmtree(target.evidence_folder)
    assert numbers == sorted(numbers)
    assert numbers[0] < numbers[-1], "people wrote meanwhile"


def test_bare_copy_of_a_live_database_file_does_not_reconcile(settings: Settings, tmp_path: Path) -> None:
    """A control: what the backup is for."""
    with engine_for(settings.database_url) as other, other.connect() as reader:
        reader.exec_driver_sql("SELECT count(*) FROM users")  # somebody reads, so nothing is moved out of the log
        add_evidence(settings, uk(), b"three")
        shutil.copyfile(settings.database_url.removeprefix("sqlite:///"), tmp_path / "bare.sqlite")
    with closing(sqlite3.connect(tmp_path / "bare.sqlite")) as bare:
        try:
            [(found,)] = bare.execute("SELECT count(*) FROM evidence").fetchall()
        except sqlite3.DatabaseError:
            found = 0
    assert found < number_of(Evidence)


# What a backup is.


def test_backup_is_for_its_owner_alone_and_noted(settings: Settings, out: Path) -> None:
    made = make(settings, out)
    assert list(out.iterdir()) == [made.file]
    assert stat.S_IMODE(made.file.stat().st_mode) == 0o600
    note = backups.last_backup(settings)
    said = json.loads(note.read_text())
    assert said["file"] == str(made.file)
    assert said["bytes"] == made.file.stat().st_size
    assert stat.S_IMODE(note.stat().st_mode) == 0o600
    left = sorted(path.name for path in settings.evidence_folder.iterdir() if path.name.startswith("."))
    assert left == [".backup.lock"], "no copy of the database stays"


def test_encrypted_backup_says_nothing(settings: Settings, out: Path, key: Path) -> None:
    plain, sealed = make(settings, out).file.read_bytes(), make(settings, out, key).file.read_bytes()
    for word in (b"Home Office", b"SQLite format 3", _PDF, b"manifest.json"):
        assert word in plain
        assert word not in sealed


def test_public_key_closes_and_the_secret_one_opens(settings: Settings, out: Path, key: Path, tmp_path: Path) -> None:
    public = tmp_path / "public.txt"
    public.write_text(next(line for line in key.read_text().splitlines() if "public" in line).split()[-1])
    made = make(settings, out, public)
    target = elsewhere(tmp_path / "second")
    with pytest.raises(BackupError, match="holds no secret key: a public key only closes"):
        bring_back(made.file, target, public)
    assert bring_back(made.file, target, key).evidence == 2


def test_as_many_backups_stay_as_told(settings: Settings, out: Path) -> None:
    (out / "notes.txt").touch()
    made = [make(settings, out, keep=2).file for _ in range(3)]
    assert sorted(out.iterdir()) == sorted([out / "notes.txt", *made[1:]])
    for _ in range(2):
        made.append(make(settings, out).file)
    assert len(list(out.iterdir())) == 5, "without a number all stay"


def test_what_a_killed_backup_left_is_deleted_by_the_next(settings: Settings, out: Path) -> None:
    (out / ".training-20260101T000000000000Z.backup.unfinished").write_bytes(b"half")
    (settings.evidence_folder / ".backup").mkdir()
    (settings.evidence_folder / ".backup" / "database.sqlite").write_bytes(b"half")
    made = make(settings, out)
    assert list(out.iterdir()) == [made.file]


def test_two_backups_at_once_are_one(settings: Settings, out: Path) -> None:
    with backups._alone(settings), pytest.raises(BackupError, match="Another backup is being made"):
        make(settings, out)


def test_file_that_is_not_there_is_said(settings: Settings, out: Path) -> None:
    lost = next(path for path in settings.evidence_folder.iterdir() if not path.name.startswith("."))
    lost.unlink()
    made = make(settings, out)
    assert made.missing == [lost.name]
    assert made.evidence == 1


def test_file_that_is_removed_meanwhile_is_in_the_backup(settings: Settings, out: Path) -> None:
    with snapshots.snapshot(db.engine, None) as taken, backups._alone(settings) as staging:
        held = backups._HeldFiles(settings.evidence_folder, taken, staging)
        for path in settings.evidence_folder.iterdir():
            if path.is_file():
                path.unlink()
        with (out / "archive").open("wb") as file, archives.writing(file, []) as archive:
            held.add_to(archive)
    assert held.missing == []
    assert sorted(archive.parts) == [f"evidence/{name}" for name in held.names]
    assert len(held.names) == 2


# What cannot be written.


def test_folder_that_does_not_exist_is_named(settings: Settings, out: Path) -> None:
    with pytest.raises(BackupError, match="nowhere is no folder that exists"):
        make(settings, out / "nowhere")
    assert not backups.last_backup(settings).exists()


def test_database_without_a_register_is_not_backed_up(out: Path, tmp_path: Path) -> None:
    target = elsewhere(tmp_path / "second")
    with engine_for(target.database_url) as engine, pytest.raises(BackupError, match="holds no register yet"):
        backups.make(target, engine, out, None, None)
    assert list(out.iterdir()) == []


def test_folder_that_is_not_writable_is_named(settings: Settings) -> None:
    with pytest.raises(BackupError, match=r"/sys.* is not writable"):
        make(settings, Path("/sys"))


@pytest.mark.parametrize("is_encrypted", [False, True])
def test_of_a_backup_that_does_not_fit_nothing_is_left(
    settings: Settings, out: Path, key: Path, is_encrypted: bool
) -> None:
    earlier = make(settings, out).file
    noted = backups.last_backup(settings).read_text()
    user = uk()
    for _ in range(3):
        add_evidence(settings, user, os.urandom(2_000_000))
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (5_000_000, limits[1]))
    try:
        with pytest.raises(BackupError, match="does not take a file of this size"):
            make(settings, out, key if is_encrypted else None, keep=1)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert list(out.iterdir()) == [earlier], "the earlier one stays"
    assert backups.last_backup(settings).read_text() == noted


# What is not brought back.


def _each_cut(content: bytes) -> Iterator[bytes]:
    for part in (0, 1, 100, 600, len(content) // 3, len(content) // 2, len(content) - 700, len(content) - 1):
        yield content[:part]


def _each_change(content: bytes) -> Iterator[bytes]:
    step = max(1, len(content) // 25)
    for place in [*range(0, len(content), step), len(content) - 1, len(content) - 80, len(content) - 300]:
        yield content[:place] + bytes([content[place] ^ 0x20]) + content[place + 1 :]
    yield content + b"x"


@pytest.mark.parametrize("is_encrypted", [False, True])
@pytest.mark.parametrize("damages", [_each_cut, _each_change])
def test_damaged_backup_is_refused_before_anything_is_written(
    settings: Settings, out: Path, key: Path, tmp_path: Path, is_encrypted: bool, damages: Callable[..., Any]
) -> None:
    content = make(settings, out, key if is_encrypted else None).file.read_bytes()
    target, damaged = elsewhere(tmp_path / "second"), out / "damaged.backup"
    for one in damages(content):
        damaged.write_bytes(one)
        with pytest.raises(BackupError, match=r"damaged.backup|age"):
            bring_back(damaged, target, key)
        assert is_untouched(target)


def test_altered_file_is_named(settings: Settings, out: Path, tmp_path: Path) -> None:
    made = make(settings, out)
    content = made.file.read_bytes()
    name = next(path.name for path in settings.evidence_folder.iterdir() if path.read_bytes() == _PDF + b"one")
    made.file.write_bytes(content.replace(_PDF + b"one", _PDF + b"owe"))
    with pytest.raises(BackupError, match=f"evidence/{name} is not as it was written"):
        bring_back(made.file, elsewhere(tmp_path / "second"))


@pytest.mark.parametrize("name", ["../outside.txt", "/tmp/outside.txt", "evidence/../../outside", "evidence/a b"])
def test_archive_with_a_name_that_leads_elsewhere_is_refused(
    settings: Settings, out: Path, tmp_path: Path, name: str
) -> None:
    forged = out / "forged.backup"
    with forged.open("wb") as file, archives.writing(file, []) as archive:
        archive.add_text(name, b"x")
    with pytest.raises(BackupError, match="which no backup does"):
        bring_back(forged, elsewhere(tmp_path / "second"))


def test_wrong_key_is_said(settings: Settings, out: Path, key: Path, tmp_path: Path) -> None:
    made, other, target = make(settings, out, key), tmp_path / "other.txt", elsewhere(tmp_path / "second")
    archives.new_key(other)
    with pytest.raises(BackupError, match=r"No key in .*other.txt opens"):
        bring_back(made.file, target, other)
    with pytest.raises(BackupError, match="say which key file opens it"):
        bring_back(made.file, target)
    (tmp_path / "empty.txt").write_text("not a key\n")
    with pytest.raises(BackupError, match="no key of age"):
        make(settings, out, tmp_path / "empty.txt")
    with pytest.raises(BackupError, match="cannot be read"):
        make(settings, out, tmp_path / "nowhere.txt")


def test_database_that_is_not_empty_is_left_alone(settings: Settings, out: Path) -> None:
    made = make(settings, out)
    before = number_of(Evidence)
    with pytest.raises(BackupError, match="is not empty"):
        bring_back(made.file, settings)
    assert number_of(Evidence) == before


def test_files_with_other_content_are_left_alone(settings: Settings, out: Path, tmp_path: Path) -> None:
    made, target = make(settings, out), elsewhere(tmp_path / "second")
    name = next(path.name for path in settings.evidence_folder.iterdir() if not path.name.startswith("."))
    target.evidence_folder.mkdir(parents=True)
    (target.evidence_folder / name).write_bytes(b"another file")
    with pytest.raises(BackupError, match=f"{name} is there already, with other content"):
        bring_back(made.file, target)
    assert [path.read_bytes() for path in target.evidence_folder.iterdir() if path.name == name] == [b"another file"]


def test_backup_of_a_newer_release_is_refused(settings: Settings, out: Path, tmp_path: Path) -> None:
    with db.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    made = make(settings, out)
    with pytest.raises(BackupError, match="made by a newer release"):
        bring_back(made.file, elsewhere(tmp_path / "second"))


# The programs of PostgreSQL.


def _program(folder: Path, name: str, lines: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{lines}\n")
    (folder / name).chmod(0o755)
    return folder


def _programs_of(url: str, tmp_path: Path, folder: Path) -> Settings:
    return dataclasses.replace(settings_of(url, tmp_path / "instance"), postgresql_programs=folder)


def test_missing_and_old_programs_are_said(postgresql_url: str, tmp_path: Path, out: Path) -> None:
    (tmp_path / "bin").mkdir()
    settings = _programs_of(postgresql_url, tmp_path, tmp_path / "bin")
    with engine_for(postgresql_url) as engine:
        with pytest.raises(BackupError, match="There is no pg_dump in"):
            backups.make(settings, engine, out, None, None)
        _program(tmp_path / "bin", "pg_dump", "echo 'pg_dump (PostgreSQL) 9.6'")
        with pytest.raises(BackupError, match="must not be older than the server"):
            backups.make(settings, engine, out, None, None)
    assert list(out.iterdir()) == []


def test_password_stands_in_no_command_line(postgresql_url: str, tmp_path: Path, out: Path) -> None:
    url = postgresql_url.replace("tests@", "tests:a-secret-password@")
    seen = tmp_path / "seen.txt"
    version = "if [ \"$1\" = --version ]; then echo 'pg_dump (PostgreSQL) 99'; exit; fi"
    folder = _program(
        tmp_path / "bin", "pg_dump", f'{version}\necho "$@" > {seen}\necho "$PGPASSWORD" >> {seen}\nexit 1'
    )
    with engine_for(url) as engine, pytest.raises(BackupError, match="pg_dump failed"):
        backups.make(_programs_of(url, tmp_path, folder), engine, out, None, None)
    arguments, password = seen.read_text().splitlines()
    assert "--snapshot=" in arguments
    assert "secret" not in arguments
    assert password == "a-secret-password"
    assert list(out.iterdir()) == []


# The commands.


def test_commands_make_a_key_a_backup_and_bring_it_back(
    sqlite_app: Flask, deployment: Settings, out: Path, tmp_path: Path
) -> None:
    runner = sqlite_app.test_cli_runner()
    key = str(tmp_path / "new-key.txt")
    public = runner.invoke(args=["backup-key", key]).output
    assert public.startswith("age1")
    assert runner.invoke(args=["backup-key", key]).exit_code == 1, "a key is not overwritten"
    made = runner.invoke(args=["backup", str(out), "--key", key, "--keep", "3"])
    assert made.exit_code == 0, made.output
    [file] = out.iterdir()
    target = elsewhere(tmp_path / "second")
    with application(target.database_url) as restored:
        restored.config["SETTINGS"] = target
        back = restored.test_cli_runner().invoke(args=["restore", str(file), "--key", key])
        assert back.exit_code == 0, back.output
        assert "2 files are back" in back.output
        assert "The ledger is whole." in back.output
        again = restored.test_cli_runner().invoke(args=["restore", str(file), "--key", key])
        assert again.exit_code == 1
        assert "The database is not empty" in again.output
