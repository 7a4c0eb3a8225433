"""The message after each proposal of a movement."""

from flask import flash, redirect
from flask_babel import gettext as _
from werkzeug import Response


def proposed(address: str) -> Response:
    """Flash that a proposal awaits another person's approval, and redirect to ``address``."""
    flash(_("Proposed. It takes effect when another person approves it."))
    return redirect(address)
