"""What the first page of a funder reads: the number of trainees of a cohort who completed it, and decisions by day."""

from alembic import op

revision = "0029"
down_revision = "0028"

_COMPLETED = """
UPDATE cohorts SET trained = (
    SELECT count(*) FROM completions JOIN nominations ON nominations.id = completions.nomination_id
    WHERE nominations.cohort_id = cohorts.id AND completions.state = 'confirmed'
)
"""


def upgrade() -> None:
    """Add the number, counted once, and the index."""
    whole = "INTEGER" if op.get_bind().dialect.name == "sqlite" else "BIGINT"
    op.execute(
        f"ALTER TABLE cohorts ADD COLUMN trained {whole} DEFAULT 0 NOT NULL "
        "CONSTRAINT ck_cohorts_trained_not_negative CHECK (trained >= 0)"
    )
    op.execute(_COMPLETED)
    op.create_index("ix_approvals_decided_at", "approvals", ["decided_at"])


def downgrade() -> None:
    """Take both away."""
    op.drop_index("ix_approvals_decided_at", table_name="approvals")
    op.drop_column("cohorts", "trained")
