"""Migrations match the models, and each can be downgraded and upgraded with data, on both databases."""

import datetime as dt
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import create_engine, inspect, select, text

from tests.support.world import TODAY, World
from tools.check_migrations import differences
from training.cli.published import load_pact
from training.domain.assurance.rights_assessments import is_sound
from training.domain.finance import ceilings, proposals
from training.domain.outcomes import completions
from training.domain.people import duplicates
from training.kit.clock import now
from training.kit.db import db, engine_options, transaction
from training.kit.migrate import downgrade, upgrade
from training.models import Base
from training.models.assurance.rights_assessments import RightsAssessment, RiskLevel
from training.models.finance.spend_uploads import RowOutcome, SpendBatch, SpendFault, SpendRow
from training.models.identity.accounts import Role
from training.models.outcomes.completions import Completion
from training.models.people.people import Merge
from training.policy.scopes import unscoped
from training.queries.assurance import rights_assessments
from training.queries.finance import ledger_check
from training.queries.people import people

REVISIONS = sorted(file.name[:4] for file in (Path(__file__).parents[2] / "migrations" / "versions").glob("[0-9]*.py"))


@pytest.fixture(autouse=True)
def ledger_stays_whole() -> None:
    """Skip the ledger check: tables are dropped here with their data."""


def test_migrations_match_models(database_url: str) -> None:
    options = engine_options(database_url)
    engine = create_engine(options.pop("url"), **options)
    downgrade(engine, "base")
    assert set(inspect(engine).get_table_names()) <= {"alembic_version"}
    engine.dispose()
    assert differences(database_url) == []


def test_each_revision_is_undone_and_done_again_with_the_data_there_is(app: Flask) -> None:
    with app.app_context():
        _fill(World(app))
        for revision, previous in reversed(list(zip(REVISIONS, ["base", *REVISIONS], strict=False))):
            kept = _tables_before(revision)
            before = (revision, _counts(kept))
            db.session.close()
            downgrade(db.engine, previous)
            assert (revision, _counts(kept)) == before
            upgrade(db.engine, revision)
            assert (revision, _counts(kept)) == before
            downgrade(db.engine, previous)
        upgrade(db.engine)
        assert set(inspect(db.engine).get_table_names()) >= set(Base.metadata.tables)


def test_existing_names_become_searchable_in_any_spelling(app: Flask) -> None:
    with app.app_context():
        world = World(app)
        world.person("Mohammed Kadhim")
        db.session.close()
        downgrade(db.engine, "0009")
        upgrade(db.engine)
        assert [person.name_latin for person in people.search("محمد كاظم", world.actor("iraq")).people] == [
            "Mohammed Kadhim"
        ]


def test_clearances_of_merged_records_are_given_back_and_the_merges_can_be_undone(app: Flask) -> None:
    """Before, a merge moved the decisions to the record that was kept."""
    with app.app_context():
        world = World(app)
        first, second, third = (world.person(f"Ahmed {name}") for name in ("One", "Two", "Three"))
        for number, person in enumerate((first, second, third)):
            world.cleared(person, dt.date(2028, 1, 1 + number))
        with transaction():
            inner = duplicates.merge(first, second, world.actor("uk"))
        with transaction():
            outer = duplicates.merge(third, first, world.actor("uk"))
        keys, ends = [one.id for one in (first, second, third)], ("2028-01-01", "2028-01-02", "2028-01-03")
        merges, uk = (outer.id, inner.id), world.actor("uk")
        db.session.close()
        before = _current_ends()
        downgrade(db.engine, "0018")
        moved = "SELECT count(*) FROM vetting_decisions WHERE person_id <> :kept"
        with db.engine.connect() as connection:
            assert connection.execute(text(moved), {"kept": keys[2]}).scalar_one() == 0
        upgrade(db.engine)
        assert _current_ends() == before
        for key in merges:
            with transaction():
                merge = select(Merge).where(Merge.id == key)
                duplicates.undo(db.session.scalars(unscoped(merge, because="a test")).one(), uk)
        db.session.close()
        assert _current_ends() == dict(zip(keys, ends, strict=True))


