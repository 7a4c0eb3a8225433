"""Read spend files: their batches, rows and results."""

import datetime as dt
from collections import defaultdict, deque
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, func, select
from sqlalchemy.orm import aliased, joinedload

from training.kit.db import AnySelect, db
from training.kit.money import Currency
from training.kit.names import fold
from training.models.courses.cohorts import Cohort
from training.models.finance.claims import Claim
from training.models.finance.ledger import Commitment, EntryDecision, LedgerEntry, Outcome
from training.models.finance.programmes import Programme
from training.models.finance.spend_uploads import GROUPS, Group, RowGroup, RowOutcome, SpendBatch, SpendFault, SpendRow
from training.models.identity.actor import Actor
from training.policy.matrix import Permission
from training.policy.scopes import domain_read, seen
from training.queries.common.paging import Cursor, Page
from training.queries.common.table_import import Batches
from training.queries.finance.claims import is_in_effect
from training.queries.finance.entries import came_back

_RECENT = 20
BATCHES = Batches(SpendBatch, SpendRow, SpendRow.outcome, Permission.PROPOSE_MONEY)


def payable(programme_id: int) -> list[tuple[Commitment, str | None]]:
    """Return the open commitments of a programme that hold money, each with the code of its cohort."""
    statement = (
        select(Commitment, Cohort.code)
        .outerjoin(Cohort, Cohort.id == Commitment.cohort_id)
        .where(Commitment.programme_id == programme_id, Commitment.committed > 0, ~Commitment.is_closed)
        .order_by(Commitment.id)
    )
    return [(commitment, code) for commitment, code in db.session.execute(domain_read(statement))]


def known_rows(batch: SpendBatch) -> Sequence[int]:
    """Return the numbers of the new rows whose payment is an undecided or valid claim of the programme.

    Claims that were refused, withdrawn or reversed do not count: their rows may be proposed again.
    """
    undoing = aliased(EntryDecision)
    statement = (
        select(SpendRow.number)
        .join(Claim, Claim.fingerprint == SpendRow.fingerprint)
        .join(LedgerEntry, LedgerEntry.claim_id == Claim.id)
        .outerjoin(EntryDecision, EntryDecision.entry_id == LedgerEntry.id)
        .outerjoin(undoing, undoing.reverses_id == LedgerEntry.id)
        .where(
            undoing.id.is_(None),
            SpendRow.batch_id == batch.id,
            SpendRow.outcome == RowOutcome.NEW,
            Claim.programme_id == batch.programme_id,
            func.coalesce(EntryDecision.outcome, Outcome.APPROVED) == Outcome.APPROVED,
        )
        .distinct()
    )
    return db.session.scalars(domain_read(statement)).all()


def known_refunds(batch: SpendBatch) -> Sequence[int]:
    """Return the numbers of the rows with money back that an undecided or valid entry says already."""
    other, undoing = aliased(SpendRow), aliased(EntryDecision)
    statement = (
        select(SpendRow.number)
        .join(other, and_(other.fingerprint == SpendRow.fingerprint, other.refund_id.is_not(None)))
        .outerjoin(EntryDecision, EntryDecision.entry_id == other.refund_id)
        .outerjoin(undoing, undoing.reverses_id == other.refund_id)
        .where(
            undoing.id.is_(None),
            SpendRow.batch_id == batch.id,
            SpendRow.fault == SpendFault.NOT_POSITIVE,
            SpendRow.amount < 0,
            func.coalesce(EntryDecision.outcome, Outcome.APPROVED) == Outcome.APPROVED,
        )
        .distinct()
    )
    return db.session.scalars(domain_read(statement)).all()


