"""The entries of the ledger: lists, one page each, and the decision about them."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from training.domain import approvals, proposals
from training.forms.ledger import EntryFilter, ReasonForm
from training.kit.clock import today
from training.models.ledger import EntryKind, LedgerEntry
from training.models.programmes import Programme
from training.policy.matrix import Permission
from training.policy.scopes import holds
from training.queries import claims, ledger
from training.web.approvals import foreseen
from training.web.guard import actor, needs
from training.web.lists import cut, pager
from training.web.proposing import proposed
from training.web.steps import attempt
from training.web.wording import choices

bp = Blueprint("ledger", __name__)


@bp.get("/programmes/<public_id>/entries")
@needs(Permission.SEE_MONEY, on=Programme)
def index(programme: Programme) -> ResponseReturnValue:
    """List the entries of a programme, the newest first."""
    form = EntryFilter(request.args)
    form.kind.choices = choices(EntryKind)
    kind = EntryKind(form.kind.data) if form.validate() and form.kind.data else None
    page = ledger.page_of(programme.id, kind, cut(), actor())
    return render_template("ledger/index.html", programme=programme, form=form, page=page, pager=pager(page))


@bp.get("/entries/<public_id>")
@needs(Permission.SEE_MONEY, on=LedgerEntry)
def show(entry: LedgerEntry) -> ResponseReturnValue:
    """Show an entry: who proposed it, who decided, what it moved."""
    me = actor()
    page = ledger.entry_page(entry, me)
    return render_template(
        "ledger/show.html",
        page=page,
        waiting=None if page.decision else foreseen([page.bundle])[0],
        may_approve=holds(me, Permission.APPROVE_MONEY),
        is_own=entry.proposer_id == me.user_id,
        may_propose=holds(me, Permission.PROPOSE_MONEY),
        may_see_payee=claims.may_see_payees(me),
    )


@bp.post("/entries/<public_id>/approve")
@needs(Permission.APPROVE_MONEY, on=LedgerEntry)
def approve(entry: LedgerEntry) -> ResponseReturnValue:
    """Let a proposal take effect."""
    with attempt() as done:
        approvals.approve(entry, actor(), today())
    if done:
        flash(_("Approved. The balances have moved."))
    return redirect(url_for(".show", public_id=entry.public_id))


@bp.route("/entries/<public_id>/refuse", methods=["GET", "POST"])
@needs(Permission.APPROVE_MONEY, on=LedgerEntry)
def refuse(entry: LedgerEntry) -> ResponseReturnValue:
    """Turn a proposal down, with a reason."""
    form = ReasonForm()
    if form.validate_on_submit():
        with attempt(form) as done:
            approvals.refuse(entry, form.reason.data or "", actor())
        if done:
            flash(_("Refused. The proposer reads your reason."))
            return redirect(url_for(".show", public_id=entry.public_id))
    return render_template("ledger/refuse.html", form=form, page=ledger.entry_page(entry, actor()))


@bp.route("/entries/<public_id>/withdraw", methods=["GET", "POST"])
@needs(Permission.PROPOSE_MONEY, on=LedgerEntry)
def withdraw(entry: LedgerEntry) -> ResponseReturnValue:
    """Take one's own proposal back, with a reason."""
    form = ReasonForm()
    if form.validate_on_submit():
        with attempt(form) as done:
            approvals.withdraw(entry, form.reason.data or "", actor())
        if done:
            flash(_("Taken back. Nothing has moved."))
            return redirect(url_for(".show", public_id=entry.public_id))
    return render_template("ledger/withdraw.html", form=form, page=ledger.entry_page(entry, actor()))


@bp.route("/entries/<public_id>/reverse", methods=["GET", "POST"])
@needs(Permission.PROPOSE_MONEY, on=LedgerEntry)
def reverse(entry: LedgerEntry) -> ResponseReturnValue:
    """Propose to undo an approved entry, with a reason."""
    form = ReasonForm()
    if form.validate_on_submit():
        with attempt(form) as done:
            reversal = proposals.propose_reversal(entry, form.reason.data or "", form.key.data or "", actor())
        if done:
            return proposed(url_for(".show", public_id=reversal.public_id))
    return render_template("ledger/reverse.html", form=form, page=ledger.entry_page(entry, actor()))
