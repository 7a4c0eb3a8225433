"""What the tests of accounts share: two administrators, and what they press."""

import re

from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from tests.support.world import World
from tests.web.browsing import building, press
from training.kit.db import db
from training.models.identity.accounts import Invitation, Role, RoleAssignment, RoleRequest, User

PASSWORD = "violet harbour spoon cactus"


def second_administrator(world: World) -> None:
    """Add the second administrator."""
    with building(world):
        world.account("admin.2", Role.ADMINISTRATOR, "uk")


def signed_in(world: World, username: str) -> FlaskClient:
    """Return a browser in which an account is signed in."""
    return world.sign_in(world.app.test_client(), username)


def account_id(world: World, username: str) -> str:
    """Return the public id of an account."""
    with world.app.app_context():
        return db.session.scalars(select(User.public_id).where(User.username == username)).one()


def held_id(world: World, username: str, role: Role) -> str:
    """Return the public id of a role that an account has."""
    with world.app.app_context():
        own = select(RoleAssignment.public_id).join(User, User.id == RoleAssignment.user_id)
        here = (User.username == username, RoleAssignment.role == role, RoleAssignment.revoked_at.is_(None))
        return db.session.scalars(own.where(*here)).one()


def newest_request(world: World) -> str:
    """Return the public id of the role that was asked for last."""
    with world.app.app_context():
        return db.session.scalars(select(RoleRequest.public_id).order_by(RoleRequest.id.desc())).first() or ""


def newest_invitation(world: World) -> str:
    """Return the public id of the invitation that was asked for last."""
    with world.app.app_context():
        return db.session.scalars(select(Invitation.public_id).order_by(Invitation.id.desc())).first() or ""


def ask_for(client: FlaskClient, world: World, username: str, role: str, **form: object) -> TestResponse:
    """Ask for a role of an account."""
    address = f"/accounts/{account_id(world, username)}/roles/new"
    return press(client, address, {"role": role, "reason": "a reason"} | form, page=address)


def invite(client: FlaskClient, world: World, **form: object) -> TestResponse:
    """Ask for an invitation, to the Home Office unless the form says where."""
    body = world.organisations["uk"]
    with building(world):
        given = {"organisation": body.public_id, "role": "auditor", "reason": "a reason"}
    return press(client, "/invitations/new", given | form, page="/invitations/new")


def address_on(page: TestResponse) -> str:
    """Return the path of the one-time address that a page shows."""
    found = re.search(r"https?://[^/<]+(/(?:invitation|password)/[\w-]+)", page.text)
    assert found, page.text
    return found[1]
