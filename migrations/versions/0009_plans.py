"""Plans of budget lines by month, and the reasons given for departing from them."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

Whole = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "line_plans",
        sa.Column("line_id", Whole, nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("amount", Whole, nullable=False),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_line_plans_amount_not_negative")),
        sa.ForeignKeyConstraint(["line_id"], ["budget_lines.id"], name=op.f("fk_line_plans_line_id")),
        sa.PrimaryKeyConstraint("line_id", "month", name=op.f("pk_line_plans")),
    )
    op.create_table(
        "variance_reasons",
        sa.Column("id", Whole, nullable=False),
        sa.Column("line_id", Whole, nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("planned", Whole, nullable=False),
        sa.Column("spent", Whole, nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("given_by_id", Whole, nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_variance_reasons_reason_given")),
        sa.ForeignKeyConstraint(["given_by_id"], ["users.id"], name=op.f("fk_variance_reasons_given_by_id")),
        sa.ForeignKeyConstraint(["line_id"], ["budget_lines.id"], name=op.f("fk_variance_reasons_line_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_variance_reasons")),
    )
    op.create_index("ix_variance_reasons_line_id_id", "variance_reasons", ["line_id", "id"], unique=False)


def downgrade() -> None:
    """Drop the tables."""
    op.drop_index("ix_variance_reasons_line_id_id", table_name="variance_reasons")
    op.drop_table("variance_reasons")
    op.drop_table("line_plans")
