"""Both databases, the application on each, the real server and a real browser.

Nothing is skipped: where PostgreSQL or Chromium cannot start, the run fails and says what to install.
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page, sync_playwright
from sqlalchemy import create_engine

from tests.support import postgres
from tests.support.server import SECRET, serving
from tools.prepare_tests import find_chromium
from training import create_app
from training.config import Settings
from training.kit.db import db, engine_options
from training.kit.ids import new_public_id
from training.kit.migrate import upgrade

_PORT, _SQLITE = "TESTS_POSTGRESQL_PORT", "TESTS_SQLITE_TEMPLATE"
_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_running = ExitStack()


def pytest_configure(config: pytest.Config) -> None:
    """Start PostgreSQL once, in the leading process; its workers find it by the environment."""
    if hasattr(config, "workerinput") or config.option.collectonly:
        return
    folder = Path(tempfile.mkdtemp(prefix="training-tests-"))
    _running.callback(shutil.rmtree, folder, ignore_errors=True)
    folder.chmod(0o755)
    try:
        server = _running.enter_context(postgres.Server(folder / "cluster"))
    except (OSError, RuntimeError, StopIteration) as error:
        _running.close()
        raise pytest.UsageError(f"{postgres.ADVICE} ({error})") from error
    postgres.execute(server.port, "CREATE DATABASE migrated")
    _migrate(postgres.address(server.port, "migrated"))
    template = folder / "migrated.sqlite"
    _migrate(f"sqlite:///{template}")
    os.environ |= {_PORT: str(server.port), _SQLITE: str(template)}


def pytest_unconfigure() -> None:
    """Stop what was started."""
    _running.close()


def _migrate(url: str) -> None:
    options = engine_options(url)
    engine = create_engine(options.pop("url"), **options)
    upgrade(engine)
    engine.dispose()


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """Return the address of a fresh, migrated SQLite database."""
    file = tmp_path / "training.sqlite"
    shutil.copy(os.environ[_SQLITE], file)
    return f"sqlite:///{file}"


@pytest.fixture
def postgresql_url() -> Iterator[str]:
    """Return the address of a fresh, migrated PostgreSQL database."""
    port, name = int(os.environ[_PORT]), f"test_{new_public_id()}"
    postgres.execute(port, f"CREATE DATABASE {name} TEMPLATE migrated")
    yield postgres.address(port, name)
    postgres.execute(port, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """Return a fresh database of each kind in turn."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


def settings_for(database_url: str) -> Settings:
    """Return the settings with which tests run the application."""
    return Settings(
        database_url=database_url,
        secret_key=SECRET,
        mode="demo",
        demo_password="a password for the demonstration",
        wants_demo_data=False,
        has_secure_cookies=False,
        trusted_hosts=("localhost", "127.0.0.1"),
        proxy_hops=0,
        port=8000,
    )


@pytest.fixture
def app(database_url: str) -> Iterator[Flask]:
    """Return the application on a fresh database, once for each kind."""
    yield from _application(database_url)


@pytest.fixture
def sqlite_app(sqlite_url: str) -> Iterator[Flask]:
    """Return the application on SQLite, for what does not depend on the database."""
    yield from _application(sqlite_url)


def _application(url: str) -> Iterator[Flask]:
    application = create_app(settings_for(url))
    yield application
    with application.app_context():
        db.engine.dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Return a browser without a screen."""
    return app.test_client()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start Chromium once in each process."""
    path = find_chromium()
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=list(_FLAGS))
        yield chromium
        chromium.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Open pages that fail the test when the browser reports an error; all are closed at the end."""
    contexts = ExitStack()
    complaints: list[str] = []

    def open_one(base_url: str, *, language: str = "en-GB", width: int = 1280, scripts: bool = True) -> Page:
        context = browser.new_context(
            base_url=base_url,
            locale=language,
            viewport={"width": width, "height": 900},
            java_script_enabled=scripts,
        )
        contexts.callback(context.close)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        return page

    with contexts:
        yield open_one
    assert complaints == []


@pytest.fixture
def live_server(tmp_path: Path) -> Iterator[Callable[..., str]]:
    """Serve databases with the real web server; all servers are stopped at the end."""
    with ExitStack() as servers:
        yield lambda url, **environment: servers.enter_context(serving(url, tmp_path / "server.log", **environment))
