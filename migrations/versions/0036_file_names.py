"""Spend files have a name; of a spend file and of a file of clearances is kept what of its workbook was not read."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"

_TABLES = ("spend_batches", "clearance_batches")


def upgrade() -> None:
    """Add the columns."""
    op.add_column("spend_batches", sa.Column("name", sa.String(100), nullable=False, server_default=""))
    for table in _TABLES:
        op.add_column(table, sa.Column("sheet", sa.String(200), nullable=False, server_default=""))
        for name in ("unread", "hidden"):
            op.add_column(table, sa.Column(name, sa.JSON(), nullable=False, server_default="[]"))


def downgrade() -> None:
    """Take them away."""
    for table in _TABLES:
        for name in ("hidden", "unread", "sheet"):
            op.drop_column(table, name)
    op.drop_column("spend_batches", "name")
