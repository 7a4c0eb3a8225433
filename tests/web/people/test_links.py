"""The link between an account and a person: made and removed by two people; the account goes along with the person."""

import datetime as dt

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from tests.support.world import World, form_token, post
from tests.web.browsing import building, date, press, together, typed, words
from tests.web.identity.by_two import account_id, signed_in
from training.domain.people import duplicates
from training.kit.db import db, transaction
from training.models.identity.accounts import Role, User
from training.models.people.links import LinkAct, LinkRequest
from training.models.people.people import Person
from training.policy.scopes import unscoped

pytestmark = pytest.mark.usefixtures("noon")


@pytest.fixture
def world(sqlite_app: Flask) -> World:
    with sqlite_app.app_context():
        return World(sqlite_app)


@pytest.fixture
def person(world: World) -> str:
    """Return the public id of a person of Iraq, and add the account of a trainee there."""
    with building(world):
        world.account("t.1", Role.TRAINEE, "iraq")
        world.account("iraq.b", Role.PARTNER_COORDINATOR, "iraq")
        return world.person("Karim Salih").public_id


def holder(world: World, username: str) -> int | None:
    with world.app.app_context():
        return db.session.scalars(select(User.person_id).where(User.username == username)).one()


def ask(client: FlaskClient, person: str, username: str = "t.1") -> str:
    here = f"/people/{person}/account"
    return words(press(client, here, {"username": username, "reason": "their card"}, page=here))


def linked(world: World, person: str, username: str = "t.1") -> None:
    """Link an account and a person, as two people do."""
    ask(signed_in(world, "iraq"), person, username)
    here = f"/accounts/{account_id(world, username)}/person"
    assert "Done as asked for" in words(press(signed_in(world, "admin"), f"{here}/decide", {"act": "give"}, page=here))


def test_a_link_is_asked_for_by_one_and_made_by_another(world: World, person: str) -> None:
    iraq, admin = signed_in(world, "iraq"), signed_in(world, "admin")
    assert "Another person who manages the account or the record decides" in ask(iraq, person)
    here = f"/people/{person}/account"
    assert "You asked for it" in words(press(iraq, f"{here}/decide", {"act": "give"}, page=here))
    assert holder(world, "t.1") is None
    assert 'name="act" value="withdraw"' in iraq.get(here).text
    waiting = words(admin.get("/links"))
    assert person in waiting
    assert "Karim" not in waiting
    of_account = f"/accounts/{account_id(world, 't.1')}/person"
    page = admin.get(of_account)
    assert "Karim" not in words(page)
    assert all(f'name="act" value="{act}"' in page.text for act in ("give", "refuse"))
    assert "Done as asked for" in words(press(admin, f"{of_account}/decide", {"act": "give"}, page=of_account))
    assert holder(world, "t.1") is not None
    assert "t.1" in words(iraq.get(here))


def test_a_link_is_removed_by_two(world: World, person: str) -> None:
    linked(world, person)
    admin, iraq = signed_in(world, "admin"), signed_in(world, "iraq")
    here = f"/accounts/{account_id(world, 't.1')}/person"
    press(admin, here, {"reason": "the wrong one"}, page=here)
    assert holder(world, "t.1") is not None
    assert "You asked for it" in words(press(admin, f"{here}/decide", {"act": "give"}, page=here))
    of_person = f"/people/{person}/account"
    assert "Done as asked for" in words(press(iraq, f"{of_person}/decide", {"act": "give"}, page=of_person))
    assert holder(world, "t.1") is None


def test_nobody_links_or_parts_themselves(world: World, person: str) -> None:
    linked(world, person, "iraq.b")
    theirs = signed_in(world, "iraq.b")
    here = f"/people/{person}/account"
    assert "This is about you" in words(press(theirs, here, {"reason": "a reason"}, page=here))
    press(signed_in(world, "iraq"), here, {"reason": "a reason"}, page=here)
    assert "This is about you" in words(press(theirs, f"{here}/decide", {"act": "give"}, page=here))
    with building(world):
        other = world.person("Another").public_id
    assert "This is about you" in ask(theirs, other, "iraq.b")


@pytest.mark.parametrize("username", ["nobody", "kri", "vetting"])
def test_a_coordinator_learns_nothing_of_accounts_elsewhere(world: World, person: str, username: str) -> None:
    client = signed_in(world, "iraq")
    assert "No account of these organisations has this username" in ask(client, person, username)
    here = f"/people/{person}/account"
    answer = press(client, here, {"username": username, "reason": "typed once"}, page=here)
    assert typed(answer, "reason") == "typed once"


