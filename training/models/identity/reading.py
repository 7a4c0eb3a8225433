"""Who read about how many people on a day, and how often somebody was refused within an hour."""

import datetime as dt

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from training.models.common.base import Base
from training.models.identity.audit import AuditEvent


class ReadEvent(AuditEvent):
    """A page that showed people; the value is stored in the audit trail, what was searched for never is."""

    LIST = "people listed"
    SEARCH = "people searched"
    RECORD = "record of a person read"
    COHORT = "people of a cohort read"
    FILE = "file of names shown"
    CARDS = "cards of people shown"


class RefusedEvent(AuditEvent):
    """Something that was refused; the value is stored in the audit trail."""

    SIGN_IN_FAILED = "sign-in failed"
    PERMISSION_DENIED = "permission denied"
    RECORD_DENIED = "record denied"
    """There is no such record, or the reader may not see it: the answer is the same."""
    READING_STOPPED = "reading stopped"


NOTED = (*ReadEvent, *RefusedEvent)
"""What the trail keeps of readers, and not of the records: no step of a record's own history."""


class ReadingDay(Base):
    """The number of different people that an account was shown on a day, and of files of people that it saved."""

    __tablename__ = "reading_days"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True, autoincrement=False)
    day: Mapped[dt.date] = mapped_column(primary_key=True)
    people: Mapped[int]
    files: Mapped[int]


class PersonShown(Base):
    """A person whom an account was shown on a day: their public id, or the place of a row in a file of names."""

    __tablename__ = "people_shown"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True, autoincrement=False)
    day: Mapped[dt.date] = mapped_column(primary_key=True)
    person: Mapped[str] = mapped_column(String(40), primary_key=True)


class RefusalCount(Base):
    """How often a source, an account or an address, was refused in the same way within an hour."""

    __tablename__ = "refusal_counts"

    hour: Mapped[dt.datetime] = mapped_column(primary_key=True)
    event: Mapped[str] = mapped_column(String(60), primary_key=True)
    source: Mapped[str] = mapped_column(String(64), primary_key=True)
    times: Mapped[int]
