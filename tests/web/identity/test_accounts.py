"""Signing in and out: what an outsider learns, what a stolen cookie allows, how long a session lasts."""

import datetime as dt
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from tests.support.application import application
from tests.support.world import PASSWORD, World, form_token, post
from tests.web.browsing import building, press, together, typed, words
from training.domain.identity import accounts, hashing
from training.domain.identity import sign_in_limits as limits
from training.kit.clock import pretend
from training.kit.db import db, transaction
from training.models.identity.accounts import KnownDevice, Role, SignInFailure, User

pytestmark = pytest.mark.usefixtures("noon")
WRONG = "The username or the password is not right"


@pytest.fixture
def world(app: Flask) -> World:
    with app.app_context():
        return World(app)


class Hasher:
    """Counts the calls of the real hasher; a quick one only compares with the password of the test world."""

    def __init__(self, real: Any, *, is_quick: bool = False) -> None:
        self._real, self._is_quick = real, is_quick
        self.calls = 0

    def hash(self, password: str) -> str:
        self.calls += 1
        hashed: str = self._real.hash(password)
        return hashed

    def verify(self, stored: str, password: str) -> bool:
        self.calls += 1
        return password == PASSWORD if self._is_quick else bool(self._real.verify(stored, password))


@pytest.fixture
def hasher(monkeypatch: pytest.MonkeyPatch) -> Hasher:
    counting = Hasher(hashing._hasher)
    monkeypatch.setattr(hashing, "_hasher", counting)
    return counting


@pytest.fixture
def quick_hasher(monkeypatch: pytest.MonkeyPatch) -> Hasher:
    quick = Hasher(hashing._hasher, is_quick=True)
    monkeypatch.setattr(hashing, "_hasher", quick)
    return quick


def try_to_sign_in(
    client: FlaskClient, username: str, password: str = "not the password", *, address: str = "192.0.2.1"
) -> TestResponse:
    token = form_token(client, "/sign-in")
    form = {"csrf_token": token, "username": username, "password": password}
    return client.post("/sign-in", data=form, environ_base={"REMOTE_ADDR": address})


def cookie(client: FlaskClient) -> str:
    found = client.get_cookie("session")
    assert found is not None
    return found.value


def is_signed_in(client: FlaskClient) -> bool:
    return client.get("/account").status_code == 200


# Sign-in and sign-out.


def test_sign_in_and_out(world: World, client: FlaskClient) -> None:
    assert client.get("/account").location == "/sign-in?next=/account"
    world.sign_in(client, "uk")
    assert "Home Office" in words(client.get("/account"))
    answer = post(client, "/sign-out", page="/account")
    assert answer.location == "/sign-in"
    assert answer.headers["Clear-Site-Data"] == '"cache"'
    assert not is_signed_in(client)


def test_sign_out_requires_post(world: World, client: FlaskClient) -> None:
    world.sign_in(client, "uk")
    assert client.get("/sign-out").status_code == 405
    assert is_signed_in(client)


def test_cookie_is_invalid_after_sign_out(world: World, client: FlaskClient, app: Flask) -> None:
    world.sign_in(client, "uk")
    stolen = cookie(client)
    thief = app.test_client()
    thief.set_cookie("session", stolen)
    assert is_signed_in(thief)
    post(client, "/sign-out", page="/account")
    thief.set_cookie("session", stolen)
    assert not is_signed_in(thief)


def test_sign_in_starts_a_new_session(world: World, client: FlaskClient) -> None:
    """A session id planted or used before is not that of the sign-in."""
    tokens = set()
    for _ in range(3):
        with client.session_transaction() as session:
            session["planted"] = "by somebody else"
        world.sign_in(client, "uk")
        with client.session_transaction() as session:
            tokens.add(session["_user_id"])
            assert "planted" not in session
    assert len(tokens) == 3


def test_form_from_before_sign_in_is_rejected_after_it(world: World, client: FlaskClient) -> None:
    token = form_token(client, "/sign-in")
    world.sign_in(client, "uk")
    assert client.post("/sign-out", data={"csrf_token": token}).status_code == 400
    assert is_signed_in(client)


