"""``flask backup``, ``flask restore`` and ``flask backup-key``."""

from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from training.cli.reports import verify
from training.config import Settings
from training.kit import archives
from training.kit.db import db
from training.work import backups
from training.work.backups import BackupError

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--key", type=_FILE, help="A file with the public key for which the backup is encrypted.")
@click.option("--keep", type=click.IntRange(min=1), help="How many backups stay in the folder; all without it.")
@with_appcontext
def backup(folder: Path, key: Path | None, keep: int | None) -> None:
    """Back up database and files into FOLDER; people may write meanwhile."""
    try:
        made = backups.make(Settings.of(current_app), db.engine, folder, key, keep)
    except BackupError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{made.file}: the database and {made.evidence} files.")
    if made.missing:
        click.echo(f"{len(made.missing)} files were deleted before, or are lost: ledger verify tells which.", err=True)


@click.command()
@click.argument("file", type=_FILE)
@click.option("--key", type=_FILE, help="The file with the secret key that opens the backup.")
@with_appcontext
def restore(file: Path, key: Path | None) -> None:
    """Bring FILE back into an empty database, upgrade it to this release, and verify the ledger."""
    settings = Settings.of(current_app)
    try:
        found = backups.restore(settings, db.engine, file, key)
    except BackupError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"Backup of {found.made_at}: {found.rows} rows and {found.evidence} files are back.")
    # Imported here, as every serving process would otherwise load Alembic (8 MB).
    from training.kit.migrate import upgrade

    upgrade(db.engine)
    click.get_current_context().invoke(verify)


@click.command("backup-key")
@click.argument("file", type=_FILE)
def backup_key(file: Path) -> None:
    """Write a new secret key into FILE, and print the public key with which backups are encrypted."""
    try:
        click.echo(archives.new_key(file))
    except FileExistsError as error:
        raise click.ClickException(f"{file} exists already.") from error
    except OSError as error:
        raise click.ClickException(f"{file} cannot be written: {error.strerror}.") from error
