"""Read venues with their rooms and kit."""

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import joinedload

from training.kit.db import AnySelect, db
from training.kit.names import fold, name_key
from training.models.courses.cohorts import Cohort
from training.models.courses.venues import Governorate, KitItem, Room, Venue
from training.models.identity.actor import Actor
from training.models.identity.organisations import Jurisdiction, Organisation
from training.policy.matrix import Permission, Scope
from training.policy.scopes import scopes_of, seen, where
from training.queries.common.paging import Cursor, Page, read_page

_MOST_COHORTS = 20


def venue_named(name_en: str) -> Venue | None:
    """Return the venue with this English name, whatever the case of its letters."""
    return db.session.scalar(select(Venue).where(Venue.name_key == (name_key(name_en) or name_en.casefold())))


def room_named(venue_id: int, name_en: str) -> Room | None:
    """Return the room of a venue with this English name, whatever the case of its letters."""
    key = name_key(name_en) or name_en.casefold()
    return db.session.scalar(select(Room).where(Room.venue_id == venue_id, Room.name_key == key))


def is_active(venue_id: int) -> bool:
    """Return whether a venue is in use, and let nobody archive it until the transaction ends."""
    statement = select(Venue.is_active).where(Venue.id == venue_id)
    return bool(db.session.scalar(statement.with_for_update(read=True)))


def is_room_active(room_id: int) -> bool:
    """Return whether a room is in use, and let nobody archive it until the transaction ends."""
    return bool(db.session.scalar(select(Room.is_active).where(Room.id == room_id).with_for_update(read=True)))


def keeper_of(venue_id: int) -> Organisation | None:
    """Return the organisation that keeps a venue; None if it has none."""
    statement = select(Organisation).join(Venue, Venue.keeper_id == Organisation.id)
    return db.session.scalar(statement.where(Venue.id == venue_id))


def keeper_name(organisation_id: int | None) -> str:
    """Return the English name of the organisation that keeps a venue; empty for none."""
    return db.session.scalar(select(Organisation.name_en).where(Organisation.id == organisation_id)) or ""


def room_name(room_id: int | None) -> str:
    """Return the English name of a room; empty for none."""
    return db.session.scalar(select(Room.name_en).where(Room.id == room_id)) or ""


def in_use(kept_id: int | None = None) -> Sequence[Venue]:
    """Return the venues that can be chosen, by name, and the one with the key ``kept_id`` though it were archived."""
    statement = select(Venue).where(or_(Venue.is_active, Venue.id == kept_id)).order_by(Venue.name_key, Venue.id)
    return db.session.scalars(statement).all()


class VenueState(enum.StrEnum):
    """Which venues a list shows besides those in use."""

    ARCHIVED = "archived"
    ALL = "all"


@dataclass(frozen=True)
class VenueSearch:
    """A filter of venues; empty fields match all, no ``state`` those in use."""

    words: str = ""
    jurisdiction: Jurisdiction | None = None
    governorate: Governorate | None = None
    state: VenueState | None = None


def page_of(search: VenueSearch, cut: Cursor, actor: Actor) -> Page[Any]:
    """Return a page of venues by name, each with the number of its rooms in use and of their seats."""
    rooms = (Room.venue_id == Venue.id, Room.is_active)
    number = select(func.count()).where(*rooms).scalar_subquery()
    seats = select(func.coalesce(func.max(Room.seats), 0)).where(*rooms).scalar_subquery()
    statement: AnySelect = select(Venue, number.label("rooms"), seats.label("largest"))
    for word in fold(search.words).split():
        statement = statement.where(Venue.search_key.contains(word, autoescape=True))
    if search.jurisdiction:
        statement = statement.where(Venue.jurisdiction == search.jurisdiction)
    if search.governorate:
        statement = statement.where(Venue.governorate == search.governorate)
    if search.state is not VenueState.ALL:
        statement = statement.where(Venue.is_active.is_(search.state is None))
    return read_page(seen(statement, actor, Permission.SEE_VENUE, Venue), Venue, Venue.name_key, cut)


@dataclass(frozen=True)
class VenuePage:
    """A venue with its rooms and kit, those in use first, and the newest cohorts there that the reader may see."""

    venue: Venue
    rooms: Sequence[Room]
    kit: Sequence[KitItem]
    cohorts: Sequence[Cohort]


def venue_page(venue: Venue, actor: Actor) -> VenuePage:
    """Return the page of a venue for ``actor``."""
    key = venue.id
    whole = (
        select(Venue).where(Venue.id == key).options(joinedload(Venue.keeper)).execution_options(populate_existing=True)
    )
    kit = select(KitItem).where(KitItem.venue_id == key).options(joinedload(KitItem.room))
    cohorts = (
        select(Cohort)
        .where(Cohort.venue_id == key)
        .options(joinedload(Cohort.course))
        .order_by(Cohort.starts_on.desc(), Cohort.id.desc())
        .limit(_MOST_COHORTS)
    )
    return VenuePage(
        venue=db.session.scalars(seen(whole, actor, Permission.SEE_VENUE, Venue)).one(),
        rooms=rooms_of(key),
        kit=db.session.scalars(kit.order_by(KitItem.is_active.desc(), KitItem.name_key, KitItem.id)).all(),
        cohorts=db.session.scalars(seen(cohorts, actor, Permission.SEE_COHORT, Cohort)).all(),
    )


def rooms_of(venue_id: int) -> Sequence[Room]:
    """Return the rooms of a venue, those in use first."""
    statement = select(Room).where(Room.venue_id == venue_id)
    return db.session.scalars(statement.order_by(Room.is_active.desc(), Room.name_key, Room.id)).all()


def venue_by_key(venue_id: int) -> Venue:
    """Return a venue by its key, fresh."""
    statement = select(Venue).where(Venue.id == venue_id).execution_options(populate_existing=True)
    return db.session.scalars(statement).one()


@dataclass(frozen=True)
class Keepers:
    """The organisations that may keep a venue, by public id; ``may_be_nobody``: or UK coordinators alone."""

    organisations: dict[str, Organisation]
    may_be_nobody: bool


def keepers_for(actor: Actor, venue: Venue | None = None) -> Keepers:
    """Return the organisations that ``actor`` may name as keeper: active, or that which keeps ``venue`` now."""
    is_open = or_(Organisation.is_active, Organisation.id == (venue.keeper_id if venue else None))
    statement = select(Organisation).where(and_(is_open, where(actor, Permission.EDIT_VENUE, Organisation)))
    found = db.session.scalars(statement.order_by(Organisation.jurisdiction, Organisation.name_en))
    is_everywhere = Scope.ALL in scopes_of(actor, Permission.EDIT_VENUE)
    return Keepers({one.public_id: one for one in found}, is_everywhere)
