"""``flask account``: how a deployment gets its first account."""

import click
from flask import current_app
from flask.cli import AppGroup

from training.config import Settings
from training.domain import access as rules
from training.domain import people
from training.kit.clock import now
from training.kit.db import transaction
from training.models.access import Role
from training.models.people import Jurisdiction, Organisation
from training.queries import access
from training.queries import people as people_rows

account = AppGroup("account", help="Accounts.")


@account.command()
@click.option("--role", type=click.Choice([Role.ADMINISTRATOR.value]), required=True)
@click.option("--organisation", default="Home Office", show_default=True, help="The administrator's organisation.")
def invite(role: str, organisation: str) -> None:
    """Print a one-time address at which the first administrator makes their account."""
    if access.has_administrator():
        raise click.ClickException("There is an administrator already: they invite all others.")
    with transaction():
        body = people_rows.organisation_named(organisation) or people.create_organisation(
            Organisation(name_en=organisation, jurisdiction=Jurisdiction.UK)
        )
        token = rules.invite(Role(role), body, now())
    click.echo(f"{_base_address()}/invitation/{token}")


def _base_address() -> str:
    settings: Settings = current_app.config["SETTINGS"]
    if settings.is_production:
        return f"https://{settings.trusted_hosts[0]}"
    return f"http://127.0.0.1:{settings.port}"
