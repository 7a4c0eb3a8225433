"""What a worker of the real server keeps of memory after floods: ids, fields, and files of every costly kind."""

import io
import os
import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http.cookiejar import CookieJar
from pathlib import Path

import xlsxwriter

from tests.support.application import application
from tests.support.world import PASSWORD, World

MOST_MEGABYTES = 150
NINE_MEGABYTES = 9 * 1024 * 1024


class Visitor:
    """A client of the real server with its cookies."""

    def __init__(self, base: str, username: str) -> None:
        self._base = base
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        self.send("/sign-in", [("username", username), ("password", PASSWORD)])

    def read(self, path: str, body: bytes | None = None, **headers: str) -> tuple[int, str]:
        """Return status and page, after redirects."""
        request = urllib.request.Request(self._base + path, body, headers)
        try:
            with self._opener.open(request, timeout=60) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def send(self, path: str, form: list[tuple[str, str]], page: str = "") -> tuple[int, str]:
        return self.read(path, urllib.parse.urlencode([("csrf_token", self._token(page or path)), *form]).encode())

    def upload(self, path: str, content: bytes) -> tuple[int, str]:
        head = f'--cut\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{self._token(path)}\r\n--cut\r\n'
        head += 'Content-Disposition: form-data; name="file"; filename="list.csv"\r\n\r\n'
        body = head.encode() + content + b"\r\n--cut--\r\n"
        return self.read(path, body, **{"Content-Type": "multipart/form-data; boundary=cut"})

    def _token(self, path: str) -> str:
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self.read(path)[1])
        assert found, path
        return found[1]


def workbook() -> bytes:
    """Return a workbook of 120,000 different cells."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        for row in range(6_000):
            sheet.write_row(row, 0, [f"a cell of a row {row} {column}" for column in range(20)])
    return file.getvalue()


def floods() -> list[bytes]:
    most = b",".join([b"a cell of a row"] * 25) + b"\n"
    return [
        b"a,b\n" + b"\n" * NINE_MEGABYTES,
        b"a,b\n" + b"," * NINE_MEGABYTES,
        b"a,b\n1,2\n" + b",,,,,,,,\n" * 500_000,
        b"a,b\n1," + b"x" * NINE_MEGABYTES,
        b",".join([b"a"] * 50_000) + b"\n1\n",
        most * 19_900,
        workbook(),
    ]


def megabytes_of_workers(base: str) -> int:
    """Return the resident memory of the largest process below that which listens at ``base``."""
    (server,) = (int(note.name) for note in Path(os.environ["TESTS_SERVERS"]).iterdir() if base in _address(note.name))
    children = Path(f"/proc/{server}/task/{server}/children").read_text().split()
    pages = [int(Path(f"/proc/{child}/statm").read_text().split()[1]) for child in children]
    return max(pages) * os.sysconf("SC_PAGE_SIZE") // 1024 // 1024


def _address(pid: str) -> str:
    environment = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    port = next((entry[5:].decode() for entry in environment if entry.startswith(b"PORT=")), "-")
    return f"http://127.0.0.1:{port}"


def test_worker_stays_small_after_floods(sqlite_url: str, live_server: Callable[..., str]) -> None:
    with application(sqlite_url) as app, app.app_context():
        world = World(app)
        world.proposed_line(100_00)
        address = f"/programmes/{world.programme().public_id}/spending/new"
    base = live_server(sqlite_url, WEB_CONCURRENCY="1")
    approver, uk = Visitor(base, "approver"), Visitor(base, "uk")
    for number, expected in ((400, 200), (900, 200), (45_000, 413)):
        form = [("decision", "refused"), ("reason", "no"), *(("chosen", f"{one:012}") for one in range(number))]
        assert approver.send("/approvals", form)[0] == expected
    sent = floods()
    assert {uk.upload(address, content)[0] for content in sent} == {200}
    with ThreadPoolExecutor(4) as threads:
        largest = list(threads.map(lambda _number: uk.upload(address, sent[-2])[0], range(4)))
    assert largest == [200] * 4
    assert megabytes_of_workers(base) <= MOST_MEGABYTES
