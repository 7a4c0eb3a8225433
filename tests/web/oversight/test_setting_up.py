"""The first page of an administrator and a UK coordinator says what stands before the first open cohort."""

import re

import pytest
from flask import Flask
from sqlalchemy import update

from tests.support.world import World
from training.kit.db import db, transaction
from training.models.identity.accounts import User

HEADING = "Setting up: what is still missing"


@pytest.fixture
def world(app: Flask) -> World:
    with app.app_context():
        return World(app)


def list_of(world: World, username: str) -> dict[str, str]:
    """Return the entries of the list on the first page of an account, with their addresses."""
    page = world.sign_in(world.app.test_client(), username).get("/").text
    if HEADING not in page:
        return {}
    items = re.findall(r"<li>(.*?)</li>", page.split(HEADING)[1].split("</ol>")[0])
    return {re.sub("<.*?>", "", item): (re.findall('href="(.*?)"', item) or [""])[0] for item in items}


def test_each_reader_gets_the_pages_that_are_for_them(world: World) -> None:
    of_administrator, of_coordinator = list_of(world, "admin"), list_of(world, "uk")
    assert list(of_administrator) == list(of_coordinator)
    assert of_coordinator["A course"] == "/courses/new"
    assert of_administrator["A course"] == ""
    second = "A second administrator: what one asks for, another gives"
    assert second in of_administrator
    assert "A UK coordinator" not in of_administrator
    assert "A venue where courses are held" not in of_administrator


def test_role_without_an_active_account_is_listed_with_its_page(world: World) -> None:
    with world.app.app_context(), transaction():
        db.session.execute(update(User).where(User.username == "vetting").values(is_active=False))
    assert list_of(world, "admin")["A vetting officer"] == "/invitations/new"
    assert list_of(world, "uk")["A vetting officer"] == ""


def test_only_whoever_can_make_something_gets_its_page(world: World) -> None:
    opened = "A cohort that was opened"
    of_administrator, of_coordinator = list_of(world, "admin"), list_of(world, "uk")
    assert (of_administrator[opened], of_coordinator[opened]) == ("", "/courses")
    second = "A second administrator: what one asks for, another gives"
    assert (of_administrator[second], of_coordinator[second]) == ("/help", "")
    page = world.sign_in(world.app.test_client(), "admin").get("/").text
    assert "What is not a link here is for somebody else to do." in page


def test_nobody_else_is_told(world: World) -> None:
    for username in ("iraq", "funder", "approver", "vetting", "rights", "auditor"):
        assert list_of(world, username) == {}


def test_what_was_made_leaves_the_list(app: Flask) -> None:
    with app.app_context():
        world = World(app)
        before = list_of(world, "uk")
        world.open_cohort()
    after = list_of(world, "uk")
    assert set(before) - set(after) == {
        "A course",
        "A budget line with approved money",
        "An approved rights assessment",
        "A cohort that was opened",
    }


def test_backup_is_asked_for_in_production_alone(world: World) -> None:
    assert not [entry for entry in list_of(world, "admin") if entry.startswith("A backup")]
