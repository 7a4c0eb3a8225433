"""The audit trail."""

import sqlalchemy as sa
from alembic import op

from training.kit.migrate import allow_change, refuse_change

revision = "0008"
down_revision = "0007"

Whole = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "audit_entries",
        sa.Column("id", Whole, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user_id", Whole, nullable=True),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("subject_kind", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.String(length=12), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_audit_entries_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entries")),
    )
    op.create_index("ix_audit_entries_action_id", "audit_entries", ["action", "id"], unique=False)
    op.create_index(
        "ix_audit_entries_subject_id_id",
        "audit_entries",
        ["subject_id", "id"],
        unique=False,
    )
    op.create_index("ix_audit_entries_user_id_id", "audit_entries", ["user_id", "id"], unique=False)
    refuse_change("audit_entries")


def downgrade() -> None:
    """Drop the tables."""
    allow_change("audit_entries")
    op.drop_index("ix_audit_entries_user_id_id", table_name="audit_entries")
    op.drop_index("ix_audit_entries_subject_id_id", table_name="audit_entries")
    op.drop_index("ix_audit_entries_action_id", table_name="audit_entries")
    op.drop_table("audit_entries")
