"""The home page: open tasks of the user."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from training.domain.oversight.home import Tasks, requests
from training.kit.clock import today
from training.policy.matrix import Permission
from training.policy.scopes import holds
from training.queries.admissions import notifications, vetting
from training.queries.finance import ceilings, inbox
from training.queries.oversight import home
from training.web.common import guard
from training.web.common.guard import actor
from training.web.oversight import funding

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
    tasks = Tasks(
        notices=notifications.unseen(me) if may(Permission.READ_NOTICE) else (),
        steps=home.nominees_by_step(me) if may(Permission.SELECT_NOMINEES) else (),
        claims=home.claims(me) if may(Permission.CONFIRM_COMPLETION) else (),
        in_vetting=home.nominees_in_vetting(me) if may(Permission.VET) else (),
        lapsing=vetting.lapsing(minding, on, home.SHOWN, me) if minding else (),
        nominable=home.cohorts_to_nominate_for(me, on) if may_put_forward else (),
        taught=home.taught(me) if may_teach else (),
    )
    bundles, number = inbox.oldest(home.SHOWN, me) if may(Permission.APPROVE_MONEY) else ([], 0)
    changes = (
        [one for one in ceilings.waiting(me) if one.proposer_id != me.user_id] if may(Permission.APPROVE_MONEY) else []
    )
    return render_template(
        "oversight/home/show.html",
        today=on,
        own_courses=home.own_courses(me, on) if may(Permission.CLAIM_COMPLETION) else [],
        cohorts=tasks.by_cohort(),
        requests=requests(bundles, on),
        number=number + len(changes),
        ceilings=changes,
        assessments=home.assessments_to_decide(me) if may(Permission.APPROVE_RIGHTS) else [],
        programmes=funding.cards(home.programmes_with_balances(me) if may(Permission.SEE_BALANCES) else []),
    )
