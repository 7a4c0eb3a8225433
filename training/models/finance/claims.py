"""Claims: payments in their original currency, with their evidence."""

import datetime as dt
import enum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from training.kit.money import Currency
from training.models.common.base import Base, Guarded, Key, PublicId, choice
from training.models.finance.programmes import Programme
from training.models.identity.accounts import User


class EvidenceKind(enum.StrEnum):
    """The type of a file of evidence, by its first bytes."""

    PDF = "pdf"
    JPEG = "jpeg"
    PNG = "png"


class Evidence(Guarded, Base):
    """An uploaded receipt or register. The file is stored outside the web root as ``stored_as``.

    The original name is not stored: it may contain a person's name.
    """

    __tablename__ = "evidence"

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    kind: Mapped[EvidenceKind] = mapped_column(choice(EvidenceKind))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    stored_as: Mapped[str] = mapped_column(String(64), unique=True)
    uploaded_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    uploaded_at: Mapped[dt.datetime]


class ExchangeRate(Base):
    """The rate of a month: ``rate`` millionths of a unit of ``currency`` to the pound, with published source."""

    __tablename__ = "exchange_rates"

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    currency: Mapped[Currency] = mapped_column(choice(Currency))
    month: Mapped[dt.date]
    rate: Mapped[int]
    source: Mapped[str] = mapped_column(String(300))
    entered_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    entered_at: Mapped[dt.datetime]

    __table_args__ = (
        Index("uq_exchange_rates_currency_month", "currency", "month", unique=True),
        CheckConstraint("rate > 0", name="rate_positive"),
        CheckConstraint("currency <> 'GBP'", name="not_the_book_currency"),
    )


class Claim(Guarded, Base):
    """One payment to one payee, against one or more commitments. Append-only like the entries that are its lines.

    ``original`` is the total in minor units of ``currency``, ``amount`` in pence; ``evidence_sha256`` is the hash of
    the file when it was claimed, so that a replaced file is detected. ``fingerprint`` is that of its spend-file row.
    """

    __tablename__ = "claims"

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    programme_id: Mapped[int] = mapped_column(ForeignKey("programmes.id"))
    payee: Mapped[str] = mapped_column(String(200))
    payee_is_person: Mapped[bool] = mapped_column(default=False)
    purpose: Mapped[str] = mapped_column(String(300))
    paid_on: Mapped[dt.date]
    currency: Mapped[Currency] = mapped_column(choice(Currency))
    original: Mapped[int]
    rate: Mapped[int]
    rate_on: Mapped[dt.date]
    rate_source: Mapped[str] = mapped_column(String(300), default="")
    amount: Mapped[int]
    evidence_id: Mapped[int | None] = mapped_column(ForeignKey("evidence.id"), unique=True)
    evidence_sha256: Mapped[str] = mapped_column(String(64), default="")
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("spend_batches.id"), index=True)
    fingerprint: Mapped[str] = mapped_column(String(64), default="")
    proposer_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    proposed_at: Mapped[dt.datetime]

    programme: Mapped[Programme] = relationship(lazy="raise")
    evidence: Mapped[Evidence | None] = relationship(lazy="raise")
    attached: Mapped[list["ClaimEvidence"]] = relationship(lazy="raise", order_by="ClaimEvidence.id", viewonly=True)
    proposer: Mapped[User] = relationship(lazy="raise")

    @property
    def files(self) -> list[Evidence]:
        """Its evidence: the file of the proposal, then those attached later, in order."""
        first = [self.evidence] if self.evidence else []
        return first + [one.evidence for one in self.attached]

    __table_args__ = (
        CheckConstraint("original > 0 AND amount > 0 AND rate > 0", name="amounts_positive"),
        CheckConstraint("currency <> 'GBP' OR original = amount", name="pounds_are_pounds"),
        CheckConstraint("currency = 'GBP' OR rate_source <> ''", name="rate_has_source"),
        CheckConstraint("(evidence_id IS NULL) = (evidence_sha256 = '')", name="evidence_has_hash"),
        Index("ix_claims_programme_id_id", "programme_id", "id"),
        Index("ix_claims_programme_id_fingerprint", "programme_id", "fingerprint"),
        Index("ix_claims_programme_id_paid_on_amount", "programme_id", "paid_on", "amount"),
        Index("ix_claims_evidence_sha256", "evidence_sha256"),
    )


class ClaimEvidence(Guarded, Base):
    """A file attached to a claim after its proposal. Append-only like the claim.

    ``evidence_sha256`` is the hash of the file when it was attached.
    """

    __tablename__ = "claim_evidence"

    id: Mapped[Key]
    claim_id: Mapped[int] = mapped_column(ForeignKey("claims.id"), index=True)
    evidence_id: Mapped[int] = mapped_column(ForeignKey("evidence.id"), unique=True)
    evidence_sha256: Mapped[str] = mapped_column(String(64), index=True)
    attached_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    attached_at: Mapped[dt.datetime]

    evidence: Mapped[Evidence] = relationship(lazy="raise")
    attached_by: Mapped[User] = relationship(lazy="raise")
