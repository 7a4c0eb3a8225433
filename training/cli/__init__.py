"""The flask commands: preparation, seeds, permissions, verification, accounts."""

from flask import Flask

from training.cli import accounts, backup, names, path, prepare, reports, seeds, worker


def init_app(app: Flask) -> None:
    """Attach the commands."""
    app.cli.add_command(prepare.prepare)
    app.cli.add_command(seeds.seed)
    app.cli.add_command(reports.policy)
    app.cli.add_command(reports.ledger)
    app.cli.add_command(reports.forget)
    app.cli.add_command(path.nominations)
    app.cli.add_command(accounts.account)
    app.cli.add_command(worker.worker)
    app.cli.add_command(backup.backup)
    app.cli.add_command(backup.restore)
    app.cli.add_command(backup.backup_key)
    app.cli.add_command(names.names)
