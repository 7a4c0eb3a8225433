"""Read claims, their evidence and exchange rates."""

import datetime as dt
import enum
from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter

from sqlalchemy import BigInteger, ColumnElement, ScalarSelect, and_, cast, exists, func, or_, select, tuple_
from sqlalchemy.orm import joinedload, selectinload

from training.kit.clock import month_after, months_between
from training.kit.db import AnySelect, db
from training.kit.names import fold
from training.models.finance.claims import Claim, ClaimEvidence, Evidence
from training.models.finance.ledger import Commitment, EntryDecision, LedgerEntry, Outcome
from training.models.identity.actor import Actor
from training.policy.matrix import Permission
from training.policy.scopes import domain_read, seen, unscoped, where
from training.queries.common.paging import Cursor, Page, read_page
from training.queries.finance.entries import EntryRow, came_back, with_decisions, with_files


def proposed_with(entry: LedgerEntry) -> Claim:
    """Return the claim of a payment's entry."""
    return db.session.scalars(domain_read(select(Claim).where(Claim.id == entry.claim_id))).one()


def lock_upload(evidence_id: int) -> None:
    """Lock an upload until the transaction ends."""
    statement = select(Evidence.id).where(Evidence.id == evidence_id).with_for_update()
    db.session.execute(domain_read(statement))


def is_used(evidence_id: int) -> bool:
    """Return whether a file is evidence of a claim."""
    claimed = exists().where(Claim.evidence_id == evidence_id)
    attached = exists().where(ClaimEvidence.evidence_id == evidence_id)
    return bool(db.session.scalar(domain_read(select(or_(claimed, attached)))))


def hashes_of(claim_id: int) -> set[str]:
    """Return the hashes of all files of a claim."""
    whole = select(Claim).where(Claim.id == claim_id).options(*with_files()).execution_options(populate_existing=True)
    return {file.sha256 for file in db.session.scalars(domain_read(whole)).one().files}


# Possible duplicates


@dataclass(frozen=True)
class Mark:
    """The identifying marks of a payment, whatever its source; ``files`` are the hashes of its evidence."""

    programme_id: int
    paid_on: dt.date
    pence: int
    payee: str
    files: frozenset[str]
    batch_id: int | None = None

    @property
    def keys(self) -> frozenset[Hashable]:
        """What it shares with a possible duplicate: day, pence and payee, or a file, in the same programme."""
        same = (self.programme_id, self.paid_on, self.pence, fold(self.payee))
        return frozenset({same, *((self.programme_id, file) for file in self.files)})


def mark_of(claim: Claim) -> Mark:
    """Return the marks of a claim, which comes with its files."""
    files = frozenset(file.sha256 for file in claim.files)
    return Mark(claim.programme_id, claim.paid_on, claim.amount, claim.payee, files, claim.batch_id)


def is_in_effect() -> ColumnElement[bool]:
    """Return the condition for a claim to be undecided, or approved and not reversed."""
    is_over = exists().where(
        LedgerEntry.claim_id == Claim.id,
        EntryDecision.entry_id == LedgerEntry.id,
        EntryDecision.outcome != Outcome.APPROVED,
    )
    is_undone = exists().where(LedgerEntry.claim_id == Claim.id, EntryDecision.reverses_id == LedgerEntry.id)
    return and_(~is_over, ~is_undone)


def alike(marks: Collection[Mark]) -> dict[Mark, list[Claim]]:
    """Return for each payment the valid claims that may be the same, including itself if it is one of them."""
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
            is_in_effect(),
        )
        .options(*with_files())
        .order_by(Claim.id)
    )
    likes = ByLikeness(db.session.scalars(domain_read(statement)))
    return {mark: likes.of(mark) for mark in marks}


class ByLikeness:
    """Claims by what they share with possible duplicates; rows of one spend file never are, even if equal (domain)."""

    def __init__(self, claims: Iterable[Claim]) -> None:
        self._by_key = defaultdict[Hashable, dict[int | None, list[Claim]]](lambda: defaultdict(list))
        for claim in claims:
            for key in mark_of(claim).keys:
                self._by_key[key][claim.batch_id].append(claim)

    def of(self, mark: Mark) -> list[Claim]:
        """Return the claims that may be the payment with this mark, by their keys; it costs no more than they are."""
        groups = [
            claims
            for key in mark.keys
            if key in self._by_key
            for batch_id, claims in self._by_key[key].items()
            if batch_id is None or batch_id != mark.batch_id
        ]
        return sorted({claim.id: claim for claims in groups for claim in claims}.values(), key=attrgetter("id"))


