"""Follow the links of the product as a user would."""

import re
from collections.abc import Iterator
from html import unescape

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

_LINK = re.compile(r'href="(/[^"#]*)')
_FILE = re.compile(r"\.(?:csv|xlsx|ods|pdf)(?:\?|$)")
_NUMBERED = re.compile(r"[0-9a-hjkmnp-tv-z]{12}")
EACH = 3
"""Pages read of each URL pattern: the hundredth course looks like the first."""


def crawl(client: FlaskClient, *, saves_files: bool = False) -> Iterator[tuple[str, TestResponse]]:
    """Yield every page reachable from the home page, a few of each URL pattern, and the files too if it saves those."""
    waiting, seen, shapes = ["/"], {"/"}, dict[str, int]()
    while waiting:
        address = waiting.pop(0)
        shape = _NUMBERED.sub("…", address)
        shapes[shape] = shapes.get(shape, 0) + 1
        if shapes[shape] > EACH or (_FILE.search(address) and not saves_files):
            continue
        answer = client.get(address)
        is_page = answer.mimetype == "text/html"
        if is_page or saves_files:
            yield address, answer
        if not is_page:
            answer.close()
            continue
        for found in map(unescape, _LINK.findall(answer.text)):
            if found not in seen and not found.startswith("/static/"):
                seen.add(found)
                waiting.append(found)
