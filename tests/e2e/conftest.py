"""The demonstration loaded by ``flask prepare``, served, with users who sign in."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.e2e.people import Reader
from tests.support.folder import alone
from tests.support.server import command, serving

Enter = Callable[..., Reader]

_PATIENCE = 10_000
"""Milliseconds for which a person waits for something to appear."""


@dataclass(frozen=True)
class Served:
    """A demonstration on SQLite and the server that serves it."""

    file: Path
    base: str

    @property
    def url(self) -> str:
        return f"sqlite:///{self.file}"

    def begin_anew(self, prepared: Path) -> None:
        """Replace the database while the server keeps running."""
        with closing(sqlite3.connect(prepared)) as new, closing(sqlite3.connect(self.file)) as old:
            new.backup(old)


@pytest.fixture(scope="session")
def prepared() -> Path:
    """Return a SQLite database with the demonstration, created once per run."""
    with alone("demonstration") as folder:
        file = folder / "demonstration.sqlite"
        if not file.exists():
            unfinished = file.with_suffix(".unfinished")
            command(f"sqlite:///{unfinished}", "prepare", DEMO="1")
            unfinished.rename(file)
    return file


@pytest.fixture(scope="session")
def served(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Return a server shared by the tests of this process, each with a fresh demonstration."""
    folder = tmp_path_factory.mktemp("demonstration")
    file = folder / "training.sqlite"
    shutil.copyfile(prepared, file)
    with serving(f"sqlite:///{file}", folder / "server.log") as base:
        yield Served(file, base)


@pytest.fixture
def demonstration_url(request: pytest.FixtureRequest) -> str:
    """Return the address of a fresh demonstration: on SQLite, or on PostgreSQL if the test requests it."""
    if getattr(request, "param", "sqlite") == "postgresql":
        url: str = request.getfixturevalue("postgresql_url")
        command(url, "prepare", DEMO="1")
        return url
    served: Served = request.getfixturevalue("served")
    served.begin_anew(request.getfixturevalue("prepared"))
    return served.url


@pytest.fixture
def enter(
    request: pytest.FixtureRequest,
    demonstration_url: str,
    live_server: Callable[..., str],
    open_page: Callable[..., Page],
) -> Enter:
    """Sign a user in to the demonstration, each in their own browser: ``enter("funder", width=320)``."""
    is_shared = demonstration_url.startswith("sqlite")
    base = request.getfixturevalue("served").base if is_shared else live_server(demonstration_url)

    def sign_in(username: str, **screen: object) -> Reader:
        reader = Reader(open_page(base, **screen))
        reader.page.set_default_timeout(_PATIENCE)
        reader.sign_in(username)
        return reader

    return sign_in
