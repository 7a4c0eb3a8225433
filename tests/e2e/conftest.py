"""The demonstration as ``flask prepare`` loads it, served; and people who sign in to it."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.e2e.people import Reader
from tests.support.server import command

Enter = Callable[..., Reader]

_PATIENCE = 10_000
"""Milliseconds for which a person waits for something to appear."""


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a SQLite database with the demonstration, made once in each process."""
    file = tmp_path_factory.mktemp("demonstration") / "training.sqlite"
    command(f"sqlite:///{file}", "prepare", DEMO="1")
    return file


@pytest.fixture
def demonstration_url(request: pytest.FixtureRequest, prepared: Path, tmp_path: Path) -> str:
    """Return the address of a demonstration of one's own: on SQLite, or where the test asks for it on PostgreSQL."""
    if getattr(request, "param", "sqlite") == "postgresql":
        url: str = request.getfixturevalue("postgresql_url")
        command(url, "prepare", DEMO="1")
        return url
    file = tmp_path / "training.sqlite"
    shutil.copyfile(prepared, file)
    return f"sqlite:///{file}"


@pytest.fixture
def enter(demonstration_url: str, live_server: Callable[..., str], open_page: Callable[..., Page]) -> Enter:
    """Let somebody sign in to the demonstration, each at a screen of their own: ``enter("funder", width=320)``."""
    base = live_server(demonstration_url)

    def sign_in(username: str, **screen: object) -> Reader:
        reader = Reader(open_page(base, **screen))
        reader.page.set_default_timeout(_PATIENCE)
        reader.sign_in(username)
        return reader

    return sign_in
