"""Courses, venues and cohorts."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

Whole = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "courses",
        sa.Column("id", Whole, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("title_key", sa.String(length=300), nullable=False),
        sa.Column("search_key", sa.Text(), nullable=False),
        sa.Column("provider", sa.String(length=300), nullable=False),
        sa.Column(
            "theme",
            sa.Enum(
                "border operations",
                "document fraud",
                "investigations",
                "narcotics",
                "trafficking",
                "organised immigration crime",
                "human rights",
                "leadership",
                "other",
                name="theme",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("days", Whole, nullable=True),
        sa.Column("contact_hours", Whole, nullable=True),
        sa.Column("audience", sa.String(length=1000), nullable=False),
        sa.Column("teaching_language", sa.String(length=200), nullable=False),
        sa.Column("source", sa.String(length=1000), nullable=False),
        sa.Column("source_date", sa.String(length=200), nullable=False),
        sa.Column("attendance_percent", Whole, nullable=False),
        sa.Column("pass_mark_percent", Whole, nullable=True),
        sa.Column("has_practical", sa.Boolean(), nullable=False),
        sa.Column("version", Whole, nullable=False),
        sa.Column("title_en", sa.String(length=300), nullable=False),
        sa.Column("title_ar", sa.String(length=300), nullable=False),
        sa.Column("title_ckb", sa.String(length=300), nullable=False),
        sa.CheckConstraint(
            "attendance_percent BETWEEN 0 AND 100",
            name=op.f("ck_courses_attendance_in_range"),
        ),
        sa.CheckConstraint("contact_hours BETWEEN 1 AND 5000", name=op.f("ck_courses_hours_in_range")),
        sa.CheckConstraint("days BETWEEN 1 AND 730", name=op.f("ck_courses_days_in_range")),
        sa.CheckConstraint(
            "pass_mark_percent BETWEEN 1 AND 100",
            name=op.f("ck_courses_pass_mark_in_range"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_courses")),
        sa.UniqueConstraint("public_id", name=op.f("uq_courses_public_id")),
    )
    op.create_index(
        "ix_courses_theme_title_key",
        "courses",
        ["theme", "title_key", "id"],
        unique=False,
    )
    op.create_index("ix_courses_title_key_id", "courses", ["title_key", "id"], unique=False)
    op.create_index("uq_courses_title_en_provider", "courses", ["title_en", "provider"], unique=True)
    op.create_table(
        "venues",
        sa.Column("id", Whole, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column(
            "jurisdiction",
            sa.Enum(
                "UK",
                "IQ",
                "KRI",
                name="jurisdiction",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("time_zone", sa.String(length=50), nullable=False),
        sa.Column("source", sa.String(length=500), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("name_ar", sa.String(length=200), nullable=False),
        sa.Column("name_ckb", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_venues")),
        sa.UniqueConstraint("public_id", name=op.f("uq_venues_public_id")),
    )
    op.create_index("uq_venues_name_en", "venues", ["name_en"], unique=True)
    op.create_table(
        "cohorts",
        sa.Column("id", Whole, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("code", sa.String(length=30), nullable=False),
        sa.Column("course_id", Whole, nullable=False),
        sa.Column("programme_id", Whole, nullable=False),
        sa.Column("host_id", Whole, nullable=False),
        sa.Column("venue_id", Whole, nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("capacity", Whole, nullable=False),
        sa.Column("seats_taken", Whole, nullable=False),
        sa.Column("planned_cost", Whole, nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "awaiting_approval",
                "open",
                "closed",
                "cancelled",
                name="cohortstate",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.CheckConstraint("capacity BETWEEN 1 AND 1000", name=op.f("ck_cohorts_capacity_in_range")),
        sa.CheckConstraint("planned_cost >= 0", name=op.f("ck_cohorts_cost_not_negative")),
        sa.CheckConstraint(
            "seats_taken BETWEEN 0 AND capacity",
            name=op.f("ck_cohorts_seats_within_capacity"),
        ),
        sa.CheckConstraint("starts_on <= ends_on", name=op.f("ck_cohorts_dates_in_order")),
        sa.ForeignKeyConstraint(["course_id"], ["courses.id"], name=op.f("fk_cohorts_course_id")),
        sa.ForeignKeyConstraint(["host_id"], ["organisations.id"], name=op.f("fk_cohorts_host_id")),
        sa.ForeignKeyConstraint(["programme_id"], ["programmes.id"], name=op.f("fk_cohorts_programme_id")),
        sa.ForeignKeyConstraint(["venue_id"], ["venues.id"], name=op.f("fk_cohorts_venue_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cohorts")),
        sa.UniqueConstraint("code", name=op.f("uq_cohorts_code")),
        sa.UniqueConstraint("public_id", name=op.f("uq_cohorts_public_id")),
    )
    op.create_index(op.f("ix_cohorts_course_id"), "cohorts", ["course_id"], unique=False)
    op.create_index(op.f("ix_cohorts_host_id"), "cohorts", ["host_id"], unique=False)
    op.create_index(op.f("ix_cohorts_programme_id"), "cohorts", ["programme_id"], unique=False)
    op.create_index("ix_cohorts_starts_on_id", "cohorts", ["starts_on", "id"], unique=False)
    op.create_index(
        "ix_cohorts_state_starts_on",
        "cohorts",
        ["state", "starts_on", "id"],
        unique=False,
    )
    op.create_index(op.f("ix_cohorts_venue_id"), "cohorts", ["venue_id"], unique=False)
    op.create_table(
        "cohort_invitations",
        sa.Column("cohort_id", Whole, nullable=False),
        sa.Column("organisation_id", Whole, nullable=False),
        sa.ForeignKeyConstraint(["cohort_id"], ["cohorts.id"], name=op.f("fk_cohort_invitations_cohort_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_cohort_invitations_organisation_id"),
        ),
        sa.PrimaryKeyConstraint("cohort_id", "organisation_id", name=op.f("pk_cohort_invitations")),
    )
    op.create_index(
        op.f("ix_cohort_invitations_organisation_id"),
        "cohort_invitations",
        ["organisation_id"],
        unique=False,
    )
    op.create_table(
        "cohort_trainers",
        sa.Column("cohort_id", Whole, nullable=False),
        sa.Column("person_id", Whole, nullable=False),
        sa.ForeignKeyConstraint(["cohort_id"], ["cohorts.id"], name=op.f("fk_cohort_trainers_cohort_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_cohort_trainers_person_id")),
        sa.PrimaryKeyConstraint("cohort_id", "person_id", name=op.f("pk_cohort_trainers")),
    )
    op.create_index(
        op.f("ix_cohort_trainers_person_id"),
        "cohort_trainers",
        ["person_id"],
        unique=False,
    )
    op.create_table(
        "course_costs",
        sa.Column("course_id", Whole, nullable=False),
        sa.Column(
            "category",
            sa.Enum(
                "trainers",
                "travel",
                "accommodation",
                "venue",
                "interpretation",
                "equipment",
                "materials",
                "evaluation",
                "other",
                name="linecategory",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column(
            "basis",
            sa.Enum(
                "fixed",
                "per_day",
                "per_trainee",
                "per_trainee_day",
                name="costbasis",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("amount", Whole, nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_course_costs_amount_positive")),
        sa.ForeignKeyConstraint(["course_id"], ["courses.id"], name=op.f("fk_course_costs_course_id")),
        sa.PrimaryKeyConstraint("course_id", "category", "basis", name=op.f("pk_course_costs")),
    )
    op.create_table(
        "cohort_costs",
        sa.Column("cohort_id", Whole, nullable=False),
        sa.Column(
            "category",
            sa.Enum(
                "trainers",
                "travel",
                "accommodation",
                "venue",
                "interpretation",
                "equipment",
                "materials",
                "evaluation",
                "other",
                name="linecategory",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("line_id", Whole, nullable=False),
        sa.Column("amount", Whole, nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_cohort_costs_amount_positive")),
        sa.ForeignKeyConstraint(["cohort_id"], ["cohorts.id"], name=op.f("fk_cohort_costs_cohort_id")),
        sa.ForeignKeyConstraint(["line_id"], ["budget_lines.id"], name=op.f("fk_cohort_costs_line_id")),
        sa.PrimaryKeyConstraint("cohort_id", "category", name=op.f("pk_cohort_costs")),
    )
    op.create_index(op.f("ix_cohort_costs_line_id"), "cohort_costs", ["line_id"], unique=False)


def downgrade() -> None:
    """Drop the tables."""
    op.drop_index(op.f("ix_cohort_costs_line_id"), table_name="cohort_costs")
    op.drop_table("cohort_costs")
    op.drop_table("course_costs")
    op.drop_index(op.f("ix_cohort_trainers_person_id"), table_name="cohort_trainers")
    op.drop_table("cohort_trainers")
    op.drop_index(op.f("ix_cohort_invitations_organisation_id"), table_name="cohort_invitations")
    op.drop_table("cohort_invitations")
    op.drop_index(op.f("ix_cohorts_venue_id"), table_name="cohorts")
    op.drop_index("ix_cohorts_state_starts_on", table_name="cohorts")
    op.drop_index("ix_cohorts_starts_on_id", table_name="cohorts")
    op.drop_index(op.f("ix_cohorts_programme_id"), table_name="cohorts")
    op.drop_index(op.f("ix_cohorts_host_id"), table_name="cohorts")
    op.drop_index(op.f("ix_cohorts_course_id"), table_name="cohorts")
    op.drop_table("cohorts")
    op.drop_index("uq_venues_name_en", table_name="venues")
    op.drop_table("venues")
    op.drop_index("uq_courses_title_en_provider", table_name="courses")
    op.drop_index("ix_courses_title_key_id", table_name="courses")
    op.drop_index("ix_courses_theme_title_key", table_name="courses")
    op.drop_table("courses")
