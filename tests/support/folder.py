"""The folder that all processes of one run share: what one of them has made in it, the others find."""

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
    """Yield a new folder, deleted after the block; processes started within the block find it by the environment."""
    folder = Path(tempfile.mkdtemp(prefix=prefix)).resolve()
    folder.chmod(0o755)  # the user who runs PostgreSQL for root must be able to enter
    os.environ[_FOLDER] = str(folder)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def run_folder() -> Path:
    """Return the folder of this run."""
    return Path(os.environ[_FOLDER])


@contextmanager
def alone(name: str) -> Iterator[Path]:
    """Yield the folder of this run; of the blocks with this name only one runs at a time, in whichever process."""
    folder = run_folder()
    with (folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder
