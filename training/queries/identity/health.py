"""Health of the database and the work process."""

import datetime as dt
from pathlib import Path

from sqlalchemy import text

from training.kit.clock import now
from training.kit.db import db, file_of
from training.kit.outages import Outage, outage_of
from training.queries.identity import jobs

_SORTED = "SELECT count(*) FROM (SELECT n FROM generate_series(1, 5000) AS n ORDER BY n DESC) AS sorted"
"""More than the least memory holds: the server has to write a temporary file."""


def database_outage() -> Outage | None:
    """Return what is wrong with the database: it cannot be read, or PostgreSQL has no room to write.

    A SQLite database has room as long as its folder has.
    """
    try:
        if db.engine.dialect.name == "postgresql":
            db.session.execute(text("SET LOCAL work_mem = 64"))
            db.session.execute(text(_SORTED))
        else:
            db.session.execute(text("SELECT 1"))
    except Exception as error:
        db.session.rollback()
        if outage := outage_of(error):
            return outage
        raise
    return None


def database_folder() -> Path | None:
    """Return the folder of a SQLite database."""
    is_sqlite = db.engine.dialect.name == "sqlite"
    file = file_of(db.engine.url.database) if is_sqlite else None
    return file.parent if file else None


def is_worker_alive(silent: dt.timedelta) -> bool:
    """Return whether a work process was seen within that time."""
    return jobs.was_worker_seen(now() - silent)
