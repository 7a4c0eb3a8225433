"""What a worker of the real server keeps of memory after floods: ids, fields, and files of every costly kind."""

import io
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import xlsxwriter

from tests.support.application import application
from tests.support.visitor import Visitor
from tests.support.world import World

MOST_MEGABYTES = 150
NINE_MEGABYTES = 9 * 1024 * 1024


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
