"""``flask prepare``, which ``make run`` runs each time: it adds what is missing and changes nothing else."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from tests.cli import done, everything, run
from tests.support.application import application
from tests.support.secrets import DEMO_PASSWORD
from tests.support.world import PASSWORD, World, post
from training.config import PRODUCTION, SettingsError
from training.domain.identity import accounts
from training.kit.db import db, transaction
from training.models.identity.accounts import User

NEW = "another password"


@pytest.fixture
def new_app(tmp_path: Path) -> Iterator[Flask]:
    """Return an application with the demonstration enabled on a database file that does not exist yet."""
    with application(f"sqlite:///{tmp_path / 'new.sqlite'}") as app:
        app.config["SETTINGS"] = replace(app.config["SETTINGS"], wants_demo_data=True)
        yield app


def test_new_database_gets_the_demonstration_once(new_app: Flask) -> None:
    printed = done(new_app, "prepare")
    assert f"password: {DEMO_PASSWORD}" in printed
    assert "uk.coordinator " in printed
    assert printed.endswith("Serving on http://127.0.0.1:8000\n")
    before = everything(new_app)
    assert done(new_app, "prepare") == printed
    assert everything(new_app) == before


def test_without_demonstration_the_pact_is_loaded_and_the_next_step_printed(app: Flask) -> None:
    printed = done(app, "prepare")
    assert "border-training account invite --role administrator" in printed
    assert "password" not in printed
    rows = everything(app)
    assert len(rows["programmes"]) == 3
    assert rows["users"] == rows["people"] == []


def hashes(app: Flask) -> dict[str, str]:
    with app.app_context():
        return {user.username: user.password_hash for user in db.session.scalars(select(User))}


def mix_accounts(app: Flask) -> None:
    """Create accounts of real people, and two of the demonstration."""
    with app.app_context():
        world = World(app)
        with transaction():
            for name in ("demo.one", "demo.two"):
                wanted = accounts.NewAccount(name, name, DEMO_PASSWORD, "en")
                accounts.create_account(wanted, world.organisations["uk"].id, is_demonstration=True)


def test_changed_password_applies_to_demonstration_accounts_only(app: Flask) -> None:
    mix_accounts(app)
    before, records = hashes(app), everything(app)
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], demo_password=NEW)
    printed = done(app, "prepare")
    after, prepared = hashes(app), everything(app)
    assert {name for name in before if after[name] != before[name]} == {"demo.one", "demo.two"}
    assert signs_in(app, "demo.one", NEW)
    assert not signs_in(app, "demo.one", DEMO_PASSWORD)
    assert signs_in(app, "uk", PASSWORD)
    assert f"password: {NEW}" in printed
    assert "demo.two" in printed
    assert "uk.2" not in printed, "the accounts of real people are not listed"
    changed = {"users", "programmes", "programme_facts", "ceiling_changes", "audit_entries"}
    assert {name for name in set(records) - changed if prepared[name] != records[name]} == set()


def signs_in(app: Flask, username: str, password: str) -> bool:
    return post(app.test_client(), "/sign-in", {"username": username, "password": password}).status_code == 302


def test_unchanged_password_changes_nothing(app: Flask) -> None:
    mix_accounts(app)
    done(app, "prepare")
    before = everything(app)
    done(app, "prepare")
    assert everything(app) == before


def test_no_password_is_printed_without_a_demonstration(sqlite_app: Flask) -> None:
    with sqlite_app.app_context():
        World(sqlite_app)
    before = hashes(sqlite_app)
    sqlite_app.config["SETTINGS"] = replace(sqlite_app.config["SETTINGS"], demo_password=NEW, wants_demo_data=True)
    printed = done(sqlite_app, "prepare")
    assert NEW not in printed
    assert hashes(sqlite_app) == before
    assert "Nobody has an account yet" not in printed


def test_prepare_refuses_a_demonstration_in_production(app: Flask) -> None:
    mix_accounts(app)
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], mode=PRODUCTION, demo_password=None)
    with pytest.raises(SettingsError, match="holds demonstration accounts"):
        run(app, "prepare")
