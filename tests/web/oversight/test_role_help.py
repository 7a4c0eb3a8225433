"""Help for the first page of each role, in three languages, from the pages of the roles."""

import re
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_babel import gettext

from tests.support.world import World
from tests.web.browsing import building, words
from training.kit.locale import LANGUAGES
from training.kit.role_help import help_of, items_of
from training.models.identity.accounts import Role
from training.web.common.labels import word

pytestmark = pytest.mark.usefixtures("noon")

READERS = {
    "uk": Role.UK_COORDINATOR,
    "iraq": Role.PARTNER_COORDINATOR,
    "kri": Role.PARTNER_COORDINATOR,
    "trainer": Role.TRAINER,
    "trainee": Role.TRAINEE,
    "funder": Role.FUNDER,
    "approver": Role.FINANCE_APPROVER,
    "vetting": Role.VETTING_OFFICER,
    "rights": Role.RIGHTS_APPROVER,
    "auditor": Role.AUDITOR,
    "admin": Role.ADMINISTRATOR,
}
BOLD = re.compile(r"\*\*(.+?)\*\*")


@pytest.fixture
def world(sqlite_app: Flask) -> World:
    with sqlite_app.app_context():
        world = World(sqlite_app)
        world.account("trainer", Role.TRAINER, "uk")
        world.account("trainee", Role.TRAINEE, "iraq", person=world.person("Sara Aziz"))
        return world


def reader(world: World, username: str, language: str) -> FlaskClient:
    client = world.sign_in(world.app.test_client(), username)
    with client.session_transaction() as session:
        session["language"] = language
    return client


@pytest.mark.parametrize("language", LANGUAGES)
def test_first_page_of_each_role_leads_to_its_help(world: World, language: str) -> None:
    assert set(READERS.values()) == set(Role)
    for username, role in READERS.items():
        client = reader(world, username, language)
        with world.app.test_request_context(headers={"Accept-Language": language}):
            link, title = gettext("Help for this page"), word(role)
            expected = [gettext(text).replace("**", "") for text in help_of(role)]
        assert f'href="/help">{link}</a>' in client.get("/").text, username
        page = client.get("/help")
        shown = [unescape(re.sub(r"<[^>]*>", "", item)) for item in re.findall(r"<li>(.*?)</li>", _main(page.text))]
        assert shown == expected, username
        assert title in words(page), username
        assert "**" not in page.text


def _main(page: str) -> str:
    return page.partition("<main")[2].partition("</main>")[0]


def test_each_role_has_help_in_its_page_of_the_documentation() -> None:
    assert {role: len(help_of(role)) for role in Role if len(help_of(role)) < 3} == {}


@pytest.mark.parametrize("language", ["ar", "ckb"])
def test_help_is_translated_and_names_things_as_the_pages_do(sqlite_app: Flask, language: str) -> None:
    wrong = []
    with sqlite_app.test_request_context(headers={"Accept-Language": language}):
        for text in (text for role in Role for text in help_of(role)):
            here = gettext(text)
            if here == text or (BOLD.findall(here) and re.search("[a-z]{3}", here)):
                wrong.append(text)
            names = [gettext(name) for name in BOLD.findall(text)]
            if sorted(BOLD.findall(here)) != sorted(names) or any(gettext(one) == one for one in BOLD.findall(text)):
                wrong.append(f"{names} {BOLD.findall(here)}")
    assert wrong == []


def test_who_has_two_roles_reads_both(world: World) -> None:
    with building(world):
        world.grant("trainer", Role.AUDITOR)
    page = words(reader(world, "trainer", "en").get("/help"))
    assert help_of(Role.TRAINER)[0] in page
    assert help_of(Role.AUDITOR)[2].replace("**", "") in page


def test_items_are_read_across_lines_and_end_with_their_section() -> None:
    page = "# Role\n\n- before\n\n## In short\n\n- one **bold**\n  goes on\n- two\n\n## In detail\n\n- after\n"
    assert list(items_of(page)) == ["one **bold** goes on", "two"]
    assert list(items_of("# Role\n\n- none\n")) == []
