"""The months of a burn-down chart."""

from flask_babel import lazy_gettext as _l

from training.forms.common.base import FilterForm
from training.forms.common.fields import SelectField


class PeriodForm(FilterForm):
    """A choice of months."""

    period = SelectField(_l("Months shown"), blank=_l("Two years"))
