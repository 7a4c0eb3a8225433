"""Reading claims, their evidence and exchange rates."""

import datetime as dt
import enum
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, exists, func, select
from sqlalchemy.orm import joinedload

from training.kit.clock import month_after, months_between
from training.kit.db import AnySelect, db
from training.kit.money import Currency
from training.kit.names import fold
from training.models.access import User
from training.models.actor import Actor
from training.models.claims import Claim, Evidence, ExchangeRate
from training.models.ledger import Approval, Commitment, LedgerEntry, Outcome
from training.policy.matrix import Permission
from training.policy.scopes import ADMITTED, holds, seen, unscoped
from training.queries.ledger import EntryRow, with_decisions
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
    """A claim with its lines, which were decided together. ``evidence`` says that a file exists, its kind and hash."""

    claim: Claim
    lines: list[EntryRow]
    evidence: Evidence | None

    @property
    def first(self) -> EntryRow:
        """The line whose decision, and reversal, are those of all."""
        return self.lines[0]


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
    lines = with_decisions(LedgerEntry.claim_id == key).order_by(LedgerEntry.id)
    rows = db.session.execute(seen(lines, actor, Permission.SEE_MONEY, LedgerEntry))
    return ClaimPage(fresh, [EntryRow(*row) for row in rows], fresh.evidence)


# The list


class ClaimState(enum.StrEnum):
    """How a claim stands: the decision about its lines, which are decided together, and whether one was reversed."""

    WAITING = "waiting"
    APPROVED = "approved"
    REVERSED = "reversed"
    """Approved, and wholly or in part reversed since."""
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


MOST_PAYEES = 1_000
"""A search that fits more payees than this says too little."""


@dataclass(frozen=True)
class Payees:
    """Names that fit a search; ``is_cut`` when more do."""

    names: Collection[str]
    is_cut: bool


@dataclass(frozen=True)
class Wanted:
    """Which claims are listed: all, or those of a programme, paid in a month, in a state, to one of the payees."""

    programme_id: int | None = None
    month: dt.date | None = None
    state: ClaimState | None = None
    payees: Payees | None = None


@dataclass(frozen=True)
class ClaimRow:
    """A claim of the list, with its programme and how it stands."""

    claim: Claim
    state: ClaimState


def may_see_payees(actor: Actor) -> bool:
    """Say whether ``actor`` reads the names of payees who are people; to others they are participants."""
    return holds(actor, Permission.SEE_EVIDENCE)


def payees_like(words: str, actor: Actor) -> Payees:
    """Return the payees of claims in sight whose names hold all the words, however they are spelt.

    A payee whose name ``actor`` may not see is not found by it either.
    """
    statement = select(Claim.payee).distinct().order_by(Claim.payee)
    if not may_see_payees(actor):
        statement = statement.where(~Claim.payee_is_person)
    wanted = fold(words).split()
    names = db.session.scalars(seen(statement, actor, Permission.SEE_MONEY, Claim))
    fitting = [name for name in names if all(word in fold(name) for word in wanted)]
    return Payees(fitting[:MOST_PAYEES], len(fitting) > MOST_PAYEES)


def months_with_claims(actor: Actor) -> list[dt.date]:
    """Return the months from the first payment in sight to the last, the newest first."""
    statement = seen(select(func.min(Claim.paid_on), func.max(Claim.paid_on)), actor, Permission.SEE_MONEY, Claim)
    first, last = db.session.execute(statement).one()
    return months_between(first, last)[::-1] if first else []


def claims_page(wanted: Wanted, cut: Cut, actor: Actor) -> Page[ClaimRow]:
    """Return a page of the claims that ``actor`` may see, the newest payment first."""
    page = read_page(_listed(wanted, actor), Claim, Claim.paid_on, cut, is_descending=True)
    return Page([_claim_row(*row) for row in page.rows], page.previous, page.next)


def all_claims(wanted: Wanted, actor: Actor) -> Iterator[ClaimRow]:
    """Yield all of them, the newest payment first, for a file."""
    statement = _listed(wanted, actor).order_by(Claim.paid_on.desc(), Claim.id.desc())
    for row in db.session.execute(statement, execution_options={"yield_per": 1000}):
        yield _claim_row(*row)


def _listed(wanted: Wanted, actor: Actor) -> AnySelect:
    statement = select(Claim, _outcome(), _is_reversed()).options(
        joinedload(Claim.programme), joinedload(Claim.evidence), joinedload(Claim.proposer)
    )
    if wanted.programme_id:
        statement = statement.where(Claim.programme_id == wanted.programme_id)
    if wanted.month:
        statement = statement.where(Claim.paid_on >= wanted.month, Claim.paid_on < month_after(wanted.month))
    if wanted.state:
        statement = statement.where(_stands(wanted.state))
    if wanted.payees:
        statement = statement.where(Claim.payee.in_(wanted.payees.names))
        if not may_see_payees(actor):
            statement = statement.where(~Claim.payee_is_person)
    return seen(statement, actor, Permission.SEE_MONEY, Claim)


def _outcome() -> ScalarSelect[Outcome]:
    """Return the decision about a claim, null while there is none: its lines are decided together."""
    statement = select(Approval.outcome).join(LedgerEntry, LedgerEntry.id == Approval.entry_id)
    return statement.where(LedgerEntry.claim_id == Claim.id).limit(1).correlate(Claim).scalar_subquery()


def _is_reversed() -> ColumnElement[bool]:
    return exists().where(Approval.reverses_id == LedgerEntry.id, LedgerEntry.claim_id == Claim.id)


def _stands(state: ClaimState) -> ColumnElement[bool]:
    if state is ClaimState.WAITING:
        return _outcome().is_(None)
    if state is ClaimState.REVERSED:
        return _is_reversed()
    if state is ClaimState.APPROVED:
        return (_outcome() == Outcome.APPROVED) & ~_is_reversed()
    return _outcome() == Outcome(state.value)


def _claim_row(claim: Claim, outcome: Outcome | None, is_reversed: bool) -> ClaimRow:
    if outcome is None:
        return ClaimRow(claim, ClaimState.WAITING)
    return ClaimRow(claim, ClaimState.REVERSED if is_reversed else ClaimState(outcome.value))
