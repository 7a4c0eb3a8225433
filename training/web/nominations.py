"""Nominations: finding and putting forward, the roster, and each step to a seat."""

from collections.abc import Callable

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from training.domain import nominations as rules
from training.domain import people as register_rules
from training.domain.refusals import Refusal
from training.forms.cohorts import StepForm
from training.forms.ledger import ReasonForm
from training.forms.nominations import RosterFilter
from training.forms.people import NewPersonForm, SearchForm
from training.kit.clock import today
from training.kit.db import transaction
from training.models.cohorts import Cohort
from training.models.nominations import Nomination, NominationState
from training.models.people import Person
from training.policy.matrix import Permission
from training.queries import access, cohorts, nominations, people
from training.web.guard import actor, needs
from training.web.people import offer_organisations
from training.web.refusals import refuse, words_for
from training.web.wording import choices

bp = Blueprint("nominations", __name__)


@bp.route("/cohorts/<public_id>/nominate", methods=["GET", "POST"])
@needs(Permission.NOMINATE, on=Cohort)
def nominate(cohort: Cohort) -> ResponseReturnValue:
    """Find somebody to put forward. The name travels in the body, never in the address."""
    form = SearchForm()
    found = None
    if form.validate_on_submit():
        found = people.eligible(cohort.id, form.words.data or "", actor())
    page = cohorts.cohort_page(cohort, actor())
    return render_template("nominations/nominate.html", form=form, page=page, found=found)


@bp.post("/cohorts/<public_id>/nominate/chosen")
@needs(Permission.NOMINATE, on=Cohort)
def put_forward(cohort: Cohort) -> ResponseReturnValue:
    """Nominate the person who was chosen."""
    chosen = access.find(Person, request.form.get("person", ""), actor(), Permission.EDIT_PERSON)
    if chosen is None or not chosen.is_allowed:
        abort(404)
    try:
        with transaction():
            rules.nominate(cohort, chosen.record, actor())
    except Refusal as refusal:
        flash(words_for(refusal), "important")
        return redirect(url_for(".nominate", public_id=cohort.public_id))
    flash(_("Nominated."))
    return redirect(url_for(".roster", public_id=cohort.public_id))


@bp.route("/cohorts/<public_id>/nominate/new", methods=["GET", "POST"])
@needs(Permission.NOMINATE, on=Cohort)
def register(cohort: Cohort) -> ResponseReturnValue:
    """Register somebody new and nominate them, both or neither."""
    form = NewPersonForm()
    bodies = offer_organisations(form)
    if form.validate_on_submit():
        try:
            with transaction():
                body = bodies[form.organisation.data or ""]
                person = register_rules.register(body.id, form.particulars(), actor())
                rules.nominate(cohort, person, actor())
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            flash(_("Registered and nominated."))
            return redirect(url_for(".roster", public_id=cohort.public_id))
    return render_template("nominations/register.html", form=form, page=cohorts.cohort_page(cohort, actor()))


@bp.get("/cohorts/<public_id>/roster")
@needs(Permission.SEE_ROSTER, on=Cohort)
def roster(cohort: Cohort) -> ResponseReturnValue:
    """Show who is nominated, and the next step for each."""
    form = RosterFilter(request.args)
    form.state.choices = choices(NominationState)
    state = NominationState(form.state.data) if form.validate() and form.state.data else None
    rows = nominations.roster(cohort.id, state, actor())
    return render_template(
        "nominations/roster.html",
        page=cohorts.cohort_page(cohort, actor()),
        form=form,
        rows=rows,
        caption=ngettext("%(num)s nominee", "%(num)s nominees", len(rows)),
        today=today(),
    )


def _step(nomination: Nomination, rule: Callable[..., None], done: str) -> ResponseReturnValue:
    """Take a step that needs no words, and go back to where its button stood."""
    try:
        with transaction():
            rule(nomination, actor())
    except Refusal as refusal:
        flash(words_for(refusal), "important")
    else:
        flash(done)
    page = nominations.nomination_page(nomination, actor())
    return redirect(url_for(".roster", public_id=page.cohort.public_id))


@bp.post("/nominations/<public_id>/shortlist")
@needs(Permission.SELECT_NOMINEES, on=Nomination)
def shortlist(nomination: Nomination) -> ResponseReturnValue:
    """Put a nominee on the shortlist."""
    return _step(nomination, rules.shortlist, _("Shortlisted."))


@bp.post("/nominations/<public_id>/send-to-vetting")
@needs(Permission.SELECT_NOMINEES, on=Nomination)
def send_to_vetting(nomination: Nomination) -> ResponseReturnValue:
    """Ask the vetting officers about a nominee."""
    return _step(nomination, rules.send_to_vetting, _("Sent to vetting."))


@bp.post("/nominations/<public_id>/confirm")
@needs(Permission.SELECT_NOMINEES, on=Nomination)
def confirm(nomination: Nomination) -> ResponseReturnValue:
    """Give a cleared nominee a seat."""
    return _step(nomination, rules.confirm, _("Seat confirmed."))


@bp.route("/nominations/<public_id>/turn-down", methods=["GET", "POST"])
@needs(Permission.SELECT_NOMINEES, on=Nomination)
def turn_down(nomination: Nomination) -> ResponseReturnValue:
    """Decline a nominee, with a reason that the nominating organisation reads."""
    form = ReasonForm()
    if form.validate_on_submit():
        try:
            with transaction():
                rules.turn_down(nomination, form.reason.data or "", actor())
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            flash(_("Turned down. The nominating organisation reads your reason."))
            page = nominations.nomination_page(nomination, actor())
            return redirect(url_for(".roster", public_id=page.cohort.public_id))
    page = nominations.nomination_page(nomination, actor())
    return render_template("nominations/turn_down.html", form=form, nomination=page)


@bp.route("/nominations/<public_id>/withdraw", methods=["GET", "POST"])
@needs(Permission.WITHDRAW_NOMINATION, on=Nomination)
def withdraw(nomination: Nomination) -> ResponseReturnValue:
    """Take a nomination back, after a question."""
    form = StepForm()
    if form.validate_on_submit():
        try:
            with transaction():
                rules.withdraw(nomination, actor())
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            flash(_("Withdrawn."))
            return redirect(url_for("home.show"))
    page = nominations.nomination_page(nomination, actor())
    return render_template("nominations/withdraw.html", form=form, nomination=page)
