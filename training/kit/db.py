"""The database: engine set-up for SQLite and PostgreSQL, and transactions."""

import datetime as dt
import enum
import inspect
import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias, cast

import psycopg
from flask import Flask
from flask_sqlalchemy_lite import SQLAlchemy
from psycopg import sql
from sqlalchemy import (
    ARRAY,
    Connection,
    CursorResult,
    DateTime,
    Delete,
    Dialect,
    FromClause,
    Insert,
    Select,
    String,
    Table,
    Update,
    bindparam,
    event,
    func,
    insert,
    select,
    true,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeDecorator

from training.kit import files

db = SQLAlchemy()

AnySelect: TypeAlias = Select[*tuple[Any, ...]]
"""A SELECT of any columns."""

_PRAGMAS = (
    "PRAGMA busy_timeout=15000",
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
)
_PREPARING = 0x7472_6169_6E
"""The number of a lock of ours on a PostgreSQL server."""
_CONNECT_SECONDS = 5
"""How long a request waits for a PostgreSQL server that says nothing."""

_STATEMENTS = 160
"""How many compiled statements a process keeps before it forgets the least used; half as many again at most.

Each holds 0.15 MB. All pages of all roles have more than 550; one that was forgotten takes a few milliseconds.
"""

_WAIT, _SHORT_WAIT = 15_000, 1_000
"""For how many milliseconds SQLite waits for another writer."""


def engine_options(url: str) -> dict[str, Any]:
    """Return the engine configuration for a database URL.

    ``postgresql://`` means psycopg 3, the driver that is installed. An error names the statement, never its values.
    """
    shared = {"hide_parameters": True, "query_cache_size": _STATEMENTS}
    if url.startswith("sqlite"):
        return {"url": url, **shared, "connect_args": {"isolation_level": None}}
    plain = url.removeprefix("postgres://").removeprefix("postgresql://")
    if plain != url:
        url = f"postgresql+psycopg://{plain}"
    return {
        "url": url,
        **shared,
        "pool_pre_ping": True,
        "pool_size": 5,
        "max_overflow": 10,
        "connect_args": {} if "connect_timeout" in url else {"connect_timeout": _CONNECT_SECONDS},
    }


def init_app(app: Flask) -> None:
    """Bind the database to the application.

    The extension also closes asynchronous sessions after each request, which starts an event loop each time;
    there are none here, so that step is taken out.
    """
    db.init_app(app)
    app.teardown_appcontext_funcs = [
        step for step in app.teardown_appcontext_funcs if not inspect.iscoroutinefunction(step)
    ]


@event.listens_for(Engine, "do_connect")
def _keep_private(dialect: Dialect, _record: object, arguments: Sequence[Any], _options: object) -> None:
    """Make the file of a SQLite database readable by its owner alone, wherever it lies."""
    if dialect.name == "sqlite" and (path := file_of(arguments[0])):
        files.make_private(path)


def file_of(name: str | None) -> Path | None:
    """Return the file of a SQLite database; None for one in memory, or named by an address of SQLite's own."""
    return Path(name) if name and name != ":memory:" and not name.startswith("file:") else None


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection: object, _record: object) -> None:
    if isinstance(connection, sqlite3.Connection):
        for pragma in _PRAGMAS:
            connection.execute(pragma)


@event.listens_for(Engine, "begin")
def _begin_sqlite(connection: Connection) -> None:
    """Emit BEGIN ourselves: the driver's own would start too late and only for writes."""
    if connection.dialect.name == "sqlite":
        options = connection.get_execution_options()
        driver = cast("sqlite3.Connection", connection.connection.driver_connection)
        is_brief = options.get("is_brief", False)
        driver.execute(f"PRAGMA busy_timeout={_SHORT_WAIT if is_brief else _WAIT}")
        driver.execute(f"PRAGMA synchronous={'NORMAL' if is_brief else 'FULL'}")
        connection.exec_driver_sql(options.get("sqlite_begin", "BEGIN"))


@event.listens_for(Session, "after_flush")
def _mark_stray_write(session: Session, _context: object) -> None:
    """Record changes flushed outside a transaction: the session no longer lists them."""
    if not session.info.get("writing"):
        session.info["stray"] = True


@event.listens_for(Session, "after_rollback")
def _clear_stray_write(session: Session) -> None:
    session.info.pop("stray", None)


@contextmanager
def transaction(*, is_brief: bool = False) -> Iterator[Session]:
    """Open the write transaction of a request; commit at the end, roll back on any exception.

    On SQLite it begins IMMEDIATE, so two writers queue instead of failing half way. The read
    transaction before it is ended first and what was read is reloaded inside (a read transaction
    cannot be upgraded safely). Raises RuntimeError when changes were made outside a transaction,
    and when one is already open: the outer room opens it, nothing below does.

    One that ``is_brief`` gives up soon while others write, and does not wait until the disk has it:
    it holds what may be lost when the power fails.
    """
    session = db.session
    if session.info.get("writing"):
        raise RuntimeError("a transaction is already open")
    if session.new or session.dirty or session.deleted or session.info.get("stray"):
        raise RuntimeError("changes were made outside transaction()")
    session.rollback()
    session.info["writing"] = True
    try:
        options = {"sqlite_begin": "BEGIN IMMEDIATE", "is_brief": is_brief}
        connection = session.connection(execution_options=options)
        if is_brief and connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SET LOCAL synchronous_commit TO off")
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        session.info.pop("writing")


