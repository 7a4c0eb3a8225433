"""Register people, and search for them."""

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
    """Words of a name, or a service number; always sent in the request body, as neither belongs in a URL."""

    words = SearchField(
        _l("Name or service number"),
        [required(_l("Enter a part of the name")), longest(200)],
        description=_l("Any part of the name, in any script and order, or the whole service number"),
    )


class PeopleFilter(FilterForm):
    """Filter the list of people."""

    organisation = SelectField(_l("Organisation"), [may_be_empty()], blank=_l("All organisations"))
    here_as = SelectField(_l("Trainees or trainers"), [may_be_empty()], blank=_l("Both"))


class PersonForm(BaseForm):
    """The details of a person; only a name is required."""

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
        """Return the submitted details."""
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
    """Public ids of the possible matches that the user was shown."""

    @property
    def shown(self) -> list[str]:
        """Return the public ids of the possible matches that were shown."""
        return (self.apart.data or "").split()

    def has_shown(self, alike: Iterable[str]) -> bool:
        """Return whether the user was shown all of ``alike`` (public ids) before; store them for the next attempt."""
        shown, ids = set(self.shown), list(alike)
        self.apart.data = " ".join(ids)
        return shown >= set(ids)


class PersonTransferForm(BaseForm):
    """A transfer to another organisation."""

    organisation = SelectField(_l("New organisation"), [choose_one()])
    since = DateField(_l("Since"), [required()])


class DeactivateForm(BaseForm):
    """Why a record is deactivated: a code, no free text."""

    reason = RadioField(_l("Reason"), [choose_one()])


class ExportForm(SearchForm):
    """A list of people as a file: all, or those whose names match."""

    words = SearchField(_l("Name or service number"), [longest(200)])
