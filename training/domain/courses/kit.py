"""Kit that belongs to a venue, or to one of its rooms."""

from dataclasses import dataclass
from typing import Any

from training.domain.courses import venues
from training.domain.courses.events import CourseEvent
from training.domain.courses.refusals import RoomArchived
from training.domain.identity import audit
from training.models.courses.venues import KitItem, Room, Venue
from training.models.identity.actor import Actor
from training.queries.courses import venues as rows


@dataclass(frozen=True)
class KitDetails:
    """The details of kit of one kind; ``room`` is where it belongs, None: anywhere in the venue."""

    name_en: str
    quantity: int
    name_ar: str = ""
    name_ckb: str = ""
    room: Room | None = None


def create(venue: Venue, details: KitDetails, *, by: Actor | None) -> KitItem:
    """Add kit to a venue. Raises VenueArchived, RoomArchived."""
    venues.check_active(venue.id)
    _check_room(details.room)
    item = KitItem(venue_id=venue.id, **_columns(details))
    venues.add(item)
    audit.record(CourseEvent.KIT_ADDED, item, by=by.user_id if by else None, venue=venue.name_en)
    return item


def edit(item: KitItem, details: KitDetails, version: int, *, by: Actor) -> None:
    """Edit kit that was shown as ``version``. Raises ChangedMeanwhile, RoomArchived."""
    venues.check_version(item, version)
    if details.room and details.room.id != item.room_id:
        _check_room(details.room)
    before = _picture(item)
    venues.change(item, _columns(details))
    audit.record_edit(CourseEvent.KIT_EDITED, item, before, _picture(item), by=by.user_id, version=item.version)


def archive(item: KitItem, version: int, *, by: Actor) -> None:
    """Archive kit. Raises ChangedMeanwhile."""
    venues.set_active(item, version, CourseEvent.KIT_ARCHIVED, is_active=False, by=by)


def unarchive(item: KitItem, version: int, *, by: Actor) -> None:
    """Take kit back into use. Raises VenueArchived, ChangedMeanwhile."""
    venues.check_active(item.venue_id)
    venues.set_active(item, version, CourseEvent.KIT_TAKEN_BACK, is_active=True, by=by)


def _check_room(room: Room | None) -> None:
    if room and not rows.is_room_active(room.id):
        raise RoomArchived


def _picture(item: KitItem) -> audit.Picture:
    """Return kit as the trail keeps it, with its room."""
    return {**audit.picture(item), "room": rows.room_name(item.room_id)}


def _columns(details: KitDetails) -> dict[str, Any]:
    rest = {name: value for name, value in vars(details).items() if name != "room"}
    return rest | {"room_id": details.room.id if details.room else None, "name_key": venues.key_of(details.name_en)}
