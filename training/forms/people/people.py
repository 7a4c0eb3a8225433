"""Registering people, and looking for them."""

from collections.abc import Iterable

from flask_babel import lazy_gettext as _l

from training.domain.people.people import EMAIL, LONGEST, PHONE, Particulars
from training.forms.common.base import BaseForm, FilterForm
from training.forms.common.checks import choose_one, longest, may_be_empty, required, written_like
from training.forms.common.fields import (
    CheckboxesField,
    DateField,
    EmailField,
    HiddenField,
    NameField,
    PhoneField,
    RadioField,
    ReferenceField,
    SearchField,
    SelectField,
)
from training.models.people.people import Sex


class SearchForm(BaseForm):
    """Words of a name, or a service number. It is always sent in the body: neither belongs in addresses."""

    words = SearchField(
        _l("Name or service number"),
        [required(_l("Enter a part of the name")), longest(200)],
        description=_l("Any part of the name, in any script and order, or the whole service number"),
    )


class PeopleFilter(FilterForm):
    """Narrows the list of people."""

    organisation = SelectField(_l("Organisation"), [may_be_empty()], blank=_l("All organisations"))
    here_as = SelectField(_l("Trainees or trainers"), [may_be_empty()], blank=_l("Both"))


class PersonForm(BaseForm):
    """What is recorded of a person; only a name is asked for."""

    name_latin = NameField(_l("Name in Latin letters"), [longest(LONGEST["name_latin"])])
    name_native = NameField(_l("Name in Arabic or Kurdish letters"), [longest(LONGEST["name_native"])])
    rank = NameField(_l("Rank"), [may_be_empty(), longest(LONGEST["rank"])])
    unit = NameField(_l("Unit"), [may_be_empty(), longest(LONGEST["unit"])])
    sex = SelectField(_l("Sex"), [may_be_empty()])
    service_number = ReferenceField(_l("Service number"), [may_be_empty(), longest(LONGEST["service_number"])])
    phone = PhoneField(
        _l("Telephone"),
        [
            may_be_empty(),
            longest(LONGEST["phone"]),
            written_like(PHONE, _l("Enter a telephone number, such as +964 750 000 0000")),
        ],
    )
    email = EmailField(
        _l("E-mail"),
        [
            may_be_empty(),
            longest(LONGEST["email"]),
            written_like(EMAIL, _l("Enter an e-mail address, such as name@example.org")),
        ],
    )
    speaks = CheckboxesField(
        _l("Languages"), [may_be_empty()], description=_l("Those in which the person can follow a course")
    )

    def particulars(self) -> Particulars:
        """Return what was written."""
        return Particulars(
            name_latin=self.name_latin.data or "",
            name_native=self.name_native.data or "",
            rank=self.rank.data or "",
            unit=self.unit.data or "",
            sex=Sex(self.sex.data) if self.sex.data else None,
            service_number=self.service_number.data or "",
            phone=self.phone.data or "",
            email=self.email.data or "",
            languages=" ".join(self.speaks.data or ()),
        )


class NewPersonForm(PersonForm):
    """A person who is not in the register yet."""

    organisation = SelectField(_l("Organisation"), [choose_one()])
    apart = HiddenField()
    """Ids of the people of whom the reader was told that this may be one of them."""

    @property
    def told(self) -> list[str]:
        """Return the ids of the people who were shown."""
        return (self.apart.data or "").split()

    def has_told(self, alike: Iterable[str]) -> bool:
        """Say whether the reader saw everybody of ``alike`` (ids) and registers all the same; note them for later."""
        told, ids = set(self.told), list(alike)
        self.apart.data = " ".join(ids)
        return told >= set(ids)


class PersonTransferForm(BaseForm):
    """A move to another organisation."""

    organisation = SelectField(_l("New organisation"), [choose_one()])
    since = DateField(_l("Since"), [required()])


class DeactivateForm(BaseForm):
    """Why a record is set aside; a kind, no free text."""

    reason = RadioField(_l("Reason"), [choose_one()])


class ExportForm(SearchForm):
    """A list of people as a file: of everybody, or of those whose names match."""

    words = SearchField(_l("Name or service number"), [longest(200)])
