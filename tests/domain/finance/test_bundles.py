"""Bundles are decided as a whole: transfers, cohorts with several lines, reversals, withdrawals."""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Update, func, select

from tests.support.ledger import bundle_of, decision_about
from tests.support.world import CEILING, TODAY, World
from training.domain.common.refusals import Refusal
from training.domain.courses import cohorts
from training.domain.finance import ledger, proposals
from training.domain.finance.refusals import (
    AlreadyDecided,
    CommitmentClosed,
    FundsMovedOn,
    NotOwnProposal,
    NotReversible,
    OtherProgramme,
    OverCeiling,
    OverLine,
    OwnProposal,
)
from training.domain.oversight import approvals
from training.kit.db import db, transaction
from training.models.courses.cohorts import Cohort, CohortState
from training.models.finance.ledger import LedgerEntry, Outcome
from training.models.finance.programmes import BudgetLine, LineCategory
from training.policy.scopes import unscoped
from training.queries.courses import cohorts as cohort_rows
from training.queries.finance import entries
from training.queries.finance import programmes as rows


@pytest.fixture
def world(app: Flask) -> Iterator[World]:
    with app.app_context():
        yield World(app)


def allocated_now(line: BudgetLine) -> int:
    return rows.line_by_key(line.id).allocated


def allocated(*lines: BudgetLine) -> list[int]:
    db.session.rollback()
    return [allocated_now(line) for line in lines]


def outcomes(entry: LedgerEntry) -> list[Outcome | None]:
    db.session.rollback()
    decisions = [decision_about(part.id) for part in bundle_of(entry)]
    return [decision.outcome if decision else None for decision in decisions]


def number_of_entries() -> int:
    counted = unscoped(select(func.count(LedgerEntry.id)), because="a test")
    return db.session.scalar(counted) or 0


def transfer(world: World, source: BudgetLine, target: BudgetLine, pence: int) -> LedgerEntry:
    with transaction():
        return proposals.propose_transfer(source, target, world.proposal(pence), world.actor("uk"))


def give_back(world: World, source: BudgetLine, pence: int) -> LedgerEntry:
    with transaction():
        return proposals.propose_return(source, world.proposal(pence), world.actor("uk"))


def refuse(world: World, entry: LedgerEntry, by: str) -> None:
    with transaction():
        approvals.refuse(entry, "not now", world.actor(by))


def withdraw(world: World, entry: LedgerEntry, by: str) -> None:
    with transaction():
        approvals.withdraw(entry, "a slip", world.actor(by))


def reversal_of(world: World, entry: LedgerEntry) -> LedgerEntry:
    with transaction():
        return proposals.propose_reversal(entry, "a mistake", world.key(), world.actor("uk"))


# Transfers and returns.


def test_transfer_moves_both_halves(world: World) -> None:
    source, target = world.line(500_00), world.line(100_00)
    entry = transfer(world, source, target, 200_00)
    assert allocated(source, target) == [500_00, 100_00], "nothing moves before approval"
    world.approve(entry)
    assert allocated(source, target) == [300_00, 300_00]
    assert outcomes(entry) == [Outcome.APPROVED] * 2
    assert world.programme().allocated == 600_00


def test_transfer_needs_no_room_under_the_ceiling(world: World) -> None:
    source, target = world.line(CEILING - 1), world.line(1)
    world.approve(transfer(world, source, target, CEILING - 1))
    assert allocated(source, target) == [0, CEILING]


def test_deciding_either_half_decides_the_transfer(world: World) -> None:
    source, target = world.line(500_00), world.line(100_00)
    entry = transfer(world, source, target, 200_00)
    second = bundle_of(entry)[1]
    world.approve(second)
    assert allocated(source, target) == [300_00, 300_00]


def test_transfer_of_money_committed_since_moves_neither_half(world: World) -> None:
    source, target = world.line(500_00), world.line(100_00)
    entry = transfer(world, source, target, 200_00)
    world.commitment(source, 300_01)
    with pytest.raises(OverLine) as refusal:
        world.approve(entry)
    assert refusal.value.available == 199_99
    assert allocated(source, target) == [500_00, 100_00]
    assert outcomes(entry) == [None, None]


