"""Rights assessments of programmes, projects and courses: drafts, mitigations, files, grades of approval, the trail.

Organisations have other names, may be inactive, and count their edits.

What was written before stays: its text of mitigations becomes one mitigation without owner and date. Of several
approved assessments of a programme the one that holds longest stays approved. What was decided when any rights
approver could decide is recorded as of the lowest grade, and rights approvers begin with that; an assessment that waits
asks for the grade of the default table. Its trail begins with what is known: who wrote and who decided, and when.
"""

import hashlib
import json

import sqlalchemy as sa
from alembic import op

from training.kit.migrate import allow_change, refuse_change

revision = "0012"
down_revision = "0011"

Whole = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

_ROLES = ("uk_coordinator", "partner_coordinator", "trainer", "trainee", "funder", "finance_approver",
          "vetting_officer", "rights_approver", "auditor", "administrator")  # fmt: skip
_LEVELS = ("low", "medium", "high")
_GRADES = ("official", "senior", "ministerial")
_NEW_STATES = ("draft", "submitted", "approved", "refused", "superseded")
_OLD_STATES = ("written", "approved", "refused")
_ACTS = ("written", "edited", "attached", "detached", "submitted", "approved", "refused", "superseded", "mitigated",
         "noted")  # fmt: skip
_SUBJECTS = ("programme_id", "project_id", "course_id")
_ONE_SUBJECT = " + ".join(f"CASE WHEN {column} IS NULL THEN 0 ELSE 1 END" for column in _SUBJECTS)
_WHOLE = "summary <> '' AND level IS NOT NULL AND valid_until IS NOT NULL AND needed_grade IS NOT NULL"
_REACHED = "approver_grade = 'ministerial' OR needed_grade = 'official' OR approver_grade = needed_grade"
_STANDS = "revoked_at IS NULL"


def _choice(name: str, values: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=30)


def _set_aside(table: str) -> None:
    """Copy a table's rows and drop it: the names of its constraints become free for the one that replaces it."""
    op.execute(f"CREATE TABLE {table}_before AS SELECT * FROM {table}")
    op.drop_table(table)


def _done_with(table: str) -> None:
    """Drop the copy; on PostgreSQL the numbering goes on after the highest key."""
    op.drop_table(f"{table}_before")
    if op.get_bind().dialect.name == "postgresql":
        following = f"(SELECT coalesce(max(id), 0) + 1 FROM {table})"
        op.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), {following}, false)")


