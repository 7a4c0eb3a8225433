"""Who sees only some lines never reads a part as if it were the whole."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support.world import TODAY, World
from tests.web.browsing import building, words
from training.domain.courses import cohorts
from training.domain.finance import claims
from training.kit.db import transaction
from training.models.courses.cohorts import Cohort
from training.models.finance.programmes import LineCategory
from training.queries.courses import cohorts as cohort_rows
from training.queries.finance import bundles, entries

pytestmark = pytest.mark.usefixtures("noon")


@pytest.fixture
def world(sqlite_app: Flask, noon: object) -> World:
    with sqlite_app.app_context():
        return World(sqlite_app)


def reader(world: World, username: str) -> FlaskClient:
    return world.sign_in(world.app.test_client(), username)


def test_partner_reads_that_costs_are_a_part_of_a_larger_cost(world: World) -> None:
    """A cohort paid from a line of the reader's project and from one of another organisation."""
    with building(world):
        world.covered()
        own = world.line(1_000_00, world.project(organisation="iraq"))
        other = world.line(9_000_00, world.project(organisation="kri"))
        cohort = world.draft(own)
        costs = [
            cohorts.PlannedCost(LineCategory.TRAVEL, own, 120_00),
            cohorts.PlannedCost(LineCategory.TRAINERS, other, 5_000_00),
        ]
        with transaction():
            cohorts.plan_costs(cohort, costs, world.actor("uk"))
        address, asked = f"/cohorts/{cohort.public_id}", world.asked(cohort)
        own_entry = bundles.named([asked.bundle], world.actor("iraq"))[asked.bundle].first
        entry, keys = f"/entries/{own_entry.public_id}", (asked.id, cohort.id)
        programme = f"/programmes/{world.programme().public_id}"
    said = "Lines of your projects: £120.00 of a larger cost."
    partner, uk = reader(world, "iraq"), reader(world, "uk")
    assert said in words(partner.get(address))
    assert said in words(partner.get(entry))
    for hidden in ("£5,000.00", "£5,120.00"):
        assert hidden not in partner.get(address).text + partner.get(entry).text
    for whole in (address, entry):
        assert "of a larger cost" not in words(uk.get(whole))
    with building(world):
        world.approve(entries.entry_by_key(keys[0]))
        claim = paid_from_both(world, cohort_rows.cohort_by_key(keys[1]))
    assert words(partner.get(address)).count(said) == 2, "of the costs and of the commitments"
    assert "Lines of your projects: £20.00 of a larger cost." in words(partner.get(claim))
    assert "of a larger cost" not in words(uk.get(claim))
    year = f"{programme}/year-end"
    assert "Lines of your projects only: the programme has others." in words(partner.get(year))
    assert "Total" not in words(partner.get(year))
    assert "Total" in words(uk.get(year))
    for username, label in (("iraq", "Lines of your projects"), ("uk", "Total")):
        saved = reader(world, username).get(f"{programme}/tables/year-end.csv").text
        assert saved.splitlines()[-1].split(",")[0] == label


def paid_from_both(world: World, cohort: Cohort) -> str:
    """Propose a claim of £20 from each commitment of a cohort; return its address."""
    page = cohort_rows.cohort_page(cohort, world.actor("uk"))
    lines = [claims.ClaimLine(commitment, 20_00) for commitment in page.commitments]
    payment = claims.Payment("A supplier", False, TODAY)
    with transaction():
        return f"/claims/{claims.propose(payment, lines, 'fares', world.key(), world.actor('uk'), TODAY).public_id}"


def test_partner_whose_lines_pay_everything_reads_the_whole(world: World) -> None:
    with building(world):
        address = f"/cohorts/{world.open_cohort(pence=120_00).public_id}"
    said = words(reader(world, "iraq").get(address))
    assert "£120.00" in said
    assert "of a larger cost" not in said


def test_partner_does_not_save_the_burn_down_of_a_programme(world: World) -> None:
    with building(world):
        world.line(1_000_00, world.project(organisation="iraq"))
        programme = f"/programmes/{world.programme().public_id}/tables"
    assert reader(world, "iraq").get(f"{programme}/burn-down.csv").status_code == 403
    assert reader(world, "iraq").get(f"{programme}/lines.csv").status_code == 200
