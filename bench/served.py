"""The cost of the real server: bytes of the first page, memory of a worker."""

import gzip
import os
import re
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPMessage
from http.cookiejar import CookieJar
from pathlib import Path

from bench.loading import Loaded
from bench.report import Row
from tests.support.server import none_left, serving
from tests.support.world import PASSWORD

_FIRST_PAGE_KB, _WORKER_MB = 40, 150
_VISITS = 20
_LINKED = re.compile(r'<(?:link|script|img)\b[^>]*?\b(?:href|src)="([^"]+)"')
_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


class Visitor:
    """An HTTP client that counts the bytes received."""

    def __init__(self, base: str) -> None:
        self._base = base
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))

    def get(self, path: str, form: dict[str, str] | None = None) -> tuple[bytes, HTTPMessage]:
        """Return the body as received, following redirects, and the headers."""
        data = urllib.parse.urlencode(form).encode() if form else None
        request = urllib.request.Request(self._base + path, data, {"Accept-Encoding": "gzip"})
        with self._opener.open(request) as answer:
            return answer.read(), answer.headers

    def sign_in(self) -> tuple[list[bytes], list[bytes]]:
        """Sign in; return the pages seen on the way and their linked files, each once and compressed."""
        first = _compressed(*self.get("/sign-in"))
        token = _TOKEN.search(_text(first))
        form = {"csrf_token": token[1] if token else "", "username": "uk", "password": PASSWORD}
        home = _compressed(*self.get("/sign-in", form))
        linked = {path for page in (first, home) for path in _LINKED.findall(_text(page))}
        return [first, home], [_compressed(*self.get(path)) for path in sorted(linked)]


def _compressed(body: bytes, headers: HTTPMessage) -> bytes:
    """Return a body compressed by gzip, as the server sent it or as a proxy would."""
    return body if headers["Content-Encoding"] == "gzip" else gzip.compress(body)


def _text(packed: bytes) -> str:
    return gzip.decompress(packed).decode()


def serve_pages(database: str, loaded: Loaded, folder: Path) -> Iterator[Row]:
    """Yield the size of the first page and the memory of the larger worker after it served some pages."""
    with _served(loaded.url, folder) as (base, server):
        pages, files = Visitor(base).sign_in()
        size = sum(map(len, (*pages, *files)))
        yield Row.limited("first page: sign in, home, files", database, size / 1000, "kB gzip", _FIRST_PAGE_KB)
        _visit(base, loaded)
        memory = max(_resident(worker) for worker in _children(server))
        yield Row.limited(f"memory of a web worker, {_VISITS * 5} pages", database, memory / 1e6, "MB", _WORKER_MB)


@contextmanager
def _served(url: str, folder: Path) -> Iterator[tuple[str, int]]:
    """Serve a database as ``make run`` does; yield the base address and the parent process of the workers."""
    with none_left(folder), serving(url, folder / "server.log") as base:
        (note,) = (folder / "servers").iterdir()
        yield base, int(note.name)
    (folder / "servers").rmdir()


def _visit(base: str, loaded: Loaded) -> None:
    visitor = Visitor(base)
    visitor.sign_in()
    heaviest = (f"/cohorts/{loaded.cohort}/roster", f"/programmes/{loaded.programme}")
    for _ in range(_VISITS):
        for path in ("/", "/people", "/cohorts", *heaviest):
            visitor.get(path)


def _children(process: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


def _resident(process: int) -> int:
    """Return the memory of a process in bytes."""
    pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")
