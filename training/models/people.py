"""Organisations and the people they put forward."""

import enum

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from training.kit.names import LONGEST_KEY
from training.models.base import Base, Guarded, Key, Named, PublicId, choice


class Jurisdiction(enum.StrEnum):
    """Whose law an organisation or a place is under."""

    UK = "UK"
    IRAQ = "IQ"
    KURDISTAN = "KRI"


class Sex(enum.StrEnum):
    """As the nominating organisation records it; needed for reserved places."""

    FEMALE = "female"
    MALE = "male"


class Organisation(Named, Base):
    """A ministry, directorate, force or office; its ``parent`` is the body above it."""

    __tablename__ = "organisations"

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    jurisdiction: Mapped[Jurisdiction] = mapped_column(choice(Jurisdiction))
    source: Mapped[str] = mapped_column(String(500), default="")

    __table_args__ = (Index("uq_organisations_name_en", "name_en", unique=True),)


class Person(Guarded, Base):
    """An officer, as trainee or trainer. An officer's name in the wrong hands can cost a life."""

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

    organisation: Mapped[Organisation] = relationship(lazy="raise")

    __table_args__ = (
        Index("ix_people_organisation_id_name_key", "organisation_id", "name_key", "id"),
        Index("ix_people_name_key_id", "name_key", "id"),
    )


class PersonWord(Guarded, Base):
    """One folded word of a person's names, so that a search by any word in any order uses an index."""

    __tablename__ = "person_words"

    # Byte order, so that a range of words with one beginning is one stretch of the index in any locale.
    word: Mapped[str] = mapped_column(
        String(LONGEST_KEY).with_variant(String(LONGEST_KEY, collation="C"), "postgresql"), primary_key=True
    )
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True, index=True)
