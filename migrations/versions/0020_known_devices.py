"""Devices on which an account has signed in; counters of attempts say when the last one was."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0018"

Whole = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the devices. Counters start again: those of a lock have no meaning as delays."""
    op.execute("DELETE FROM sign_in_failures")
    op.execute("ALTER TABLE sign_in_failures RENAME COLUMN window_started_at TO last_at")
    op.create_index(op.f("ix_sign_in_failures_last_at"), "sign_in_failures", ["last_at"])
    op.create_table(
        "known_devices",
        sa.Column("id", Whole, nullable=False),
        sa.Column("user_id", Whole, nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_known_devices_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_known_devices")),
        sa.UniqueConstraint("token_hash", "user_id", name=op.f("uq_known_devices_token_hash_user_id")),
    )
    op.create_index(op.f("ix_known_devices_user_id"), "known_devices", ["user_id"])


def downgrade() -> None:
    """Take the devices away, and begin to count anew."""
    op.drop_table("known_devices")
    op.drop_index(op.f("ix_sign_in_failures_last_at"), "sign_in_failures")
    op.execute("DELETE FROM sign_in_failures")
    op.execute("ALTER TABLE sign_in_failures RENAME COLUMN last_at TO window_started_at")
