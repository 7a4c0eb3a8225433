"""Fresh, migrated databases: copies of a template per kind, migrated when a run first needs it."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy import create_engine

from tests.support import postgres
from tests.support.folder import alone
from training.kit.db import engine_options
from training.kit.ids import new_public_id
from training.kit.migrate import upgrade

_SCHEMA = """
    SELECT count(*), sum(hashtext(concat(object, xmin))) FROM (
        SELECT concat('column', attrelid, attname) AS object, xmin FROM pg_attribute UNION ALL
        SELECT concat('constraint', oid), xmin FROM pg_constraint UNION ALL
        SELECT concat('function', oid), xmin FROM pg_proc UNION ALL
        SELECT concat('index', indexrelid), xmin FROM pg_index UNION ALL
        SELECT concat('trigger', oid), xmin FROM pg_trigger
    ) AS objects
"""
_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
_RESTART = (
    "SELECT setval(format('%I', sequencename)::regclass, 1, false) FROM pg_sequences WHERE last_value IS NOT NULL"
)
_REACHED = "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL"
_OTHERS = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"


_OWNED: dict[tuple[int, str], tuple[str, object]] = {}
"""The databases of this process by purpose."""


@cache
def sqlite_template() -> Path:
    """Return the file of a migrated SQLite database."""
    with alone("sqlite") as folder:
        template = folder / "migrated.sqlite"
        if not template.exists():
            unfinished = template.with_suffix(".unfinished")
            migrate(f"sqlite:///{unfinished}")
            unfinished.rename(template)
    return template


@cache
def _server() -> int:
    """Return the port of a PostgreSQL server with a migrated template database. Raises PostgresError."""
    with alone("postgresql") as folder:
        port = postgres.started(folder)
        is_migrated = folder / "postgresql.migrated"
        if not is_migrated.exists():
            _execute("CREATE DATABASE migrated", port)
            migrate(postgres.address(port, "migrated"))
            is_migrated.touch()
    return port


def migrate(url: str) -> None:
    """Upgrade the database at ``url`` to the newest revision."""
    options = engine_options(url)
    engine = create_engine(options.pop("url"), **options)
    try:
        upgrade(engine)
    finally:
        engine.dispose()


@contextmanager
def fresh_sqlite(folder: Path, purpose: str = "test") -> Iterator[str]:
    """Yield the URL of a new SQLite database in ``folder`` for ``purpose``, deleted after the block."""
    file = folder / f"{purpose}.sqlite"
    shutil.copyfile(sqlite_template(), file)
    try:
        yield f"sqlite:///{file}"
    finally:
        for left in folder.glob(f"{file.name}*"):
            left.unlink()


@contextmanager
def fresh_postgresql(template: str = "migrated") -> Iterator[str]:
    """Yield the URL of a new PostgreSQL database, dropped after the block even with open connections."""
    name = f"test_{new_public_id()}"
    _create(name, template)
    try:
        yield _address(name)
    finally:
        _drop(name)


@contextmanager
def empty_postgresql() -> Iterator[str]:
    """Yield the URL of a new PostgreSQL database without tables, dropped after the block."""
    with fresh_postgresql("template0") as url:
        yield url


def postgresql_programs() -> Path:
    """Return the folder of the programs that belong to the PostgreSQL server of the tests."""
    _server()
    with alone("postgresql") as folder:
        return postgres.programs_of(folder)


def emptied_postgresql(purpose: str = "test") -> str:
    """Return the URL of this process's PostgreSQL database for ``purpose``, emptied and without connections.

    Emptying takes a hundredth of the time of creating. A database whose schema a test changed is created again.
    """
    name, schema = _own_database(purpose)
    with psycopg.connect(_address(name), autocommit=True) as connection:
        connection.execute(_OTHERS, [name])
        is_unchanged = _schema_of(connection) == schema
        if is_unchanged:
            empty(connection)
    if not is_unchanged:
        _drop(name)
        del _OWNED[os.getpid(), purpose]
        _own_database(purpose)
    return _address(name)


def _own_database(purpose: str) -> tuple[str, object]:
    """Return the name of this process's database for a purpose, and the fingerprint of its schema."""
    key = os.getpid(), purpose
    if key not in _OWNED:
        name = f"{purpose}_{key[0]}"
        _create(name)
        with psycopg.connect(_address(name)) as connection:
            _OWNED[key] = name, _schema_of(connection)
    return _OWNED[key]


def _schema_of(connection: psycopg.Connection) -> object:
    return connection.execute(_SCHEMA).fetchone()


def empty(connection: psycopg.Connection) -> None:
    """Delete every row and restart every sequence, bypassing the triggers that protect rows."""
    tables = [table for (table,) in connection.execute(_TABLES)]
    deletions = sql.SQL("; ").join(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)) for table in tables)
    with connection.transaction():
        connection.execute("SET LOCAL session_replication_role = replica")
        connection.execute(deletions)
        connection.execute(_RESTART)


@dataclass(frozen=True)
class Rows:
    """The rows of a PostgreSQL database by table, and the values of its sequences."""

    of_table: dict[str, bytes]
    sequences: list[tuple[str, int]]


def copied_rows(connection: psycopg.Connection) -> Rows:
    """Return a copy of every row and sequence."""
    found = {}
    for (table,) in connection.execute(_TABLES).fetchall():
        with connection.cursor().copy(sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(table))) as copy:
            found[table] = b"".join(bytes(part) for part in copy)
    return Rows({table: rows for table, rows in found.items() if rows}, connection.execute(_REACHED).fetchall())


def put_rows_back(connection: psycopg.Connection, rows: Rows) -> None:
    """Write rows into an empty database, bypassing triggers."""
    with connection.transaction():
        connection.execute("SET LOCAL session_replication_role = replica")
        for table, lines in rows.of_table.items():
            with connection.cursor().copy(sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(table))) as copy:
                copy.write(lines)
        connection.execute(
            sql.SQL("; ").join(
                sql.SQL("SELECT setval(format('%I', {}::text)::regclass, {})").format(
                    sql.Literal(name), sql.Literal(value)
                )
                for name, value in rows.sequences
            )
        )


def _address(name: str) -> str:
    return postgres.address(_server(), name)


def _create(name: str, template: str = "migrated") -> None:
    _execute(f"CREATE DATABASE {name} TEMPLATE {template}", _server())


def _drop(name: str) -> None:
    _execute(f"DROP DATABASE {name} WITH (FORCE)", _server())


def _execute(statement: str, port: int) -> None:
    """Run one statement outside a transaction."""
    with psycopg.connect(postgres.address(port, "postgres"), autocommit=True) as connection:
        connection.execute(statement.encode())
