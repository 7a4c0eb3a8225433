"""The first page: what needs me now."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from training.web import guard

bp = Blueprint("home", __name__)


@bp.get("/")
@guard.signed_in(because="each card on it is scoped by itself")
def show() -> ResponseReturnValue:
    """Show what waits for this person."""
    return render_template("home/show.html")
