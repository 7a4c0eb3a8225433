"""Ledger reads for tests."""

import hashlib
from functools import cache

from sqlalchemy import Table, select

from training.kit.db import db
from training.models.common.base import Base
from training.models.finance.claims import Claim
from training.models.finance.ledger import EntryDecision, LedgerEntry, LedgerPosting
from training.policy.scopes import unscoped
from training.queries.finance import ledger_check

_WHY = "a test"
_CONSISTENT: set[bytes] = set()
"""Hashes of the contents of ledgers this process has verified."""


def prove() -> None:
    """Verify the ledger, unless this process has verified one with the same rows: most tests leave that of a world."""
    rows = _contents()
    if rows not in _CONSISTENT:
        assert ledger_check.discrepancies() == []
        _CONSISTENT.add(rows)


def _contents() -> bytes:
    """Return a hash of every row of the tables of money."""
    found = hashlib.sha256(db.engine.dialect.name.encode())
    with db.engine.connect() as connection:
        for table in _tables():
            rows = connection.exec_driver_sql(f"SELECT * FROM {table.name} ORDER BY 1, 2")
            found.update(repr((table.name, rows.fetchall())).encode())
    return found.digest()


@cache
def _tables() -> list[Table]:
    mappers = [mapper for mapper in Base.registry.mappers if ".models.finance." in mapper.class_.__module__]
    return sorted({table for mapper in mappers for table in mapper.tables if isinstance(table, Table)}, key=str)


def bundle_of(entry: LedgerEntry) -> list[LedgerEntry]:
    """Return the entries decided together with this one, including it, in the order of proposal."""
    statement = select(LedgerEntry).where(LedgerEntry.bundle == entry.bundle).order_by(LedgerEntry.id)
    return list(db.session.scalars(unscoped(statement, because=_WHY)))


def claim_of(entry: LedgerEntry) -> Claim:
    """Return the claim of a payment's entry."""
    return db.session.scalars(unscoped(select(Claim).where(Claim.id == entry.claim_id), because=_WHY)).one()


def decision_about(entry_id: int) -> EntryDecision | None:
    """Return the decision about an entry, or None."""
    return db.session.scalar(unscoped(select(EntryDecision).where(EntryDecision.entry_id == entry_id), because=_WHY))


def posting_of(entry_id: int) -> LedgerPosting | None:
    """Return the posting of an entry, or None."""
    return db.session.scalar(unscoped(select(LedgerPosting).where(LedgerPosting.entry_id == entry_id), because=_WHY))
