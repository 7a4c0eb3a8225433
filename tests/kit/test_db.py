"""Writes use one transaction that is all or nothing and serialised; append-only tables are protected."""

import datetime as dt
import sqlite3
import threading
import time
from contextlib import closing
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import create_engine, func, select, text, update
from sqlalchemy.exc import DatabaseError, StatementError

from tests.support.ledger import claim_of
from tests.support.world import World
from training.domain.finance import evidence, proposals
from training.kit.db import changed, db, engine_options, transaction
from training.models.identity.accounts import SignInFailure
from training.models.identity.organisations import Jurisdiction, Organisation

NOON = dt.datetime(2026, 7, 1, 12, 0, tzinfo=dt.UTC)


def organisation(name: str) -> Organisation:
    return Organisation(name_en=name, jurisdiction=Jurisdiction.IRAQ)


def names() -> list[str]:
    """Return the committed organisations, read on another connection."""
    with db.engine.connect() as connection:
        return list(connection.scalars(text("SELECT name_en FROM organisations ORDER BY name_en")))


def elsewhere(statement: str) -> None:
    """Run a statement on another connection."""
    with db.engine.begin() as connection:
        connection.execute(text(statement))


def failed(at: dt.datetime) -> SignInFailure:
    return SignInFailure(key="a key", attempts=1, last_at=at)


# A transaction.


def test_transaction_commits_at_its_end(app: Flask) -> None:
    with app.app_context():
        with transaction() as session:
            session.add(organisation("One"))
            session.flush()
            assert names() == [], "nobody sees it before"
        assert names() == ["One"]


def add_and_fail() -> None:
    with transaction() as session:
        session.add(organisation("One"))
        session.flush()
        session.add(organisation("Two"))
        raise KeyError


def test_exception_rolls_back_the_transaction(app: Flask) -> None:
    with app.app_context():
        with pytest.raises(KeyError):
            add_and_fail()
        assert names() == []
        with transaction() as session:
            session.add(organisation("Three"))
        assert names() == ["Three"], "and the next one works"


def test_failed_commit_writes_nothing(app: Flask) -> None:
    with app.app_context():
        with pytest.raises(DatabaseError), transaction() as session:
            session.add_all([organisation("One"), organisation("One")])
        assert names() == []
        with transaction() as session:
            session.add(organisation("One"))
        assert names() == ["One"]


def add_within_another() -> None:
    with transaction() as session:
        session.add(organisation("One"))
        with transaction():
            pass


def test_nested_transaction_is_rejected(app: Flask) -> None:
    with app.app_context():
        with pytest.raises(RuntimeError, match="already open"):
            add_within_another()
        assert names() == []
        with transaction() as session:
            session.add(organisation("Two"))
        assert names() == ["Two"]


@pytest.mark.parametrize("change", ["added", "changed", "deleted"])
def test_changes_outside_a_transaction_are_rejected(app: Flask, change: str) -> None:
    with app.app_context():
        with transaction() as session:
            session.add(organisation("One"))
        one = db.session.scalars(select(Organisation)).one()
        if change == "added":
            db.session.add(organisation("Two"))
        elif change == "changed":
            one.name_en = "Another"
        else:
            db.session.delete(one)
        with pytest.raises(RuntimeError, match="outside transaction"), transaction():
            pass
        assert names() == ["One"]


def test_flushed_changes_outside_a_transaction_are_rejected(app: Flask) -> None:
    """A query flushes pending changes, which must not be lost silently."""
    with app.app_context():
        db.session.add(organisation("One"))
        db.session.scalar(select(func.count()).select_from(Organisation))
        with pytest.raises(RuntimeError, match="outside transaction"), transaction():
            pass


def test_records_are_reloaded_inside_a_transaction(app: Flask) -> None:
    with app.app_context():
        with transaction() as session:
            session.add(organisation("One"))
        one = db.session.scalars(select(Organisation)).one()
        elsewhere("UPDATE organisations SET name_en = 'Renamed'")
        assert one.name_en == "One"
        with transaction():
            assert one.name_en == "Renamed"


def test_reads_after_a_transaction_do_not_block_writers(app: Flask) -> None:
    with app.app_context():
        with transaction() as session:
            session.add(organisation("One"))
        assert db.session.scalar(select(func.count()).select_from(Organisation)) == 1
        elsewhere("UPDATE organisations SET name_en = 'Renamed'")
        assert names() == ["Renamed"]


