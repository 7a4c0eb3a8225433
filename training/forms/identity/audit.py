"""Filter the audit trail."""

from flask_babel import lazy_gettext as _l

from training.forms.common.base import FilterForm
from training.forms.common.checks import longest, may_be_empty
from training.forms.common.fields import DateField, ReferenceField, SelectField, UsernameField


class AuditFilter(FilterForm):
    """The events to show."""

    action = SelectField(_l("Event"), [may_be_empty()])
    username = UsernameField(_l("Username"), [may_be_empty(), longest(60)])
    subject = ReferenceField(_l("Record"), [may_be_empty(), longest(12)])
    since = DateField(_l("From"), [may_be_empty()])
    until = DateField(_l("To"), [may_be_empty()])