def test_transfer_with_a_failing_second_half_moves_neither(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    source, target = world.line(500_00), world.line(100_00)
    entry = transfer(world, source, target, 200_00)
    write = ledger._write

    def failing(statement: Update, record: Any, parts: Sequence[LedgerEntry]) -> None:
        if record.id == target.id:
            assert allocated_now(source) == 300_00, "the first half has moved within the transaction"
            raise OverCeiling(0)
        write(statement, record, parts)

    monkeypatch.setattr(ledger, "_write", failing)
    with pytest.raises(OverCeiling):
        world.approve(entry)
    assert allocated(source, target) == [500_00, 100_00]
    assert outcomes(entry) == [None, None]


def test_transfer_needs_two_lines_of_one_programme(world: World) -> None:
    source = world.line(500_00)
    elsewhere = world.line(500_00, world.project("KURDISTAN", "kri"))
    for target in (elsewhere, source):
        with pytest.raises(OtherProgramme):
            transfer(world, source, target, 1_00)


@pytest.mark.parametrize(("pence", "fits"), [(100_00, True), (100_01, False)])
def test_transfer_and_return_are_limited_to_the_available_penny(world: World, pence: int, fits: bool) -> None:
    source, target = world.line(500_00), world.line(1_00)
    world.commitment(source, 400_00)
    for propose in (lambda: transfer(world, source, target, pence), lambda: give_back(world, source, pence)):
        with nullcontext() if fits else pytest.raises(OverLine):
            propose()


def test_return_moves_money_back_to_the_programme(world: World) -> None:
    line = world.line(500_00)
    world.approve(give_back(world, line, 200_00))
    assert allocated(line) == [300_00]
    assert world.programme().allocated == 300_00


# Reversals undo the whole bundle.


def test_reversal_undoes_the_whole_transfer(world: World) -> None:
    source, target = world.line(500_00), world.line(100_00)
    entry = transfer(world, source, target, 200_00)
    world.approve(entry)
    second = bundle_of(entry)[1]
    undoing = reversal_of(world, second)
    world.approve(undoing)
    assert allocated(source, target) == [500_00, 100_00]
    assert len(bundle_of(undoing)) == 2
    with pytest.raises(NotReversible):
        reversal_of(world, entry)


def test_transfer_of_spent_money_is_reversed_in_neither_half(world: World) -> None:
    source, target = world.line(500_00), world.line(100_00)
    entry = transfer(world, source, target, 200_00)
    world.approve(entry)
    undoing = reversal_of(world, entry)
    world.commitment(target, 150_00)
    with pytest.raises(FundsMovedOn):
        world.approve(undoing)
    assert allocated(source, target) == [300_00, 300_00]
    assert outcomes(undoing) == [None, None]


def test_commitments_of_two_programmes_are_decided_together_on_their_own_lines(world: World) -> None:
    lines = [world.line(500_00), world.line(500_00, world.project("KURDISTAN", "kri"))]
    with transaction():
        reservations = [proposals.Reservation(line, 100_00) for line in lines]
        entry = proposals.propose_commitments(
            reservations, world.proposal(200_00), dt.date(2027, 1, 15), world.actor("uk")
        )
    world.approve(bundle_of(entry)[1])
    db.session.rollback()
    assert [world.programme(code).committed for code in ("TRAINING", "KURDISTAN")] == [100_00, 100_00]
    for line, part in zip(lines, bundle_of(entry), strict=True):
        assert entries.commitment_by_key(part.commitment_id or 0).programme_id == line.programme_id


# Who decides, and only once.


@dataclass(frozen=True)
class Step:
    """A step of a decision table: actor, decision, and the expected refusal, if any."""

    by: str
    what: str
    refusal: type[Refusal] | None = None


DECISIONS: dict[str, Callable[[World, LedgerEntry, str], None]] = {
    "approve": lambda world, entry, by: world.approve(entry, by=by),
    "refuse": refuse,
    "withdraw": withdraw,
}


@pytest.mark.parametrize(
    ("steps", "outcome"),
    [
        ([Step("uk", "approve", OwnProposal), Step("uk", "refuse", OwnProposal)], None),
        ([Step("approver", "withdraw", NotOwnProposal), Step("uk.2", "withdraw", NotOwnProposal)], None),
        ([Step("uk", "withdraw"), Step("approver", "refuse", AlreadyDecided)], Outcome.WITHDRAWN),
        ([Step("uk", "withdraw"), Step("approver", "approve", AlreadyDecided)], Outcome.WITHDRAWN),
        ([Step("uk", "withdraw"), Step("uk", "withdraw", AlreadyDecided)], Outcome.WITHDRAWN),
        ([Step("approver", "approve"), Step("uk", "withdraw", AlreadyDecided)], Outcome.APPROVED),
        ([Step("approver", "approve"), Step("approver.2", "refuse", AlreadyDecided)], Outcome.APPROVED),
        ([Step("approver", "refuse"), Step("uk", "withdraw", AlreadyDecided)], Outcome.REFUSED),
        ([Step("approver", "refuse"), Step("approver.2", "approve", AlreadyDecided)], Outcome.REFUSED),
    ],
)
def test_bundle_is_decided_once_and_never_by_its_proposer(
    world: World, steps: list[Step], outcome: Outcome | None
) -> None:
    source, target = world.line(500_00), world.line(100_00)
    entry = transfer(world, source, target, 200_00)
    for step in steps:
        if step.refusal is None:
            DECISIONS[step.what](world, entry, step.by)
        else:
            with pytest.raises(step.refusal):
                DECISIONS[step.what](world, entry, step.by)
    assert outcomes(entry) == [outcome] * 2, "both halves or neither"
    moved = 200_00 if outcome is Outcome.APPROVED else 0
    assert allocated(source, target) == [500_00 - moved, 100_00 + moved]


# Top-ups.


def top_up(world: World, entry: LedgerEntry, pence: int) -> LedgerEntry:
    with transaction():
        commitment = entries.commitment_by_key(entry.commitment_id or 0)
        return proposals.propose_top_up(commitment, world.proposal(pence), world.actor("uk"))


def test_top_up_increases_the_commitment(world: World) -> None:
    line = world.line(500_00)
    entry = world.proposed_commitment(line, 100_00)
    world.approve(entry)
    more = top_up(world, entry, 400_00)
    assert entries.commitment_by_key(entry.commitment_id or 0).committed == 100_00
    world.approve(more)
    commitment = entries.commitment_by_key(entry.commitment_id or 0)
    assert commitment.committed == 500_00
    world.approve(world.payment(commitment, 450_00))
    assert entries.commitment_by_key(commitment.id).spent == 450_00


@pytest.mark.parametrize(
    ("prepare", "pence", "refusal"),
    [
        (lambda world, entry: world.approve(entry), 400_01, OverLine),
        (lambda _world, _entry: None, 1_00, CommitmentClosed),
        (lambda world, entry: refuse(world, entry, "approver"), 1_00, CommitmentClosed),
        (lambda world, entry: _closed(world, entry), 1_00, CommitmentClosed),
    ],
    ids=["more than the line has", "not yet approved", "refused", "closed"],
)
def test_impossible_top_up_is_refused(
    world: World, prepare: Callable[[World, LedgerEntry], None], pence: int, refusal: type[Refusal]
) -> None:
    entry = world.proposed_commitment(world.line(500_00), 100_00)
    prepare(world, entry)
    with pytest.raises(refusal):
        top_up(world, entry, pence)


def _closed(world: World, entry: LedgerEntry) -> None:
    world.approve(entry)
    world.approve(world.payment(entries.commitment_by_key(entry.commitment_id or 0), 50_00, closes=True))


def test_pending_top_up_is_refused_once_its_commitment_closes(world: World) -> None:
    entry = world.proposed_commitment(world.line(500_00), 100_00)
    world.approve(entry)
    more = top_up(world, entry, 100_00)
    world.approve(world.payment(entries.commitment_by_key(entry.commitment_id or 0), 50_00, closes=True))
    with pytest.raises(CommitmentClosed):
        world.approve(more)


# Cohorts paid from two lines.


def cohort_on(world: World, lines: list[BudgetLine], pence: int) -> Cohort:
    cohort = world.draft(lines[0])
    categories = (LineCategory.TRAINERS, LineCategory.VENUE)
    costs = [cohorts.PlannedCost(kind, line, pence) for kind, line in zip(categories, lines, strict=True)]
    with transaction():
        cohorts.plan_costs(cohort, costs, world.actor("uk"))
    return cohort


def state(cohort: Cohort) -> CohortState:
    db.session.rollback()
    return cohort_rows.state_of(cohort.id)


def test_cohort_on_two_lines_opens_with_both_commitments(world: World) -> None:
    world.covered()
    lines = [world.line(500_00), world.line(500_00)]
    cohort = cohort_on(world, lines, 300_00)
    entry = world.asked(cohort)
    assert [part.line_id for part in bundle_of(entry)] == [line.id for line in lines]
    world.approve(bundle_of(entry)[1])
    assert state(cohort) is CohortState.OPEN
    assert [rows.line_by_key(line.id).committed for line in lines] == [300_00, 300_00]


def test_cohort_does_not_open_if_one_line_lacks_money(world: World) -> None:
    world.covered()
    lines = [world.line(500_00), world.line(500_00)]
    cohort = cohort_on(world, lines, 300_00)
    entry = world.asked(cohort)
    world.commitment(lines[1], 300_00)
    with pytest.raises(OverLine):
        world.approve(entry)
    assert state(cohort) is CohortState.AWAITING_APPROVAL
    assert [rows.line_by_key(line.id).committed for line in lines] == [0, 300_00]
    assert outcomes(entry) == [None, None]


@pytest.mark.parametrize(("decide", "by"), [(refuse, "approver"), (withdraw, "uk")])
def test_refused_or_withdrawn_cohort_returns_to_draft(
    world: World, decide: Callable[[World, LedgerEntry, str], None], by: str
) -> None:
    world.covered()
    cohort = cohort_on(world, [world.line(500_00), world.line(500_00)], 300_00)
    entry = world.asked(cohort)
    decide(world, entry, by)
    assert state(cohort) is CohortState.DRAFT
    assert None not in outcomes(entry)
    world.approve(world.asked(cohort))
    assert state(cohort) is CohortState.OPEN


@pytest.mark.parametrize("closed", [False, True])
def test_deciding_a_top_up_does_not_change_the_cohort_state(world: World, closed: bool) -> None:
    world.covered()
    cohort = world.draft(last=TODAY - dt.timedelta(days=1))
    entry = world.asked(cohort)
    world.approve(entry)
    first, second = top_up(world, entry, 10_00), top_up(world, entry, 20_00)
    if closed:
        with transaction():
            cohorts.close(cohort, world.actor("uk"), TODAY)
    before = state(cohort)
    world.approve(first)
    refuse(world, second, "approver")
    assert state(cohort) is before is (CohortState.CLOSED if closed else CohortState.OPEN)


# The same form twice.


def test_form_sent_twice_makes_one_proposal(world: World) -> None:
    source, target = world.line(500_00), world.line(100_00)
    proposal = world.proposal(200_00)
    before = number_of_entries()
    bundles = set()
    for _ in range(2):
        with transaction():
            bundles.add(proposals.propose_transfer(source, target, proposal, world.actor("uk")).bundle)
    assert len(bundles) == 1
    assert number_of_entries() == before + 2, "two halves, once"


@pytest.mark.parametrize("change", ["amount", "target"])
def test_other_content_with_the_same_key_makes_another_proposal(world: World, change: str) -> None:
    source, target, other = world.line(500_00), world.line(100_00), world.line(100_00)
    key = world.key()
    amounts, targets = ([200_00, 201_00], [target] * 2) if change == "amount" else ([200_00] * 2, [target, other])
    bundles = set()
    for pence, to in zip(amounts, targets, strict=True):
        with transaction():
            proposal = proposals.Proposal(pence, "a purpose", key)
            bundles.add(proposals.propose_transfer(source, to, proposal, world.actor("uk")).bundle)
    assert len(bundles) == 2
