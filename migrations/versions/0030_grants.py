"""Roles by two people, from and until; invitations with a scope; usernames that look the same; e-mail of accounts."""

import sqlalchemy as sa
from alembic import op

from training.kit import usernames
from training.kit.ids import new_public_id

revision = "0030"
down_revision = "0029"

Whole = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Moment = sa.DateTime(timezone=True)

_ROLES = ("uk_coordinator", "partner_coordinator", "trainer", "trainee", "funder", "finance_approver",
          "vetting_officer", "rights_approver", "auditor", "administrator")  # fmt: skip
_GRADES = ("official", "senior", "ministerial")
_STATES = ("asked", "given", "refused", "withdrawn")
_STANDS = "revoked_at IS NULL"
_LIFE_DAYS = 7
_OLD_ASSIGNMENTS = "id, user_id, role, programme_id, grade, granted_by_id, granted_at, revoked_at"


def _choice(name: str, values: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=30)


def _account(table: str, column: str, *, is_empty: bool = True) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column(column, Whole, nullable=is_empty),
        sa.ForeignKeyConstraint([column], ["users.id"], name=op.f(f"fk_{table}_{column}")),
    ]


def _scope(table: str) -> list[sa.schema.SchemaItem]:
    """Return the columns of a role with its scope and days, and what holds for them."""
    return [
        sa.Column("role", _choice("role", _ROLES), nullable=False),
        sa.Column("programme_id", Whole, nullable=True),
        sa.Column("grade", _choice("approvalgrade", _GRADES), nullable=True),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["programme_id"], ["programmes.id"], name=op.f(f"fk_{table}_programme_id")),
        sa.CheckConstraint(
            "(role = 'funder') = (programme_id IS NOT NULL)", name=op.f(f"ck_{table}_funder_of_programme")
        ),
        sa.CheckConstraint(
            "(role = 'rights_approver') = (grade IS NOT NULL)", name=op.f(f"ck_{table}_rights_approver_has_grade")
        ),
        sa.CheckConstraint("since <= until", name=op.f(f"ck_{table}_in_order")),
    ]


