"""Security headers, cookie attributes, and what the log must not contain."""

import dataclasses
import gzip
import io
import re
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from werkzeug.test import TestResponse

from tests.support.application import application, settings_for
from tests.support.crawl import crawl
from tests.support.world import PASSWORD, World, form_token, post
from tests.web.browsing import building
from training.app import create_app
from training.config import PRODUCTION
from training.domain.identity import accounts
from training.kit.clock import now
from training.kit.db import db, transaction
from training.models.identity.accounts import Role
from training.models.identity.organisations import Jurisdiction, Organisation

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
HOUR = 3600
YEAR = 365 * 24 * HOUR


@pytest.fixture
def world(sqlite_app: Flask) -> World:
    with sqlite_app.app_context():
        world = World(sqlite_app)
        cohort = world.open_cohort()
        world.seated(cohort, world.person("Canary Person"))
        return world


def client_of(world: World, username: str) -> FlaskClient:
    return world.sign_in(world.app.test_client(), username)


@pytest.mark.parametrize("username", ["uk", "iraq", "approver", "auditor"])
def test_every_page_has_security_headers(world: World, username: str) -> None:
    client = client_of(world, username)
    seen = dict(crawl(client)) | {address: client.get(address) for address in ("/healthz", "/none", "/sign-out")}
    seen |= {"/sign-in": world.app.test_client().get("/sign-in"), "redirect": world.app.test_client().get("/")}
    assert len(seen) > 10
    for address, answer in seen.items():
        assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS, address
        assert not re.search(r"<script|<style|\bstyle=|\bon[a-z]+=\"|javascript:", answer.text), address


def test_form_responses_have_security_headers(world: World) -> None:
    client = client_of(world, "uk")
    for answer in (
        post(client, "/people", {"words": "Canary"}),
        post(client, "/people", {"words": ""}),
        post(client, "/sign-out", page="/account"),
    ):
        assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS


def test_file_that_was_uploaded_is_stored_nowhere_on_its_way_back(world: World) -> None:
    with building(world):
        address = f"/evidence/{world.evidence().public_id}"
    answer = client_of(world, "uk").get(address)
    assert answer.status_code == 200
    expected = HEADERS | {"Content-Security-Policy": "sandbox; default-src 'none'"}
    assert {name: answer.headers.get(name) for name in HEADERS} == expected


def test_static_files_are_cached_permanently_and_compressed(sqlite_app: Flask) -> None:
    client = sqlite_app.test_client()
    page = client.get("/sign-in").text
    addresses = set(re.findall(r'"(/static/[^"]+)"', page))
    assert len(addresses) == 2
    for address in addresses:
        plain = client.get(address, headers={"Accept-Encoding": "identity"})
        small = client.get(address, headers={"Accept-Encoding": "gzip"})
        assert plain.status_code == small.status_code == 200
        assert "immutable" in small.headers["Cache-Control"]
        kept = re.search(r"max-age=(\d+)", small.headers["Cache-Control"])
        assert kept
        assert int(kept[1]) >= YEAR
        assert "Accept-Encoding" in small.headers["Vary"]
        if small.headers.get("Content-Encoding") == "gzip":
            assert gzip.decompress(small.data) == plain.data
        else:
            assert len(plain.data) < HOUR, "only a small file may travel as it is"
        plain.close()
        small.close()


def test_static_files_forbid_content_sniffing(sqlite_app: Flask) -> None:
    """ASVS 3.4.4: every response has nosniff, including those of the file server."""
    client = sqlite_app.test_client()
    for address in re.findall(r'"(/static/[^"]+)"', client.get("/sign-in").text):
        with client.get(address) as answer:
            assert answer.headers.get("X-Content-Type-Options") == "nosniff", address
            assert answer.headers.get("Cross-Origin-Resource-Policy") == "same-origin", address


def test_only_built_files_are_served(sqlite_app: Flask) -> None:
    client = sqlite_app.test_client()
    for address in ("/static/../wsgi.py", "/static/%2e%2e/wsgi.py", "/static/", "/static/none.css", "/wsgi.py"):
        with client.get(address) as answer:
            assert answer.status_code == 404, address


# Production.


@pytest.fixture
def production(sqlite_url: str) -> Iterator[Flask]:
    """Return the application as deployed, behind one proxy, with one account."""
    with application(sqlite_url) as demonstration, demonstration.app_context():
        World(demonstration)
    settings = dataclasses.replace(
        settings_for(sqlite_url),
        mode=PRODUCTION,
        demo_password=None,
        has_secure_cookies=True,
        trusted_hosts=("register.example",),
        proxy_hops=1,
    )
    app = create_app(settings)
    yield app
    with app.app_context():
        db.engine.dispose()


BEHIND = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.9", "Host": "register.example"}


def referer(page: TestResponse, address: str) -> dict[str, str]:
    """Return what a browser says of the page at ``address`` to our own pages: what its Referrer-Policy lets it say."""
    policy = page.headers.get("Referrer-Policy", "strict-origin-when-cross-origin")
    return {} if policy == "no-referrer" else {"Referer": address}


def test_production_cookie_is_bound_to_the_host(production: Flask) -> None:
    client = production.test_client()
    page = client.get("/sign-in", base_url="https://register.example", headers=BEHIND)
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)
    assert token
    form = {"csrf_token": token[1], "username": "uk", "password": PASSWORD}
    headers = BEHIND | referer(page, "https://register.example/sign-in")
    answer = client.post("/sign-in", base_url="https://register.example", headers=headers, data=form)
    assert answer.status_code == 302
    cookies = answer.headers.getlist("Set-Cookie")
    assert [cookie.split("=")[0] for cookie in cookies] == ["__Host-device", "__Host-session"]
    for cookie in cookies:
        parts = {part.strip() for part in cookie.split(";")[1:]}
        assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= parts
        assert not [part for part in parts if part.startswith("Domain")]
    account = client.get("/account", base_url="https://register.example", headers=BEHIND)
    assert account.status_code == 200
    assert "Demonstration" not in account.text


