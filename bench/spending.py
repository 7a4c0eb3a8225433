"""Time to process a spend file of ten thousand payments, from reading it to claims awaiting approval."""

import datetime as dt
import io
import time
from pathlib import Path

from bench.report import Row
from tests.support.application import application
from tests.support.world import World
from training.domain.finance import spend_uploads
from training.kit.db import transaction
from training.models.finance.ledger import Commitment

_ROWS, _PENCE = 10_000, 12_50
_MOST_SECONDS = 10
_DAY = dt.date(2026, 5, 5)


def time_import(database: str, url: str, folder: Path) -> Row:
    """Read, preview and propose a file on an empty database; measures CPU time, as the machine may be busy."""
    lines = (f"{_DAY.isoformat()},12.50,Supplier {number % 500}" for number in range(_ROWS))
    content = "\n".join(("Date,Amount,Supplier", *lines)).encode()
    with application(url) as app, app.app_context():
        world = World(app)
        commitment = world.commitment(world.line(_ROWS * _PENCE), _ROWS * _PENCE)
        start = time.process_time()
        _propose(world, content, commitment, folder)
        seconds = time.process_time() - start
    return Row.limited("import of 10,000 payments", database, seconds, "s", _MOST_SECONDS)


def _propose(world: World, content: bytes, commitment: Commitment, folder: Path) -> None:
    by, today = world.actor("uk"), _DAY + dt.timedelta(days=30)
    with transaction():
        batch = spend_uploads.read(io.BytesIO(content), folder, world.programme(), by)
    with transaction():
        spend_uploads.preview(
            batch, spend_uploads.table_of(batch, folder), spend_uploads.SpendColumns(0, 1, 2), commitment, today
        )
    with transaction():
        spend_uploads.propose(batch, by, today, payees_are_people=False)