def decided_rows(batch_id: int) -> list[dict[str, object]]:
    """Return what users decided about rows of a batch: the number, outcome and refund of each."""
    decided = (RowOutcome.NOT_OURS, RowOutcome.ELSEWHERE, RowOutcome.GIVEN_BACK)
    statement = select(SpendRow.number, SpendRow.outcome, SpendRow.refund_id).where(
        SpendRow.batch_id == batch_id, SpendRow.outcome.in_(decided)
    )
    return [
        {"batch_id": batch_id, "number": number, "outcome": outcome, "refund_id": refund_id}
        for number, outcome, refund_id in db.session.execute(domain_read(statement))
    ]


def alike_rows(batch: SpendBatch) -> dict[int, Claim]:
    """Return the new rows, by number, that resemble a valid claim: same day, pence and payee, normalised like names.

    Equal rows are separate payments: a claim from one row of this file never matches another row, and a claim made by
    hand matches one of them.
    """
    own = select(SpendRow.fingerprint).where(SpendRow.batch_id == batch.id, SpendRow.fingerprint != "")
    new = (SpendRow.batch_id == batch.id, SpendRow.outcome == RowOutcome.NEW)
    is_same = and_(SpendRow.paid_on == Claim.paid_on, SpendRow.amount == Claim.amount)
    claims = (
        select(Claim)
        .where(
            Claim.programme_id == batch.programme_id,
            Claim.fingerprint.not_in(own),
            exists().where(*new, is_same).correlate(Claim),
            is_in_effect(),
        )
        .order_by(Claim.id)
    )
    waiting = defaultdict[tuple[Any, Any, str], deque[Claim]](deque)
    for claim in db.session.scalars(domain_read(claims)):
        waiting[claim.paid_on, claim.amount, fold(claim.payee)].append(claim)
    if not waiting:
        return {}
    rows = select(SpendRow.number, SpendRow.paid_on, SpendRow.amount, SpendRow.payee).where(*new)
    found: dict[int, Claim] = {}
    for number, paid_on, pence, payee in db.session.execute(domain_read(rows.order_by(SpendRow.number))):
        if alike := waiting.get((paid_on, pence, fold(payee))):
            found[number] = alike.popleft()
    return found


def new_rows(batch_id: int) -> Sequence[SpendRow]:
    """Return the rows to be claimed, with their commitments."""
    return BATCHES.of_outcome(batch_id, [RowOutcome.NEW], joinedload(SpendRow.commitment))


def entries_of(batch_id: int, *, are_decided: bool) -> Sequence[LedgerEntry]:
    """Return the decided or the undecided entries of a batch."""
    statement = (
        select(LedgerEntry)
        .join(Claim, Claim.id == LedgerEntry.claim_id)
        .outerjoin(EntryDecision, EntryDecision.entry_id == LedgerEntry.id)
        .where(Claim.batch_id == batch_id, EntryDecision.id.is_not(None) if are_decided else EntryDecision.id.is_(None))
        .order_by(LedgerEntry.id)
    )
    return db.session.scalars(domain_read(statement)).all()


# Pages


@dataclass(frozen=True)
class Count:
    """The number of rows with an outcome, and their pence."""

    outcome: RowOutcome
    rows: int
    pence: int


@dataclass(frozen=True)
class Taken:
    """The sum of the new rows of a batch from a commitment, in pence."""

    commitment: Commitment
    rows: int
    pence: int


def in_group(group: Group) -> ColumnElement[bool]:
    """Return the condition for the rows of a group."""
    is_back = and_(SpendRow.outcome == RowOutcome.FAULTY, SpendRow.amount < 0)
    if group is RowGroup.MONEY_BACK:
        return is_back
    if isinstance(group, RowGroup):
        return SpendRow.outcome == RowOutcome(group.value)
    return and_(SpendRow.outcome == RowOutcome.FAULTY, SpendRow.fault == group, func.coalesce(SpendRow.amount, 0) >= 0)


def _group_of(outcome: RowOutcome, fault: SpendFault | None, *, is_back: bool) -> Group:
    if outcome is not RowOutcome.FAULTY or fault is None:
        return RowGroup(outcome.value)
    return RowGroup.MONEY_BACK if is_back else fault


