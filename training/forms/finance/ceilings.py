"""Propose ceilings, and say where a sum was published."""

import datetime as dt

from flask_babel import lazy_gettext as _l

from training.domain.finance.ceilings import Source
from training.forms.common.base import BaseForm
from training.forms.common.checks import longest, required
from training.forms.common.fields import DateField, MoneyField, TextAreaField


def source_field() -> TextAreaField:
    """Return the field for where something was published."""
    return TextAreaField(
        _l("Source"), [required(), longest(500)], description=_l("Where it was published. Funders read this")
    )


def source_date_field() -> DateField:
    """Return the field for the day of a source."""
    return DateField(_l("Date of the source"), [required()])


def published(text: str | None, day: dt.date | None) -> Source:
    """Return the source as submitted. Raises ValueError before validation."""
    if day is None:
        raise ValueError("the form was not checked")
    return Source(text or "", day)


class CeilingForm(BaseForm):
    """A ceiling with its source."""

    ceiling = MoneyField(_l("New ceiling"), [required()], description=_l("In pounds, for example 1,250.00"))
    source = source_field()
    source_date = source_date_field()

    def published(self) -> Source:
        """Return the source."""
        return published(self.source.data, self.source_date.data)
