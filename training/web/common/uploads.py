"""A higher size limit for requests that upload a file, for signed-in users only."""

import io
import logging
from pathlib import Path

from flask import Flask, Response, abort, current_app, request, send_file
from flask_login import current_user

from training.config import Settings
from training.domain.finance.evidence import FileState, content_of
from training.models.assurance.rights_assessments import RightsAttachment
from training.models.finance.claims import Evidence, EvidenceKind
from training.web.common.guard import View
from training.web.common.logs import reference

log = logging.getLogger("training.uploads")

_LARGEST_REQUEST = 40 * 1024 * 1024
"""Accepts a file that is too large, so that the form can report it and keep what was typed."""


_TYPES = {
    EvidenceKind.PDF: "application/pdf",
    EvidenceKind.JPEG: "image/jpeg",
    EvidenceKind.PNG: "image/png",
}


def folder() -> Path:
    """Return the folder of uploaded files, outside the web root."""
    return Settings.of(current_app).evidence_folder


def saved(file: Evidence | RightsAttachment, name: str) -> Response:
    """Send a file as a download, never inline: uploads are not executed.

    A missing file is 404; one whose content has changed is not sent: 410, and logged.
    """
    state, content = content_of(file, folder())
    if state is FileState.MISSING:
        abort(404)
    if state is FileState.CHANGED:
        log.error("%s: its file has changed, reference %s", name, reference())
        abort(410)
    response = send_file(
        io.BytesIO(content), mimetype=_TYPES[file.kind], as_attachment=True, download_name=f"{name}.{file.kind}"
    )
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


def takes_file(view: View) -> View:
    """Mark a view whose form uploads a file."""
    view.takes_file = True  # type: ignore[attr-defined]
    return view


def init_app(app: Flask) -> None:
    """Raise the limit before anything reads the form: the CSRF check reads all of it."""

    @app.before_request
    def _raise_limit() -> None:
        view = app.view_functions.get(request.endpoint or "")
        if getattr(view, "takes_file", False) and current_user.is_authenticated:
            request.max_content_length = _LARGEST_REQUEST
