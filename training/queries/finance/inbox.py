"""Read the inbox of an approver: undecided proposals, and their filters."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.orm import InstrumentedAttribute, aliased, joinedload

from training.kit.db import db
from training.models.finance.claims import Claim
from training.models.finance.ledger import Commitment, EntryDecision, EntryKind, LedgerEntry
from training.models.finance.programmes import Programme
from training.models.finance.spend_uploads import SpendBatch
from training.models.identity.accounts import User
from training.models.identity.actor import Actor
from training.policy.matrix import Permission
from training.policy.scopes import seen, unscoped
from training.queries.common.paging import Cursor, Page, read_page
from training.queries.finance import bundles
from training.queries.finance.bundles import Bundle

BUNDLES_ON_PAGE = 25
"""A proposal takes more room than a row of a table."""

PAYMENTS_ON_PAGE = 500
"""The payments of one spend file are rows of a table."""


@dataclass(frozen=True)
class InboxSelection:
    """A filter of the inbox by public ids; empty fields match all."""

    programme: str = ""
    proposer: str = ""
    file: str = ""

    def conditions(self) -> list[ColumnElement[bool]]:
        """Return the conditions for an entry to match."""
        of = {
            LedgerEntry.programme_id: select(Programme.id).where(Programme.public_id == self.programme),
            LedgerEntry.proposer_id: select(User.id).where(User.public_id == self.proposer),
            LedgerEntry.claim_id: select(Claim.id).join(SpendBatch).where(SpendBatch.public_id == self.file),
        }
        asked = (self.programme, self.proposer, self.file)
        return [column.in_(ids) for (column, ids), public_id in zip(of.items(), asked, strict=True) if public_id]


_UNDECIDED = ~exists().where(EntryDecision.entry_id == LedgerEntry.id)
_EARLIER = aliased(LedgerEntry)
_LEADING = ~exists().where(_EARLIER.bundle == LedgerEntry.bundle, _EARLIER.id < LedgerEntry.id)
"""Whether an entry is the first of its proposal."""


def oldest(most: int, actor: Actor) -> tuple[list[Bundle], int]:
    """Return the oldest proposals of others that ``actor`` may decide, at most ``most``, and the number of all."""
    statement = select(LedgerEntry.bundle, func.count().over()).where(
        _UNDECIDED, _LEADING, LedgerEntry.proposer_id != actor.user_id
    )
    statement = statement.order_by(LedgerEntry.id).limit(most)
    rows = db.session.execute(seen(statement, actor, Permission.APPROVE_MONEY, LedgerEntry)).all()
    if not rows:
        return [], 0
    return list(bundles.named([name for name, _number in rows], actor).values()), rows[0][1]


def waiting(selection: InboxSelection, cut: Cursor, actor: Actor) -> Page[Bundle]:
    """Return a page of the proposals that ``actor`` may decide in principle, oldest first."""
    leading = select(LedgerEntry).where(_UNDECIDED, _LEADING, *selection.conditions())
    statement = seen(leading, actor, Permission.APPROVE_MONEY, LedgerEntry)
    size = PAYMENTS_ON_PAGE if selection.file else BUNDLES_ON_PAGE
    page = read_page(statement, LedgerEntry, LedgerEntry.id, cut, size=size)
    found = bundles.named([entry.bundle for (entry,) in page.rows], actor)
    return Page(list(found.values()), page.previous, page.next)


@dataclass(frozen=True)
class WaitingFile:
    """A spend file with the number and pence of its undecided payments."""

    batch: SpendBatch
    payments: int
    pence: int


@dataclass(frozen=True)
class Parts:
    """The choices of the filters: those with undecided proposals."""

    programmes: Sequence[Programme]
    proposers: Sequence[User]
    files: list[WaitingFile]


def parts_of_inbox(actor: Actor) -> Parts:
    """Return the programmes, proposers and spend files of the proposals that ``actor`` may decide."""

    def with_waiting(column: InstrumentedAttribute[int]) -> Select[int]:
        return seen(select(column).where(_UNDECIDED), actor, Permission.APPROVE_MONEY, LedgerEntry)

    programmes = select(Programme).where(Programme.id.in_(with_waiting(LedgerEntry.programme_id)))
    proposers = select(User).where(User.id.in_(with_waiting(LedgerEntry.proposer_id)))
    files = (
        select(SpendBatch, func.count(), func.sum(LedgerEntry.amount))
        .join(Claim, Claim.batch_id == SpendBatch.id)
        .join(LedgerEntry, LedgerEntry.claim_id == Claim.id)
        .where(_UNDECIDED)
        .group_by(SpendBatch.id)
        .order_by(SpendBatch.id.desc())
    )
    of_inbox = "the subquery is scoped to what this approver may decide"
    return Parts(
        db.session.scalars(unscoped(programmes.order_by(Programme.id), because=of_inbox)).all(),
        db.session.scalars(unscoped(proposers.order_by(User.display_name, User.id), because=of_inbox)).all(),
        [
            WaitingFile(batch, payments, int(pence))
            for batch, payments, pence in db.session.execute(seen(files, actor, Permission.APPROVE_MONEY, LedgerEntry))
        ],
    )


@dataclass(frozen=True)
class PendingAmount:
    """The sum of undecided payments from a commitment, in pence."""

    commitment: Commitment
    payments: int
    pence: int


def pending_by_commitment(selection: InboxSelection, actor: Actor) -> list[PendingAmount]:
    """Return the sum of undecided payments per commitment; the commitments come with their lines."""
    sums = (
        seen(
            select(
                LedgerEntry.commitment_id, func.count().label("payments"), func.sum(LedgerEntry.amount).label("pence")
            ),
            actor,
            Permission.APPROVE_MONEY,
            LedgerEntry,
        )
        .where(_UNDECIDED, LedgerEntry.kind == EntryKind.PAY, *selection.conditions())
        .group_by(LedgerEntry.commitment_id)
        .subquery()
    )
    statement = (
        select(Commitment, sums.c.payments, sums.c.pence)
        .join(sums, sums.c.commitment_id == Commitment.id)
        .options(joinedload(Commitment.line))
        .order_by(Commitment.line_id, Commitment.id)
        .execution_options(populate_existing=True)
    )
    found = db.session.execute(seen(statement, actor, Permission.SEE_MONEY, Commitment))
    return [PendingAmount(commitment, payments, int(pence)) for commitment, payments, pence in found]


def to_decide(names: Collection[str], actor: Actor) -> dict[str, LedgerEntry]:
    """Return an entry of each of these proposals, by name, that ``actor`` may decide in principle."""
    statement = select(LedgerEntry).where(LedgerEntry.bundle.in_(names))
    found = db.session.scalars(seen(statement, actor, Permission.APPROVE_MONEY, LedgerEntry))
    return {entry.bundle: entry for entry in found}
