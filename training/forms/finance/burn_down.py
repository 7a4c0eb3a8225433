"""Which months a burn-down shows."""

from flask_babel import lazy_gettext as _l

from training.forms.common.base import FilterForm
from training.forms.common.fields import SelectField


class PeriodForm(FilterForm):
    """Chooses the months of a burn-down."""

    period = SelectField(_l("Months shown"), blank=_l("Two years"))
