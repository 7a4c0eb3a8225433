"""Evidence that is attached to a claim later, and indexes by which payments that are alike are found."""

import sqlalchemy as sa
from alembic import op

from training.kit.migrate import allow_change, refuse_change

revision = "0016"
down_revision = "0015"

Whole = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table and the indexes."""
    op.create_table(
        "claim_evidence",
        sa.Column("id", Whole, nullable=False),
        sa.Column("claim_id", Whole, nullable=False),
        sa.Column("evidence_id", Whole, nullable=False),
        sa.Column("evidence_sha256", sa.String(length=64), nullable=False),
        sa.Column("attached_by_id", Whole, nullable=False),
        sa.Column("attached_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["attached_by_id"], ["users.id"], name=op.f("fk_claim_evidence_attached_by_id")),
        sa.ForeignKeyConstraint(["claim_id"], ["claims.id"], name=op.f("fk_claim_evidence_claim_id")),
        sa.ForeignKeyConstraint(["evidence_id"], ["evidence.id"], name=op.f("fk_claim_evidence_evidence_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim_evidence")),
        sa.UniqueConstraint("evidence_id", name=op.f("uq_claim_evidence_evidence_id")),
    )
    op.create_index(op.f("ix_claim_evidence_claim_id"), "claim_evidence", ["claim_id"], unique=False)
    op.create_index(op.f("ix_claim_evidence_evidence_sha256"), "claim_evidence", ["evidence_sha256"], unique=False)
    refuse_change("claim_evidence")
    op.create_index("ix_claims_programme_id_paid_on_amount", "claims", ["programme_id", "paid_on", "amount"])
    op.create_index("ix_claims_evidence_sha256", "claims", ["evidence_sha256"])


def downgrade() -> None:
    """Drop the indexes and the table."""
    op.drop_index("ix_claims_evidence_sha256", table_name="claims")
    op.drop_index("ix_claims_programme_id_paid_on_amount", table_name="claims")
    allow_change("claim_evidence")
    op.drop_index(op.f("ix_claim_evidence_evidence_sha256"), table_name="claim_evidence")
    op.drop_index(op.f("ix_claim_evidence_claim_id"), table_name="claim_evidence")
    op.drop_table("claim_evidence")
