"""How many proposals one process approves per second, each in its own transaction."""

import datetime as dt
import time

from bench.report import Row
from tests.support.application import application
from tests.support.world import TODAY, World
from training.domain.finance import proposals
from training.domain.oversight import approvals
from training.kit.db import transaction
from training.models.finance.programmes import BudgetLine
from training.queries.finance import entries, ledger_check

_APPROVALS = 300
_PENCE = 1_00


def time_approvals(database: str, url: str) -> Row:
    """Propose purchases on an empty database, approve them one by one, and verify the ledger."""
    with application(url) as app, app.app_context():
        world = World(app)
        proposed = _propose(world, world.line(_APPROVALS * _PENCE))
        by = world.actor("approver")
        start = time.perf_counter()
        for key in proposed:
            with transaction():
                approvals.approve(entries.entry_by_key(key), by, TODAY)
        seconds = time.perf_counter() - start
        wrong = ledger_check.discrepancies()
    speed = _APPROVALS / seconds
    return Row("approvals, one process", database, speed, unit="per s", hold="ledger whole", is_kept=not wrong)


def _propose(world: World, line: BudgetLine) -> list[int]:
    by = world.actor("uk")
    with transaction():
        return [
            proposals.propose_commitment(line, world.proposal(_PENCE), dt.date(2027, 1, 15), by).id
            for _ in range(_APPROVALS)
        ]
