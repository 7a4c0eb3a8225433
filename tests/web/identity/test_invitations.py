"""Invitations in the browser: asked for, agreed by another, told from the database, used once."""

import datetime as dt

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from tests.support.world import TODAY, World, form_token, post
from tests.web.browsing import building, date, press, together, typed, words
from tests.web.identity.by_two import (
    PASSWORD,
    address_on,
    invite,
    newest_invitation,
    second_administrator,
    signed_in,
)
from training.domain.identity.accounts import INVITATION_LIFE
from training.kit.clock import pretend
from training.kit.db import db, transaction
from training.kit.ids import new_token
from training.kit.mail import MailServer, Security
from training.models.identity.accounts import Invitation, Role, RoleAssignment, User
from training.models.identity.mail import Letter, OutgoingLetter

pytestmark = pytest.mark.usefixtures("noon")
NEW = {"display_name": "A name", "username": "new.one", "password": PASSWORD}


@pytest.fixture
def world(sqlite_app: Flask) -> World:
    with sqlite_app.app_context():
        world = World(sqlite_app)
    second_administrator(world)
    return world


@pytest.fixture
def admin(world: World) -> FlaskClient:
    return signed_in(world, "admin")


@pytest.fixture
def other(world: World) -> FlaskClient:
    return signed_in(world, "admin.2")


def agree(client: FlaskClient, invitation: str) -> str:
    """Agree to an invitation; return the path of its address."""
    page = f"/invitations/{invitation}"
    return address_on(press(client, f"{page}/agree", {"key": new_token()}, page=page))


def agreed(world: World, admin: FlaskClient, other: FlaskClient, **form: object) -> str:
    """Ask for an invitation and agree to it; return the path of its address."""
    invite(admin, world, **({"username": "new.one"} | form))
    return agree(other, newest_invitation(world))


def test_an_invitation_of_staff_is_sent_when_another_agreed(
    world: World, admin: FlaskClient, other: FlaskClient
) -> None:
    until = TODAY + dt.timedelta(days=40)
    told = invite(admin, world, username="New.One", **date("until", until))
    assert "It is sent when another administrator has agreed" in words(told)
    invitation = newest_invitation(world)
    page = f"/invitations/{invitation}"
    assert "You asked for it" in words(press(admin, f"{page}/agree", page=page))
    address = agree(other, invitation)
    assert address not in other.get(page).text
    visitor = world.app.test_client()
    offered = visitor.get(address)
    assert "Auditor" in words(offered)
    assert "Home Office" in words(offered)
    assert "until 3 January 2027" in words(offered).replace("Jan ", "January ")
    assert typed(offered, "username") == "new.one"
    assert "Your account is ready" in words(press(visitor, address, NEW, page=address))
    with world.app.app_context():
        own = select(RoleAssignment).join(User, User.id == RoleAssignment.user_id).where(User.username == "new.one")
        role = db.session.scalars(own).one()
        assert (role.role, role.until) == (Role.AUDITOR, until)
        assert role.asked_by_id != role.granted_by_id


def test_a_trainee_needs_no_second_administrator(world: World, admin: FlaskClient) -> None:
    address = address_on(invite(admin, world, username="trainee.one", role="trainee", key=new_token()))
    assert world.app.test_client().get(address).status_code == 200


@pytest.mark.parametrize("why", ["used", "expired", "withdrawn", "altered", "foreign"])
def test_an_invitation_that_does_not_work_says_why(
    world: World, admin: FlaskClient, other: FlaskClient, noon: dt.datetime, why: str
) -> None:
    address = agreed(world, admin, other)
    visitor, later = world.app.test_client(), noon
    if why == "used":
        post(visitor, address, NEW, page=address)
    elif why == "withdrawn":
        post(admin, f"/invitations/{newest_invitation(world)}/end", page="/grants")
    elif why == "expired":
        later = noon + INVITATION_LIFE
    elif why == "altered":
        address = f"{address[:-1]}{'a' if address[-1] != 'a' else 'b'}"
    else:
        address = f"/invitation/{'x' * 43}"
    with pretend(later):
        answer = visitor.get(address)
    said = {
        "used": "used already: sign in with the account",
        "expired": "has expired: ask whoever invited you",
        "withdrawn": "was withdrawn",
        "altered": "may be cut off or changed",
        "foreign": "may be cut off or changed",
    }
    assert answer.status_code == 404
    assert said[why] in words(answer)


def test_a_renewed_invitation_has_another_address(world: World, admin: FlaskClient, other: FlaskClient) -> None:
    first, page = agreed(world, admin, other), f"/invitations/{newest_invitation(world)}"
    second = address_on(press(admin, f"{page}/renew", {"key": new_token()}, page=page))
    assert admin.get(first).status_code == 404
    assert world.app.test_client().get(second).status_code == 200


