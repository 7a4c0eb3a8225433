"""Read how much of the register an account was shown, and how often a source was refused."""

import datetime as dt

from sqlalchemy import func, select

from training.kit.db import db
from training.models.identity.reading import ReadingDay, RefusalCount


def day_of(user_id: int, day: dt.date) -> tuple[int, int]:
    """Return how many different people an account was shown on a day, and how many files of people it saved."""
    statement = select(ReadingDay.people, ReadingDay.files).where(ReadingDay.user_id == user_id, ReadingDay.day == day)
    row = db.session.execute(statement).one_or_none()
    return (row.people, row.files) if row else (0, 0)


def sources_in(hour: dt.datetime) -> int:
    """Count the sources that were refused within the hour that began at ``hour``."""
    return db.session.scalar(select(func.count()).where(RefusalCount.hour == hour)) or 0


def times_refused(hour: dt.datetime, event: str, source: str) -> int:
    """Return how often a source was refused in this way within an hour."""
    same = (RefusalCount.hour == hour, RefusalCount.event == event, RefusalCount.source == source)
    return db.session.scalar(select(RefusalCount.times).where(*same)) or 0
