"""Spend files: rows of a bank's or finance system's export, to be claimed."""

import datetime as dt
import enum

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from training.models.common.base import Base, Guarded, Key, OfWorkbook, PublicId, choice
from training.models.finance.claims import Claim
from training.models.finance.ledger import Commitment, LedgerEntry
from training.models.finance.programmes import Programme
from training.models.identity.accounts import User


class SpendBatchState(enum.StrEnum):
    """The state of a batch."""

    PREVIEWED = "previewed"
    PROPOSED = "proposed"
    WITHDRAWN = "withdrawn"


class RowOutcome(enum.StrEnum):
    """The planned or actual outcome of a row."""

    NEW = "new"
    KNOWN = "known"
    """The payment is already claimed."""
    FAULTY = "faulty"
    NOT_OURS = "not_ours"
    """A user said that the payment is none of the programme's."""
    ELSEWHERE = "elsewhere"
    """The row was moved to a file of another programme."""
    GIVEN_BACK = "given_back"
    """Money back: proposed as part of a payment that came back, or as its reversal."""


class SpendFault(enum.StrEnum):
    """Why a row cannot become a claim."""

    DATE_UNREADABLE = "date_unreadable"
    DATE_AMBIGUOUS = "date_ambiguous"
    """Day and month cannot be told apart, and the column has dates of both orders."""
    DATE_NUMBER = "date_number"
    """A number that a spreadsheet would show as a date: asked about."""
    OTHER_CALENDAR = "other_calendar"
    AMOUNT_UNREADABLE = "amount_unreadable"
    TWO_AMOUNTS = "two_amounts"
    """Both a payment and money back stand in the row."""
    OTHER_CURRENCY = "other_currency"
    NOT_POSITIVE = "not_positive"
    """Nothing, or money back: then the amount of the row is negative."""
    HIDDEN_ROW = "hidden_row"
    """The sheet hides the row: asked about."""
    NO_PAYMENT = "no_payment"
    """A total, a repeated heading, a signature: asked about."""
    PAYEE_MISSING = "payee_missing"
    TOO_LONG = "too_long"
    IN_FUTURE = "in_future"
    OUTSIDE_PROGRAMME = "outside_programme"
    NO_COMMITMENT = "no_commitment"
    COMMITMENT_UNKNOWN = "commitment_unknown"
    SEVERAL_COMMITMENTS = "several_commitments"


class RowGroup(enum.StrEnum):
    """What rows have in common beside the faults, which are groups of their own."""

    NEW = "new"
    KNOWN = "known"
    MONEY_BACK = "money_back"
    NOT_OURS = "not_ours"
    ELSEWHERE = "elsewhere"
    GIVEN_BACK = "given_back"


Group = RowGroup | SpendFault
GROUPS: dict[str, Group] = {str(group.value): group for group in (*RowGroup, *SpendFault)}
"""The groups by the words of addresses and forms."""


class SpendBatch(OfWorkbook, Guarded, Base):
    """An uploaded file. ``sha256`` is its hash; ``name`` is what the uploader calls it.

    ``hidden`` are the headings of the columns that the workbook hides.
    """

    __tablename__ = "spend_batches"

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    programme_id: Mapped[int] = mapped_column(ForeignKey("programmes.id"), index=True)
    name: Mapped[str] = mapped_column(String(100), default="", server_default="")
    sha256: Mapped[str] = mapped_column(String(64))
    hidden: Mapped[list[str]] = mapped_column(JSON, default=list, server_default="[]")
    state: Mapped[SpendBatchState] = mapped_column(
        choice(SpendBatchState, "batchstate"), default=SpendBatchState.PREVIEWED
    )
    uploaded_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    uploaded_at: Mapped[dt.datetime]

    programme: Mapped[Programme] = relationship(lazy="raise")
    uploaded_by: Mapped[User] = relationship(lazy="raise")


class SpendRow(Guarded, Base):
    """A row of a spend file. ``number`` is its row in the file (the heading is 1); ``amount`` in pence.

    ``cell`` is the invalid text. The amount of money back is negative; ``refund`` is the entry proposed for it.
    """

    __tablename__ = "spend_rows"

    batch_id: Mapped[int] = mapped_column(ForeignKey("spend_batches.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    outcome: Mapped[RowOutcome] = mapped_column(choice(RowOutcome))
    paid_on: Mapped[dt.date | None]
    amount: Mapped[int | None]
    payee: Mapped[str] = mapped_column(String(200), default="")
    purpose: Mapped[str] = mapped_column(String(300), default="")
    commitment_id: Mapped[int | None] = mapped_column(ForeignKey("commitments.id"), index=True)
    fingerprint: Mapped[str] = mapped_column(String(64), default="")
    fault: Mapped[SpendFault | None] = mapped_column(choice(SpendFault, "fault"))
    cell: Mapped[str] = mapped_column(String(200), default="")
    claim_id: Mapped[int | None] = mapped_column(ForeignKey("claims.id"), unique=True)
    refund_id: Mapped[int | None] = mapped_column(ForeignKey("ledger_entries.id"))

    commitment: Mapped[Commitment | None] = relationship(lazy="raise")
    claim: Mapped[Claim | None] = relationship(lazy="raise")
    refund: Mapped[LedgerEntry | None] = relationship(lazy="raise")

    __table_args__ = (Index("uq_spend_rows_refund_id", "refund_id", unique=True),)
