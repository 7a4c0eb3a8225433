"""The browser of somebody who has just signed in."""

from flask import session
from flask_login import login_user
from werkzeug.wrappers import Response

from training.domain.identity.accounts import Tokens
from training.web.common import guard
from training.web.identity import devices


def begin(response: Response, tokens: Tokens, language: str) -> Response:
    """Return ``response`` to a browser that from now on has this session, in this language, on this device."""
    guard.clear_session()
    session["language"] = language
    session.permanent = True
    login_user(guard.signed_in_as(tokens.session))
    return devices.remembered(response, tokens.device)
