"""The register: names in any spelling and script are found, within one's own organisations."""

from collections.abc import Iterator

import pytest
from flask import Flask

from tests.support.world import World
from training.domain.people import people
from training.domain.people.refusals import PersonIncomplete
from training.kit.db import transaction
from training.models.people.people import Person
from training.queries.people import people as rows


@pytest.fixture
def world(app: Flask) -> Iterator[World]:
    with app.app_context():
        yield World(app)


def register(world: World, latin: str, native: str, organisation: str = "iraq") -> Person:
    body = world.organisations[organisation]
    with transaction():
        return people.register(body.id, people.Particulars(latin, native), world.actor("uk"))


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
def test_search(world: World, typed: str, is_found: bool) -> None:
    register(world, "Ahmed Al-Karim", "أحمد الكريم")
    assert bool(rows.search(typed, world.actor("iraq")).people) is is_found


def test_a_corrected_name_is_found_and_the_old_one_is_not(world: World) -> None:
    person = register(world, "Ahmed", "")
    with transaction():
        people.correct(person, people.Particulars("Kawa", "کاوە"), world.actor("uk"))
    assert not rows.search("ahmed", world.actor("iraq")).people
    assert rows.search("كاوه", world.actor("iraq")).people


def test_a_spelling_of_one_script_finds_the_other(world: World) -> None:
    register(world, "", "كاظم عبد الرحمن")
    register(world, "Mohammed Hussein", "")
    for typed in ("Kadhim", "Kazem Abdul-Rahman", "abdurrahman kadhum"):
        assert [person.name_native for person in rows.search(typed, world.actor("iraq")).people] == ["كاظم عبد الرحمن"]
    for typed in ("محمد", "موحەممەد", "حسين محمد"):
        assert [person.name_latin for person in rows.search(typed, world.actor("iraq")).people] == ["Mohammed Hussein"]


def test_another_organisation_finds_nobody(world: World) -> None:
    register(world, "Ahmed", "أحمد")
    assert not rows.search("ahmed", world.actor("kri")).people
    assert not rows.search("احمد", world.actor("iraq.2")).people


@pytest.mark.parametrize(("latin", "native"), [("", ""), ("  ", "\u200f"), ("…", "ـ")])
def test_a_person_needs_a_name(world: World, latin: str, native: str) -> None:
    with pytest.raises(PersonIncomplete):
        register(world, latin, native)


def test_a_search_shows_fifty_and_says_that_there_are_more(world: World) -> None:
    with transaction():
        for number in range(51):
            body = world.organisations["iraq"]
            people.register(body.id, people.Particulars(f"Trainee {number:03d}", ""), world.actor("uk"))
    found = rows.search("trainee", world.actor("iraq"))
    assert (len(found.people), found.has_more) == (50, True)
