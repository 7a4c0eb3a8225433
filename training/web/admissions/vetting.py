"""Vetting: the queue, and recording the authority's decisions."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from training.domain.admissions import vetting as rules
from training.forms.admissions.vetting import ClearanceForm, QueueFilter, kept_from
from training.forms.common.widgets import Choice
from training.kit.clock import today
from training.models.admissions.vetting import VettingOutcome
from training.models.people.people import Person
from training.policy.matrix import Permission
from training.queries.admissions import vetting
from training.queries.admissions.vetting import VettingQueue
from training.queries.people import people
from training.web.common.guard import actor, needs
from training.web.common.labels import choices
from training.web.common.lists import cut, pager
from training.web.common.sending import made, makes
from training.web.common.use_case import attempt

bp = Blueprint("vetting", __name__)
bp.add_app_template_filter(rules.lapsing)


@bp.get("/vetting")
@needs(Permission.VET)
def index() -> ResponseReturnValue:
    """List the nominees in vetting, or those whose clearance lapses, oldest first."""
    form = QueueFilter(request.args)
    form.queue.choices = [
        Choice(VettingQueue.WITHIN_60, _("Clearance lapses within 60 days")),
        Choice(VettingQueue.WITHIN_30, _("Clearance lapses within 30 days")),
        Choice(VettingQueue.LAPSED, _("Clearance lapsed")),
        Choice(VettingQueue.DECIDED, _("Decided")),
    ]
    form.queue.blank = _("In vetting")
    queue = VettingQueue(form.queue.data) if form.validate() and form.queue.data else VettingQueue.WAITING
    page = vetting.page_of(queue, today(), cut(), actor())
    return render_template("admissions/vetting/index.html", form=form, page=page, pager=pager(page), today=today())


@bp.route("/people/<public_id>/clearance", methods=["GET", "POST"])
@needs(Permission.VET, on=Person)
@makes
def decide(person: Person) -> ResponseReturnValue:
    """Record a decision about a person; it supersedes the one before."""
    form = ClearanceForm(**kept_from(vetting.last_recorded_by(actor()), today()))
    form.outcome.choices = choices(VettingOutcome)
    if form.validate_on_submit():
        with attempt(form) as done:
            rules.record(person, form.decision(), actor(), today())
            made(url_for(".index"))
        if done:
            flash(_("Recorded."))
            return redirect(url_for(".index"))
    return render_template("admissions/vetting/decide.html", form=form, page=people.person_page(person, actor()))
