"""The home page: open tasks of the user."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from training.kit.clock import today
from training.policy.matrix import Permission
from training.policy.scopes import holds
from training.queries.admissions import notifications, vetting
from training.queries.oversight import home
from training.web.common import guard
from training.web.common.guard import actor

bp = Blueprint("home", __name__)


@bp.get("/")
@guard.signed_in(because="each card on it is scoped by itself")
def show() -> ResponseReturnValue:
    """Show the open tasks of the user, by their permissions."""
    me, on = actor(), today()

    def may(permission: Permission) -> bool:
        return holds(me, permission)

    may_teach = may(Permission.CONFIRM_COMPLETION) and not may(Permission.SELECT_NOMINEES)
    may_put_forward = may(Permission.NOMINATE) and not may(Permission.SELECT_NOMINEES)
    minding = next(filter(may, (Permission.SELECT_NOMINEES, Permission.NOMINATE, Permission.VET)), None)
    return render_template(
        "oversight/home/show.html",
        today=on,
        notices=notifications.unseen(me) if may(Permission.READ_NOTICE) else [],
        lapsing=vetting.lapsing(minding, on, home.SHOWN, me) if minding else [],
        own_courses=home.own_courses(me, on) if may(Permission.CLAIM_COMPLETION) else [],
        steps=home.nominees_by_step(me) if may(Permission.SELECT_NOMINEES) else [],
        claims=home.claims(me) if may(Permission.CONFIRM_COMPLETION) else [],
        entries=home.entries_to_decide(me) if may(Permission.APPROVE_MONEY) else [],
        assessments=home.assessments_to_decide(me) if may(Permission.APPROVE_RIGHTS) else [],
        in_vetting=home.nominees_in_vetting(me) if may(Permission.VET) else [],
        nominable=home.cohorts_to_nominate_for(me, on) if may_put_forward else [],
        taught=home.taught(me) if may_teach else [],
        programmes=home.programmes_with_balances(me) if may(Permission.SEE_BALANCES) else [],
    )
