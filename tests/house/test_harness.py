"""The tests stand on real parts."""

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from training.kit.db import db, transaction


def test_each_database_answers_as_itself(app: Flask, request: pytest.FixtureRequest) -> None:
    kind = request.node.callspec.params["database_url"]
    with app.app_context():
        assert db.engine.dialect.name == kind
        version = "SELECT sqlite_version()" if kind == "sqlite" else "SELECT version()"
        assert db.session.scalar(text(version))


def test_foreign_keys_are_enforced(app: Flask) -> None:
    insert = "INSERT INTO cohort_invitations (cohort_id, organisation_id) VALUES (4711, 4712)"
    with app.app_context(), pytest.raises(IntegrityError), transaction() as session:
        session.execute(text(insert))


def test_the_real_server_serves_a_page(
    database_url: str, live_server: Callable[..., str], open_page: Callable[..., Page]
) -> None:
    page = open_page(live_server(database_url))
    page.goto("/sign-in")
    assert page.locator("h1").inner_text() == "Sign in"
