"""The month in which a change of what is committed counts; no row of the past is replaced, whatever the connection."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping

import sqlalchemy as sa
from alembic import op

from training.kit.migrate import allow_change, allow_replacement, refuse_change, refuse_replacement

revision = "0015"
down_revision = "0014"

_APPEND_ONLY = ("evidence", "claims", "ledger_entries", "approvals", "ledger_postings", "audit_entries", "rights_steps")

Months = tuple[dt.date, dt.date]
"""The months in which what was spent, and the change of what is committed, count."""

_postings = sa.table(
    "ledger_postings",
    sa.column("id", sa.BigInteger),
    sa.column("entry_id", sa.BigInteger),
    sa.column("line_id", sa.BigInteger),
    sa.column("commitment_id", sa.BigInteger),
    sa.column("committed", sa.BigInteger),
    sa.column("spent", sa.BigInteger),
    sa.column("month", sa.Date),
    sa.column("committed_month", sa.Date),
)
_months_of_lines = sa.table(
    "line_months",
    sa.column("line_id", sa.BigInteger),
    sa.column("month", sa.Date),
    sa.column("committed", sa.BigInteger),
    sa.column("spent", sa.BigInteger),
    sa.column("expected", sa.BigInteger),
)
_entries = sa.table("ledger_entries", sa.column("id", sa.BigInteger), sa.column("reverses_id", sa.BigInteger))


def upgrade() -> None:
    """Say of every posting in which month it counts, and add up the months anew."""
    for table in _APPEND_ONLY:
        refuse_replacement(table)
    allow_change("ledger_postings")
    column = sa.Column("committed_month", sa.Date(), nullable=False, server_default="1970-01-01")
    op.add_column("ledger_postings", column)
    op.execute("UPDATE ledger_postings SET committed_month = month")
    _count_anew()
    refuse_change("ledger_postings")
    op.drop_index(op.f("ix_ledger_postings_commitment_id"), table_name="ledger_postings")
    op.create_index(
        "ix_ledger_postings_commitment_id_committed_month",
        "ledger_postings",
        ["commitment_id", "committed_month", "committed"],
    )
    _total("committed_month")


def _count_anew() -> None:
    """Decide again, in the order in which it was posted, where what moved a commitment counts.

    A reversed payment counts with its reversal; nothing leaves a commitment before the commitment has held it.
    """
    found = op.get_bind().execute(
        sa.select(_postings, _entries.c.reverses_id)
        .join(_entries, _entries.c.id == _postings.c.entry_id)
        .where(_postings.c.commitment_id.is_not(None))
        .order_by(_postings.c.id)
    )
    paid: dict[int, Months] = {}
    changes: dict[int, dict[dt.date, int]] = defaultdict(lambda: defaultdict(int))
    for posting in found.all():
        held = changes[posting.commitment_id]
        months = paid.get(posting.reverses_id) or _months(posting, held)
        if posting.spent:
            paid[posting.entry_id] = months
        held[months[1]] += posting.committed
        if months != (posting.month, posting.month):
            values = {"month": months[0], "committed_month": months[1]}
            op.execute(sa.update(_postings).where(_postings.c.id == posting.id).values(values))


def _months(posting: sa.Row, held: Mapping[dt.date, int]) -> Months:
    if posting.committed >= 0:
        return posting.month, posting.month
    return posting.month, max(posting.month, _held_since(sorted(held.items()), -posting.committed))


def _held_since(changes: Iterable[tuple[dt.date, int]], pence: int) -> dt.date:
    since, held = dt.date.min, 0
    for month, change in changes:
        if held < pence:
            since = month
        held += change
    return since


def _total(committed_month: str) -> None:
    """Bring the monthly totals to the sums of the postings, whose committed counts in the month of this column."""
    for month, moved in ((committed_month, _postings.c.committed), ("month", _postings.c.spent)):
        counts_in = _postings.c[month]
        here = sa.and_(_months_of_lines.c.line_id == _postings.c.line_id, _months_of_lines.c.month == counts_in)
        missing = (
            sa.select(_postings.c.line_id, counts_in, *[sa.literal(0)] * 3)
            .where(moved != 0, ~sa.exists().where(here))
            .distinct()
        )
        op.execute(sa.insert(_months_of_lines).from_select(_months_of_lines.c.keys(), missing))
        total = sa.select(sa.func.coalesce(sa.func.sum(moved), 0)).where(here).scalar_subquery()
        op.execute(sa.update(_months_of_lines).values({moved.name: total}))


def downgrade() -> None:
    """Let all that a posting moved count in one month again."""
    _total("month")
    op.drop_index("ix_ledger_postings_commitment_id_committed_month", table_name="ledger_postings")
    op.create_index(op.f("ix_ledger_postings_commitment_id"), "ledger_postings", ["commitment_id"])
    op.drop_column("ledger_postings", "committed_month")
    for table in _APPEND_ONLY:
        allow_replacement(table)
