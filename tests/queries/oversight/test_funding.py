"""What a programme's money gave, and what changed in it: sums of postings since a moment, on both databases."""

import datetime as dt

from flask import Flask

from tests.support.world import TODAY, World
from training.domain.finance import year_end
from training.domain.oversight.funding import funded
from training.kit.clock import pretend
from training.models.finance.programmes import Programme
from training.queries.finance import entries, programmes
from training.queries.oversight import funding
from training.queries.oversight.funding import Changes, Results

NOON = dt.datetime.combine(TODAY, dt.time(12), dt.UTC)
LATER = NOON + dt.timedelta(hours=1)


def test_changes_are_the_sums_of_what_was_approved_since(app: Flask) -> None:
    with app.app_context():
        with pretend(NOON):
            world = World(app)
            line = world.line(50_000_00)
            commitment = world.commitment(line, 900_00)
            asked = world.proposed_commitment(line, 5_00)
        with pretend(LATER):
            world.approve(world.payment(commitment, 400_00))
            world.approve(world.proposed_commitment(programmes.line_by_key(line.id), 600_00))
            world.approve(entries.entry_by_key(asked.id))
        keys, actor = [world.programme(code).id for code in ("TRAINING", "KURDISTAN")], world.actor("uk")
        found = funding.changes(keys, NOON, actor)
        assert found.by_programme == dict(zip(keys, (Changes(3, 0, 205_00, 400_00), Changes()), strict=True))
        assert found.are_all
        assert funding.changes(keys, LATER, actor).by_programme[keys[0]] == Changes()
        # Of more decisions than are looked at the sums would be parts, and the others may be of any programme.
        for asked_for in (keys, keys[1:]):
            assert not funding.changes(asked_for, NOON, actor, most=2).are_all
        other = world.actor("funder.2")
        assert list(funding.changes(keys, NOON, other).by_programme) == keys[1:], "in their own scope"


def test_results_count_the_cohorts_that_opened(app: Flask) -> None:
    with app.app_context():
        world = World(app)
        world.open_cohort(seats=10, first=dt.date(2026, 11, 2), last=dt.date(2026, 11, 4))
        cohort = world.open_cohort(seats=5, first=TODAY, last=TODAY)
        world.seated(cohort, world.person("One"))
        world.draft(seats=100)
        key, actor = world.programme().id, world.actor("funder")
        found = funding.results([key], dt.date(2026, 11, 2), TODAY, actor)
        assert found == {key: Results(cohorts=2, seats=1, capacity=15, trained=0, began=1, ended=1)}
        assert funding.results([key], TODAY, TODAY, world.actor("funder.2")) == {}


def test_outlook_is_that_of_the_year_end_page(app: Flask) -> None:
    """A line that is short takes nothing away from what lapses on another."""
    with app.app_context():
        world = World(app)
        paid, short = world.line(50_000_00), world.line(100_00)
        world.approve(world.payment(world.commitment(paid, 900_00), 400_00))
        world.draft(short, pence=2_000_00, first=dt.date(2027, 2, 2), last=dt.date(2027, 2, 4))
        programme: Programme = world.programme()
        actor = world.actor("funder")
        (found,) = funded([programme], actor, TODAY, None)
        total = year_end.year_end_page(programme, actor, TODAY).total
        assert found.outlook is not None
        assert found.series is not None
        assert found.outlook.lapses == total.lapses == 49_100_00
        assert found.outlook.spent == total.spent + total.due + total.scheduled == 2_900_00
        assert found.outlook.spent == found.series.forecast[found.series.year_end or 0]
        assert found.changes is None
