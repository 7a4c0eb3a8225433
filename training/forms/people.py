"""Registering people, and looking for them."""

from flask_babel import lazy_gettext as _l

from training.domain.people import Particulars
from training.forms import BaseForm
from training.forms.checks import choose_one, longest, may_be_empty, required
from training.forms.fields import EmailField, PhoneField, ReferenceField, SearchField, SelectField, TextField
from training.models.people import Sex


class SearchForm(BaseForm):
    """Words of a name. It is always sent in the body: names do not belong in addresses."""

    words = SearchField(
        _l("Name"),
        [required(_l("Enter a part of the name")), longest(200)],
        description=_l("Any part of the name, in any script and order"),
    )


class PersonForm(BaseForm):
    """What is recorded of a person; only a name is asked for."""

    name_latin = TextField(_l("Name in Latin letters"), [longest(200)])
    name_native = TextField(_l("Name in Arabic or Kurdish letters"), [longest(200)])
    rank = TextField(_l("Rank"), [may_be_empty(), longest(100)])
    unit = TextField(_l("Unit"), [may_be_empty(), longest(200)])
    sex = SelectField(_l("Sex"), [may_be_empty()])
    service_number = ReferenceField(_l("Service number"), [may_be_empty(), longest(50)])
    phone = PhoneField(_l("Telephone"), [may_be_empty(), longest(40)])
    email = EmailField(_l("E-mail"), [may_be_empty(), longest(254)])

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
        )


class NewPersonForm(PersonForm):
    """A person who is not in the register yet."""

    organisation = SelectField(_l("Organisation"), [choose_one()])