def _current_ends() -> dict[int, str]:
    statement = (
        "SELECT c.person_id, d.expires_on FROM current_decisions c JOIN vetting_decisions d ON d.id = c.decision_id"
    )
    with db.engine.connect() as connection:
        return {key: str(day) for key, day in connection.execute(text(statement))}


def test_existing_assessments_are_kept_and_get_a_trail(app: Flask) -> None:
    with app.app_context():
        world = World(app)
        for _ in range(2):
            world.covered()
        waiting = world.assessment(world.programme(), RiskLevel.MEDIUM).public_id
        world.drafted_assessment(world.course())
        keys = [key for (key,) in db.session.execute(select(RightsAssessment.id).order_by(RightsAssessment.id))]
        db.session.close()
        downgrade(db.engine, "0009")
        upgrade(db.engine)
        wholes = [rights_assessments.whole(key) for key in keys[:3]]
        assert [whole.assessment.state for whole in wholes] == ["superseded", "approved", "submitted"]
        assert wholes[2].assessment.public_id == waiting
        assert [whole.assessment.needed_grade for whole in wholes] == ["official", "official", "senior"]
        assert [one.action for whole in wholes for one in whole.mitigations] == ["A session on human rights"] * 3
        trails = [rights_assessments.assessment_page(whole.assessment, world.actor("uk")).trail for whole in wholes]
        assert [[step.act for step in trail] for trail in trails] == [
            ["submitted", "approved", "superseded"],
            ["submitted", "approved"],
            ["submitted"],
        ]
        assert all(is_sound(whole, trail) for whole, trail in zip(wholes, trails, strict=True))
        assert world.actor("rights").grade == "official"
        assert world.drafted_assessment(world.programme()).id > keys[2], "numbering goes on"


def test_existing_completions_are_counted(app: Flask) -> None:
    with app.app_context():
        world = World(app)
        _fill(world)
        with transaction():
            completions.confirm(db.session.scalars(_EVERY_COMPLETION).one(), world.actor("uk"))
        db.session.close()
        downgrade(db.engine, "0018")
        upgrade(db.engine)
        with db.engine.connect() as connection:
            assert list(connection.scalars(text("SELECT trained FROM cohorts"))) == [1]


def test_early_payments_are_posted_to_the_month_of_their_commitment(app: Flask) -> None:
    """Before, payments counted in their own month, and reversals in that of their approval."""
    with app.app_context():
        world = World(app)
        line = world.line(1_000_00)
        for is_mistaken in (False, True):
            payment = world.payment(world.commitment(line, 400_00), 350_00, closes=True, paid_on=dt.date(2026, 10, 10))
            world.approve(payment)
            if is_mistaken:
                with transaction():
                    undoing = proposals.propose_reversal(payment, "a mistake", world.key(), world.actor("uk"))
                world.approve(undoing, dt.date(2026, 12, 1))
        before = _months()
        db.session.close()
        downgrade(db.engine, "0014")
        with db.engine.begin() as connection:
            sums = "SELECT min(s) FROM (SELECT sum(committed) OVER (ORDER BY month) AS s FROM line_months) AS sums"
            assert connection.execute(text(sums)).scalar_one() < 0
        upgrade(db.engine)
        assert _months() == before
        assert ledger_check.discrepancies() == []


def test_each_programme_begins_with_the_ceiling_that_it_has(app: Flask) -> None:
    with app.app_context():
        world = World(app)
        with transaction():
            load_pact()
            change = ceilings.propose(
                world.programme("KURDISTAN"), 250_000_00, ceilings.Source("a release", TODAY), world.actor("uk"), TODAY
            )
            ceilings.approve(change, world.actor("approver"))
        db.session.close()
        downgrade(db.engine, "0034")
        upgrade(db.engine)
        with db.engine.connect() as connection:
            found = connection.execute(
                text(
                    "SELECT code, number, ceiling_changes.ceiling, source, proposer_id FROM ceiling_changes "
                    "JOIN programmes ON programmes.id = programme_id ORDER BY code"
                )
            ).all()
        assert [(row.code, row.number, row.ceiling, row.proposer_id) for row in found] == [
            ("KURDISTAN", 1, 250_000_00, None),
            ("PACT-CAMPAIGN", 1, 0, None),
            ("PACT-KURDISTAN", 1, 200_000_00, None),
            ("PACT-TRAINING", 1, 300_000_00, None),
            ("TRAINING", 1, 300_000_00, None),
        ]
        assert found[3].source.startswith("Home Office release of 28 November 2024")
        assert found[0].source == "Recorded with the programme"
        assert ledger_check.discrepancies() == []


