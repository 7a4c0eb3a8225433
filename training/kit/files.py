"""Uploaded files: identified by their first bytes, stored under random names."""

import fcntl
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import IO

from training.kit.ids import new_token

_MAGIC = {b"%PDF-": "pdf", b"\xff\xd8\xff": "jpeg", b"\x89PNG\r\n\x1a\n": "png"}
_CHUNK = 64 * 1024


class UnknownKindError(Exception):
    """The first bytes match no accepted file type."""


class TooLargeError(Exception):
    """The file is larger than accepted."""


@dataclass(frozen=True)
class Kept:
    """A stored file: kind, size in bytes, SHA-256 in hexadecimal, and the name it is stored under."""

    kind: str
    size: int
    sha256: str
    stored_as: str


def keep(stream: IO[bytes], folder: Path, largest: int) -> Kept:
    """Store the content of ``stream`` in ``folder`` under a random name.

    Raises UnknownKindError unless its first bytes are those of a PDF, JPEG or PNG, and TooLargeError if it has more
    than ``largest`` bytes; nothing is stored then.
    """
    head = stream.read(_CHUNK)
    kind = next((kind for magic, kind in _MAGIC.items() if head.startswith(magic)), None)
    if kind is None:
        raise UnknownKindError
    make_private_folder(folder)
    path = folder / new_token()
    digest, size = hashlib.sha256(), 0
    try:
        with open(path, "xb", opener=_private) as file:
            while head:
                size += len(head)
                if size > largest:
                    raise TooLargeError
                digest.update(head)
                file.write(head)
                head = stream.read(_CHUNK)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return Kept(kind, size, digest.hexdigest(), path.name)


def make_private_folder(folder: Path) -> None:
    """Make a folder of the product's own accessible to its owner alone; create it, with those above it, if missing."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _close_to_others(folder, 0o700)


def make_private(database: Path) -> None:
    """Make the file of a SQLite database, and those that SQLite lays beside it, readable by their owner alone.

    It is created if missing, with its folder, before SQLite would create it as the umask says; a folder that is there
    keeps its mode, for it may be anybody's.
    """
    if not database.exists():
        database.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(database, os.O_WRONLY | os.O_CREAT, 0o600))
    for suffix in ("", "-wal", "-shm"):
        _close_to_others(database.with_name(database.name + suffix), 0o600)


@contextmanager
def locked(path: Path, on_wait: Callable[[], None]) -> Iterator[None]:
    """Hold the lock that the file ``path`` stands for; call ``on_wait`` before waiting for who holds it."""
    with open(path, "wb", opener=_private) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            on_wait()
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def free_bytes(folder: Path) -> int:
    """Return how much can be written below a folder, which need not be there yet; 0 where nothing may be written."""
    there = next(each for each in (folder, *folder.absolute().parents) if each.exists())
    return shutil.disk_usage(there).free if os.access(there, os.W_OK) else 0


def _close_to_others(path: Path, mode: int) -> None:
    """Take the rights of others away. What is gone meanwhile, or belongs to somebody else, is left."""
    with suppress(FileNotFoundError, PermissionError):
        if path.stat().st_mode & 0o077:
            path.chmod(mode)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def sha256_of(path: Path) -> str | None:
    """Return the SHA-256 of a file's current bytes, or None if it is missing."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return None


def sha256_now(path: Path) -> str | None:
    """Like ``sha256_of``, but re-read the file only if its size, times or inode changed; for lists of many files.

    The stamp is the file's number, size and times; the time of its last change cannot be set back.
    """
    try:
        stamp = path.stat()
    except FileNotFoundError:
        return None
    return _sha256_once(path, (stamp.st_ino, stamp.st_size, stamp.st_mtime_ns, stamp.st_ctime_ns))


@lru_cache(maxsize=10_000)
def _sha256_once(path: Path, _stamp: tuple[int, ...]) -> str | None:
    return sha256_of(path)
