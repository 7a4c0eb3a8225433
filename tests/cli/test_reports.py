"""Reports: the permission matrix, and the verification of the ledger."""

import pytest
from flask import Flask
from sqlalchemy import text

from tests.cli import done, everything, run
from tests.support.world import World
from training.kit.db import db
from training.models.identity.accounts import Role
from training.policy.matrix import MATRIX, Permission


def test_policy_has_a_line_for_each_permission(sqlite_app: Flask) -> None:
    lines = done(sqlite_app, "policy").splitlines()
    assert [line for line in lines if not line.startswith(" ")] == [permission.value for permission in Permission]


def test_policy_names_each_role_with_a_permission(sqlite_app: Flask) -> None:
    printed, permission = set(), ""
    for line in done(sqlite_app, "policy").splitlines():
        if not line.startswith(" "):
            permission = line
            continue
        role, scopes = line.split(maxsplit=1)
        printed.add((permission, role, scopes))
    assert printed == {
        (permission.value, role.value, " + ".join(sorted(scopes)))
        for permission, granted in MATRIX.items()
        for role, scopes in granted.items()
    }
    assert {role for _, role, _ in printed} == {role.value for role in Role}, "each role may do something"


def test_policy_lists_only_the_finance_approver_for_approving_money(sqlite_app: Flask) -> None:
    lines = done(sqlite_app, "policy").splitlines()
    here = lines.index("approve money (never one's own)")
    assert lines[here + 1].split() == ["finance_approver", "ALL"]
    assert not lines[here + 2].startswith(" ")


# The ledger.

WHOLE = "The ledger is whole.\n"


@pytest.fixture(autouse=True)
def ledger_stays_whole() -> None:
    """Skip the verification: these tests change balances by hand, and the command has to report it."""


def spend(app: Flask) -> str:
    """Move some money; return the id of its line."""
    with app.app_context():
        world = World(app)
        line = world.line(500_00)
        world.approve(world.payment(world.commitment(line, 400_00), 350_00, closes=True))
        return line.public_id


def test_empty_ledger_passes_verification(app: Flask) -> None:
    assert done(app, "ledger", "verify").endswith(WHOLE)


def test_used_ledger_passes_verification(app: Flask) -> None:
    spend(app)
    before = everything(app)
    assert done(app, "ledger", "verify").endswith(WHOLE)
    assert everything(app) == before, "looking changes nothing"


@pytest.mark.parametrize(
    ("balance", "was", "is_now"), [("allocated", 500_00, 500_01), ("spent", 350_00, 350_01), ("committed", 0, 1)]
)
def test_changed_balance_fails_verification(app: Flask, balance: str, was: int, is_now: int) -> None:
    line = spend(app)
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(text(f"UPDATE budget_lines SET {balance} = {balance} + 1"))
    result = run(app, "ledger", "verify")
    assert result.exit_code == 1
    assert f"budget_lines {line}: {balance} is {is_now}, its entries say {was}" in result.output.splitlines()
    assert "1 discrepanc" in result.output.splitlines()[-1]
