"""Who read about how many people on a day, and how often somebody was refused within an hour."""

import datetime as dt

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from training.models.common.base import Base


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
