"""What is wrong with a row of a spend file or a spreadsheet of clearances is one of its faults, or nothing."""

from collections.abc import Callable

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

_FAULTS = {
    "spend_rows": (
        "ck_spend_rows_fault",
        "'date_unreadable', 'amount_unreadable', 'not_positive', 'payee_missing', 'too_long', 'in_future', "
        "'outside_programme', 'no_commitment', 'commitment_unknown', 'several_commitments'",
    ),
    "clearance_rows": (
        "ck_clearance_rows_clearancefault",
        "'nomination_unknown', 'outcome_unreadable', 'authority_missing', 'text_too_long', 'decided_unreadable', "
        "'end_unreadable', 'decided_in_future', 'end_before_decision', 'decided_twice'",
    ),
}


def upgrade() -> None:
    """Hold the column to the faults that there are; where nothing is wrong it is empty."""
    for table, (check, faults) in _FAULTS.items():
        # Written out: a check that is added with its column can be dropped with it, also on SQLite.
        _replace(table, f"VARCHAR(30) CONSTRAINT {check} CHECK (fault IN ({faults}))", sa.func.nullif)


def downgrade() -> None:
    """Let the column hold any text; where nothing is wrong it is an empty one."""
    for table in _FAULTS:
        _replace(table, "VARCHAR(40) DEFAULT '' NOT NULL", sa.func.coalesce)


def _replace(table: str, definition: str, read: Callable[..., sa.ColumnElement[str]]) -> None:
    """Make the column anew; ``read`` is given what stood there and the empty text."""
    rows = sa.table(table, sa.column("fault"), sa.column("fault_before"))
    op.execute(f"ALTER TABLE {table} RENAME COLUMN fault TO fault_before")
    op.execute(f"ALTER TABLE {table} ADD COLUMN fault {definition}")
    op.execute(rows.update().values(fault=read(rows.c.fault_before, "")))
    op.execute(f"ALTER TABLE {table} DROP COLUMN fault_before")
