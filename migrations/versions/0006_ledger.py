"""The ledger: commitments, entries, approvals, postings and monthly totals."""

import sqlalchemy as sa
from alembic import op

from training.kit.migrate import allow_change, refuse_change

revision = "0006"
down_revision = "0005"

Whole = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "line_months",
        sa.Column("line_id", Whole, nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("committed", Whole, nullable=False),
        sa.Column("spent", Whole, nullable=False),
        sa.Column("expected", Whole, nullable=False),
        sa.ForeignKeyConstraint(["line_id"], ["budget_lines.id"], name=op.f("fk_line_months_line_id")),
        sa.PrimaryKeyConstraint("line_id", "month", name=op.f("pk_line_months")),
    )
    op.create_table(
        "commitments",
        sa.Column("id", Whole, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("programme_id", Whole, nullable=False),
        sa.Column("line_id", Whole, nullable=False),
        sa.Column("cohort_id", Whole, nullable=True),
        sa.Column("purpose", sa.String(length=300), nullable=False),
        sa.Column("expected_on", sa.Date(), nullable=False),
        sa.Column("committed", Whole, nullable=False),
        sa.Column("spent", Whole, nullable=False),
        sa.Column("is_closed", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "NOT is_closed OR committed = 0",
            name=op.f("ck_commitments_closed_is_empty"),
        ),
        sa.CheckConstraint("committed >= 0 AND spent >= 0", name=op.f("ck_commitments_not_negative")),
        sa.ForeignKeyConstraint(["cohort_id"], ["cohorts.id"], name=op.f("fk_commitments_cohort_id")),
        sa.ForeignKeyConstraint(["line_id"], ["budget_lines.id"], name=op.f("fk_commitments_line_id")),
        sa.ForeignKeyConstraint(
            ["programme_id"],
            ["programmes.id"],
            name=op.f("fk_commitments_programme_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commitments")),
        sa.UniqueConstraint("public_id", name=op.f("uq_commitments_public_id")),
    )
    op.create_index(op.f("ix_commitments_cohort_id"), "commitments", ["cohort_id"], unique=False)
    op.create_index(op.f("ix_commitments_line_id"), "commitments", ["line_id"], unique=False)
    op.create_index(
        op.f("ix_commitments_programme_id"),
        "commitments",
        ["programme_id"],
        unique=False,
    )
    op.create_table(
        "ledger_entries",
        sa.Column("id", Whole, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("bundle", sa.String(length=12), nullable=False),
        sa.Column("programme_id", Whole, nullable=False),
        sa.Column("line_id", Whole, nullable=False),
        sa.Column("commitment_id", Whole, nullable=True),
        sa.Column("claim_id", Whole, nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "allocate",
                "deallocate",
                "commit",
                "pay",
                "release",
                "reverse",
                name="entrykind",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("amount", Whole, nullable=False),
        sa.Column("purpose", sa.String(length=300), nullable=False),
        sa.Column("original", Whole, nullable=True),
        sa.Column("closes", sa.Boolean(), nullable=False),
        sa.Column("reverses_id", Whole, nullable=True),
        sa.Column("proposer_id", Whole, nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("idempotency_key", sa.String(length=64), nullable=False),
        sa.CheckConstraint("(kind = 'pay') = (claim_id IS NOT NULL)", name=op.f("ck_ledger_entries_payment_has_claim")),
        sa.CheckConstraint(
            "(kind = 'reverse') = (reverses_id IS NOT NULL)", name=op.f("ck_ledger_entries_reverse_names_entry")
        ),
        sa.CheckConstraint(
            "kind NOT IN ('commit', 'pay', 'release') OR commitment_id IS NOT NULL",
            name=op.f("ck_ledger_entries_has_commitment"),
        ),
        sa.CheckConstraint(
            "(claim_id IS NULL) = (original IS NULL)", name=op.f("ck_ledger_entries_payment_has_original")
        ),
        sa.CheckConstraint("amount > 0", name=op.f("ck_ledger_entries_amount_positive")),
        sa.ForeignKeyConstraint(["claim_id"], ["claims.id"], name=op.f("fk_ledger_entries_claim_id")),
        sa.ForeignKeyConstraint(["commitment_id"], ["commitments.id"], name=op.f("fk_ledger_entries_commitment_id")),
        sa.ForeignKeyConstraint(["line_id"], ["budget_lines.id"], name=op.f("fk_ledger_entries_line_id")),
        sa.ForeignKeyConstraint(["programme_id"], ["programmes.id"], name=op.f("fk_ledger_entries_programme_id")),
        sa.ForeignKeyConstraint(["proposer_id"], ["users.id"], name=op.f("fk_ledger_entries_proposer_id")),
        sa.ForeignKeyConstraint(["reverses_id"], ["ledger_entries.id"], name=op.f("fk_ledger_entries_reverses_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_entries")),
        sa.UniqueConstraint("id", "proposer_id", name=op.f("uq_ledger_entries_id_proposer_id")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_ledger_entries_idempotency_key")),
        sa.UniqueConstraint("public_id", name=op.f("uq_ledger_entries_public_id")),
    )
    op.create_index(op.f("ix_ledger_entries_bundle"), "ledger_entries", ["bundle"], unique=False)
    op.create_index(op.f("ix_ledger_entries_claim_id"), "ledger_entries", ["claim_id"], unique=False)
    op.create_index(op.f("ix_ledger_entries_commitment_id"), "ledger_entries", ["commitment_id"], unique=False)
    op.create_index("ix_ledger_entries_line_id_id", "ledger_entries", ["line_id", "id"], unique=False)
    op.create_index("ix_ledger_entries_programme_id_id", "ledger_entries", ["programme_id", "id"], unique=False)
    op.create_index(op.f("ix_ledger_entries_reverses_id"), "ledger_entries", ["reverses_id"], unique=False)
    op.create_table(
        "approvals",
        sa.Column("id", Whole, nullable=False),
        sa.Column("entry_id", Whole, nullable=False),
        sa.Column("proposer_id", Whole, nullable=False),
        sa.Column("approver_id", Whole, nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "approved",
                "refused",
                "withdrawn",
                name="outcome",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reverses_id", Whole, nullable=True),
        sa.CheckConstraint(
            "outcome = 'approved' OR reason <> ''",
            name=op.f("ck_approvals_refusal_has_reason"),
        ),
        sa.CheckConstraint(
            "(approver_id = proposer_id) = (outcome = 'withdrawn')", name=op.f("ck_approvals_maker_is_not_checker")
        ),
        sa.ForeignKeyConstraint(["approver_id"], ["users.id"], name=op.f("fk_approvals_approver_id")),
        sa.ForeignKeyConstraint(
            ["entry_id", "proposer_id"],
            ["ledger_entries.id", "ledger_entries.proposer_id"],
            name=op.f("fk_approvals_entry_id_proposer_id"),
        ),
        sa.ForeignKeyConstraint(
            ["reverses_id"],
            ["ledger_entries.id"],
            name=op.f("fk_approvals_reverses_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approvals")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_approvals_entry_id")),
        sa.UniqueConstraint("reverses_id", name=op.f("uq_approvals_reverses_id")),
    )
    op.create_index(op.f("ix_approvals_approver_id"), "approvals", ["approver_id"], unique=False)
    op.create_table(
        "ledger_postings",
        sa.Column("id", Whole, nullable=False),
        sa.Column("entry_id", Whole, nullable=False),
        sa.Column("programme_id", Whole, nullable=False),
        sa.Column("line_id", Whole, nullable=False),
        sa.Column("commitment_id", Whole, nullable=True),
        sa.Column("allocated", Whole, nullable=False),
        sa.Column("committed", Whole, nullable=False),
        sa.Column("spent", Whole, nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["commitment_id"],
            ["commitments.id"],
            name=op.f("fk_ledger_postings_commitment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["ledger_entries.id"],
            name=op.f("fk_ledger_postings_entry_id"),
        ),
        sa.ForeignKeyConstraint(["line_id"], ["budget_lines.id"], name=op.f("fk_ledger_postings_line_id")),
        sa.ForeignKeyConstraint(
            ["programme_id"],
            ["programmes.id"],
            name=op.f("fk_ledger_postings_programme_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_postings")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_ledger_postings_entry_id")),
    )
    op.create_index(
        op.f("ix_ledger_postings_commitment_id"),
        "ledger_postings",
        ["commitment_id"],
        unique=False,
    )
    op.create_index(op.f("ix_ledger_postings_line_id"), "ledger_postings", ["line_id"], unique=False)
    op.create_index(
        op.f("ix_ledger_postings_programme_id"),
        "ledger_postings",
        ["programme_id"],
        unique=False,
    )
    op.create_table(
        "spend_rows",
        sa.Column("batch_id", Whole, nullable=False),
        sa.Column("number", Whole, nullable=False),
        sa.Column(
            "outcome",
            sa.Enum("new", "known", "faulty", name="rowoutcome", native_enum=False, create_constraint=True, length=30),
            nullable=False,
        ),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.Column("amount", Whole, nullable=True),
        sa.Column("payee", sa.String(length=200), nullable=False),
        sa.Column("purpose", sa.String(length=300), nullable=False),
        sa.Column("commitment_id", Whole, nullable=True),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("fault", sa.String(length=40), nullable=False),
        sa.Column("cell", sa.String(length=200), nullable=False),
        sa.Column("claim_id", Whole, nullable=True),
        sa.ForeignKeyConstraint(["batch_id"], ["spend_batches.id"], name=op.f("fk_spend_rows_batch_id")),
        sa.ForeignKeyConstraint(["claim_id"], ["claims.id"], name=op.f("fk_spend_rows_claim_id")),
        sa.ForeignKeyConstraint(["commitment_id"], ["commitments.id"], name=op.f("fk_spend_rows_commitment_id")),
        sa.PrimaryKeyConstraint("batch_id", "number", name=op.f("pk_spend_rows")),
        sa.UniqueConstraint("claim_id", name=op.f("uq_spend_rows_claim_id")),
    )
    op.create_index(op.f("ix_spend_rows_commitment_id"), "spend_rows", ["commitment_id"], unique=False)
    refuse_change("ledger_entries")
    refuse_change("approvals")
    refuse_change("ledger_postings")


def downgrade() -> None:
    """Drop the tables."""
    allow_change("ledger_postings")
    allow_change("approvals")
    allow_change("ledger_entries")
    op.drop_index(op.f("ix_spend_rows_commitment_id"), table_name="spend_rows")
    op.drop_table("spend_rows")
    op.drop_index(op.f("ix_ledger_postings_programme_id"), table_name="ledger_postings")
    op.drop_index(op.f("ix_ledger_postings_line_id"), table_name="ledger_postings")
    op.drop_index(op.f("ix_ledger_postings_commitment_id"), table_name="ledger_postings")
    op.drop_table("ledger_postings")
    op.drop_index(op.f("ix_approvals_approver_id"), table_name="approvals")
    op.drop_table("approvals")
    op.drop_index(op.f("ix_ledger_entries_reverses_id"), table_name="ledger_entries")
    op.drop_index("ix_ledger_entries_programme_id_id", table_name="ledger_entries")
    op.drop_index("ix_ledger_entries_line_id_id", table_name="ledger_entries")
    op.drop_index(op.f("ix_ledger_entries_commitment_id"), table_name="ledger_entries")
    op.drop_index(op.f("ix_ledger_entries_claim_id"), table_name="ledger_entries")
    op.drop_index(op.f("ix_ledger_entries_bundle"), table_name="ledger_entries")
    op.drop_table("ledger_entries")
    op.drop_index(op.f("ix_commitments_programme_id"), table_name="commitments")
    op.drop_index(op.f("ix_commitments_line_id"), table_name="commitments")
    op.drop_index(op.f("ix_commitments_cohort_id"), table_name="commitments")
    op.drop_table("commitments")
    op.drop_table("line_months")
