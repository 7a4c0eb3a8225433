"""Run ``border-training``, or ``python -m training``: every command of the product, on the application."""

import click
from flask import Flask
from flask.cli import FlaskGroup

from training.config import SettingsError
from training.serve import run, serve


def _create_app() -> Flask:
    # Here and not above: ``run`` watches processes that load all pages, and needs none itself.
    from training.app import create_app

    try:
        return create_app()
    except SettingsError as error:
        raise click.ClickException(str(error)) from error


main = FlaskGroup(create_app=_create_app, help="Seats, vetting, completions and money in one record.")
# In place of the development server that Flask has under this name.
main.add_command(run)
main.add_command(serve)

if __name__ == "__main__":
    main(prog_name="python -m training")
