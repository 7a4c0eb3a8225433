"""Views that make something answer a form that arrives again as they did before, and make nothing more (ADR 28).

The form carries a key from when it was shown. A view declares ``@makes`` and says ``made(address)`` in the transaction
that makes something; both are stored together or not at all.
"""

import hashlib
from functools import wraps
from typing import IO, Any

from flask import abort, flash, g, redirect, request, session
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from training.domain.common import sent_forms
from training.domain.common.refusals import SentBefore
from training.domain.common.sent_forms import Sending
from training.kit.db import read_anew
from training.kit.ids import is_token
from training.web.common.guard import View

_NOT_CONTENT = ("csrf_token", "key")
_PIECE = 1024 * 1024


def makes(view: View) -> View:
    """Mark a view whose form makes something, and let the same form make it once."""

    @wraps(view)
    def once(*arguments: Any, **named: Any) -> ResponseReturnValue:
        if request.method != "POST" or not is_token(request.form.get("key", "")):
            return view(*arguments, **named)
        g.sending = _sending()
        try:
            return _before() or _answer(view, *arguments, **named)
        except SentBefore:
            g.is_key_spent = True
            return view(*arguments, **named)

    once.makes = True  # type: ignore[attr-defined]
    return once


def made(address: str) -> None:
    """Say, in the transaction that makes something, where the form leads to. Raises SentBefore."""
    if g.get("is_key_spent"):
        abort(409)
    if "sending" in g:
        sent_forms.record(g.sending, address)
        g.is_made = True


def _answer(view: View, *arguments: Any, **named: Any) -> ResponseReturnValue:
    """Return the answer of the view, or the earlier one if the same form was faster and so stood in its way."""
    try:
        answer = view(*arguments, **named)
    except Exception:
        if earlier := _before(is_late=True):
            return earlier
        raise
    is_made = g.get("is_made") or getattr(answer, "status_code", 200) in (302, 303)
    return answer if is_made else _before(is_late=True) or answer


def _before(*, is_late: bool = False) -> ResponseReturnValue | None:
    """Return the answer to the same form when it arrived before. Raises SentBefore for one with other content.

    With ``is_late`` what others committed since the request began is seen too.
    """
    if is_late:
        read_anew()
    address = sent_forms.answer_to(g.sending)
    if address is None:
        return None
    if not session.get("_flashes"):
        flash(_("This form had arrived before. Nothing was done twice."))
    return redirect(address)


def _hash(stream: IO[bytes]) -> str:
    """Return the hash of a file, and wind it back."""
    content = hashlib.sha256()
    while piece := stream.read(_PIECE):
        content.update(piece)
    stream.seek(0)
    return content.hexdigest()


def _sending() -> Sending:
    """Return the form of the request; the content of its files counts, their names do not."""
    content = hashlib.sha256(request.path.encode())
    for name, values in sorted(request.form.lists()):
        if name not in _NOT_CONTENT:
            content.update(repr((name, values)).encode())
    for name, files in sorted(request.files.lists()):
        for file in files:
            content.update(repr((name, _hash(file.stream))).encode())
    sender = current_user.public_id if current_user.is_authenticated else ""
    return Sending(sender, request.form["key"], content.hexdigest())
