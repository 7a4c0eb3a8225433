"""Addresses that take a file may be sent more than others, by those who are signed in."""

from flask import Flask, request
from flask_login import current_user

from training.web.guard import View

_LARGEST_REQUEST = 40 * 1024 * 1024
"""Room for a file that is too large, so that the form can say so and keep what was typed."""


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
