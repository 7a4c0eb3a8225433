"""Fresh, migrated databases: each test gets a copy of one that was migrated at the start of the run."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine

from tests.support import postgres
from training.kit.db import engine_options
from training.kit.ids import new_public_id
from training.kit.migrate import upgrade

_PORT, _TEMPLATE = "TESTS_POSTGRESQL_PORT", "TESTS_SQLITE_TEMPLATE"


@contextmanager
def templates(folder: Path) -> Iterator[None]:
    """Start the PostgreSQL server and migrate one database of each kind, for as long as the block.

    Processes started within the block find them by the environment. Raises PostgresError.
    """
    with postgres.running(folder) as port:
        postgres.execute(port, "CREATE DATABASE migrated")
        migrate(postgres.address(port, "migrated"))
        template = folder / "migrated.sqlite"
        migrate(f"sqlite:///{template}")
        os.environ |= {_PORT: str(port), _TEMPLATE: str(template)}
        yield


def migrate(url: str) -> None:
    """Bring the database at ``url`` to the newest revision."""
    options = engine_options(url)
    engine = create_engine(options.pop("url"), **options)
    try:
        upgrade(engine)
    finally:
        engine.dispose()


@contextmanager
def fresh_sqlite(folder: Path) -> Iterator[str]:
    """Yield the address of a new SQLite database in ``folder``, deleted after the block."""
    file = folder / "training.sqlite"
    shutil.copyfile(os.environ[_TEMPLATE], file)
    try:
        yield f"sqlite:///{file}"
    finally:
        for left in folder.glob(f"{file.name}*"):
            left.unlink()


@contextmanager
def fresh_postgresql() -> Iterator[str]:
    """Yield the address of a new PostgreSQL database, dropped after the block even where somebody is connected."""
    port, name = int(os.environ[_PORT]), f"test_{new_public_id()}"
    postgres.execute(port, f"CREATE DATABASE {name} TEMPLATE migrated")
    try:
        yield postgres.address(port, name)
    finally:
        postgres.execute(port, f"DROP DATABASE {name} WITH (FORCE)")
