"""The folder shared by all processes of a test run."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_FOLDER = "TESTS_FOLDER"
_MEMORY = Path("/dev/shm")
_ROOM = 2 * 1024**3
"""Free bytes from which databases are kept in memory: a disk has to keep each commit, which takes ten times as long."""


@contextmanager
def shared_folder(prefix: str) -> Iterator[Path]:
    """Yield a new folder, deleted after the block; processes started within the block find it in the environment."""
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir=_place())).resolve()
    folder.chmod(0o755)  # accessible to the user that runs PostgreSQL instead of root
    os.environ[_FOLDER] = str(folder)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def memory_folder(prefix: str) -> Iterator[Path]:
    """Yield a new folder of this process, deleted after the block; in memory where there is room."""
    with tempfile.TemporaryDirectory(prefix=prefix, dir=_place()) as folder:
        yield Path(folder).resolve()


def _place() -> Path | None:
    """Return where databases are kept in memory; None if the system has no such place, or little room in it."""
    has_room = _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > _ROOM
    return _MEMORY if has_room else None


def run_folder() -> Path:
    """Return the shared folder of this run."""
    return Path(os.environ[_FOLDER])


@contextmanager
def alone(name: str) -> Iterator[Path]:
    """Yield the folder of this run, holding a lock ``name`` across processes."""
    folder = run_folder()
    with (folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder
