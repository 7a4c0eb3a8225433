"""``flask seed``: published facts, courses from a file, the demonstration."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from training.cli import demo
from training.cli.agencies import load_agencies
from training.cli.places import load_places
from training.cli.published import RowResult, load_courses, load_pact
from training.config import Settings
from training.kit.db import transaction
from training.queries.identity import accounts

seed = AppGroup("seed", help="Loading data, through the use cases.")


@seed.command("pact")
def pact() -> None:
    """Load the programmes of the pact as published; repeatable."""
    with transaction():
        for code, is_new in load_pact():
            click.echo(f"{code}: {'loaded' if is_new else 'already there'}")


_FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))


@seed.command("courses")
@_FILE
def courses_from(file: Path) -> None:
    """Load courses from a CSV file; per row loaded, already there, or skipped and why. Repeatable."""
    _load(file, load_courses, ("loaded", "already there", "skipped"))


@seed.command("agencies")
@_FILE
def agencies_from(file: Path) -> None:
    """Load organisations from a CSV file; per row new, changed, already there, or skipped and why. Repeatable.

    A parent without an exact match is reported, never guessed.
    """
    _load(file, load_agencies, ("new", "changed", "already there", "skipped", "parent not found"))


@seed.command("places")
@_FILE
def places_from(file: Path) -> None:
    """Load venues from a CSV file of places; per row new, changed, already there, or skipped and why. Repeatable."""
    _load(file, load_places, ("new", "changed", "already there", "skipped"))


def _load(file: Path, load: Callable[[str], Iterator[RowResult]], outcomes: Sequence[str]) -> None:
    """Load a file in one transaction, then print the result of each row and the totals by outcome."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise click.ClickException(f"{file.name} is not UTF-8 text: save it as CSV UTF-8.") from error
    with transaction():
        results = list(load(text))
    for result in results:
        click.echo(f"row {result.row}: {result.outcome}{': ' + result.why if result.why else ''}")
    counts = {outcome: sum(r.outcome == outcome for r in results) for outcome in outcomes}
    click.echo(", ".join(f"{number} {outcome}" for outcome, number in counts.items()))


@seed.command("demo")
def demonstration() -> None:
    """Load the demonstration into a database without accounts."""
    settings = Settings.of(current_app)
    if settings.demo_password is None:
        raise click.ClickException("TRAINING_MODE is production: a demonstration has no place in it.")
    if accounts.has_accounts():
        raise click.ClickException("The database has accounts already: a demonstration needs an empty one.")
    with transaction():
        load_pact()
    demo.load(settings)
    click.echo("The demonstration is loaded.")
