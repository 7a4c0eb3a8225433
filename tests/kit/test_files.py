"""File types are detected from content; files get random names, and nothing is left of refused ones."""

import hashlib
import io
import os
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import IO

import pytest
from flask import Flask
from sqlalchemy import create_engine, text

from training.config import Settings
from training.kit.db import engine_options
from training.kit.files import TooLargeError, UnknownKindError, keep, sha256_of
from training.work import queue

HEADS = {"pdf": b"%PDF-1.7\n", "jpeg": b"\xff\xd8\xff\xe0", "png": b"\x89PNG\r\n\x1a\n"}


@pytest.mark.parametrize(("kind", "head"), HEADS.items())
def test_file_type_is_detected_from_content(tmp_path: Path, kind: str, head: bytes) -> None:
    content = head + b"x" * 200_000
    kept = keep(io.BytesIO(content), tmp_path, 10**6)
    assert (kept.kind, kept.size, kept.sha256) == (kind, len(content), hashlib.sha256(content).hexdigest())
    assert (tmp_path / kept.stored_as).read_bytes() == content
    assert sha256_of(tmp_path / kept.stored_as) == kept.sha256


@pytest.mark.parametrize(
    "content",
    [b"", b"<html><script>alert(1)</script>", b" %PDF-1.7", b"%PD", b"GIF89a", b"PK\x03\x04", b"\x89PNG", b"MZ"],
)
def test_other_content_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(UnknownKindError):
        keep(io.BytesIO(content), tmp_path / "evidence", 100)
    assert not (tmp_path / "evidence").exists()


@pytest.mark.parametrize(("size", "fits"), [(100_000, True), (100_001, False), (10**6, False)])
def test_too_large_file_is_refused_and_removed(tmp_path: Path, size: int, fits: bool) -> None:
    content = HEADS["pdf"].ljust(size, b"x")
    if fits:
        keep(io.BytesIO(content), tmp_path, 100_000)
    else:
        with pytest.raises(TooLargeError):
            keep(io.BytesIO(content), tmp_path, 100_000)
    assert len(list(tmp_path.iterdir())) == fits


class Broken(io.BytesIO):
    """An upload that breaks off in the middle of a file."""

    def read(self, size: int | None = -1, /) -> bytes:
        if self.tell():
            raise ConnectionResetError
        return super().read(size)


def test_interrupted_upload_is_removed(tmp_path: Path) -> None:
    stream: IO[bytes] = Broken(HEADS["pdf"].ljust(200_000, b"x"))
    with pytest.raises(ConnectionResetError):
        keep(stream, tmp_path, 10**6)
    assert list(tmp_path.iterdir()) == []


def test_names_are_random_and_folder_is_private(tmp_path: Path) -> None:
    folder = tmp_path / "evidence"
    names = {keep(io.BytesIO(HEADS["pdf"]), folder, 100).stored_as for _ in range(50)}
    assert len(names) == 50
    assert all(len(name) >= 40 and "." not in name for name in names)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_missing_file_has_no_hash(tmp_path: Path) -> None:
    assert sha256_of(tmp_path / "gone") is None


# Who may read them.


@pytest.fixture
def open_to_all() -> Iterator[None]:
    """Let files be made as a careless machine would."""
    before = os.umask(0)
    yield
    os.umask(before)


def rights(path: Path) -> int:
    return path.stat().st_mode & 0o777


@pytest.mark.usefixtures("open_to_all")
def test_evidence_is_its_owners_alone(tmp_path: Path) -> None:
    folder = tmp_path / "above" / "evidence"
    kept = keep(io.BytesIO(HEADS["pdf"]), folder, 100)
    assert rights(folder / kept.stored_as) == 0o600
    assert rights(folder) == 0o700


@pytest.mark.usefixtures("open_to_all")
def test_folder_of_evidence_that_was_open_is_closed(tmp_path: Path) -> None:
    folder = tmp_path / "evidence"
    folder.mkdir(mode=0o777)
    keep(io.BytesIO(HEADS["pdf"]), folder, 100)
    assert rights(folder) == 0o700


@pytest.mark.usefixtures("open_to_all")
@pytest.mark.parametrize("is_there", [False, True])
def test_sqlite_database_is_its_owners_alone_wherever_it_lies(tmp_path: Path, *, is_there: bool) -> None:
    file = tmp_path / "elsewhere" / "register.sqlite"
    if is_there:
        file.parent.mkdir(mode=0o700)
        with closing(sqlite3.connect(file)) as connection:
            connection.execute("CREATE TABLE old (word)")
        assert rights(file) != 0o600
    engine = create_engine(**engine_options(f"sqlite:///{file}"))
    with engine.connect() as connection, engine.connect() as other:
        connection.execute(text("CREATE TABLE new (word)"))
        connection.commit()
        found = {path.name: oct(rights(path)) for path in file.parent.iterdir()}
        assert found == {f"register.sqlite{end}": oct(0o600) for end in ("", "-wal", "-shm")}
        other.rollback()
    engine.dispose()
    assert rights(file.parent) == 0o700


@pytest.mark.usefixtures("open_to_all")
def test_queue_is_its_owners_alone(sqlite_app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "elsewhere" / "queue.sqlite"
    settings = replace(Settings.of(sqlite_app), queue_file=file)
    queue.init_app(Flask("queue"), settings)
    assert {oct(rights(path)) for path in file.parent.iterdir()} == {oct(0o600)}
    assert rights(file.parent) == 0o700
