"""Commands: their input, output and effects."""

from collections.abc import Mapping

from click.testing import Result
from flask import Flask
from flask.cli import FlaskGroup
from sqlalchemy import select

from training.kit.db import db
from training.models import Base


def run(app: Flask, *words: str) -> Result:
    """Run ``flask …`` on the application; an unexpected error fails the test."""
    # The group that ``flask --app wsgi`` makes, which also gives each command its context.
    group = FlaskGroup(create_app=lambda: app, load_dotenv=False, set_debug_flag=False)
    result = app.test_cli_runner().invoke(group, words)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def done(app: Flask, *words: str) -> str:
    """Run a command that succeeds; return its output."""
    result = run(app, *words)
    assert result.exit_code == 0, result.output
    return result.output


def refused(app: Flask, *words: str) -> str:
    """Run a command that is refused and changes nothing; return its output."""
    before = everything(app)
    result = run(app, *words)
    assert result.exit_code == 1, result.output
    assert everything(app) == before
    return result.output


def everything(app: Flask) -> Mapping[str, list[str]]:
    """Return every row of every table."""
    with app.app_context(), db.engine.connect() as connection:
        return {
            table.name: sorted(map(repr, connection.execute(select(table)))) for table in Base.metadata.sorted_tables
        }
