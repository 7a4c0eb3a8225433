"""The help for the first page: what each role of the reader finds there and does next."""

import re

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup, escape

from training.kit.role_help import help_of
from training.models.identity.accounts import Role
from training.web.common.guard import actor, signed_in

bp = Blueprint("role_help", __name__)

_BOLD = re.compile(r"\*\*(.+?)\*\*")


@bp.get("/help")
@signed_in(because="it tells each reader about their own roles")
def show() -> ResponseReturnValue:
    """Show the help of each role of the reader."""
    roles = [(role, [_item(text) for text in help_of(role)]) for role in Role if role in actor().roles]
    return render_template("oversight/role_help/show.html", roles=roles)


def _item(text: str) -> Markup:
    """Return a text of the help in the reader's language; what is bold is what a page calls it."""
    return Markup(_BOLD.sub(r"<strong>\1</strong>", str(escape(_(text)))))  # noqa: S704  # escaped here
