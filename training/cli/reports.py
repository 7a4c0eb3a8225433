"""``flask policy``, ``flask ledger`` and ``flask forget``: reports and maintenance for operators and auditors."""

import sys

import click
from flask import current_app
from flask.cli import AppGroup, with_appcontext

from training.config import Settings
from training.domain.oversight import retention
from training.kit.db import transaction
from training.models.identity.accounts import Role
from training.policy.matrix import MATRIX
from training.queries.finance import ledger_check

ledger = AppGroup("ledger", help="The ledger.")


@click.command()
def policy() -> None:
    """Print the permission matrix."""
    for permission, granted in MATRIX.items():
        click.echo(permission.value)
        for role in Role:
            if scopes := granted.get(role):
                click.echo(f"    {role.value:<20} {' + '.join(sorted(scopes))}")


@click.command()
@with_appcontext
def forget() -> None:
    """Delete expired uploads and previews."""
    settings = Settings.of(current_app)
    with transaction():
        deleted = retention.delete_expired(settings.evidence_folder)
    click.echo(f"{deleted.uploads} uploads and {deleted.previews} spend files deleted.")


@ledger.command()
def verify() -> None:
    """Verify the ledger check by check; exit status 1 if a check fails."""
    settings = Settings.of(current_app)
    proved = ledger_check.checks(settings.evidence_folder)
    for check in proved:
        click.echo(f"{'FAULT' if check.found else 'holds'}  {check.what}")
    found = [line for check in proved for line in check.found]
    for line in found:
        click.echo(line)
    click.echo(f"{len(found)} discrepancies." if found else "The ledger is whole.")
    sys.exit(1 if found else 0)
