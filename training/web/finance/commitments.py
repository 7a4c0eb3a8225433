"""Commitments: outstanding money, proposals to top up or release, and when payments are expected."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from training.domain.finance import ledger as rules
from training.domain.finance import proposals
from training.forms.finance.ledger import ProposalForm, RescheduleForm
from training.models.finance.ledger import Commitment
from training.policy.matrix import Permission
from training.queries.finance import entries
from training.web.common.guard import actor, may, needs
from training.web.common.sending import made, makes
from training.web.common.use_case import attempt
from training.web.finance.proposing import proposed

bp = Blueprint("commitments", __name__)


@bp.get("/commitments/<public_id>")
@needs(Permission.SEE_MONEY, on=Commitment, offers=(Permission.PROPOSE_MONEY,))
def show(commitment: Commitment) -> ResponseReturnValue:
    """Show a commitment and its entries."""
    return render_template(
        "finance/commitments/show.html",
        commitment=entries.commitment_page(commitment, actor()),
        entries=entries.oldest(entries.of_commitment(commitment.id), actor()),
        may_propose=may(Permission.PROPOSE_MONEY),
    )


@bp.route("/commitments/<public_id>/top-up", methods=["GET", "POST"])
@needs(Permission.PROPOSE_MONEY, on=Commitment)
@makes
def top_up(commitment: Commitment) -> ResponseReturnValue:
    """Propose to reserve more money."""
    form = ProposalForm()
    if form.validate_on_submit():
        with attempt(form) as done:
            proposals.propose_top_up(commitment, form.proposal(), actor())
            made(url_for(".show", public_id=commitment.public_id))
        if done:
            return proposed(url_for(".show", public_id=commitment.public_id))
    page = entries.commitment_page(commitment, actor())
    return render_template("finance/commitments/top_up.html", form=form, commitment=page)


@bp.route("/commitments/<public_id>/release", methods=["GET", "POST"])
@needs(Permission.PROPOSE_MONEY, on=Commitment)
@makes
def release(commitment: Commitment) -> ResponseReturnValue:
    """Propose to release money to the line."""
    form = ProposalForm()
    if form.validate_on_submit():
        with attempt(form) as done:
            proposals.propose_release(commitment, form.proposal(), actor())
            made(url_for(".show", public_id=commitment.public_id))
        if done:
            return proposed(url_for(".show", public_id=commitment.public_id))
    page = entries.commitment_page(commitment, actor())
    return render_template("finance/commitments/release.html", form=form, commitment=page)


@bp.route("/commitments/<public_id>/reschedule", methods=["GET", "POST"])
@needs(Permission.PROPOSE_MONEY, on=Commitment)
def reschedule(commitment: Commitment) -> ResponseReturnValue:
    """Change the expected day of payment; no money moves, so no approval is needed."""
    form = RescheduleForm()
    if form.validate_on_submit():
        with attempt(form) as done:
            rules.reschedule(commitment, form.expected(), form.shown.data or "", actor())
        if done:
            flash(_("The payment is now expected on this date."))
            return redirect(url_for(".show", public_id=commitment.public_id))
    page = entries.commitment_page(commitment, actor())
    form.shown.data = str(page.expected_on)
    return render_template("finance/commitments/reschedule.html", form=form, commitment=page)
