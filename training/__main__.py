"""Run ``border-training``, or ``python -m training``: every command of the product, on the application."""

from flask import Flask
from flask.cli import FlaskGroup

from training.serve import run


def _create_app() -> Flask:
    # Here and not above: ``run`` watches processes that load all pages, and needs none itself.
    from training.app import create_app

    return create_app()


main = FlaskGroup(create_app=_create_app, help="Seats, vetting, completions and money in one record.")
# In place of the development server that Flask has under this name.
main.add_command(run)

if __name__ == "__main__":
    main(prog_name="python -m training")
