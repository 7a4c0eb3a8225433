"""Ways back in: a letter to a confirmed address, a new password, a new e-mail address, sessions."""

import datetime as dt
import json
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.support.statements import counted
from tests.support.world import PASSWORD as OLD
from tests.support.world import World, post
from tests.web.browsing import building, press, typed, words
from tests.web.identity.by_two import PASSWORD, account_id, second_administrator, signed_in
from training.domain.identity import sign_in_limits
from training.domain.identity.mail import PURPOSE
from training.kit.clock import pretend
from training.kit.db import db, transaction
from training.kit.mail import MailServer, Security
from training.kit.sealing import unseal
from training.models.identity.accounts import User
from training.models.identity.mail import OutgoingLetter
from training.policy.matrix import MATRIX
from training.web.identity.permission_words import PERMISSION_WORDS

pytestmark = pytest.mark.usefixtures("noon")
EMAIL = "vetting@example.org"


@pytest.fixture
def world(sqlite_app: Flask) -> Iterator[World]:
    sqlite_app.extensions["mail_server"] = MailServer("127.0.0.1", 25, Security.NONE, "register@example.org")
    with sqlite_app.app_context():
        world = World(sqlite_app)
        with transaction():
            user = db.session.scalars(select(User).where(User.username == "vetting")).one()
            user.email, user.email_confirmed_at = EMAIL, dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    yield world
    sqlite_app.extensions["mail_server"] = None


def letters(world: World) -> list[tuple[str, str, str]]:
    """Return the letters in order: kind, to whom, and the path of the address in it."""
    with world.app.app_context():
        rows = db.session.scalars(select(OutgoingLetter).order_by(OutgoingLetter.id)).all()
        texts = [json.loads(unseal(row.sealed or "", PURPOSE)) for row in rows]
    return [
        (row.letter.value, row.to_address, text.get("address", "").removeprefix("http://127.0.0.1:8000"))
        for row, text in zip(rows, texts, strict=True)
    ]


def ask(client: FlaskClient, email: str) -> str:
    return words(press(client, "/password/forgotten", {"email": email}, page="/password/forgotten"))


def test_a_reset_by_mail_works_once_and_ends_all_sessions(world: World) -> None:
    theirs, visitor = signed_in(world, "vetting"), world.app.test_client()
    ask(visitor, " Vetting@Example.org ")
    ((kind, to, address),) = letters(world)
    assert (kind, to) == ("password_reset", EMAIL)
    weak = press(visitor, address, {"password": "short"}, page=address)
    assert "Use 15 characters or more" in words(weak)
    assert "signed out everywhere" in words(press(visitor, address, {"password": PASSWORD}, page=address))
    assert theirs.get("/account").status_code == 302
    assert "used already" in words(visitor.get(address))
    assert letters(world)[-1][:2] == ("password_changed", EMAIL)
    assert post(visitor, "/sign-in", {"username": "vetting", "password": OLD}).status_code == 200
    assert post(visitor, "/sign-in", {"username": "vetting", "password": PASSWORD}).status_code == 302


def test_a_reset_lives_thirty_minutes(world: World, noon: dt.datetime) -> None:
    visitor = world.app.test_client()
    ask(visitor, EMAIL)
    address = letters(world)[0][2]
    with pretend(noon + dt.timedelta(minutes=30, seconds=-1)):
        assert visitor.get(address).status_code == 200
    with pretend(noon + dt.timedelta(minutes=30)):
        assert "has expired" in words(visitor.get(address))


@pytest.mark.parametrize("state", ["unknown", "unconfirmed", "disabled"])
def test_the_answer_is_the_same_whoever_asks(world: World, state: str) -> None:
    known = ask(world.app.test_client(), EMAIL)
    with building(world), transaction():
        user = db.session.scalars(select(User).where(User.username == "vetting")).one()
        if state == "unconfirmed":
            user.email_confirmed_at = None
        if state == "disabled":
            user.is_active = False
    assert ask(world.app.test_client(), "nobody@example.org" if state == "unknown" else EMAIL) == known
    assert len(letters(world)) == 1


def test_an_unknown_address_costs_a_write_too(world: World) -> None:
    def written(email: str) -> list[str]:
        with world.app.app_context():
            engine = db.engine
        with counted(engine) as seen:
            ask(world.app.test_client(), email)
        return [one.split("(")[0].strip() for one in seen if one.startswith("INSERT INTO password_resets")]

    assert written("nobody@example.org") == written(EMAIL) != []


def test_requests_are_limited_and_do_not_slow_signing_in(world: World) -> None:
    visitor = world.app.test_client()
    for _ in range(sign_in_limits.ACCOUNT_ATTEMPTS):
        ask(visitor, EMAIL)
    answer = post(visitor, "/password/forgotten", {"email": EMAIL}, page="/password/forgotten")
    assert (answer.status_code, "Retry-After" in answer.headers) == (429, True)
    assert typed(answer, "email") == EMAIL
    assert signed_in(world, "vetting").get("/account").status_code == 200