def test_database_stores_no_token_and_no_password(world: World, client: FlaskClient, app: Flask) -> None:
    world.sign_in(client, "uk")
    with client.session_transaction() as session:
        token = session["_user_id"]
    with app.app_context(), db.engine.connect() as connection:
        rows = [
            str(row) for table in ("sign_ins", "users") for row in connection.exec_driver_sql(f"SELECT * FROM {table}")
        ]
    assert not [row for row in rows if token in row or PASSWORD in row]


@pytest.mark.parametrize("username", ["UK", "  uk ", "Uk\t"])
def test_username_ignores_case_and_surrounding_spaces(world: World, client: FlaskClient, username: str) -> None:
    assert try_to_sign_in(client, username, PASSWORD).status_code == 302


def test_password_is_not_trimmed(world: World, client: FlaskClient) -> None:
    for password in (PASSWORD.upper(), f" {PASSWORD}", f"{PASSWORD} "):
        assert WRONG in words(try_to_sign_in(client, "uk", password))


def test_unusual_usernames_are_just_wrong(world: World, client: FlaskClient) -> None:
    for username in (
        "\x00",
        "uk\x00nul",
        "u" * 10_000,
        "u" * 254,
        "أحمد",
        "'; DROP TABLE users; --",
        "<b>",
        "İ",
        "\u202e",
    ):
        answer = try_to_sign_in(client, username)
        assert answer.status_code == 200, username[:20]
        assert "There is a problem" in words(answer)
    for password in ("\x00", "p" * 10_000, "p" * 128, "\ud7ff"):
        assert try_to_sign_in(client, "uk", password).status_code == 200
    assert "<b>" not in try_to_sign_in(client, "<b>").text


def test_deactivated_account_is_signed_out_at_once(world: World, client: FlaskClient) -> None:
    world.sign_in(client, "uk")
    close(world, "uk")
    assert not is_signed_in(client)


def close(world: World, username: str) -> None:
    with building(world), transaction():
        db.session.scalars(select(User).where(User.username == username)).one().is_active = False


# What an outsider learns.


