"""The folder shared by all processes of a test run."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_FOLDER = "TESTS_FOLDER"


@contextmanager
def shared_folder(prefix: str) -> Iterator[Path]:
    """Yield a new folder, deleted after the block; processes started within the block find it in the environment."""
    folder = Path(tempfile.mkdtemp(prefix=prefix)).resolve()
    folder.chmod(0o755)  # accessible to the user that runs PostgreSQL instead of root
    os.environ[_FOLDER] = str(folder)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


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
