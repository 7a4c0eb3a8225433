"""Watching what is asked of the database."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from sqlalchemy import Engine, event

from training.kit.db import db


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    """Collect the statements that run on ``engine`` within the block.

    BEGIN is left out: only SQLite is sent one as a statement, and both databases should count the same.
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
    """Let nothing be written within the block: several tests look at what is there."""
    with app.app_context():
        engine = db.engine

    def refuse(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        assert not statement.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE")), f"not ours alone: {statement}"

    event.listen(engine, "before_cursor_execute", refuse)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", refuse)
