"""Organisations and people."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

Whole = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "organisations",
        sa.Column("id", Whole, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("parent_id", Whole, nullable=True),
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
        sa.Column("source", sa.String(length=500), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("name_ar", sa.String(length=200), nullable=False),
        sa.Column("name_ckb", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["parent_id"], ["organisations.id"], name=op.f("fk_organisations_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisations")),
        sa.UniqueConstraint("public_id", name=op.f("uq_organisations_public_id")),
    )
    op.create_index(op.f("ix_organisations_parent_id"), "organisations", ["parent_id"], unique=False)
    op.create_index("uq_organisations_name_en", "organisations", ["name_en"], unique=True)
    op.create_table(
        "people",
        sa.Column("id", Whole, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("organisation_id", Whole, nullable=False),
        sa.Column("name_latin", sa.String(length=200), nullable=False),
        sa.Column("name_native", sa.String(length=200), nullable=False),
        sa.Column("name_key", sa.String(length=200), nullable=False),
        sa.Column("rank", sa.String(length=100), nullable=False),
        sa.Column("unit", sa.String(length=200), nullable=False),
        sa.Column(
            "sex",
            sa.Enum(
                "female",
                "male",
                name="sex",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=True,
        ),
        sa.Column("service_number", sa.String(length=50), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_people_organisation_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
        sa.UniqueConstraint("public_id", name=op.f("uq_people_public_id")),
    )
    op.create_index("ix_people_name_key_id", "people", ["name_key", "id"], unique=False)
    op.create_index(
        "ix_people_organisation_id_name_key",
        "people",
        ["organisation_id", "name_key", "id"],
        unique=False,
    )
    op.create_table(
        "person_words",
        sa.Column(
            "word",
            sa.String(length=200).with_variant(sa.String(length=200, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("person_id", Whole, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_person_words_person_id")),
        sa.PrimaryKeyConstraint("word", "person_id", name=op.f("pk_person_words")),
    )
    op.create_index(op.f("ix_person_words_person_id"), "person_words", ["person_id"], unique=False)


def downgrade() -> None:
    """Drop the tables."""
    op.drop_index(op.f("ix_person_words_person_id"), table_name="person_words")
    op.drop_table("person_words")
    op.drop_index("ix_people_organisation_id_name_key", table_name="people")
    op.drop_index("ix_people_name_key_id", table_name="people")
    op.drop_table("people")
    op.drop_index("uq_organisations_name_en", table_name="organisations")
    op.drop_index(op.f("ix_organisations_parent_id"), table_name="organisations")
    op.drop_table("organisations")
