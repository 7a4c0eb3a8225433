"""Ceilings: proposed by one person, decided by another, never below what is allocated, up and down."""

import datetime as dt
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import insert, select, text, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from tests.support.world import CEILING, TODAY, World
from training.domain.finance import burn_down, ceilings, programmes, proposals
from training.domain.finance.burn_down import Series
from training.domain.finance.ceilings import Source
from training.domain.finance.refusals import (
    AlreadyDecided,
    CeilingBelowAllocated,
    CeilingUnchanged,
    CeilingWaits,
    DatesReversed,
    NotOwnProposal,
    OverCeiling,
    OwnProposal,
    ProgrammeExists,
    SourceInFuture,
)
from training.kit.clock import pretend
from training.kit.db import db, transaction
from training.models.finance.ceilings import CeilingChange, CeilingDecision
from training.models.finance.ledger import Outcome
from training.models.finance.programmes import Programme
from training.models.identity.accounts import Role
from training.policy.scopes import unscoped
from training.queries.finance import ceilings as rows
from training.queries.finance import ledger_check
from training.queries.finance.ceilings import CeilingRow, CeilingStep

SOURCE = Source("a release", TODAY)


@pytest.fixture
def world(app: Flask) -> Iterator[World]:
    with app.app_context():
        yield World(app)


def propose(world: World, pence: int, by: str = "uk", code: str = "TRAINING") -> CeilingChange:
    with transaction():
        return ceilings.propose(world.programme(code), pence, SOURCE, world.actor(by), TODAY)


def approve(world: World, change: CeilingChange, by: str = "approver") -> None:
    with transaction():
        ceilings.approve(change, world.actor(by))


def history(world: World, code: str = "TRAINING") -> list[CeilingRow]:
    return rows.history(world.programme(code).id, world.actor("auditor"))


@pytest.mark.parametrize("after", [CEILING + 1, CEILING - 1, 0, 10_000_000_000_00])
def test_ceiling_goes_up_and_down_once_another_person_approved(world: World, after: int) -> None:
    change = propose(world, after)
    assert world.programme().ceiling == CEILING, "a proposal changes nothing"
    approve(world, change)
    assert world.programme().ceiling == after
    newest, first = history(world)
    assert (newest.before, newest.change.ceiling, newest.difference) == (CEILING, after, after - CEILING)
    assert (newest.change.source, newest.change.source_date) == ("a release", TODAY)
    assert newest.change.proposer is not None
    assert newest.decision is not None
    assert (newest.change.proposer.username, newest.decision.approver.username) == ("uk", "approver")
    assert (first.change.ceiling, first.change.proposer, first.decision) == (CEILING, None, None)
    assert ledger_check.discrepancies() == []


def test_nobody_decides_about_their_own_whatever_their_roles(world: World) -> None:
    world.grant("uk", Role.FINANCE_APPROVER)
    change = propose(world, CEILING + 1)
    for act in (
        lambda: ceilings.approve(change, world.actor("uk")),
        lambda: ceilings.refuse(change, "x", world.actor("uk")),
    ):
        with pytest.raises(OwnProposal), transaction():
            act()
    approve(world, change)


def test_only_the_proposer_withdraws_and_a_refusal_keeps_its_reason(world: World) -> None:
    change = propose(world, CEILING + 1)
    with pytest.raises(NotOwnProposal), transaction():
        ceilings.withdraw(change, world.actor("uk.2"))
    with transaction():
        ceilings.withdraw(change, world.actor("uk"))
    second = propose(world, CEILING + 2)
    with transaction():
        ceilings.refuse(second, "not published", world.actor("approver"))
    for again in (change, second):
        with pytest.raises(AlreadyDecided):
            approve(world, again)
    refused, withdrawn, first = history(world)
    assert [row.difference for row in (refused, withdrawn, first)] == [None, None, CEILING]
    assert refused.decision is not None
    assert withdrawn.decision is not None
    assert (refused.decision.outcome, refused.decision.reason) == (Outcome.REFUSED, "not published")
    assert withdrawn.decision.outcome is Outcome.WITHDRAWN
    assert world.programme().ceiling == CEILING


def test_first_ceiling_cannot_be_decided_about(world: World) -> None:
    first = history(world)[-1].change
    for act in (ceilings.approve, ceilings.withdraw):
        with pytest.raises(AlreadyDecided), transaction():
            act(first, world.actor("approver"))


def test_ceiling_is_never_below_what_is_allocated(world: World) -> None:
    world.line(100_000_00)
    with pytest.raises(CeilingBelowAllocated) as refusal:
        propose(world, 99_999_99)
    assert refusal.value.allocated == 100_000_00
    change, entry = propose(world, 100_000_00), world.proposed_line(1)
    approve(world, change)
    with pytest.raises(OverCeiling):
        world.approve(entry)


