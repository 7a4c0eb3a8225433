"""Take one step for several nominees of a roster."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import ngettext

from training.domain.admissions import bulk_actions as rules
from training.domain.admissions.nomination_path import SelectionStep
from training.domain.admissions.refusals import WaitingOvertaken
from training.models.courses.cohorts import Cohort
from training.policy.matrix import Permission
from training.queries.admissions import nominations
from training.queries.courses import cohorts
from training.web.admissions.nominations import ROSTER_OFFERS, ask_to_pass, roster_page, selection_form
from training.web.common.filters import person
from training.web.common.guard import actor, needs
from training.web.common.labels import words_for
from training.web.common.lists import place
from training.web.common.use_case import attempt

bp = Blueprint("bulk_actions", __name__)


@bp.post("/cohorts/<public_id>/selection")
@needs(Permission.SEE_ROSTER, on=Cohort, offers=ROSTER_OFFERS)
def take(cohort: Cohort) -> ResponseReturnValue:
    """Take a step for the selected nominees, and list those refused with the reason."""
    form = selection_form()
    if form is None:
        abort(403)
    if not form.validate_on_submit():
        return roster_page(cohort, form)
    action = form.action(request.form.getlist("past"))
    permission = Permission.WITHDRAW_NOMINATION if action.step is SelectionStep.WITHDRAW else Permission.SELECT_NOMINEES
    try:
        with attempt(asks=WaitingOvertaken) as done:
            chosen = nominations.selected(cohort.id, form.ids, actor(), permission)
            refusals = rules.take(cohort, chosen, action, actor())
            left = [
                (place, person(one.person), words_for(refusal))
                for place, (one, refusal) in enumerate(zip(chosen, refusals, strict=True), 1)
                if refusal
            ]
    except WaitingOvertaken as refusal:
        fields = {"step": [action.step.value], "key": [action.key], "chosen": form.ids}
        return ask_to_pass(cohort, refusal, url_for(".take", public_id=cohort.public_id, **place()), fields)
    if not done:
        return redirect(url_for("admissions.nominations.roster", public_id=cohort.public_id, **place()))
    if number := len(chosen) - len(left):
        flash(ngettext("Done for %(num)s nominee.", "Done for %(num)s nominees.", number))
    if not left:
        return redirect(url_for("admissions.nominations.roster", public_id=cohort.public_id, **place()))
    return render_template(
        "admissions/bulk_actions/take.html", page=cohorts.cohort_head(cohort, actor()), left=left, place=place()
    )
