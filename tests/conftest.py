"""Fixtures: both databases, the application on each, the real server and a real browser.

Nothing is skipped: if PostgreSQL or Chromium cannot start, the run fails and says what to install.
"""

from __future__ import annotations

import gc
import signal
from contextlib import AbstractContextManager, ExitStack
from functools import partial
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, Phase, settings

from tests.support.depth import IS_DEEP
from tests.support.folder import memory_folder, shared_folder
from tests.support.postgres import stopped
from tests.support.server import none_left, serving

if TYPE_CHECKING:  # a test of pure code loads neither the product nor a browser
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient
    from playwright.sync_api import Browser, Page

    from tests.support.browser import Pages

settings.register_profile(
    "short",
    max_examples=30,
    stateful_step_count=50,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],  # shrinking a sequence of ledger operations takes minutes
    report_multiple_bugs=False,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("deep", settings.get_profile("short"), max_examples=520)
settings.load_profile("deep" if IS_DEEP else "short")
"""The deep profile takes more than 20,000 steps through the ledger where the usual run takes some 1,300."""


# Much of what a test creates lives as long as the test: looking for garbage more often takes 6 % of the time.
gc.set_threshold(100_000, 50, 1000)

_SLOW = {"postgresql_url", "browser", "live_server"}
"""Fixtures of which none is in a fast run."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--fast", action="store_true", help="SQLite alone: no PostgreSQL, browser, servers, races")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.option.fast:
        slow = [item for item in items if _is_slow(item)]
        config.hook.pytest_deselected(items=slow)
        items[:] = [item for item in items if item not in set(slow)]
    # The longest first, so that no worker is left with one of them at the end.
    items.sort(key=lambda item: "e2e" not in item.path.parts)


def _is_slow(item: pytest.Item) -> bool:
    parameters = item.callspec.params.values() if hasattr(item, "callspec") else ()
    return bool(_SLOW.intersection(item.fixturenames)) or "postgresql" in parameters or "faults" in item.path.parts


def pytest_configure(config: pytest.Config) -> None:
    """Create the folder of the run in the leading process; workers find shared resources through it."""
    if hasattr(config, "workerinput") or config.option.collectonly:
        return
    # On SIGTERM end as on Ctrl-C: servers are stopped and folders removed.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    started = ExitStack()
    config.add_cleanup(started.close)
    folder = started.enter_context(shared_folder("training-tests-"))
    started.enter_context(stopped(folder))
    started.enter_context(none_left(folder))


@pytest.fixture(scope="session")
def sqlite_folder() -> Iterator[Path]:
    """Return the folder of this process's SQLite database; its address is constant, as the application is reused."""
    with memory_folder("training-tests-sqlite-") as folder:
        yield folder


@pytest.fixture
def sqlite_url(sqlite_folder: Path) -> Iterator[str]:
    """Return the address of a fresh, migrated, empty SQLite database."""
    from tests.support.databases import fresh_sqlite

    with fresh_sqlite(sqlite_folder) as url:
        yield url


@pytest.fixture
def postgresql_url() -> str:
    """Return the address of a migrated, empty PostgreSQL database."""
    from tests.support.databases import emptied_postgresql

    return emptied_postgresql()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """Return a fresh database of each kind in turn."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def app(database_url: str) -> Iterator[Flask]:
    """Return the application on a fresh database, once for each kind."""
    from tests.support.application import shared_application

    with shared_application(database_url) as app:
        yield app


@pytest.fixture
def sqlite_app(sqlite_url: str) -> Iterator[Flask]:
    """Return the application on SQLite, for what does not depend on the database."""
    from tests.support.application import shared_application

    with shared_application(sqlite_url) as app:
        yield app


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def shared_app(request: pytest.FixtureRequest, sqlite_folder: Path) -> Iterator[Flask]:
    """Return the application on a database shared by a whole file, for read-only tests."""
    from tests.support.application import shared_application
    from tests.support.databases import emptied_postgresql, fresh_sqlite

    with ExitStack() as opened:
        if request.param == "sqlite":
            url = opened.enter_context(fresh_sqlite(sqlite_folder, "shared"))
        else:
            url = emptied_postgresql("shared")
        app = opened.enter_context(shared_application(url))
        yield app
        _prove_ledger(app)


@pytest.fixture(autouse=True)
def ledger_stays_whole(request: pytest.FixtureRequest) -> Iterator[None]:
    """Verify the ledger after every test that uses an application."""
    name = next((name for name in ("app", "sqlite_app") if name in request.fixturenames), None)
    app: Flask | None = request.getfixturevalue(name) if name else None
    yield
    if app is not None:
        _prove_ledger(app)


def _prove_ledger(app: Flask) -> None:
    from tests.support import ledger

    with app.app_context():
        ledger.prove()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Return a test client."""
    return app.test_client()


@pytest.fixture
def statements(app: Flask) -> Callable[[], AbstractContextManager[list[str]]]:
    """Return a context manager that collects the SQL statements: ``with statements() as seen``."""
    from tests.support.statements import counted
    from training.kit.db import db

    with app.app_context():
        return partial(counted, db.engine)


@pytest.fixture
def live_server(tmp_path: Path) -> Iterator[Callable[..., str]]:
    """Serve databases with the real web server: ``base = live_server(url, DEMO_PASSWORD="…")``; stopped at the end."""
    with ExitStack() as servers:
        yield lambda url, **environment: servers.enter_context(serving(url, tmp_path / "server.log", **environment))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Return Chromium, started once in each process."""
    from tests.support.browser import chromium

    with chromium() as started:
        yield started


@pytest.fixture
def pages(browser: Browser, live_server: Callable[..., str]) -> Iterator[Pages]:
    """Return the opener of pages; depends on the servers so that they stop after it, as they wait for open pages."""
    from tests.support.browser import Pages

    opened = Pages(browser)
    yield opened
    opened.close()


@pytest.fixture
def open_page(pages: Pages) -> Iterator[Callable[..., Page]]:
    """Open pages (see ``Pages.open``); the test fails if the browser reported an error in any of them."""
    yield pages.open
    assert pages.complaints == [], "the browser reported errors"