def test_concurrent_writers_wait_for_each_other(app: Flask) -> None:
    """Each reads, pauses, then writes: on SQLite this fails if the lock is taken only at the write."""
    start, wrong = threading.Barrier(2), []

    def write(who: str) -> None:
        try:
            start.wait(timeout=10)
            for number in range(8):
                with app.app_context():
                    db.session.scalar(select(func.count()).select_from(Organisation))
                    with transaction() as session:
                        session.scalar(select(func.count()).select_from(Organisation))
                        time.sleep(0.01)
                        session.add(organisation(f"{who} {number}"))
        except Exception as error:
            wrong.append(error)

    writers = [threading.Thread(target=write, args=(who,)) for who in ("First", "Second")]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert wrong == []
    with app.app_context():
        assert len(names()) == 16


def test_conditional_update_returns_whether_a_row_changed(app: Flask) -> None:
    rename = update(Organisation).where(Organisation.name_en == "One").values(name_en="Renamed")
    with app.app_context():
        with transaction() as session:
            session.add(organisation("One"))
            session.flush()
            assert changed(rename)
            assert not changed(rename)
        assert names() == ["Renamed"]


# The engine.


@pytest.mark.parametrize(
    "given",
    ["postgres://u:p@host/base", "postgresql://u:p@host/base", "postgresql+psycopg://u:p@host/base"],
)
def test_every_postgresql_url_uses_the_installed_driver(given: str) -> None:
    assert engine_options(given)["url"] == "postgresql+psycopg://u:p@host/base"


@pytest.mark.parametrize("url", ["sqlite://", "postgresql://u@host/base"])
def test_few_compiled_statements_are_kept(url: str) -> None:
    """Each takes 0.15 MB, and all pages of all roles have more than 550."""
    kept = create_engine(**engine_options(url))._compiled_cache
    assert kept is not None
    for number in range(1_000):
        kept[number] = "a statement"
    assert len(kept) <= 250


@pytest.mark.parametrize(
    ("pragma", "value"),
    [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1)],
)
def test_sqlite_pragmas_are_set_on_every_connection(sqlite_app: Flask, pragma: str, value: object) -> None:
    with sqlite_app.app_context(), db.engine.connect() as one, db.engine.connect() as other:
        for connection in (one, other):
            assert connection.scalar(text(f"PRAGMA {pragma}")) == value


# Datetimes.


def test_naive_datetime_is_rejected(app: Flask) -> None:
    with app.app_context(), pytest.raises(StatementError, match="needs a time zone"), transaction() as session:
        session.add(failed(dt.datetime(2026, 7, 1, 12, 0)))  # noqa: DTZ001


def test_naive_datetime_is_rejected_in_queries(app: Flask) -> None:
    naive = dt.datetime(2026, 7, 1, 12, 0)  # noqa: DTZ001
    with app.app_context(), pytest.raises(StatementError, match="needs a time zone"):
        db.session.scalar(select(SignInFailure.key).where(SignInFailure.last_at < naive))


@pytest.mark.parametrize("zone", ["UTC", "Asia/Baghdad", "Europe/London", "America/New_York"])
def test_datetime_is_stored_in_utc(app: Flask, zone: str) -> None:
    with app.app_context():
        with transaction() as session:
            session.add(failed(NOON.astimezone(ZoneInfo(zone))))
        db.session.expire_all()
        at = db.session.scalars(select(SignInFailure.last_at)).one()
        assert at == NOON
        assert at.utcoffset() == dt.timedelta(0)


def test_datetimes_of_different_zones_compare_as_instants(app: Flask) -> None:
    minute, baghdad = dt.timedelta(minutes=1), ZoneInfo("Asia/Baghdad")
    with app.app_context():
        with transaction() as session:
            session.add(failed(NOON))
        for limit, is_before in (
            ((NOON - minute).astimezone(baghdad), False),
            ((NOON + minute).astimezone(baghdad), True),
        ):
            found = db.session.scalar(select(SignInFailure.key).where(SignInFailure.last_at < limit))
            assert (found is not None) is is_before


# Append-only tables.

