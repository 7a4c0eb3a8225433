"""Health of the database and the work process."""

import datetime as dt

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from training.kit.clock import now
from training.kit.db import db
from training.queries.identity import jobs


def database_answers() -> bool:
    """Return whether the database can be read."""
    try:
        db.session.execute(text("SELECT 1"))
    except SQLAlchemyError:
        return False
    return True


def is_worker_alive(silent: dt.timedelta) -> bool:
    """Return whether a work process was seen within that time."""
    return jobs.was_worker_seen(now() - silent)
