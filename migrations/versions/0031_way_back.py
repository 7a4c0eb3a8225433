"""Ways back into an account, changes of its e-mail, where a session began, and the link of account and person."""

import sqlalchemy as sa
from alembic import op

from training.kit.migrate import allow_own, refuse_own

revision = "0031"
down_revision = "0030"

Whole = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Moment = sa.DateTime(timezone=True)
_STATES = ("asked", "given", "refused", "withdrawn")


def _choice(name: str, values: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=30)


def _key(table: str, column: str, target: str, *, is_empty: bool = False) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column(column, Whole, nullable=is_empty),
        sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}")),
    ]


def upgrade() -> None:
    """Add the tables and the columns."""
    for column in ("device VARCHAR(40)", "network VARCHAR(50)"):
        op.execute(f"ALTER TABLE sign_ins ADD COLUMN {column} DEFAULT '' NOT NULL")
    _add_resets()
    _add_links()


def _add_resets() -> None:
    op.create_table(
        "password_resets",
        sa.Column("id", Whole, nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        *_key("password_resets", "user_id", "users", is_empty=True),
        *_key("password_resets", "by_id", "users", is_empty=True),
        sa.Column("asked_at", Moment, nullable=False),
        sa.Column("expires_at", Moment, nullable=False),
        sa.Column("used_at", Moment, nullable=True),
        sa.CheckConstraint("by_id <> user_id", name=op.f("ck_password_resets_by_another")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_password_resets")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_password_resets_token_hash")),
    )
    op.create_index(op.f("ix_password_resets_user_id"), "password_resets", ["user_id"])
    op.create_table(
        "email_changes",
        *_key("email_changes", "user_id", "users"),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("new_token_hash", sa.String(64), nullable=False),
        sa.Column("old_token_hash", sa.String(64), nullable=True),
        sa.Column("new_confirmed_at", Moment, nullable=True),
        sa.Column("old_confirmed_at", Moment, nullable=True),
        sa.Column("expires_at", Moment, nullable=False),
        sa.CheckConstraint("email = lower(email)", name=op.f("ck_email_changes_email_lower")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_email_changes")),
        sa.UniqueConstraint("new_token_hash", name=op.f("uq_email_changes_new_token_hash")),
        sa.UniqueConstraint("old_token_hash", name=op.f("uq_email_changes_old_token_hash")),
    )


def _add_links() -> None:
    table = "link_requests"
    op.create_table(
        table,
        sa.Column("id", Whole, nullable=False),
        sa.Column("act", _choice("linkact", ("link", "part")), nullable=False),
        *_key(table, "user_id", "users"),
        *_key(table, "person_id", "people"),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("state", _choice("linkstate", _STATES), nullable=False),
        *_key(table, "asked_by_id", "users"),
        sa.Column("asked_at", Moment, nullable=False),
        *_key(table, "decided_by_id", "users", is_empty=True),
        sa.Column("decided_at", Moment, nullable=True),
        sa.CheckConstraint("asked_by_id <> user_id", name=op.f("ck_link_requests_not_own")),
        sa.CheckConstraint(
            "state NOT IN ('given', 'refused') OR (decided_by_id IS NOT NULL AND decided_by_id <> asked_by_id "
            "AND decided_by_id <> user_id)",
            name=op.f("ck_link_requests_by_two_people"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_requests")),
    )
    for name, column in (("account", "user_id"), ("person", "person_id")):
        op.create_index(op.f(f"ix_link_requests_{column}"), table, [column])
        op.create_index(
            f"uq_link_requests_of_{name}",
            table,
            [column],
            unique=True,
            postgresql_where=sa.text("state = 'asked'"),
            sqlite_where=sa.text("state = 'asked'"),
        )
    for account in ("asked_by_id", "decided_by_id"):
        refuse_own(table, account, "NEW.person_id")


def downgrade() -> None:
    """Take the tables and the columns away."""
    for account in ("asked_by_id", "decided_by_id"):
        allow_own("link_requests", account)
    for table in ("link_requests", "email_changes", "password_resets"):
        op.drop_table(table)
    for column in ("network", "device"):
        op.drop_column("sign_ins", column)
