"""Venues: kept by coordinators or loaded from a published list, archived and never deleted."""

from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol
from zoneinfo import available_timezones

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from training.domain.common.refusals import ChangedMeanwhile, Refusal
from training.domain.courses.events import CourseEvent
from training.domain.courses.refusals import GovernorateElsewhere, UnknownTimeZone, VenueArchived, VenueExists
from training.domain.identity import audit, organisations
from training.kit.db import db
from training.kit.names import fold, name_key
from training.models.courses.venues import Governorate, KitItem, Room, Venue
from training.models.identity.actor import Actor
from training.models.identity.organisations import Jurisdiction, Organisation
from training.queries.courses import venues

_KURDISTAN = frozenset({Governorate.DOHUK, Governorate.ERBIL, Governorate.HALABJA, Governorate.SULAYMANIYAH})
_NO_PLACES = frozenset({"Factory", "localtime"})
"""Names that the time-zone database holds and that are no zone of a place."""


@dataclass(frozen=True)
class VenueDetails:
    """The details of a venue; ``keeper`` is the organisation whose coordinators keep it, None: UK coordinators alone.

    ``has_prayer_room`` is None where nobody has said.
    """

    name_en: str
    jurisdiction: Jurisdiction
    time_zone: str
    name_ar: str = ""
    name_ckb: str = ""
    governorate: Governorate | None = None
    keeper: Organisation | None = None
    has_prayer_room: bool | None = None
    source: str = ""


def create(details: VenueDetails, *, by: Actor | None) -> Venue:
    """Add a venue. Raises VenueExists, UnknownTimeZone, GovernorateElsewhere, OrganisationInactive."""
    if details.keeper:
        organisations.check_in_use([details.keeper.id])
    venue = Venue(**_columns(details))
    add(venue, VenueExists)
    audit.record(CourseEvent.VENUE_ADDED, venue, by=by.user_id if by else None)
    return venue


def edit(venue: Venue, details: VenueDetails, version: int, *, by: Actor | None) -> None:
    """Edit a venue that was shown as ``version``.

    Raises ChangedMeanwhile, VenueExists, UnknownTimeZone, GovernorateElsewhere, OrganisationInactive.
    """
    check_version(venue, version)
    if details.keeper and details.keeper.id != venue.keeper_id:
        organisations.check_in_use([details.keeper.id])
    other = venues.venue_named(details.name_en)
    if other is not None and other.id != venue.id:
        raise VenueExists
    before = _picture(venue)
    change(venue, _columns(details), VenueExists)
    after = _picture(venue)
    user_id = by.user_id if by else None
    audit.record_edit(CourseEvent.VENUE_EDITED, venue, before, after, by=user_id, version=venue.version)


def archive(venue: Venue, version: int, *, by: Actor) -> None:
    """Archive a venue: no new cohort is drafted there, and those that were still show it. Raises ChangedMeanwhile."""
    set_active(venue, version, CourseEvent.VENUE_ARCHIVED, is_active=False, by=by)


def unarchive(venue: Venue, version: int, *, by: Actor) -> None:
    """Take a venue back into use. Raises ChangedMeanwhile."""
    set_active(venue, version, CourseEvent.VENUE_TAKEN_BACK, is_active=True, by=by)


def check_active(venue_id: int) -> None:
    """Raise VenueArchived if a venue is archived; it stays as it is until the transaction ends."""
    if not venues.is_active(venue_id):
        raise VenueArchived


def zone_named(text: str) -> str:
    """Return the name of a time zone as the time-zone database has it. Raises UnknownTimeZone."""
    zone = _zones().get(text.casefold())
    if zone is None:
        raise UnknownTimeZone
    return zone


@cache
def _zones() -> dict[str, str]:
    return {zone.casefold(): zone for zone in available_timezones() - _NO_PLACES}


def check_governorate(governorate: Governorate | None, jurisdiction: Jurisdiction) -> None:
    """Raise GovernorateElsewhere unless a governorate is of the jurisdiction."""
    if governorate is None:
        return
    if jurisdiction is not (Jurisdiction.KURDISTAN if governorate in _KURDISTAN else Jurisdiction.IRAQ):
        raise GovernorateElsewhere


def key_of(name: str) -> str:
    """Return the name as it is compared with others: neither case nor marks count."""
    return name_key(name) or name.casefold()


def _columns(details: VenueDetails) -> dict[str, Any]:
    check_governorate(details.governorate, details.jurisdiction)
    names = (details.name_en, details.name_ar, details.name_ckb)
    rest = {name: value for name, value in vars(details).items() if name != "keeper"}
    return rest | {
        "time_zone": zone_named(details.time_zone),
        "keeper_id": details.keeper.id if details.keeper else None,
        "name_key": key_of(details.name_en),
        "search_key": fold(" ".join(names)),
    }


def _picture(venue: Venue) -> audit.Picture:
    """Return a venue as the trail keeps it, with the organisation that keeps it."""
    return {**audit.picture(venue), "keeper": venues.keeper_name(venue.keeper_id)}


# What venues, rooms and kit share.


class _Kept(Protocol):
    """A record that is edited by version and archived."""

    version: Any
    is_active: Any


def add(record: Venue | Room | KitItem, exists: type[Refusal] | None = None) -> None:
    """Add a record; raises ``exists`` if its name is taken."""
    try:
        with db.session.begin_nested():
            db.session.add(record)
    except IntegrityError as error:
        if exists is None:
            raise
        raise exists from error


def check_version(record: _Kept, version: int) -> None:
    """Raise ChangedMeanwhile unless a record is still the ``version`` that was shown."""
    if record.version != version:
        raise ChangedMeanwhile


def change(record: Venue | Room | KitItem, values: dict[str, Any], exists: type[Refusal] | None = None) -> None:
    """Write values; raises ChangedMeanwhile if another was faster, ``exists`` if the name is taken."""
    for name, value in values.items():
        setattr(record, name, value)
    try:
        db.session.flush()
    except StaleDataError as error:
        raise ChangedMeanwhile from error
    except IntegrityError as error:
        if exists is None:
            raise
        raise exists from error


def set_active(record: Venue | Room | KitItem, version: int, event: CourseEvent, *, is_active: bool, by: Actor) -> None:
    """Archive a record or take it back. Raises ChangedMeanwhile."""
    check_version(record, version)
    before = {"is_active": record.is_active}
    change(record, {"is_active": is_active})
    audit.record_edit(event, record, before, {"is_active": is_active}, by=by.user_id, version=record.version)
