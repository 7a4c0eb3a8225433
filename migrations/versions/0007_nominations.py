"""Rights assessments, nominations, clearances and completions."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

Whole = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "rights_assessments",
        sa.Column("id", Whole, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("programme_id", Whole, nullable=False),
        sa.Column("summary", sa.String(length=4000), nullable=False),
        sa.Column("mitigation", sa.String(length=4000), nullable=False),
        sa.Column(
            "level",
            sa.Enum(
                "low",
                "medium",
                "high",
                name="risklevel",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "written",
                "approved",
                "refused",
                name="assessmentstate",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("writer_id", Whole, nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approver_id", Whole, nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.CheckConstraint(
            "(state = 'written') = (approver_id IS NULL)",
            name=op.f("ck_rights_assessments_decided_by_somebody"),
        ),
        sa.CheckConstraint(
            "state <> 'refused' OR reason <> ''",
            name=op.f("ck_rights_assessments_refusal_has_reason"),
        ),
        sa.CheckConstraint(
            "approver_id <> writer_id",
            name=op.f("ck_rights_assessments_writer_is_not_approver"),
        ),
        sa.ForeignKeyConstraint(
            ["approver_id"],
            ["users.id"],
            name=op.f("fk_rights_assessments_approver_id"),
        ),
        sa.ForeignKeyConstraint(
            ["programme_id"],
            ["programmes.id"],
            name=op.f("fk_rights_assessments_programme_id"),
        ),
        sa.ForeignKeyConstraint(["writer_id"], ["users.id"], name=op.f("fk_rights_assessments_writer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rights_assessments")),
        sa.UniqueConstraint("public_id", name=op.f("uq_rights_assessments_public_id")),
    )
    op.create_index(
        "ix_rights_assessments_programme_id_state",
        "rights_assessments",
        ["programme_id", "state", "valid_until"],
        unique=False,
    )
    op.create_table(
        "vetting_decisions",
        sa.Column("id", Whole, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("person_id", Whole, nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "cleared",
                "not_cleared",
                name="vettingoutcome",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("authority", sa.String(length=200), nullable=False),
        sa.Column("unit", sa.String(length=200), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("recorded_by_id", Whole, nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(outcome = 'cleared') = (expires_on IS NOT NULL)",
            name=op.f("ck_vetting_decisions_clearance_expires"),
        ),
        sa.CheckConstraint("expires_on >= decided_on", name=op.f("ck_vetting_decisions_dates_in_order")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_vetting_decisions_person_id")),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"],
            ["users.id"],
            name=op.f("fk_vetting_decisions_recorded_by_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vetting_decisions")),
        sa.UniqueConstraint("public_id", name=op.f("uq_vetting_decisions_public_id")),
    )
    op.create_index(
        op.f("ix_vetting_decisions_person_id"),
        "vetting_decisions",
        ["person_id"],
        unique=False,
    )
    op.create_index(
        "uq_vetting_decisions_current",
        "vetting_decisions",
        ["person_id"],
        unique=True,
        postgresql_where=sa.text("superseded_at IS NULL"),
        sqlite_where=sa.text("superseded_at IS NULL"),
    )
    op.create_table(
        "nominations",
        sa.Column("id", Whole, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("cohort_id", Whole, nullable=False),
        sa.Column("person_id", Whole, nullable=False),
        sa.Column("organisation_id", Whole, nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "nominated",
                "shortlisted",
                "in_vetting",
                "confirmed",
                "turned_down",
                "withdrawn",
                name="nominationstate",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("nominated_by_id", Whole, nullable=False),
        sa.Column("nominated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state <> 'turned_down' OR reason <> ''",
            name=op.f("ck_nominations_turning_down_has_reason"),
        ),
        sa.ForeignKeyConstraint(["cohort_id"], ["cohorts.id"], name=op.f("fk_nominations_cohort_id")),
        sa.ForeignKeyConstraint(
            ["nominated_by_id"],
            ["users.id"],
            name=op.f("fk_nominations_nominated_by_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_nominations_organisation_id"),
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_nominations_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_nominations")),
        sa.UniqueConstraint("public_id", name=op.f("uq_nominations_public_id")),
    )
    op.create_index("ix_nominations_cohort_id_id", "nominations", ["cohort_id", "id"], unique=False)
    op.create_index(
        op.f("ix_nominations_organisation_id"),
        "nominations",
        ["organisation_id"],
        unique=False,
    )
    op.create_index(op.f("ix_nominations_person_id"), "nominations", ["person_id"], unique=False)
    op.create_index("ix_nominations_state_id", "nominations", ["state", "id"], unique=False)
    op.create_index(
        "uq_nominations_standing",
        "nominations",
        ["cohort_id", "person_id"],
        unique=True,
        postgresql_where=sa.text("state NOT IN ('turned_down', 'withdrawn')"),
        sqlite_where=sa.text("state NOT IN ('turned_down', 'withdrawn')"),
    )
    op.create_table(
        "completions",
        sa.Column("id", Whole, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("nomination_id", Whole, nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "claimed",
                "confirmed",
                "refused",
                name="completionstate",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("completed_on", sa.Date(), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("claimed_by_id", Whole, nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by_id", Whole, nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.CheckConstraint(
            "(state = 'claimed') = (decided_by_id IS NULL)",
            name=op.f("ck_completions_decided_by_somebody"),
        ),
        sa.CheckConstraint(
            "state <> 'refused' OR reason <> ''",
            name=op.f("ck_completions_refusal_has_reason"),
        ),
        sa.CheckConstraint(
            "decided_by_id <> claimed_by_id",
            name=op.f("ck_completions_claimant_is_not_judge"),
        ),
        sa.ForeignKeyConstraint(["claimed_by_id"], ["users.id"], name=op.f("fk_completions_claimed_by_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["users.id"], name=op.f("fk_completions_decided_by_id")),
        sa.ForeignKeyConstraint(
            ["nomination_id"],
            ["nominations.id"],
            name=op.f("fk_completions_nomination_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_completions")),
        sa.UniqueConstraint("public_id", name=op.f("uq_completions_public_id")),
    )
    op.create_index(
        op.f("ix_completions_nomination_id"),
        "completions",
        ["nomination_id"],
        unique=False,
    )
    op.create_index("ix_completions_state_id", "completions", ["state", "id"], unique=False)
    op.create_index(
        "uq_completions_standing",
        "completions",
        ["nomination_id"],
        unique=True,
        postgresql_where=sa.text("state <> 'refused'"),
        sqlite_where=sa.text("state <> 'refused'"),
    )


def downgrade() -> None:
    """Drop the tables."""
    op.drop_index(
        "uq_completions_standing",
        table_name="completions",
        postgresql_where=sa.text("state <> 'refused'"),
        sqlite_where=sa.text("state <> 'refused'"),
    )
    op.drop_index("ix_completions_state_id", table_name="completions")
    op.drop_index(op.f("ix_completions_nomination_id"), table_name="completions")
    op.drop_table("completions")
    op.drop_index(
        "uq_nominations_standing",
        table_name="nominations",
        postgresql_where=sa.text("state NOT IN ('turned_down', 'withdrawn')"),
        sqlite_where=sa.text("state NOT IN ('turned_down', 'withdrawn')"),
    )
    op.drop_index("ix_nominations_state_id", table_name="nominations")
    op.drop_index(op.f("ix_nominations_person_id"), table_name="nominations")
    op.drop_index(op.f("ix_nominations_organisation_id"), table_name="nominations")
    op.drop_index("ix_nominations_cohort_id_id", table_name="nominations")
    op.drop_table("nominations")
    op.drop_index(
        "uq_vetting_decisions_current",
        table_name="vetting_decisions",
        postgresql_where=sa.text("superseded_at IS NULL"),
        sqlite_where=sa.text("superseded_at IS NULL"),
    )
    op.drop_index(op.f("ix_vetting_decisions_person_id"), table_name="vetting_decisions")
    op.drop_table("vetting_decisions")
    op.drop_index("ix_rights_assessments_programme_id_state", table_name="rights_assessments")
    op.drop_table("rights_assessments")
