"""Programmes, projects and budget lines with their balances."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

Whole = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "programmes",
        sa.Column("id", Whole, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("ceiling", Whole, nullable=False),
        sa.Column("allocated", Whole, nullable=False),
        sa.Column("committed", Whole, nullable=False),
        sa.Column("spent", Whole, nullable=False),
        sa.Column("title_en", sa.String(length=300), nullable=False),
        sa.Column("title_ar", sa.String(length=300), nullable=False),
        sa.Column("title_ckb", sa.String(length=300), nullable=False),
        sa.CheckConstraint("allocated <= ceiling", name=op.f("ck_programmes_within_ceiling")),
        sa.CheckConstraint(
            "allocated >= 0 AND committed >= 0 AND spent >= 0",
            name=op.f("ck_programmes_not_negative"),
        ),
        sa.CheckConstraint(
            "committed + spent <= allocated",
            name=op.f("ck_programmes_within_allocated"),
        ),
        sa.CheckConstraint("starts_on <= ends_on", name=op.f("ck_programmes_dates_in_order")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programmes")),
        sa.UniqueConstraint("code", name=op.f("uq_programmes_code")),
        sa.UniqueConstraint("public_id", name=op.f("uq_programmes_public_id")),
    )
    op.create_table(
        "programme_facts",
        sa.Column("id", Whole, nullable=False),
        sa.Column("programme_id", Whole, nullable=False),
        sa.Column("position", Whole, nullable=False),
        sa.Column("statement_en", sa.String(length=500), nullable=False),
        sa.Column("statement_ar", sa.String(length=500), nullable=False),
        sa.Column("statement_ckb", sa.String(length=500), nullable=False),
        sa.Column("source", sa.String(length=500), nullable=False),
        sa.Column("published_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["programme_id"],
            ["programmes.id"],
            name=op.f("fk_programme_facts_programme_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programme_facts")),
    )
    op.create_index(
        "uq_programme_facts_position",
        "programme_facts",
        ["programme_id", "position"],
        unique=True,
    )
    op.create_table(
        "projects",
        sa.Column("id", Whole, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("programme_id", Whole, nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "training",
                "task_force",
                "equipment",
                "campaign_activity",
                name="projectkind",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("organisation_id", Whole, nullable=False),
        sa.Column("title_en", sa.String(length=300), nullable=False),
        sa.Column("title_ar", sa.String(length=300), nullable=False),
        sa.Column("title_ckb", sa.String(length=300), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_projects_organisation_id"),
        ),
        sa.ForeignKeyConstraint(["programme_id"], ["programmes.id"], name=op.f("fk_projects_programme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_projects")),
        sa.UniqueConstraint("public_id", name=op.f("uq_projects_public_id")),
    )
    op.create_index(
        op.f("ix_projects_organisation_id"),
        "projects",
        ["organisation_id"],
        unique=False,
    )
    op.create_index(op.f("ix_projects_programme_id"), "projects", ["programme_id"], unique=False)
    op.create_table(
        "budget_lines",
        sa.Column("id", Whole, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("programme_id", Whole, nullable=False),
        sa.Column("project_id", Whole, nullable=False),
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
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("allocated", Whole, nullable=False),
        sa.Column("committed", Whole, nullable=False),
        sa.Column("spent", Whole, nullable=False),
        sa.Column("title_en", sa.String(length=300), nullable=False),
        sa.Column("title_ar", sa.String(length=300), nullable=False),
        sa.Column("title_ckb", sa.String(length=300), nullable=False),
        sa.CheckConstraint(
            "allocated >= 0 AND committed >= 0 AND spent >= 0",
            name=op.f("ck_budget_lines_not_negative"),
        ),
        sa.CheckConstraint(
            "committed + spent <= allocated",
            name=op.f("ck_budget_lines_within_allocated"),
        ),
        sa.CheckConstraint("starts_on <= ends_on", name=op.f("ck_budget_lines_dates_in_order")),
        sa.ForeignKeyConstraint(
            ["programme_id"],
            ["programmes.id"],
            name=op.f("fk_budget_lines_programme_id"),
        ),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name=op.f("fk_budget_lines_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_budget_lines")),
        sa.UniqueConstraint("public_id", name=op.f("uq_budget_lines_public_id")),
    )
    op.create_index(
        op.f("ix_budget_lines_programme_id"),
        "budget_lines",
        ["programme_id"],
        unique=False,
    )
    op.create_index(op.f("ix_budget_lines_project_id"), "budget_lines", ["project_id"], unique=False)


def downgrade() -> None:
    """Drop the tables."""
    op.drop_index(op.f("ix_budget_lines_project_id"), table_name="budget_lines")
    op.drop_index(op.f("ix_budget_lines_programme_id"), table_name="budget_lines")
    op.drop_table("budget_lines")
    op.drop_index(op.f("ix_projects_programme_id"), table_name="projects")
    op.drop_index(op.f("ix_projects_organisation_id"), table_name="projects")
    op.drop_table("projects")
    op.drop_index("uq_programme_facts_position", table_name="programme_facts")
    op.drop_table("programme_facts")
    op.drop_table("programmes")
