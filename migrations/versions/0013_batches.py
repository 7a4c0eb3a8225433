"""Batches of nominations read from files, and the jobs of the work process."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

Whole = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "workers",
        sa.Column("name", sa.String(length=43), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_workers")),
    )
    op.create_table(
        "jobs",
        sa.Column("id", Whole, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "preview_batch",
                "commit_batch",
                "undo_batch",
                name="jobkind",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("subject_id", sa.String(length=12), nullable=False),
        sa.Column("asked_by_id", Whole, nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "running",
                "done",
                "failed",
                name="jobstate",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("total", Whole, nullable=False),
        sa.Column("done", Whole, nullable=False),
        sa.Column("tries", Whole, nullable=False),
        sa.Column("worker", sa.String(length=43), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refusal", sa.String(length=60), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["asked_by_id"], ["users.id"], name=op.f("fk_jobs_asked_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
        sa.UniqueConstraint("public_id", name=op.f("uq_jobs_public_id")),
    )
    op.create_index("ix_jobs_state_id", "jobs", ["state", "id"], unique=False)
    op.create_index("ix_jobs_subject_id_id", "jobs", ["subject_id", "id"], unique=False)
    op.create_index(
        "uq_jobs_subject_id_standing",
        "jobs",
        ["subject_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('waiting', 'running')"),
        sqlite_where=sa.text("state IN ('waiting', 'running')"),
    )
    op.create_table(
        "nomination_batches",
        sa.Column("id", Whole, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("cohort_id", Whole, nullable=False),
        sa.Column("organisation_id", Whole, nullable=False),
        sa.Column("default_organisation_id", Whole, nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("headings", sa.JSON(), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "read",
                "previewed",
                "committed",
                "undone",
                "forgotten",
                name="nominationbatchstate",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("version", Whole, nullable=False),
        sa.Column("corrects", sa.Boolean(), nullable=False),
        sa.Column("uploaded_by_id", Whole, nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("keep_until", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["cohort_id"], ["cohorts.id"], name=op.f("fk_nomination_batches_cohort_id")),
        sa.ForeignKeyConstraint(
            ["default_organisation_id"],
            ["organisations.id"],
            name=op.f("fk_nomination_batches_default_organisation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_nomination_batches_organisation_id")
        ),
        sa.ForeignKeyConstraint(["uploaded_by_id"], ["users.id"], name=op.f("fk_nomination_batches_uploaded_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_nomination_batches")),
        sa.UniqueConstraint("public_id", name=op.f("uq_nomination_batches_public_id")),
    )
    op.create_index("ix_nomination_batches_cohort_id_id", "nomination_batches", ["cohort_id", "id"], unique=False)
    op.create_index(op.f("ix_nomination_batches_keep_until"), "nomination_batches", ["keep_until"], unique=False)
    op.create_index(
        op.f("ix_nomination_batches_organisation_id"), "nomination_batches", ["organisation_id"], unique=False
    )
    op.create_table(
        "nomination_rows",
        sa.Column("batch_id", Whole, nullable=False),
        sa.Column("number", Whole, nullable=False),
        sa.Column("cells", sa.JSON(), nullable=False),
        sa.Column("mended", sa.JSON(), nullable=False),
        sa.Column("chosen_id", Whole, nullable=True),
        sa.Column("is_nobody_known", sa.Boolean(), nullable=False),
        sa.Column("corrects", sa.Boolean(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "new_person",
                "matched",
                "possible",
                "already_nominated",
                "faulty_row",
                name="nomineeoutcome",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=True,
        ),
        sa.Column(
            "fault",
            sa.Enum(
                "name_missing",
                "name_unreadable",
                "text_too_long",
                "sex_unknown",
                "language_unknown",
                "organisation_missing",
                "organisation_unknown",
                "organisation_not_invited",
                "reference_unknown",
                "reference_contradicted",
                "same_person",
                name="nomineefault",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=True,
        ),
        sa.Column(
            "part",
            sa.Enum(
                "name_latin",
                "name_native",
                "organisation",
                "rank",
                "unit",
                "sex",
                "service_number",
                "phone",
                "email",
                "languages",
                "reference",
                name="nomineepart",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=True,
        ),
        sa.Column("same_as", Whole, nullable=True),
        sa.Column("organisation_id", Whole, nullable=True),
        sa.Column("person_id", Whole, nullable=True),
        sa.Column("stamp", sa.String(length=64), nullable=False),
        sa.Column("differs", sa.JSON(), nullable=False),
        sa.Column("candidates", sa.JSON(), nullable=False),
        sa.Column("nomination_id", Whole, nullable=True),
        sa.Column("is_registered", sa.Boolean(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["nomination_batches.id"], name=op.f("fk_nomination_rows_batch_id")),
        sa.ForeignKeyConstraint(["chosen_id"], ["people.id"], name=op.f("fk_nomination_rows_chosen_id")),
        sa.ForeignKeyConstraint(["nomination_id"], ["nominations.id"], name=op.f("fk_nomination_rows_nomination_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_nomination_rows_organisation_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_nomination_rows_person_id")),
        sa.PrimaryKeyConstraint("batch_id", "number", name=op.f("pk_nomination_rows")),
        sa.UniqueConstraint("nomination_id", name=op.f("uq_nomination_rows_nomination_id")),
    )
    op.create_index(
        "ix_nomination_rows_batch_id_outcome", "nomination_rows", ["batch_id", "outcome", "number"], unique=False
    )
    op.create_index(op.f("ix_nomination_rows_chosen_id"), "nomination_rows", ["chosen_id"], unique=False)
    op.create_index(op.f("ix_nomination_rows_fingerprint"), "nomination_rows", ["fingerprint"], unique=False)
    op.create_index(op.f("ix_nomination_rows_person_id"), "nomination_rows", ["person_id"], unique=False)
    op.create_index("ix_people_organisation_id_name_native", "people", ["organisation_id", "name_native"], unique=False)


def downgrade() -> None:
    """Drop the tables."""
    op.drop_index("ix_people_organisation_id_name_native", table_name="people")
    op.drop_index(op.f("ix_nomination_rows_fingerprint"), table_name="nomination_rows")
    op.drop_index(op.f("ix_nomination_rows_person_id"), table_name="nomination_rows")
    op.drop_index(op.f("ix_nomination_rows_chosen_id"), table_name="nomination_rows")
    op.drop_index("ix_nomination_rows_batch_id_outcome", table_name="nomination_rows")
    op.drop_table("nomination_rows")
    op.drop_index(op.f("ix_nomination_batches_organisation_id"), table_name="nomination_batches")
    op.drop_index(op.f("ix_nomination_batches_keep_until"), table_name="nomination_batches")
    op.drop_index("ix_nomination_batches_cohort_id_id", table_name="nomination_batches")
    op.drop_table("nomination_batches")
    op.drop_index("uq_jobs_subject_id_standing", table_name="jobs")
    op.drop_index("ix_jobs_subject_id_id", table_name="jobs")
    op.drop_index("ix_jobs_state_id", table_name="jobs")
    op.drop_table("jobs")
    op.drop_table("workers")
