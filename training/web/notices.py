"""Notices: what stands on the first page until its reader has seen it."""

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue

from training.domain import notices as rules
from training.kit.db import transaction
from training.models.notices import Notice
from training.policy.matrix import Permission
from training.web.guard import needs

bp = Blueprint("notices", __name__)


@bp.post("/notices/<public_id>/seen")
@needs(Permission.READ_NOTICE, on=Notice)
def see(notice: Notice) -> ResponseReturnValue:
    """Take a notice off the first page."""
    with transaction():
        rules.see(notice)
    return redirect(url_for("home.show"))
