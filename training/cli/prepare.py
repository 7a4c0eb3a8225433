"""``flask prepare``: prepare an installed product for serving."""

import click
from flask import current_app

from training.cli import demo
from training.cli.published import load_pact
from training.config import Settings, SettingsError
from training.domain.identity import accounts as rules
from training.kit.db import db, one_process, transaction
from training.queries.identity import accounts


@click.command()
def prepare() -> None:
    """Upgrade the database, load the pact and, in an empty demonstration, its data; print the sign-ins.

    Of two that are started at once, the second waits for the first and then finds it done.
    """
    with one_process(db.engine, lambda: click.echo("Waiting for another process that prepares this database.")):
        _prepare(Settings.of(current_app))


def _prepare(settings: Settings) -> None:
    # Imported here, as every serving process would otherwise load Alembic (8 MB).
    from training.kit.migrate import upgrade

    upgrade(db.engine)
    with transaction():
        load_pact()
    if settings.wants_demo_data and not accounts.has_accounts():
        demo.load(settings)
    if settings.demo_password and accounts.has_demonstration_accounts():
        with transaction():
            rules.reset_demonstration_password(settings.demo_password)
        _print_sign_ins(settings)
    if settings.is_production and accounts.has_demonstration_accounts():
        raise SettingsError("This database holds demonstration accounts: production needs one of its own.")
    if not accounts.has_accounts():
        click.echo("Nobody has an account yet: border-training account invite --role administrator")
    click.echo(f"Serving on http://127.0.0.1:{settings.port}")


def _print_sign_ins(settings: Settings) -> None:
    click.echo("Demonstration sign-ins (artificial people; the password is the same for all):")
    for user in accounts.demonstration_accounts():
        click.echo(f"    {user.username:<20} {user.display_name}")
    click.echo(f"    password: {settings.demo_password}")
