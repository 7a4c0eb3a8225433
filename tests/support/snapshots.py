"""Snapshots of whole databases, restored in a tenth of the time of building them."""

import sqlite3
from collections.abc import Callable

import psycopg
from sqlalchemy import Connection, Engine, event, text

from tests.support.databases import copied_rows, empty, put_rows_back
from training.kit.db import db
from training.models.common.base import Base

_EMPTY = " OR ".join(f"EXISTS (SELECT 1 FROM {table.name})" for table in Base.metadata.sorted_tables)

_seen = {"commits": 0}


@event.listens_for(Engine, "commit")
def _count_commit(_connection: Connection) -> None:
    _seen["commits"] += 1


def commits() -> int:
    """Return the number of transactions this process has committed on any database."""
    return _seen["commits"]


def is_empty() -> bool:
    """Return whether the application's database has no rows."""
    is_filled = db.session.scalar(text(f"SELECT {_EMPTY}"))
    db.session.rollback()
    return not is_filled


PutBack = Callable[[], None]
"""Replaces the contents of the application's database with a snapshot."""


def taken() -> PutBack:
    """Take a snapshot of the application's database. No transaction may be open."""
    with db.engine.connect() as connection:
        raw = connection.connection.driver_connection
        return _of_sqlite(raw) if isinstance(raw, sqlite3.Connection) else _of_postgresql(raw)


def _of_sqlite(raw: sqlite3.Connection) -> PutBack:
    kept = sqlite3.connect(":memory:")
    raw.backup(kept)

    def put_back() -> None:
        with db.engine.connect() as connection:
            kept.backup(connection.connection.driver_connection)

    return put_back


def _of_postgresql(raw: psycopg.Connection) -> PutBack:
    rows = copied_rows(raw)
    raw.rollback()

    def put_back() -> None:
        with db.engine.connect() as connection:
            raw = connection.connection.driver_connection
            empty(raw)
            put_rows_back(raw, rows)
            raw.commit()

    return put_back
