"""What is said of every proposal of a movement of money."""

from flask import flash, redirect
from flask_babel import gettext as _
from werkzeug import Response


def proposed(address: str) -> Response:
    """Say that a proposal was made and waits for another person, and go to ``address``."""
    flash(_("Proposed. It takes effect when another person approves it."))
    return redirect(address)
