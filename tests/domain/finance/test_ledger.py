"""Fund control: every movement and refusal, on both databases (conftest verifies the ledger after each test)."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from tests.support.world import CEILING, TODAY, World
from training.domain.finance import proposals
from training.domain.finance.refusals import (
    AlreadyDecided,
    CohortHoldsMoney,
    CommitmentClosed,
    FundsMovedOn,
    NotReversible,
    OverCeiling,
    OverCommitment,
    OverLine,
    OwnProposal,
)
from training.domain.oversight import approvals
from training.kit.db import db, transaction
from training.models.finance.ledger import Commitment, LedgerEntry
from training.models.finance.programmes import BudgetLine
from training.queries.finance import entries, ledger_check
from training.queries.finance import programmes as rows


@pytest.fixture
def world(app: Flask) -> Iterator[World]:
    with app.app_context():
        yield World(app)


def balances(line: BudgetLine) -> tuple[int, int, int]:
    db.session.rollback()
    fresh = rows.line_by_key(line.id)
    return fresh.allocated, fresh.committed, fresh.spent


def available(line: BudgetLine) -> int:
    allocated, committed, spent = balances(line)
    return allocated - committed - spent


def refuse(world: World, entry: LedgerEntry, by: str = "approver") -> None:
    with transaction():
        approvals.refuse(entry, "not now", world.actor(by))


def test_proposal_moves_nothing_until_approved(world: World) -> None:
    entry = world.proposed_line(500_00)
    assert balances(rows.line_by_key(entry.line_id)) == (0, 0, 0)
    world.approve(entry)
    assert balances(rows.line_by_key(entry.line_id)) == (500_00, 0, 0)
    assert world.programme().allocated == 500_00


def test_refused_proposal_moves_nothing(world: World) -> None:
    entry = world.proposed_line(500_00)
    refuse(world, entry)
    assert balances(rows.line_by_key(entry.line_id)) == (0, 0, 0)


def test_commit_400_pay_350_close_frees_50(world: World) -> None:
    """Acceptance test c."""
    line = world.line(1_000_00)
    before = available(line)
    commitment = world.commitment(line, 400_00)
    assert available(line) == before - 400_00
    world.approve(world.payment(commitment, 350_00, closes=True))
    assert available(line) == before - 350_00
    assert balances(line) == (1_000_00, 0, 350_00)
    closed = entries.commitment_by_key(commitment.id)
    assert (closed.committed, closed.spent, closed.is_closed) == (0, 350_00, True)


def test_payment_converts_committed_to_spent(world: World) -> None:
    line = world.line(1_000_00)
    commitment = world.commitment(line, 400_00)
    world.approve(world.payment(commitment, 100_00))
    assert balances(line) == (1_000_00, 300_00, 100_00)


def test_release_returns_money_to_the_line(world: World) -> None:
    line = world.line(1_000_00)
    commitment = world.commitment(line, 400_00)
    with transaction():
        entry = proposals.propose_release(commitment, world.proposal(150_00), world.actor("uk"))
    world.approve(entry)
    assert balances(line) == (1_000_00, 250_00, 0)


def reversal_of(world: World, entry: LedgerEntry) -> LedgerEntry:
    with transaction():
        return proposals.propose_reversal(entry, "a mistake", world.key(), world.actor("uk"))


def test_reversing_a_closing_payment_reopens_the_commitment(world: World) -> None:
    line = world.line(1_000_00)
    commitment = world.commitment(line, 400_00)
    payment = world.payment(commitment, 350_00, closes=True)
    world.approve(payment)
    world.approve(reversal_of(world, payment))
    assert balances(line) == (1_000_00, 400_00, 0)
    assert not entries.commitment_by_key(commitment.id).is_closed


def test_entry_is_reversed_at_most_once(world: World) -> None:
    line = world.line(1_000_00)
    entry = world.payment(world.commitment(line, 400_00), 100_00)
    world.approve(entry)
    first, second = reversal_of(world, entry), reversal_of(world, entry)
    world.approve(first)
    with pytest.raises(NotReversible):
        world.approve(second)
    with pytest.raises(NotReversible):
        reversal_of(world, first)
    assert balances(line) == (1_000_00, 400_00, 0)


def test_allocation_committed_since_cannot_be_reversed(world: World) -> None:
    entry = world.proposed_line(500_00)
    world.approve(entry)
    world.commitment(rows.line_by_key(entry.line_id), 500_00)
    with pytest.raises(FundsMovedOn):
        world.approve(reversal_of(world, entry))


def test_pending_entry_cannot_be_reversed(world: World) -> None:
    with pytest.raises(NotReversible):
        reversal_of(world, world.proposed_line(500_00))


def test_commitment_of_a_cohort_cannot_be_reversed(world: World) -> None:
    cohort = world.draft()
    world.covered()
    entry = world.asked(cohort)
    world.approve(entry)
    with pytest.raises(CohortHoldsMoney):
        reversal_of(world, entry)


# Limits, to the penny.


def test_ceiling_is_enforced_to_the_penny(world: World) -> None:
    world.line(CEILING - 1)
    with pytest.raises(OverCeiling) as refusal:
        world.proposed_line(2)
    assert refusal.value.available == 1
    world.line(1)
    assert world.programme().allocated == CEILING


def test_two_proposals_fit_alone_but_not_together(world: World) -> None:
    first, second = world.proposed_line(200_000_00), world.proposed_line(200_000_00)
    world.approve(first)
    with pytest.raises(OverCeiling):
        world.approve(second)
    assert world.programme().allocated == 200_000_00


def test_available_money_of_a_line_is_enforced_to_the_penny(world: World) -> None:
    line = world.line(100_00)
    with pytest.raises(OverLine):
        world.proposed_commitment(line, 100_01)
    world.commitment(line, 100_00)
    assert available(line) == 0


def test_payment_beyond_its_commitment_is_refused(world: World) -> None:
    commitment = world.commitment(world.line(500_00), 100_00)
    with pytest.raises(OverCommitment):
        world.payment(commitment, 100_01)
    first, second = world.payment(commitment, 60_00), world.payment(commitment, 60_00, closes=True)
    world.approve(first)
    with pytest.raises(OverCommitment) as refusal:
        world.approve(second)
    assert refusal.value.available == 40_00


def test_closed_commitment_accepts_no_entries(world: World) -> None:
    commitment = world.commitment(world.line(500_00), 100_00)
    late = world.payment(commitment, 10_00)
    world.approve(world.payment(commitment, 60_00, closes=True))
    with pytest.raises(CommitmentClosed):
        world.payment(commitment, 1)
    with pytest.raises(CommitmentClosed):
        world.approve(late)


# Who decides.


@pytest.mark.parametrize("decide", [lambda w, e: w.approve(e, by="uk"), lambda w, e: refuse(w, e, by="uk")])
def test_proposer_cannot_decide(world: World, decide: object) -> None:
    """Acceptance test g, in the domain."""
    entry = world.proposed_line(500_00)
    with pytest.raises(OwnProposal):
        decide(world, entry)  # type: ignore[operator]


def test_database_rejects_a_decision_by_the_proposer(world: World) -> None:
    entry = world.proposed_line(500_00)
    insert = (
        "INSERT INTO approvals (entry_id, proposer_id, approver_id, outcome, reason, decided_at)"
        " VALUES (:entry, :proposer, :approver, 'approved', '', '2026-01-01 00:00:00+00:00')"
    )
    uk, other = world.actor("uk").user_id, world.actor("approver").user_id
    for proposer, approver in ((uk, uk), (other, uk)):  # the second names a false proposer
        values = {"entry": entry.id, "proposer": proposer, "approver": approver}
        with pytest.raises(DatabaseError), transaction() as session:
            session.execute(text(insert), values)


def test_entry_is_decided_once(world: World) -> None:
    entry = world.proposed_line(500_00)
    world.approve(entry)
    with pytest.raises(AlreadyDecided):
        world.approve(entry, by="approver.2")
    with pytest.raises(AlreadyDecided):
        refuse(world, entry, by="approver.2")
    assert world.programme().allocated == 500_00


def test_repeated_key_returns_the_same_entry(world: World) -> None:
    line = world.line(500_00)
    proposal = world.proposal(10_00)
    made = set()
    for _ in range(3):
        with transaction():
            made.add(proposals.propose_commitment(line, proposal, TODAY, world.actor("uk")).id)
    assert len(made) == 1
    with transaction():
        other = proposals.propose_commitment(line, proposal, TODAY, world.actor("uk.2"))
    assert other.id not in made, "another person's key is another key"


# Append-only rows and verification.


@pytest.mark.parametrize(
    "table", ["ledger_entries", "approvals", "ledger_postings", "claims", "evidence", "audit_entries"]
)
@pytest.mark.parametrize(
    "change", ["UPDATE {0} SET id = id", "DELETE FROM {0}", "INSERT OR REPLACE INTO {0} SELECT * FROM {0}"]
)
def test_database_rejects_changes_to_appended_rows(world: World, table: str, change: str) -> None:
    world.approve(world.payment(world.commitment(world.line(500_00), 100_00), 50_00, evidence=world.evidence()))
    if "REPLACE" in change and db.engine.dialect.name != "sqlite":
        change = "TRUNCATE {0} CASCADE"
    with pytest.raises(DatabaseError, match="append-only"), transaction() as session:
        session.execute(text(change.format(table)))


def test_verification_detects_a_changed_balance(world: World) -> None:
    line = world.line(500_00)
    with transaction() as session:
        session.execute(text("UPDATE budget_lines SET allocated = allocated + 1 WHERE id = :id"), {"id": line.id})
    assert len(ledger_check.discrepancies()) == 1
    with transaction() as session:
        session.execute(text("UPDATE budget_lines SET allocated = allocated - 1 WHERE id = :id"), {"id": line.id})


@pytest.mark.parametrize("column", ["spent", "committed", "expected"])
def test_verification_detects_a_changed_monthly_total(world: World, column: str) -> None:
    commitment: Commitment = world.commitment(world.line(500_00), 400_00)
    world.approve(world.payment(commitment, 100_00))
    change = f"UPDATE line_months SET {column} = {column} + :by WHERE {column} <> 0"
    with transaction() as session:
        session.execute(text(change), {"by": 7})
    assert ledger_check.discrepancies()
    with transaction() as session:
        session.execute(text(change), {"by": -7})
