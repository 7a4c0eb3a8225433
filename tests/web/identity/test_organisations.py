"""Organisations in the browser: trees, the effect of a move before it is made, counts for those who see people."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support.world import World
from tests.web.browsing import building, press, typed, words
from training.domain.identity import organisations
from training.kit.clock import now, pretend
from training.kit.db import transaction
from training.models.identity.organisations import Jurisdiction
from training.queries.identity import organisations as organisation_rows

NAME = "Federal Police"


@pytest.fixture
def world(app: Flask) -> World:
    with app.app_context():
        world = World(app)
        with transaction():
            organisations.create(
                organisations.OrganisationDetails(NAME, Jurisdiction.IRAQ), world.organisations["iraq"], by=None
            )
        addresses = {code: f"/organisations/{body.public_id}" for code, body in world.organisations.items()}
    world.addresses = addresses  # type: ignore[attr-defined]
    return world


def of(world: World, code: str) -> str:
    return world.addresses[code]  # type: ignore[attr-defined, no-any-return]


def signed_in(world: World, username: str) -> FlaskClient:
    return world.sign_in(world.app.test_client(), username)


def below(world: World) -> str:
    with building(world):
        body = organisation_rows.organisation_named(NAME)
        assert body is not None
        return f"/organisations/{body.public_id}"


def test_administrator_adds_and_edits_organisations(world: World) -> None:
    admin = signed_in(world, "admin")
    form = {"name_en": "Baghdad Police Command", "jurisdiction": "UK", "parent": of(world, "iraq")[-12:]}
    refused = press(admin, "/organisations/new", form)
    assert "The body above it and those below it must be of the same jurisdiction" in words(refused)
    assert typed(refused, "name_en") == "Baghdad Police Command"
    added = press(admin, "/organisations/new", form | {"jurisdiction": "IQ"})
    assert "Organisation added." in words(added)
    address = added.request.path
    opened = admin.get(f"{address}/edit")
    change = {"name_en": "Baghdad Police Command", "jurisdiction": "IQ", "version": typed(opened, "version")}
    assert "Organisation saved." in words(press(admin, f"{address}/edit", change | {"aliases": "BPC"}))
    late = press(admin, f"{address}/edit", change | {"aliases": "Something else"})
    assert "Somebody else changed it since you opened the form." in words(late)
    assert typed(late, "aliases") == "Something else"


def test_effect_of_a_move_is_shown_first(world: World) -> None:
    admin, address = signed_in(world, "admin"), below(world)
    with building(world):
        world.organisations["below"] = organisation_rows.organisation_by_key(
            next(body.id for body in organisation_rows.everything() if body.name_en == NAME)
        )
        world.person("Trainee one", "below")
    wish = {"parent": of(world, "iraq.2")[-12:], "version": typed(admin.get(f"{address}/move"), "version")}
    told = press(admin, f"{address}/move", wish)
    assert "1 person comes under another body." in words(told)
    assert "1 coordinator begins to see these people." in words(told)
    assert "1 coordinator ceases to see these people." in words(told)
    assert "Trainee one" not in told.text
    assert "Border Forces Command" in words(admin.get(address)), "nothing was moved yet"
    elsewhere = press(admin, f"{address}/move", wish | {"told": "top"})
    assert "Nothing was moved yet." in words(elsewhere), "another effect was told than that of this move"
    assert "Organisation moved." in words(press(admin, f"{address}/move", wish | {"told": typed(told, "told")}))
    assert "Passport and Residency Directorate" in words(admin.get(address))


def test_deactivation_lists_what_depends_on_the_organisation(world: World) -> None:
    admin = signed_in(world, "admin")
    version = typed(admin.get(of(world, "iraq")), "version")
    answer = words(press(admin, f"{of(world, 'iraq')}/deactivate", {"version": version}))
    assert "The organisation is still needed. It has: accounts, bodies below it" in answer
    put = press(admin, f"{below(world)}/deactivate", {"version": "1"})
    assert "Organisation deactivated." in words(put)
    assert "Inactive" in words(admin.get("/organisations?jurisdiction=IQ"))


@pytest.mark.parametrize(
    ("username", "expected"),
    [("uk", "People whom you may see 2"), ("iraq", "People whom you may see 2"), ("kri", "People whom you may see 0"),
     ("funder", None), ("admin", None)],
)  # fmt: skip
def test_people_are_counted_only_for_those_who_see_them(world: World, username: str, expected: str | None) -> None:
    with building(world):
        world.person("Trainee one"), world.person("Trainee two")
    page = words(signed_in(world, username).get(of(world, "iraq")))
    assert (expected in page) if expected else ("whom you may see" not in page)


def test_tree_statement_count_is_constant(
    world: World, statements: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    with pretend(now()):
        client = signed_in(world, "iraq")
        taken = []
        for size in (range(10), range(10, 500)):
            with building(world), transaction():
                parent = world.organisations["iraq"]
                for number in size:
                    organisations.create(
                        organisations.OrganisationDetails(f"Unit {number}", Jurisdiction.IRAQ), parent, by=None
                    )
            with statements() as seen:
                page = client.get("/organisations")
            taken.append(len(seen))
            assert page.text.count("Unit ") == size.stop
    assert taken[0] == taken[1] <= 4
