"""Back up database and files while people write, and bring both back into an empty deployment (ADR 38)."""

import errno
import fcntl
import json
import os
import re
import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, NamedTuple

import psycopg
from sqlalchemy import Engine

from training.config import Settings
from training.kit import archives, snapshots
from training.kit.archives import AlteredError, ArchiveError, ArchivePart, ArchiveWriter, Unpacked
from training.kit.clock import now
from training.kit.files import make_private_folder, sha256_of
from training.kit.outages import describe, outage_of
from training.kit.snapshots import Snapshot, SnapshotError

FORMAT = 1
_COPIES = {"sqlite": "database.sqlite", "postgresql": "database.dump"}
_MANIFEST = "manifest.json"
_BACKUP = re.compile(r"training-\d{8}T\d{12}Z\.backup(\.age)?")
_SENTENCES = {
    errno.ENOSPC: "is full",
    errno.EDQUOT: "is full for this user",
    errno.EFBIG: "does not take a file of this size",
    errno.EACCES: "is not writable",
    errno.EPERM: "is not writable",
    errno.EROFS: "is not writable",
    errno.ENOENT: "does not exist",
    errno.ENOTDIR: "is no folder",
}


class BackupError(Exception):
    """A backup cannot be made or brought back; the message is a sentence for whoever runs the command."""


class Made(NamedTuple):
    """A backup: its file, the number of files of evidence in it, and the names of those that were not there."""

    file: Path
    evidence: int
    missing: list[str]


class Restored(NamedTuple):
    """What was brought back: when the backup was made, the rows in all tables, the files of evidence."""

    made_at: str
    rows: int
    evidence: int


# Making


def make(settings: Settings, engine: Engine, folder: Path, key_file: Path | None, keep: int | None) -> Made:
    """Make a backup in ``folder``, and delete all but the newest ``keep``. Raises BackupError; nothing is left then.

    It is encrypted if there is a key file, and readable by its owner alone.
    """
    with _told(folder), _alone(settings) as staging:
        keys = archives.recipients(key_file) if key_file else []
        at = now()
        file = folder / f"training-{at:%Y%m%dT%H%M%S%f}Z.backup{'.age' if keys else ''}"
        if not folder.is_dir():
            raise BackupError(f"{folder} is no folder that exists.")
        _delete_left(folder)
        copied = _copied(settings, engine, staging)
        made = _write(file, keys, copied)
        _note(settings, made, is_encrypted=bool(keys))
        if keep:
            _delete_older(folder, keep)
        return made


def last_backup(settings: Settings) -> Path:
    """Return the file that says when the last good backup was made."""
    return settings.queue_file.parent / "last-backup.json"


class _Copied(NamedTuple):
    """A database as it was at one moment: its copy, what the manifest says of it, and the files that it names."""

    copy: Path
    said: Mapping[str, Any]
    held: "_HeldFiles"


def _copied(settings: Settings, engine: Engine, staging: Path) -> _Copied:
    """Copy the database into ``staging`` and hold its files; people may write, and remove files, meanwhile."""
    kind = engine.dialect.name
    copy = staging / _COPIES[kind]
    with snapshots.snapshot(engine, settings.postgresql_programs) as taken:
        if "evidence" not in taken.tables():
            raise BackupError("The database holds no register yet.")
        held = _HeldFiles(settings.evidence_folder, taken, staging)
        taken.copy_to(copy)
        said = {
            "format": FORMAT,
            "made_at": now().isoformat(timespec="seconds"),
            "database": kind,
            "revision": [revision for (revision,) in taken.rows("SELECT version_num FROM alembic_version")],
            "rows": taken.counts(),
        }
    return _Copied(copy, said, held)


def _write(file: Path, keys: list[Any], copied: _Copied) -> Made:
    held = copied.held
    with _unfinished(file) as out, archives.writing(out, keys) as archive:
        with copied.copy.open("rb") as whole:
            archive.add(copied.copy.name, whole)
        held.add_to(archive)
        parts = {name: part._asdict() for name, part in archive.parts.items()}
        manifest = {**copied.said, "missing": held.missing, "parts": parts}
        archive.add_text(_MANIFEST, json.dumps(manifest, indent=1).encode())
    return Made(file, len(held.names) - len(held.missing), held.missing)


