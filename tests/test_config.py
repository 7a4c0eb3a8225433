"""Settings are read once; invalid or unsafe ones are refused at start with an explanation."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import FrozenInstanceError, replace
from pathlib import Path

import pytest
from flask import Flask

from tests.support.application import settings_for
from tests.support.secrets import SECRET
from training.app import create_app
from training.config import DEMO, PRODUCTION, Settings, SettingsError
from training.domain.identity import accounts, organisations
from training.kit.db import db, transaction
from training.kit.mail import Security
from training.models.identity.organisations import Jurisdiction

SAFE = {
    "TRAINING_MODE": "production",
    "SECRET_KEY": "x" * 32,
    "TRUSTED_HOSTS": "register.example.org",
    "DATABASE_URL": "postgresql://register@db/register",
    "PROXY_HOPS": "1",
}


def read(folder: Path, **environment: str) -> Settings:
    return Settings.from_environment({"TRAINING_INSTANCE": str(folder / "instance"), **environment})


# A demonstration needs no settings.


def test_empty_environment_gives_a_demonstration(tmp_path: Path) -> None:
    settings = read(tmp_path)
    assert settings.mode == DEMO
    assert not settings.is_production
    assert settings.database_url == f"sqlite:///{tmp_path}/instance/training.sqlite"
    assert settings.wants_demo_data
    assert not settings.has_secure_cookies
    assert settings.trusted_hosts == ("127.0.0.1", "localhost")
    assert (settings.proxy_hops, settings.port) == (0, 8000)


def test_empty_variable_counts_as_unset(tmp_path: Path) -> None:
    empty = dict.fromkeys(("DATABASE_URL", "SECRET_KEY", "DEMO_PASSWORD", "PROXY_HOPS", "PORT"), "")
    assert read(tmp_path, **empty) == read(tmp_path)


def test_required_grade_rises_with_risk_level(tmp_path: Path) -> None:
    assert dict(read(tmp_path).rights_approval) == {"low": "official", "medium": "senior", "high": "ministerial"}
    table = read(tmp_path, RIGHTS_APPROVAL="low=senior, medium=senior, high=ministerial").rights_approval
    assert table["low"] == "senior"  # type: ignore[index]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("low=official", "write each level of risk once"),
        ("low=official,medium=senior,high=king", "write each level of risk once"),
        ("low=official,medium,high=ministerial", "write each level of risk once"),
        ("low=official,low=senior,medium=senior,high=ministerial", "write each level of risk once"),
        ("low=senior,medium=official,high=ministerial", "a higher risk cannot ask for a lower grade"),
    ],
)
def test_invalid_grades_are_explained(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(SettingsError, match=why):
        read(tmp_path, RIGHTS_APPROVAL=text)


def test_settings_are_immutable(tmp_path: Path) -> None:
    with pytest.raises(FrozenInstanceError):
        read(tmp_path).port = 1  # type: ignore[misc]


@pytest.mark.parametrize("name", ["secret_key", "demo_password"])
def test_missing_secret_is_generated_and_stored_owner_only(tmp_path: Path, name: str) -> None:
    first = getattr(read(tmp_path), name)
    file = tmp_path / "instance" / name
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700
    assert getattr(read(tmp_path), name) == first == file.read_text().strip()


def test_each_instance_folder_has_its_own_secrets(tmp_path: Path) -> None:
    one, other = read(tmp_path / "one"), read(tmp_path / "other")
    assert len(one.secret_key) == 43
    assert len(one.demo_password or "") == 16
    assert one.secret_key != other.secret_key
    assert one.demo_password != other.demo_password
    assert one.demo_password not in one.secret_key


def test_given_secret_is_not_stored(tmp_path: Path) -> None:
    settings = read(tmp_path, SECRET_KEY="given", DEMO_PASSWORD="also given")
    assert (settings.secret_key, settings.demo_password) == ("given", "also given")
    assert list((tmp_path / "instance").iterdir()) == []


@pytest.mark.parametrize(
    ("variable", "value", "attribute", "expected"),
    [
        ("DATABASE_URL", "postgresql://host/base", "database_url", "postgresql://host/base"),
        ("DEMO", "0", "wants_demo_data", False),
        ("DEMO", "no", "wants_demo_data", False),
        ("DEMO", "False", "wants_demo_data", False),
        ("DEMO", "", "wants_demo_data", False),
        ("DEMO", "1", "wants_demo_data", True),
        ("COOKIE_SECURE", "1", "has_secure_cookies", True),
        ("COOKIE_SECURE", "0", "has_secure_cookies", False),
        ("TRUSTED_HOSTS", "a.example, b.example,", "trusted_hosts", ("a.example", "b.example")),
        ("PROXY_HOPS", "2", "proxy_hops", 2),
        ("PORT", "80", "port", 80),
        ("PG_PROGRAMS", "/opt/postgresql/bin", "postgresql_programs", Path("/opt/postgresql/bin")),
        ("PG_PROGRAMS", "", "postgresql_programs", None),
    ],
)
def test_environment_variables_set_attributes(
    tmp_path: Path, variable: str, value: str, attribute: str, expected: object
) -> None:
    assert getattr(read(tmp_path, **{variable: value}), attribute) == expected


# Impossible values.


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        ("TRAINING_MODE", "live", "TRAINING_MODE is 'live': use demo or production."),
        ("TRAINING_MODE", "", "TRAINING_MODE is '': use demo or production."),
        ("PORT", "http", "PORT is 'http': use a whole number."),
        ("PORT", "80.5", "PORT is '80.5': use a whole number."),
        ("PORT", "-1", "PORT is '-1': use a whole number."),
        ("PORT", "٨٠", "PORT is '٨٠': use a whole number."),
        ("PROXY_HOPS", "one", "PROXY_HOPS is 'one': use a whole number."),
        ("PROXY_HOPS", "-1", "PROXY_HOPS is '-1': use a whole number."),
    ],
)
def test_impossible_values_are_refused(tmp_path: Path, variable: str, value: str, message: str) -> None:
    with pytest.raises(SettingsError) as refusal:
        read(tmp_path, **{variable: value})
    assert str(refusal.value) == message


@pytest.mark.parametrize("port", ["65536", "99999999999"])
def test_invalid_port_is_refused(tmp_path: Path, port: str) -> None:
    with pytest.raises(SettingsError, match="PORT"):
        read(tmp_path, PORT=port)


# Unsafe values in production.


def test_complete_production_settings_are_accepted(tmp_path: Path) -> None:
    settings = read(tmp_path, **SAFE)
    assert settings.is_production
    assert settings.demo_password is None
    assert not settings.wants_demo_data
    assert settings.has_secure_cookies
    assert settings.trusted_hosts == ("register.example.org",)
    assert list((tmp_path / "instance").iterdir()) == [], "production keeps no secrets of its own making"


def test_production_excludes_demonstration_data(tmp_path: Path) -> None:
    assert not read(tmp_path, **SAFE, DEMO="1").wants_demo_data


SECRET_MESSAGE = "SECRET_KEY must be set in production, with 32 characters or more."
COOKIE_MESSAGE = "COOKIE_SECURE cannot be off in production: sign-ins would travel over plain HTTP."
HOSTS_MESSAGE = "TRUSTED_HOSTS must name the hosts that production answers to, separated by commas."
HOPS_MESSAGE = "PROXY_HOPS must say in production how many proxies stand in front: 1 behind a TLS proxy, 0 for none."


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        ("SECRET_KEY", None, SECRET_MESSAGE),
        ("SECRET_KEY", "", SECRET_MESSAGE),
        ("SECRET_KEY", "x" * 31, SECRET_MESSAGE),
        ("COOKIE_SECURE", "0", COOKIE_MESSAGE),
        ("COOKIE_SECURE", "No", COOKIE_MESSAGE),
        ("COOKIE_SECURE", "false", COOKIE_MESSAGE),
        ("FLASK_DEBUG", "1", "FLASK_DEBUG cannot be on in production."),
        ("FLASK_DEBUG", "true", "FLASK_DEBUG cannot be on in production."),
        ("TRUSTED_HOSTS", None, HOSTS_MESSAGE),
        ("TRUSTED_HOSTS", "", HOSTS_MESSAGE),
        ("TRUSTED_HOSTS", " , ", HOSTS_MESSAGE),
        ("PROXY_HOPS", None, HOPS_MESSAGE),
        ("PROXY_HOPS", "", HOPS_MESSAGE),
        ("DEMO_PASSWORD", "a", "DEMO_PASSWORD is for demonstrations: production has no demonstration accounts."),
    ],
)
def test_unsafe_values_are_refused_in_production(
    tmp_path: Path, variable: str, value: str | None, message: str
) -> None:
    environment = {name: text for name, text in (SAFE | {variable: value}).items() if text is not None}
    with pytest.raises(SettingsError) as refusal:
        read(tmp_path, **environment)
    assert str(refusal.value) == message
    assert not (tmp_path / "instance").exists(), "nothing was made before the refusal"


@pytest.mark.parametrize("value", ["", "0", "no", "FALSE"])
def test_debug_may_be_explicitly_off(tmp_path: Path, value: str) -> None:
    assert read(tmp_path, **SAFE, FLASK_DEBUG=value).is_production


# The application in production.


def live(url: str) -> Settings:
    return replace(
        settings_for(url), mode=PRODUCTION, demo_password=None, has_secure_cookies=True, trusted_hosts=("localhost",)
    )


def add_account(*, is_demonstration: bool) -> None:
    with transaction():
        home = organisations.create(organisations.OrganisationDetails("Home Office", Jurisdiction.UK), by=None)
        wanted = accounts.NewAccount("somebody", "Somebody", "lamp river stone cloud", "en")
        accounts.create_account(wanted, home.id, is_demonstration=is_demonstration)


def test_production_refuses_a_database_with_demonstration_accounts(sqlite_app: Flask, sqlite_url: str) -> None:
    with sqlite_app.app_context():
        add_account(is_demonstration=True)
    with pytest.raises(SettingsError, match="This database holds demonstration accounts"):
        create_app(live(sqlite_url))


def test_production_serves_a_database_of_its_own(sqlite_app: Flask, sqlite_url: str) -> None:
    with sqlite_app.app_context():
        add_account(is_demonstration=False)
    app = create_app(live(sqlite_url))
    answer = app.test_client().get("/sign-in", base_url="https://localhost")
    assert answer.status_code == 200
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-session=")
    assert all(word in cookie for word in ("Secure", "HttpOnly", "SameSite=Lax"))
    with app.app_context():
        db.engine.dispose()


@pytest.mark.parametrize("mode", [DEMO, PRODUCTION])
def test_unlisted_host_is_rejected(sqlite_url: str, mode: str) -> None:
    app = create_app(live(sqlite_url) if mode == PRODUCTION else settings_for(sqlite_url))
    answer = app.test_client().get("/sign-in", base_url="https://elsewhere.example")
    assert answer.status_code == 400
    with app.app_context():
        db.engine.dispose()


def test_production_starts_before_its_database_has_tables(tmp_path: Path) -> None:
    app = create_app(live(f"sqlite:///{tmp_path / 'new.sqlite'}"))
    with app.app_context():
        db.engine.dispose()


@pytest.mark.parametrize(("is_demonstration", "status"), [(True, 500), (False, 200)])
def test_production_starts_while_its_database_is_away_and_looks_at_the_accounts_later(
    sqlite_app: Flask, sqlite_url: str, tmp_path: Path, *, is_demonstration: bool, status: int
) -> None:
    with sqlite_app.app_context():
        add_account(is_demonstration=is_demonstration)
    copy = tmp_path / "copy"
    with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))) as old, closing(sqlite3.connect(copy)) as new:
        old.backup(new)
    file = tmp_path / "register.sqlite"
    file.mkdir()  # cannot be opened
    app = create_app(live(f"sqlite:///{file}"))
    client = app.test_client()
    assert client.get("/sign-in", base_url="https://localhost").status_code == 503
    file.rmdir()
    copy.rename(file)
    assert client.get("/sign-in", base_url="https://localhost").status_code == status
    with app.app_context():
        db.engine.dispose()


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_real_server_refuses_demonstration_data_in_production(
    app: Flask, database_url: str, live_server: Callable[..., str]
) -> None:
    with app.app_context():
        add_account(is_demonstration=True)
    production = {
        "TRAINING_MODE": PRODUCTION,
        "SECRET_KEY": SECRET,
        "TRUSTED_HOSTS": "127.0.0.1",
        "PROXY_HOPS": "0",
        "DEMO_PASSWORD": "",
    }
    with pytest.raises(RuntimeError, match="This database holds demonstration accounts"):
        live_server(database_url, **production)


# Mail.

MAIL = {"SMTP_HOST": "mail.example.org", "MAIL_FROM": "register@example.org"}


def test_mail_is_off_until_a_server_is_named(tmp_path: Path) -> None:
    assert read(tmp_path).mail is None


def test_mail_is_encrypted_unless_said_otherwise(tmp_path: Path) -> None:
    server = read(tmp_path, **MAIL).mail
    assert server is not None
    assert (server.security, server.port) == (Security.STARTTLS, 587)
    server = read(tmp_path, **MAIL, SMTP_SECURITY="tls", SMTP_USER="register", SMTP_PASSWORD="secret words").mail
    assert server is not None
    assert (server.security, server.port, server.user, server.password) == (
        Security.TLS,
        465,
        "register",
        "secret words",
    )


def test_password_of_the_mail_server_is_in_no_printed_setting(tmp_path: Path) -> None:
    assert "secret words" not in repr(read(tmp_path, **MAIL, SMTP_USER="register", SMTP_PASSWORD="secret words"))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"SMTP_SECURITY": "none"}, "SMTP_SECURITY cannot be none but for a mail server on this machine"),
        ({"SMTP_SECURITY": "ssl"}, "use starttls or tls"),
        ({"MAIL_FROM": ""}, "MAIL_FROM must be the e-mail address"),
        ({"MAIL_FROM": "Register <register@example.org>"}, "MAIL_FROM must be the e-mail address"),
        ({"MAIL_FROM": "register@example.org\nBcc: other@example.org"}, "MAIL_FROM must be the e-mail address"),
        ({"SMTP_USER": "register"}, "belong together"),
        ({"SMTP_PASSWORD": "secret"}, "belong together"),
        ({"SMTP_USER": "register", "SMTP_PASSWORD": "كلمة"}, "ASCII characters alone"),
        ({"SMTP_PORT": "0"}, "SMTP_PORT is 0"),
        ({"SMTP_PORT": "70000"}, "SMTP_PORT is 70000"),
        ({"SMTP_HOST": ""}, "SMTP_HOST, which turns mail on, is not"),
    ],
)
def test_unsafe_or_incomplete_mail_is_refused(tmp_path: Path, changes: dict[str, str], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        read(tmp_path, **(MAIL | changes))


def test_mail_may_be_unencrypted_to_the_same_machine(tmp_path: Path) -> None:
    server = read(tmp_path, **(MAIL | {"SMTP_HOST": "127.0.0.1", "SMTP_SECURITY": "none"})).mail
    assert server is not None
    assert server.security is Security.NONE