def test_venues_whose_names_differ_in_case_alone_are_kept(app: Flask) -> None:
    with app.app_context():
        World(app)
        db.session.close()
        downgrade(db.engine, "0029")
        with db.engine.begin() as connection:
            for number, name in enumerate(("Academy", "ACADEMY", "academy")):
                connection.execute(
                    text(
                        "INSERT INTO venues (public_id, name_en, name_ar, name_ckb, jurisdiction, time_zone, source) "
                        "VALUES (:id, :name, '', '', 'IQ', 'Asia/Baghdad', '')"
                    ),
                    {"id": f"venue{number:07}", "name": name},
                )
        upgrade(db.engine)
        with db.engine.connect() as connection:
            names = connection.scalars(text("SELECT name_en FROM venues WHERE search_key = 'academy' ORDER BY id"))
            assert list(names) == ["Academy", "ACADEMY", "academy"]


def _months() -> list[str]:
    """Return the sums by month: non-zero totals, all postings."""
    with db.engine.connect() as connection:
        totals = "SELECT line_id, month, committed, spent FROM line_months WHERE committed <> 0 OR spent <> 0"
        postings = "SELECT entry_id, month, committed_month FROM ledger_postings"
        return sorted(str(row) for found in (totals, postings) for row in connection.execute(text(found)))


def test_row_errors_are_kept(app: Flask) -> None:
    with app.app_context():
        world = World(app)
        batch = SpendBatch(
            programme_id=world.programme().id, sha256="", uploaded_by_id=world.actor("uk").user_id, uploaded_at=now()
        )
        with transaction():
            db.session.add(batch)
            db.session.flush()
            faulty = SpendRow(batch_id=batch.id, number=2, outcome=RowOutcome.FAULTY, fault=SpendFault.TOO_LONG)
            db.session.add_all([faulty, SpendRow(batch_id=batch.id, number=3, outcome=RowOutcome.NEW)])
        db.session.close()
        downgrade(db.engine, "0013")
        assert _faults() == ["too_long", ""]
        upgrade(db.engine)
        assert _faults() == ["too_long", None]


def _faults() -> list[str | None]:
    with db.engine.connect() as connection:
        return list(connection.scalars(text("SELECT fault FROM spend_rows ORDER BY number")))


_EVERY_COMPLETION = unscoped(select(Completion), because="a test")


def _fill(world: World) -> None:
    person = world.person("Trainee one")
    world.account("trainee", Role.TRAINEE, "iraq", person=person)
    seat = world.seated(world.open_cohort(), person)
    with transaction():
        completions.claim(seat, dt.date(2026, 11, 4), "", world.actor("trainee"), dt.date(2026, 11, 24))


def _tables_before(revision: str) -> list[str]:
    """Return the tables that exist before a revision runs."""
    made = {
        "0001": ("organisations", "people", "person_words"),
        "0002": ("programmes", "programme_facts", "projects", "budget_lines"),
        "0003": ("users", "role_assignments", "sign_ins", "sign_in_failures", "invitations"),
        "0004": (
            "courses",
            "venues",
            "cohorts",
            "cohort_invitations",
            "cohort_trainers",
            "course_costs",
            "cohort_costs",
        ),
        "0005": ("evidence", "exchange_rates", "spend_batches", "claims"),
        "0006": ("commitments", "ledger_entries", "approvals", "ledger_postings", "line_months", "spend_rows"),
        "0007": ("rights_assessments", "nominations", "vetting_decisions", "completions"),
        "0008": ("audit_entries",),
        "0009": ("line_plans", "variance_reasons"),
    }
    return [table for number, tables in made.items() if number < revision for table in tables]


def _counts(tables: list[str]) -> dict[str, int]:
    with db.engine.connect() as connection:
        return {table: connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() for table in tables}