def test_lowering_that_no_longer_fits_is_refused_at_its_approval(world: World) -> None:
    entry = world.proposed_line(200_000_00)
    change = propose(world, 150_000_00)
    world.approve(entry)
    with pytest.raises(CeilingBelowAllocated) as refusal:
        approve(world, change)
    assert refusal.value.allocated == 200_000_00
    assert world.programme().ceiling == CEILING
    assert history(world)[0].waits, "it can still be withdrawn or refused"


@pytest.mark.parametrize(
    ("pence", "source", "refused"),
    [
        (CEILING, SOURCE, CeilingUnchanged),
        (CEILING + 1, Source("a release", TODAY + dt.timedelta(1)), SourceInFuture),
    ],
)
def test_impossible_proposal_is_refused(world: World, pence: int, source: Source, refused: type[Exception]) -> None:
    with pytest.raises(refused), transaction():
        ceilings.propose(world.programme(), pence, source, world.actor("uk"), TODAY)


def test_one_change_waits_at_a_time(world: World) -> None:
    propose(world, CEILING + 1)
    with pytest.raises(CeilingWaits):
        propose(world, CEILING + 2, "uk.2")
    propose(world, 1_00, code="KURDISTAN")


def test_programme_without_a_sum_gets_one_and_can_be_allocated(world: World) -> None:
    with transaction():
        made = programmes.create(_campaign(), world.actor("uk"), TODAY)
    assert (made.code, made.ceiling) == ("CAMPAIGN-2", 0)
    with pytest.raises(OverCeiling):
        world.proposed_line(1, world.project("CAMPAIGN-2"))
    approve(world, propose(world, 50_000_00, code="CAMPAIGN-2"))
    world.line(50_000_00, world.project("CAMPAIGN-2"))
    first = history(world, "CAMPAIGN-2")[-1]
    assert first.change.proposer is not None
    assert (first.change.ceiling, first.change.proposer.username, first.change.source) == (0, "uk", "a release")
    assert ledger_check.discrepancies() == []


def _campaign(code: str = "campaign-2", **other: object) -> programmes.NewProgramme:
    given: dict[str, object] = {
        "title": programmes.Title("A campaign"),
        "starts_on": dt.date(2026, 1, 1),
        "ends_on": dt.date(2030, 3, 31),
        "source": SOURCE,
        "statement": programmes.Title("A joint campaign.", "حملة مشتركة."),
    }
    return programmes.NewProgramme(code, **{**given, **other})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("new", "refused"),
    [
        (_campaign("training"), ProgrammeExists),
        (_campaign(ends_on=dt.date(2025, 12, 31)), DatesReversed),
        (_campaign(source=Source("a release", TODAY + dt.timedelta(1))), SourceInFuture),
    ],
)
def test_impossible_programme_is_refused(world: World, new: programmes.NewProgramme, refused: type[Exception]) -> None:
    with pytest.raises(refused), transaction():
        programmes.create(new, world.actor("uk"), TODAY)


def test_database_refuses_what_the_rules_refuse(world: World) -> None:
    world.line(100_00)
    change = propose(world, CEILING + 1)
    maker, checker = world.actor("uk").user_id, world.actor("approver").user_id
    own = {"change_id": change.id, "reason": "", "outcome": Outcome.APPROVED, "decided_at": change.proposed_at}
    ceiling = {
        "public_id": "x" * 12,
        "programme_id": change.programme_id,
        "number": 3,
        "ceiling": 1,
        "source": "a release",
        "source_date": TODAY,
        "proposed_at": change.proposed_at,
    }
    for statement in (
        insert(CeilingDecision).values(proposer_id=maker, approver_id=maker, **own),
        insert(CeilingDecision).values(proposer_id=checker, approver_id=maker, **own),
        insert(CeilingDecision).values(proposer_id=maker, approver_id=checker, **own | {"outcome": Outcome.REFUSED}),
        insert(CeilingChange).values(**ceiling),
        insert(CeilingChange).values(**ceiling | {"proposer_id": maker, "source": ""}),
        insert(CeilingChange).values(**ceiling | {"proposer_id": maker, "ceiling": -1}),
        update(Programme).where(Programme.id == change.programme_id).values(ceiling=99_99),
    ):
        with pytest.raises(IntegrityError), transaction() as session:
            session.execute(statement)


def test_changes_and_decisions_cannot_be_edited_or_deleted(world: World) -> None:
    approve(world, propose(world, CEILING + 1))
    for table in ("ceiling_changes", "ceiling_decisions"):
        for act in (f"UPDATE {table} SET id = id + 100", f"DELETE FROM {table}"):
            with pytest.raises(SQLAlchemyError, match="append-only"), transaction() as session:
                session.execute(text(act))


