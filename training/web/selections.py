"""One step for several nominees of a roster at once."""

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import ngettext

from training.domain import selections as rules
from training.domain.selections import SelectionStep
from training.models.cohorts import Cohort
from training.policy.matrix import Permission
from training.queries import cohorts, nominations
from training.web.filters import person
from training.web.guard import actor, needs
from training.web.lists import place
from training.web.nominations import roster_page, selection_form
from training.web.refusals import words_for
from training.web.steps import attempt

bp = Blueprint("selections", __name__)


@bp.post("/cohorts/<public_id>/selection")
@needs(Permission.SEE_ROSTER, on=Cohort)
def take(cohort: Cohort) -> ResponseReturnValue:
    """Take a step for the chosen nominees, and say of each that could not why."""
    form = selection_form()
    if form is None:
        abort(403)
    if not form.validate_on_submit():
        return roster_page(cohort, form)
    wish = form.wish()
    permission = Permission.WITHDRAW_NOMINATION if wish.step is SelectionStep.WITHDRAW else Permission.SELECT_NOMINEES
    with attempt() as done:
        chosen = nominations.chosen(cohort.id, form.ids, actor(), permission)
        answers = rules.take(cohort, chosen, wish, actor())
        left = [
            (place, person(one.person), words_for(refusal))
            for place, (one, refusal) in enumerate(zip(chosen, answers, strict=True), 1)
            if refusal
        ]
    if not done:
        return redirect(url_for("nominations.roster", public_id=cohort.public_id, **place()))
    if number := len(chosen) - len(left):
        flash(ngettext("Done for %(num)s nominee.", "Done for %(num)s nominees.", number))
    if not left:
        return redirect(url_for("nominations.roster", public_id=cohort.public_id, **place()))
    return render_template("selections/take.html", page=cohorts.cohort_head(cohort, actor()), left=left, place=place())