def test_failed_sign_ins_are_indistinguishable(
    world: World, app: Flask, hasher: Hasher, statements: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    """The same page, the same number of hash calls and of statements."""
    close(world, "iraq")
    try_to_sign_in(app.test_client(), "kri")  # the counter of the address exists from here on
    seen = {}
    for username, password in (("uk", "wrong"), ("nobody", "wrong"), ("iraq", PASSWORD), ("iraq.2", "")):
        client, before = app.test_client(), hasher.calls
        form_token(client, "/sign-in")
        with statements() as asked:
            answer = try_to_sign_in(client, username, password or "wrong")
        seen[username] = (answer.status_code, words(answer), hasher.calls - before, len(asked))
    assert len(set(seen.values())) == 1, seen
    status, page, hashes, _number = seen["uk"]
    assert (status, hashes) == (200, 1)
    assert WRONG in page


def test_username_is_redisplayed_and_password_is_not(world: World, client: FlaskClient) -> None:
    answer = try_to_sign_in(client, "uk", "my secret")
    assert typed(answer, "username") == "uk"
    assert "my secret" not in answer.text


# Guessing.

ELSEWHERE = "198.51.100.7"
SECONDS = dt.timedelta(seconds=1)


def guess(app: Flask, username: str, times: int = limits.ACCOUNT_ATTEMPTS, **where: str) -> list[int]:
    """Try wrong passwords, each from a browser that nobody has signed in with; return the statuses."""
    return [try_to_sign_in(app.test_client(), username, **where).status_code for _ in range(times)]


def test_guesses_never_delay_a_device_that_signed_in_before(world: World, app: Flask, quick_hasher: Hasher) -> None:
    """Neither those at the account nor those from the same address."""
    owner = world.sign_in(app.test_client(), "uk")
    post(owner, "/sign-out", page="/account")
    assert guess(app, "uk", 60).count(200) == limits.ACCOUNT_ATTEMPTS
    guess(app, "uk.2", limits.ADDRESS_ATTEMPTS)
    for number in range(limits.ADDRESS_ATTEMPTS):
        try_to_sign_in(app.test_client(), f"guess-{number}")
    assert try_to_sign_in(app.test_client(), "iraq", PASSWORD).status_code == 429, "the address is used up"
    assert try_to_sign_in(owner, "uk").status_code == 200
    assert try_to_sign_in(owner, "uk", PASSWORD).status_code == 302


def test_known_device_has_attempts_of_its_own(world: World, app: Flask, quick_hasher: Hasher) -> None:
    """Whoever has the device guesses no faster, and delays nobody elsewhere."""
    owner = world.sign_in(app.test_client(), "uk")
    post(owner, "/sign-out", page="/account")
    statuses = [try_to_sign_in(owner, "uk").status_code for _ in range(15)]
    assert statuses == [200] * limits.ACCOUNT_ATTEMPTS + [429] * 5
    assert try_to_sign_in(owner, "uk", PASSWORD).status_code == 429
    assert try_to_sign_in(app.test_client(), "uk", PASSWORD).status_code == 302


def test_device_of_one_account_is_unknown_to_another(world: World, app: Flask, quick_hasher: Hasher) -> None:
    client = world.sign_in(app.test_client(), "uk")
    post(client, "/sign-out", page="/account")
    guess(app, "uk.2")
    assert try_to_sign_in(client, "uk.2", PASSWORD).status_code == 429


def test_device_is_shared_by_the_accounts_that_use_it(world: World, app: Flask, quick_hasher: Hasher) -> None:
    client = app.test_client()
    for username in ("uk", "uk.2"):
        world.sign_in(client, username)
        post(client, "/sign-out", page="/account")
    guess(app, "uk")
    guess(app, "uk.2")
    for username in ("uk", "uk.2"):
        assert try_to_sign_in(client, username, PASSWORD).status_code == 302, username
        post(client, "/sign-out", page="/account")


def test_device_cookie_is_out_of_reach_of_scripts_and_stored_as_hash(world: World, client: FlaskClient) -> None:
    token = form_token(client, "/sign-in")
    answer = client.post("/sign-in", data={"csrf_token": token, "username": "uk", "password": PASSWORD})
    sent = next(line for line in answer.headers.getlist("Set-Cookie") if line.startswith("device="))
    assert {"HttpOnly", "Path=/", "SameSite=Lax"} <= set(sent.split("; "))
    assert "Max-Age=31536000" in sent
    device = client.get_cookie("device")
    assert device is not None
    with building(world):
        rows = list(map(str, db.session.execute(select(KnownDevice.token_hash, KnownDevice.user_id))))
    assert len(rows) == 1
    assert device.value not in rows[0]


def test_device_cookie_is_bound_to_the_host_over_https(world: World, app: Flask) -> None:
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], has_secure_cookies=True)
    client = app.test_client()
    token = form_token(client, "/sign-in")
    answer = client.post("/sign-in", data={"csrf_token": token, "username": "uk", "password": PASSWORD})
    sent = next(line for line in answer.headers.getlist("Set-Cookie") if "device" in line)
    assert sent.startswith("__Host-device=")
    assert {"Secure", "HttpOnly", "Path=/"} <= set(sent.split("; "))


@pytest.mark.parametrize("planted", ["x", "x" * 43, "x" * 3000, "أ", ""])
def test_invented_device_is_unknown(world: World, app: Flask, quick_hasher: Hasher, planted: str) -> None:
    guess(app, "uk")
    client = app.test_client()
    client.set_cookie("device", planted)
    assert try_to_sign_in(client, "uk", PASSWORD).status_code == 429
    client.set_cookie("device", planted)
    assert try_to_sign_in(client, "uk.2", PASSWORD).status_code == 302
    given = client.get_cookie("device")
    assert given is not None
    assert given.value != planted, "a planted token does not become that of a device"


