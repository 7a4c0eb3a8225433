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


_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def family() -> str:
    """Return the family of the browser and of the system of this request, without versions; empty if unknown."""
    agent = request.headers.get("User-Agent", "")
    found = (next((name for mark, name in marks if mark in agent), "") for marks in (_BROWSERS, _SYSTEMS))
    return ", ".join(filter(None, found))


def remembered(response: Response, token: str) -> Response:
    """Return ``response`` with the cookie of the device."""
    is_secure = Settings.of(current_app).has_secure_cookies
    response.set_cookie(_name(), token, max_age=DEVICE_LIFE, secure=is_secure, httponly=True, samesite="Lax")
    return response


def _name() -> str:
    return "__Host-device" if Settings.of(current_app).has_secure_cookies else "device"