class _HeldFiles:
    """The files of evidence that the rows of a snapshot name, held so that none goes while they are read.

    A second name in a folder of their own keeps them, where the file system can do that.
    """

    def __init__(self, folder: Path, taken: Snapshot, staging: Path) -> None:
        self._folder, self._holding = folder, staging / "held"
        self.names = _names(taken)
        self.missing: list[str] = []
        make_private_folder(self._holding)
        for name in self.names:
            with suppress(OSError):
                os.link(folder / name, self._holding / name)

    def add_to(self, archive: ArchiveWriter) -> None:
        """Add every file to an archive; note which are not there."""
        for name in self.names:
            opened = self._opened(name)
            if opened is None:
                self.missing.append(name)
                continue
            with opened:
                archive.add(f"evidence/{name}", opened)

    def _opened(self, name: str) -> IO[bytes] | None:
        for folder in (self._holding, self._folder):
            with suppress(FileNotFoundError):
                return (folder / name).open("rb")
        return None


def _names(taken: Snapshot) -> list[str]:
    """Return the names of all files that a table of the snapshot names."""
    found: set[str] = set()
    for named in ("SELECT stored_as FROM evidence", "SELECT stored_as FROM rights_attachments"):
        found.update(name for (name,) in taken.rows(named))
    return sorted(found)


@contextmanager
def _unfinished(file: Path) -> Iterator[IO[bytes]]:
    """Yield a file that gets its name when it is whole and on the disk; else nothing of it is left."""
    part = file.with_name(f".{file.name}.unfinished")
    with open(part, "xb", opener=_private) as out:
        try:
            fcntl.flock(out, fcntl.LOCK_EX)
            yield out
            out.flush()
            os.fsync(out.fileno())
            part.rename(file)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
    _sync_folder(file.parent)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _delete_older(folder: Path, keep: int) -> None:
    """Delete all backups but the newest ``keep``."""
    for old in sorted(path for path in folder.iterdir() if _BACKUP.fullmatch(path.name))[:-keep]:
        old.unlink(missing_ok=True)


def _delete_left(folder: Path) -> None:
    """Delete what backups that were killed left unfinished: nobody holds the lock of such a file."""
    for left in folder.glob(".training-*.unfinished"):
        with suppress(OSError), left.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            left.unlink()


def _note(settings: Settings, made: Made, *, is_encrypted: bool) -> None:
    """Write when the last good backup was made, for whoever watches over it."""
    said = {
        "at": now().isoformat(timespec="seconds"),
        "file": str(made.file.absolute()),
        "bytes": made.file.stat().st_size,
        "is_encrypted": is_encrypted,
    }
    note = last_backup(settings)
    part = note.with_name(f".{note.name}")
    with open(part, "w", encoding="utf-8", opener=_private) as file:
        json.dump(said, file)
    part.replace(note)


# Bringing back


def restore(settings: Settings, engine: Engine, file: Path, key_file: Path | None) -> Restored:
    """Bring a backup back into an empty database, and its files into the evidence folder. Raises BackupError.

    Everything is read and compared with the manifest before anything is written.
    """
    with _told(settings.evidence_folder), _alone(settings) as staging:
        if not snapshots.is_empty(engine):
            raise BackupError("The database is not empty: a backup is brought back into an empty one alone.")
        try:
            unpacked = archives.unpack(file, key_file, staging)
        except AlteredError as altered:
            raise BackupError(_wrong(altered.found, file) or str(altered)) from altered
        if wrong := _wrong(unpacked, file):
            raise BackupError(wrong)
        manifest = json.loads(unpacked.texts[_MANIFEST])
        copy = staging / _COPIES[_checked_kind(manifest, engine)]
        _check_rows(copy, manifest)
        with _placed(staging / "evidence", settings.evidence_folder):
            snapshots.restore(engine, copy, settings.postgresql_programs)
            if counted(engine, settings) != manifest["rows"]:
                raise BackupError("The database now has other rows than the manifest counts: drop it.")
        rows: Mapping[str, int] = manifest["rows"]
        return Restored(manifest["made_at"], sum(rows.values()), len(_evidence(unpacked)))


