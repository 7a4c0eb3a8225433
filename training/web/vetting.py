"""Vetting: the queue, and recording what the authority decided."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from training.domain import vetting as rules
from training.domain.refusals import Refusal
from training.forms.vetting import DecisionForm
from training.kit.clock import today
from training.kit.db import transaction
from training.models.people import Person
from training.models.vetting import VettingOutcome
from training.policy.matrix import Permission
from training.queries import people, vetting
from training.web.guard import actor, needs
from training.web.lists import cut, pager
from training.web.refusals import refuse
from training.web.wording import choices

bp = Blueprint("vetting", __name__)


@bp.get("/vetting")
@needs(Permission.VET)
def index() -> ResponseReturnValue:
    """List the nominees in vetting, the oldest first."""
    page = vetting.waiting(cut(), actor())
    return render_template("vetting/index.html", page=page, pager=pager(page), today=today())


@bp.route("/people/<public_id>/clearance", methods=["GET", "POST"])
@needs(Permission.VET, on=Person)
def decide(person: Person) -> ResponseReturnValue:
    """Record a decision about a person; it supersedes the one before."""
    form = DecisionForm()
    form.outcome.choices = choices(VettingOutcome)
    if form.validate_on_submit():
        try:
            with transaction():
                rules.record(person, form.decision(), actor(), today())
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            flash(_("Recorded."))
            return redirect(url_for(".index"))
    return render_template("vetting/decide.html", form=form, page=people.person_page(person, actor()))
