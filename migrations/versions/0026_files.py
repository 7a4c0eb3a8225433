"""Files of names with a name of their own, several columns for a part, and questions about rows; names by more keys."""

from collections.abc import Callable

import sqlalchemy as sa
from alembic import op

from training.kit.matching import heard, keys
from training.kit.migrate import change_check

revision = "0026"
down_revision = "0025"

_OUTCOMES = "'new_person', 'matched', 'possible', 'already_nominated', 'faulty_row', 'repeated_row'"
_READING = "'name_missing', 'name_unreadable', 'text_too_long', 'sex_unknown', 'language_unknown'"
_NUMBER = "'number_rounded'"
_OTHERS = (
    "'phone_unreadable', 'email_unreadable', 'organisation_missing', 'organisation_unknown', "
    "'organisation_not_invited', 'reference_unknown', 'reference_contradicted', 'same_person'"
)
_CLEARANCE = (
    "'nomination_unknown', 'outcome_unreadable', 'authority_missing', 'text_too_long', 'decided_unreadable', "
    "'end_unreadable'"
)
_LATER = "'decided_in_future', 'end_before_decision', 'decided_twice', 'name_differs'"
_CHECKS = (
    (
        "nomination_rows",
        "nomineeoutcome",
        f"outcome IN ({_OUTCOMES})",
        f"outcome IN ({_OUTCOMES}, 'asked_about', 'left_out')",
    ),
    (
        "nomination_rows",
        "nomineefault",
        f"fault IN ({_READING}, {_OTHERS}, 'own_record')",
        f"fault IN ({_READING}, {_NUMBER}, {_OTHERS}, 'own_record')",
    ),
    (
        "clearance_rows",
        "clearancefault",
        f"fault IN ({_CLEARANCE}, {_LATER}, 'own_record')",
        f"fault IN ({_CLEARANCE}, 'other_calendar', 'hidden_row', {_LATER}, 'own_record')",
    ),
)
_COLUMNS = (
    ("nomination_batches", "name", "VARCHAR(100) DEFAULT '' NOT NULL"),
    ("nomination_batches", "hidden", "JSON DEFAULT '[]' NOT NULL"),
    ("nomination_batches", "answers", "JSON DEFAULT '[]' NOT NULL"),
    ("nomination_rows", "mark", "VARCHAR(20) DEFAULT '' NOT NULL"),
    ("nomination_rows", "questions", "JSON DEFAULT '[]' NOT NULL"),
    ("nomination_rows", "answers", "JSON DEFAULT '[]' NOT NULL"),
)
_AT_ONCE = 1_000


def upgrade() -> None:
    """Add columns and codes, let a part have several columns, and index every name again."""
    for table, name, kind in _COLUMNS:
        op.execute(f"ALTER TABLE {table} ADD COLUMN {name} {kind}")
    for table, name, before, after in _CHECKS:
        change_check(table, name, before, after)
    _change_columns(lambda place: [place])
    _index_again()


def _change_columns(change: Callable[[list[int] | int], object]) -> None:
    """Change what the columns of each batch say of each part."""
    batches = sa.table("nomination_batches", sa.column("id"), sa.column("columns", sa.JSON))
    connection = op.get_bind()
    for key, columns in connection.execute(sa.select(batches)).all():
        changed = {part: change(place) for part, place in columns.items()}
        connection.execute(sa.update(batches).where(batches.c.id == key).values(columns=changed))


def _index_again() -> None:
    names = ("id", "organisation_id", "name_latin", "name_native", "inactive_because")
    people = sa.table("people", *map(sa.column, names))
    indexed = sa.table("person_keys", *(sa.column(name) for name in ("key", "organisation_id", "person_id")))
    connection, last = op.get_bind(), 0
    connection.execute(sa.delete(indexed))
    found = sa.or_(people.c.inactive_because.is_(None), people.c.inactive_because != "merged")
    some = sa.select(people).where(found).order_by(people.c.id).limit(_AT_ONCE)
    while rows := connection.execute(some.where(people.c.id > last)).all():
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
    op.execute("UPDATE nomination_rows SET outcome = 'possible' WHERE outcome IN ('asked_about', 'left_out')")
    op.execute(
        "UPDATE nomination_rows SET outcome = 'possible', fault = NULL, part = NULL WHERE fault = 'number_rounded'"
    )
    op.execute("UPDATE clearance_rows SET fault = 'decided_unreadable' WHERE fault IN ('other_calendar', 'hidden_row')")
    for table, name, before, after in _CHECKS:
        change_check(table, name, after, before)
    _change_columns(lambda places: places[0] if isinstance(places, list) else places)
    for table, name, _kind in _COLUMNS:
        op.drop_column(table, name)
