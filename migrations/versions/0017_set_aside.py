"""Who is set aside has no seat and no place in the line; a file that was nominated says no more how it differed."""

from alembic import op

from training.kit.migrate import change_check

revision = "0017"
down_revision = "0013"

_CHECKS = (
    ("notices", "noticekind", "kind", "'seated', 'unseated'"),
    ("nominations", "hindrance", "hindrance", "'clearance', 'clash', 'quota', 'reserved'"),
)


def upgrade() -> None:
    """Let notices and the waiting list say that a record was set aside; clear what no reader needs any more."""
    for table, name, column, values in _CHECKS:
        change_check(table, name, f"{column} IN ({values})", f"{column} IN ({values}, 'set_aside')")
    op.execute("UPDATE nomination_rows SET differs = '[]' WHERE nomination_id IS NOT NULL")


def downgrade() -> None:
    """Forget what older tables cannot say: these notices, and why these were passed over."""
    op.execute("DELETE FROM notices WHERE kind = 'set_aside'")
    op.execute("UPDATE nominations SET hindrance = NULL WHERE hindrance = 'set_aside'")
    for table, name, column, values in _CHECKS:
        change_check(table, name, f"{column} IN ({values}, 'set_aside')", f"{column} IN ({values})")
