"""Commitments: what is outstanding, and proposals to reserve more or to release them."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from training.domain import ledger as rules
from training.domain.refusals import Refusal
from training.forms.ledger import ProposalForm
from training.kit.db import transaction
from training.models.ledger import Commitment
from training.policy.matrix import Permission
from training.policy.scopes import holds
from training.queries import ledger
from training.web.guard import actor, needs
from training.web.refusals import refuse

bp = Blueprint("commitments", __name__)


@bp.get("/commitments/<public_id>")
@needs(Permission.SEE_MONEY, on=Commitment)
def show(commitment: Commitment) -> ResponseReturnValue:
    """Show a commitment and its entries."""
    return render_template(
        "commitments/show.html",
        commitment=ledger.commitment_page(commitment, actor()),
        entries=ledger.of_commitment(commitment.id, actor()),
        may_propose=holds(actor(), Permission.PROPOSE_MONEY),
    )


@bp.route("/commitments/<public_id>/top-up", methods=["GET", "POST"])
@needs(Permission.PROPOSE_MONEY, on=Commitment)
def top_up(commitment: Commitment) -> ResponseReturnValue:
    """Propose to reserve more, because more will have to be paid."""
    form = ProposalForm()
    if form.validate_on_submit():
        try:
            with transaction():
                rules.propose_top_up(commitment, form.proposal(), actor())
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            flash(_("Proposed. It takes effect when another person approves it."))
            return redirect(url_for(".show", public_id=commitment.public_id))
    page = ledger.commitment_page(commitment, actor())
    return render_template("commitments/top_up.html", form=form, commitment=page)


@bp.route("/commitments/<public_id>/release", methods=["GET", "POST"])
@needs(Permission.PROPOSE_MONEY, on=Commitment)
def release(commitment: Commitment) -> ResponseReturnValue:
    """Propose to give money of the commitment back to its line."""
    form = ProposalForm()
    if form.validate_on_submit():
        try:
            with transaction():
                rules.propose_release(commitment, form.proposal(), actor())
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            flash(_("Proposed. It takes effect when another person approves it."))
            return redirect(url_for(".show", public_id=commitment.public_id))
    page = ledger.commitment_page(commitment, actor())
    return render_template("commitments/release.html", form=form, commitment=page)
