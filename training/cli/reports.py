"""``flask policy`` and ``flask ledger``: what an operator or an auditor asks the product about itself."""

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
    """Print who may do what, and to which records."""
    for permission, granted in MATRIX.items():
        click.echo(permission.value)
        for role in Role:
            if scopes := granted.get(role):
                click.echo(f"    {role.value:<20} {' + '.join(sorted(scopes))}")


@click.command()
@with_appcontext
def forget() -> None:
    """Forget what was kept only for a while: uploads that no claim took, previews that nobody went on with."""
    settings = Settings.of(current_app)
    with transaction():
        forgotten = retention.forget(settings.evidence_folder)
    click.echo(f"{forgotten.uploads} uploads and {forgotten.previews} spend files forgotten.")


@ledger.command()
def verify() -> None:
    """Prove that the ledger is whole, check by check; exit status 1 when something does not hold."""
    settings = Settings.of(current_app)
    proved = ledger_check.checks(settings.evidence_folder)
    for check in proved:
        click.echo(f"{'FAULT' if check.found else 'holds'}  {check.what}")
    found = [line for check in proved for line in check.found]
    for line in found:
        click.echo(line)
    click.echo(f"{len(found)} discrepancies." if found else "The ledger is whole.")
    sys.exit(1 if found else 0)
