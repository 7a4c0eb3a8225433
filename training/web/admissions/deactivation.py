"""Deactivate a person, which withdraws their nominations."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from training.domain.admissions import deactivation, nominations
from training.forms.people.people import DeactivateForm
from training.models.people.people import InactiveReason, Person
from training.policy.matrix import Permission
from training.queries.admissions import nominations as nomination_rows
from training.queries.people import people
from training.web.common.guard import actor, needs
from training.web.common.labels import choices
from training.web.common.use_case import attempt

bp = Blueprint("deactivation", __name__)


@bp.route("/people/<public_id>/deactivate", methods=["GET", "POST"])
@needs(Permission.EDIT_PERSON, on=Person)
def deactivate(person: Person) -> ResponseReturnValue:
    """Deactivate a person."""
    form = DeactivateForm()
    form.reason.choices = [choice for choice in choices(InactiveReason) if choice.value != InactiveReason.MERGED]
    if form.validate_on_submit():
        with attempt(form) as done:
            deactivation.deactivate(person, InactiveReason(form.reason.data or ""), actor())
        if done:
            flash(_("The record was deactivated."))
            return redirect(url_for("oversight.person_page.show", public_id=person.public_id))
    page = people.person_page(person, actor())
    ending = [
        one for one in nomination_rows.nominations_of(person.id, actor()) if nominations.ends_with_deactivation(one)
    ]
    return render_template("admissions/deactivation/deactivate.html", form=form, page=page, ending=ending)
