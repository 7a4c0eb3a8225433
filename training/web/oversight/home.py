"""The home page: open tasks of the user."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from training.domain.oversight.home import Tasks, requests
from training.kit.clock import today
from training.policy.matrix import Permission
from training.policy.scopes import holds
from training.queries.oversight import home
from training.web.common import guard
from training.web.common.guard import actor
from training.web.oversight import funding, setting_up

bp = Blueprint("home", __name__)


@bp.get("/")
@guard.signed_in(because="each card on it is scoped by itself")
def show() -> ResponseReturnValue:
    """Show the open tasks of the user, by their permissions."""
    me, on = actor(), today()

    def may(permission: Permission) -> bool:
        return holds(me, permission)

    found = home.waiting(me, on)
    may_teach = may(Permission.CONFIRM_COMPLETION) and not may(Permission.SELECT_NOMINEES)
    tasks = Tasks(
        notices=found.notices,
        steps=found.steps,
        claims=found.claims,
        in_vetting=found.in_vetting,
        lapsing=found.lapsing,
        nominable=found.nominable,
        taught=home.taught(me) if may_teach else (),
    )
    return render_template(
        "oversight/home/show.html",
        today=on,
        missing=setting_up.list_for(me),
        own_courses=home.own_courses(me, on) if may(Permission.CLAIM_COMPLETION) else [],
        cohorts=tasks.by_cohort(),
        requests=requests(found.proposals, on),
        number=found.number + len(found.ceilings),
        ceilings=found.ceilings,
        assessments=found.assessments,
        accounts=found.accounts,
        programmes=funding.cards(home.programmes_with_balances(me) if may(Permission.SEE_BALANCES) else []),
    )
