"""Errors that are nobody's mistake: the database is busy or away, or there is no room left."""

import enum
import errno
import sqlite3
from collections.abc import Iterator

import psycopg
from sqlalchemy import exc


class Outage(enum.Enum):
    """Why a request cannot be served now, though the same request can be later."""

    BUSY = "busy"
    AWAY = "unreachable"
    FULL = "full"


_SQLITE = {
    sqlite3.SQLITE_BUSY: Outage.BUSY,
    sqlite3.SQLITE_LOCKED: Outage.BUSY,
    sqlite3.SQLITE_PROTOCOL: Outage.BUSY,
    sqlite3.SQLITE_FULL: Outage.FULL,
    sqlite3.SQLITE_IOERR: Outage.AWAY,
    sqlite3.SQLITE_CANTOPEN: Outage.AWAY,
    sqlite3.SQLITE_READONLY: Outage.AWAY,
}
_PRIMARY = 0xFF
"""The part of an error code of SQLite that names its kind."""

_POSTGRESQL = {
    "40001": Outage.BUSY,  # serialisation failure
    "40P01": Outage.BUSY,  # deadlock
    "55P03": Outage.BUSY,  # lock not available
    "25006": Outage.AWAY,  # read only: a standby
    "53300": Outage.AWAY,  # too many connections
    "08": Outage.AWAY,  # connection
    "53": Outage.FULL,  # disk, memory, a limit of them
    "57P": Outage.AWAY,  # shut down, starting
    "58": Outage.AWAY,  # the server's own files
}
"""By the beginning of the code, the longest first."""

_SYSTEM = {errno.ENOSPC: Outage.FULL, errno.EDQUOT: Outage.FULL, errno.EROFS: Outage.FULL}


def outage_of(error: BaseException) -> Outage | None:
    """Return which outage an error comes from; None if it is a fault of the product."""
    return next((found for each in _causes(error) if (found := _kind(each))), None)


def describe(error: BaseException) -> str:
    """Return in some words for the log which outage it is, without values and statements."""
    kind, cause = next((found, each) for each in _causes(error) if (found := _kind(each)))
    code = getattr(cause, "sqlite_errorname", None) or getattr(cause, "sqlstate", None)
    return " ".join(filter(None, (kind.value, type(cause).__name__, code)))


def _causes(error: BaseException) -> Iterator[BaseException]:
    current: BaseException | None = error
    while current is not None:
        if isinstance(current, exc.DBAPIError) and current.orig is not None:
            yield current.orig
        yield current
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)


def _kind(error: BaseException) -> Outage | None:
    if isinstance(error, sqlite3.Error):
        return _SQLITE.get((getattr(error, "sqlite_errorcode", None) or 0) & _PRIMARY)
    if isinstance(error, psycopg.Error):
        return _of_postgresql(error)
    if isinstance(error, OSError):
        return _SYSTEM.get(error.errno or 0)
    return Outage.BUSY if isinstance(error, exc.TimeoutError) else None


def _of_postgresql(error: psycopg.Error) -> Outage | None:
    code = error.sqlstate
    if code is None:  # not said by the server: there was none, or the connection broke
        return Outage.AWAY if isinstance(error, psycopg.OperationalError | psycopg.InterfaceError) else None
    return next((found for length in (5, 3, 2) if (found := _POSTGRESQL.get(code[:length]))), None)