@dataclass(frozen=True)
class GroupCount:
    """The rows of a group: their number, pence, first and last day, and how many of them name no commitment."""

    group: Group
    outcome: RowOutcome
    rows: int
    pence: int
    first: dt.date | None
    last: dt.date | None
    bare: int


@dataclass(frozen=True)
class SpendUploadPage:
    """A batch with its totals; ``waiting`` is the number of its undecided claims.

    ``short`` are the commitments from which the new rows would take more than is outstanding.
    """

    batch: SpendBatch
    groups: list[GroupCount]
    taken: list[Taken]
    waiting: int

    @property
    def counts(self) -> list[Count]:
        """The rows by outcome: those that every file may have, and others if it has any."""
        found = [Count(one, *self._sum(one)) for one in RowOutcome]
        return [one for one in found if one.rows or one.outcome in _USUAL] if self.groups else []

    def _sum(self, outcome: RowOutcome) -> tuple[int, int]:
        groups = [one for one in self.groups if one.outcome is outcome]
        return sum(one.rows for one in groups), sum(one.pence for one in groups if one.pence > 0)

    @property
    def days(self) -> tuple[dt.date, dt.date] | None:
        """The first and the last day of the file; None if no date could be read."""
        firsts, lasts = ([day for one in self.groups if (day := getattr(one, name))] for name in ("first", "last"))
        return (min(firsts), max(lasts)) if firsts else None

    @property
    def bare(self) -> int:
        """The rows to be paid that name no commitment, whatever else is wrong with them."""
        return sum(one.bare for one in self.groups if one.outcome is RowOutcome.FAULTY)

    @property
    def short(self) -> list[Taken]:
        """The commitments that hold less than the rows take."""
        return [one for one in self.taken if one.pence > one.commitment.committed]


_USUAL = (RowOutcome.NEW, RowOutcome.KNOWN, RowOutcome.FAULTY)


def batch_page(batch: SpendBatch, actor: Actor) -> SpendUploadPage:
    """Return the page of a batch without its rows."""
    key = batch.id
    whole = (
        select(SpendBatch)
        .where(SpendBatch.id == key)
        .options(joinedload(SpendBatch.programme), joinedload(SpendBatch.uploaded_by))
        .execution_options(populate_existing=True)
    )
    return SpendUploadPage(
        batch=db.session.scalars(BATCHES.seen(whole, actor)).one(),
        groups=_groups(key, actor),
        taken=_taken(key, actor),
        waiting=_waiting(key, actor),
    )


def _groups(batch_id: int, actor: Actor) -> list[GroupCount]:
    """Return the groups of a batch, in the order of their outcomes and faults."""
    pence = func.coalesce(SpendRow.amount, 0)
    kinds = (SpendRow.outcome, SpendRow.fault, case((pence < 0, 1), else_=0))
    is_bare = and_(SpendRow.commitment_id.is_(None), SpendRow.amount > 0)
    sums: AnySelect = select(
        *kinds,
        func.count(),
        func.sum(pence),
        func.min(SpendRow.paid_on),
        func.max(SpendRow.paid_on),
        func.sum(case((is_bare, 1), else_=0)),
    )
    found: dict[Group, list[Any]] = {}
    for row in db.session.execute(BATCHES.of_batch(sums.group_by(*kinds), batch_id, None, actor)):
        found.setdefault(_group_of(row[0], row[1], is_back=bool(row[2])), []).append(row)
    return [_counted(group, found[group]) for group in GROUPS.values() if group in found]


def _counted(group: Group, rows: Sequence[Any]) -> GroupCount:
    """Return a group of rows that may have been faulty in several ways before."""
    days = [day for row in rows for day in row[5:7] if day]
    return GroupCount(
        group,
        rows[0][0],
        sum(row[3] for row in rows),
        sum(int(row[4]) for row in rows),
        min(days, default=None),
        max(days, default=None),
        sum(int(row[7]) for row in rows),
    )