def test_guesser_waits_longer_and_longer(world: World, app: Flask, noon: dt.datetime, quick_hasher: Hasher) -> None:
    """30 seconds, twice as long each time, a quarter of an hour at most; a refused attempt does not count."""
    assert guess(app, "uk", 12) == [200] * limits.ACCOUNT_ATTEMPTS + [429] * 2
    at, waits = noon, []
    for _ in range(8):
        with pretend(at):
            answer = try_to_sign_in(app.test_client(), "uk")
        assert answer.status_code == 429
        waits.append(int(answer.headers["Retry-After"]))
        at += dt.timedelta(seconds=waits[-1])
        with pretend(at - SECONDS):
            assert guess(app, "uk", 2) == [429] * 2
        with pretend(at):
            assert guess(app, "uk", 2) == [200, 429]
    assert waits == [30, 60, 120, 240, 480, 900, 900, 900]


def test_owner_gets_in_from_another_address_within_a_minute(
    world: World, app: Flask, noon: dt.datetime, quick_hasher: Hasher
) -> None:
    """However long the guesser's own wait is: theirs is an address, not the account."""
    at = noon
    guess(app, "uk")
    for _ in range(10):
        at += dt.timedelta(minutes=15)
        with pretend(at):
            assert guess(app, "uk", 2) == [200, 429]
    with pretend(at + dt.timedelta(minutes=1)):
        assert guess(app, "uk", 1) == [429]
        assert try_to_sign_in(app.test_client(), "uk", PASSWORD, address=ELSEWHERE).status_code == 302


def test_delayed_attempt_is_refused_before_the_password_is_checked(
    world: World, app: Flask, quick_hasher: Hasher
) -> None:
    guess(app, "uk")
    before = quick_hasher.calls
    for username in ("uk", " UK "):
        answer = try_to_sign_in(app.test_client(), username, PASSWORD)
        assert answer.status_code == 429
        assert "Too many attempts failed. Try again in 30 seconds" in words(answer)
    assert quick_hasher.calls == before
    assert try_to_sign_in(app.test_client(), "uk.2", PASSWORD).status_code == 302, "others are not delayed"


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ("Try again in 30 seconds", "Try again in 2 minutes")),
        ("ar", ("30 ثانية", "دقيقتين")),
        ("ckb", ("30 چرکە", "2 خولەک")),
    ],
)
def test_wait_is_told_in_the_language_of_the_page(
    world: World, app: Flask, noon: dt.datetime, quick_hasher: Hasher, language: str, said: tuple[str, str]
) -> None:
    guess(app, "uk", limits.ACCOUNT_ATTEMPTS)
    client = app.test_client()
    post(client, "/language", {"language": language, "next": "/sign-in"}, page="/sign-in")
    assert said[0] in words(try_to_sign_in(client, "uk"))
    for seconds in (30, 90):
        with pretend(noon + dt.timedelta(seconds=seconds)):
            assert guess(app, "uk", 1) == [200]
    with pretend(noon + dt.timedelta(seconds=100)):
        assert said[1] in words(try_to_sign_in(client, "uk"))


def test_unknown_username_is_delayed_like_a_known_one(
    world: World,
    app: Flask,
    quick_hasher: Hasher,
    statements: Callable[[], AbstractContextManager[list[str]]],
) -> None:
    seen = {}
    for username in ("uk", "nobody"):
        seen[username] = []
        for _ in range(limits.ACCOUNT_ATTEMPTS + 2):
            client, before = app.test_client(), quick_hasher.calls
            form_token(client, "/sign-in")
            with statements() as asked:
                answer = try_to_sign_in(client, username, address=f"2001:db8:{len(username)}::1")
            seen[username].append((answer.status_code, words(answer), quick_hasher.calls - before, len(asked)))
    assert seen["uk"] == seen["nobody"]
    assert seen["uk"][-1][0] == 429