def test_one_person_has_one_account(world: World, person: str) -> None:
    linked(world, person)
    with building(world):
        other = world.person("Another").public_id
    assert "One person has one account" in ask(signed_in(world, "iraq"), other, "t.1")


def test_two_who_decide_at_once_decide_once(app: Flask, noon: dt.datetime) -> None:
    with app.app_context():
        world = World(app)
        world.account("t.1", Role.TRAINEE, "iraq")
        person = world.person("Karim Salih").public_id
    ask(signed_in(world, "iraq"), person)
    admin, uk = signed_in(world, "admin"), signed_in(world, "uk")
    acts = (
        (admin, f"/accounts/{account_id(world, 't.1')}/person/decide", "give", form_token(admin, "/account")),
        (uk, f"/people/{person}/account/decide", "refuse", form_token(uk, "/account")),
    )
    together(
        [
            lambda client=client, address=address, act=act, token=token: client.post(
                address, data={"csrf_token": token, "act": act}
            )
            for client, address, act, token in acts
        ]
    )
    with app.app_context():
        statement = unscoped(select(LinkRequest.state), because="a test")
        state = db.session.scalars(statement).one().value
        assert (state == "given") == (holder(world, "t.1") is not None)
        assert state in ("given", "refused")


def test_the_database_refuses_a_link_by_its_holder(app: Flask, noon: dt.datetime) -> None:
    with app.app_context():
        world = World(app)
        karim = world.person("Karim Salih")
        other = world.person("Another")
        world.account("own", Role.PARTNER_COORDINATOR, "iraq", person=karim)
        user, own = world.actor("kri").user_id, world.actor("own").user_id
        for values in (
            {"person_id": karim.id, "user_id": user, "asked_by_id": own},
            {"person_id": other.id, "user_id": own, "asked_by_id": own},
        ):
            with pytest.raises(IntegrityError), transaction():
                db.session.add(LinkRequest(act=LinkAct.LINK, reason="", asked_at=noon, **values))


def test_whoever_leaves_is_out_at_the_next_request(world: World, person: str) -> None:
    linked(world, person)
    theirs, iraq = signed_in(world, "t.1"), signed_in(world, "iraq")
    here = f"/people/{person}/deactivate"
    post(iraq, here, {"reason": "left_service"}, page=here)
    assert theirs.get("/account").status_code == 302
    assert post(theirs, "/sign-in", {"username": "t.1", "password": "lamp river stone cloud"}).status_code == 200
    admin, address = signed_in(world, "admin"), f"/accounts/{account_id(world, 't.1')}"
    assert "it is reactivated first" in words(press(admin, f"{address}/enable", page=address))
    post(iraq, f"/people/{person}/reactivate", page=f"/people/{person}")
    assert theirs.get("/account").status_code == 302
    assert "is enabled" in words(press(admin, f"{address}/enable", page=address))


def test_the_last_administrator_cannot_leave(world: World) -> None:
    with building(world):
        person = world.person("An administrator", "uk")
        key = person.public_id
        with transaction():
            db.session.scalars(select(User).where(User.username == "admin")).one().person_id = person.id
    here = f"/people/{key}/deactivate"
    answer = words(press(signed_in(world, "uk"), here, {"reason": "retired"}, page=here))
    assert "No other administrator without a last day would be left" in answer
    with world.app.app_context():
        asked = select(Person.inactive_because).where(Person.public_id == key)
        assert db.session.scalar(unscoped(asked, because="a test")) is None


def test_a_transfer_takes_the_account_along_without_the_reach_of_its_roles(world: World, person: str) -> None:
    linked(world, person, "iraq.b")
    theirs = signed_in(world, "iraq.b")
    assert theirs.get("/people/new").status_code == 200
    with building(world):
        to = world.organisations["iraq.2"].public_id
    here = f"/people/{person}/transfer"
    press(
        signed_in(world, "uk"),
        here,
        {"organisation": to, "to": to, **date("since", dt.date(2026, 11, 20))},
        page=here,
    )
    account = words(theirs.get("/account"))
    assert "Passport and Residency Directorate" in account
    assert "No role" in account
    assert theirs.get("/people/new").status_code == 403


def test_merging_takes_the_account_along(world: World, person: str) -> None:
    linked(world, person)
    with building(world):
        kept = world.person("Karim Saleh")
        merged = db.session.scalars(unscoped(select(Person).where(Person.public_id == person), because="a test")).one()
        with transaction():
            duplicates.merge(kept, merged, world.actor("uk"))
        assert holder(world, "t.1") == kept.id
