"""The test harness uses real parts: two databases, a web server, a browser that reports errors."""

import http.client
import json
import urllib.request
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Page
from sqlalchemy import func, inspect, select, text
from sqlalchemy.exc import IntegrityError

from tests.support.browser import Pages
from tests.support.server import serving
from tests.support.statements import refusing_writes
from training.kit.db import db, transaction
from training.models.identity.organisations import Jurisdiction, Organisation

VERSION = {"sqlite": "SELECT 'SQLite ' || sqlite_version()", "postgresql": "SELECT version()"}
NAME = {"sqlite": "SQLite 3", "postgresql": "PostgreSQL "}


@pytest.mark.parametrize("again", ["first", "second"])
def test_each_database_is_of_its_kind_and_fresh(app: Flask, request: pytest.FixtureRequest, again: str) -> None:
    kind = request.node.callspec.params["database_url"]
    with app.app_context():
        assert db.session.scalar(text(VERSION[kind])).startswith(NAME[kind])
        assert db.session.scalar(select(func.count()).select_from(Organisation)) == 0
        with transaction() as session:
            session.add(Organisation(name_en="One", jurisdiction=Jurisdiction.UK))


def test_shared_database_can_be_made_read_only(shared_app: Flask) -> None:
    with shared_app.app_context(), refusing_writes(shared_app):
        assert db.session.scalar(select(func.count()).select_from(Organisation)) == 0
        with pytest.raises(AssertionError, match="INSERT INTO organisations"), transaction() as session:
            session.add(Organisation(name_en="One", jurisdiction=Jurisdiction.UK))


def test_all_model_tables_exist(app: Flask) -> None:
    with app.app_context():
        tables = inspect(db.engine).get_table_names()
    assert set(tables) - {"alembic_version"} == set(Organisation.metadata.tables)


def test_foreign_keys_are_enforced(app: Flask) -> None:
    insert = "INSERT INTO cohort_invitations (cohort_id, organisation_id) VALUES (4711, 4712)"
    with app.app_context(), pytest.raises(IntegrityError, match=r"(?i)foreign key"), transaction() as session:
        session.execute(text(insert))


def test_statements_are_counted_on_both_databases(
    app: Flask, statements: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    with app.app_context(), statements() as seen:
        db.session.execute(text("SELECT 1"))
        db.session.execute(text("SELECT 2"))
    assert seen == ["SELECT 1", "SELECT 2"]


def test_client_reaches_the_application(client: FlaskClient) -> None:
    assert client.get("/healthz").get_json()["database"] == "well"


def test_real_server_is_healthy(database_url: str, live_server: Callable[..., str]) -> None:
    with urllib.request.urlopen(f"{live_server(database_url)}/healthz", timeout=10) as answer:
        assert json.load(answer) == {"process": "well", "database": "well", "disk": "well", "worker": "silent"}


def test_real_server_is_stopped_afterwards(sqlite_url: str, tmp_path: Path) -> None:
    with serving(sqlite_url, tmp_path / "server.log") as base:
        host = base.removeprefix("http://")
    connection = http.client.HTTPConnection(host, timeout=5)
    with pytest.raises(ConnectionRefusedError):
        connection.connect()


def test_failed_server_start_reports_the_reason(sqlite_url: str, tmp_path: Path) -> None:
    with (
        pytest.raises(RuntimeError, match="SECRET_KEY must be set"),
        serving(sqlite_url, tmp_path / "server.log", TRAINING_MODE="production", SECRET_KEY=""),
    ):
        pass


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("java_script", [True, False])
def test_browser_shows_a_page(
    sqlite_url: str, live_server: Callable[..., str], open_page: Callable[..., Page], width: int, java_script: bool
) -> None:
    page = open_page(live_server(sqlite_url), language="ar-IQ", width=width, java_script=java_script, reduced=True)
    page.goto("/sign-in")
    assert page.locator("html").get_attribute("dir") == "rtl"
    assert page.viewport_size == {"width": width, "height": 900}


@pytest.mark.parametrize("script", ["console.error('planted')", "throw new Error('planted')"])
def test_browser_errors_are_recorded(pages: Pages, script: str) -> None:
    page = pages.open("http://127.0.0.1")
    page.set_content(f"<script>{script}</script>")
    page.wait_for_timeout(100)
    assert len(pages.complaints) == 1
    assert "planted" in pages.complaints[0]


def test_missing_asset_is_a_browser_error_and_a_refusal_is_not(
    pages: Pages, sqlite_url: str, live_server: Callable[..., str]
) -> None:
    base = live_server(sqlite_url)
    page = pages.open(base)
    page.goto("/nothing-here")
    assert pages.complaints == []
    page.goto("about:blank")
    page.set_content(f"<img src='{base}/missing.png' alt=''>", wait_until="networkidle")
    assert [text for text in pages.complaints if "missing.png" in text]
