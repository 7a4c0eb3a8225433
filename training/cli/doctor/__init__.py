"""``flask doctor``: what is unsafe or missing in this deployment, in one line each."""

import datetime as dt
import json
import os
import shutil
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from training.cli.doctor import checks
from training.cli.doctor.checks import Finding, LastBackup, Level
from training.config import Settings
from training.domain.identity.jobs import SILENT
from training.kit import mail
from training.kit.clock import now
from training.kit.db import db
from training.kit.outages import describe, outage_of
from training.kit.resources import ROOT
from training.queries.identity import deployment, health
from training.work import backups


@click.command()
@with_appcontext
def doctor() -> None:
    """Say what is unsafe or missing in this deployment; exit status 1 if something is unsafe.

    Run it as the user of the service, with its environment.
    """
    findings = list(_findings(Settings.of(current_app)))
    for finding in findings:
        click.echo(f"{finding.level:<8} {finding.what:<11} {finding.text}")
    sys.exit(1 if any(finding.level is Level.UNSAFE for finding in findings) else 0)


def _findings(settings: Settings) -> Iterator[Finding]:
    yield checks.mode(settings)
    yield checks.secret(settings)
    yield checks.hosts(settings)
    yield checks.hops(settings)
    yield from _of_database()
    yield checks.backup(last_backup(settings), now())
    yield checks.disk(min(shutil.disk_usage(_nearest(folder)).free for folder in _folders(settings)))
    yield checks.folders(_open_to_others(settings), can_change_program=os.access(ROOT, os.W_OK))
    yield checks.mail(mail.server())


def _of_database() -> Iterator[Finding]:
    try:
        yield from _of_reachable_database()
    except Exception as error:
        if outage_of(error) is None:
            raise
        yield checks.unsafe("database", f"cannot be used: {describe(error)}")


def _of_reachable_database() -> Iterator[Finding]:
    # Imported here, as every serving process would otherwise load Alembic (8 MB).
    from training.kit.migrate import is_at_head

    role = deployment.database_role()
    yield checks.connection(role)
    if role is not None:
        yield checks.owner(role)
    at_head = is_at_head(db.engine)
    yield checks.migrations(is_at_head=at_head)
    yield checks.guards(deployment.unguarded_tables())
    yield checks.worker(is_alive=at_head and health.is_worker_alive(SILENT))


def last_backup(settings: Settings) -> LastBackup | None:
    """Return the last good backup; None if none was taken, or nothing readable says so."""
    try:
        noted = json.loads(backups.last_backup(settings).read_text(encoding="utf-8"))
        return LastBackup(dt.datetime.fromisoformat(noted["at"]).astimezone(dt.UTC), bool(noted["is_encrypted"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _folders(settings: Settings) -> set[Path]:
    found = (settings.evidence_folder, settings.queue_file.parent, health.database_folder())
    return {folder for folder in found if folder}


def _nearest(folder: Path) -> Path:
    """Return the folder, or the one above it in which it would be made."""
    return next(each for each in (folder, *folder.absolute().parents) if each.exists())


def _open_to_others(settings: Settings) -> Iterator[Path]:
    """Yield what others than its owner may read or change, of what the product stores."""
    database = health.database_folder()
    files = database.glob(f"{Path(db.engine.url.database or '').name}*") if database else ()
    for path in {settings.evidence_folder, settings.queue_file, *files}:
        if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077:
            yield path
