"""Explain the variance of a line."""

from flask_babel import lazy_gettext as _l

from training.forms.common.base import BaseForm
from training.forms.common.checks import longest, required
from training.forms.common.fields import TextAreaField


class VarianceForm(BaseForm):
    """A written reason."""

    reason = TextAreaField(_l("Reason"), [required(), longest(500)])