@pytest.mark.parametrize(
    "page",
    [
        "https://register.example.evil.example/",
        "https://register.example:443.evil.example/",
        "https://register.example:99999999/",
        "https://[::1/",
        "https://[register.example]/",
        "http://register.example/",
        "https://register.example@evil.example/",
        "https://register.example:x@evil.example/",
        "\u00ff://",
        "",
    ],
)
def test_production_refuses_a_form_of_another_page_whatever_its_address_is(production: Flask, page: str) -> None:
    client = production.test_client()
    shown = client.get("/sign-in", base_url="https://register.example", headers=BEHIND)
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', shown.text)
    assert token
    form = {"csrf_token": token[1], "username": "uk", "password": PASSWORD}
    answer = client.post("/sign-in", base_url="https://register.example", headers=BEHIND | {"Referer": page}, data=form)
    assert answer.status_code == 400
    assert "</html>" in answer.text


def test_production_sends_hsts(production: Flask, sqlite_app: Flask) -> None:
    answer = production.test_client().get("/sign-in", headers=BEHIND)
    assert answer.headers["Strict-Transport-Security"] == f"max-age={YEAR}; includeSubDomains"
    assert "Strict-Transport-Security" not in sqlite_app.test_client().get("/sign-in").headers


def test_production_accepts_its_host_name_only(production: Flask) -> None:
    production.testing = False
    client = production.test_client()
    assert client.get("/sign-in", headers=BEHIND | {"Host": "localhost"}).status_code == 400
    forwarded = BEHIND | {"X-Forwarded-Host": "evil.example"}
    answer = client.get("/account", headers=forwarded)
    assert answer.status_code == 302
    assert "evil" not in answer.location


# The log.

LINE = re.compile(r"^[\d-]{10} [\d:,]{12} INFO (GET|POST|HEAD) (\S+) (\d{3}) \d+ ms [0-9a-z]{12}$")


def test_each_request_is_one_log_line(world: World, log: io.StringIO) -> None:
    client = client_of(world, "uk")
    log.truncate(0)
    log.seek(0)
    client.get("/cohorts?state=open")
    client.get("/none/such")
    client.get("/people/0123456789ab")
    client.post("/sign-out")
    lines = log.getvalue().splitlines()
    found = [LINE.match(line) for line in lines]
    assert all(found), lines
    assert [(line[1], line[2], line[3]) for line in found if line] == [
        ("GET", "/cohorts", "200"),
        ("GET", "-", "404"),
        ("GET", "/people/<public_id>", "404"),
        ("POST", "/sign-out", "400"),
    ]


def test_log_contains_no_names_addresses_or_tokens(world: World, log: io.StringIO) -> None:
    with building(world), transaction():
        token = accounts.invite(Role.AUDITOR, world.organisations["uk"], now())
    client = world.app.test_client()
    post(client, "/sign-in", {"username": "canary.user", "password": "canary password"})
    world.sign_in(client, "uk")
    client.get("/people?words=canary-query")
    client.get("/canary-path/is?no=page")
    client.get("/people/canary-id")
    client.get("/sign-in?next=/canary-next", headers={"User-Agent": "canary-agent", "Referer": "http://canary-referer"})
    client.get(f"/invitation/{token}")
    client.open("/account", method="CANARY")
    client.open("/canary", method="Canary-method")
    post(client, "/people", {"words": "Canary"})
    organisation = re.search(r'<option value="([0-9a-z]{12})"', client.get("/people/new").text)
    assert organisation
    post(client, "/people/new", {"name_latin": "Canary New", "organisation": organisation[1]})
    with client.session_transaction() as session:
        secrets = (session["_user_id"], session["csrf_token"], token, form_token(client, "/account"))
    written = log.getvalue()
    assert len(written.splitlines()) > 10
    assert "canary" not in written.lower()
    assert not [secret for secret in secrets if secret in written]


NAME = "Canary Name"
"""Not in the lines that fail: a traceback quotes them."""


def test_crash_does_not_log_statement_parameters(
    world: World, log: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Parameters may be names of people: the log may hold the statement, not its parameters."""
    world.app.testing = False
    client = client_of(world, "uk")

    def fail() -> str:
        db.session.execute(text("INSERT INTO people (name_latin) VALUES (:name)"), {"name": NAME})
        return ""

    monkeypatch.setitem(world.app.view_functions, "identity.accounts.account", fail)
    assert client.get("/account").status_code == 500
    assert "IntegrityError" in log.getvalue()
    assert "Canary" not in log.getvalue()


def test_crash_does_not_log_database_messages(app: Flask, log: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL quotes existing values: ``Key (name_en)=(Canary Name) already exists``."""
    with app.app_context():
        World(app)
    app.testing = False
    client = app.test_client()

    def fail() -> str:
        for _ in range(2):
            db.session.add(Organisation(name_en=NAME, jurisdiction=Jurisdiction.UK))
        try:
            db.session.flush()
        except IntegrityError as error:
            raise LookupError("led to by what the database said") from error
        return ""

    monkeypatch.setitem(app.view_functions, "identity.accounts.sign_in", fail)
    assert client.get("/sign-in").status_code == 500
    written = log.getvalue()
    assert "IntegrityError: INSERT INTO organisations" in written
    assert "LookupError: led to by what the database said" in written
    assert "Canary" not in written
