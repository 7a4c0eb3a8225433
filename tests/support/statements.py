"""Observe database statements."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from sqlalchemy import Engine, event

from training.kit.db import db


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    """Collect the statements run on ``engine`` during the block.

    BEGIN is omitted: only SQLite receives it as a statement, and both databases should count the same.
    """
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith("BEGIN"):
            seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


@contextmanager
def refusing_writes(app: Flask) -> Iterator[None]:
    """Reject writes during the block, since several tests share the data."""
    with app.app_context():
        engine = db.engine

    def refuse(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        assert not statement.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE")), f"not ours alone: {statement}"

    event.listen(engine, "before_cursor_execute", refuse)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", refuse)
