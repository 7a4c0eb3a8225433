"""Ask that an account and a person are linked or unlinked."""

from flask_babel import lazy_gettext as _l

from training.forms.common.base import BaseForm
from training.forms.common.checks import longest, required
from training.forms.common.fields import TextAreaField, UsernameField


class UnlinkForm(BaseForm):
    """Why account and person are to be unlinked."""

    reason = TextAreaField(_l("Why?"), [required(_l("Say why: another person decides by that")), longest(500)])


class LinkForm(BaseForm):
    """The account that belongs to a person, and how that is known."""

    username = UsernameField(_l("Username of the account"), [required(_l("Enter a username")), longest(60)])
    reason = TextAreaField(
        _l("How do you know that it is theirs?"),
        [required(_l("Say why: another person decides by that")), longest(500)],
    )
