"""Reading commitments, entries and their decisions, and the locks of the ledger."""

from sqlalchemy import select

from training.kit.db import db
from training.models.ledger import Approval, Commitment, LedgerEntry, LedgerPosting
from training.policy.scopes import unscoped

_RULE = "a use case applies its rule to a record that the web room already admitted"


def entry_with_key(idempotency_key: str) -> LedgerEntry | None:
    """Return the entry that was proposed under this key."""
    statement = select(LedgerEntry).where(LedgerEntry.idempotency_key == idempotency_key)
    return db.session.scalar(unscoped(statement, because=_RULE))


def entry_by_key(entry_id: int) -> LedgerEntry:
    """Return the entry with this key."""
    return db.session.scalars(unscoped(select(LedgerEntry).where(LedgerEntry.id == entry_id), because=_RULE)).one()


def decision_about(entry_id: int) -> Approval | None:
    """Return the decision about an entry, if there is one."""
    return db.session.scalar(unscoped(select(Approval).where(Approval.entry_id == entry_id), because=_RULE))


def posting_of(entry_id: int) -> LedgerPosting | None:
    """Return what an approved entry moved."""
    return db.session.scalar(
        unscoped(
            select(LedgerPosting).where(LedgerPosting.entry_id == entry_id),
            because=_RULE,
        )
    )


def is_undone(entry_id: int) -> bool:
    """Say whether an approved entry reverses this one."""
    statement = select(Approval.id).where(Approval.reverses_id == entry_id)
    return db.session.scalar(unscoped(statement, because=_RULE)) is not None


def commitment_by_key(commitment_id: int) -> Commitment:
    """Return a commitment as the database has it now."""
    statement = select(Commitment).where(Commitment.id == commitment_id).execution_options(populate_existing=True)
    return db.session.scalars(unscoped(statement, because=_RULE)).one()