def _taken(batch_id: int, actor: Actor) -> list[Taken]:
    sums = (
        select(SpendRow.commitment_id, func.count().label("rows"), func.sum(SpendRow.amount).label("pence"))
        .where(SpendRow.batch_id == batch_id, SpendRow.outcome == RowOutcome.NEW)
        .group_by(SpendRow.commitment_id)
        .subquery()
    )
    statement = (
        select(Commitment, sums.c.rows, sums.c.pence)
        .join(sums, sums.c.commitment_id == Commitment.id)
        .options(joinedload(Commitment.line))
        .order_by(Commitment.id)
    )
    rows = db.session.execute(seen(statement, actor, Permission.PROPOSE_MONEY, Commitment))
    return [Taken(commitment, count, int(pence)) for commitment, count, pence in rows]


def _waiting(batch_id: int, actor: Actor) -> int:
    statement = (
        select(func.count())
        .select_from(LedgerEntry)
        .join(Claim, Claim.id == LedgerEntry.claim_id)
        .outerjoin(EntryDecision, EntryDecision.entry_id == LedgerEntry.id)
        .where(Claim.batch_id == batch_id, EntryDecision.id.is_(None))
    )
    return db.session.scalars(seen(statement, actor, Permission.PROPOSE_MONEY, LedgerEntry)).one()


@dataclass(frozen=True)
class RowOfBatch:
    """A row with the decision about its claim, and the public id of the entry that reverses it."""

    row: SpendRow
    decision: EntryDecision | None
    undone_by: str | None
    came_back: int = 0


def rows_of(
    batch: SpendBatch, outcome: RowOutcome | None, cut: Cursor, actor: Actor, group: Group | None = None
) -> Page[RowOfBatch]:
    """Return a page of a batch's rows, of ``outcome`` and ``group`` or of all, ordered by number."""
    statement = _with_decisions()
    if group:
        statement = statement.where(in_group(group))
    page = BATCHES.page(statement, batch.id, outcome, cut, actor)
    return Page([RowOfBatch(*row) for row in page.rows], page.previous, page.next)


def claims_of_people(batch: SpendBatch, actor: Actor, fingerprints: Collection[str] | None = None) -> Sequence[Claim]:
    """Return the claims paid to people that rows of a batch became or repeat; with ``fingerprints`` of these rows."""
    rows = select(SpendRow.fingerprint).where(SpendRow.batch_id == batch.id, SpendRow.fingerprint != "")
    is_paid = Claim.fingerprint.in_(rows if fingerprints is None else fingerprints)
    statement = select(Claim).where(Claim.programme_id == batch.programme_id, Claim.payee_is_person, is_paid)
    return db.session.scalars(seen(statement, actor, Permission.PROPOSE_MONEY, Claim)).all()


def all_rows_of(batch: SpendBatch, actor: Actor) -> Iterator[RowOfBatch]:
    """Yield every row of a batch ordered by number, for export."""
    statement = BATCHES.of_batch(_with_decisions(), batch.id, None, actor).order_by(SpendRow.number)
    for row in db.session.execute(statement, execution_options={"yield_per": 1000}):
        yield RowOfBatch(*row)


def _with_decisions() -> AnySelect:
    undoing, reversal = aliased(EntryDecision), aliased(LedgerEntry)
    return (
        select(SpendRow, EntryDecision, reversal.public_id, came_back())
        .outerjoin(LedgerEntry, LedgerEntry.claim_id == SpendRow.claim_id)
        .outerjoin(EntryDecision, EntryDecision.entry_id == LedgerEntry.id)
        .outerjoin(undoing, undoing.reverses_id == LedgerEntry.id)
        .outerjoin(reversal, reversal.id == undoing.entry_id)
        .options(joinedload(SpendRow.commitment), joinedload(SpendRow.claim), joinedload(SpendRow.refund))
    )