def test_success_resets_the_counter_of_the_account(world: World, app: Flask, quick_hasher: Hasher) -> None:
    for _ in range(2):
        guess(app, "uk", limits.ACCOUNT_ATTEMPTS - 1)
        assert try_to_sign_in(app.test_client(), "uk", PASSWORD).status_code == 302


def test_counter_is_forgotten_after_an_hour(world: World, app: Flask, noon: dt.datetime, quick_hasher: Hasher) -> None:
    guess(app, "uk")
    with pretend(noon + limits.FORGOTTEN_AFTER):
        assert guess(app, "uk") == [200] * limits.ACCOUNT_ATTEMPTS


def test_address_is_delayed_by_seconds(world: World, app: Flask, noon: dt.datetime, quick_hasher: Hasher) -> None:
    """Half a minute at most: many users may stand behind one address."""
    client = app.test_client()
    for number in range(limits.ADDRESS_ATTEMPTS):
        assert try_to_sign_in(client, f"guess-{number}").status_code == 200
    assert try_to_sign_in(client, "uk", PASSWORD).status_code == 429
    assert try_to_sign_in(client, "uk", PASSWORD, address=ELSEWHERE).status_code == 302
    at = noon
    for number in range(10):
        at += dt.timedelta(seconds=30)
        with pretend(at):
            assert try_to_sign_in(app.test_client(), f"more-{number}").status_code == 200
    with pretend(at + dt.timedelta(seconds=30)):
        assert try_to_sign_in(app.test_client(), "uk", PASSWORD).status_code == 302


def test_success_does_not_reset_the_counter_of_the_address(world: World, app: Flask, quick_hasher: Hasher) -> None:
    """It takes back itself alone: sixty users of one gateway who sign in do not use it up."""
    for number in range(limits.ADDRESS_ATTEMPTS):
        if number % 40 == 0:
            assert try_to_sign_in(app.test_client(), "uk", PASSWORD).status_code == 302
        assert try_to_sign_in(app.test_client(), f"guess-{number}").status_code == 200
    assert try_to_sign_in(app.test_client(), "uk", PASSWORD).status_code == 429


def test_addresses_of_one_ipv6_network_count_together(world: World, app: Flask, quick_hasher: Hasher) -> None:
    for number in range(limits.ADDRESS_ATTEMPTS):
        address = f"2001:db8:1:2::{number:x}"
        assert try_to_sign_in(app.test_client(), f"guess-{number}", address=address).status_code == 200
    answers = [
        try_to_sign_in(app.test_client(), "uk", PASSWORD, address=address).status_code
        for address in ("2001:db8:1:2:ffff::1", "2001:db8:1:3::1")
    ]
    assert answers == [429, 302]


def test_counter_is_shared_between_processes(world: World, app: Flask, database_url: str, quick_hasher: Hasher) -> None:
    with application(database_url) as other:
        for number in range(limits.ACCOUNT_ATTEMPTS):
            try_to_sign_in((app, other)[number % 2].test_client(), "uk")
        for each in (app, other):
            assert try_to_sign_in(each.test_client(), "uk", PASSWORD).status_code == 429


@pytest.mark.parametrize("username", ["uk", "nobody"])
def test_of_sixty_attempts_at_once_ten_are_checked(
    world: World, app: Flask, quick_hasher: Hasher, username: str
) -> None:
    """From as many addresses as browsers: each is counted before its password is looked at."""
    clients = [app.test_client() for _ in range(60)]
    before = quick_hasher.calls
    answers = together(
        [
            lambda client=client, number=number: try_to_sign_in(client, username, address=f"192.0.2.{number}")
            for number, client in enumerate(clients)
        ]
    )
    statuses = [answer.status_code for answer in answers]
    assert (statuses.count(200), statuses.count(429)) == (limits.ACCOUNT_ATTEMPTS, 50)
    assert quick_hasher.calls - before == limits.ACCOUNT_ATTEMPTS


