"""A writer is killed at any moment: acknowledged work is stored, and nothing is stored in part."""

import os
import random
import signal
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from flask import Flask
from sqlalchemy import func, select

from tests.support.ledger import bundle_of
from tests.support.processes import context
from tests.support.world import TODAY, World
from training.app import create_app
from training.config import Settings
from training.domain.finance import claims, proposals
from training.domain.oversight import approvals
from training.kit.db import db, transaction
from training.kit.ids import new_token
from training.models.finance.claims import Claim
from training.models.finance.ledger import Commitment, EntryDecision, LedgerEntry, LedgerPosting
from training.models.identity.actor import Actor
from training.models.identity.audit import AuditEntry
from training.policy.scopes import unscoped
from training.queries.finance import entries, ledger_check
from training.queries.finance import programmes as rows

ROUNDS = 60
LONGEST = 0.4
"""Seconds that a writer lives at most."""


@dataclass(frozen=True)
class Writer:
    """Proposes and approves bundles; acknowledges each after its commit, as a response would."""

    lines: list[int]
    maker: Actor
    checker: Actor
    report: Connection

    def write(self) -> None:
        with transaction():
            wanted = [proposals.Reservation(rows.line_by_key(key), 2_00) for key in self.lines]
            proposal = proposals.Proposal(4_00, "a purchase", new_token())
            entry = proposals.propose_commitments(wanted, proposal, TODAY, self.maker)
        self.approve(entry)
        parts = [
            claims.ClaimLine(entries.commitment_by_key(part.commitment_id or 0), 1_00) for part in bundle_of(entry)
        ]
        with transaction():
            payment = claims.Payment("A supplier", False, TODAY, is_another=True)
            claim = claims.propose(payment, parts, "a purpose", new_token(), self.maker, TODAY)
            entry = entries.first_of_claim(claim.id)
        self.approve(entry)

    def approve(self, entry: LedgerEntry) -> None:
        self.acknowledge("proposed", entry)
        with transaction():
            approvals.approve(entry, self.checker, TODAY)
        self.acknowledge("approved", entry)

    def acknowledge(self, what: str, entry: LedgerEntry) -> None:
        self.report.send_bytes(f"{what} {entry.public_id}".encode())


def _breed(settings: Settings, writer: Writer) -> None:
    """Fork writers one after another, with no open connection, and kill each at some moment."""
    app = create_app(settings)
    moments = random.Random(9)
    with app.app_context():
        writer.write()  # so that later writers have compiled statements
        db.session.close()
        db.engine.dispose()
    for _ in range(ROUNDS):
        child = os.fork()
        if not child:
            _write_for_ever(app, writer)
        time.sleep(moments.uniform(0, LONGEST))
        os.kill(child, signal.SIGKILL)
        _, how = os.waitpid(child, 0)
        writer.report.send_bytes(b"killed" if os.WIFSIGNALED(how) else b"crashed")
        writer.report.recv_bytes()


def _write_for_ever(app: Flask, writer: Writer) -> None:
    try:
        with app.app_context():
            while True:
                writer.write()
    finally:
        os._exit(1)


def _acknowledged(report: Connection) -> dict[str, set[str]]:
    """Return the acknowledgements of a writer before it was killed."""
    found: dict[str, set[str]] = {"proposed": set(), "approved": set()}
    while True:
        assert report.poll(60), "the writers are gone"
        message = report.recv_bytes().decode()
        if message == "killed":
            return found
        what, public_id = message.split()
        found[what].add(public_id)


def _all(statement: Any) -> list[Any]:
    return list(db.session.execute(unscoped(statement, because="a test")))


def _check_all_there(acknowledged: dict[str, set[str]]) -> None:
    """Each acknowledged entry is stored with its posting and its audit row."""
    proposed = {public_id for (public_id,) in _all(select(LedgerEntry.public_id))}
    approved = {
        public_id
        for (public_id,) in _all(
            select(LedgerEntry.public_id).join(LedgerPosting, LedgerPosting.entry_id == LedgerEntry.id)
        )
    }
    assert acknowledged["proposed"] <= proposed
    assert acknowledged["approved"] <= approved
    audited = {(act.rsplit(" ", 1)[1], key) for act, key in _all(select(AuditEntry.action, AuditEntry.subject_id))}
    assert {("proposed", key) for key in acknowledged["proposed"]} <= audited
    assert {("approved", key) for key in acknowledged["approved"]} <= audited


def _check_nothing_half_there() -> None:
    """Bundles, claims and commitments are complete, and every row has its audit row."""
    halves = select(LedgerEntry.bundle).where(LedgerEntry.purpose == "a purchase").group_by(LedgerEntry.bundle)
    assert _all(halves.having(func.count(LedgerEntry.id) != 2)) == []
    assert (
        _all(select(Claim.id).outerjoin(LedgerEntry).group_by(Claim.id).having(func.count(LedgerEntry.id) != 2)) == []
    )
    orphans = select(Commitment.id).outerjoin(LedgerEntry).where(LedgerEntry.id.is_(None))
    assert _all(orphans) == []
    for model, act in ((LedgerEntry, "% proposed"), (EntryDecision, "% approved")):
        audited = select(func.count(AuditEntry.id)).where(
            AuditEntry.action.like(act), AuditEntry.subject_kind == "LedgerEntry"
        )
        assert _all(select(func.count(model.id))) == _all(audited)
    assert ledger_check.discrepancies() == []


def test_killed_writers_lose_nothing_acknowledged(app: Flask) -> None:
    with app.app_context():
        world = World(app)
        lines = [world.line(100_000_00).id for _ in range(2)]
        ours, theirs = context.Pipe()
        writer = Writer(lines, world.actor("uk"), world.actor("approver"), theirs)
        parent = context.Process(target=_breed, args=(app.config["SETTINGS"], writer), daemon=True)
        parent.start()
        theirs.close()
        acts = 0
        for _ in range(ROUNDS):
            acknowledged = _acknowledged(ours)
            acts += sum(map(len, acknowledged.values()))
            db.session.rollback()
            _check_all_there(acknowledged)
            _check_nothing_half_there()
            ours.send_bytes(b"go on")
        parent.join(timeout=30)
        assert parent.exitcode == 0
        print(f"{ROUNDS} writers killed, {acts} acts acknowledged")  # noqa: T201
        assert acts > ROUNDS, "the writers hardly wrote"
