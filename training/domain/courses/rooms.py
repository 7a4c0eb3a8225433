"""Rooms of a venue, in which sessions are held."""

from dataclasses import dataclass
from typing import Any

from training.domain.courses import venues
from training.domain.courses.events import CourseEvent
from training.domain.courses.refusals import RoomExists
from training.domain.identity import audit
from training.models.courses.venues import Room, Venue
from training.models.identity.actor import Actor
from training.queries.courses import venues as rows


@dataclass(frozen=True)
class RoomDetails:
    """The details of a room; ``is_step_free`` if one comes to it without a step."""

    name_en: str
    seats: int
    name_ar: str = ""
    name_ckb: str = ""
    is_step_free: bool = False


def create(venue: Venue, details: RoomDetails, *, by: Actor | None) -> Room:
    """Add a room to a venue. Raises VenueArchived, RoomExists."""
    venues.check_active(venue.id)
    room = Room(venue_id=venue.id, **_columns(details))
    venues.add(room, RoomExists)
    audit.record(CourseEvent.ROOM_ADDED, room, by=by.user_id if by else None, venue=venue.name_en)
    return room


def edit(room: Room, details: RoomDetails, version: int, *, by: Actor) -> None:
    """Edit a room that was shown as ``version``. Raises ChangedMeanwhile, RoomExists."""
    venues.check_version(room, version)
    other = rows.room_named(room.venue_id, details.name_en)
    if other is not None and other.id != room.id:
        raise RoomExists
    before = audit.picture(room)
    venues.change(room, _columns(details), RoomExists)
    after = audit.picture(room)
    audit.record_edit(CourseEvent.ROOM_EDITED, room, before, after, by=by.user_id, version=room.version)


def archive(room: Room, version: int, *, by: Actor) -> None:
    """Archive a room. Raises ChangedMeanwhile."""
    venues.set_active(room, version, CourseEvent.ROOM_ARCHIVED, is_active=False, by=by)


def unarchive(room: Room, version: int, *, by: Actor) -> None:
    """Take a room back into use. Raises VenueArchived, ChangedMeanwhile."""
    venues.check_active(room.venue_id)
    venues.set_active(room, version, CourseEvent.ROOM_TAKEN_BACK, is_active=True, by=by)


def _columns(details: RoomDetails) -> dict[str, Any]:
    return {**vars(details), "name_key": venues.key_of(details.name_en)}
