"""Ceilings of programmes: a change proposed by one person, decided by another."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from training.domain.finance import ceilings as rules
from training.forms.finance.ceilings import CeilingForm
from training.forms.finance.ledger import ReasonForm
from training.kit.clock import today
from training.models.finance.ceilings import CeilingChange
from training.models.finance.programmes import Programme
from training.policy.matrix import Permission
from training.queries.finance import ceilings
from training.web.common.guard import actor, may, needs
from training.web.common.sending import made, makes
from training.web.common.use_case import attempt

bp = Blueprint("ceilings", __name__)

_DECIDING = (Permission.APPROVE_MONEY, Permission.PROPOSE_CEILING)


@bp.route("/programmes/<public_id>/ceiling", methods=["GET", "POST"])
@needs(Permission.PROPOSE_CEILING, on=Programme)
@makes
def propose(programme: Programme) -> ResponseReturnValue:
    """Propose a ceiling with its source."""
    form = CeilingForm()
    if form.validate_on_submit():
        with attempt(form) as done:
            change = rules.propose(programme, form.ceiling.data or 0, form.published(), actor(), today())
            made(url_for(".show", public_id=change.public_id))
        if done:
            flash(_("Proposed. A finance approver decides."))
            return redirect(url_for(".show", public_id=change.public_id))
    return render_template("finance/ceilings/propose.html", form=form, programme=programme)


@bp.get("/ceilings/<public_id>")
@needs(Permission.SEE_BALANCES, on=CeilingChange, offers=_DECIDING)
def show(change: CeilingChange) -> ResponseReturnValue:
    """Show a change of a ceiling, and what the reader may do about it."""
    return _page(change, ReasonForm(formdata=None))


def _page(change: CeilingChange, form: ReasonForm) -> ResponseReturnValue:
    row = next(one for one in ceilings.history(change.programme_id, actor()) if one.change.id == change.id)
    is_own = change.proposer_id == actor().user_id
    return render_template(
        "finance/ceilings/show.html",
        form=form,
        row=row,
        is_own=is_own and row.waits,
        may_decide=row.waits and not is_own and may(Permission.APPROVE_MONEY),
        may_withdraw=row.waits and is_own and may(Permission.PROPOSE_CEILING),
    )


@bp.post("/ceilings/<public_id>/approve")
@needs(Permission.APPROVE_MONEY, on=CeilingChange)
def approve(change: CeilingChange) -> ResponseReturnValue:
    """Approve a change: the programme has the new ceiling."""
    with attempt() as done:
        rules.approve(change, actor())
    if done:
        flash(_("Approved. The programme has the new ceiling."))
    return redirect(url_for(".show", public_id=change.public_id))


@bp.post("/ceilings/<public_id>/refuse")
@needs(Permission.APPROVE_MONEY, on=CeilingChange, offers=_DECIDING)
def refuse(change: CeilingChange) -> ResponseReturnValue:
    """Refuse a change, with a reason."""
    form = ReasonForm()
    if form.validate_on_submit():
        with attempt(form) as done:
            rules.refuse(change, form.reason.data or "", actor())
        if done:
            flash(_("Refused. The proposer reads your reason."))
            return redirect(url_for(".show", public_id=change.public_id))
    return _page(change, form)


@bp.post("/ceilings/<public_id>/withdraw")
@needs(Permission.PROPOSE_CEILING, on=CeilingChange)
def withdraw(change: CeilingChange) -> ResponseReturnValue:
    """Withdraw one's own proposal."""
    with attempt() as done:
        rules.withdraw(change, actor())
    if done:
        flash(_("Withdrawn."))
    return redirect(url_for(".show", public_id=change.public_id))
