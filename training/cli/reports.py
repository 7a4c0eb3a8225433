"""``flask policy`` and ``flask ledger``: what an operator or an auditor asks the product about itself."""

import sys

import click
from flask.cli import AppGroup

from training.models.access import Role
from training.policy.matrix import MATRIX
from training.queries import ledger_check

ledger = AppGroup("ledger", help="The ledger.")


@click.command()
def policy() -> None:
    """Print who may do what, and to which records."""
    for permission, granted in MATRIX.items():
        click.echo(permission.value)
        for role in Role:
            if scopes := granted.get(role):
                click.echo(f"    {role.value:<20} {' + '.join(sorted(scopes))}")


@ledger.command()
def verify() -> None:
    """Prove that every balance equals the sum of its entries; exit status 1 when one does not."""
    found = ledger_check.discrepancies()
    for line in found:
        click.echo(line)
    click.echo(f"{len(found)} discrepancies." if found else "The ledger is whole: every balance equals its entries.")
    sys.exit(1 if found else 0)
