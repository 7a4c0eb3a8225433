"""Venues, their rooms, and the kit that belongs to them."""

import enum

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, Text, UniqueConstraint, true
from sqlalchemy.orm import Mapped, mapped_column, relationship

from training.models.common.base import Base, Key, Named, PublicId, choice
from training.models.identity.organisations import Jurisdiction, Organisation

MOST_SEATS = 5_000
"""The most seats of one room."""
MOST_ITEMS = 10_000
"""The most items of one kind of kit."""


class Governorate(enum.StrEnum):
    """A governorate of Iraq: the letters of ISO 3166-2 after ``IQ-``; Halabja has none there yet."""

    ANBAR = "AN"
    BABIL = "BB"
    BAGHDAD = "BG"
    BASRA = "BA"
    DHI_QAR = "DQ"
    DIYALA = "DI"
    DOHUK = "DA"
    ERBIL = "AR"
    HALABJA = "HA"
    KARBALA = "KA"
    KIRKUK = "KI"
    MAYSAN = "MA"
    MUTHANNA = "MU"
    NAJAF = "NA"
    NINEVEH = "NI"
    QADISIYAH = "QA"
    SALAH_AL_DIN = "SD"
    SULAYMANIYAH = "SU"
    WASIT = "WA"


class Venue(Named, Base):
    """A place where courses are held; sessions are shown in its time zone.

    ``keeper`` is the organisation whose coordinators keep it; None: UK coordinators alone. ``has_prayer_room`` is None
    where nobody has said. An archived one (not ``is_active``) cannot be chosen any more. ``version`` counts its edits.
    """

    __tablename__ = "venues"

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    name_key: Mapped[str] = mapped_column(String(200))
    search_key: Mapped[str] = mapped_column(Text)
    """All names, folded, for search."""
    jurisdiction: Mapped[Jurisdiction] = mapped_column(choice(Jurisdiction))
    governorate: Mapped[Governorate | None] = mapped_column(choice(Governorate))
    time_zone: Mapped[str] = mapped_column(String(50))
    keeper_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    has_prayer_room: Mapped[bool | None]
    source: Mapped[str] = mapped_column(String(500), default="")
    is_active: Mapped[bool] = mapped_column(default=True, server_default=true())
    version: Mapped[int] = mapped_column(default=1, server_default="1")

    keeper: Mapped[Organisation | None] = relationship(lazy="raise")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012
    __table_args__ = (Index("uq_venues_name_key", "name_key", unique=True),)


class Room(Named, Base):
    """A room of a venue, in which sessions are held; ``is_step_free`` if one comes to it without a step."""

    __tablename__ = "rooms"

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    venue_id: Mapped[int] = mapped_column(ForeignKey("venues.id"))
    name_key: Mapped[str] = mapped_column(String(200))
    seats: Mapped[int]
    is_step_free: Mapped[bool] = mapped_column(default=False)
    is_active: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)

    venue: Mapped[Venue] = relationship(lazy="raise")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012
    __table_args__ = (
        # The target of the composite key of kit, which holds a room and what stands in it in one venue.
        UniqueConstraint("id", "venue_id"),
        Index("uq_rooms_venue_id_name_key", "venue_id", "name_key", unique=True),
        CheckConstraint(f"seats BETWEEN 1 AND {MOST_SEATS}", name="seats_in_range"),
    )


class KitItem(Named, Base):
    """Kit of one kind that belongs to a venue, or to one of its rooms."""

    __tablename__ = "kit_items"

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    venue_id: Mapped[int] = mapped_column(ForeignKey("venues.id"))
    room_id: Mapped[int | None] = mapped_column(index=True)
    name_key: Mapped[str] = mapped_column(String(200))
    quantity: Mapped[int]
    is_active: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)

    venue: Mapped[Venue] = relationship(lazy="raise")
    room: Mapped[Room | None] = relationship(lazy="raise", foreign_keys=room_id, viewonly=True)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012
    __table_args__ = (
        ForeignKeyConstraint(["room_id", "venue_id"], ["rooms.id", "rooms.venue_id"], name="fk_kit_items_room_id"),
        Index("ix_kit_items_venue_id_name_key", "venue_id", "name_key"),
        CheckConstraint(f"quantity BETWEEN 1 AND {MOST_ITEMS}", name="quantity_in_range"),
    )
