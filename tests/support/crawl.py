"""Follow the links of the product as a user would."""

import re
from collections.abc import Iterator
from html import unescape

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

_LINK = re.compile(r'href="(/[^"]*)"')
_NUMBERED = re.compile(r"[0-9a-hjkmnp-tv-z]{12}")
EACH = 3
"""Pages read of each URL pattern: the hundredth course looks like the first."""


def crawl(client: FlaskClient) -> Iterator[tuple[str, TestResponse]]:
    """Yield every page reachable from the home page, a few of each URL pattern."""
    waiting, seen, shapes = ["/"], {"/"}, dict[str, int]()
    while waiting:
        address = waiting.pop(0)
        shape = _NUMBERED.sub("…", address)
        shapes[shape] = shapes.get(shape, 0) + 1
        if shapes[shape] > EACH:
            continue
        answer = client.get(address)
        if answer.mimetype != "text/html":
            answer.close()  # a download
            continue
        yield address, answer
        for found in map(unescape, _LINK.findall(answer.text)):
            if found not in seen and not found.startswith("/static/"):
                seen.add(found)
                waiting.append(found)
