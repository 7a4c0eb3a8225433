"""The ceiling holds to the last penny when eight processes press at once; without the guard it does not."""

import datetime as dt
import multiprocessing
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from tests.support.world import TODAY, World
from training import create_app
from training.config import Settings
from training.domain import ledger
from training.domain.refusals import OverCeiling, OverLine
from training.kit.db import db, transaction
from training.models.actor import Actor
from training.models.programmes import BudgetLine
from training.queries import ledger as entries
from training.queries import ledger_check
from training.queries import programmes as rows

PROCESSES = 8
SHARE = 25
"""Entries that each process approves."""

PENCE = 1_000_00


def _approve(settings: Settings, proposed: list[int], by: Actor, start: Any, results: Any) -> None:
    """Approve the proposals as one of several processes; report how many went through."""
    app = create_app(settings)
    done = 0
    with app.app_context():
        start.wait()
        for entry_id in proposed:
            try:
                with transaction():
                    ledger.approve(entries.entry_by_key(entry_id), by, TODAY)
            except (OverLine, OverCeiling):
                continue
            done += 1
        db.engine.dispose()
    results.put(done)


def _run_together(target: Any, app: Flask, shares: list[list[int]], by: Actor) -> int:
    context = multiprocessing.get_context("spawn")
    start, results = context.Barrier(PROCESSES), context.Queue()
    settings = app.config["SETTINGS"]
    workers = [context.Process(target=target, args=(settings, share, by, start, results)) for share in shares]
    for worker in workers:
        worker.start()
    done = sum(results.get(timeout=120) for _ in workers)
    for worker in workers:
        worker.join(timeout=30)
        assert worker.exitcode == 0
    return done


def _proposed(world: World, line: BudgetLine) -> list[list[int]]:
    """Propose twice as much as the line holds, dealt out to the processes."""
    by = world.actor("uk")
    keys = []
    with transaction():
        for number in range(PROCESSES * SHARE):
            proposal = ledger.Proposal(PENCE, "a purchase", f"race-{number}")
            keys.append(ledger.propose_commitment(line, proposal, dt.date(2027, 1, 1), by).id)
    return [keys[start::PROCESSES] for start in range(PROCESSES)]


def test_ceiling_holds_under_eight_processes(app: Flask) -> None:
    """Acceptance test l: £300,000 to the last penny and not one penny more. 200 proposals; the line holds 100."""
    with app.app_context():
        world = World(app)
        line = world.line(PROCESSES * SHARE * PENCE // 2 + PENCE - 1)
        done = _run_together(_approve, app, _proposed(world, line), world.actor("approver"))
        db.session.rollback()  # what was read before the race is a snapshot
        line = rows.line_by_key(line.id)
        assert done == PROCESSES * SHARE // 2
        assert line.committed == done * PENCE
        assert line.allocated - line.committed == PENCE - 1
        assert ledger_check.discrepancies() == []


def test_last_penny_fits_and_one_more_does_not(app: Flask) -> None:
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


def _buy_unguarded(settings: Settings, wishes: list[int], by: Actor, start: Any, results: Any) -> None:
    """The same race with the limit asked first and the money written after: what the product must never do."""
    app = create_app(settings)
    done = 0
    with app.app_context():
        for _ in wishes:
            used = db.session.scalar(text("SELECT coalesce(sum(amount), 0) FROM control")) or 0
            db.session.rollback()
            start.wait()  # all have asked before anybody writes
            if used + PENCE <= len(wishes) * PENCE:
                with transaction() as session:
                    session.execute(text("INSERT INTO control VALUES (:pence)"), {"pence": PENCE})
                done += 1
            start.wait()
        db.engine.dispose()
    results.put(done)


def test_control_without_the_guard_overshoots(app: Flask) -> None:
    """The race above is real: with a limit that is asked instead of written, the same processes overspend."""
    with app.app_context():
        world = World(app)
        with transaction() as session:
            session.execute(text("CREATE TABLE control (amount BIGINT NOT NULL)"))
        wishes = [list(range(SHARE))] * PROCESSES
        done = _run_together(_buy_unguarded, app, wishes, world.actor("approver"))
        assert done > SHARE
