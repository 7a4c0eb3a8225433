"""Add, edit and move organisations."""

from flask_babel import lazy_gettext as _l

from training.domain.identity.organisations import OrganisationDetails
from training.forms.common.base import BaseForm, FilterForm
from training.forms.common.checks import choose_one, longest, may_be_empty, required
from training.forms.common.fields import HiddenField, SelectField, TextAreaField, TextField
from training.models.identity.organisations import Jurisdiction


class OrganisationForm(BaseForm):
    """The details of an organisation; ``version`` is that which the form showed."""

    name_en = TextField(_l("Name in English"), [required(), longest(200)])
    name_ar = TextField(_l("Name in Arabic"), [may_be_empty(), longest(200)])
    name_ckb = TextField(_l("Name in Kurdish (Sorani)"), [may_be_empty(), longest(200)])
    jurisdiction = SelectField(_l("Jurisdiction"), [choose_one()])
    aliases = TextField(
        _l("Other names"),
        [may_be_empty(), longest(1000)],
        description=_l("Abbreviations too; a semicolon between them"),
    )
    source = TextAreaField(
        _l("Source"), [may_be_empty(), longest(500)], description=_l("Where the names were published")
    )
    version = HiddenField()

    def details(self) -> OrganisationDetails:
        """Return the submitted details."""
        return OrganisationDetails(
            name_en=self.name_en.data or "",
            jurisdiction=Jurisdiction(self.jurisdiction.data or ""),
            name_ar=self.name_ar.data or "",
            name_ckb=self.name_ckb.data or "",
            aliases=self.aliases.data or "",
            source=self.source.data or "",
        )


class NewOrganisationForm(OrganisationForm):
    """A new organisation and its parent."""

    parent = SelectField(_l("Body above it"), [may_be_empty()], blank=_l("None: it is at the top"))


class MoveForm(BaseForm):
    """The new parent of an organisation; ``told`` is the parent whose effect was shown."""

    parent = SelectField(_l("Body above it"), [], blank=_l("None: it is at the top"))
    told = HiddenField()
    version = HiddenField()


class StateForm(BaseForm):
    """Deactivate or reactivate an organisation at the version that was shown."""

    version = HiddenField()


class OrganisationFilter(FilterForm):
    """Choose a tree."""

    jurisdiction = SelectField(_l("Jurisdiction"), [may_be_empty()], blank=_l("Your own"))