def own_upload(public_id: str, actor: Actor) -> Evidence | None:
    """Return a file uploaded by ``actor``."""
    statement = select(Evidence).where(Evidence.public_id == public_id, Evidence.uploaded_by_id == actor.user_id)
    return db.session.scalar(unscoped(statement, because="one's own upload"))


def payable(programme_id: int, actor: Actor) -> Sequence[Commitment]:
    """Return the open commitments of a programme that hold money, with their lines."""
    statement = (
        select(Commitment)
        .where(Commitment.programme_id == programme_id, Commitment.committed > 0, ~Commitment.is_closed)
        .options(joinedload(Commitment.line))
        .order_by(Commitment.line_id, Commitment.id)
    )
    return db.session.scalars(seen(statement, actor, Permission.SEE_MONEY, Commitment)).all()


@dataclass(frozen=True)
class ClaimPage:
    """A claim with its evidence and its lines, which are decided together."""

    claim: Claim
    lines: list[EntryRow]

    @property
    def first(self) -> EntryRow:
        """The first line; all share its decision and reversal."""
        return self.lines[0]

    @property
    def part(self) -> int | None:
        """The sum of the lines that the reader sees, in pence, if the claim has others."""
        seen = sum(row.entry.amount for row in self.lines)
        return seen if seen < self.claim.amount else None

    @property
    def came_back(self) -> int:
        """What came back of its lines, in pence."""
        return sum(line.came_back for line in self.lines)


def claim_page(claim: Claim, actor: Actor) -> ClaimPage:
    """Return the page of a claim for ``actor``, who may see it."""
    key = claim.id
    whole = (
        select(Claim)
        .where(Claim.id == key)
        .options(joinedload(Claim.programme), joinedload(Claim.proposer), *with_files())
        .execution_options(populate_existing=True)
    )
    fresh = db.session.scalars(seen(whole, actor, Permission.SEE_MONEY, Claim)).one()
    lines = with_decisions(LedgerEntry.claim_id == key).order_by(LedgerEntry.id)
    rows = db.session.execute(seen(lines, actor, Permission.SEE_MONEY, LedgerEntry))
    return ClaimPage(fresh, [EntryRow(*row) for row in rows])


# The list


class ClaimState(enum.StrEnum):
    """The state of a claim: the decision about its lines, and whether one was reversed."""

    WAITING = "waiting"
    APPROVED = "approved"
    PARTLY_REVERSED = "partly_reversed"
    """Approved, then part of it came back."""
    REVERSED = "reversed"
    """Approved, then reversed."""
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


MOST_PAYEES = 1_000
"""A search that matches more payees than this is too vague."""


@dataclass(frozen=True)
class Payees:
    """Names that match a search; ``is_cut`` if there are more."""

    names: Collection[str]
    is_cut: bool


@dataclass(frozen=True)
class ClaimSearch:
    """A filter of claims: by programme, month of payment, state, and payees; None matches all."""

    programme_id: int | None = None
    month: dt.date | None = None
    state: ClaimState | None = None
    payees: Payees | None = None


@dataclass(frozen=True)
class ClaimRow:
    """A claim of the list, with its programme and state.

    Without ``may_see_payee`` a payee who is a person is shown as a participant. ``came_back`` is what came back of it,
    in pence.
    """

    claim: Claim
    state: ClaimState
    may_see_payee: bool
    came_back: int = 0


def _may_see_payee(actor: Actor) -> ColumnElement[bool]:
    return where(actor, Permission.SEE_EVIDENCE, Claim)


def _has_shown_payee(actor: Actor) -> ColumnElement[bool]:
    """Return the condition for the payee to be shown; hidden names are not searched either."""
    return or_(~Claim.payee_is_person, _may_see_payee(actor))


