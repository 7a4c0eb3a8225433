"""The cookie of a device on which somebody has signed in: guesses elsewhere do not delay a sign-in on it."""

from flask import current_app, request
from werkzeug.wrappers import Response

from training.config import Settings
from training.domain.identity.sign_in_limits import DEVICE_LIFE
from training.kit.ids import is_token


def token_of_browser() -> str:
    """Return the token that the browser sent, or nothing."""
    token = request.cookies.get(_name(), "")
    return token if is_token(token) else ""


def remembered(response: Response, token: str) -> Response:
    """Return ``response`` with the cookie of the device."""
    is_secure = Settings.of(current_app).has_secure_cookies
    response.set_cookie(_name(), token, max_age=DEVICE_LIFE, secure=is_secure, httponly=True, samesite="Lax")
    return response


def _name() -> str:
    return "__Host-device" if Settings.of(current_app).has_secure_cookies else "device"
