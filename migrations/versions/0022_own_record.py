"""Nobody acts on their own record; decisions about clearances are append-only, which is current stands apart."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from training.kit.migrate import allow_change, allow_own, change_check, refuse_change, refuse_own

revision = "0022"
down_revision = "0021"

Whole = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

_NOMINEE = "(SELECT nominations.person_id FROM nominations WHERE nominations.id = NEW.nomination_id)"
_OWN = (
    ("vetting_decisions", "recorded_by_id", "NEW.person_id"),
    ("nominations", "nominated_by_id", "NEW.person_id"),
    ("completions", "decided_by_id", _NOMINEE),
    ("transfers", "recorded_by_id", "NEW.person_id"),
    ("merges", "merged_by_id", "NEW.kept_id, NEW.merged_id"),
)
_CHECKS = (
    (
        "clearance_rows",
        "clearancefault",
        "fault",
        "'nomination_unknown', 'outcome_unreadable', 'authority_missing', 'text_too_long', 'decided_unreadable', "
        "'end_unreadable', 'decided_in_future', 'end_before_decision', 'decided_twice', 'name_differs'",
    ),
    (
        "nomination_rows",
        "nomineefault",
        "fault",
        "'name_missing', 'name_unreadable', 'text_too_long', 'sex_unknown', 'language_unknown', 'phone_unreadable', "
        "'email_unreadable', 'organisation_missing', 'organisation_unknown', 'organisation_not_invited', "
        "'reference_unknown', 'reference_contradicted', 'same_person'",
    ),
    ("nominations", "hindrance", "hindrance", "'clearance', 'clash', 'quota', 'reserved', 'set_aside'"),
)
_decisions = sa.table(
    "vetting_decisions",
    *(sa.column(name) for name in ("id", "person_id")),
    sa.column("superseded_at", sa.DateTime(timezone=True)),
)
_current = sa.table("current_decisions", sa.column("person_id"), sa.column("decision_id"))
_merges = sa.table(
    "merges",
    *(sa.column(name) for name in ("id", "kept_id", "merged_id")),
    sa.column("moved", sa.JSON),
    sa.column("merged_at", sa.DateTime(timezone=True)),
    sa.column("undone_at", sa.DateTime(timezone=True)),
)


def upgrade() -> None:
    """Set apart which decision is current, give decisions back to the record they were made about, then protect."""
    for table, name, column, values in _CHECKS:
        change_check(table, name, f"{column} IN ({values})", f"{column} IN ({values}, 'own_record')")
    op.create_table(
        "current_decisions",
        sa.Column("person_id", Whole, nullable=False),
        sa.Column("decision_id", Whole, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_current_decisions_person_id")),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["vetting_decisions.id"], name=op.f("fk_current_decisions_decision_id")
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_current_decisions")),
        sa.UniqueConstraint("decision_id", name=op.f("uq_current_decisions_decision_id")),
    )
    op.execute(
        "INSERT INTO current_decisions (person_id, decision_id) "
        "SELECT person_id, id FROM vetting_decisions WHERE superseded_at IS NULL"
    )
    _give_back()
    op.drop_index("uq_vetting_decisions_current", table_name="vetting_decisions")
    op.drop_column("vetting_decisions", "superseded_at")
    refuse_change("vetting_decisions")
    for table, account, person in _OWN:
        refuse_own(table, account, person)


def _give_back() -> None:
    """Give the decisions that standing merges moved back to the merged record, the last merge first."""
    connection = op.get_bind()
    standing = sa.select(_merges).where(_merges.c.undone_at.is_(None)).order_by(_merges.c.id.desc())
    for merge in connection.execute(standing).all():
        moved = dict(merge.moved)
        theirs, superseded = moved.pop("vetting_decisions"), moved.pop("superseded")
        mine = sa.select(_decisions).where(_decisions.c.person_id == merge.kept_id).order_by(_decisions.c.id)
        rows = [
            row
            for row in connection.execute(mine).all()
            if row.id in superseded or row.superseded_at is None or row.superseded_at > merge.merged_at
        ]
        joined = next((row.id for row in rows if row.id not in superseded), None)
        before = {
            "kept": next((row.id for row in rows if row.id not in theirs), None),
            "merged": next((row.id for row in rows if row.id in theirs), None),
        }
        connection.execute(sa.update(_decisions).where(_decisions.c.id.in_(theirs)).values(person_id=merge.merged_id))
        moved["current"] = {**before, "joined": joined}
        connection.execute(sa.update(_merges).where(_merges.c.id == merge.id).values(moved=moved))


def downgrade() -> None:
    """Let the decisions say again which is current, and merges move them."""
    for table, account, _person in reversed(_OWN):
        allow_own(table, account)
    allow_change("vetting_decisions")
    moment = "DATETIME" if op.get_bind().dialect.name == "sqlite" else "TIMESTAMP WITH TIME ZONE"
    op.execute(f"ALTER TABLE vetting_decisions ADD COLUMN superseded_at {moment}")
    op.execute(
        "UPDATE vetting_decisions SET superseded_at = COALESCE((SELECT min(later.recorded_at) "
        "FROM vetting_decisions AS later WHERE later.person_id = vetting_decisions.person_id "
        "AND later.id > vetting_decisions.id), recorded_at) WHERE id NOT IN (SELECT decision_id FROM current_decisions)"
    )
    _move_again()
    op.drop_table("current_decisions")
    op.create_index(
        "uq_vetting_decisions_current",
        "vetting_decisions",
        ["person_id"],
        unique=True,
        postgresql_where=sa.text("superseded_at IS NULL"),
        sqlite_where=sa.text("superseded_at IS NULL"),
    )
    op.execute("UPDATE nominations SET hindrance = NULL WHERE hindrance = 'own_record'")
    op.execute("DELETE FROM clearance_rows WHERE fault = 'own_record'")
    op.execute("UPDATE nomination_rows SET outcome = 'possible', fault = NULL, part = NULL WHERE fault = 'own_record'")
    for table, name, column, values in _CHECKS:
        change_check(table, name, f"{column} IN ({values}, 'own_record')", f"{column} IN ({values})")


def _move_again() -> None:
    connection = op.get_bind()
    standing = sa.select(_merges).where(_merges.c.undone_at.is_(None)).order_by(_merges.c.id)
    for merge in connection.execute(standing).all():
        moved: dict[str, Any] = dict(merge.moved)
        current = moved.pop("current")
        theirs = sa.select(_decisions.c.id).where(_decisions.c.person_id == merge.merged_id)
        moved["vetting_decisions"] = list(connection.scalars(theirs))
        moved["superseded"] = [
            key for name in ("kept", "merged") if (key := current[name]) is not None and key != current["joined"]
        ]
        superseded = sa.update(_decisions).where(_decisions.c.id.in_(moved["superseded"]))
        connection.execute(superseded.values(superseded_at=merge.merged_at))
        connection.execute(
            sa.update(_decisions).where(_decisions.c.id.in_(moved["vetting_decisions"])).values(person_id=merge.kept_id)
        )
        connection.execute(sa.update(_merges).where(_merges.c.id == merge.id).values(moved=moved))
