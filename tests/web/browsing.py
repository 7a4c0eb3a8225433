"""What the tests of the web room do at a browser, and what they read off a page."""

import contextvars
import datetime as dt
import re
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import Context
from html import unescape
from threading import Barrier
from typing import Any, TypeVar

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.support.world import World, post
from training.kit.db import db

Answer = TypeVar("Answer")

_SILENT = re.compile(r"<(title|svg)\b.*?</\1>", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_POUNDS = re.compile(r"(−?)£([\d,]+)\.(\d\d)")
_MENU = re.compile(r"<header.*?</header>|<footer.*?</footer>", re.DOTALL)


class Elsewhere(FlaskClient):
    """A browser whose requests do not share the session of the test."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Send requests from a context of their own."""
        return Context().run(super().open, *args, **kwargs)


@contextmanager
def building(world: World) -> Iterator[World]:
    """Go on building a world after requests were made."""
    with world.app.app_context():
        db.session.add_all(world.organisations.values())
        yield world


def press(
    client: FlaskClient, address: str, form: dict[str, object] | None = None, *, page: str = "/account"
) -> TestResponse:
    """Send a form and read the page that it leads to."""
    answer = post(client, address, form, page=page)
    return client.get(answer.location) if answer.status_code == 302 else answer


def words(answer: TestResponse) -> str:
    """Return what a reader reads on a page, without header and footer, in one line."""
    bare = _TAG.sub(" ", _SILENT.sub(" ", _MENU.sub(" ", answer.text)))
    return re.sub(r" ([,.:)])", r"\1", " ".join(unescape(bare).split()))


def typed(answer: TestResponse, name: str) -> str:
    """Return what stands in an input or text area of a page."""
    for tag in re.findall(r"<input[^>]*>", answer.text):
        if f'name="{name}"' in tag:
            value = re.search(r'value="([^"]*)"', tag)
            return unescape(value[1]) if value else ""
    area = re.search(rf'<textarea[^>]*name="{name}"[^>]*>(.*?)</textarea>', answer.text, re.DOTALL)
    assert area, f"no field {name}"
    return unescape(area[1])


def links(answer: TestResponse, kind: str) -> list[str]:
    """Return the addresses of records of a kind that a page leads to, each once, in the order of the page."""
    found = re.findall(rf'href="(/{kind}/[0-9a-z]{{12}})"', answer.text)
    return list(dict.fromkeys(found))


def pence(text: str) -> int:
    """Return the first amount in a text in pence."""
    found = _POUNDS.search(text)
    assert found, f"no amount in {text[:200]!r}"
    return int(f"{found[2]}{found[3]}".replace(",", "")) * (-1 if found[1] else 1)


def figure(answer: TestResponse, label: str) -> int:
    """Return the pence that stand beside a label, in a tile or in a list of facts."""
    figures = re.findall(r"<dt[^>]*>(.*?)</dt>\s*<dd[^>]*>(.*?)</dd>", answer.text, re.DOTALL)
    found = [value for term, value in figures if unescape(_TAG.sub("", term)).strip() == label]
    assert found, f"no figure {label}"
    return pence(found[0])


def date(name: str, day: dt.date) -> dict[str, object]:
    """Return a date as the three boxes of a form send it."""
    return {f"{name}-day": str(day.day), f"{name}-month": str(day.month), f"{name}-year": str(day.year)}


def together(acts: Sequence[Callable[[], Answer]]) -> list[Answer]:
    """Do several things at the same moment, each in a thread of its own; return what came of each."""
    start = Barrier(len(acts))

    def act(do: Callable[[], Answer]) -> Answer:
        start.wait(timeout=30)
        return do()

    with ThreadPoolExecutor(len(acts)) as threads:
        # The moment that a test pretends is kept in the context, which a new thread does not inherit.
        waiting = [threads.submit(contextvars.copy_context().run, act, do) for do in acts]
        return [future.result(timeout=120) for future in waiting]
