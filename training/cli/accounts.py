"""``flask account``: the first two accounts of a deployment."""

import click
from flask import current_app
from flask.cli import AppGroup

from training.config import Settings
from training.domain.identity import accounts as rules
from training.domain.identity import organisations
from training.kit.clock import now
from training.kit.db import transaction
from training.models.identity.accounts import ApprovalGrade, Role
from training.models.identity.organisations import Jurisdiction
from training.queries.identity import accounts, standing
from training.queries.identity import organisations as organisation_rows

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


@account.command()
@click.argument("username")
@click.argument("grade", type=click.Choice([one.value for one in ApprovalGrade]))
def grade(username: str, grade: str) -> None:
    """Set the grade up to which a rights approver approves."""
    with transaction():
        user = accounts.user_named(username)
        is_done = user is not None and rules.regrade(user, ApprovalGrade(grade), by=None)
    if not is_done:
        raise click.ClickException("Nobody with this username is a rights approver.")
    click.echo(f"{username}: {grade}")
