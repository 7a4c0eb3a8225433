"""Completions: claimed by the trainee, confirmed or refused by another user."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from training.domain.outcomes import completions as rules
from training.forms.finance.ledger import ReasonForm
from training.forms.outcomes.completions import CompletionForm
from training.kit.clock import today
from training.models.admissions.nominations import Nomination
from training.models.outcomes.completions import Completion
from training.policy.matrix import Permission
from training.queries.admissions import nominations
from training.queries.outcomes import completions
from training.web.common.guard import actor, needs
from training.web.common.lists import cut, pager
from training.web.common.sending import made, makes
from training.web.common.use_case import attempt

bp = Blueprint("completions", __name__)


@bp.get("/completions")
@needs(Permission.CONFIRM_COMPLETION)
def index() -> ResponseReturnValue:
    """List the claims awaiting the actor, oldest first."""
    page = completions.waiting(cut(), actor())
    return render_template("outcomes/completions/index.html", page=page, pager=pager(page))


@bp.route("/nominations/<public_id>/completion", methods=["GET", "POST"])
@needs(Permission.CLAIM_COMPLETION, on=Nomination)
@makes
def claim(nomination: Nomination) -> ResponseReturnValue:
    """Claim completion of the course."""
    page = nominations.nomination_page(nomination, actor())
    form = CompletionForm(completed_on=min(page.cohort.ends_on, today()))
    if form.validate_on_submit():
        day = form.completed_on.data
        with attempt(form) as done:
            rules.claim(nomination, day or today(), form.note.data or "", actor(), today())
            made(url_for("oversight.home.show"))
        if done:
            flash(_("Recorded. A trainer or coordinator confirms it."))
            return redirect(url_for("oversight.home.show"))
        page = nominations.nomination_page(nomination, actor())
    return render_template(
        "outcomes/completions/claim.html",
        form=form,
        nomination=page,
        latest=completions.latest_of(nomination.id, actor()),
    )


@bp.post("/completions/<public_id>/confirm")
@needs(Permission.CONFIRM_COMPLETION, on=Completion)
def confirm(completion: Completion) -> ResponseReturnValue:
    """Confirm a claim."""
    with attempt() as done:
        rules.confirm(completion, actor())
    if done:
        flash(_("Completion confirmed."))
    return redirect(url_for(".index"))


@bp.route("/completions/<public_id>/refuse", methods=["GET", "POST"])
@needs(Permission.CONFIRM_COMPLETION, on=Completion)
def refuse(completion: Completion) -> ResponseReturnValue:
    """Refuse a claim, with a reason that the trainee reads."""
    form = ReasonForm()
    if form.validate_on_submit():
        with attempt(form) as done:
            rules.refuse(completion, form.reason.data or "", actor())
        if done:
            flash(_("Refused. The trainee reads your reason and may claim again."))
            return redirect(url_for(".index"))
    page = completions.completion_page(completion, actor())
    return render_template("outcomes/completions/refuse.html", form=form, completion=page)
