"""Filter and search the accounts."""

from flask_babel import lazy_gettext as _l

from training.forms.common.base import BaseForm, FilterForm
from training.forms.common.checks import longest, may_be_empty
from training.forms.common.fields import SearchField, SelectField


class AccountFilter(FilterForm):
    """The accounts to show."""

    organisation = SelectField(_l("Organisation"), [may_be_empty()])
    role = SelectField(_l("Role"), [may_be_empty()])
    state = SelectField(_l("State"), [may_be_empty()])


class AccountSearch(BaseForm):
    """Part of a name, a username or an e-mail address; a name does not belong in an address."""

    words = SearchField(_l("Name, username or e-mail"), [may_be_empty(), longest(200)])

    class Meta:
        """Settings for WTForms and our widgets."""

        says_optional = False
