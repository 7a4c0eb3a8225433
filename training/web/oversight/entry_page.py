"""The page of a ledger entry, and the decision about it."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from training.domain.finance.decisions import summary
from training.domain.oversight import approvals
from training.forms.finance.ledger import ReasonForm
from training.kit.clock import today
from training.models.finance.ledger import LedgerEntry
from training.policy.matrix import Permission
from training.queries.finance import bundles
from training.web.common.guard import actor, may, needs
from training.web.common.use_case import attempt
from training.web.oversight.approvals import foreseen

bp = Blueprint("entry_page", __name__)


@bp.get("/entries/<public_id>")
@needs(
    Permission.SEE_MONEY,
    on=LedgerEntry,
    offers=(Permission.APPROVE_MONEY, Permission.PROPOSE_MONEY, Permission.SEE_EVIDENCE),
)
def show(entry: LedgerEntry) -> ResponseReturnValue:
    """Show an entry with proposer, decision and posting."""
    me = actor()
    page = bundles.entry_page(entry, me)
    return render_template(
        "oversight/entry_page/show.html",
        page=page,
        waiting=None if page.decision else foreseen([page.bundle])[0],
        may_approve=may(Permission.APPROVE_MONEY),
        is_own=entry.proposer_id == me.user_id,
        may_propose=may(Permission.PROPOSE_MONEY),
        may_see_payee=may(Permission.SEE_EVIDENCE),
    )


@bp.post("/entries/<public_id>/approve")
@needs(Permission.APPROVE_MONEY, on=LedgerEntry)
def approve(entry: LedgerEntry) -> ResponseReturnValue:
    """Approve a proposal."""
    with attempt() as done:
        approvals.approve(entry, actor(), today())
    if done:
        flash(_("Approved. The balances have moved."))
    return redirect(url_for(".show", public_id=entry.public_id))


@bp.route("/entries/<public_id>/refuse", methods=["GET", "POST"])
@needs(Permission.APPROVE_MONEY, on=LedgerEntry)
def refuse(entry: LedgerEntry) -> ResponseReturnValue:
    """Refuse a proposal, with a reason."""
    form = ReasonForm()
    if form.validate_on_submit():
        with attempt(form) as done:
            approvals.refuse(entry, form.reason.data or "", actor())
        if done:
            flash(_("Refused. The proposer reads your reason."))
            return redirect(url_for(".show", public_id=entry.public_id))
    page = bundles.entry_page(entry, actor())
    return render_template("oversight/entry_page/refuse.html", form=form, page=page, summary=summary(page.bundle))


@bp.route("/entries/<public_id>/withdraw", methods=["GET", "POST"])
@needs(Permission.PROPOSE_MONEY, on=LedgerEntry)
def withdraw(entry: LedgerEntry) -> ResponseReturnValue:
    """Withdraw one's own proposal, with a reason."""
    form = ReasonForm()
    if form.validate_on_submit():
        with attempt(form) as done:
            approvals.withdraw(entry, form.reason.data or "", actor())
        if done:
            flash(_("Withdrawn. No money has moved."))
            return redirect(url_for(".show", public_id=entry.public_id))
    page = bundles.entry_page(entry, actor())
    return render_template("oversight/entry_page/withdraw.html", form=form, page=page, summary=summary(page.bundle))
