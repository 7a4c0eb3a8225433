"""``flask account``: the first two accounts of a deployment."""

import click
from flask import current_app
from flask.cli import AppGroup

from training.config import Settings
from training.domain.identity import accounts as rules
from training.domain.identity import organisations
from training.kit.clock import now
from training.kit.db import transaction
from training.models.identity.accounts import Role
from training.models.identity.organisations import Jurisdiction
from training.queries.identity import organisations as organisation_rows
from training.queries.identity import standing

account = AppGroup("account", help="Accounts.")


@account.command()
@click.option("--role", type=click.Choice([Role.ADMINISTRATOR.value]), required=True)
@click.option("--organisation", default="Home Office", show_default=True, help="The administrator's organisation.")
def invite(role: str, organisation: str) -> None:
    """Print a one-time address at which one of the first two administrators creates their account."""
    if standing.administrators() >= rules.FIRST_ADMINISTRATORS:
        raise click.ClickException("There are two administrators: they invite all others, on the page Accounts.")
    with transaction():
        employer = organisation_rows.organisation_named(organisation) or organisations.create(
            organisations.OrganisationDetails(organisation, Jurisdiction.UK), by=None
        )
        token = rules.invite(Role(role), employer, now())
    click.echo(f"{Settings.of(current_app).base_address}/invitation/{token}")