def counted(engine: Engine, settings: Settings) -> Mapping[str, int]:
    """Return the number of rows of each table of a database."""
    with snapshots.snapshot(engine, settings.postgresql_programs) as taken:
        return taken.counts()


def _wrong(unpacked: Unpacked, file: Path) -> str | None:
    """Return a sentence about the first thing that is not as the manifest says; None if all is."""
    try:
        manifest = json.loads(unpacked.texts[_MANIFEST])
        expected = {name: ArchivePart(**part) for name, part in manifest["parts"].items()}
    except KeyError:
        return f"{file.name} was cut off or altered: {_MANIFEST} is missing."
    except (ValueError, TypeError, AttributeError):
        return f"{file.name} was altered: {_MANIFEST} cannot be read."
    found = {name: part for name, part in unpacked.parts.items() if name != _MANIFEST}
    for name in sorted(expected | found):
        if name not in found:
            return f"{file.name} was altered: {name} is missing."
        if found[name] != expected.get(name):
            return f"{file.name} was altered: {name} is not as it was written."
    return None


def _checked_kind(manifest: Mapping[str, Any], engine: Engine) -> str:
    """Return the kind of database of a backup. Raises BackupError unless it can be brought back into ``engine``."""
    if manifest.get("format") != FORMAT:
        raise BackupError("The backup has a format that this release does not know.")
    kind = str(manifest["database"])
    if kind != engine.dialect.name:
        raise BackupError(f"The backup is of {kind}, DATABASE_URL names {engine.dialect.name}: use the same kind.")
    # Imported here, as every serving process would otherwise load Alembic (8 MB).
    from training.kit.migrate import knows

    if not all(map(knows, manifest["revision"])):
        raise BackupError("The backup was made by a newer release: install that one first.")
    return kind


def _check_rows(copy: Path, manifest: Mapping[str, Any]) -> None:
    """Compare the rows of a copied SQLite database with the manifest; those of PostgreSQL are counted afterwards."""
    if copy.suffix == ".sqlite":
        with snapshots.copied(copy) as found:
            if found.counts() != manifest["rows"]:
                raise BackupError(f"{copy.name} has other rows than {_MANIFEST} says.")


def _evidence(unpacked: Unpacked) -> list[str]:
    return [name for name in unpacked.parts if name.startswith("evidence/")]


@contextmanager
def _placed(source: Path, target: Path) -> Iterator[None]:
    """Lay files into a folder for the block, and take them away again if it fails; raise for one that differs."""
    files = sorted(source.iterdir()) if source.is_dir() else []
    for file in files:
        there = sha256_of(target / file.name)
        if there is not None and there != sha256_of(file):
            raise BackupError(f"{target / file.name} is there already, with other content.")
    make_private_folder(target)
    placed: list[Path] = []
    try:
        for file in files:
            if not (target / file.name).exists():
                shutil.move(file, target / file.name)
                placed.append(target / file.name)
        yield
    except BaseException:
        for path in placed:
            path.unlink(missing_ok=True)
        raise


# Both


@contextmanager
def _alone(settings: Settings) -> Iterator[Path]:
    """Yield an empty private folder within that of the evidence, deleted afterwards; one command at a time has it."""
    home = settings.evidence_folder
    make_private_folder(home)
    staging = home / ".backup"
    with open(home / ".backup.lock", "wb", opener=_private) as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BackupError("Another backup is being made or brought back: wait until it is done.") from error
        shutil.rmtree(staging, ignore_errors=True)
        make_private_folder(staging)
        try:
            yield staging
        finally:
            shutil.rmtree(staging, ignore_errors=True)


@contextmanager
def _told(folder: Path) -> Iterator[None]:
    """Say in one sentence why something in the block could not be done."""
    try:
        yield
    except (ArchiveError, SnapshotError) as error:
        raise BackupError(str(error)) from error
    except (sqlite3.Error, psycopg.Error) as error:
        if outage_of(error) is None:
            raise
        raise BackupError(f"The database cannot be copied: {describe(error)}.") from error
    except OSError as error:
        where = error.filename or folder
        raise BackupError(
            f"{where} {_SENTENCES.get(error.errno or 0, f'cannot be used ({error.strerror})')}."
        ) from error


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
