"""The menu shows where the reader is, on records, rosters and files as on lists."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support.world import World
from training.web.common import navigation

pytestmark = pytest.mark.usefixtures("noon")

OUTSIDE = {
    "admissions.notifications",
    "identity.accounts",
    "identity.health",
    "identity.own_account",
    "identity.account_recovery",
    "language",
    "oversight.exports",
    "oversight.role_help",
}
"""Blueprints whose pages belong to no entry of the menu, and those without pages."""


def current(client: FlaskClient, address: str) -> list[tuple[str, str]]:
    """Return how the menu of a page marks its entries, and their texts."""
    answer = client.get(address)
    assert answer.status_code == 200, address
    menu = answer.text.partition("app-navigation__list")[2].partition("</nav>")[0]
    return re.findall(r'<a [^>]*aria-current="(\w+)">([^<]+)<', menu)


def test_menu_shows_the_section_of_rosters_and_files(sqlite_app: Flask) -> None:
    with sqlite_app.app_context():
        world = World(sqlite_app)
        cohort = world.open_cohort()
        person = world.person("Sara Aziz")
        nomination = world.seated(cohort, person)
        places = {
            "/cohorts": ("page", "Cohorts"),
            f"/cohorts/{cohort.public_id}": ("true", "Cohorts"),
            f"/cohorts/{cohort.public_id}/roster": ("true", "Cohorts"),
            f"/cohorts/{cohort.public_id}/seats": ("true", "Cohorts"),
            f"/nominations/{nomination.public_id}": ("true", "Cohorts"),
            "/completions": ("true", "Cohorts"),
            f"/people/{person.public_id}": ("true", "People"),
            "/people/duplicates": ("true", "People"),
            "/claims": ("true", "Programmes"),
            f"/programmes/{world.programme().public_id}/spending/new": ("true", "Programmes"),
            "/rates": ("true", "Programmes"),
        }
    client = world.sign_in(sqlite_app.test_client(), "uk")
    assert {address: current(client, address) for address in places} == {key: [at] for key, at in places.items()}
    officer = world.sign_in(sqlite_app.test_client(), "vetting")
    assert current(officer, "/vetting/spreadsheets/new") == [("true", "Vetting")]


def test_every_blueprint_belongs_to_an_entry_or_is_known_to_stand_outside(sqlite_app: Flask) -> None:
    blueprints = {endpoint.rpartition(".")[0] for endpoint in sqlite_app.view_functions if "." in endpoint}
    assert {one for one in blueprints if not navigation.entry_of(one)} <= OUTSIDE
