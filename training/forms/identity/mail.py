"""Filter the outgoing mail, and have a letter sent again."""

from flask_babel import lazy_gettext as _l

from training.forms.common.base import BaseForm, FilterForm
from training.forms.common.checks import may_be_empty
from training.forms.common.fields import SelectField


class MailFilter(FilterForm):
    """The letters to show."""

    state = SelectField(_l("State"), [may_be_empty()], blank=_l("All"))


class SendAgainForm(BaseForm):
    """Have a letter sent again."""
