"""Write letters in the language of the reader, as HTML and as plain text."""

from collections.abc import Mapping

from flask import Flask, current_app, g
from markupsafe import Markup

from training.domain.identity.mail import Letter, Written
from training.kit.locale import LANGUAGES

TEMPLATES: Mapping[Letter, str] = {
    Letter.INVITATION: "identity/mail/invitation.html",
    Letter.PASSWORD_RESET: "identity/mail/password_reset.html",
    Letter.PASSWORD_CHANGED: "identity/mail/password_changed.html",
    Letter.EMAIL_CONFIRMATION: "identity/mail/email_confirmation.html",
    Letter.EMAIL_CHANGED: "identity/mail/email_changed.html",
    Letter.DIGEST: "identity/mail/digest.html",
}


def write(letter: Letter, language: str, values: Mapping[str, str]) -> Written:
    """Return the text of ``letter`` in ``language`` with ``values``; it needs no request."""
    here = LANGUAGES[language]
    with current_app.app_context():
        g.language = here
        template = current_app.jinja_env.get_template(TEMPLATES[letter])
        page = template.make_module({**values, "lang_code": here.code, "text_dir": here.direction})
        parts = [*page.paragraphs, page.link, *page.after]  # type: ignore[attr-defined]
        plain = "\n\n".join(_plain(part) for part in parts if part)
        return Written(_plain(page.subject), f"{plain}\n", str(page))  # type: ignore[attr-defined]


def _plain(text: str) -> str:
    """Return a text without the escapes that HTML needs."""
    return text.unescape() if isinstance(text, Markup) else text


def init_app(app: Flask) -> None:
    """Let the work process write letters."""
    app.extensions["letter_writer"] = write
