"""Count and audit who reads about people: on pages and in files (ADR 28).

Rule: reads and exports of people are permissioned, logged and limited (domain §2, Personal data).
"""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import delete

from training.domain.identity import audit
from training.domain.identity.audit import Subject
from training.domain.identity.refusals import TooManyExports, TooManyPeopleRead
from training.kit.db import add_missing, add_to_rows, db
from training.models.common.base import Base
from training.models.identity.actor import Actor
from training.models.identity.audit import AuditEvent
from training.models.identity.reading import PersonShown, ReadEvent
from training.queries.identity import accounts, reading

MOST_PEOPLE = 5_000
"""So many different people an account may be shown on one day, on pages and in files together."""

MOST_FILES = 20
"""So many files of people an account may save on one day."""


class ExportEvent(AuditEvent):
    """An export of personal data; the value is stored in the audit trail."""

    PEOPLE = "people exported"
    VETTING_QUEUE = "vetting queue saved"
    PAYEES = "payees exported"
    """Claims with the names of people to whom was paid."""
    NOMINEES = "rows of a file of names saved"


@dataclass(frozen=True)
class Reading:
    """What was shown: ``people`` are their keys, ``about`` the record of the page if it has one."""

    event: ReadEvent | ExportEvent
    people: Collection[str]
    about: Subject | None = None

    @property
    def is_file(self) -> bool:
        """Return whether the people were saved as a file."""
        return isinstance(self.event, ExportEvent)


def note(read: Reading, by: Actor, on: dt.date) -> None:
    """Record that ``by`` is shown these people on the day ``on``. Raises TooManyPeopleRead, TooManyExports.

    Somebody who was shown on this day before counts no second time. Concurrent reads of one account wait for each
    other at the row of the day, so that the limits hold.
    """
    people = sorted(set(read.people))
    if len(people) > MOST_PEOPLE:
        raise TooManyPeopleRead(MOST_PEOPLE)
    new = add_missing(Base.metadata.tables["people_shown"], {"user_id": by.user_id, "day": on}, "person", people)
    if new or read.is_file:
        _count(new, int(read.is_file), by, on)
    about = read.about or audit.subject_of(accounts.by_key(by.user_id))
    audit.record_about(read.event, about, by=by.user_id, rows=len(people))


def _count(people: int, files: int, by: Actor, on: dt.date) -> None:
    """Add to the day of the account, and refuse what exceeds its limits."""
    add_to_rows(
        Base.metadata.tables["reading_days"], [{"user_id": by.user_id, "day": on, "people": people, "files": files}]
    )
    shown, saved = reading.day_of(by.user_id, on)
    if saved > MOST_FILES:
        raise TooManyExports(MOST_FILES)
    if shown > MOST_PEOPLE:
        raise TooManyPeopleRead(MOST_PEOPLE)
    if shown == people and saved == files:
        _forget_before(by.user_id, on)


def _forget_before(user_id: int, on: dt.date) -> None:
    """Delete whom the account was shown on earlier days: only the trail and the numbers are kept."""
    earlier = (PersonShown.user_id == user_id, PersonShown.day < on)
    db.session.execute(delete(PersonShown).where(*earlier), execution_options={"synchronize_session": False})
