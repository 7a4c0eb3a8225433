"""Notices: shown on the home page until their reader dismisses them."""

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
    """Dismiss a notice."""
    with transaction():
        rules.see(notice)
    return redirect(url_for("oversight.home.show"))
