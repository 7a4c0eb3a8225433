"""Names found in any spelling; reviewed pairs, merges, transfers; languages and the end of a record."""

import sqlalchemy as sa
from alembic import op

from training.kit.matching import heard, keys

revision = "0010"
down_revision = "0009"

Whole = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

_INACTIVE = "'left_service', 'retired', 'died', 'registered_in_error', 'other_reason', 'merged'"
_AT_ONCE = 1_000


def upgrade() -> None:
    """Add columns and tables, and index the names of those who are registered."""
    op.execute("ALTER TABLE people ADD COLUMN languages VARCHAR(60) DEFAULT '' NOT NULL")
    # Written out: a check that is added with its column can be dropped with it, also on SQLite.
    op.execute(
        "ALTER TABLE people ADD COLUMN inactive_because VARCHAR(30) "
        f"CONSTRAINT ck_people_inactive CHECK (inactive_because IN ({_INACTIVE}))"
    )
    op.add_column("people", sa.Column("inactive_since", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_people_inactive",
        "people",
        ["name_key", "id"],
        postgresql_where=sa.text("inactive_because IS NOT NULL"),
        sqlite_where=sa.text("inactive_because IS NOT NULL"),
    )
    op.create_index("ix_people_service_number", "people", ["service_number"])
    op.create_table(
        "person_keys",
        sa.Column("key", Whole, autoincrement=False, nullable=False),
        sa.Column("organisation_id", Whole, nullable=False),
        sa.Column("person_id", Whole, nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_person_keys_organisation_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_person_keys_person_id")),
        sa.PrimaryKeyConstraint("key", "organisation_id", "person_id", name=op.f("pk_person_keys")),
    )
    _index_names()
    op.create_index(op.f("ix_person_keys_person_id"), "person_keys", ["person_id"], unique=False)
    _create_pairs()
    _create_merges()
    _create_transfers()


def _index_names() -> None:
    """Write the keys of every person's name, some people at a time."""
    people = sa.table("people", *(sa.column(name) for name in ("id", "organisation_id", "name_latin", "name_native")))
    indexed = sa.table("person_keys", *(sa.column(name) for name in ("key", "organisation_id", "person_id")))
    connection, last = op.get_bind(), 0
    columns = (people.c.id, people.c.organisation_id, people.c.name_latin, people.c.name_native)
    while rows := connection.execute(
        sa.select(*columns).where(people.c.id > last).order_by(people.c.id).limit(_AT_ONCE)
    ).all():
        last = rows[-1].id
        written = [
            {"key": key, "organisation_id": row.organisation_id, "person_id": row.id}
            for row in rows
            for kind in keys(*heard(row.name_latin, row.name_native))
            for key in kind
        ]
        if written:
            connection.execute(sa.insert(indexed), written)


def _create_pairs() -> None:
    op.create_table(
        "reviewed_pairs",
        sa.Column("low_id", Whole, nullable=False),
        sa.Column("high_id", Whole, nullable=False),
        sa.Column("reviewed_by_id", Whole, nullable=False),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("low_id < high_id", name=op.f("ck_reviewed_pairs_in_order")),
        sa.ForeignKeyConstraint(["low_id"], ["people.id"], name=op.f("fk_reviewed_pairs_low_id")),
        sa.ForeignKeyConstraint(["high_id"], ["people.id"], name=op.f("fk_reviewed_pairs_high_id")),
        sa.ForeignKeyConstraint(["reviewed_by_id"], ["users.id"], name=op.f("fk_reviewed_pairs_reviewed_by_id")),
        sa.PrimaryKeyConstraint("low_id", "high_id", name=op.f("pk_reviewed_pairs")),
    )
    op.create_index(op.f("ix_reviewed_pairs_high_id"), "reviewed_pairs", ["high_id"], unique=False)


def _create_merges() -> None:
    op.create_table(
        "merges",
        sa.Column("id", Whole, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("kept_id", Whole, nullable=False),
        sa.Column("merged_id", Whole, nullable=False),
        sa.Column("moved", sa.JSON(), nullable=False),
        sa.Column("merged_by_id", Whole, nullable=False),
        sa.Column("merged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kept_id <> merged_id", name=op.f("ck_merges_two_records")),
        sa.ForeignKeyConstraint(["kept_id"], ["people.id"], name=op.f("fk_merges_kept_id")),
        sa.ForeignKeyConstraint(["merged_id"], ["people.id"], name=op.f("fk_merges_merged_id")),
        sa.ForeignKeyConstraint(["merged_by_id"], ["users.id"], name=op.f("fk_merges_merged_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merges")),
        sa.UniqueConstraint("public_id", name=op.f("uq_merges_public_id")),
    )
    op.create_index(op.f("ix_merges_kept_id"), "merges", ["kept_id"], unique=False)
    op.create_index(
        "uq_merges_standing",
        "merges",
        ["merged_id"],
        unique=True,
        postgresql_where=sa.text("undone_at IS NULL"),
        sqlite_where=sa.text("undone_at IS NULL"),
    )


def _create_transfers() -> None:
    op.create_table(
        "transfers",
        sa.Column("id", Whole, nullable=False),
        sa.Column("person_id", Whole, nullable=False),
        sa.Column("from_id", Whole, nullable=False),
        sa.Column("to_id", Whole, nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("recorded_by_id", Whole, nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("from_id <> to_id", name=op.f("ck_transfers_moved")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_transfers_person_id")),
        sa.ForeignKeyConstraint(["from_id"], ["organisations.id"], name=op.f("fk_transfers_from_id")),
        sa.ForeignKeyConstraint(["to_id"], ["organisations.id"], name=op.f("fk_transfers_to_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["users.id"], name=op.f("fk_transfers_recorded_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfers")),
    )
    op.create_index(op.f("ix_transfers_person_id"), "transfers", ["person_id"], unique=False)


def downgrade() -> None:
    """Drop what was added."""
    op.drop_table("transfers")
    op.drop_table("merges")
    op.drop_table("reviewed_pairs")
    op.drop_table("person_keys")
    op.drop_index("ix_people_service_number", table_name="people")
    op.drop_index("ix_people_inactive", table_name="people")
    for column in ("inactive_since", "inactive_because", "languages"):
        op.drop_column("people", column)
