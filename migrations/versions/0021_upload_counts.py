"""Counts of uploads of an account and day."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"

Whole = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "upload_counts",
        sa.Column("user_id", Whole, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("files", Whole, nullable=False),
        sa.Column("bytes", Whole, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_upload_counts_user_id_users")),
        sa.PrimaryKeyConstraint("user_id", "day", name=op.f("pk_upload_counts")),
    )
    op.create_index(op.f("ix_upload_counts_day"), "upload_counts", ["day"])


def downgrade() -> None:
    """Drop it."""
    op.drop_table("upload_counts")
