"""Claim completion."""

from flask_babel import lazy_gettext as _l

from training.forms.common.base import BaseForm
from training.forms.common.checks import longest, may_be_empty, required
from training.forms.common.fields import DateField, TextAreaField


class CompletionForm(BaseForm):
    """The day of completion, with a note."""

    completed_on = DateField(_l("Completed on"), [required()])
    note = TextAreaField(_l("Note"), [may_be_empty(), longest(500)])
