"""Sign in, and create an account from an invitation."""

from flask_babel import lazy_gettext as _l

from training.forms.common.base import BaseForm
from training.forms.common.checks import longest, required
from training.forms.common.fields import PasswordField, TextField, UsernameField


class SignInForm(BaseForm):
    """Username and password."""

    username = UsernameField(_l("Username"), [required(_l("Enter your username")), longest(254)])
    password = PasswordField(_l("Password"), [required(_l("Enter your password")), longest(128)])


class AcceptInvitationForm(BaseForm):
    """The details chosen for a new account."""

    display_name = TextField(
        _l("Your name"),
        [required(_l("Enter your name")), longest(200)],
        description=_l("As colleagues know you"),
    )
    username = UsernameField(_l("Username"), [required(_l("Choose a username")), longest(60)])
    password = PasswordField(
        _l("Password"),
        [required(_l("Choose a password")), longest(128)],
        description=_l(
            "At least 15 characters; three or four words that have nothing to do with each other or with you"
        ),
    )
