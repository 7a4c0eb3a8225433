"""Nominations: the states of a person on the way to a seat."""

import datetime as dt
import enum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from training.models.common.base import Base, Guarded, Key, PublicId, choice
from training.models.courses.cohorts import Cohort
from training.models.identity.accounts import User
from training.models.identity.organisations import Organisation
from training.models.people.people import Person


class NominationState(enum.StrEnum):
    """Nominate, shortlist, vet, confirm; a nomination ends turned down or withdrawn.

    *Attending* and *completed* are derived from marks and completions, never stored.
    """

    NOMINATED = "nominated"
    SHORTLISTED = "shortlisted"
    IN_VETTING = "in_vetting"
    CLEARED = "cleared"
    NOT_CLEARED = "not_cleared"
    WAITING = "waiting"
    CONFIRMED = "confirmed"
    TURNED_DOWN = "turned_down"
    WITHDRAWN = "withdrawn"


LEFT_STATES = (NominationState.TURNED_DOWN, NominationState.WITHDRAWN)
"""The states of an ended nomination; its person may be nominated again."""


class Hindrance(enum.StrEnum):
    """Why a nominee on the waiting list was passed over for a freed seat."""

    CLEARANCE = "clearance"
    CLASH = "clash"
    QUOTA = "quota"
    RESERVED = "reserved"
    SET_ASIDE = "set_aside"
    OWN_RECORD = "own_record"
    """The seat was freed by the nominee's own account: nobody gives a seat to themselves."""


class Nomination(Guarded, Base):
    """The nomination of a person for a cohort by an organisation (that of the person at the time).

    ``place`` is on the waiting list; ``hindrance`` is why it was passed over for the last freed seat.
    """

    __tablename__ = "nominations"

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohorts.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    state: Mapped[NominationState] = mapped_column(choice(NominationState), default=NominationState.NOMINATED)
    reason: Mapped[str] = mapped_column(String(500), default="")
    place: Mapped[int | None]
    hindrance: Mapped[Hindrance | None] = mapped_column(choice(Hindrance))
    nominated_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    nominated_at: Mapped[dt.datetime]
    moved_at: Mapped[dt.datetime]

    cohort: Mapped[Cohort] = relationship(lazy="raise")
    person: Mapped[Person] = relationship(lazy="raise")
    organisation: Mapped[Organisation] = relationship(lazy="raise")

    __table_args__ = (
        Index(
            "uq_nominations_standing",
            "cohort_id",
            "person_id",
            unique=True,
            postgresql_where=text("state NOT IN ('turned_down', 'withdrawn')"),
            sqlite_where=text("state NOT IN ('turned_down', 'withdrawn')"),
        ),
        Index("ix_nominations_cohort_id_id", "cohort_id", "id"),
        Index("ix_nominations_state_id", "state", "id"),
        CheckConstraint("state <> 'turned_down' OR reason <> ''", name="turning_down_has_reason"),
        CheckConstraint("(state = 'waiting') = (place IS NOT NULL)", name="place_while_waiting"),
        CheckConstraint("hindrance IS NULL OR state = 'waiting'", name="hindered_while_waiting"),
    )


class LateEntryState(enum.StrEnum):
    """The state of a proposed late entry."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    """Taken back by its proposer, or without effect because the nomination moved on."""


class LateEntry(Guarded, Base):
    """A seat in a course that has begun, proposed with a reason by one coordinator and decided by another."""

    __tablename__ = "late_entries"

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    nomination_id: Mapped[int] = mapped_column(ForeignKey("nominations.id"), index=True)
    state: Mapped[LateEntryState] = mapped_column(choice(LateEntryState), default=LateEntryState.PROPOSED)
    reason: Mapped[str] = mapped_column(String(500))
    proposed_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    proposed_at: Mapped[dt.datetime]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[dt.datetime | None]
    refusal: Mapped[str] = mapped_column(String(500), default="")

    nomination: Mapped[Nomination] = relationship(lazy="raise")
    proposed_by: Mapped[User] = relationship(lazy="raise", foreign_keys=[proposed_by_id])

    __table_args__ = (
        Index(
            "uq_late_entries_proposed",
            "nomination_id",
            unique=True,
            postgresql_where=text("state = 'proposed'"),
            sqlite_where=text("state = 'proposed'"),
        ),
        CheckConstraint("reason <> ''", name="has_reason"),
        CheckConstraint("state <> 'refused' OR refusal <> ''", name="refusal_has_reason"),
        CheckConstraint("(state IN ('approved', 'refused')) = (decided_by_id IS NOT NULL)", name="decided_by_somebody"),
        CheckConstraint("decided_by_id <> proposed_by_id", name="proposer_is_not_decider"),
    )


class Selection(Base):
    """A step taken for several nominees of a cohort; its key makes a form submitted twice one step."""

    __tablename__ = "selections"

    id: Mapped[Key]
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohorts.id"), index=True)
    key: Mapped[str] = mapped_column(String(43), unique=True)
    made_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    made_at: Mapped[dt.datetime]
