"""Reads of people and refusals are counted."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"

Whole = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "reading_days",
        sa.Column("user_id", Whole, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("people", Whole, nullable=False),
        sa.Column("files", Whole, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_reading_days_user_id")),
        sa.PrimaryKeyConstraint("user_id", "day", name=op.f("pk_reading_days")),
    )
    op.create_table(
        "people_shown",
        sa.Column("user_id", Whole, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("person", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_people_shown_user_id")),
        sa.PrimaryKeyConstraint("user_id", "day", "person", name=op.f("pk_people_shown")),
    )
    op.create_table(
        "refusal_counts",
        sa.Column("hour", sa.DateTime(timezone=True), nullable=False),
        sa.Column("event", sa.String(length=60), nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("times", Whole, nullable=False),
        sa.PrimaryKeyConstraint("hour", "event", "source", name=op.f("pk_refusal_counts")),
    )


def downgrade() -> None:
    """Drop the tables."""
    for table in ("refusal_counts", "people_shown", "reading_days"):
        op.drop_table(table)
