"""``flask worker``: the process that does long work beside the server."""

import click
from flask import current_app


@click.command()
@click.option("--stops-with-parent", is_flag=True, help="End when the process that started this one is gone.")
def worker(*, stops_with_parent: bool) -> None:
    """Do the jobs that wait, and those to come, until a signal ends the process."""
    current_app.extensions["job_queue"].run(stops_with_parent=stops_with_parent)
