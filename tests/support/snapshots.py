"""Whole databases, kept as they were at a moment and put back in a tenth of the time that it took to make them."""

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
    """Return how many transactions this process has committed, whichever the database."""
    return _seen["commits"]


def is_empty() -> bool:
    """Say whether the application's database has no row yet."""
    is_filled = db.session.scalar(text(f"SELECT {_EMPTY}"))
    db.session.rollback()
    return not is_filled


PutBack = Callable[[], None]
"""Replaces all that is in the application's database by what was kept."""


def taken() -> PutBack:
    """Keep what is in the application's database. No transaction may be open."""
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
