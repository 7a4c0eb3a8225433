"""Saying why a line departs from its plan."""

from flask_babel import lazy_gettext as _l

from training.forms import BaseForm
from training.forms.checks import longest, required
from training.forms.fields import TextAreaField


class VarianceForm(BaseForm):
    """A written reason."""

    reason = TextAreaField(_l("Reason"), [required(), longest(500)])
