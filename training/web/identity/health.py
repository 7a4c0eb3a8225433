"""The health of the process, the database, the disk and the work process."""

import tempfile
from pathlib import Path

from flask import Blueprint, current_app
from flask.typing import ResponseReturnValue

from training.config import Settings
from training.domain.identity.jobs import SILENT
from training.kit.files import free_bytes
from training.kit.outages import Outage
from training.queries.identity import health
from training.web.common import guard
from training.web.common.logs import note_outage

bp = Blueprint("health", __name__)

_ROOM = 1024 * 1024
"""Bytes that have to be free wherever the product writes."""


@bp.get("/healthz")
@guard.public(because="a load balancer asks, and the answer tells nothing else")
def show() -> ResponseReturnValue:
    """Answer 200 if database and disk can be used, else 503; pages are also served without the work process."""
    is_full = any(free_bytes(folder) < _ROOM for folder in _folders())
    outage = health.database_outage() or (Outage.FULL if is_full and health.database_folder() else None)
    wrong = outage or (Outage.FULL if is_full else None)
    if wrong:
        note_outage(wrong.value)
    return {
        "process": "well",
        "database": outage.value if outage else "well",
        "disk": Outage.FULL.value if is_full else "well",
        "worker": "well" if not outage and health.is_worker_alive(SILENT) else "silent",
    }, 503 if wrong else 200


def _folders() -> set[Path]:
    """Return the folders that the product writes to; unfinished requests are in the last."""
    settings = Settings.of(current_app)
    found = (
        health.database_folder(),
        settings.evidence_folder,
        settings.queue_file.parent,
        Path(tempfile.gettempdir()),
    )
    return {folder for folder in found if folder}
