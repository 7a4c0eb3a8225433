"""Make cards for nominees of a roster, so that they can sign in without e-mail."""

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from training.forms.people.cards import CardsForm
from training.models.courses.cohorts import Cohort
from training.policy.matrix import Permission
from training.queries.admissions import nominations
from training.web.common.guard import actor, needs
from training.web.common.lists import place
from training.web.common.sending import made, makes
from training.web.common.use_case import attempt
from training.web.people.cards import printed, written

bp = Blueprint("roster_cards", __name__)


@bp.post("/cohorts/<public_id>/cards")
@needs(Permission.PRINT_CARDS, on=Cohort)
@makes
def make(cohort: Cohort) -> ResponseReturnValue:
    """Make a card for each nominee chosen, and show the cards to be printed."""
    back = url_for("admissions.nominations.roster", public_id=cohort.public_id, **place())
    form = CardsForm()
    form.chosen.most = nominations.ROSTER_SIZE
    if not form.validate_on_submit():
        for error in form.field_errors:
            flash(error.text, "important")
        return redirect(back)
    with attempt() as done:
        sheet = written(nominations.people_of(cohort.id, form.ids, actor()))
        made(url_for("people.cards.index"))
    return printed(sheet) if done else redirect(back)
