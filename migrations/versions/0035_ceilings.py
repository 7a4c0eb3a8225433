"""Ceilings change by two people: the changes, the decisions, and the first of each programme."""

import datetime as dt

import sqlalchemy as sa
from alembic import op

from training.kit.ids import new_public_id
from training.kit.migrate import allow_change, refuse_change

revision = "0035"
down_revision = "0034"

Whole = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

_OUTCOMES = ("approved", "refused", "withdrawn")
_WITHOUT_SOURCE = "Recorded with the programme"


def upgrade() -> None:
    """Make the tables; each programme begins with the ceiling that it has, and the source of its first fact."""
    op.create_table(
        "ceiling_changes",
        sa.Column("id", Whole, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("programme_id", Whole, nullable=False),
        sa.Column("number", Whole, nullable=False),
        sa.Column("ceiling", Whole, nullable=False),
        sa.Column("source", sa.String(length=500), nullable=False),
        sa.Column("source_date", sa.Date(), nullable=False),
        sa.Column("proposer_id", Whole, nullable=True),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("ceiling >= 0", name=op.f("ck_ceiling_changes_not_negative")),
        sa.CheckConstraint("source <> ''", name=op.f("ck_ceiling_changes_has_source")),
        sa.CheckConstraint(
            "number >= 1 AND (number = 1 OR proposer_id IS NOT NULL)", name=op.f("ck_ceiling_changes_has_proposer")
        ),
        sa.CheckConstraint(
            "number > 1 OR proposer_id IS NULL OR ceiling = 0", name=op.f("ck_ceiling_changes_first_sets_no_sum")
        ),
        sa.ForeignKeyConstraint(["programme_id"], ["programmes.id"], name=op.f("fk_ceiling_changes_programme_id")),
        sa.ForeignKeyConstraint(["proposer_id"], ["users.id"], name=op.f("fk_ceiling_changes_proposer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ceiling_changes")),
        sa.UniqueConstraint("public_id", name=op.f("uq_ceiling_changes_public_id")),
        sa.UniqueConstraint("id", "proposer_id", name=op.f("uq_ceiling_changes_id_proposer_id")),
    )
    op.create_index("ix_ceiling_changes_proposer_id", "ceiling_changes", ["proposer_id"])
    op.create_index(
        "uq_ceiling_changes_programme_id_number", "ceiling_changes", ["programme_id", "number"], unique=True
    )
    op.create_table(
        "ceiling_decisions",
        sa.Column("id", Whole, nullable=False),
        sa.Column("change_id", Whole, nullable=False),
        sa.Column("proposer_id", Whole, nullable=False),
        sa.Column("approver_id", Whole, nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(*_OUTCOMES, name="outcome", native_enum=False, create_constraint=True, length=30),
            nullable=False,
        ),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(approver_id = proposer_id) = (outcome = 'withdrawn')",
            name=op.f("ck_ceiling_decisions_maker_is_not_checker"),
        ),
        sa.CheckConstraint(
            "outcome <> 'refused' OR reason <> ''", name=op.f("ck_ceiling_decisions_refusal_has_reason")
        ),
        sa.ForeignKeyConstraint(["approver_id"], ["users.id"], name=op.f("fk_ceiling_decisions_approver_id")),
        sa.ForeignKeyConstraint(
            ["change_id", "proposer_id"],
            ["ceiling_changes.id", "ceiling_changes.proposer_id"],
            name=op.f("fk_ceiling_decisions_change_id_proposer_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ceiling_decisions")),
        sa.UniqueConstraint("change_id", name=op.f("uq_ceiling_decisions_change_id")),
    )
    op.create_index("ix_ceiling_decisions_approver_id", "ceiling_decisions", ["approver_id"])
    _begin_histories()
    for table in ("ceiling_changes", "ceiling_decisions"):
        refuse_change(table)


def _begin_histories() -> None:
    """Write the first ceiling of each programme, when it was loaded if the trail says so."""
    connection = op.get_bind()
    programmes = sa.table(
        "programmes", *map(sa.column, ("id", "public_id", "ceiling")), sa.column("starts_on", sa.Date)
    )
    facts = sa.table(
        "programme_facts",
        *map(sa.column, ("programme_id", "position", "source")),
        sa.column("published_on", sa.Date),
    )
    trail = sa.table(
        "audit_entries", *map(sa.column, ("subject_id", "action")), sa.column("at", sa.DateTime(timezone=True))
    )
    changes = sa.table(
        "ceiling_changes",
        *map(sa.column, ("public_id", "programme_id", "number", "ceiling", "source")),
        sa.column("source_date", sa.Date),
        sa.column("proposed_at", sa.DateTime(timezone=True)),
    )
    for programme in connection.execute(sa.select(programmes).order_by(programmes.c.id)).all():
        first = sa.select(facts.c.source, facts.c.published_on).where(facts.c.programme_id == programme.id)
        fact = connection.execute(first.order_by(facts.c.position).limit(1)).one_or_none()
        loaded = sa.select(trail.c.at).where(
            trail.c.subject_id == programme.public_id, trail.c.action == "programme loaded"
        )
        values = {
            "public_id": new_public_id(),
            "programme_id": programme.id,
            "number": 1,
            "ceiling": programme.ceiling,
            "source": (fact and fact.source) or _WITHOUT_SOURCE,
            "source_date": fact.published_on if fact else programme.starts_on,
            "proposed_at": connection.scalar(loaded.limit(1)) or dt.datetime.now(dt.UTC),
        }
        connection.execute(sa.insert(changes).values(values))


def downgrade() -> None:
    """Drop the tables; ceilings stay as they are."""
    for table in ("ceiling_decisions", "ceiling_changes"):
        allow_change(table)
        op.drop_table(table)
