"""The register: names are found in any spelling and script, within the actor's own organisations."""

from collections.abc import Iterator

import pytest
from flask import Flask

from tests.support.world import World
from training.domain.people import people
from training.domain.people.refusals import PersonIncomplete
from training.kit.db import transaction
from training.models.people.people import Person
from training.queries.people import people as people_rows


@pytest.fixture
def world(app: Flask) -> Iterator[World]:
    with app.app_context():
        yield World(app)


def register(world: World, latin: str, native: str, organisation: str = "iraq") -> Person:
    owner = world.organisations[organisation]
    with transaction():
        return people.register(owner.id, people.Particulars(latin, native), world.actor("uk"))


@pytest.mark.parametrize(
    ("typed", "is_found"),
    [
        ("أحمد", True),
        ("احمد", True),
        ("إحمد", True),
        ("الكريم احمد", True),
        ("AHMED", True),
        ("karim ah", True),
        ("ahm*", True),
        ("karim%", True),
        ("hmed", False),
        ("mahmud", False),
        ("Ahmad Kareem", True),
        ("ئەحمەد", True),
    ],
)
def test_search_finds_names_and_service_numbers(world: World, typed: str, is_found: bool) -> None:
    register(world, "Ahmed Al-Karim", "أحمد الكريم")
    assert bool(people_rows.search(typed, world.actor("iraq")).people) is is_found


def test_correction_replaces_the_searchable_name(world: World) -> None:
    person = register(world, "Ahmed", "")
    with transaction():
        people.correct(person, people.Particulars("Kawa", "کاوە"), world.actor("uk"))
    assert not people_rows.search("ahmed", world.actor("iraq")).people
    assert people_rows.search("كاوه", world.actor("iraq")).people


def test_search_works_across_scripts(world: World) -> None:
    register(world, "", "كاظم عبد الرحمن")
    register(world, "Mohammed Hussein", "")
    for typed in ("Kadhim", "Kazem Abdul-Rahman", "abdurrahman kadhum"):
        assert [person.name_native for person in people_rows.search(typed, world.actor("iraq")).people] == [
            "كاظم عبد الرحمن"
        ]
    for typed in ("محمد", "موحەممەد", "حسين محمد"):
        assert [person.name_latin for person in people_rows.search(typed, world.actor("iraq")).people] == [
            "Mohammed Hussein"
        ]


def test_search_excludes_other_organisations(world: World) -> None:
    register(world, "Ahmed", "أحمد")
    assert not people_rows.search("ahmed", world.actor("kri")).people
    assert not people_rows.search("احمد", world.actor("iraq.2")).people


@pytest.mark.parametrize(("latin", "native"), [("", ""), ("  ", "\u200f"), ("…", "ـ")])
def test_name_is_required(world: World, latin: str, native: str) -> None:
    with pytest.raises(PersonIncomplete):
        register(world, latin, native)


def test_search_returns_fifty_and_reports_more(world: World) -> None:
    with transaction():
        for number in range(51):
            owner = world.organisations["iraq"]
            people.register(owner.id, people.Particulars(f"Trainee {number:03d}", ""), world.actor("uk"))
    found = people_rows.search("trainee", world.actor("iraq"))
    assert (len(found.people), found.has_more) == (50, True)
