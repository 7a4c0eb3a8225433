"""Number of statements of an approval, on either database."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from tests.support.statements import counted
from tests.support.world import TODAY, World
from training.domain.finance import proposals
from training.domain.oversight import approvals
from training.kit.db import db, transaction
from training.models.finance.ledger import LedgerEntry
from training.queries.finance import entries


@pytest.fixture
def world(app: Flask) -> Iterator[World]:
    with app.app_context():
        yield World(app)


def purchase(world: World) -> LedgerEntry:
    return world.proposed_commitment(world.line(500_00), 100_00)


def payment(world: World) -> LedgerEntry:
    return world.payment(world.commitment(world.line(500_00), 100_00), 40_00)


def reversal(world: World) -> LedgerEntry:
    paid = payment(world)
    world.approve(paid)
    with transaction():
        return proposals.propose_reversal(paid, "a mistake", world.key(), world.actor("uk"))


def transfer(world: World) -> LedgerEntry:
    source, target = world.line(500_00), world.line(100_00)
    with transaction():
        return proposals.propose_transfer(source, target, world.proposal(10_00), world.actor("uk"))


@pytest.mark.parametrize("propose", [purchase, payment, reversal, transfer])
def test_approval_takes_at_most_twelve_statements(world: World, propose: Callable[[World], LedgerEntry]) -> None:
    key, by = propose(world).id, world.actor("approver")
    with counted(db.engine) as seen, transaction():
        approvals.approve(entries.entry_by_key(key), by, TODAY)
    assert len(seen) <= 12, "\n".join(seen)
