"""Reading claims, their evidence and exchange rates."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from training.kit.db import db
from training.kit.money import Currency
from training.models.access import User
from training.models.actor import Actor
from training.models.claims import Claim, Evidence, ExchangeRate
from training.models.ledger import Approval, Commitment, LedgerEntry
from training.models.programmes import BudgetLine
from training.policy.matrix import Permission
from training.policy.scopes import ADMITTED, seen, unscoped
from training.queries.ledger import EntryRow
from training.queries.paging import Cut, Page, read_page


def rate_of(currency: Currency, month: dt.date) -> ExchangeRate | None:
    """Return the rate of a currency in a month (its first day)."""
    return db.session.scalar(select(ExchangeRate).where(ExchangeRate.currency == currency, ExchangeRate.month == month))


def rates() -> Sequence[ExchangeRate]:
    """Return every rate."""
    return db.session.scalars(select(ExchangeRate)).all()


def rates_page(cut: Cut) -> Page[Any]:
    """Return a page of the rates, the newest month first, each with the name of who entered it."""
    statement = select(ExchangeRate, User.display_name).join(User, User.id == ExchangeRate.entered_by_id)
    return read_page(statement, ExchangeRate, ExchangeRate.month, cut, is_descending=True)


def is_used(evidence_id: int) -> bool:
    """Say whether a file is the evidence of a claim already."""
    statement = select(Claim.id).where(Claim.evidence_id == evidence_id)
    return db.session.scalar(unscoped(statement, because=ADMITTED)) is not None


def own_upload(public_id: str, actor: Actor) -> Evidence | None:
    """Return a file that ``actor`` uploaded."""
    statement = select(Evidence).where(Evidence.public_id == public_id, Evidence.uploaded_by_id == actor.user_id)
    return db.session.scalar(unscoped(statement, because="one's own upload"))


def payable(programme_id: int, actor: Actor) -> Sequence[Commitment]:
    """Return the commitments of a programme from which can be paid, with their lines."""
    statement = (
        select(Commitment)
        .where(Commitment.programme_id == programme_id, Commitment.committed > 0, ~Commitment.is_closed)
        .options(joinedload(Commitment.line))
        .order_by(Commitment.line_id, Commitment.id)
    )
    return db.session.scalars(seen(statement, actor, Permission.SEE_MONEY, Commitment)).all()


@dataclass(frozen=True)
class ClaimPage:
    """A claim with its lines, each with its decision. ``evidence`` says that a file exists, its kind and hash."""

    claim: Claim
    lines: list[EntryRow]
    evidence: Evidence | None


def claim_page(claim: Claim, actor: Actor) -> ClaimPage:
    """Return what the page of a claim shows to ``actor``, who may see it."""
    key = claim.id
    whole = (
        select(Claim)
        .where(Claim.id == key)
        .options(joinedload(Claim.programme), joinedload(Claim.proposer), joinedload(Claim.evidence))
        .execution_options(populate_existing=True)
    )
    fresh = db.session.scalars(seen(whole, actor, Permission.SEE_MONEY, Claim)).one()
    lines = (
        select(LedgerEntry, Approval)
        .outerjoin(Approval, Approval.entry_id == LedgerEntry.id)
        .where(LedgerEntry.claim_id == key)
        .options(
            joinedload(LedgerEntry.line).joinedload(BudgetLine.project),
            joinedload(LedgerEntry.commitment),
            joinedload(LedgerEntry.proposer),
            joinedload(Approval.approver),
        )
        .order_by(LedgerEntry.id)
    )
    rows = db.session.execute(seen(lines, actor, Permission.SEE_MONEY, LedgerEntry))
    return ClaimPage(fresh, [EntryRow(*row) for row in rows], fresh.evidence)
