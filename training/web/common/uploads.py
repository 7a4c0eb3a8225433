"""What a request may send: the size of forms, the number of their fields, files and how many of them in a day."""

import io
import logging
import threading
from functools import wraps
from pathlib import Path, PureWindowsPath
from typing import IO, Any

from flask import Flask, Response, abort, current_app, g, request, send_file
from flask.typing import ResponseReturnValue
from flask_login import current_user

from training.config import Settings
from training.domain.common.table_columns import cleaned
from training.domain.finance.evidence import FileState, content_of
from training.domain.identity import upload_limits
from training.domain.identity.refusals import TooManyUploads
from training.forms.common.table_import import LONGEST_NAME
from training.kit.clock import today
from training.kit.db import read_anew, transaction
from training.kit.memory import give_back
from training.models.assurance.rights_assessments import RightsAttachment
from training.models.finance.claims import Evidence, EvidenceKind
from training.web.common.guard import View, actor
from training.web.common.labels import words_for
from training.web.common.logs import reference

log = logging.getLogger("training.uploads")

_LARGEST_REQUEST = 40 * 1024 * 1024
"""Accepts a file that is too large, so that the form can report it and keep what was typed."""


_WORKING = threading.Lock()
_PATIENCE = 20
"""Seconds that a request waits while other files are worked on."""

_TYPES = {
    EvidenceKind.PDF: "application/pdf",
    EvidenceKind.JPEG: "image/jpeg",
    EvidenceKind.PNG: "image/png",
}


def folder() -> Path:
    """Return the folder of uploaded files, outside the web root."""
    return Settings.of(current_app).evidence_folder


def name_of(form: Any) -> str:
    """Return what the user calls an uploaded file: what was typed, else its own name, without folders, shortened."""
    own = PureWindowsPath(form.file.data.filename or "").name
    return form.called.data or cleaned(own)[:LONGEST_NAME]


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
    """Mark a view whose form uploads a file. A process works on one file at a time: a table needs some 50 MB.

    Who waits for that holds no connection to the database: the one that is worked for may need it.
    """

    @wraps(view)
    def one_at_a_time(*args: Any, **kwargs: Any) -> ResponseReturnValue:
        if request.method != "POST":
            return view(*args, **kwargs)
        if not _WORKING.acquire(blocking=False):
            read_anew()
            if not _WORKING.acquire(timeout=_PATIENCE):
                abort(503)
        try:
            return view(*args, **kwargs)
        finally:
            _WORKING.release()

    one_at_a_time.takes_file = True  # type: ignore[attr-defined]
    return one_at_a_time


def init_app(app: Flask) -> None:
    """Bound what a request may send, before anything reads the form: the CSRF check reads all of it."""

    @app.before_request
    def _bound_form() -> None:
        view = app.view_functions.get(request.endpoint or "")
        if request.mimetype == "application/x-www-form-urlencoded":
            _bound_fields()
        elif getattr(view, "takes_file", False) and current_user.is_authenticated:
            request.max_content_length = _LARGEST_REQUEST

    @app.teardown_request
    def _give_back(_error: BaseException | None) -> None:
        view = app.view_functions.get(request.endpoint or "")
        if request.method == "POST" and getattr(view, "takes_file", False):
            give_back()


def _bound_fields() -> None:
    """Reject a form of very many fields before they become objects; the parser bounds those of multipart forms only."""
    request.max_content_length = request.max_form_memory_size
    if request.get_data(parse_form_data=False).count(b"&") >= (request.max_form_parts or 0):
        abort(413)


def count_uploads(app: Flask) -> None:
    """Count the files of each request; above the daily limit the form is shown again with the reason at its file."""

    @app.before_request
    def _count() -> None:
        view = app.view_functions.get(request.endpoint or "")
        if request.method != "POST" or not getattr(view, "takes_file", False) or not current_user.is_authenticated:
            return
        sizes = [_size(file.stream) for _name, file in request.files.items(multi=True) if file.filename]
        if not sizes:
            return
        try:
            with transaction():
                upload_limits.note(actor().user_id, len(sizes), sum(sizes), today())
        except TooManyUploads as refusal:
            g.upload_refusal = words_for(refusal)


def _size(stream: IO[bytes]) -> int:
    size = stream.seek(0, io.SEEK_END)
    stream.seek(0)
    return size
