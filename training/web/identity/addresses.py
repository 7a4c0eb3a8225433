"""Whole addresses with a one-time token, for letters and paper: from the settings, never from what a request says."""

from flask import current_app, url_for

from training.config import Settings


def whole(endpoint: str, token: str) -> str:
    """Return the whole address of an endpoint that takes a token."""
    return f"{Settings.of(current_app).base_address}{url_for(endpoint, token=token)}"
