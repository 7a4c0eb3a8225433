"""Accounts for administrators: listed, found, disabled and enabled; a way back made by an administrator."""

import datetime as dt

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.support.statements import counted
from tests.support.world import World, form_token, post
from tests.web.browsing import building, press, together, words
from tests.web.identity.by_two import PASSWORD, account_id, address_on, held_id, second_administrator, signed_in
from training.domain.identity import sign_in_limits
from training.kit.db import db, transaction
from training.kit.ids import new_token
from training.models.identity.accounts import Role, User

pytestmark = pytest.mark.usefixtures("noon")


@pytest.fixture
def world(sqlite_app: Flask) -> World:
    with sqlite_app.app_context():
        return World(sqlite_app)


@pytest.fixture
def admin(world: World) -> FlaskClient:
    second_administrator(world)
    return signed_in(world, "admin")


def search(client: FlaskClient, text: str) -> str:
    return words(post(client, "/accounts", {"words": text}, page="/accounts")).partition("Search")[2]


def test_accounts_are_filtered_by_organisation_role_and_state(world: World, admin: FlaskClient) -> None:
    everybody = words(admin.get("/accounts"))
    assert all(name in everybody for name in ("iraq.2", "kri", "funder", "vetting"))
    with building(world):
        body = world.organisations["iraq"].public_id
    of_iraq = words(admin.get(f"/accounts?organisation={body}")).partition("Search")[2]
    assert "iraq" in of_iraq
    assert "kri" not in of_iraq
    of_role = words(admin.get("/accounts?role=vetting_officer")).partition("Search")[2]
    assert "vetting" in of_role
    assert "auditor" not in of_role
    post(admin, f"/accounts/{account_id(world, 'kri')}/disable", page="/accounts")
    disabled = words(admin.get("/accounts?state=disabled")).partition("Search")[2]
    assert "kri" in disabled
    assert "vetting" not in disabled
    assert "kri" not in words(admin.get("/accounts?state=active")).partition("Search")[2]


def test_an_account_with_many_failed_sign_ins_is_listed_as_locked(world: World, admin: FlaskClient) -> None:
    guesser = world.app.test_client()
    for _ in range(sign_in_limits.ACCOUNT_ATTEMPTS):
        post(guesser, "/sign-in", {"username": "KRI", "password": "not the password"})
    locked = words(admin.get("/accounts?state=locked")).partition("Search")[2]
    assert "kri" in locked
    assert "vetting" not in locked


def test_accounts_are_found_by_part_of_name_username_and_email(world: World, admin: FlaskClient) -> None:
    with building(world), transaction():
        user = db.session.scalars(select(User).where(User.username == "kri")).one()
        user.display_name, user.email = "Dilan Ahmed", "d.a@example.org"
    assert "kri" in search(admin, "DILAN")
    assert "kri" in search(admin, "d.a@")
    assert "kri" in search(admin, "KR")
    assert "No account matches" in search(admin, "%")


def test_the_name_of_a_trainee_is_neither_shown_nor_found(world: World, admin: FlaskClient) -> None:
    with building(world):
        person = world.person("Karim Salih")
        world.account("t.1", Role.TRAINEE, "iraq", person=person)
        with transaction():
            db.session.scalars(select(User).where(User.username == "t.1")).one().display_name = "Karim Salih"
    assert "Karim" not in words(admin.get("/accounts"))
    assert "Karim" not in words(admin.get(f"/accounts/{account_id(world, 't.1')}"))
    assert "No account matches" in search(admin, "Karim")
    assert "t.1" in search(admin, "t.1")


def test_a_long_list_has_pages_and_no_more_statements(world: World, admin: FlaskClient) -> None:
    def statements() -> int:
        with world.app.app_context():
            engine = db.engine
        with counted(engine) as seen:
            assert admin.get("/accounts").status_code == 200
        return len(seen)

    few = statements()
    with building(world):
        for number in range(60):
            world.account(f"x.{number}", Role.TRAINER, "uk")
    assert statements() == few
    assert few <= 12
    page = admin.get("/accounts")
    following = page.text.partition('rel="next"')[0].rpartition('href="')[2].partition('"')[0].replace("&amp;", "&")
    assert "x.9" in words(admin.get(following))


