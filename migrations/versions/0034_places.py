"""Venues that are kept and archived, their rooms and kit; no two venues whose names differ in case alone."""

import sqlalchemy as sa
from alembic import op

from training.kit.names import fold, name_key

revision = "0034"
down_revision = "0033"

Whole = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

_GOVERNORATES = (
    "'AN', 'BB', 'BG', 'BA', 'DQ', 'DI', 'DA', 'AR', 'HA', 'KA', 'KI', 'MA', 'MU', 'NA', 'NI', 'QA', 'SD', 'SU', 'WA'"
)


def upgrade() -> None:
    """Add the columns of venues, and the tables of rooms and kit."""
    whole = "INTEGER" if op.get_bind().dialect.name == "sqlite" else "BIGINT"
    for column in (
        "name_key VARCHAR(200) DEFAULT '' NOT NULL",
        "search_key TEXT DEFAULT '' NOT NULL",
        # Written out: a check that is added with its column can be dropped with it, also on SQLite.
        f"governorate VARCHAR(30) CONSTRAINT ck_venues_governorate CHECK (governorate IN ({_GOVERNORATES}))",
        f"keeper_id {whole} CONSTRAINT fk_venues_keeper_id REFERENCES organisations (id)",
        "has_prayer_room BOOLEAN",
        "is_active BOOLEAN DEFAULT TRUE NOT NULL",
        f"version {whole} DEFAULT 1 NOT NULL",
    ):
        op.execute(f"ALTER TABLE venues ADD COLUMN {column}")
    _fold_names()
    op.drop_index("uq_venues_name_en", table_name="venues")
    op.create_index("uq_venues_name_key", "venues", ["name_key"], unique=True)
    op.create_index("ix_venues_keeper_id", "venues", ["keeper_id"])
    _create_rooms()
    _create_kit()


def _fold_names() -> None:
    """Write the keys of the names; the second of two that say the same gets its number behind them."""
    columns = ("id", "name_en", "name_ar", "name_ckb", "name_key", "search_key")
    venues = sa.table("venues", *(sa.column(name) for name in columns))
    connection, taken = op.get_bind(), set()
    for row in connection.execute(sa.select(venues).order_by(venues.c.id)).all():
        key = name_key(row.name_en) or row.name_en.casefold()
        key = f"{key[:180]} {row.id}" if key in taken else key
        taken.add(key)
        found = fold(" ".join((row.name_en, row.name_ar, row.name_ckb)))
        connection.execute(
            sa.update(venues).where(venues.c.id == row.id).values(name_key=key, search_key=found),
        )


def _named() -> list[sa.Column[str]]:
    names = ("name_en", "name_ar", "name_ckb", "name_key")
    return [sa.Column(name, sa.String(length=200), nullable=False) for name in names]


def _kept() -> list[sa.Column[object]]:
    return [sa.Column("is_active", sa.Boolean(), nullable=False), sa.Column("version", Whole, nullable=False)]


def _create_rooms() -> None:
    op.create_table(
        "rooms",
        sa.Column("id", Whole, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("venue_id", Whole, nullable=False),
        sa.Column("seats", Whole, nullable=False),
        sa.Column("is_step_free", sa.Boolean(), nullable=False),
        *_named(),
        *_kept(),
        sa.CheckConstraint("seats BETWEEN 1 AND 5000", name=op.f("ck_rooms_seats_in_range")),
        sa.ForeignKeyConstraint(["venue_id"], ["venues.id"], name=op.f("fk_rooms_venue_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rooms")),
        sa.UniqueConstraint("public_id", name=op.f("uq_rooms_public_id")),
        sa.UniqueConstraint("id", "venue_id", name=op.f("uq_rooms_id_venue_id")),
    )
    op.create_index("uq_rooms_venue_id_name_key", "rooms", ["venue_id", "name_key"], unique=True)


def _create_kit() -> None:
    op.create_table(
        "kit_items",
        sa.Column("id", Whole, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("venue_id", Whole, nullable=False),
        sa.Column("room_id", Whole, nullable=True),
        sa.Column("quantity", Whole, nullable=False),
        *_named(),
        *_kept(),
        sa.CheckConstraint("quantity BETWEEN 1 AND 10000", name=op.f("ck_kit_items_quantity_in_range")),
        sa.ForeignKeyConstraint(["venue_id"], ["venues.id"], name=op.f("fk_kit_items_venue_id")),
        sa.ForeignKeyConstraint(["room_id", "venue_id"], ["rooms.id", "rooms.venue_id"], name="fk_kit_items_room_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kit_items")),
        sa.UniqueConstraint("public_id", name=op.f("uq_kit_items_public_id")),
    )
    op.create_index("ix_kit_items_room_id", "kit_items", ["room_id"])
    op.create_index("ix_kit_items_venue_id_name_key", "kit_items", ["venue_id", "name_key"])


def downgrade() -> None:
    """Drop the tables and the columns; names that differ in case alone may be given again."""
    op.drop_table("kit_items")
    op.drop_table("rooms")
    op.drop_index("ix_venues_keeper_id", table_name="venues")
    op.drop_index("uq_venues_name_key", table_name="venues")
    op.create_index("uq_venues_name_en", "venues", ["name_en"], unique=True)
    for column in (
        "version", "is_active", "has_prayer_room", "keeper_id", "governorate", "search_key", "name_key",
    ):  # fmt: skip
        op.drop_column("venues", column)
