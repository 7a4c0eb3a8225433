"""Ledger reads for tests."""

from sqlalchemy import select

from training.kit.db import db
from training.models.finance.claims import Claim
from training.models.finance.ledger import EntryDecision, LedgerEntry, LedgerPosting
from training.policy.scopes import unscoped

_WHY = "a test"


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
