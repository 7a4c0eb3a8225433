"""Claims: evidence, exchange rates, spend files, and the payments that were claimed."""

import sqlalchemy as sa
from alembic import op

from training.kit.migrate import allow_change, refuse_change

revision = "0005"
down_revision = "0004"

Whole = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "evidence",
        sa.Column("id", Whole, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("pdf", "jpeg", "png", name="evidencekind", native_enum=False, create_constraint=True, length=30),
            nullable=False,
        ),
        sa.Column("size", Whole, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("stored_as", sa.String(length=64), nullable=False),
        sa.Column("uploaded_by_id", Whole, nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["uploaded_by_id"], ["users.id"], name=op.f("fk_evidence_uploaded_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
        sa.UniqueConstraint("public_id", name=op.f("uq_evidence_public_id")),
        sa.UniqueConstraint("stored_as", name=op.f("uq_evidence_stored_as")),
    )
    op.create_table(
        "exchange_rates",
        sa.Column("id", Whole, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column(
            "currency",
            sa.Enum("GBP", "USD", "EUR", "IQD", name="currency", native_enum=False, create_constraint=True, length=30),
            nullable=False,
        ),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("rate", Whole, nullable=False),
        sa.Column("source", sa.String(length=300), nullable=False),
        sa.Column("entered_by_id", Whole, nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("currency <> 'GBP'", name=op.f("ck_exchange_rates_not_the_book_currency")),
        sa.CheckConstraint("rate > 0", name=op.f("ck_exchange_rates_rate_positive")),
        sa.ForeignKeyConstraint(["entered_by_id"], ["users.id"], name=op.f("fk_exchange_rates_entered_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exchange_rates")),
        sa.UniqueConstraint("public_id", name=op.f("uq_exchange_rates_public_id")),
    )
    op.create_index("uq_exchange_rates_currency_month", "exchange_rates", ["currency", "month"], unique=True)
    op.create_table(
        "spend_batches",
        sa.Column("id", Whole, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("programme_id", Whole, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "previewed",
                "proposed",
                "withdrawn",
                name="batchstate",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("uploaded_by_id", Whole, nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["programme_id"], ["programmes.id"], name=op.f("fk_spend_batches_programme_id")),
        sa.ForeignKeyConstraint(["uploaded_by_id"], ["users.id"], name=op.f("fk_spend_batches_uploaded_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_spend_batches")),
        sa.UniqueConstraint("public_id", name=op.f("uq_spend_batches_public_id")),
    )
    op.create_index(op.f("ix_spend_batches_programme_id"), "spend_batches", ["programme_id"], unique=False)
    op.create_table(
        "claims",
        sa.Column("id", Whole, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("programme_id", Whole, nullable=False),
        sa.Column("payee", sa.String(length=200), nullable=False),
        sa.Column("payee_is_person", sa.Boolean(), nullable=False),
        sa.Column("purpose", sa.String(length=300), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column(
            "currency",
            sa.Enum("GBP", "USD", "EUR", "IQD", name="currency", native_enum=False, create_constraint=True, length=30),
            nullable=False,
        ),
        sa.Column("original", Whole, nullable=False),
        sa.Column("rate", Whole, nullable=False),
        sa.Column("rate_on", sa.Date(), nullable=False),
        sa.Column("rate_source", sa.String(length=300), nullable=False),
        sa.Column("amount", Whole, nullable=False),
        sa.Column("evidence_id", Whole, nullable=True),
        sa.Column("evidence_sha256", sa.String(length=64), nullable=False),
        sa.Column("batch_id", Whole, nullable=True),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("proposer_id", Whole, nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(evidence_id IS NULL) = (evidence_sha256 = '')", name=op.f("ck_claims_evidence_has_hash")),
        sa.CheckConstraint("currency <> 'GBP' OR original = amount", name=op.f("ck_claims_pounds_are_pounds")),
        sa.CheckConstraint("currency = 'GBP' OR rate_source <> ''", name=op.f("ck_claims_rate_has_source")),
        sa.CheckConstraint("original > 0 AND amount > 0 AND rate > 0", name=op.f("ck_claims_amounts_positive")),
        sa.ForeignKeyConstraint(["batch_id"], ["spend_batches.id"], name=op.f("fk_claims_batch_id")),
        sa.ForeignKeyConstraint(["evidence_id"], ["evidence.id"], name=op.f("fk_claims_evidence_id")),
        sa.ForeignKeyConstraint(["programme_id"], ["programmes.id"], name=op.f("fk_claims_programme_id")),
        sa.ForeignKeyConstraint(["proposer_id"], ["users.id"], name=op.f("fk_claims_proposer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claims")),
        sa.UniqueConstraint("evidence_id", name=op.f("uq_claims_evidence_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_claims_public_id")),
    )
    op.create_index(op.f("ix_claims_batch_id"), "claims", ["batch_id"], unique=False)
    op.create_index("ix_claims_programme_id_fingerprint", "claims", ["programme_id", "fingerprint"], unique=False)
    op.create_index("ix_claims_programme_id_id", "claims", ["programme_id", "id"], unique=False)
    refuse_change("evidence")
    refuse_change("claims")


def downgrade() -> None:
    """Drop the tables."""
    allow_change("claims")
    allow_change("evidence")
    op.drop_index("ix_claims_programme_id_id", table_name="claims")
    op.drop_index("ix_claims_programme_id_fingerprint", table_name="claims")
    op.drop_index(op.f("ix_claims_batch_id"), table_name="claims")
    op.drop_table("claims")
    op.drop_index(op.f("ix_spend_batches_programme_id"), table_name="spend_batches")
    op.drop_table("spend_batches")
    op.drop_index("uq_exchange_rates_currency_month", table_name="exchange_rates")
    op.drop_table("exchange_rates")
    op.drop_table("evidence")
