"""``flask worker``: run the work process."""

import click
from flask import current_app


@click.command()
@click.option("--stops-with-parent", is_flag=True, help="End when the process that started this one is gone.")
def worker(*, stops_with_parent: bool) -> None:
    """Run jobs until a signal ends the process."""
    current_app.extensions["job_queue"].run(stops_with_parent=stops_with_parent)
