"""``flask ledger verify``: a line for each check, failures below, and an exit status for scripts.

Damage that triggers and constraints prevent is done as the owner of a database could do it, inside a transaction that
is rolled back.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from tests.support.world import TODAY, World
from training.domain.finance import claims, proposals
from training.domain.finance.claims import ClaimLine, Payment, Rate
from training.domain.oversight import approvals
from training.kit.db import db, transaction
from training.kit.money import Currency
from training.models.finance.ledger import EntryKind, LedgerEntry
from training.queries.finance import entries, ledger_check


@pytest.fixture
def world(app: Flask, tmp_path: Path) -> Iterator[World]:
    """A ledger with records of every kind, with its evidence in a folder of its own."""
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], evidence_folder=tmp_path / "evidence")
    with app.app_context():
        world = World(app)
        commitment = world.commitment(world.line(500_00), 300_00)
        other = world.commitment(world.line(500_00), 300_00)
        rate = Rate(1_270_000, TODAY, "a bank")
        payment = Payment("A supplier", False, TODAY, Currency.USD, rate, world.evidence())
        with transaction():
            lines = [ClaimLine(commitment, 100_00), ClaimLine(other, 27_01)]
            claim = claims.propose(payment, lines, "a purpose", world.key(), world.actor("uk"), TODAY)
        world.approve(entries.first_of_claim(claim.id))
        world.proposed_line(10_00)
        refused, withdrawn = world.proposed_line(20_00), world.proposed_line(30_00)
        with transaction():
            approvals.refuse(refused, "a reason", world.actor("approver"))
            approvals.withdraw(withdrawn, "a reason", world.actor("uk"))
        yield world


def verify(app: Flask) -> tuple[int, str]:
    db.session.rollback()
    done = app.test_cli_runner().invoke(args=["ledger", "verify"])
    return done.exit_code, done.output


def test_consistent_ledger_passes_each_check(app: Flask, world: World) -> None:
    status, output = verify(app)
    assert status == 0, output
    assert "holds  2 entries, 1 claims: lines add up" in output
    assert "holds  1 files of evidence: present and unchanged" in output
    assert output.endswith("The ledger is whole.\n")
    assert len(output.splitlines()) == 19


def test_changed_balance_is_reported(app: Flask, world: World) -> None:
    change = "UPDATE programmes SET allocated = allocated + :by WHERE code = 'TRAINING'"
    with transaction() as session:
        session.execute(text(change), {"by": 1})
    status, output = verify(app)
    assert status == 1
    assert "FAULT  2 programmes, 5 lines, 2 commitments: balances are the sums of their postings" in output
    assert f"programmes {world.programme().public_id}: allocated is 100001, its entries say 100000" in output
    assert output.endswith("1 discrepancies.\n")
    with transaction() as session:
        session.execute(text(change), {"by": -1})


def test_replaced_and_missing_files_are_reported(app: Flask, world: World) -> None:
    (file,) = app.config["SETTINGS"].evidence_folder.iterdir()
    file.write_bytes(b"%PDF-1.7 another receipt")
    status, output = verify(app)
    assert (status, "its file has changed" in output) == (1, True)
    file.unlink()
    status, output = verify(app)
    assert (status, "its file is missing" in output) == (1, True)


@contextmanager
def damage(*changes: str) -> Iterator[None]:
    """Change append-only or constrained rows, and roll back."""
    with suppress(InterruptedError), transaction() as session:
        for table in ("ledger_entries", "approvals", "ledger_postings", "claims", "evidence"):
            if session.get_bind().dialect.name == "sqlite":
                session.execute(text(f"DROP TRIGGER {table}_no_update"))
                session.execute(text(f"DROP TRIGGER {table}_no_delete"))
            else:
                session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        for change in changes:
            session.execute(text(change))
        yield
        raise InterruptedError


PAID = "(SELECT min(id) FROM ledger_entries WHERE kind = 'pay')"
ATTACHED = (
    "INSERT INTO claim_evidence (id, claim_id, evidence_id, evidence_sha256, attached_by_id, attached_at) "
    "SELECT 1, id, evidence_id, {}, proposer_id, proposed_at FROM claims"
)
UK = "(SELECT id FROM users WHERE username = 'uk')"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (f"DELETE FROM ledger_postings WHERE entry_id = {PAID}", "approved but not posted"),
        (
            "UPDATE approvals SET outcome = 'refused', reason = 'x' WHERE outcome = 'approved'",
            "posted but not approved",
        ),
        (f"DELETE FROM approvals WHERE entry_id = {PAID}", "decided in parts"),
        (f"UPDATE ledger_entries SET bundle = 'another' WHERE id = {PAID}", "its lines say"),
        (f"UPDATE ledger_entries SET amount = amount + 1 WHERE id = {PAID}", "its posting does not move what it says"),
        (f"UPDATE ledger_entries SET original = original - 1 WHERE id = {PAID}", "its lines say"),
        ("UPDATE claims SET amount = amount + 1", "its rate says"),
        ("UPDATE claims SET rate = rate * 2", "its rate says"),
        ("UPDATE ledger_postings SET month = '2020-01-01'", "entries say"),
        ("UPDATE ledger_postings SET committed_month = '2020-01-01'", "entries say"),
        (
            "UPDATE ledger_postings SET committed_month = '2020-01-01' WHERE committed < 0",
            "2020-01: at its end -7874 committed and 0 spent, less than nothing",
        ),
        ("UPDATE line_months SET spent = -1 - spent", "less than nothing"),
        ("UPDATE ledger_postings SET month = '2026-10-01' WHERE spent > 0", "counts in another month than the payment"),
        ("UPDATE line_months SET expected = expected + 1", "expected, commitments hold"),
        (f"UPDATE claims SET evidence_sha256 = '{'0' * 64}'", "another hash than was claimed"),
        (f"UPDATE evidence SET sha256 = '{'0' * 64}'", "another hash than was claimed"),
        (ATTACHED.format("evidence_sha256"), "it is that of two claims"),
        (ATTACHED.format(f"'{'0' * 64}'"), "another hash than was claimed"),
        ("UPDATE commitments SET spent = spent + 1", "spent is"),
    ],
)
def test_damage_is_reported(world: World, change: str, expected: str) -> None:
    with damage(change):
        found = ledger_check.discrepancies()
        assert any(expected in line for line in found), found


def test_decision_by_the_proposer_is_reported(world: World, sqlite_damage: None) -> None:
    found = ledger_check.discrepancies()
    assert any("decided by the one who proposed it" in line for line in found), found
    assert any("withdrawn by another person" in line for line in found), found
    assert any("a balance is negative or beyond its limit" in line for line in found), found


@pytest.fixture
def sqlite_damage(app: Flask, world: World) -> Iterator[None]:
    """Violate constraints: SQLite can suspend them, PostgreSQL can drop them."""
    constraints = {
        "approvals": "ck_approvals_maker_is_not_checker",
        "budget_lines": "ck_budget_lines_not_negative",
    }
    is_sqlite = db.engine.dialect.name == "sqlite"
    drops = [] if is_sqlite else [f"ALTER TABLE {table} DROP CONSTRAINT {name}" for table, name in constraints.items()]
    if is_sqlite:
        db.session.rollback()
        db.session.execute(text("PRAGMA ignore_check_constraints=ON"))
    with damage(
        *drops,
        f"UPDATE approvals SET approver_id = {UK} WHERE outcome = 'refused'",
        f"UPDATE approvals SET approver_id = {UK} + 1 WHERE outcome = 'withdrawn'",
        "UPDATE budget_lines SET spent = -1",
    ):
        yield
    if is_sqlite:
        db.session.execute(text("PRAGMA ignore_check_constraints=OFF"))
        db.session.rollback()


DAMAGE_TO_A_PART = {
    "UPDATE ledger_entries SET amount = 9000 WHERE kind = 'refund'": "9000 pence of 7874 came back",
    "UPDATE ledger_entries SET amount = amount + 1 WHERE kind = 'refund'": "does not move what it says",
    "UPDATE ledger_postings SET spent = spent - 1 WHERE spent < 0": "does not move what it says",
    "UPDATE ledger_postings SET month = '2026-12-01' WHERE spent < 0": "counts in another month than the payment",
    "UPDATE ledger_entries SET reverses_id = (SELECT min(id) FROM ledger_entries) WHERE kind = 'refund'": (
        "came back of an entry that is no payment"
    ),
}


def test_damage_to_what_came_back_is_reported(world: World) -> None:
    paid = entries.oldest(LedgerEntry.kind == EntryKind.PAY, world.actor("uk"))[0].entry
    with transaction():
        back, key = proposals.CameBack(10_00, TODAY), world.key()
        part = proposals.propose_refund(paid, back, "a credit note", key, world.actor("uk"), TODAY)
    world.approve(part)
    assert ledger_check.discrepancies() == []
    for change, expected in DAMAGE_TO_A_PART.items():
        with damage(change):
            found = ledger_check.discrepancies()
            assert any(expected in line for line in found), found
