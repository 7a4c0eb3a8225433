"""The ledger: entries proposed by one person and decided by another, and their postings."""

import datetime as dt
import enum

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from training.kit.ids import PUBLIC_ID_LENGTH
from training.models.common.base import Base, Guarded, Key, PublicId, choice
from training.models.finance.claims import Claim
from training.models.finance.programmes import BudgetLine, Programme
from training.models.identity.accounts import User


class EntryKind(enum.StrEnum):
    """How a movement changes the balances of its line."""

    ALLOCATE = "allocate"
    DEALLOCATE = "deallocate"
    """Back from the line to the programme; with an allocation to another line, a transfer."""
    COMMIT = "commit"
    PAY = "pay"
    RELEASE = "release"
    REVERSE = "reverse"
    REFUND = "refund"
    """Part of a payment that came back, such as by a credit note; less than the payment."""


class Outcome(enum.StrEnum):
    """How a proposal was decided."""

    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    """Withdrawn by the proposer before a decision."""


class Commitment(Guarded, Base):
    """Money reserved on a line for a purchase or a cohort; ``committed`` is what is still outstanding."""

    __tablename__ = "commitments"

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    programme_id: Mapped[int] = mapped_column(ForeignKey("programmes.id"), index=True)
    line_id: Mapped[int] = mapped_column(ForeignKey("budget_lines.id"), index=True)
    cohort_id: Mapped[int | None] = mapped_column(ForeignKey("cohorts.id"), index=True)
    purpose: Mapped[str] = mapped_column(String(300))
    expected_on: Mapped[dt.date]
    committed: Mapped[int] = mapped_column(default=0)
    spent: Mapped[int] = mapped_column(default=0)
    is_closed: Mapped[bool] = mapped_column(default=False)

    line: Mapped[BudgetLine] = relationship(lazy="raise")

    __table_args__ = (
        CheckConstraint("committed >= 0 AND spent >= 0", name="not_negative"),
        CheckConstraint("NOT is_closed OR committed = 0", name="closed_is_empty"),
    )


