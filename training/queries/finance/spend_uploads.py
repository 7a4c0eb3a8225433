"""Read spend files: their batches, rows and results."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.orm import aliased, joinedload

from training.kit.db import AnySelect, db
from training.kit.names import fold
from training.models.courses.cohorts import Cohort
from training.models.finance.claims import Claim
from training.models.finance.ledger import Commitment, EntryDecision, LedgerEntry, Outcome
from training.models.finance.spend_uploads import RowOutcome, SpendBatch, SpendRow
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


def alike_rows(batch: SpendBatch) -> dict[int, Claim]:
    """Return the new rows, by number, that resemble a valid claim: same day, pence and payee, normalised like names.

    Equal rows are separate payments: a claim from one row of this file never matches another row, and a claim made by
    hand matches one of them.
    """
    own = select(SpendRow.fingerprint).where(SpendRow.batch_id == batch.id, SpendRow.fingerprint != "")
    statement = (
        select(SpendRow.number, SpendRow.payee, Claim)
        .join(Claim, and_(Claim.paid_on == SpendRow.paid_on, Claim.amount == SpendRow.amount))
        .where(
            SpendRow.batch_id == batch.id,
            SpendRow.outcome == RowOutcome.NEW,
            Claim.programme_id == batch.programme_id,
            Claim.fingerprint.not_in(own),
            is_in_effect(),
        )
        .order_by(SpendRow.number, Claim.id)
    )
    found: dict[int, Claim] = {}
    taken: set[int] = set()
    for number, payee, claim in db.session.execute(domain_read(statement)):
        if number not in found and claim.id not in taken and fold(payee) == fold(claim.payee):
            found[number] = claim
            taken.add(claim.id)
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


@dataclass(frozen=True)
class SpendUploadPage:
    """A batch with its totals; ``waiting`` is the number of its undecided claims."""

    batch: SpendBatch
    counts: list[Count]
    taken: list[Taken]
    waiting: int


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
        counts=_counts(key, actor),
        taken=_taken(key, actor),
        waiting=_waiting(key, actor),
    )


def _counts(batch_id: int, actor: Actor) -> list[Count]:
    sums: AnySelect = select(SpendRow.outcome, func.count(), func.coalesce(func.sum(SpendRow.amount), 0))
    rows = db.session.execute(BATCHES.of_batch(sums.group_by(SpendRow.outcome), batch_id, None, actor))
    found = {outcome: (number, int(pence)) for outcome, number, pence in rows}
    return [Count(outcome, *found.get(outcome, (0, 0))) for outcome in RowOutcome] if found else []


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


def rows_of(batch: SpendBatch, outcome: RowOutcome | None, cut: Cursor, actor: Actor) -> Page[RowOfBatch]:
    """Return a page of a batch's rows, of ``outcome`` or of all, ordered by number."""
    page = BATCHES.page(_with_decisions(), batch.id, outcome, cut, actor)
    return Page([RowOfBatch(*row) for row in page.rows], page.previous, page.next)


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
        .options(joinedload(SpendRow.commitment), joinedload(SpendRow.claim))
    )


def recent(programme_id: int, actor: Actor) -> Sequence[Any]:
    """Return the newest spend files of a programme, each with the number of its rows."""
    return BATCHES.read_before(SpendBatch.programme_id == programme_id, actor, _RECENT)


def all_of_programme(programme_id: int, actor: Actor) -> Sequence[Any]:
    """Return every spend file of a programme, for export."""
    return BATCHES.read_before(SpendBatch.programme_id == programme_id, actor)
