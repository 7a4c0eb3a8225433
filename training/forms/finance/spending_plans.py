"""The planned spending of a line per month."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from training.forms.common.base import BaseForm, FilterForm
from training.forms.common.fields import HiddenField, MoneyField, SelectField
from training.kit.money import format_pounds


class PlanForm(BaseForm):
    """An amount for each month, zero if empty. ``shown`` is the fingerprint of the plan that was shown."""

    shown = HiddenField()

    @classmethod
    def over(cls, labels: Mapping[dt.date, str]) -> "PlanForm":
        """Return an empty form for these months."""
        fields = {month.isoformat(): MoneyField(label) for month, label in labels.items()}
        form: PlanForm = type(cls.__name__, (cls,), fields)()
        return form

    def show(self, plan: Mapping[dt.date, int], shown: str) -> None:
        """Fill the form for its first display."""
        self.shown.data = shown
        for month, amount in plan.items():
            self[month.isoformat()].data = amount

    def show_beside(self, saved: Mapping[dt.date, int], shown: str) -> None:
        """Keep the input, show the amounts saved meanwhile beside it, and let the next save replace them."""
        self.shown.data = shown
        for field in self.shown_fields:
            pence = saved.get(dt.date.fromisoformat(field.name), 0)
            if pence != (field.data or 0):
                field.description = _("Saved meanwhile: %(amount)s", amount=format_pounds(pence))

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        """Check each field, and that the plan is not zero."""
        super().validate(*args, **kwargs)
        months = self.shown_fields
        if not any(field.data for field in months) and not self.field_errors:
            self.refuse(_("Enter at least one amount"), months[0].name)
        return not self.field_errors

    def plan(self) -> dict[dt.date, int]:
        """Return the plan in pence by month."""
        return {dt.date.fromisoformat(field.name): field.data or 0 for field in self.shown_fields}


class PatternForm(FilterForm):
    """A pattern to spread the allocation; it fills the form and saves nothing."""

    pattern = SelectField(
        _l("Spread the allocation"), description=_l("Fills in the months below. Nothing is saved yet")
    )