def test_changing_the_password_asks_for_the_old_one(world: World) -> None:
    client = signed_in(world, "vetting")
    page = "/account/password"
    wrong = press(client, page, {"present": "not the password", "password": PASSWORD}, page=page)
    assert "The present password is not right" in words(wrong)
    assert client.get("/account").status_code == 200
    assert "signed out everywhere" in words(press(client, page, {"present": OLD, "password": PASSWORD}, page=page))
    assert client.get("/account").status_code == 302
    assert letters(world)[-1][:2] == ("password_changed", EMAIL)


def test_the_present_password_cannot_be_guessed_at_an_open_screen(world: World) -> None:
    client = signed_in(world, "vetting")
    page = "/account/password"
    for _ in range(sign_in_limits.ACCOUNT_ATTEMPTS):
        press(client, page, {"present": "not the password", "password": PASSWORD}, page=page)
    answer = press(client, page, {"present": OLD, "password": PASSWORD}, page=page)
    assert "Too many attempts failed" in words(answer)


def test_a_new_email_is_confirmed_at_both_addresses(world: World) -> None:
    client = signed_in(world, "vetting")
    page, new = "/account/email", "new@example.org"
    assert "Letters are on their way" in words(press(client, page, {"email": new, "present": OLD}, page=page))
    sent = {to: address for _kind, to, address in letters(world)}
    assert set(sent) == {EMAIL, new}
    visitor = world.app.test_client()
    assert visitor.get(sent[new]).status_code == 200
    assert EMAIL in words(client.get("/account")), "opening the address alone changes nothing"
    assert "when the other address has confirmed" in words(press(visitor, sent[new], {}, page=sent[new]))
    assert EMAIL in words(client.get("/account"))
    assert "is changed" in words(press(visitor, sent[EMAIL], {}, page=sent[EMAIL]))
    assert new in words(client.get("/account"))
    assert visitor.get(sent[new]).status_code == 404
    assert {to for kind, to, _address in letters(world) if kind == "email_changed"} == {EMAIL, new}


@pytest.mark.parametrize("email", ["x@example.org\nBcc: y@example.org", "two@example.org three@example.org", "x@"])
def test_an_email_that_is_not_one_address_is_refused(world: World, email: str) -> None:
    client = signed_in(world, "kri")
    answer = press(client, "/account/email", {"email": email, "present": OLD}, page="/account/email")
    assert "one e-mail address" in words(answer)
    assert letters(world) == []


def test_the_address_of_another_account_is_asked_nothing(world: World) -> None:
    client = signed_in(world, "kri")
    answer = press(client, "/account/email", {"email": EMAIL, "present": OLD}, page="/account/email")
    assert "Letters are on their way" in words(answer)
    assert letters(world) == []


def test_sessions_are_listed_and_ended_one_by_one(world: World) -> None:
    client, other = signed_in(world, "vetting"), world.app.test_client()
    form = {"username": "vetting", "password": OLD}
    headers = {"User-Agent": "Mozilla/5.0 (Linux; Android 14) Chrome/120.0 Mobile Safari/537.36"}
    token = other.get("/sign-in").text.partition('name="csrf_token"')[2].partition('value="')[2].partition('"')[0]
    other.post(
        "/sign-in",
        data=form | {"csrf_token": token},
        headers=headers,
        environ_base={"REMOTE_ADDR": "203.0.113.77"},
    )
    page = client.get("/account")
    assert "Chrome, Android" in words(page)
    assert "203.0.113.0/24" in words(page)
    assert "203.0.113.77" not in page.text
    mark = page.text.partition('name="session" value="')[2].partition('"')[0]
    assert "The session is ended" in words(press(client, "/account/sessions/end", {"session": mark}))
    assert other.get("/account").status_code == 302
    assert client.get("/account").status_code == 200


def test_nobody_ends_a_session_of_another(world: World) -> None:
    vetting, kri = signed_in(world, "vetting"), signed_in(world, "kri")
    mark = vetting.get("/account").text.partition('name="session" value="')[2].partition('"')[0]
    post(kri, "/account/sessions/end", {"session": mark})
    assert vetting.get("/account").status_code == 200


def test_what_one_may_do_is_said_from_the_table(world: World) -> None:
    page = words(signed_in(world, "funder").get("/account/permissions"))
    said = dict(PERMISSION_WORDS)
    for permission, granted in MATRIX.items():
        assert (str(said[permission]) in page) == ("funder" in granted), permission


def test_an_administrator_resets_no_password_of_their_own(world: World) -> None:
    second_administrator(world)
    address = f"/accounts/{account_id(world, 'admin')}"
    answer = press(signed_in(world, "admin"), f"{address}/reset", page=address)
    assert "another administrator does it" in words(answer)
