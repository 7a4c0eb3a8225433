"""Which errors are an outage: told from real errors of both databases and the system."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError, OperationalError

from tests.support.ports import free_port
from training.kit.db import engine_options
from training.kit.outages import Outage, describe, outage_of


def error_of(act: Callable[[], object]) -> Exception:
    """Return what ``act`` raises."""
    try:
        act()
    except Exception as error:
        return error
    raise AssertionError("nothing was raised")


def test_full_sqlite_database(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "full.sqlite")
    connection.execute("PRAGMA max_page_count=2")
    error = error_of(
        lambda: connection.execute("CREATE TABLE a (b BLOB)").execute("INSERT INTO a VALUES (zeroblob(9999))")
    )
    connection.close()
    assert outage_of(error) is Outage.FULL
    assert describe(error) == "full OperationalError SQLITE_FULL"


def test_locked_sqlite_database(tmp_path: Path) -> None:
    file = tmp_path / "locked.sqlite"
    first, second = sqlite3.connect(file), sqlite3.connect(file, timeout=0)
    first.execute("BEGIN EXCLUSIVE")
    assert outage_of(error_of(lambda: second.execute("CREATE TABLE a (b)"))) is Outage.BUSY
    first.close()
    second.close()


def test_missing_folder_of_sqlite() -> None:
    assert outage_of(error_of(lambda: sqlite3.connect("/none/such/file"))) is Outage.AWAY


def test_disk_of_evidence_is_full() -> None:
    def write() -> None:
        with Path("/dev/full").open("wb", buffering=0) as file:
            file.write(b"x")

    assert outage_of(error_of(write)) is Outage.FULL


def test_server_that_is_not_there() -> None:
    engine = create_engine(**engine_options(f"postgresql://tests@127.0.0.1:{free_port()}/none"))
    error = error_of(engine.connect)
    assert outage_of(error) is Outage.AWAY
    assert describe(error) == "unreachable OperationalError"


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("53100", Outage.FULL),
        ("53200", Outage.FULL),
        ("53300", Outage.AWAY),
        ("57P01", Outage.AWAY),
        ("57P03", Outage.AWAY),
        ("58030", Outage.AWAY),
        ("08006", Outage.AWAY),
        ("25006", Outage.AWAY),
        ("40001", Outage.BUSY),
        ("40P01", Outage.BUSY),
        ("55P03", Outage.BUSY),
        ("23505", None),
        ("42P01", None),
        ("57014", None),
    ],
)
def test_errors_of_postgresql(postgresql_url: str, code: str, expected: Outage | None) -> None:
    engine = create_engine(**engine_options(postgresql_url))
    block = f"DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '{code}'; END $$"
    with engine.connect() as connection:
        error = error_of(lambda: connection.execute(text(block)))
    engine.dispose()
    assert isinstance(error, DBAPIError)
    assert outage_of(error) is expected


def test_connection_that_is_ended(postgresql_url: str) -> None:
    with psycopg.connect(postgresql_url, autocommit=True) as other:
        connection = psycopg.connect(postgresql_url)
        other.execute("SELECT pg_terminate_backend(%s)", [connection.info.backend_pid])
        assert outage_of(error_of(lambda: connection.execute("SELECT 1"))) is Outage.AWAY
        assert outage_of(error_of(lambda: connection.execute("SELECT 1"))) is Outage.AWAY
        connection.close()


def test_fault_of_the_product_is_no_outage() -> None:
    for error in (LookupError("none"), OperationalError("SELECT", {}, Exception("what")), FileNotFoundError(2, "none")):
        assert outage_of(error) is None


def test_outage_behind_another_error() -> None:
    def fail() -> None:
        try:
            raise OSError(28, "No space left on device")
        except OSError as error:
            raise LookupError("no evidence") from error

    assert outage_of(error_of(fail)) is Outage.FULL