def test_a_refused_invitation_is_never_sent(world: World, admin: FlaskClient, other: FlaskClient) -> None:
    invite(admin, world, username="new.one")
    page = f"/invitations/{newest_invitation(world)}"
    press(other, f"{page}/end", page=page)
    assert "Somebody else has decided" in words(press(other, f"{page}/agree", page=page))


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({}, "Enter a username, an e-mail address or both"),
        ({"username": "UK"}, "This username is taken"),
        ({"username": "ｕｋ"}, "This username is taken"),
        ({"username": "vett1ng"}, "This username is taken"),
        ({"username": "аdmin"}, "Latin or Arabic letters, not both"),
        ({"username": "sara سارا"}, "Latin or Arabic letters, not both"),
        ({"email": "a@example.org\nBcc: b@example.org"}, "one e-mail address"),
        ({"email": "a@example.org,b@example.org"}, "one e-mail address"),
        ({"username": "x.1", "role": "funder"}, "Choose the programme that the funder funds"),
        ({"username": "x.1", "grade": "senior"}, "Only a rights approver has a grade"),
        ({"username": "x.1", **date("until", TODAY - dt.timedelta(days=1))}, "The last day is past"),
        ({"username": "x.1", "organisation": ""}, "Choose an answer: Organisation"),
    ],
)
def test_bad_input_is_explained_and_kept(world: World, admin: FlaskClient, form: dict[str, object], said: str) -> None:
    answer = invite(admin, world, reason="typed once", **form)
    assert said in words(answer)
    assert typed(answer, "reason") == "typed once"
    assert typed(answer, "username") == str(form.get("username", "")).strip()
    with world.app.app_context():
        assert db.session.scalar(select(func.count(Invitation.id))) == 0


def test_the_form_says_that_one_of_two_is_needed(admin: FlaskClient) -> None:
    assert "A username or an e-mail address is needed, or both" in words(admin.get("/invitations/new"))


def test_one_person_has_one_open_invitation(
    world: World, admin: FlaskClient, other: FlaskClient, noon: dt.datetime
) -> None:
    agreed(world, admin, other, username="new.one")
    assert "There is an open invitation" in words(invite(admin, world, username="NEW.0NE"))
    assert "Asked for" in words(invite(admin, world, email="one@example.org", username=""))
    assert "There is an open invitation" in words(invite(admin, world, email="One@Example.org"))
    with pretend(noon + INVITATION_LIFE):
        again = signed_in(world, "admin")
        assert "Asked for" in words(invite(again, world, username="new.one"))


def test_two_who_accept_at_once_make_one_account(app: Flask, noon: dt.datetime) -> None:
    with app.app_context():
        world = World(app)
    second_administrator(world)
    address = agreed(world, signed_in(world, "admin"), signed_in(world, "admin.2"))
    clients = [app.test_client() for _ in range(3)]
    tokens = [form_token(client, address) for client in clients]
    statuses = together(
        [
            lambda client=client, token=token, number=number: (
                client.post(address, data=NEW | {"username": f"new.{number}x", "csrf_token": token}).status_code
            )
            for number, (client, token) in enumerate(zip(clients, tokens, strict=True))
        ]
    )
    assert statuses.count(302) == 1
    with app.app_context():
        assert db.session.scalar(select(func.count(User.id)).where(User.username.like("new.%"))) == 1


def test_two_who_invite_at_once_make_one_invitation(app: Flask, noon: dt.datetime) -> None:
    with app.app_context():
        world = World(app)
    second_administrator(world)
    with building(world):
        body = world.organisations["uk"].public_id
    clients = [signed_in(world, name) for name in ("admin", "admin.2")]
    tokens = [form_token(client, "/account") for client in clients]
    form = {"organisation": body, "role": "auditor", "reason": "a reason", "username": "new.one"}
    together(
        [
            lambda client=client, token=token: client.post("/invitations/new", data=form | {"csrf_token": token})
            for client, token in zip(clients, tokens, strict=True)
        ]
    )
    with app.app_context():
        assert db.session.scalar(select(func.count(Invitation.id))) == 1


def test_an_invitation_is_mailed_where_mail_is_set_up(world: World, admin: FlaskClient, other: FlaskClient) -> None:
    world.app.extensions["mail_server"] = MailServer("127.0.0.1", 25, Security.NONE, "register@example.org")
    invite(admin, world, email="New@Example.org")
    page = f"/invitations/{newest_invitation(world)}"
    answer = press(other, f"{page}/agree", page=page)
    assert "The invitation was mailed" in words(answer)
    assert "/invitation/" not in answer.text
    with world.app.app_context():
        letter = db.session.scalars(select(OutgoingLetter)).one()
        assert (letter.letter, letter.to_address, letter.language) == (Letter.INVITATION, "new@example.org", "en")


def test_a_weak_password_keeps_the_invitation(world: World, admin: FlaskClient, other: FlaskClient) -> None:
    address = agreed(world, admin, other)
    visitor = world.app.test_client()
    answer = press(visitor, address, NEW | {"password": "short"}, page=address)
    assert "Use 15 characters or more" in words(answer)
    assert typed(answer, "display_name") == "A name"
    assert "Your account is ready" in words(press(visitor, address, NEW, page=address))


def test_the_command_makes_two_administrators_and_stops(sqlite_app: Flask, noon: dt.datetime) -> None:
    runner = sqlite_app.test_cli_runner()
    command = ["account", "invite", "--role", "administrator"]
    for number in (1, 2):
        printed = runner.invoke(args=command)
        address = printed.output.strip().partition("8000")[2] or printed.output.strip().rpartition("/invitation")[2]
        address = address if address.startswith("/invitation") else f"/invitation{address}"
        visitor = sqlite_app.test_client()
        answer = press(visitor, address, NEW | {"username": f"first.{number}"}, page=address)
        assert "Your account is ready" in words(answer)
    assert "There are two administrators" in runner.invoke(args=command).output
    with sqlite_app.app_context(), transaction():
        for user in db.session.scalars(select(User).where(User.username == "first.2")):
            user.is_active = False
    assert "/invitation/" in runner.invoke(args=command).output
