"""Forms that made something are known when they arrive again."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "sent_forms",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("content", sa.String(length=64), nullable=False),
        sa.Column("leads_to", sa.String(length=500), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_sent_forms")),
    )
    op.create_index("ix_sent_forms_at", "sent_forms", ["at"], unique=False)


def downgrade() -> None:
    """Drop the table."""
    op.drop_index("ix_sent_forms_at", table_name="sent_forms")
    op.drop_table("sent_forms")
