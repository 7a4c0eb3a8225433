"""The ceiling holds to the last penny under eight concurrent processes, also while it moves; unguarded it does not."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import pytest
from flask import Flask
from sqlalchemy import insert, text
from sqlalchemy.exc import OperationalError

from tests.support.depth import IS_DEEP
from tests.support.processes import context
from tests.support.world import TODAY, World
from training.app import create_app
from training.config import Settings
from training.domain.common.refusals import Refusal
from training.domain.finance import ceilings, ledger, proposals
from training.domain.finance.refusals import OverLine
from training.kit.clock import now
from training.kit.db import db, transaction
from training.kit.ids import new_public_id
from training.models.finance.ceilings import CeilingChange
from training.models.finance.ledger import Commitment, EntryKind, LedgerEntry
from training.models.finance.programmes import BudgetLine
from training.models.identity.actor import Actor
from training.queries.finance import entries, ledger_check
from training.queries.finance import programmes as rows

Done = TypeVar("Done")

PROCESSES = 8
SHARE = 150 if IS_DEEP else 60
"""Decisions of each process in a round."""

ROUNDS = 5 if IS_DEEP else 1
PENCE = 100_00


def _approve(settings: Settings, proposed: list[list[int]], by: Actor, start: Any, results: Any) -> None:
    """Approve the proposals of each round in one of several processes; report the number approved in each."""
    app = create_app(settings)
    with app.app_context():
        done = []
        for keys in proposed:
            start.wait()
            done.append(sum(_is_approved(key, by) for key in keys))
        db.engine.dispose()
    results.put(done)


def _is_approved(key: int, by: Actor) -> bool:
    """Approve, retrying when the other seven leave no gap for as long as a writer waits on SQLite."""
    while True:
        try:
            with transaction():
                ledger.approve(entries.entry_by_key(key), by, TODAY)
        except OverLine:
            return False
        except OperationalError:
            continue
        return True


def _run_together(target: Any, app: Flask, shares: list[Any], by: Actor) -> list[Any]:
    start, results = context.Barrier(PROCESSES), context.Queue()
    settings = app.config["SETTINGS"]
    workers = [
        context.Process(target=target, args=(settings, share, by, start, results), daemon=True) for share in shares
    ]
    for worker in workers:
        worker.start()
    done = [results.get(timeout=600) for _ in workers]
    for worker in workers:
        worker.join(timeout=30)
        assert worker.exitcode == 0
    return done


def _proposed(line: BudgetLine, by: Actor) -> list[int]:
    """Insert the commitments for a round directly, without the use case."""
    common = {"programme_id": line.programme_id, "line_id": line.id, "purpose": "a purchase"}
    number = PROCESSES * SHARE
    with transaction() as session:
        made = session.scalars(
            insert(Commitment).returning(Commitment.id), [{**common, "expected_on": TODAY} for _ in range(number)]
        ).all()
        wishes = [
            {
                **common,
                "kind": EntryKind.COMMIT,
                "bundle": new_public_id(),
                "commitment_id": key,
                "amount": PENCE,
                "proposer_id": by.user_id,
                "proposed_at": now(),
                "idempotency_key": f"race-{key}",
            }
            for key in made
        ]
        return list(session.scalars(insert(LedgerEntry).returning(LedgerEntry.id), wishes))


def test_ceiling_holds_under_eight_concurrent_processes(app: Flask) -> None:
    """Acceptance test l: to the last penny and not one penny more. Each line can hold a fifth of the requests."""
    fits = PROCESSES * SHARE // 5
    with app.app_context():
        world = World(app)
        lines = [world.line(fits * PENCE) for _ in range(ROUNDS)]
        proposed = [_proposed(line, world.actor("uk")) for line in lines]
        shares = [[keys[start::PROCESSES] for keys in proposed] for start in range(PROCESSES)]
        done = _run_together(_approve, app, shares, world.actor("approver"))
        db.session.rollback()  # what was read before the race is a snapshot
        for number, line in enumerate(lines):
            fresh = rows.line_by_key(line.id)
            assert (fresh.committed, fresh.allocated) == (fits * PENCE, fits * PENCE), "£0.00 over, £0.00 under"
            assert sum(of_process[number] for of_process in done) == fits
        assert ledger_check.discrepancies() == []


LOWER, HIGHER = 20 * PENCE, 30 * PENCE
"""The ceilings between which two processes move it below."""
MOVES = 60 if IS_DEEP else 26
"""Allocations that are proposed below: more than the lower ceiling holds."""


@dataclass(frozen=True)
class _Share:
    """What one process does: approve allocations, or as ``maker`` propose so many ceilings of a programme."""

    entries: Sequence[int]
    turns: int
    programme_id: int
    maker: Actor


def _allocate_or_move(settings: Settings, share: _Share, by: Actor, start: Any, results: Any) -> None:
    """Approve allocations, or lower and raise the ceiling; report how many allocations and ceilings were approved."""
    app = create_app(settings)
    with app.app_context():
        start.wait()
        allocated = sum(_is_taken(partial(_allocate, key, by)) for key in share.entries)
        moved = sum(
            _is_taken(partial(_move, share, LOWER if turn % 2 == 0 else HIGHER, by)) for turn in range(share.turns)
        )
        db.engine.dispose()
    results.put((allocated, moved))


def _is_taken(act: Callable[[], object]) -> bool:
    """Return whether an act was not refused; what is no refusal ends the process."""
    try:
        act()
    except Refusal:
        return False
    return True


def _patiently(act: Callable[[], Done]) -> Done:
    """Act in a transaction, again while the others leave no gap for as long as a writer waits on SQLite."""
    while True:
        try:
            with transaction():
                return act()
        except OperationalError:
            continue


def _allocate(key: int, by: Actor) -> None:
    _patiently(lambda: ledger.approve(entries.entry_by_key(key), by, TODAY))


def _move(share: _Share, pence: int, by: Actor) -> None:
    """Propose a ceiling and approve it, or withdraw it if it no longer fits."""
    source = ceilings.Source("a source", TODAY)

    def propose() -> CeilingChange:
        return ceilings.propose(rows.programme_by_key(share.programme_id), pence, source, share.maker, TODAY)

    change = _patiently(propose)
    try:
        _patiently(lambda: ceilings.approve(change, by))
    except Refusal:
        _patiently(lambda: ceilings.withdraw(change, share.maker))
        raise


def test_ceiling_that_is_lowered_and_raised_meanwhile_holds(app: Flask) -> None:
    """Six processes approve allocations while two move the ceiling: never is more allocated than it allows.

    The constraint of the table would stop what a rule let through, by an error that is no refusal and ends a process.
    """
    with app.app_context():
        world = World(app)
        line = world.line(PENCE, world.project("KURDISTAN"))
        with transaction():
            keys = [
                proposals.propose_allocation(line, world.proposal(PENCE), world.actor("uk")).id for _ in range(MOVES)
            ]
        key = line.programme_id
        _move(_Share((), 0, key, world.actor("uk")), HIGHER, world.actor("approver"))
        shares = [_Share(keys[first::6], 0, key, world.actor("uk")) for first in range(6)]
        shares += [_Share((), MOVES, key, world.actor(maker)) for maker in ("uk", "uk.2")]
        done = _run_together(_allocate_or_move, app, shares, world.actor("approver"))
        db.session.rollback()
        programme = rows.programme_by_key(key)
        assert programme.allocated == PENCE + sum(allocated for allocated, _moved in done) * PENCE
        assert programme.allocated <= programme.ceiling <= HIGHER
        assert sum(moved for _allocated, moved in done) > 0, "the ceiling moved"
        assert ledger_check.discrepancies() == []


def test_last_penny_fits_and_one_more_is_refused(app: Flask) -> None:
    with app.app_context():
        world = World(app)
        line = world.line(300_000_00)
        world.commitment(line, 299_999_99)
        entry, rival = world.proposed_commitment(line, 1), world.proposed_commitment(line, 1)
        world.approve(entry)
        with pytest.raises(OverLine) as refusal:
            world.approve(rival)
        assert refusal.value.available == 0
        assert rows.line_by_key(line.id).committed == 300_000_00


def _buy_unguarded(settings: Settings, wishes: int, by: Actor, start: Any, results: Any) -> None:
    """The same race with check-then-write: what the product must never do."""
    app = create_app(settings)
    done = 0
    with app.app_context():
        for _ in range(wishes):
            used = db.session.scalar(text("SELECT coalesce(sum(amount), 0) FROM control")) or 0
            db.session.rollback()
            start.wait()  # all have read before any writes
            if used + PENCE <= wishes * PENCE:
                with transaction() as session:
                    session.execute(text("INSERT INTO control VALUES (:pence)"), {"pence": PENCE})
                done += 1
            start.wait()
        db.engine.dispose()
    results.put(done)


def test_unguarded_writes_overspend(app: Flask) -> None:
    """The race above is real: with check-then-write the same processes overspend."""
    with app.app_context():
        world = World(app)
        with transaction() as session:
            session.execute(text("CREATE TABLE control (amount BIGINT NOT NULL)"))
        done = _run_together(_buy_unguarded, app, [25] * PROCESSES, world.actor("approver"))
        assert sum(done) > 25
