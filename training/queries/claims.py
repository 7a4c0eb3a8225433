"""Reading claims, their evidence and exchange rates."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_, select, tuple_
from sqlalchemy.orm import joinedload

from training.kit.db import db
from training.kit.money import Currency
from training.kit.names import fold
from training.models.access import User
from training.models.actor import Actor
from training.models.claims import Claim, ClaimEvidence, Evidence, ExchangeRate
from training.models.ledger import Approval, Commitment, LedgerEntry, Outcome
from training.models.programmes import BudgetLine
from training.policy.matrix import Permission
from training.policy.scopes import ADMITTED, seen, unscoped
from training.queries.ledger import EntryRow, with_files
from training.queries.paging import Cut, Page, read_page


def rate_of(currency: Currency, month: dt.date) -> ExchangeRate | None:
    """Return the rate of a currency in a month (its first day)."""
    return db.session.scalar(select(ExchangeRate).where(ExchangeRate.currency == currency, ExchangeRate.month == month))


def rates_of(months: Collection[tuple[Currency, dt.date]]) -> dict[tuple[Currency, dt.date], ExchangeRate]:
    """Return the rates of currencies in months (their first days), where the table has them."""
    place = tuple_(ExchangeRate.currency, ExchangeRate.month)
    found = db.session.scalars(select(ExchangeRate).where(place.in_(months))) if months else ()
    return {(one.currency, one.month): one for one in found}


def rates() -> Sequence[ExchangeRate]:
    """Return every rate."""
    return db.session.scalars(select(ExchangeRate)).all()


def rates_page(cut: Cut) -> Page[Any]:
    """Return a page of the rates, the newest month first, each with the name of who entered it."""
    statement = select(ExchangeRate, User.display_name).join(User, User.id == ExchangeRate.entered_by_id)
    return read_page(statement, ExchangeRate, ExchangeRate.month, cut, is_descending=True)


def lock_upload(evidence_id: int) -> None:
    """Let nobody else take this file for a claim until the transaction ends."""
    statement = select(Evidence.id).where(Evidence.id == evidence_id).with_for_update()
    db.session.execute(unscoped(statement, because=ADMITTED))


def is_used(evidence_id: int) -> bool:
    """Say whether a file is the evidence of a claim already."""
    claimed = exists().where(Claim.evidence_id == evidence_id)
    attached = exists().where(ClaimEvidence.evidence_id == evidence_id)
    return bool(db.session.scalar(unscoped(select(or_(claimed, attached)), because=ADMITTED)))


def hashes_of(claim_id: int) -> set[str]:
    """Return the hashes of all files of a claim."""
    whole = select(Claim).where(Claim.id == claim_id).options(*with_files()).execution_options(populate_existing=True)
    return {file.sha256 for file in db.session.scalars(unscoped(whole, because=ADMITTED)).one().files}


# Payments that are alike


@dataclass(frozen=True)
class Mark:
    """By what a payment is known again, however it came here: ``files`` are the hashes of its evidence."""

    programme_id: int
    paid_on: dt.date
    pence: int
    payee: str
    files: frozenset[str]
    batch_id: int | None = None

    @property
    def keys(self) -> frozenset[object]:
        """What it has in common with every payment that may be the same."""
        return self.files | {(self.paid_on, self.pence)}

    def is_like(self, other: "Mark") -> bool:
        """Say whether two payments may be one. Rows of one spend file never are, however equal (domain rule)."""
        if self.programme_id != other.programme_id or (self.batch_id and self.batch_id == other.batch_id):
            return False
        is_same = (self.paid_on, self.pence) == (other.paid_on, other.pence) and fold(self.payee) == fold(other.payee)
        return is_same or not self.files.isdisjoint(other.files)


def mark_of(claim: Claim) -> Mark:
    """Return by what a claim is known again; it comes with its files."""
    files = frozenset(file.sha256 for file in claim.files)
    return Mark(claim.programme_id, claim.paid_on, claim.amount, claim.payee, files, claim.batch_id)


def stands() -> ColumnElement[bool]:
    """Return the condition under which a claim waits, or was approved and not reversed since."""
    is_over = exists().where(
        LedgerEntry.claim_id == Claim.id, Approval.entry_id == LedgerEntry.id, Approval.outcome != Outcome.APPROVED
    )
    is_undone = exists().where(LedgerEntry.claim_id == Claim.id, Approval.reverses_id == LedgerEntry.id)
    return and_(~is_over, ~is_undone)


def alike(marks: Collection[Mark]) -> dict[Mark, list[Claim]]:
    """Return for each payment the standing claims that may be the same, itself included where it is one of them."""
    if not marks:
        return {}
    hashes = frozenset[str]().union(*(mark.files for mark in marks))
    places = {(mark.paid_on, mark.pence) for mark in marks}
    attached = select(ClaimEvidence.claim_id).where(ClaimEvidence.evidence_sha256.in_(hashes))
    statement = (
        select(Claim)
        .where(
            Claim.programme_id.in_({mark.programme_id for mark in marks}),
            or_(
                tuple_(Claim.paid_on, Claim.amount).in_(places),
                Claim.evidence_sha256.in_(hashes),
                Claim.id.in_(attached),
            ),
            stands(),
        )
        .options(*with_files())
        .order_by(Claim.id)
    )
    found = defaultdict[object, list[Claim]](list)
    for claim in db.session.scalars(unscoped(statement, because=ADMITTED)):
        for key in mark_of(claim).keys:
            found[key].append(claim)
    near = {mark: dict.fromkeys(claim for key in mark.keys for claim in found[key]) for mark in marks}
    return {mark: [claim for claim in claims if mark.is_like(mark_of(claim))] for mark, claims in near.items()}


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
    """A claim with its lines, each with its decision; its evidence comes with it."""

    claim: Claim
    lines: list[EntryRow]


def claim_page(claim: Claim, actor: Actor) -> ClaimPage:
    """Return what the page of a claim shows to ``actor``, who may see it."""
    key = claim.id
    whole = (
        select(Claim)
        .where(Claim.id == key)
        .options(joinedload(Claim.programme), joinedload(Claim.proposer), *with_files())
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
    return ClaimPage(fresh, [EntryRow(*row) for row in rows])