APPEND_ONLY = ["approvals", "audit_entries", "ledger_entries", "ledger_postings"]
EVERYWHERE = {
    "a change": "UPDATE {0} SET id = id",
    "a deletion": "DELETE FROM {0}",
    "a deletion of one row": "DELETE FROM {0} WHERE id = (SELECT max(id) FROM {0})",
}
ONLY_THERE = {
    "sqlite": {
        "a replacement": "INSERT OR REPLACE INTO {0} SELECT * FROM {0}",
        "a replacement under another name": "REPLACE INTO {0} SELECT * FROM {0} LIMIT 1",
        "a change that ignores conflicts": "UPDATE OR IGNORE {0} SET id = id",
        "a change on conflict": "INSERT INTO {0} SELECT * FROM {0} WHERE 1 ON CONFLICT DO UPDATE SET id = id",
    },
    "postgresql": {
        "emptying": "TRUNCATE {0} CASCADE",
        "a change on conflict": "INSERT INTO {0} SELECT * FROM {0} ON CONFLICT (id) DO UPDATE SET id = {0}.id",
    },
}
WATCHED = {
    "sqlite": "SELECT DISTINCT tbl_name FROM sqlite_master "
    "WHERE type = 'trigger' AND name NOT LIKE '%_not_own_%' ORDER BY 1",
    "postgresql": "SELECT DISTINCT event_object_table FROM information_schema.triggers "
    "WHERE trigger_name NOT LIKE '%_not_own' ORDER BY 1",
}


def test_append_only_tables_are_listed(app: Flask) -> None:
    with app.app_context(), db.engine.connect() as connection:
        assert list(connection.scalars(text(WATCHED[connection.dialect.name]))) == sorted(
            (
                *APPEND_ONLY,
                "ceiling_changes",
                "ceiling_decisions",
                "claim_evidence",
                "claims",
                "evidence",
                "rights_steps",
                "vetting_decisions",
            )
        )


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_rows_of_append_only_tables_cannot_be_changed(app: Flask, table: str) -> None:
    with app.app_context():
        World(app).line(500_00)
        kind = db.engine.dialect.name
        before = rows_of(table)
        assert before
        passed = [what for what, change in (EVERYWHERE | ONLY_THERE[kind]).items() if is_accepted(table, change)]
        assert passed == []
        assert rows_of(table) == before


def keys_of(connection: sqlite3.Connection, table: str) -> list[set[str]]:
    """Return the columns of each key of a table, the primary key first."""
    keys = [{"id"}]
    for _, index, is_unique, *_ in connection.execute(f"PRAGMA index_list({table})").fetchall():
        if is_unique:
            keys.append({column for _, _, column in connection.execute(f"PRAGMA index_info({index})")})
    return keys


def with_all(world: World) -> None:
    """Add a row to every append-only table, with a value for each of its keys."""
    world.covered()
    payment = world.payment(world.commitment(world.line(500_00), 100_00), 50_00, evidence=world.evidence())
    world.approve(payment)
    later = world.evidence(b"%PDF-1.7 another receipt")
    with transaction():
        evidence.attach(claim_of(payment), later, world.actor("uk"))
        undoing = proposals.propose_reversal(payment, "a mistake", world.key(), world.actor("uk"))
    world.approve(undoing)


@pytest.mark.parametrize("command", ["INSERT OR REPLACE", "REPLACE", "INSERT OR IGNORE", "INSERT"])
@pytest.mark.parametrize("table", [*APPEND_ONLY, "claim_evidence", "claims", "evidence", "rights_steps"])
def test_rows_cannot_be_replaced_on_any_connection(sqlite_app: Flask, table: str, command: str) -> None:
    """By any of its keys, and without the settings of our connections."""
    with sqlite_app.app_context():
        with_all(World(sqlite_app))
        before = rows_of(table)
        path = db.engine.url.database
    assert path
    with closing(sqlite3.connect(path)) as connection:
        keys = keys_of(connection, table)
        columns = [column for _, column, *_ in connection.execute(f"PRAGMA table_info({table})")]
        for key in keys:
            # A row that differs in all its keys but this one.
            said = ", ".join("NULL" if any(c in other for other in keys) and c not in key else c for c in columns)
            is_there = " AND ".join(f"{column} IS NOT NULL" for column in key)
            assert connection.execute(f"SELECT 1 FROM {table} WHERE {is_there}").fetchone(), key
            with pytest.raises(sqlite3.IntegrityError, match=f"{table} is append-only"):
                connection.execute(f"{command} INTO {table} SELECT {said} FROM {table} WHERE {is_there} LIMIT 1")
    with sqlite_app.app_context():
        assert rows_of(table) == before


def rows_of(table: str) -> list[str]:
    with db.engine.connect() as connection:
        return sorted(map(repr, connection.execute(text(f"SELECT * FROM {table}"))))


def is_accepted(table: str, change: str) -> bool:
    """Return whether the database accepts a change; only an error raised by the table's trigger counts as refusal."""
    try:
        with transaction() as session:
            session.execute(text(change.format(table)))
    except DatabaseError as error:
        return f"{table} is append-only" not in str(error.orig)
    return True
