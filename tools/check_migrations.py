"""Fail if the migrations do not produce the tables that the models describe."""

import sys
import tempfile
from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

from training.kit.db import engine_options
from training.kit.migrate import upgrade
from training.models import Base


def differences(url: str) -> list[object]:
    """Upgrade the empty database at ``url`` and return the differences between its tables and the models."""
    options = engine_options(url)
    engine = create_engine(options.pop("url"), **options)
    try:
        upgrade(engine)
        with engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            return list(compare_metadata(context, Base.metadata))
    finally:
        engine.dispose()


def main() -> int:
    """Compare on an empty SQLite database; the tests do the same on PostgreSQL."""
    with tempfile.TemporaryDirectory() as folder:
        found = differences(f"sqlite:///{Path(folder) / 'empty.sqlite'}")
    for difference in found:
        print(difference, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