def upgrade() -> None:
    """Add the columns of accounts, make assignments and invitations anew, and add the requests."""
    _add_to_accounts()
    _make_assignments_anew()
    _make_invitations_anew()
    table = "role_requests"
    op.create_table(
        table,
        sa.Column("id", Whole, nullable=False),
        sa.Column("public_id", sa.String(12), nullable=False),
        *_account(table, "user_id", is_empty=False),
        *_scope(table),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("state", _choice("requeststate", _STATES), nullable=False),
        *_account(table, "asked_by_id", is_empty=False),
        sa.Column("asked_at", Moment, nullable=False),
        *_account(table, "decided_by_id"),
        sa.Column("decided_at", Moment, nullable=True),
        sa.CheckConstraint(
            "state NOT IN ('given', 'refused') OR (decided_by_id IS NOT NULL AND decided_by_id <> asked_by_id "
            "AND decided_by_id <> user_id)",
            name=op.f("ck_role_requests_by_two_people"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_requests")),
        sa.UniqueConstraint("public_id", name=op.f("uq_role_requests_public_id")),
    )
    op.create_index(op.f("ix_role_requests_user_id"), table, ["user_id"])
    op.create_index("ix_role_requests_state_id", table, ["state", "id"])
    _unique("uq_role_requests_everywhere", table, ["user_id", "role"], "state = 'asked' AND programme_id IS NULL")
    _unique("uq_role_requests_in_programme", table, ["user_id", "role", "programme_id"], "state = 'asked'")


def _unique(name: str, table: str, columns: list[str], condition: str) -> None:
    op.create_index(
        name, table, columns, unique=True, postgresql_where=sa.text(condition), sqlite_where=sa.text(condition)
    )


def _add_to_accounts() -> None:
    moment = "DATETIME" if op.get_bind().dialect.name == "sqlite" else "TIMESTAMP WITH TIME ZONE"
    for column in (
        "username_key VARCHAR(120)",
        "attempts_key VARCHAR(64)",
        "email VARCHAR(254) CONSTRAINT ck_users_email_lower CHECK (email = lower(email))",
        f"email_confirmed_at {moment}",
    ):
        op.execute(f"ALTER TABLE users ADD COLUMN {column}")
    users = sa.table("users", *(sa.column(name) for name in ("id", "username", "username_key", "attempts_key")))
    taken: set[str] = set()
    for user in op.get_bind().execute(sa.select(users.c.id, users.c.username).order_by(users.c.id)).all():
        key = usernames.key(user.username)
        key = f"{key[:100]} {user.id}" if key in taken else key
        taken.add(key)
        new = {"username_key": key, "attempts_key": usernames.attempts_key(user.username)}
        op.execute(sa.update(users).where(users.c.id == user.id).values(**new))
    op.create_index("uq_users_username_key", "users", ["username_key"], unique=True)
    op.create_index("uq_users_email", "users", ["email"], unique=True)


def _make_assignments_anew() -> None:
    table = "role_assignments"
    rows = _rows(table, _OLD_ASSIGNMENTS)
    op.drop_table(table)
    made = op.create_table(
        table,
        sa.Column("id", Whole, nullable=False),
        sa.Column("public_id", sa.String(12), nullable=False),
        *_account(table, "user_id", is_empty=False),
        *_scope(table),
        sa.Column("reason", sa.String(500), nullable=False, server_default=""),
        *_account(table, "asked_by_id"),
        *_account(table, "granted_by_id"),
        sa.Column("granted_at", Moment, nullable=False),
        *_account(table, "confirmed_by_id"),
        sa.Column("confirmed_at", Moment, nullable=True),
        *_account(table, "revoked_by_id"),
        sa.Column("revoked_at", Moment, nullable=True),
        sa.CheckConstraint("granted_by_id <> user_id", name=op.f("ck_role_assignments_granted_by_another")),
        sa.CheckConstraint("granted_by_id <> asked_by_id", name=op.f("ck_role_assignments_by_two_people")),
        sa.CheckConstraint("confirmed_by_id <> user_id", name=op.f("ck_role_assignments_confirmed_by_another")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_assignments")),
        sa.UniqueConstraint("public_id", name=op.f("uq_role_assignments_public_id")),
    )
    _index_assignments()
    if rows:
        op.bulk_insert(made, [{**row, "public_id": new_public_id()} for row in rows])
    _number_on(table)


def _rows(table: str, columns: str, condition: str = "1 = 1") -> list[dict[str, object]]:
    """Return rows as they can be written again, the oldest first: columns that end in ``_at`` are moments."""
    names = [name.strip() for name in columns.split(",")]
    typed = sa.table(table, *(sa.column(name, Moment if name.endswith("_at") else None) for name in names))
    statement = sa.select(typed).where(sa.text(condition)).order_by(typed.c.id)
    return [dict(row) for row in op.get_bind().execute(statement).mappings()]


def _index_assignments() -> None:
    table = "role_assignments"
    op.create_index(op.f("ix_role_assignments_programme_id"), table, ["programme_id"])
    op.create_index(op.f("ix_role_assignments_user_id"), table, ["user_id"])
    _unique("uq_role_assignments_everywhere", table, ["user_id", "role"], f"{_STANDS} AND programme_id IS NULL")
    _unique("uq_role_assignments_in_programme", table, ["user_id", "role", "programme_id"], _STANDS)


def _number_on(table: str) -> None:
    """Let the numbering on PostgreSQL go on after the highest key."""
    if op.get_bind().dialect.name == "postgresql":
        following = f"(SELECT coalesce(max(id), 0) + 1 FROM {table})"  # noqa: S608
        op.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), {following}, false)")


def _make_invitations_anew() -> None:
    """Make the table anew; an invitation of before is one of the command line, asked for when its seven days began."""
    table = "invitations"
    old = "id, token_hash, role, organisation_id, expires_at, used_at"
    rows = _rows(table, old)
    op.drop_table(table)
    made = op.create_table(
        table,
        sa.Column("id", Whole, nullable=False),
        sa.Column("public_id", sa.String(12), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=True),
        sa.Column("username", sa.String(60), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("contact", sa.String(254), nullable=False),
        *_scope(table),
        sa.Column("organisation_id", Whole, nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        *_account(table, "asked_by_id"),
        sa.Column("asked_at", Moment, nullable=False),
        *_account(table, "agreed_by_id"),
        sa.Column("agreed_at", Moment, nullable=True),
        sa.Column("mailed_at", Moment, nullable=True),
        sa.Column("expires_at", Moment, nullable=True),
        sa.Column("used_at", Moment, nullable=True),
        *_account(table, "ended_by_id"),
        sa.Column("ended_at", Moment, nullable=True),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_invitations_organisation_id")),
        sa.CheckConstraint("agreed_by_id <> asked_by_id", name=op.f("ck_invitations_by_two_people")),
        sa.CheckConstraint("token_hash IS NULL OR agreed_at IS NOT NULL", name=op.f("ck_invitations_sent_when_agreed")),
        sa.CheckConstraint("(token_hash IS NULL) = (expires_at IS NULL)", name=op.f("ck_invitations_token_expires")),
        sa.CheckConstraint(
            "asked_by_id IS NULL OR role = 'trainee' OR agreed_at IS NULL OR agreed_by_id IS NOT NULL",
            name=op.f("ck_invitations_staff_by_two_people"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitations")),
        sa.UniqueConstraint("public_id", name=op.f("uq_invitations_public_id")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_invitations_token_hash")),
    )
    op.create_index(op.f("ix_invitations_organisation_id"), table, ["organisation_id"])
    _unique("uq_invitations_open", table, ["contact"], "used_at IS NULL AND ended_at IS NULL AND contact <> ''")
    if rows:
        op.bulk_insert(made, [_invitation_of_before(row) for row in rows])
    _number_on(table)


def _invitation_of_before(row: dict[str, object]) -> dict[str, object]:
    empty = dict.fromkeys(("username", "email", "contact", "reason"), "")
    began = row["expires_at"]
    grade = "official" if row["role"] == "rights_approver" else None
    return {**empty, **row, "grade": grade, "public_id": new_public_id(), "asked_at": began, "agreed_at": began}


def downgrade() -> None:
    """Take requests and columns away; grants from a later day, or ended by their day, are ended."""
    op.drop_table("role_requests")
    _make_invitations_as_before()
    table = "role_assignments"
    op.execute(
        f"UPDATE {table} SET revoked_at = CURRENT_TIMESTAMP "  # noqa: S608
        f"WHERE {_STANDS} AND (since > CURRENT_DATE OR until IS NOT NULL)"
    )
    rows = _rows(table, _OLD_ASSIGNMENTS)
    op.drop_table(table)
    made = op.create_table(
        table,
        sa.Column("id", Whole, nullable=False),
        *_account(table, "user_id", is_empty=False),
        *(
            item
            for item in _scope(table)
            if getattr(item, "name", "") not in ("since", "until", f"ck_{table}_in_order")
        ),
        *_account(table, "granted_by_id"),
        sa.Column("granted_at", Moment, nullable=False),
        sa.Column("revoked_at", Moment, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_assignments")),
    )
    _index_assignments()
    if rows:
        op.bulk_insert(made, rows)
    _number_on(table)
    op.drop_index("uq_users_email", table_name="users")
    op.drop_index("uq_users_username_key", table_name="users")
    for column in ("email_confirmed_at", "email", "attempts_key", "username_key"):
        op.drop_column("users", column)


def _make_invitations_as_before() -> None:
    """Make the table as it was; what the older product would misread, an invitation with a scope, is left out."""
    table = "invitations"
    old = "id, token_hash, role, organisation_id, expires_at, used_at"
    plain = (
        "token_hash IS NOT NULL AND ended_at IS NULL AND asked_by_id IS NULL "
        "AND role NOT IN ('funder', 'rights_approver')"
    )
    rows = _rows(table, old, plain)
    op.drop_table(table)
    made = op.create_table(
        table,
        sa.Column("id", Whole, nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("role", _choice("role", _ROLES), nullable=False),
        sa.Column("organisation_id", Whole, nullable=False),
        sa.Column("expires_at", Moment, nullable=False),
        sa.Column("used_at", Moment, nullable=True),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_invitations_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitations")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_invitations_token_hash")),
    )
    if rows:
        op.bulk_insert(made, rows)
    _number_on(table)
