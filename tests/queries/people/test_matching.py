"""Candidates for a name: in any spelling, within the actor's scope, without reviewed pairs and inactive people."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest
from flask import Flask

from tests.support.world import World
from training.domain.people import people
from training.kit.db import transaction
from training.models.people.people import Person
from training.queries.people import matching
from training.queries.people.matching import NameQuery


@pytest.fixture
def world(app: Flask) -> Iterator[World]:
    with app.app_context():
        yield World(app)


def register(world: World, *names: tuple[str, str], organisation: str = "iraq") -> list[Person]:
    owner = world.organisations[organisation]
    with transaction():
        return people.register_all([(owner.id, people.Particulars(*name)) for name in names], world.actor("uk"))


def found(world: World, latin: str, native: str = "", by: str = "iraq") -> list[str]:
    [candidates] = matching.candidates([NameQuery(latin, native)], world.actor(by))
    return [one.person.name_latin or one.person.name_native for one in candidates]


def test_other_spellings_are_found_best_match_first(world: World) -> None:
    register(world, ("Mohammed Ali Kazem", ""), ("", "محمد علي كاظم"), ("Hussein Ali Kazem", ""))
    assert found(world, "Mohammed Ali Kazem") == ["Mohammed Ali Kazem", "محمد علي كاظم"]
    assert found(world, "", "موحەممەد عەلی کازم") == ["Mohammed Ali Kazem", "محمد علي كاظم"]
    assert found(world, "Kazem Mohammed Ali") == ["Mohammed Ali Kazem", "محمد علي كاظم"]
    assert "Mohammed Ali Kazem" in found(world, "Mohammed Ali Kazeem")
    assert "Mohammed Ali Kazem" in found(world, "Mohammed Ali Kazemi"), "a near miss, where nobody is nearer"
    assert found(world, "Nobody Else") == found(world, "") == []


def test_candidates_are_limited_to_the_actors_scope(world: World) -> None:
    register(world, ("Mohammed Ali", ""), organisation="kri")
    assert found(world, "Mohammed Ali") == []
    assert found(world, "Mohammed Ali", by="kri") == found(world, "Mohammed Ali", by="uk") == ["Mohammed Ali"]
    assert found(world, "Mohammed Ali", by="auditor") == [], "who may not edit is offered nobody"


def test_at_most_five_candidates_are_returned(world: World) -> None:
    register(world, *[("Mohammed Ali", "")] * 7)
    assert found(world, "Mohamad Ali") == ["Mohammed Ali"] * 5


def test_exact_match_is_found_among_very_many_similar_names(world: World) -> None:
    register(world, *[(f"Mohammed Ali {number}", "") for number in range(200)])
    assert found(world, "Mohamad Ali 100") == ["Mohammed Ali 100"]
    assert found(world, "Mohamad Ali") == [], "one of two hundred is no answer"


def test_results_keep_the_order_of_the_names(world: World) -> None:
    register(world, ("Kawa", ""), ("Sherko", ""))
    asked = [NameQuery("Sherko", ""), NameQuery("", ""), NameQuery("", "کاوە"), NameQuery("Sherko", "")]
    answers = matching.candidates(asked, world.actor("iraq"))
    assert [[one.person.name_latin for one in answer] for answer in answers] == [["Sherko"], [], ["Kawa"], ["Sherko"]]


def test_corrected_name_is_matched_by_its_new_spelling_only(world: World) -> None:
    [person] = register(world, ("Kawa", ""))
    with transaction():
        people.correct(person, people.Particulars("Sherko", ""), world.actor("uk"))
    assert (found(world, "Kawa"), found(world, "Sherko")) == ([], ["Sherko"])


def test_statement_count_is_constant_in_the_number_of_names(
    world: World, statements: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    register(world, *[(f"Mohammed Ali {number}", "") for number in range(300)])
    asked = [NameQuery(f"Mohamad Ali {number}", "") for number in range(0, 2_000, 2)]
    counts = []
    for some in (asked[:10], asked[:1_000]):
        actor = world.actor("iraq")
        with statements() as seen:
            matching.candidates(some, actor)
        counts.append(len(seen))
    assert counts[1] <= counts[0] + 2
