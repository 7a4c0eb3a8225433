"""Sign in, create an account from an invitation, and look after one's own account."""

from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from training.forms.common.base import BaseForm
from training.forms.common.checks import longest, required
from training.forms.common.fields import EmailField, HiddenField, PasswordField, RadioField, TextField, UsernameField
from training.forms.common.widgets import Choice
from training.kit.locale import LANGUAGES, Language

_PASSWORD_HINT = _l("At least 15 characters; three or four words that have nothing to do with each other or with you")


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
        description=_PASSWORD_HINT,
    )


class NewPasswordForm(BaseForm):
    """A new password, at a one-time address."""

    password = PasswordField(
        _l("New password"), [required(_l("Choose a password")), longest(128)], description=_PASSWORD_HINT
    )


class PasswordForm(BaseForm):
    """A new password in place of the present one."""

    present = PasswordField(_l("Present password"), [required(_l("Enter your present password")), longest(128)])
    password = PasswordField(
        _l("New password"), [required(_l("Choose a password")), longest(128)], description=_PASSWORD_HINT
    )


class ForgottenForm(BaseForm):
    """The e-mail address of somebody who cannot sign in."""

    email = EmailField(_l("E-mail"), [required(_l("Enter your e-mail address")), longest(254)])


class EmailForm(BaseForm):
    """A new e-mail address, confirmed with the password."""

    email = EmailField(_l("New e-mail"), [required(_l("Enter an e-mail address")), longest(254)])
    present = PasswordField(_l("Present password"), [required(_l("Enter your present password")), longest(128)])


def _own_name(language: Language) -> Markup:
    return Markup('<span lang="{}" dir="{}">{}</span>').format(language.code, language.direction, language.endonym)


class LanguageForm(BaseForm):
    """The language of an account. It is sent to where the head of every page sends its own choice."""

    language = RadioField(
        _l("Language"),
        choices=[Choice(one.code, _own_name(one)) for one in LANGUAGES.values()],
        description=_l("For pages and letters; it is kept for your account"),
    )


class ConfirmForm(BaseForm):
    """A button and nothing to fill in."""


class SessionForm(BaseForm):
    """The session to end."""

    session = HiddenField()
