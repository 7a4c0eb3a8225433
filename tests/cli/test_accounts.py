"""The first two accounts of a deployment: invitations that work once, and none if there are two administrators."""

from dataclasses import replace
from urllib.parse import urlsplit

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.cli import done, everything, refused, run
from tests.support.world import World, form_token, post
from training.config import PRODUCTION
from training.kit.db import db, transaction
from training.models.identity.accounts import Role, User
from training.models.identity.organisations import Organisation
from training.queries.identity import accounts, roles

INVITE = ("account", "invite", "--role", "administrator")
WANTED = {"display_name": "First one", "username": "First.One", "password": "three or four words"}


def invitation(app: Flask, *words: str) -> str:
    """Return the path of the printed URL."""
    return urlsplit(done(app, *INVITE, *words).strip()).path


def sign_in(app: Flask) -> FlaskClient:
    client = app.test_client()
    post(client, "/sign-in", {"username": "first.one", "password": WANTED["password"]})
    return client


def test_invitation_creates_an_administrator(app: Flask) -> None:
    address = invitation(app)
    answer = post(app.test_client(), address, dict(WANTED))
    assert (answer.status_code, answer.location) == (302, "/sign-in")
    with app.app_context():
        user = accounts.user_named("first.one")
        assert user is not None
        assert [row.RoleAssignment.role for row in roles.of_account(user.id)] == [Role.ADMINISTRATOR]
        assert not user.is_demonstration
    assert sign_in(app).get("/account").status_code == 200


def test_invitation_works_once(app: Flask) -> None:
    address = invitation(app)
    post(app.test_client(), address, dict(WANTED))
    other = app.test_client()
    assert other.get(address).status_code == 404
    token = form_token(other, "/sign-in")
    assert other.post(address, data=WANTED | {"username": "second", "csrf_token": token}).status_code == 404
    with app.app_context():
        assert accounts.user_named("second") is None


def test_invalid_form_does_not_use_up_the_invitation(app: Flask) -> None:
    address = invitation(app)
    answer = post(app.test_client(), address, WANTED | {"password": "short"})
    assert answer.status_code == 200
    assert post(app.test_client(), address, dict(WANTED)).status_code == 302


def test_invitation_is_stored_as_a_hash(sqlite_app: Flask) -> None:
    secret = invitation(sqlite_app).rsplit("/", 1)[-1]
    assert secret not in repr(everything(sqlite_app))


def test_third_administrator_cannot_be_invited(app: Flask) -> None:
    post(app.test_client(), invitation(app), dict(WANTED))
    post(app.test_client(), invitation(app), WANTED | {"username": "second.one"})
    told = "Error: There are two administrators: they invite all others, on the page Accounts.\n"
    assert refused(app, *INVITE) == told


def test_earlier_invitation_is_invalid_once_there_are_two_administrators(app: Flask) -> None:
    """Otherwise a lost printout could create another administrator later."""
    first, second, third = invitation(app), invitation(app), invitation(app)
    post(app.test_client(), first, dict(WANTED))
    post(app.test_client(), second, WANTED | {"username": "second.one"})
    answer = app.test_client().get(third)
    assert (answer.status_code, "There are two administrators already" in answer.text) == (404, True)


def test_only_administrators_can_be_invited(sqlite_app: Flask) -> None:
    result = run(sqlite_app, "account", "invite", "--role", "auditor")
    assert result.exit_code == 2
    assert "'auditor' is not 'administrator'" in result.output


def test_organisation_is_created_once(sqlite_app: Flask) -> None:
    for _ in range(2):
        invitation(sqlite_app, "--organisation", "National Crime Agency")
    with sqlite_app.app_context():
        assert list(db.session.scalars(select(Organisation.name_en))) == ["National Crime Agency"]


def test_existing_organisation_is_used(sqlite_app: Flask) -> None:
    with sqlite_app.app_context():
        world = World(sqlite_app)
        with transaction():
            for user in db.session.scalars(select(User).where(User.username == "admin")):
                user.is_active = False
        organisation = world.organisations["iraq"].name_en
    before = everything(sqlite_app)["organisations"]
    invitation(sqlite_app, "--organisation", organisation)
    assert everything(sqlite_app)["organisations"] == before


def test_invitation_has_the_address_of_the_server(sqlite_app: Flask) -> None:
    settings = sqlite_app.config["SETTINGS"]
    sqlite_app.config["SETTINGS"] = replace(settings, port=9001)
    assert done(sqlite_app, *INVITE).startswith("http://127.0.0.1:9001/invitation/")
    sqlite_app.config["SETTINGS"] = replace(settings, mode=PRODUCTION, trusted_hosts=("a.example", "b.example"))
    assert done(sqlite_app, *INVITE).startswith("https://a.example/invitation/")
