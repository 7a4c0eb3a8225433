"""The approver's inbox: what waits for a decision."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from training.policy.matrix import Permission
from training.queries import ledger
from training.web.guard import actor, needs
from training.web.lists import cut, pager

bp = Blueprint("approvals", __name__)


@bp.get("/approvals")
@needs(Permission.APPROVE_MONEY)
def index() -> ResponseReturnValue:
    """List the proposals that wait, the oldest first."""
    page = ledger.waiting(cut(), actor())
    return render_template("approvals/index.html", page=page, pager=pager(page), me=actor().user_id)
