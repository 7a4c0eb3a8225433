"""Unit costs: calculation, visibility, and a constant number of queries per page."""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest
from flask import Flask

from tests.support.world import TODAY, World
from training.domain.outcomes import completions
from training.domain.oversight import unit_costs
from training.domain.oversight.unit_costs import UnitCost
from training.kit.db import db, transaction
from training.kit.money import pence_each
from training.models.courses.cohorts import Cohort
from training.models.courses.courses import Course
from training.models.identity.accounts import Role
from training.queries.common.paging import Cursor
from training.queries.courses import cohorts as cohort_rows
from training.queries.oversight.unit_costs import Bought


@pytest.fixture
def world(app: Flask) -> Iterator[World]:
    with app.app_context():
        yield World(app)


@pytest.mark.parametrize(
    ("pence", "units", "each"),
    [(100, 4, 25), (100, 3, 33), (200, 3, 67), (5, 2, 2), (15, 2, 8), (1, 2, 0), (0, 5, 0), (100, 0, None)],
)
def test_unit_cost_is_rounded_half_even_to_the_penny(pence: int, units: int, each: int | None) -> None:
    assert pence_each(pence, units) == each


@pytest.mark.parametrize(
    ("cost", "each"),
    [
        (UnitCost(0, 900_00, 3, 2, 54), (300_00, 450_00, 16_67)),
        (UnitCost(400_00, 500_00, 3, 0, 54), (300_00, None, 16_67)),
        (UnitCost(900_00, 0, 0, 0, 0), (None, None, None)),
        (UnitCost(0, 900_00, 3, 2, None), (300_00, 450_00, None)),
    ],
)
def test_cost_is_divided_by_trainees_completions_and_hours(
    cost: UnitCost, each: tuple[int | None, int | None, int | None]
) -> None:
    assert (cost.per_trainee, cost.per_completion, cost.per_hour) == each


@pytest.mark.parametrize(("contact_hours", "hours"), [(18, 54), (None, None)])
def test_contact_hours_are_multiplied_by_seats(contact_hours: int | None, hours: int | None) -> None:
    bought = Bought(committed=400_00, spent=500_00, completions=2, trainees=3)
    assert unit_costs.unit_cost(bought, contact_hours) == UnitCost(400_00, 500_00, 3, 2, hours)


def held(world: World, *names: str, **plan: object) -> Cohort:
    """Return an open cohort with trainees, the first of whom has completed it."""
    cohort = world.open_cohort(**plan)
    for number, name in enumerate(names):
        person = world.person(name)
        nomination = world.seated(cohort, person)
        if number == 0:
            world.account(f"trainee.{cohort.code}", Role.TRAINEE, "iraq", person=person)
            with transaction():
                by = world.actor(f"trainee.{cohort.code}")
                completion = completions.claim(nomination, dt.date(2026, 11, 4), "", by, TODAY)
            with transaction():
                completions.confirm(completion, world.actor("uk"))
    return cohort


def rows(world: World, reader: str = "funder", cut: Cursor | None = None) -> list[tuple[str, UnitCost]]:
    page = unit_costs.page_of(world.programme().id, cut or Cursor(), world.actor(reader))
    return [(row.cohort.code, row.cost) for row in page.rows]


def test_cohort_cost_is_spent_plus_committed(world: World) -> None:
    cohort = held(world, "One", "Two", "Three", pence=900_00)
    commitment = cohort_rows.open_commitments(cohort.id)[0]
    world.approve(world.payment(commitment, 300_00))
    expected = UnitCost(committed=600_00, spent=300_00, trainees=3, completions=1, hours=54)
    assert rows(world) == [(cohort.code, expected)]
    assert unit_costs.of_cohort(cohort.id, world.actor("funder")) == expected


def test_draft_and_refused_cohorts_cost_nothing(world: World) -> None:
    draft = world.draft()
    world.covered()
    asked = world.draft()
    world.asked(asked)
    assert rows(world) == []
    assert unit_costs.of_cohort(draft.id, world.actor("uk")) is None
    assert unit_costs.by_course(world.programme().id, world.actor("uk")) == []


def test_unconfirmed_claim_is_not_a_completion(world: World) -> None:
    cohort = world.open_cohort(pence=100_00)
    person = world.person("One")
    nomination = world.seated(cohort, person)
    world.account("trainee", Role.TRAINEE, "iraq", person=person)
    with transaction():
        completions.claim(nomination, dt.date(2026, 11, 4), "", world.actor("trainee"), TODAY)
    assert rows(world) == [(cohort.code, UnitCost(100_00, 0, 1, 0, 18))]


def test_course_cost_is_the_sum_of_its_cohorts(world: World) -> None:
    first, second = held(world, "One", "Two", pence=500_00), held(world, "Three", pence=300_00)
    with transaction() as session:
        session.get_one(Cohort, second.id).course_id = first.course_id
    (row,) = unit_costs.by_course(world.programme().id, world.actor("funder"))
    assert row.cohorts == 2
    assert row.cost == UnitCost(committed=800_00, spent=0, trainees=3, completions=2, hours=54)


def test_unpublished_hours_are_none(world: World) -> None:
    cohort = held(world, "One", pence=500_00)
    with transaction() as session:
        session.get_one(Course, cohort.course_id).contact_hours = None
    assert [cost.hours for _code, cost in rows(world)] == [None]
    assert [row.cost.hours for row in unit_costs.by_course(world.programme().id, world.actor("uk"))] == [None]


@pytest.mark.parametrize(
    ("reader", "seen"),
    [
        ("uk", {"iraq", "kri"}),
        ("approver", {"iraq", "kri"}),
        ("auditor", {"iraq", "kri"}),
        ("funder", {"iraq", "kri"}),
        ("iraq", {"iraq"}),
        ("kri", {"kri"}),
        ("iraq.2", set()),
        ("funder.2", set()),
        ("vetting", set()),
    ],
)
def test_readers_see_the_unit_costs_in_their_scope(world: World, reader: str, seen: set[str]) -> None:
    codes = {}
    for body in ("iraq", "kri"):
        line = world.line(10_000_00, world.project(organisation=body))
        codes[world.open_cohort(line=line, host=body).code] = body
    assert {codes[code] for code, _cost in rows(world, reader)} == seen
    assert len(unit_costs.by_course(world.programme().id, world.actor(reader))) == len(seen)


def test_unit_cost_query_count_is_constant(
    world: World, statements: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    line = world.line(50_000_00)
    world.covered()

    def asked() -> int:
        actor, key = world.actor("funder"), world.programme().id
        db.session.expire_all()
        with statements() as ran:
            unit_costs.page_of(key, Cursor(), actor)
            unit_costs.by_course(key, actor)
        return len(ran)

    world.approve(world.asked(world.draft(line)))
    one = asked()
    for _ in range(9):
        world.approve(world.asked(world.draft(line)))
    assert asked() == one == 2
