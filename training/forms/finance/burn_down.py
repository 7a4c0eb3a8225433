"""The months of a burn-down chart."""

from flask_babel import lazy_gettext as _l

from training.forms.common.base import FilterForm
from training.forms.common.fields import HiddenField, SelectField


class PeriodForm(FilterForm):
    """A choice of months; ``view`` keeps what the chart shows of them."""

    period = SelectField(_l("Months shown"), blank=_l("Two years"))
    view = HiddenField()
