"""The whole path to a seat: clearance, waiting list, quotas, reserved places, deadlines, notices, spreadsheets."""

import sqlalchemy as sa
from alembic import op

from training.kit.migrate import change_check

revision = "0011"
down_revision = "0010"

Whole = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

_BEFORE = "'nominated', 'shortlisted', 'in_vetting', 'confirmed', 'turned_down', 'withdrawn'"
_AFTER = (
    "'nominated', 'shortlisted', 'in_vetting', 'cleared', 'not_cleared', 'waiting', 'confirmed', "
    "'turned_down', 'withdrawn'"
)


def _choice(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=30)


def upgrade() -> None:
    """Add what the path needs. Nominees in vetting move on as the current decision about them says."""
    change_check("nominations", "nominationstate", f"state IN ({_BEFORE})", f"state IN ({_AFTER})")
    whole = "INTEGER" if op.get_bind().dialect.name == "sqlite" else "BIGINT"
    for table, column in (
        (
            "nominations",
            f"place {whole} CONSTRAINT ck_nominations_place_while_waiting "
            "CHECK ((state = 'waiting') = (place IS NOT NULL))",
        ),
        (
            "nominations",
            "hindrance VARCHAR(30) CONSTRAINT ck_nominations_hindrance "
            "CHECK (hindrance IN ('clearance', 'clash', 'quota', 'reserved')) "
            "CONSTRAINT ck_nominations_hindered_while_waiting CHECK (hindrance IS NULL OR state = 'waiting')",
        ),
        (
            "cohorts",
            f"reserved_for_women {whole} DEFAULT 0 NOT NULL CONSTRAINT ck_cohorts_reserved_within_capacity "
            "CHECK (reserved_for_women BETWEEN 0 AND capacity)",
        ),
        (
            "cohorts",
            "nominations_until DATE CONSTRAINT ck_cohorts_nominations_before_start "
            "CHECK (nominations_until <= starts_on)",
        ),
        ("cohorts", "vetting_by DATE CONSTRAINT ck_cohorts_vetting_before_start CHECK (vetting_by <= starts_on)"),
        (
            "cohort_invitations",
            f"quota {whole} CONSTRAINT ck_cohort_invitations_quota_in_range CHECK (quota BETWEEN 1 AND 1000)",
        ),
        ("vetting_decisions", "reference VARCHAR(100) DEFAULT '' NOT NULL"),
    ):
        op.execute(f"ALTER TABLE {table} ADD COLUMN {column}")
    _move_vetted()
    _make_tables()


def _move_vetted() -> None:
    moved = sa.text(
        "UPDATE nominations SET state = :outcome WHERE state = 'in_vetting' AND EXISTS ("
        "SELECT 1 FROM vetting_decisions d WHERE d.person_id = nominations.person_id "
        "AND d.superseded_at IS NULL AND d.outcome = :outcome)"
    )
    for outcome in ("cleared", "not_cleared"):
        op.get_bind().execute(moved, {"outcome": outcome})


def _make_tables() -> None:
    op.create_table(
        "selections",
        sa.Column("id", Whole, nullable=False),
        sa.Column("cohort_id", Whole, nullable=False),
        sa.Column("key", sa.String(length=43), nullable=False),
        sa.Column("made_by_id", Whole, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["cohort_id"], ["cohorts.id"], name=op.f("fk_selections_cohort_id")),
        sa.ForeignKeyConstraint(["made_by_id"], ["users.id"], name=op.f("fk_selections_made_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_selections")),
        sa.UniqueConstraint("key", name=op.f("uq_selections_key")),
    )
    op.create_index(op.f("ix_selections_cohort_id"), "selections", ["cohort_id"], unique=False)
    op.create_table(
        "notices",
        sa.Column("id", Whole, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("user_id", Whole, nullable=False),
        sa.Column("kind", _choice("noticekind", "seated", "unseated"), nullable=False),
        sa.Column("nomination_id", Whole, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["nomination_id"], ["nominations.id"], name=op.f("fk_notices_nomination_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_notices_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
        sa.UniqueConstraint("public_id", name=op.f("uq_notices_public_id")),
    )
    op.create_index(op.f("ix_notices_nomination_id"), "notices", ["nomination_id"], unique=False)
    op.create_index("ix_notices_user_id_seen_at", "notices", ["user_id", "seen_at", "id"], unique=False)
    op.create_table(
        "clearance_batches",
        sa.Column("id", Whole, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("uploaded_by_id", Whole, nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["uploaded_by_id"], ["users.id"], name=op.f("fk_clearance_batches_uploaded_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clearance_batches")),
        sa.UniqueConstraint("public_id", name=op.f("uq_clearance_batches_public_id")),
    )
    op.create_index(op.f("ix_clearance_batches_uploaded_by_id"), "clearance_batches", ["uploaded_by_id"], unique=False)
    op.create_table(
        "clearance_rows",
        sa.Column("batch_id", Whole, nullable=False),
        sa.Column("number", Whole, nullable=False),
        sa.Column("result", _choice("rowoutcome", "new", "known", "faulty"), nullable=False),
        sa.Column("nomination_id", Whole, nullable=True),
        sa.Column("known_id", Whole, nullable=True),
        sa.Column("outcome", _choice("vettingoutcome", "cleared", "not_cleared"), nullable=True),
        sa.Column("authority", sa.String(length=200), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("reference", sa.String(length=100), nullable=False),
        sa.Column("fault", sa.String(length=40), nullable=False),
        sa.Column("cell", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["clearance_batches.id"], name=op.f("fk_clearance_rows_batch_id")),
        sa.ForeignKeyConstraint(["known_id"], ["vetting_decisions.id"], name=op.f("fk_clearance_rows_known_id")),
        sa.ForeignKeyConstraint(["nomination_id"], ["nominations.id"], name=op.f("fk_clearance_rows_nomination_id")),
        sa.PrimaryKeyConstraint("batch_id", "number", name=op.f("pk_clearance_rows")),
    )
    op.create_index(op.f("ix_clearance_rows_known_id"), "clearance_rows", ["known_id"], unique=False)
    op.create_index(op.f("ix_clearance_rows_nomination_id"), "clearance_rows", ["nomination_id"], unique=False)


def downgrade() -> None:
    """Take it away. Who was vetted or waits is in vetting again, as the older path had it."""
    op.drop_table("clearance_rows")
    op.drop_table("clearance_batches")
    op.drop_table("notices")
    op.drop_table("selections")
    for table, column in (
        ("vetting_decisions", "reference"),
        ("cohort_invitations", "quota"),
        ("cohorts", "vetting_by"),
        ("cohorts", "nominations_until"),
        ("cohorts", "reserved_for_women"),
        ("nominations", "hindrance"),
        ("nominations", "place"),
    ):
        op.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
    op.execute("UPDATE nominations SET state = 'in_vetting' WHERE state IN ('cleared', 'not_cleared', 'waiting')")
    change_check("nominations", "nominationstate", f"state IN ({_AFTER})", f"state IN ({_BEFORE})")
