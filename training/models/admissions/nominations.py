"""Nominations: the path of a person to a seat."""

import datetime as dt
import enum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from training.models.common.base import Base, Guarded, Key, PublicId, choice
from training.models.courses.cohorts import Cohort
from training.models.identity.organisations import Organisation
from training.models.people.people import Person


class NominationState(enum.StrEnum):
    """Nominate, shortlist, vet, confirm; a person leaves the path turned down or withdrawn.

    Attending and completed are read from marks and completions, never stored.
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
"""Who has left the path no longer stands nominated, and may be nominated anew."""


class Hindrance(enum.StrEnum):
    """Why a freed seat passed over somebody on the waiting list."""

    CLEARANCE = "clearance"
    CLASH = "clash"
    QUOTA = "quota"
    RESERVED = "reserved"
    SET_ASIDE = "set_aside"


class Nomination(Guarded, Base):
    """One person put forward for one cohort by an organisation (that of the person at the time).

    ``place`` is that on the waiting list; ``hindrance`` says why the last freed seat passed over it.
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


class Selection(Base):
    """A step that was taken for several nominees of a cohort at once; its key makes a form sent twice one act."""

    __tablename__ = "selections"

    id: Mapped[Key]
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohorts.id"), index=True)
    key: Mapped[str] = mapped_column(String(43), unique=True)
    made_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    made_at: Mapped[dt.datetime]
