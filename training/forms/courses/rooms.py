"""Add and edit rooms and kit of a venue."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l

from training.domain.courses.kit import KitDetails
from training.domain.courses.rooms import RoomDetails
from training.forms.common.checks import between, may_be_empty, required
from training.forms.common.fields import IntegerField, SelectField, TickField
from training.forms.courses.venues import PlaceForm
from training.models.courses.venues import MOST_ITEMS, MOST_SEATS, KitItem, Room


class RoomForm(PlaceForm):
    """The details of a room."""

    seats = IntegerField(_l("Seats"), [required(), between(1, MOST_SEATS)])
    is_step_free = TickField(_l("One comes to it without a step"))

    def details(self) -> RoomDetails:
        """Return the submitted details."""
        return RoomDetails(**self.names(), seats=self.seats.data or 0, is_step_free=bool(self.is_step_free.data))


class KitForm(PlaceForm):
    """The details of kit of one kind."""

    quantity = IntegerField(_l("Number of items"), [required(), between(1, MOST_ITEMS)])
    room = SelectField(_l("Room"), [may_be_empty()], blank=_l("None: anywhere in the venue"))

    @classmethod
    def showing(cls, item: KitItem, room: str) -> "KitForm":
        """Return the form filled with kit; ``room`` is the public id of its room."""
        names = ("name_en", "name_ar", "name_ckb", "quantity", "version")
        return cls(data={"room": room, **{name: getattr(item, name) for name in names}})

    def details(self, rooms: Mapping[str, Room]) -> KitDetails:
        """Return the submitted details; the room is among ``rooms``."""
        return KitDetails(**self.names(), quantity=self.quantity.data or 0, room=rooms.get(self.room.data or ""))
