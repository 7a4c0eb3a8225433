"""Notices: what stands on the first page until its reader has seen it."""

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue

from training.domain.admissions import notifications as rules
from training.kit.db import transaction
from training.models.admissions.notifications import Notice
from training.policy.matrix import Permission
from training.web.common.guard import needs

bp = Blueprint("notifications", __name__)


@bp.post("/notices/<public_id>/seen")
@needs(Permission.READ_NOTICE, on=Notice)
def see(notice: Notice) -> ResponseReturnValue:
    """Take a notice off the first page."""
    with transaction():
        rules.see(notice)
    return redirect(url_for("oversight.home.show"))