def upgrade() -> None:
    """Make the tables anew, and fill them with what was there."""
    op.add_column("organisations", sa.Column("aliases", sa.String(length=1000), nullable=False, server_default=""))
    op.add_column("organisations", sa.Column("is_active", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.add_column("organisations", sa.Column("version", Whole, nullable=False, server_default="1"))
    op.create_index("ix_organisations_jurisdiction_name_en", "organisations", ["jurisdiction", "name_en"])
    _set_aside("role_assignments")
    _make_role_assignments(with_grade=True)
    op.execute(
        "INSERT INTO role_assignments (id, user_id, role, programme_id, grade, granted_by_id, granted_at, revoked_at) "
        "SELECT id, user_id, role, programme_id, CASE WHEN role = 'rights_approver' THEN 'official' END, "
        "granted_by_id, granted_at, revoked_at FROM role_assignments_before"
    )
    _done_with("role_assignments")
    _set_aside("rights_assessments")
    _make_assessments()
    op.execute(
        "INSERT INTO rights_assessments (id, public_id, programme_id, summary, level, valid_until, state, version, "
        "writer_id, written_at, needed_grade, approver_id, approver_grade, decided_at, reason) "
        "SELECT id, public_id, programme_id, summary, level, valid_until, "
        "CASE WHEN state = 'written' THEN 'submitted' "
        "WHEN state = 'approved' AND EXISTS (SELECT 1 FROM rights_assessments_before AS other "
        "WHERE other.programme_id = this.programme_id AND other.state = 'approved' AND (other.valid_until > "
        "this.valid_until OR other.valid_until = this.valid_until AND other.id > this.id)) THEN 'superseded' "
        "ELSE state END, 1, writer_id, written_at, "
        "CASE WHEN state <> 'written' OR level = 'low' THEN 'official' WHEN level = 'medium' THEN 'senior' "
        "ELSE 'ministerial' END, approver_id, CASE WHEN state <> 'written' THEN 'official' END, decided_at, reason "
        "FROM rights_assessments_before AS this"
    )
    _make_parts()
    # A mitigation shares the opaque id of its assessment: both are unique, and each in its own table.
    op.execute(
        "INSERT INTO rights_mitigations (public_id, assessment_id, position, action, owner) "
        "SELECT public_id, id, 1, mitigation, '' FROM rights_assessments_before ORDER BY id"
    )
    _done_with("rights_assessments")
    _begin_trails()
    refuse_change("rights_steps")


def _make_role_assignments(*, with_grade: bool) -> None:
    grade = [sa.Column("grade", _choice("approvalgrade", _GRADES), nullable=True)] if with_grade else []
    held = "(role = 'rights_approver') = (grade IS NOT NULL)"
    has_grade = [sa.CheckConstraint(held, name=op.f("ck_role_assignments_rights_approver_has_grade"))]
    op.create_table(
        "role_assignments",
        sa.Column("id", Whole, nullable=False),
        sa.Column("user_id", Whole, nullable=False),
        sa.Column("role", _choice("role", _ROLES), nullable=False),
        sa.Column("programme_id", Whole, nullable=True),
        *grade,
        sa.Column("granted_by_id", Whole, nullable=True),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(role = 'funder') = (programme_id IS NOT NULL)", name=op.f("ck_role_assignments_funder_of_programme")
        ),
        *(has_grade if with_grade else []),
        sa.ForeignKeyConstraint(["granted_by_id"], ["users.id"], name=op.f("fk_role_assignments_granted_by_id")),
        sa.ForeignKeyConstraint(["programme_id"], ["programmes.id"], name=op.f("fk_role_assignments_programme_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_role_assignments_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_assignments")),
    )
    op.create_index(op.f("ix_role_assignments_programme_id"), "role_assignments", ["programme_id"])
    op.create_index(op.f("ix_role_assignments_user_id"), "role_assignments", ["user_id"])
    for name, columns, condition in (
        ("everywhere", ["user_id", "role"], f"{_STANDS} AND programme_id IS NULL"),
        ("in_programme", ["user_id", "role", "programme_id"], _STANDS),
    ):
        standing = sa.text(condition)
        op.create_index(
            f"uq_role_assignments_{name}",
            "role_assignments",
            columns,
            unique=True,
            postgresql_where=standing,
            sqlite_where=standing,
        )


def _make_assessments() -> None:
    op.create_table(
        "rights_assessments",
        sa.Column("id", Whole, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        *(sa.Column(name, Whole, nullable=True) for name in _SUBJECTS),
        sa.Column("summary", sa.String(length=4000), nullable=False),
        sa.Column("level", _choice("risklevel", _LEVELS), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("state", _choice("assessmentstate", _NEW_STATES), nullable=False),
        sa.Column("version", Whole, nullable=False),
        sa.Column("writer_id", Whole, nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("needed_grade", _choice("approvalgrade", _GRADES), nullable=True),
        sa.Column("approver_id", Whole, nullable=True),
        sa.Column("approver_grade", _choice("approvergrade", _GRADES), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        *(
            sa.CheckConstraint(condition, name=op.f(f"ck_rights_assessments_{name}"))
            for name, condition in (
                ("one_subject", f"{_ONE_SUBJECT} = 1"),
                ("whole_once_submitted", f"state = 'draft' OR ({_WHOLE})"),
                ("writer_is_not_approver", "approver_id <> writer_id"),
                ("decided_by_somebody", "(state IN ('draft', 'submitted')) = (approver_id IS NULL)"),
                ("approver_has_grade", "(approver_id IS NULL) = (approver_grade IS NULL)"),
                ("grade_reaches", f"approver_grade IS NULL OR {_REACHED}"),
                ("refusal_has_reason", "state <> 'refused' OR reason <> ''"),
            )
        ),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_rights_assessments_{column}"))
            for column, table in (
                ("programme_id", "programmes"),
                ("project_id", "projects"),
                ("course_id", "courses"),
                ("writer_id", "users"),
                ("approver_id", "users"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rights_assessments")),
        sa.UniqueConstraint("public_id", name=op.f("uq_rights_assessments_public_id")),
    )
    by_programme = ["programme_id", "state", "valid_until"]
    op.create_index("ix_rights_assessments_programme_id_state", "rights_assessments", by_programme)
    op.create_index("ix_rights_assessments_state_valid_until", "rights_assessments", ["state", "valid_until", "id"])
    op.create_index(op.f("ix_rights_assessments_project_id"), "rights_assessments", ["project_id"])
    op.create_index(op.f("ix_rights_assessments_course_id"), "rights_assessments", ["course_id"])
    approved = sa.text("state = 'approved'")
    for column in _SUBJECTS:
        op.create_index(
            f"uq_rights_assessments_current_{column}",
            "rights_assessments",
            [column],
            unique=True,
            postgresql_where=approved,
            sqlite_where=approved,
        )


def _part(table: str, *columns: sa.Column[object], users: str | None = None) -> None:
    """Make a table whose rows belong to an assessment."""
    by = [sa.ForeignKeyConstraint([users], ["users.id"], name=op.f(f"fk_{table}_{users}"))] if users else []
    op.create_table(
        table,
        sa.Column("id", Whole, nullable=False),
        sa.Column("assessment_id", Whole, nullable=False),
        *columns,
        sa.ForeignKeyConstraint(["assessment_id"], ["rights_assessments.id"], name=op.f(f"fk_{table}_assessment_id")),
        *by,
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )


def _public_id(table: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint("public_id", name=op.f(f"uq_{table}_public_id"))


def _make_parts() -> None:
    _part(
        "rights_mitigations",
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("position", Whole, nullable=False),
        sa.Column("action", sa.String(length=4000), nullable=False),
        sa.Column("owner", sa.String(length=200), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("done_on", sa.Date(), nullable=True),
        _public_id("rights_mitigations"),
    )
    op.create_index("uq_rights_mitigations_position", "rights_mitigations", ["assessment_id", "position"], unique=True)
    _part(
        "rights_attachments",
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("kind", _choice("evidencekind", ("pdf", "jpeg", "png")), nullable=False),
        sa.Column("size", Whole, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("stored_as", sa.String(length=64), nullable=False),
        sa.Column("uploaded_by_id", Whole, nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        _public_id("rights_attachments"),
        sa.UniqueConstraint("stored_as", name=op.f("uq_rights_attachments_stored_as")),
        users="uploaded_by_id",
    )
    op.create_index(op.f("ix_rights_attachments_assessment_id"), "rights_attachments", ["assessment_id"])
    _part(
        "rights_steps",
        sa.Column("act", _choice("rightsact", _ACTS), nullable=False),
        sa.Column("user_id", Whole, nullable=False),
        sa.Column("roles", sa.String(length=300), nullable=False),
        sa.Column("grade", _choice("approvalgrade", _GRADES), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.String(length=2000), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        users="user_id",
    )
    op.create_index("ix_rights_steps_assessment_id_id", "rights_steps", ["assessment_id", "id"])


def _begin_trails() -> None:
    """Say who wrote and who decided each assessment; nobody could edit one, so it always said what it says."""
    whole = (
        "SELECT one.id, one.summary, one.level, one.valid_until, one.state, one.needed_grade, one.reason, "
        "one.writer_id, one.written_at, one.approver_id, one.approver_grade, one.decided_at, "
        "programmes.public_id AS programme, rights_mitigations.action "
        "FROM rights_assessments AS one JOIN programmes ON programmes.id = one.programme_id "
        "JOIN rights_mitigations ON rights_mitigations.assessment_id = one.id ORDER BY one.id"
    )
    rows = op.get_bind().execute(sa.text(whole)).mappings().all()
    current = {row["programme"]: row for row in rows if row["state"] == "approved"}
    for row in rows:
        decided = "refused" if row["state"] == "refused" else "approved"
        before = _content(row, "submitted", "")
        _add_step(row, "submitted", (row["writer_id"], row["written_at"], None), "", before)
        if row["approver_id"] is not None:
            by = (row["approver_id"], row["decided_at"], row["approver_grade"])
            _add_step(row, decided, by, row["reason"], _content(row, decided, row["reason"]))
        if row["state"] == "superseded":
            successor = current[row["programme"]]
            then = max(successor["decided_at"], row["decided_at"])
            by = (successor["approver_id"], then, None)
            _add_step(row, "superseded", by, "", _content(row, "superseded", row["reason"]))


def _content(row: sa.RowMapping, state: str, reason: str) -> str:
    content = {
        "of": ["programme", row["programme"]],
        "summary": row["summary"],
        "level": row["level"],
        "valid_until": str(row["valid_until"]),
        "state": state,
        "needed_grade": row["needed_grade"],
        "reason": reason,
        "mitigations": [[row["action"], "", None, None]],
        "attachments": [],
    }
    return json.dumps(content, ensure_ascii=False, sort_keys=True)


def _add_step(row: sa.RowMapping, act: str, by: tuple[object, object, object], note: str, content: str) -> None:
    values = {"id": row["id"], "act": act, "user": by[0], "at": by[1], "grade": by[2], "note": note}
    values |= {"content": content, "hash": hashlib.sha256(content.encode()).hexdigest()}
    step = (
        "INSERT INTO rights_steps (assessment_id, act, user_id, roles, grade, at, note, content, sha256) "
        "VALUES (:id, :act, :user, '', :grade, :at, :note, :content, :hash)"
    )
    op.get_bind().execute(sa.text(step), values)


def downgrade() -> None:
    """Go back to assessments of programmes that were written, approved or refused; all others are lost."""
    allow_change("rights_steps")
    op.drop_table("rights_steps")
    op.drop_table("rights_attachments")
    op.execute("CREATE TABLE rights_mitigations_before AS SELECT * FROM rights_mitigations")
    op.drop_table("rights_mitigations")
    _set_aside("rights_assessments")
    _make_assessments_of_programmes()
    first = "SELECT action FROM rights_mitigations_before AS one WHERE one.assessment_id = this.id"
    op.execute(
        "INSERT INTO rights_assessments (id, public_id, programme_id, summary, mitigation, level, valid_until, state, "
        "writer_id, written_at, approver_id, decided_at, reason) "
        f"SELECT id, public_id, programme_id, summary, coalesce(({first} ORDER BY position LIMIT 1), ''), level, "
        "valid_until, CASE state WHEN 'submitted' THEN 'written' WHEN 'superseded' THEN 'approved' ELSE state END, "
        "writer_id, written_at, approver_id, decided_at, reason "
        "FROM rights_assessments_before AS this WHERE programme_id IS NOT NULL AND state <> 'draft'"
    )
    op.drop_table("rights_mitigations_before")
    _done_with("rights_assessments")
    _set_aside("role_assignments")
    _make_role_assignments(with_grade=False)
    columns = "id, user_id, role, programme_id, granted_by_id, granted_at, revoked_at"
    op.execute(f"INSERT INTO role_assignments ({columns}) SELECT {columns} FROM role_assignments_before")
    _done_with("role_assignments")
    op.drop_index("ix_organisations_jurisdiction_name_en", table_name="organisations")
    for column in ("version", "is_active", "aliases"):
        op.drop_column("organisations", column)


def _make_assessments_of_programmes() -> None:
    op.create_table(
        "rights_assessments",
        sa.Column("id", Whole, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("programme_id", Whole, nullable=False),
        sa.Column("summary", sa.String(length=4000), nullable=False),
        sa.Column("mitigation", sa.String(length=4000), nullable=False),
        sa.Column("level", _choice("risklevel", _LEVELS), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("state", _choice("assessmentstate", _OLD_STATES), nullable=False),
        sa.Column("writer_id", Whole, nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approver_id", Whole, nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        *(
            sa.CheckConstraint(condition, name=op.f(f"ck_rights_assessments_{name}"))
            for name, condition in (
                ("decided_by_somebody", "(state = 'written') = (approver_id IS NULL)"),
                ("refusal_has_reason", "state <> 'refused' OR reason <> ''"),
                ("writer_is_not_approver", "approver_id <> writer_id"),
            )
        ),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_rights_assessments_{column}"))
            for column, table in (("approver_id", "users"), ("programme_id", "programmes"), ("writer_id", "users"))
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rights_assessments")),
        sa.UniqueConstraint("public_id", name=op.f("uq_rights_assessments_public_id")),
    )
    by_programme = ["programme_id", "state", "valid_until"]
    op.create_index("ix_rights_assessments_programme_id_state", "rights_assessments", by_programme)
