"""People (trainees and trainers), the index of their names, duplicates and merges."""

import datetime as dt
import enum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from training.kit.names import LONGEST_KEY
from training.models.common.base import Base, Guarded, Key, PublicId, choice
from training.models.identity.organisations import Organisation


class Sex(enum.StrEnum):
    """As recorded by the nominating organisation; needed for reserved places."""

    FEMALE = "female"
    MALE = "male"


class SpokenLanguage(enum.StrEnum):
    """A language that a person speaks well enough to follow a course in it."""

    ARABIC = "ar"
    SORANI = "ckb"
    KURMANJI = "kmr"
    ENGLISH = "en"
    TURKMEN = "tk"
    SYRIAC = "syr"


class InactiveReason(enum.StrEnum):
    """Why a person is deactivated. A code only: free text would disclose too much."""

    LEFT_SERVICE = "left_service"
    RETIRED = "retired"
    DIED = "died"
    REGISTERED_IN_ERROR = "registered_in_error"
    OTHER = "other_reason"
    MERGED = "merged"


class Person(Guarded, Base):
    """An officer, as trainee or trainer. Disclosing an officer's name can endanger their life."""

    __tablename__ = "people"

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    name_latin: Mapped[str] = mapped_column(String(200), default="")
    name_native: Mapped[str] = mapped_column(String(200), default="")
    name_key: Mapped[str] = mapped_column(String(LONGEST_KEY))
    rank: Mapped[str] = mapped_column(String(100), default="")
    unit: Mapped[str] = mapped_column(String(200), default="")
    sex: Mapped[Sex | None] = mapped_column(choice(Sex))
    service_number: Mapped[str] = mapped_column(String(50), default="")
    phone: Mapped[str] = mapped_column(String(40), default="")
    email: Mapped[str] = mapped_column(String(254), default="")
    languages: Mapped[str] = mapped_column(String(60), default="", server_default="")
    """Codes of ``SpokenLanguage``, separated by spaces."""
    inactive_because: Mapped[InactiveReason | None] = mapped_column(choice(InactiveReason, "inactive"))
    """Inactive people are not found, suggested or nominated; their history is kept."""
    inactive_since: Mapped[dt.datetime | None]

    organisation: Mapped[Organisation] = relationship(lazy="raise")

    __table_args__ = (
        Index("ix_people_organisation_id_name_key", "organisation_id", "name_key", "id"),
        Index("ix_people_name_key_id", "name_key", "id"),
        Index(
            "ix_people_inactive",
            "name_key",
            "id",
            postgresql_where=text("inactive_because IS NOT NULL"),
            sqlite_where=text("inactive_because IS NOT NULL"),
        ),
        Index("ix_people_service_number", "service_number"),
        Index("ix_people_organisation_id_name_native", "organisation_id", "name_native"),
    )

    @property
    def is_active(self) -> bool:
        """Return whether the person can be found and nominated."""
        return self.inactive_because is None

    @property
    def speaks(self) -> list[SpokenLanguage]:
        """Return the languages that the person speaks."""
        return [SpokenLanguage(code) for code in self.languages.split()]


class PersonWord(Guarded, Base):
    """A normalised word of a person's names, indexed so that any word in any order is found."""

    __tablename__ = "person_words"

    # Byte order, so that words with one prefix are adjacent in the index in any locale.
    word: Mapped[str] = mapped_column(
        String(LONGEST_KEY).with_variant(String(LONGEST_KEY, collation="C"), "postgresql"), primary_key=True
    )
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True, index=True)


class PersonKey(Guarded, Base):
    """A key under which a person's name is found in any spelling (see ``kit.matching``).

    Inactive people keep their keys, to be suggested when the same person is registered again; merged records do not. A
    key repeats the person's organisation, so that the reader's scope filters the index itself.
    """

    __tablename__ = "person_keys"

    key: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True, index=True)


class ReviewedPair(Guarded, Base):
    """Two records that a user marked as different people; they are not suggested as duplicates again."""

    __tablename__ = "reviewed_pairs"

    low_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    high_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True, index=True)
    reviewed_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    reviewed_at: Mapped[dt.datetime]

    __table_args__ = (CheckConstraint("low_id < high_id", name="in_order"),)


class Merge(Guarded, Base):
    """A record merged into another; ``moved`` says what was moved, so that the merge can be undone."""

    __tablename__ = "merges"

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    kept_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    merged_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    moved: Mapped[dict[str, Any]] = mapped_column(JSON)
    merged_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    merged_at: Mapped[dt.datetime]
    undone_at: Mapped[dt.datetime | None]

    kept: Mapped[Person] = relationship(lazy="raise", foreign_keys=[kept_id])
    merged: Mapped[Person] = relationship(lazy="raise", foreign_keys=[merged_id])

    __table_args__ = (
        CheckConstraint("kept_id <> merged_id", name="two_records"),
        Index(
            "uq_merges_standing",
            "merged_id",
            unique=True,
            postgresql_where=text("undone_at IS NULL"),
            sqlite_where=text("undone_at IS NULL"),
        ),
    )


class Transfer(Guarded, Base):
    """A person's transfer between organisations. Nominations keep the organisation of their time."""

    __tablename__ = "transfers"

    id: Mapped[Key]
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    from_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    to_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    since: Mapped[dt.date]
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    recorded_at: Mapped[dt.datetime]

    origin: Mapped[Organisation] = relationship(lazy="raise", foreign_keys=[from_id])
    destination: Mapped[Organisation] = relationship(lazy="raise", foreign_keys=[to_id])

    __table_args__ = (CheckConstraint("from_id <> to_id", name="moved"),)