def test_funder_sees_the_history_of_funded_programmes_alone(world: World) -> None:
    propose(world, CEILING + 1)
    key = world.programme().id
    assert len(rows.history(key, world.actor("funder"))) == 2
    assert [rows.history(key, world.actor(name)) for name in ("funder.2", "iraq", "admin")] == [[], [], []]
    waiting = {name: len(rows.waiting(world.actor(name))) for name in ("approver", "uk", "funder", "auditor")}
    assert waiting == {"approver": 1, "uk": 0, "funder": 0, "auditor": 0}


# The chart.


def _series(first: dt.date, number: int) -> Series:
    months = [
        dt.date(first.year + (first.month - 1 + n) // 12, (first.month - 1 + n) % 12 + 1, 1) for n in range(number)
    ]
    return Series(TODAY, months, [0] * number, [0] * number, [0] * number, [0] * number)


def test_chart_has_a_step_in_the_month_of_each_change() -> None:
    steps = [CeilingStep(dt.date(2025, 1, 5), 100), CeilingStep(dt.date(2026, 8, 31), 300), CeilingStep(TODAY, 250)]
    found = burn_down.with_ceilings(_series(dt.date(2026, 7, 1), 6), steps)
    assert found.wholes(250) == [100, 300, 300, 300, 250, 250]
    assert burn_down.left(found, 250).planned == [100, 300, 300, 300, 250, 250]
    assert found.within(slice(1, 3)).wholes(250) == [300, 300]


def test_chart_begins_with_the_first_ceiling_and_has_no_step_where_none_changed() -> None:
    later = [CeilingStep(dt.date(2026, 9, 1), 100), CeilingStep(dt.date(2026, 9, 30), 300)]
    assert burn_down.with_ceilings(_series(dt.date(2026, 7, 1), 3), later).wholes(300) == [100, 100, 300]
    same = _series(dt.date(2026, 7, 1), 3)
    assert burn_down.with_ceilings(same, [CeilingStep(TODAY, 300)]) is same
    assert same.wholes(300) == [300, 300, 300]


def test_series_of_a_programme_knows_when_its_ceiling_was_approved(world: World) -> None:
    world.line(100_000_00)
    with pretend(dt.datetime(2026, 9, 30, 23, 30, tzinfo=dt.UTC)):
        approve(world, propose(world, CEILING + 100_00))
    series = burn_down.of_programme(world.programme().id, world.actor("funder"), TODAY)
    assert series is not None
    wholes = dict(zip((f"{month:%Y-%m}" for month in series.months), series.wholes(CEILING + 100_00), strict=True))
    # Half past eleven in the evening of universal time is October in the books, which are kept in London.
    assert (wholes["2026-09"], wholes["2026-10"], wholes["2027-03"]) == (CEILING, CEILING + 100_00, CEILING + 100_00)


# What the check finds.


@pytest.mark.parametrize(
    ("damage", "found"),
    [
        ("UPDATE programmes SET ceiling = ceiling + 1 WHERE code = 'TRAINING'", "the ceiling is 30000001"),
        ("UPDATE ceiling_changes SET ceiling = 1 WHERE number = 1", "its history says 1"),
        ("DELETE FROM ceiling_changes WHERE number = 1", "its history says None"),
        ("UPDATE ceiling_decisions SET approver_id = proposer_id", "decided by who proposed it"),
    ],
)
def test_check_finds_a_ceiling_that_is_not_that_of_its_history(sqlite_app: Flask, damage: str, found: str) -> None:
    with sqlite_app.app_context():
        world = World(sqlite_app)
        change = propose(world, CEILING + 1)
        with transaction():
            ceilings.refuse(change, "no", world.actor("approver"))
        session = db.session
        for trigger in session.scalars(
            text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'ceiling%'")
        ).all():
            session.execute(text(f"DROP TRIGGER {trigger}"))
        session.execute(text("PRAGMA ignore_check_constraints = ON"))
        session.execute(text(damage))
        assert any(found in line for line in ledger_check.discrepancies())
        session.rollback()
        session.execute(text("PRAGMA ignore_check_constraints = OFF"))


def test_proposals_of_money_meet_the_raised_ceiling(world: World) -> None:
    line = world.line(CEILING)
    with pytest.raises(OverCeiling), transaction():
        proposals.propose_allocation(line, world.proposal(1), world.actor("uk"))
    approve(world, propose(world, CEILING + 1))
    with transaction():
        proposals.propose_allocation(line, world.proposal(1), world.actor("uk"))
    statement = unscoped(select(CeilingChange.number), because="a test")
    assert sorted(db.session.scalars(statement)) == [1, 1, 2]
