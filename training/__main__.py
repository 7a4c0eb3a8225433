"""Run ``border-training``, or ``python -m training``: every command of the product, on the application."""

from flask.cli import FlaskGroup

from training.app import create_app
from training.cli.serve import run

main = FlaskGroup(create_app=create_app, help="Seats, vetting, completions and money in one record.")
# In place of the development server that Flask has under this name.
main.add_command(run)

if __name__ == "__main__":
    main(prog_name="python -m training")
