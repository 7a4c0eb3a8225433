"""Time pages: each application runs in its own process, and they are requested in turn."""

import multiprocessing
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from flask import Flask
from werkzeug.test import EnvironBuilder, run_wsgi_app

_WARM_UP, _ROUNDS = 5, 30


@dataclass(frozen=True)
class Answer:
    """The time of a page, and its number of table rows."""

    seconds: float
    rows: int


Page = Callable[[], Answer]
Opener = Callable[[str], tuple[Flask, str]]
"""Given the address of a database, returns an application and the cookie to send."""


class PageFailedError(Exception):
    """A page did not answer 200, so there is nothing to time."""


def p50_of(pages: Mapping[str, Page]) -> dict[str, float]:
    """Request each page in turn, many times; return the median seconds of each."""
    for _ in range(_WARM_UP):
        for ask in pages.values():
            ask()
    times: dict[str, list[float]] = {name: [] for name in pages}
    for _ in range(_ROUNDS):
        for name, ask in pages.items():
            times[name].append(ask().seconds)
    return {name: statistics.median(taken) for name, taken in times.items()}


@contextmanager
def answering(opener: Opener, database_url: str) -> Iterator[Callable[[str], Answer]]:
    """Run an application in its own process; yield a function that requests the page at a path."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_answer, args=(opener, database_url, theirs), daemon=True)
    process.start()
    theirs.close()

    def ask(path: str) -> Answer:
        ours.send(path)
        answer: Any = ours.recv()
        if isinstance(answer, Answer):
            return answer
        raise PageFailedError(answer)

    try:
        yield ask
    finally:
        ours.close()
        process.join(timeout=10)


def _answer(opener: Opener, database_url: str, line: Connection) -> None:
    """Answer paths until the connection is closed."""
    app, cookie = opener(database_url)
    while True:
        try:
            path = line.recv()
        except EOFError:
            return
        line.send(_timed(app, path, cookie))


def _timed(app: Flask, path: str, cookie: str) -> Answer | str:
    """Return the timed answer, or the error; reading the whole body is included."""
    environment = EnvironBuilder(path, headers={"Cookie": cookie}).get_environ()
    start = time.perf_counter()
    body, status, _ = run_wsgi_app(app, environment, buffered=True)
    whole = b"".join(body)
    seconds = time.perf_counter() - start
    if not status.startswith("200"):
        return f"{path}: {status}"
    return Answer(seconds, whole.count(b"<tr"))
