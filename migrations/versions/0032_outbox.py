"""Letters that wait for the mail server."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0029"

Whole = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_STATES = ("waiting", "handed_over", "sent", "failed", "uncertain")
_PROBLEMS = (
    "unreachable",
    "not_secure",
    "sign_in_refused",
    "sender_refused",
    "address_refused",
    "text_refused",
    "too_late",
    "unreadable",
)


def _choice(name: str, values: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=30)


def upgrade() -> None:
    """Make the table."""
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "outbox",
        sa.Column("id", Whole, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("letter", sa.String(length=30), nullable=False),
        sa.Column("to_address", sa.String(length=254), nullable=False),
        sa.Column("language", sa.String(length=3), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=True),
        sa.Column("message_id", sa.String(length=320), nullable=False),
        sa.Column("once", sa.String(length=64), nullable=True),
        sa.Column("posted_at", moment, nullable=False),
        sa.Column("useful_until", moment, nullable=False),
        sa.Column("state", _choice("letterstate", _STATES), nullable=False),
        sa.Column("due_at", moment, nullable=False),
        sa.Column("tries", Whole, nullable=False),
        sa.Column("worker", sa.String(length=43), nullable=False),
        sa.Column("handed_at", moment, nullable=True),
        sa.Column("ended_at", moment, nullable=True),
        sa.Column("problem", _choice("letterproblem", _PROBLEMS), nullable=True),
        sa.Column("reply", sa.String(length=20), nullable=False),
        sa.CheckConstraint("state <> 'sent' OR sealed IS NULL", name=op.f("ck_outbox_sent_is_emptied")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("public_id", name=op.f("uq_outbox_public_id")),
        sa.UniqueConstraint("message_id", name=op.f("uq_outbox_message_id")),
        sa.UniqueConstraint("once", name=op.f("uq_outbox_once")),
    )
    op.create_index("ix_outbox_state_due_at", "outbox", ["state", "due_at"], unique=False)
    op.create_index("ix_outbox_posted_at", "outbox", ["posted_at"], unique=False)


def downgrade() -> None:
    """Drop it."""
    op.drop_index("ix_outbox_posted_at", table_name="outbox")
    op.drop_index("ix_outbox_state_due_at", table_name="outbox")
    op.drop_table("outbox")
