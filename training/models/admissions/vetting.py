"""Vetting decisions: outcome, date, authority, expiry and unit; never the reasons."""

import datetime as dt
import enum

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from training.models.admissions.nominations import Nomination
from training.models.common.base import Base, Guarded, Key, OfWorkbook, PublicId, choice
from training.models.finance.spend_uploads import RowOutcome


class VettingOutcome(enum.StrEnum):
    """The outcome of a vetting decision."""

    CLEARED = "cleared"
    NOT_CLEARED = "not_cleared"


class Lapsing(enum.StrEnum):
    """The marks of clearances that lapse soon, most urgent first."""

    WITHIN_30 = "within_30"
    WITHIN_60 = "within_60"

    @property
    def span(self) -> dt.timedelta:
        """The time before expiry within which the mark applies."""
        return dt.timedelta(days=30 if self is Lapsing.WITHIN_30 else 60)


class VettingDecision(Guarded, Base):
    """A vetting decision about a person. Append-only: a correction is a new decision (``CurrentDecision``)."""

    __tablename__ = "vetting_decisions"

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    outcome: Mapped[VettingOutcome] = mapped_column(choice(VettingOutcome))
    authority: Mapped[str] = mapped_column(String(200))
    unit: Mapped[str] = mapped_column(String(200), default="")
    decided_on: Mapped[dt.date]
    expires_on: Mapped[dt.date | None]
    reference: Mapped[str] = mapped_column(String(100), default="")
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    recorded_at: Mapped[dt.datetime]

    __table_args__ = (
        CheckConstraint("(outcome = 'cleared') = (expires_on IS NOT NULL)", name="clearance_expires"),
        CheckConstraint("expires_on >= decided_on", name="dates_in_order"),
    )


class CurrentDecision(Guarded, Base):
    """Which decision about a person is the current one: the newest, or after a merge that of the merged record."""

    __tablename__ = "current_decisions"

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True, autoincrement=False)
    decision_id: Mapped[int] = mapped_column(ForeignKey("vetting_decisions.id"), unique=True)


class ClearanceFault(enum.StrEnum):
    """Why a row of a returned spreadsheet cannot be recorded."""

    NOMINATION_UNKNOWN = "nomination_unknown"
    OUTCOME_UNREADABLE = "outcome_unreadable"
    AUTHORITY_MISSING = "authority_missing"
    TEXT_TOO_LONG = "text_too_long"
    DECIDED_UNREADABLE = "decided_unreadable"
    END_UNREADABLE = "end_unreadable"
    OTHER_CALENDAR = "other_calendar"
    HIDDEN_ROW = "hidden_row"
    DECIDED_IN_FUTURE = "decided_in_future"
    END_BEFORE_DECISION = "end_before_decision"
    DECIDED_TWICE = "decided_twice"
    NAME_DIFFERS = "name_differs"
    OWN_RECORD = "own_record"


class ClearanceBatch(OfWorkbook, Guarded, Base):
    """A returned spreadsheet of clearances; its rows are kept until they are recorded, a day at most.

    ``hidden`` are the headings of the columns that the workbook hides and that were not read.
    """

    __tablename__ = "clearance_batches"

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    sha256: Mapped[str] = mapped_column(String(64))
    hidden: Mapped[list[str]] = mapped_column(JSON, default=list, server_default="[]")
    uploaded_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    uploaded_at: Mapped[dt.datetime]
    recorded_at: Mapped[dt.datetime | None]


class ClearanceRow(Guarded, Base):
    """A row of the spreadsheet; ``number`` is its row in the file (the heading is 1).

    ``known_id`` is the person's current decision at the preview; ``cell`` is the text at fault.
    """

    __tablename__ = "clearance_rows"

    batch_id: Mapped[int] = mapped_column(ForeignKey("clearance_batches.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    result: Mapped[RowOutcome] = mapped_column(choice(RowOutcome))
    nomination_id: Mapped[int | None] = mapped_column(ForeignKey("nominations.id"), index=True)
    known_id: Mapped[int | None] = mapped_column(ForeignKey("vetting_decisions.id"), index=True)
    outcome: Mapped[VettingOutcome | None] = mapped_column(choice(VettingOutcome))
    authority: Mapped[str] = mapped_column(String(200), default="")
    decided_on: Mapped[dt.date | None]
    expires_on: Mapped[dt.date | None]
    reference: Mapped[str] = mapped_column(String(100), default="")
    fault: Mapped[ClearanceFault | None] = mapped_column(choice(ClearanceFault))
    cell: Mapped[str] = mapped_column(String(200), default="")

    nomination: Mapped[Nomination | None] = relationship(lazy="raise")
