"""Whoever is set aside has no seat, a clearance has its name, a nominated file says no more how it differed."""

from alembic import op

from training.kit.migrate import change_check

revision = "0017"
down_revision = "0016"

_CHECKS = (
    ("notices", "noticekind", "kind", "'seated', 'unseated'", "'set_aside'"),
    ("nominations", "hindrance", "hindrance", "'clearance', 'clash', 'quota', 'reserved'", "'set_aside'"),
    (
        "clearance_rows",
        "clearancefault",
        "fault",
        "'nomination_unknown', 'outcome_unreadable', 'authority_missing', 'text_too_long', 'decided_unreadable', "
        "'end_unreadable', 'decided_in_future', 'end_before_decision', 'decided_twice'",
        "'name_differs'",
    ),
)


def upgrade() -> None:
    """Let notices and the waiting list say that a record was set aside; clear what no reader needs any more."""
    for table, name, column, values, new in _CHECKS:
        change_check(table, name, f"{column} IN ({values})", f"{column} IN ({values}, {new})")
    op.execute("UPDATE nomination_rows SET differs = '[]' WHERE nomination_id IS NOT NULL")


def downgrade() -> None:
    """Forget what older tables cannot say: these notices, and why these were passed over."""
    op.execute("DELETE FROM notices WHERE kind = 'set_aside'")
    op.execute("UPDATE nominations SET hindrance = NULL WHERE hindrance = 'set_aside'")
    op.execute("DELETE FROM clearance_rows WHERE fault = 'name_differs'")
    for table, name, column, values, new in _CHECKS:
        change_check(table, name, f"{column} IN ({values}, {new})", f"{column} IN ({values})")
