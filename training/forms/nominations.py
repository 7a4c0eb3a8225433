"""Narrowing a roster."""

from flask_babel import lazy_gettext as _l

from training.forms import FilterForm
from training.forms.checks import may_be_empty
from training.forms.fields import SelectField


class RosterFilter(FilterForm):
    """Which nominees to show."""

    state = SelectField(_l("State"), [may_be_empty()])