def test_disabling_ends_the_session_and_enabling_revives_none(world: World, admin: FlaskClient) -> None:
    theirs, address = signed_in(world, "vetting"), f"/accounts/{account_id(world, 'vetting')}"
    assert "is disabled, and its sessions are ended" in words(press(admin, f"{address}/disable", page=address))
    assert theirs.get("/account").status_code == 302
    assert "is disabled: an administrator can enable it" in words(press(admin, f"{address}/disable", page=address))
    assert "is enabled. Its holder signs in anew" in words(press(admin, f"{address}/enable", page=address))
    assert theirs.get("/account").status_code == 302
    assert signed_in(world, "vetting").get("/account").status_code == 200


def test_nobody_disables_themselves(world: World, admin: FlaskClient) -> None:
    address = f"/accounts/{account_id(world, 'admin')}"
    assert "another administrator does it" in words(press(admin, f"{address}/disable", page=address))
    assert admin.get("/accounts").status_code == 200


def test_the_last_administrator_keeps_role_and_account(world: World, admin: FlaskClient) -> None:
    other = signed_in(world, "admin.2")
    mine, theirs = account_id(world, "admin"), account_id(world, "admin.2")
    held = held_id(world, "admin", Role.ADMINISTRATOR)
    press(admin, f"/accounts/{theirs}/disable", page="/accounts")
    assert other.get("/accounts").status_code == 302
    answer = words(press(admin, f"/roles/{held}/revoke", page=f"/accounts/{mine}"))
    assert "No other administrator without a last day would be left" in answer
    assert admin.get("/accounts").status_code == 200


def test_an_administrator_makes_a_reset_that_works_once(world: World, admin: FlaskClient) -> None:
    theirs, address = signed_in(world, "vetting"), f"/accounts/{account_id(world, 'vetting')}"
    key = {"key": new_token()}
    one_time = address_on(press(admin, f"{address}/reset", key, page=address))
    assert one_time not in admin.get(address).text
    assert "had arrived before" in words(press(admin, f"{address}/reset", key, page=address))
    visitor = world.app.test_client()
    assert "signed out everywhere" in words(press(visitor, one_time, {"password": PASSWORD}, page=one_time))
    assert theirs.get("/account").status_code == 302
    again = visitor.get(one_time)
    assert (again.status_code, "used already" in words(again)) == (404, True)
    assert post(visitor, "/sign-in", {"username": "vetting", "password": PASSWORD}).status_code == 302


def test_a_newer_reset_ends_the_one_before(world: World, admin: FlaskClient) -> None:
    address = f"/accounts/{account_id(world, 'vetting')}"
    first, second = (address_on(press(admin, f"{address}/reset", page=address)) for _ in range(2))
    assert "has expired" in words(admin.get(first))
    assert admin.get(second).status_code == 200


def test_two_administrators_who_disable_each_other_are_not_both_gone(app: Flask, noon: dt.datetime) -> None:
    with app.app_context():
        world = World(app)
    second_administrator(world)
    names = ("admin", "admin.2")
    clients = {name: signed_in(world, name) for name in names}
    targets = {"admin": account_id(world, "admin.2"), "admin.2": account_id(world, "admin")}
    tokens = {name: form_token(client, "/account") for name, client in clients.items()}
    together(
        [
            lambda name=name: clients[name].post(
                f"/accounts/{targets[name]}/disable", data={"csrf_token": tokens[name]}
            )
            for name in names
        ]
    )
    with app.app_context():
        left = db.session.scalars(select(User.username).where(User.username.in_(names), User.is_active)).all()
        assert len(left) == 1