class LedgerEntry(Guarded, Base):
    """A proposed movement of money. Never changed or deleted: triggers prevent it.

    Entries of one ``bundle`` were proposed together and are decided together: the commitments of a cohort, the
    lines of a claim, the two halves of a transfer.
    """

    __tablename__ = "ledger_entries"

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    bundle: Mapped[str] = mapped_column(String(PUBLIC_ID_LENGTH), index=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programmes.id"))
    line_id: Mapped[int] = mapped_column(ForeignKey("budget_lines.id"))
    commitment_id: Mapped[int | None] = mapped_column(ForeignKey("commitments.id"), index=True)
    claim_id: Mapped[int | None] = mapped_column(ForeignKey("claims.id"), index=True)
    kind: Mapped[EntryKind] = mapped_column(choice(EntryKind))
    amount: Mapped[int]
    purpose: Mapped[str] = mapped_column(String(300))
    original: Mapped[int | None]
    """A payment's amount in the minor units of its claim's currency, or what came back of it."""
    closes: Mapped[bool] = mapped_column(default=False)
    reverses_id: Mapped[int | None] = mapped_column(ForeignKey("ledger_entries.id"), index=True)
    """The entry that this one reverses, or the payment of which a part came back."""
    came_back_on: Mapped[dt.date | None]
    """The day on which part of a payment came back."""
    proposer_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    proposed_at: Mapped[dt.datetime]
    idempotency_key: Mapped[str] = mapped_column(String(64), unique=True)

    programme: Mapped[Programme] = relationship(lazy="raise")
    line: Mapped[BudgetLine] = relationship(lazy="raise")
    commitment: Mapped[Commitment | None] = relationship(lazy="raise")
    claim: Mapped[Claim | None] = relationship(lazy="raise")
    proposer: Mapped[User] = relationship(lazy="raise")

    __table_args__ = (
        # The target of the decision's composite key, which ties a decision to the true proposer.
        UniqueConstraint("id", "proposer_id"),
        CheckConstraint("amount > 0", name="amount_positive"),
        CheckConstraint("(kind IN ('reverse', 'refund')) = (reverses_id IS NOT NULL)", name="reverse_names_entry"),
        CheckConstraint("(kind = 'pay') = (claim_id IS NOT NULL)", name="payment_has_claim"),
        CheckConstraint("(kind IN ('pay', 'refund')) = (original IS NOT NULL)", name="payment_has_original"),
        CheckConstraint("(kind = 'refund') = (came_back_on IS NOT NULL)", name="refund_has_day"),
        CheckConstraint(
            "kind NOT IN ('commit', 'pay', 'release', 'refund') OR commitment_id IS NOT NULL",
            name="has_commitment",
        ),
        Index("ix_ledger_entries_programme_id_id", "programme_id", "id"),
        Index("ix_ledger_entries_line_id_id", "line_id", "id"),
    )


class EntryDecision(Guarded, Base):
    """The decision about an entry by another person than its proposer; or its withdrawal by the proposer."""

    __tablename__ = "approvals"

    id: Mapped[Key]
    entry_id: Mapped[int] = mapped_column(unique=True)
    proposer_id: Mapped[int]
    approver_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    outcome: Mapped[Outcome] = mapped_column(choice(Outcome))
    reason: Mapped[str] = mapped_column(String(500), default="")
    decided_at: Mapped[dt.datetime]
    reverses_id: Mapped[int | None] = mapped_column(ForeignKey("ledger_entries.id"), unique=True)
    """The entry that this approval reverses; unique, so that nothing is reversed twice.

    None for the part of a payment that came back: triggers hold the sum of such parts below the payment.
    """

    approver: Mapped[User] = relationship(lazy="raise", foreign_keys=approver_id)

    __table_args__ = (
        ForeignKeyConstraint(
            ["entry_id", "proposer_id"],
            ["ledger_entries.id", "ledger_entries.proposer_id"],
        ),
        CheckConstraint("(approver_id = proposer_id) = (outcome = 'withdrawn')", name="maker_is_not_checker"),
        CheckConstraint("outcome = 'approved' OR reason <> ''", name="refusal_has_reason"),
        Index("ix_approvals_decided_at", "decided_at"),
    )


class LedgerPosting(Guarded, Base):
    """What an approved entry moved: the change of each balance of its line, in pence.

    ``month`` is that in which the allocated and spent amounts count, ``committed_month`` that of the committed
    amount; the rule is in ``domain/finance/decisions``.
    """

    __tablename__ = "ledger_postings"

    id: Mapped[Key]
    entry_id: Mapped[int] = mapped_column(ForeignKey("ledger_entries.id"), unique=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programmes.id"), index=True)
    line_id: Mapped[int] = mapped_column(ForeignKey("budget_lines.id"), index=True)
    commitment_id: Mapped[int | None] = mapped_column(ForeignKey("commitments.id"))
    allocated: Mapped[int]
    committed: Mapped[int]
    spent: Mapped[int]
    month: Mapped[dt.date]
    committed_month: Mapped[dt.date]

    __table_args__ = (
        # Covers the query for the balance of a commitment by month.
        Index("ix_ledger_postings_commitment_id_committed_month", "commitment_id", "committed_month", "committed"),
    )


class LineMonth(Guarded, Base):
    """Totals of a line in one month, updated in the transaction of the posting; charts read these.

    ``committed`` and ``spent`` are changes in that month; ``expected`` is what outstanding
    commitments are expected to cost in it.
    """

    __tablename__ = "line_months"

    line_id: Mapped[int] = mapped_column(ForeignKey("budget_lines.id"), primary_key=True)
    month: Mapped[dt.date] = mapped_column(primary_key=True)
    committed: Mapped[int] = mapped_column(default=0)
    spent: Mapped[int] = mapped_column(default=0)
    expected: Mapped[int] = mapped_column(default=0)
