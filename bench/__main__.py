"""Run the benchmark, print its table, store its figures; exit with 1 if a limit is exceeded."""

import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from functools import partial
from pathlib import Path

import psycopg

from bench import report
from bench.approvals import time_approvals
from bench.loading import load
from bench.naming import time_naming
from bench.pages import time_pages
from bench.served import serve_pages
from bench.spending import time_import
from tests.support.databases import fresh_postgresql, fresh_sqlite
from tests.support.folder import shared_folder
from tests.support.postgres import stopped

_FEW, _MANY = 1_000, 100_000
_NOTES = """
ours, bare: an application in a process of its own, the two asked in turn; ratio: bare / ours, 1 is as fast as bare.
bare: plain Flask, mapped objects in one SELECT, Jinja; no sign-in, rights, languages; it sums the ledger itself.
A roster is its first page. PostgreSQL runs as in the tests, without fsync; SQLite runs with synchronous=FULL.
"""

Fresh = Callable[[], AbstractContextManager[str]]


def main() -> int:
    """Measure everything on both databases; return the exit status."""
    with shared_folder("training-bench-") as folder, stopped(folder):
        rows = [*_measure("SQLite", partial(_sqlite, folder), folder)]
        rows += _measure("PostgreSQL", fresh_postgresql, folder)
        version = _postgresql_version()
    print(report.table(rows), _NOTES, sep="\n")
    report.write(rows, version)
    return int(any(row.is_kept is False for row in rows))


def _measure(database: str, fresh: Fresh, folder: Path) -> Iterator[report.Row]:
    with ExitStack() as made:
        small, large = (load(made.enter_context(fresh()), entries) for entries in (_FEW, _MANY))
        yield from time_pages(database, small, large)
        yield from serve_pages(database, large, folder)
        yield time_approvals(database, made.enter_context(fresh()))
        yield time_import(database, made.enter_context(fresh()), folder)
        yield from time_naming(database, made.enter_context(fresh()))


def _sqlite(folder: Path) -> AbstractContextManager[str]:
    return fresh_sqlite(Path(tempfile.mkdtemp(dir=folder)))


def _postgresql_version() -> str:
    with fresh_postgresql() as url, psycopg.connect(url) as connection:
        return connection.info.parameter_status("server_version") or ""


if __name__ == "__main__":
    sys.exit(main())
