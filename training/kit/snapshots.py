"""Copy a whole database as it is at one moment, while others write; and put a copy into an empty one."""

import os
import re
import shutil
import sqlite3
import subprocess
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo
from sqlalchemy import Engine

from training.kit.db import file_of

_WAIT_SECONDS = 60
_VERSION = re.compile(r"\(PostgreSQL\) (\d+)")


class SnapshotError(Exception):
    """A database cannot be copied; the message is a sentence for whoever runs the command."""


class Snapshot(ABC):
    """A database at one moment."""

    @abstractmethod
    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """Return the rows of a SELECT, as they were at that moment."""

    @abstractmethod
    def tables(self) -> list[str]:
        """Return the names of all tables."""

    @abstractmethod
    def copy_to(self, file: Path) -> None:
        """Write the whole database into a new file. Raises SnapshotError."""

    def counts(self) -> Mapping[str, int]:
        """Return the number of rows of each table."""
        return {table: int(self.rows(f'SELECT count(*) FROM "{table}"')[0][0]) for table in self.tables()}


@contextmanager
def snapshot(engine: Engine, programs: Path | None) -> Iterator[Snapshot]:
    """Yield the database of ``engine`` as it is now; ``programs`` is the folder of pg_dump. Raises SnapshotError."""
    if engine.dialect.name == "sqlite":
        with closing(_opened(engine)) as connection:
            connection.execute("BEGIN")
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()  # the moment
            yield _SqliteSnapshot(connection)
        return
    parameters = _parameters(engine)
    with psycopg.connect(**parameters) as server:
        dump = _program("pg_dump", programs, server.info.server_version // 10_000)
        server.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        server.read_only = True
        found = server.execute("SELECT pg_export_snapshot()").fetchone()
        yield _PostgresqlSnapshot(server, str(found[0] if found else ""), dump, parameters)


def is_empty(engine: Engine) -> bool:
    """Return whether the database has no table at all."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            return not connection.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar_one()
        statement = "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        return not connection.exec_driver_sql(statement).scalar_one()


def restore(engine: Engine, file: Path, programs: Path | None) -> None:
    """Put a copy into the empty database of ``engine``, whole or not at all. Raises SnapshotError."""
    engine.dispose()
    if engine.dialect.name == "sqlite":
        with closing(_opened(engine)) as target, closing(sqlite3.connect(file)) as source:
            source.backup(target)
        return
    parameters = _parameters(engine)
    with psycopg.connect(**parameters) as server:
        major = server.info.server_version // 10_000
    _run(
        _program("pg_restore", programs, major),
        ["--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges", str(file)],
        parameters,
    )


@contextmanager
def copied(file: Path) -> Iterator[Snapshot]:
    """Yield the copy of a SQLite database in a file."""
    with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
        yield _SqliteSnapshot(connection)


class _SqliteSnapshot(Snapshot):
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        return self._connection.execute(statement).fetchall()

    def tables(self) -> list[str]:
        named = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name"
        return [name for (name,) in self.rows(named)]

    def copy_to(self, file: Path) -> None:
        os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        with closing(sqlite3.connect(file, isolation_level=None)) as target:
            # In one step: a copy in several begins anew whenever somebody else writes.
            self._connection.backup(target)
            target.execute("PRAGMA journal_mode=DELETE")
            if target.execute("PRAGMA quick_check").fetchall() != [("ok",)]:
                raise SnapshotError("The copy of the database is damaged: is the database?")


class _PostgresqlSnapshot(Snapshot):
    def __init__(self, server: "psycopg.Connection[Any]", name: str, dump: str, parameters: Mapping[str, Any]) -> None:
        self._server, self._name, self._dump, self._parameters = server, name, dump, parameters

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        return self._server.execute(sql.SQL(statement)).fetchall()

    def tables(self) -> list[str]:
        named = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
        return [name for (name,) in self.rows(named)]

    def copy_to(self, file: Path) -> None:
        os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        options = ["--format=custom", "--no-owner", "--no-privileges", f"--snapshot={self._name}", f"--file={file}"]
        _run(self._dump, options, self._parameters)


def _opened(engine: Engine) -> sqlite3.Connection:
    file = file_of(engine.url.database)
    if file is None:
        raise SnapshotError("A database in memory has no file that could be copied.")
    return sqlite3.connect(file, timeout=_WAIT_SECONDS, isolation_level=None)


def _parameters(engine: Engine) -> dict[str, Any]:
    """Return how to connect to the server, as libpq calls it."""
    _none, parameters = engine.dialect.create_connect_args(engine.url)
    return {name: value for name, value in parameters.items() if name != "context"}


def _program(name: str, folder: Path | None, server: int) -> str:
    """Return the path of a program of PostgreSQL that is not older than the server. Raises SnapshotError."""
    found = shutil.which(name, path=str(folder) if folder else None)
    if found is None:
        where = f"in {folder}" if folder else "on the PATH"
        raise SnapshotError(
            f"There is no {name} {where}: install postgresql-client, or say in PG_PROGRAMS where it is."
        )
    said = subprocess.run([found, "--version"], capture_output=True, text=True, check=False).stdout
    version = _VERSION.search(said)
    if version is None or int(version[1]) < server:
        own = version[1] if version else "unknown"
        raise SnapshotError(
            f"{found} has version {own}, the server {server}: {name} must not be older than the server."
        )
    return found


def _run(program: str, options: list[str], parameters: Mapping[str, Any]) -> None:
    """Run a program of PostgreSQL; the password stands in no command line. Raises SnapshotError."""
    password = parameters.get("password")
    target = make_conninfo(**{name: value for name, value in parameters.items() if name != "password"})
    environment = {**os.environ, **({"PGPASSWORD": str(password)} if password else {})}
    command = [program, "--no-password", f"--dbname={target}", *options]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        # The first line alone: those below may quote what stands in a row.
        said = done.stderr.strip().partition("\n")[0]
        raise SnapshotError(f"{Path(program).name} failed: {said or done.returncode}")
