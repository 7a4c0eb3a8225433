"""Files of names that are mended more easily: sheets, first rows, meanings, rows alike; who is set aside is offered."""

import sqlalchemy as sa
from alembic import op

from training.kit.matching import heard, keys
from training.kit.migrate import change_check

revision = "0018"
down_revision = "0017"

_OUTCOMES = "'new_person', 'matched', 'possible', 'already_nominated', 'faulty_row'"
_READING = "'name_missing', 'name_unreadable', 'text_too_long', 'sex_unknown', 'language_unknown'"
_CONTACT = "'phone_unreadable', 'email_unreadable'"
_MEANING = (
    "'organisation_missing', 'organisation_unknown', 'organisation_not_invited', 'reference_unknown', "
    "'reference_contradicted', 'same_person'"
)
_CHECKS = (
    ("nomineeoutcome", f"outcome IN ({_OUTCOMES})", f"outcome IN ({_OUTCOMES}, 'repeated_row')"),
    ("nomineefault", f"fault IN ({_READING}, {_MEANING})", f"fault IN ({_READING}, {_CONTACT}, {_MEANING})"),
)
_BATCHES = (
    ("headings_in", "{whole} DEFAULT 0 NOT NULL"),
    ("is_first_person", "BOOLEAN DEFAULT {false} NOT NULL"),
    ("sheet", "VARCHAR(200) DEFAULT '' NOT NULL"),
    ("unread", "JSON DEFAULT '[]' NOT NULL"),
    ("meanings", "JSON DEFAULT '{{}}' NOT NULL"),
)
_ROWS = (("alike", "JSON DEFAULT '[]' NOT NULL"), ("chosen_row", "{whole}"))
_AT_ONCE = 1_000


def upgrade() -> None:
    """Add columns and codes, and index the names of those who are set aside."""
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    words = {"whole": "INTEGER", "false": "0"} if is_sqlite else {"whole": "BIGINT", "false": "false"}
    for table, columns in (("nomination_batches", _BATCHES), ("nomination_rows", _ROWS)):
        for name, kind in columns:
            op.execute(f"ALTER TABLE {table} ADD COLUMN {name} {kind.format(**words)}")
    for name, before, after in _CHECKS:
        change_check("nomination_rows", name, before, after)
    _index_set_aside()


def _index_set_aside() -> None:
    people = sa.table(
        "people",
        *(sa.column(name) for name in ("id", "organisation_id", "name_latin", "name_native", "inactive_because")),
    )
    indexed = sa.table("person_keys", *(sa.column(name) for name in ("key", "organisation_id", "person_id")))
    connection, last = op.get_bind(), 0
    aside = sa.select(people).where(people.c.inactive_because != "merged").order_by(people.c.id).limit(_AT_ONCE)
    while rows := connection.execute(aside.where(people.c.id > last)).all():
        last = rows[-1].id
        written = [
            {"key": key, "organisation_id": row.organisation_id, "person_id": row.id}
            for row in rows
            for kind in keys(*heard(row.name_latin, row.name_native))
            for key in kind
        ]
        if written:
            connection.execute(sa.insert(indexed), written)


def downgrade() -> None:
    """Take it away. What only a newer rule could say of a row is said again by the next preview."""
    op.execute("DELETE FROM person_keys WHERE person_id IN (SELECT id FROM people WHERE inactive_because IS NOT NULL)")
    op.execute("UPDATE nomination_rows SET outcome = 'possible' WHERE outcome = 'repeated_row'")
    op.execute(
        "UPDATE nomination_rows SET outcome = 'possible', fault = NULL, part = NULL "
        "WHERE fault IN ('phone_unreadable', 'email_unreadable')"
    )
    for name, before, after in _CHECKS:
        change_check("nomination_rows", name, after, before)
    for table, columns in (("nomination_batches", _BATCHES), ("nomination_rows", _ROWS)):
        for name, _kind in columns:
            op.drop_column(table, name)