@contextmanager
def one_process(engine: Engine, on_wait: Callable[[], None]) -> Iterator[None]:
    """Let one process at a time into the block, whichever machine it runs on; call ``on_wait`` before waiting.

    On PostgreSQL the server keeps the lock, on SQLite a file beside the database; one in memory needs none.
    """
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            if not connection.scalar(select(func.pg_try_advisory_lock(_PREPARING))):
                on_wait()
                connection.execute(select(func.pg_advisory_lock(_PREPARING)))
            try:
                yield
            finally:
                connection.execute(select(func.pg_advisory_unlock(_PREPARING)))
    elif file := file_of(engine.url.database):
        files.make_private(file)
        with files.locked(file.with_name(f"{file.name}-preparing"), on_wait):
            yield
    else:
        yield


def read_anew() -> None:
    """Let the next statement see what others have committed meanwhile, and hold no connection until then.

    Nothing may have been changed.
    """
    db.session.rollback()


def changed(statement: Update | Delete) -> bool:
    """Run a conditional UPDATE or DELETE and return whether it matched any row.

    This is how a limit or a state is checked by the write itself: two requests at once cannot both pass.
    Objects already read keep their old values until the transaction ends.
    """
    return changed_rows(statement) > 0


def changed_rows(statement: Update | Delete) -> int:
    """Run a conditional UPDATE or DELETE and return how many rows it matched."""
    result = db.session.execute(statement, execution_options={"synchronize_session": False})
    return cast("CursorResult[Any]", result).rowcount


def insert_many(table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert many rows with the same columns; applies no defaults and returns no keys.

    Uses COPY on PostgreSQL: executemany takes six times as long.
    """
    if not rows:
        return
    connection = db.session.connection()
    if connection.dialect.name == "sqlite":
        connection.execute(insert(table), list(rows))
        return
    columns = list(rows[0])
    command = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table.name), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    driver = cast("psycopg.Connection[Any]", connection.connection.driver_connection)
    with driver.cursor() as cursor, cursor.copy(command) as copy:
        for row in rows:
            copy.write_row([_plain(row[column]) for column in columns])


def add_missing_rows(table: FromClause, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert the rows whose primary key is not there yet."""
    connection = db.session.connection()
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    connection.execute(dialect.insert(table).values(list(rows)).on_conflict_do_nothing())


def add_to_rows(table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add the numbers of each row to the one with its primary key, or add the row where there is none.

    Every column of ``table`` outside its primary key is a number, and every row has all columns.
    """
    if not rows:
        return
    connection = db.session.connection()
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    statement = dialect.insert(table)
    keys = list(table.primary_key)
    sums = {column.name: column + statement.excluded[column.name] for column in table.columns if column not in keys}
    connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=sums), list(rows))


def add_missing(table: Table, same: Mapping[str, Any], column: str, values: Sequence[str]) -> int:
    """Insert a row for each text in ``values`` that is not there yet, and return how many were new.

    All rows have what ``same`` says and a text in ``column``, together the primary key. Give the texts in order:
    concurrent inserts of the same then wait for each other instead of deadlocking.
    """
    connection = db.session.connection()
    is_sqlite = connection.dialect.name == "sqlite"
    statement = _adding_missing(table, tuple(same), column, is_sqlite=is_sqlite)
    each = json.dumps(values) if is_sqlite else list(values)
    added = connection.execute(statement, {**same, "each": each}, execution_options={"preserve_rowcount": True})
    return added.rowcount


@cache
def _adding_missing(table: Table, same: tuple[str, ...], column: str, *, is_sqlite: bool) -> Insert:
    each: Any = (
        func.json_each(bindparam("each")).table_valued("value").c.value
        if is_sqlite
        else func.unnest(bindparam("each", type_=ARRAY(String))).column_valued()
    )
    # SQLite takes ON for a join unless a WHERE stands before it.
    rows = select(*(bindparam(name, type_=table.c[name].type) for name in same), each).where(true())
    adding = (sqlite if is_sqlite else postgresql).insert(table).from_select([*same, column], rows)
    return cast("Insert", adding.on_conflict_do_nothing(index_elements=[*same, column]))


def _plain(value: Any) -> Any:
    """Return what the driver should write: the value of an enumeration member, not its name."""
    return value.value if isinstance(value, enum.Enum) else value


class UTCDateTime(TypeDecorator[dt.datetime]):
    """A moment: aware in Python, UTC in the database."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        """Reject naive datetimes; store UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        moment = value.astimezone(dt.UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:  # noqa: ARG002
        """Return an aware UTC datetime from either database."""
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)
