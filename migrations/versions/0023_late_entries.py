"""Late entries: a seat in a course that has begun needs a reason and a second person."""

import sqlalchemy as sa
from alembic import op

from training.kit.migrate import allow_own, change_check, refuse_own

revision = "0023"
down_revision = "0022"

Whole = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

_NOMINEE = "(SELECT nominations.person_id FROM nominations WHERE nominations.id = NEW.nomination_id)"
_KINDS = "'seated', 'unseated', 'set_aside'"
_STATES = ("proposed", "approved", "refused", "withdrawn")


def upgrade() -> None:
    """Make the table, and let notices speak of it."""
    op.create_table(
        "late_entries",
        sa.Column("id", Whole, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("nomination_id", Whole, nullable=False),
        sa.Column(
            "state",
            sa.Enum(*_STATES, name="lateentrystate", native_enum=False, create_constraint=True, length=30),
            nullable=False,
        ),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("proposed_by_id", Whole, nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by_id", Whole, nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refusal", sa.String(length=500), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_late_entries_has_reason")),
        sa.CheckConstraint("state <> 'refused' OR refusal <> ''", name=op.f("ck_late_entries_refusal_has_reason")),
        sa.CheckConstraint(
            "(state IN ('approved', 'refused')) = (decided_by_id IS NOT NULL)",
            name=op.f("ck_late_entries_decided_by_somebody"),
        ),
        sa.CheckConstraint("decided_by_id <> proposed_by_id", name=op.f("ck_late_entries_proposer_is_not_decider")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["users.id"], name=op.f("fk_late_entries_decided_by_id")),
        sa.ForeignKeyConstraint(["nomination_id"], ["nominations.id"], name=op.f("fk_late_entries_nomination_id")),
        sa.ForeignKeyConstraint(["proposed_by_id"], ["users.id"], name=op.f("fk_late_entries_proposed_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_late_entries")),
        sa.UniqueConstraint("public_id", name=op.f("uq_late_entries_public_id")),
    )
    op.create_index(op.f("ix_late_entries_nomination_id"), "late_entries", ["nomination_id"], unique=False)
    op.create_index(
        "uq_late_entries_proposed",
        "late_entries",
        ["nomination_id"],
        unique=True,
        postgresql_where=sa.text("state = 'proposed'"),
        sqlite_where=sa.text("state = 'proposed'"),
    )
    for account in ("proposed_by_id", "decided_by_id"):
        refuse_own("late_entries", account, _NOMINEE)
    change_check("notices", "noticekind", f"kind IN ({_KINDS})", f"kind IN ({_KINDS}, 'late_entry')")


def downgrade() -> None:
    """Drop the table; a seat that was given late stays a seat."""
    op.execute("DELETE FROM notices WHERE kind = 'late_entry'")
    change_check("notices", "noticekind", f"kind IN ({_KINDS}, 'late_entry')", f"kind IN ({_KINDS})")
    for account in ("decided_by_id", "proposed_by_id"):
        allow_own("late_entries", account)
    op.drop_table("late_entries")
