"""Add, edit and archive venues."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l

from training.domain.courses.venues import VenueDetails
from training.forms.common.base import BaseForm, FilterForm
from training.forms.common.checks import choose_one, longest, may_be_empty, required
from training.forms.common.fields import (
    HiddenField,
    NameField,
    ReferenceField,
    SearchField,
    SelectField,
    TextAreaField,
)
from training.forms.common.widgets import Choice
from training.models.courses.venues import Governorate, Venue
from training.models.identity.organisations import Jurisdiction, Organisation

_YES, _NO = "yes", "no"


class PlaceForm(BaseForm):
    """A name in three languages; ``version`` is that which the form showed."""

    name_en = NameField(_l("Name in English"), [required(), longest(200)])
    name_ar = NameField(_l("Name in Arabic"), [may_be_empty(), longest(200)])
    name_ckb = NameField(_l("Name in Kurdish (Sorani)"), [may_be_empty(), longest(200)])
    version = HiddenField()

    def names(self) -> dict[str, str]:
        """Return the name in each language."""
        return {name: self[name].data or "" for name in ("name_en", "name_ar", "name_ckb")}


class VenueForm(PlaceForm):
    """The details of a venue."""

    jurisdiction = SelectField(_l("Jurisdiction"), [choose_one()])
    governorate = SelectField(_l("Governorate"), [may_be_empty()], blank=_l("None"))
    time_zone = ReferenceField(
        _l("Time zone"),
        [required(), longest(50)],
        description=_l("As the time-zone database names it: a region and a city"),
    )
    organisation = SelectField(
        _l("Kept by"), [may_be_empty()], description=_l("Its coordinators may edit the venue, its rooms and its kit")
    )
    prayer_room = SelectField(_l("Prayer room"), [may_be_empty()], blank=_l("Not known"))
    source = TextAreaField(_l("Source"), [may_be_empty(), longest(500)], description=_l("Where the name was published"))

    @classmethod
    def showing(cls, venue: Venue, keeper: str) -> "VenueForm":
        """Return the form filled with a venue; ``keeper`` is the public id of the organisation that keeps it."""
        room = {True: _YES, False: _NO, None: ""}[venue.has_prayer_room]
        return cls(obj=venue, data={"organisation": keeper, "prayer_room": room})

    def offer(
        self,
        jurisdictions: list[Choice],
        governorates: list[Choice],
        keepers: list[Choice],
        answers: tuple[str, str],
        *,
        nobody: str | None,
    ) -> None:
        """Fill the lists; ``answers`` are the words for yes and no. Without ``nobody`` a keeper must be chosen."""
        self.jurisdiction.choices = jurisdictions
        self.governorate.choices = governorates
        self.organisation.choices = keepers
        self.prayer_room.choices = [Choice(_YES, answers[0]), Choice(_NO, answers[1])]
        if nobody:
            self.organisation.blank = nobody
        else:
            self.organisation.validators = [choose_one()]
            self.organisation.flags.may_be_empty = False

    def details(self, keepers: Mapping[str, Organisation]) -> VenueDetails:
        """Return the submitted details; the keeper is among ``keepers``."""
        answer = self.prayer_room.data
        return VenueDetails(
            **self.names(),
            jurisdiction=Jurisdiction(self.jurisdiction.data or ""),
            governorate=Governorate(self.governorate.data) if self.governorate.data else None,
            time_zone=self.time_zone.data or "",
            keeper=keepers.get(self.organisation.data or ""),
            has_prayer_room=answer == _YES if answer else None,
            source=self.source.data or "",
        )


class ArchiveForm(BaseForm):
    """Archive a venue, a room or kit, or take it back, at the version that was shown."""

    version = HiddenField()


class VenueFilter(FilterForm):
    """Filters the list of venues."""

    words = SearchField(_l("Name"), [longest(200)])
    jurisdiction = SelectField(_l("Jurisdiction"), [may_be_empty()])
    governorate = SelectField(_l("Governorate"), [may_be_empty()])
    state = SelectField(_l("State"), [may_be_empty()], blank=_l("In use"))