def recent(programme_id: int, actor: Actor) -> Sequence[Any]:
    """Return the newest spend files of a programme, each with the number of its rows."""
    return BATCHES.read_before(SpendBatch.programme_id == programme_id, actor, _RECENT)


def all_of_programme(programme_id: int, actor: Actor) -> Sequence[Any]:
    """Return every spend file of a programme, for export."""
    return BATCHES.read_before(SpendBatch.programme_id == programme_id, actor)


# Money back


@dataclass(frozen=True)
class PaymentLeft:
    """An approved payment with what is left of it, in pence; ``is_alone`` if its claim has no other line."""

    entry: LedgerEntry
    claim: Claim
    left: int
    is_alone: bool


_MOST_PAYMENTS = 20


def other_programmes(batch: SpendBatch, actor: Actor) -> Sequence[Programme]:
    """Return the other programmes for which ``actor`` may propose payments."""
    statement = select(Programme).where(Programme.id != batch.programme_id).order_by(Programme.id)
    return db.session.scalars(seen(statement, actor, Permission.PROPOSE_MONEY, Programme)).all()


def faulty_rows(batch: SpendBatch, actor: Actor) -> dict[int, SpendRow]:
    """Return the faulty rows of a batch by their numbers."""
    statement = BATCHES.of_batch(select(SpendRow), batch.id, RowOutcome.FAULTY, actor).order_by(SpendRow.number)
    return {row.number: row for row in db.session.scalars(statement)}


def readable_rows(batch: SpendBatch, actor: Actor) -> Sequence[Any]:
    """Return number, day, pence and payee of the rows of a batch that have them, in order."""
    columns: AnySelect = select(SpendRow.number, SpendRow.paid_on, SpendRow.amount, SpendRow.payee)
    statement = BATCHES.of_batch(columns, batch.id, None, actor).where(SpendRow.fingerprint != "")
    return db.session.execute(statement.order_by(SpendRow.number)).all()


def row_of(batch: SpendBatch, number: int, actor: Actor) -> SpendRow | None:
    """Return a row of a batch, fresh."""
    statement = _with_decisions().where(SpendRow.number == number).execution_options(populate_existing=True)
    found = db.session.execute(BATCHES.of_batch(statement, batch.id, None, actor)).one_or_none()
    return found[0] if found else None


def payments_of(batch: SpendBatch, row: SpendRow, actor: Actor) -> list[PaymentLeft]:
    """Return the approved payments in pounds from which the money of a row may have come back, likeliest first.

    Paid before it came back, with as much left; those to the payee of the row, else the newest to anybody.
    """
    back = -(row.amount or 0)
    left = LedgerEntry.amount - came_back()
    undoing, other = aliased(EntryDecision), aliased(LedgerEntry)
    has_other = exists().where(other.bundle == LedgerEntry.bundle, other.id != LedgerEntry.id)
    statement = (
        select(LedgerEntry, Claim, left, has_other)
        .join(Claim, Claim.id == LedgerEntry.claim_id)
        .join(EntryDecision, EntryDecision.entry_id == LedgerEntry.id)
        .outerjoin(undoing, undoing.reverses_id == LedgerEntry.id)
        .where(
            Claim.programme_id == batch.programme_id,
            Claim.currency == Currency.GBP,
            Claim.paid_on <= row.paid_on,
            EntryDecision.outcome == Outcome.APPROVED,
            undoing.id.is_(None),
            left >= back,
        )
        .options(joinedload(LedgerEntry.commitment))
        .order_by(left != back, Claim.paid_on.desc(), LedgerEntry.id.desc())
    )
    found = [
        PaymentLeft(entry, claim, int(pence), not is_one_of_several)
        for entry, claim, pence, is_one_of_several in db.session.execute(
            seen(statement, actor, Permission.PROPOSE_MONEY, LedgerEntry)
        )
    ]
    same = [one for one in found if fold(one.claim.payee) == fold(row.payee)]
    return (same or found)[:_MOST_PAYMENTS]
