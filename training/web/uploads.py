"""Addresses that take a file may be sent more than others, by those who are signed in."""

from pathlib import Path

from flask import Flask, Response, abort, current_app, request, send_file
from flask_login import current_user

from training.config import Settings
from training.models.claims import EvidenceKind
from training.web.guard import View

_LARGEST_REQUEST = 40 * 1024 * 1024
"""Room for a file that is too large, so that the form can say so and keep what was typed."""


_TYPES = {
    EvidenceKind.PDF: "application/pdf",
    EvidenceKind.JPEG: "image/jpeg",
    EvidenceKind.PNG: "image/png",
}


def folder() -> Path:
    """Return where uploaded files lie, outside the web root."""
    return Settings.of(current_app).evidence_folder


def saved(stored_as: str, kind: EvidenceKind, name: str) -> Response:
    """Send a file, to be saved and not shown: what was uploaded runs nowhere. One that is gone is 404."""
    path = folder() / stored_as
    if not path.is_file():
        abort(404)
    response = send_file(path, mimetype=_TYPES[kind], as_attachment=True, download_name=f"{name}.{kind}")
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


def takes_file(view: View) -> View:
    """Mark a view whose form has a file."""
    view.takes_file = True  # type: ignore[attr-defined]
    return view


def init_app(app: Flask) -> None:
    """Raise the limit before anything reads the form: the check of its token reads all of it."""

    @app.before_request
    def _make_room() -> None:
        view = app.view_functions.get(request.endpoint or "")
        if getattr(view, "takes_file", False) and current_user.is_authenticated:
            request.max_content_length = _LARGEST_REQUEST