def test_two_passwords_at_most_are_hashed_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each takes 19 MiB while it is, and a process serves more requests than two."""
    busy, seen = [0], []

    class Slow:
        def hash(self, _password: str) -> str:
            busy[0] += 1
            seen.append(busy[0])
            time.sleep(0.01)
            busy[0] -= 1
            return ""

    monkeypatch.setattr(hashing, "_hasher", Slow())
    together([lambda: hashing.hash_password("x")] * 8)
    assert max(seen) <= 2


def test_forgotten_counters_and_devices_are_deleted(world: World, app: Flask, noon: dt.datetime) -> None:
    world.sign_in(app.test_client(), "uk")
    with building(world), transaction():
        limits.delete_expired(noon + limits.DEVICE_LIFE - SECONDS)
        assert db.session.scalar(select(func.count(SignInFailure.key))) == 0
        assert db.session.scalar(select(func.count(KnownDevice.id))) == 1
        limits.delete_expired(noon + limits.DEVICE_LIFE)
        assert db.session.scalar(select(func.count(KnownDevice.id))) == 0


# Redirect after sign-in.

HOSTILE = (
    "//evil.example", "/\\evil.example", "https://evil.example", "/%0d%0aSet-Cookie:x", "////evil.example",
    "javascript:alert(1)", "%09//evil.example", "/%09/evil.example", "/%5cevil.example", "%5c%5cevil.example",
    "evil.example", "///%5cevil.example", "%20//evil.example", "https:evil.example", "/%00", "", "/%0a/evil.example",
    "http:///evil.example",
)  # fmt: skip


def test_redirect_stays_on_the_site(sqlite_app: Flask) -> None:
    with sqlite_app.app_context():
        world = World(sqlite_app)
    for hostile in HOSTILE:
        client = sqlite_app.test_client()
        address = f"/sign-in?next={hostile}"
        form = {"csrf_token": form_token(client, address), "username": "uk", "password": PASSWORD}
        answer = client.post(address, data=form)
        assert (answer.status_code, answer.location) == (302, "/"), hostile
        form = {"language": "en", "next": unquote(hostile)}
        answer = post(client, "/language", form, page="/")
        assert (answer.status_code, answer.location) == (302, "/"), hostile
    assert is_signed_in(world.sign_in(client, "uk"))


def test_sign_in_redirects_to_the_requested_page(world: World, client: FlaskClient) -> None:
    asked = client.get("/cohorts?state=open&when=past")
    address = asked.location
    answer = post(client, address, {"username": "uk", "password": PASSWORD})
    assert answer.location == "/cohorts?state=open&when=past"


# Session lifetime.


def test_session_ends_after_half_an_hour_idle(world: World, client: FlaskClient, noon: dt.datetime) -> None:
    world.sign_in(client, "uk")
    with pretend(noon + dt.timedelta(minutes=29)):
        assert is_signed_in(client)
    with pretend(noon + dt.timedelta(minutes=58)):
        assert is_signed_in(client)
    with pretend(noon + dt.timedelta(minutes=88)):
        assert not is_signed_in(client)
    with pretend(noon + dt.timedelta(minutes=60)):
        assert is_signed_in(client), "the clock of the test went back: it was the silence that ended it"


def test_session_ends_after_twelve_hours_despite_activity(world: World, client: FlaskClient, noon: dt.datetime) -> None:
    world.sign_in(client, "uk")
    for minutes in range(20, 12 * 60, 20):
        with pretend(noon + dt.timedelta(minutes=minutes)):
            assert is_signed_in(client), minutes
    with pretend(noon + dt.timedelta(hours=12)):
        assert not is_signed_in(client)


# Forms without a token.


def test_every_form_requires_a_csrf_token(world: World, app: Flask) -> None:
    client = world.sign_in(app.test_client(), "uk")
    others = form_token(world.sign_in(app.test_client(), "uk"), "/account")
    with app.test_request_context():
        adapter = app.url_map.bind("localhost")
        values = {"number": "7"}
        addresses = [
            adapter.build(rule.endpoint, {name: values.get(name, "0123456789ab") for name in rule.arguments})
            for rule in app.url_map.iter_rules()
            if "POST" in (rule.methods or ())
        ]
    assert len(addresses) > 25
    tokens: tuple[dict[str, str], ...] = ({}, {"csrf_token": ""}, {"csrf_token": "made up"}, {"csrf_token": others})
    for form in tokens:
        statuses = {address: client.post(address, data=form).status_code for address in addresses}
        assert {address: status for address, status in statuses.items() if status != 400} == {}
    assert is_signed_in(client)


def test_missing_csrf_token_is_explained(world: World, client: FlaskClient) -> None:
    world.sign_in(client, "uk")
    assert "The form is no longer valid" in words(client.post("/sign-out"))


# Invitations.


@pytest.fixture
def invitation(world: World) -> str:
    with building(world), transaction():
        token = accounts.invite(Role.PARTNER_COORDINATOR, world.organisations["iraq"], accounts.now())
    return f"/invitation/{token}"


NEW = {"display_name": "Sara <i>", "username": "Sara.H", "password": "four words make one"}


def test_invitation_creates_one_account(invitation: str, client: FlaskClient, app: Flask) -> None:
    told = press(client, invitation, NEW, page=invitation)
    assert "Your account is ready. Sign in." in words(told)
    assert try_to_sign_in(client, "sara.h", NEW["password"]).status_code == 302
    page = words(client.get("/account"))
    assert "Partner coordinator" in page
    assert "Border Forces Command" in page
    assert app.test_client().get(invitation).status_code == 404
    assert post(client, invitation, NEW | {"username": "another"}, page="/account").status_code == 404


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "en",
            "The password is made of your name, your organisation or words of this register. Use three or four words",
        ),
        ("ar", "تتكوّن كلمة المرور من اسمكم أو اسم جهتكم أو كلمات هذا السجل. يُرجى اختيار ثلاث كلمات أو أربع"),
        ("ckb", "وشەی نهێنییەکە لە ناوی خۆتان، ناوی دەزگاکەتان یان وشەکانی ئەم تۆمارە پێک هاتووە. سێ یان چوار وشە"),
    ],
)
def test_weak_password_is_explained_in_the_language_of_the_page(
    invitation: str, client: FlaskClient, language: str, said: str
) -> None:
    """The organisation of the invitation is one of the words that do not count."""
    post(client, "/language", {"language": language, "next": invitation}, page=invitation)
    form = NEW | {"password": "Border Forces Command 2026"}
    answer = post(client, invitation, form, page=invitation)
    assert said in words(answer)
    assert typed(answer, "username") == form["username"]
    assert form["password"] not in answer.text


@pytest.mark.parametrize(
    "password", ["aaaaaaaaaaaaaaa", "passwordpassword", " " * 15, "qwertyuiopasdfgh", "sara.hsara.hsara.h"]
)
def test_weak_password_makes_no_account(invitation: str, client: FlaskClient, password: str) -> None:
    answer = post(client, invitation, NEW | {"password": password}, page=invitation)
    assert answer.status_code == 200
    assert "Use three or four words that have nothing to do with each other or with you" in words(answer)
    assert try_to_sign_in(client, NEW["username"], password).status_code == 200


def test_unknown_and_expired_invitations_are_404(invitation: str, client: FlaskClient, noon: dt.datetime) -> None:
    token = form_token(client, "/sign-in")
    for address in (
        "/invitation/none",
        f"{invitation}x",
        "/invitation/%00",
        f"/invitation/{'a' * 5000}",
        "/invitation/أ",
    ):
        assert client.get(address).status_code == 404, address[:30]
        assert client.post(address, data=NEW | {"csrf_token": token}).status_code == 404, address[:30]
    with pretend(noon + accounts.INVITATION_LIFE - dt.timedelta(seconds=1)):
        assert client.get(invitation).status_code == 200
    with pretend(noon + accounts.INVITATION_LIFE):
        assert client.get(invitation).status_code == 404


@pytest.mark.parametrize(
    ("change", "words_said"),
    [
        ({"password": "fourteen signs"}, "Use 15 characters or more"),
        ({"username": " UK "}, "This username is taken: choose another"),
        ({"username": "u" * 61}, "Use 60 characters or fewer"),
        ({"password": ""}, "Choose a password"),
        ({"display_name": "  \x00 "}, "Enter your name"),
    ],
)
def test_input_is_kept_except_the_password(
    invitation: str, client: FlaskClient, change: dict[str, str], words_said: str
) -> None:
    form = NEW | change
    answer = press(client, invitation, form, page=invitation)
    assert words_said in words(answer)
    for name in ("display_name", "username"):
        assert typed(answer, name) == form[name].replace("\x00", "").strip()
    assert typed(answer, "password") == ""
    assert form["password"] == "" or form["password"] not in answer.text
    assert client.get(invitation).status_code == 200, "it still works"


def test_concurrent_acceptance_creates_one_account(invitation: str, app: Flask, quick_hasher: Hasher) -> None:
    clients = [app.test_client() for _ in range(4)]
    tokens = [form_token(client, invitation) for client in clients]
    acts = [
        lambda client=client, token=token, number=number: (
            client.post(invitation, data=NEW | {"username": f"sara.{number}", "csrf_token": token}).status_code
        )
        for number, (client, token) in enumerate(zip(clients, tokens, strict=True))
    ]
    statuses = together(acts)
    assert statuses.count(302) == 1
    assert max(statuses) < 500
    with app.app_context():
        made = select(func.count()).select_from(User).where(User.username.like("sara%"))
        assert db.session.scalar(made) == 1


# Language.


def test_language_switch_stays_on_the_page_and_is_remembered(world: World, app: Flask) -> None:
    client = world.sign_in(app.test_client(), "uk")
    here = "/cohorts?state=open&when=past"
    page = client.get(here)
    assert 'name="next" value="/cohorts?state=open&amp;when=past"' in page.text
    answer = post(client, "/language", {"language": "ar", "next": here}, page=here)
    assert answer.location == here
    assert '<html class="govuk-template" lang="ar" dir="rtl">' in client.get(here).text
    elsewhere = app.test_client()
    assert 'lang="en"' in elsewhere.get("/sign-in").text
    world.sign_in(elsewhere, "uk")
    assert '<html class="govuk-template" lang="ar" dir="rtl">' in elsewhere.get("/").text
    post(elsewhere, "/sign-out", page="/")
    assert '<html class="govuk-template" lang="ar" dir="rtl">' in elsewhere.get("/sign-in").text


def test_language_of_the_account_is_chosen_on_its_page(world: World, app: Flask) -> None:
    client = world.sign_in(app.test_client(), "uk")
    page = client.get("/account").text
    assert 'name="language" type="radio" value="en" checked' in page
    assert '<span lang="ckb" dir="rtl">' in page
    form = page.split('<form method="post" action="/language"')[1].split("</form>")[0]
    answer = post(client, "/language", {"language": "ckb", "next": "/account"}, page="/account")
    assert 'name="next" value="/account"' in form
    assert answer.location == "/account"
    page = client.get("/account").text
    assert 'name="language" type="radio" value="ckb" checked' in page
    assert "پاشەکەوتکردنی زمان" in page
    elsewhere = world.sign_in(app.test_client(), "uk")
    assert '<html class="govuk-template" lang="ckb" dir="rtl">' in elsewhere.get("/").text


def test_unsupported_language_is_rejected(world: World, client: FlaskClient) -> None:
    for code in ("", "fr", "../en", "\x00"):
        assert post(client, "/language", {"language": code}, page="/sign-in").status_code == 400


def test_first_visit_uses_the_browsers_language(client: FlaskClient) -> None:
    for header, language in (
        ("ckb,en;q=0.5", "ckb"),
        ("ar-IQ,ar;q=0.9", "ar"),
        ("fr", "en"),
        ("", "en"),
        ("\x7f;;q=x", "en"),
    ):
        assert f'lang="{language}"' in client.get("/sign-in", headers={"Accept-Language": header}).text[:200]
