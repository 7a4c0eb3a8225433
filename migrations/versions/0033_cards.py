"""Cards with one-time codes, for people without e-mail."""

import sqlalchemy as sa
from alembic import op

from training.kit.usernames import username_key

revision = "0033"
down_revision = "0032"

Whole = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_OPEN = sa.text("ended_at IS NULL")
_users = sa.table("users", sa.column("id", Whole), sa.column("username", sa.String))


def upgrade() -> None:
    """Add the cards; store usernames of digits as they are looked up from now on."""
    _respell()
    op.create_table(
        "cards",
        sa.Column("id", Whole, nullable=False),
        sa.Column("public_id", sa.String(12), nullable=False),
        sa.Column("user_id", Whole, nullable=False),
        sa.Column("code_hash", sa.String(64), nullable=False),
        sa.Column("made_by_id", Whole, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("wrong_codes", Whole, nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("ended_because", sa.String(30)),
        sa.CheckConstraint("user_id <> made_by_id", name=op.f("ck_cards_made_by_another")),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_because IS NULL)", name=op.f("ck_cards_ended_with_reason")),
        sa.CheckConstraint(
            "ended_because IN ('used', 'replaced', 'expired', 'wrong_codes')", name=op.f("ck_cards_cardend")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_cards_user_id")),
        sa.ForeignKeyConstraint(["made_by_id"], ["users.id"], name=op.f("fk_cards_made_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cards")),
        sa.UniqueConstraint("public_id", name=op.f("uq_cards_public_id")),
    )
    op.create_index("uq_cards_open", "cards", ["user_id"], unique=True, postgresql_where=_OPEN, sqlite_where=_OPEN)
    op.create_index("ix_cards_made_at", "cards", ["made_at", "id"])


def _respell() -> None:
    """Store each username in its one spelling, unless somebody has that already."""
    connection = op.get_bind()
    named = dict(connection.execute(sa.select(_users.c.username, _users.c.id)).all())
    for username, key in list(named.items()):
        if (spelling := username_key(username)) not in named:
            connection.execute(sa.update(_users).where(_users.c.id == key).values(username=spelling))
            named[spelling] = key


def downgrade() -> None:
    """Take the cards away; passwords that were set with them stay."""
    op.drop_table("cards")
