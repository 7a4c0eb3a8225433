"""Fresh, migrated databases: copies of one that was migrated at the start of the run."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy import create_engine

from tests.support import postgres
from training.kit.db import engine_options
from training.kit.ids import new_public_id
from training.kit.migrate import upgrade

_PORT, _TEMPLATE = "TESTS_POSTGRESQL_PORT", "TESTS_SQLITE_TEMPLATE"

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
_OTHERS = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"


@contextmanager
def templates(folder: Path) -> Iterator[None]:
    """Start the PostgreSQL server and migrate one database of each kind, for as long as the block.

    Processes started within the block find them by the environment. Raises PostgresError.
    """
    with postgres.running(folder) as port:
        postgres.execute(port, "CREATE DATABASE migrated")
        migrate(postgres.address(port, "migrated"))
        template = folder / "migrated.sqlite"
        migrate(f"sqlite:///{template}")
        os.environ |= {_PORT: str(port), _TEMPLATE: str(template)}
        yield


def migrate(url: str) -> None:
    """Bring the database at ``url`` to the newest revision."""
    options = engine_options(url)
    engine = create_engine(options.pop("url"), **options)
    try:
        upgrade(engine)
    finally:
        engine.dispose()


@contextmanager
def fresh_sqlite(folder: Path) -> Iterator[str]:
    """Yield the address of a new SQLite database in ``folder``, deleted after the block."""
    file = folder / "training.sqlite"
    shutil.copyfile(os.environ[_TEMPLATE], file)
    try:
        yield f"sqlite:///{file}"
    finally:
        for left in folder.glob(f"{file.name}*"):
            left.unlink()


@contextmanager
def fresh_postgresql() -> Iterator[str]:
    """Yield the address of a new PostgreSQL database, dropped after the block even where somebody is connected."""
    port, name = int(os.environ[_PORT]), f"test_{new_public_id()}"
    _create(port, name)
    try:
        yield postgres.address(port, name)
    finally:
        _drop(port, name)


def emptied_postgresql() -> str:
    """Return the address of the PostgreSQL database of this process, with nothing in it and nobody connected.

    Emptying takes a hundredth of the time of a new one. One whose schema a test changed is made again.
    """
    port = int(os.environ[_PORT])
    name, schema = _own_database(os.getpid())
    with psycopg.connect(postgres.address(port, name), autocommit=True) as connection:
        connection.execute(_OTHERS, [name])
        is_unchanged = _schema_of(connection) == schema
        if is_unchanged:
            _empty(connection)
    if not is_unchanged:
        _drop(port, name)
        _own_database.cache_clear()
        _own_database(os.getpid())
    return postgres.address(port, name)


@cache
def _own_database(process: int) -> tuple[str, object]:
    """Create the database of a process; return its name and what tells its schema from any other."""
    port, name = int(os.environ[_PORT]), f"test_{process}"
    _create(port, name)
    with psycopg.connect(postgres.address(port, name)) as connection:
        return name, _schema_of(connection)


def _schema_of(connection: psycopg.Connection) -> object:
    return connection.execute(_SCHEMA).fetchone()


def _empty(connection: psycopg.Connection) -> None:
    """Delete every row and start every sequence again, past the triggers that keep rows."""
    tables = [table for (table,) in connection.execute(_TABLES)]
    deletions = sql.SQL("; ").join(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)) for table in tables)
    with connection.transaction():
        connection.execute("SET LOCAL session_replication_role = replica")
        connection.execute(deletions)
        connection.execute(_RESTART)


def _create(port: int, name: str) -> None:
    postgres.execute(port, f"CREATE DATABASE {name} TEMPLATE migrated")


def _drop(port: int, name: str) -> None:
    postgres.execute(port, f"DROP DATABASE {name} WITH (FORCE)")