def payees_like(words: str, actor: Actor) -> Payees:
    """Return the payees of visible claims whose names contain all the words, in any spelling."""
    statement = select(Claim.payee).distinct().where(_has_shown_payee(actor)).order_by(Claim.payee)
    parts = fold(words).split()
    names = db.session.scalars(seen(statement, actor, Permission.SEE_MONEY, Claim))
    fitting = [name for name in names if all(word in fold(name) for word in parts)]
    return Payees(fitting[:MOST_PAYEES], len(fitting) > MOST_PAYEES)


def months_with_claims(actor: Actor) -> list[dt.date]:
    """Return the months from the first visible payment to the last, newest first."""
    statement = seen(select(func.min(Claim.paid_on), func.max(Claim.paid_on)), actor, Permission.SEE_MONEY, Claim)
    first, last = db.session.execute(statement).one()
    return months_between(first, last)[::-1] if first else []


def claims_page(search: ClaimSearch, cut: Cursor, actor: Actor) -> Page[ClaimRow]:
    """Return a page of the claims that ``actor`` may see, newest payment first."""
    page = read_page(_listed(search, actor), Claim, Claim.paid_on, cut, is_descending=True)
    return Page([_claim_row(*row) for row in page.rows], page.previous, page.next)


def all_claims(search: ClaimSearch, actor: Actor) -> Iterator[ClaimRow]:
    """Yield all of them, newest payment first, for export."""
    statement = _listed(search, actor).order_by(Claim.paid_on.desc(), Claim.id.desc())
    for row in db.session.execute(statement, execution_options={"yield_per": 1000}):
        yield _claim_row(*row)


def _listed(search: ClaimSearch, actor: Actor) -> AnySelect:
    statement = select(Claim, _outcome(), _is_reversed(), _came_back(), _may_see_payee(actor)).options(
        joinedload(Claim.programme), selectinload(Claim.attached)
    )
    if search.programme_id:
        statement = statement.where(Claim.programme_id == search.programme_id)
    if search.month:
        statement = statement.where(Claim.paid_on >= search.month, Claim.paid_on < month_after(search.month))
    if search.state:
        statement = statement.where(_is_in_state(search.state))
    if search.payees:
        statement = statement.where(Claim.payee.in_(search.payees.names), _has_shown_payee(actor))
    return seen(statement, actor, Permission.SEE_MONEY, Claim)


def _outcome() -> ScalarSelect[Outcome]:
    """Return the decision about a claim as a subquery, null while it is undecided."""
    statement = select(EntryDecision.outcome).join(LedgerEntry, LedgerEntry.id == EntryDecision.entry_id)
    return statement.where(LedgerEntry.claim_id == Claim.id).limit(1).correlate(Claim).scalar_subquery()


def _is_reversed() -> ColumnElement[bool]:
    return exists().where(EntryDecision.reverses_id == LedgerEntry.id, LedgerEntry.claim_id == Claim.id)


def _came_back() -> ScalarSelect[int]:
    """Return what came back of the lines of a claim as a subquery, in pence; of a reversed claim too."""
    return (
        select(cast(func.coalesce(func.sum(came_back()), 0), BigInteger))
        .where(LedgerEntry.claim_id == Claim.id)
        .correlate(Claim)
        .scalar_subquery()
    )


def _is_in_state(state: ClaimState) -> ColumnElement[bool]:
    if state is ClaimState.WAITING:
        return _outcome().is_(None)
    if state is ClaimState.REVERSED:
        return _is_reversed()
    if state is ClaimState.PARTLY_REVERSED:
        return ~_is_reversed() & (_came_back() > 0)
    if state is ClaimState.APPROVED:
        return (_outcome() == Outcome.APPROVED) & ~_is_reversed() & (_came_back() == 0)
    return _outcome() == Outcome(state.value)


def _claim_row(claim: Claim, outcome: Outcome | None, is_reversed: bool, pence: int, may_see_payee: bool) -> ClaimRow:
    return ClaimRow(claim, _state_of(outcome, int(pence), is_reversed=is_reversed), bool(may_see_payee), int(pence))


def _state_of(outcome: Outcome | None, came_back: int, *, is_reversed: bool) -> ClaimState:
    if outcome is None:
        return ClaimState.WAITING
    if is_reversed:
        return ClaimState.REVERSED
    return ClaimState.PARTLY_REVERSED if came_back else ClaimState(outcome.value)
