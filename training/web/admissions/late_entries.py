"""Late entries: proposed by one coordinator, decided by another."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from training.domain.admissions import late_entries as rules
from training.domain.admissions.refusals import WaitingOvertaken
from training.forms.finance.ledger import ReasonForm
from training.models.admissions.nominations import LateEntry, LateEntryState, Nomination
from training.policy.matrix import Permission
from training.queries.admissions import nominations
from training.web.admissions.nominations import ask_to_pass
from training.web.common.guard import actor, needs
from training.web.common.sending import made, makes
from training.web.common.use_case import attempt

bp = Blueprint("late_entries", __name__)


@bp.route("/nominations/<public_id>/late-entry", methods=["GET", "POST"])
@needs(Permission.SELECT_NOMINEES, on=Nomination)
@makes
def propose(nomination: Nomination) -> ResponseReturnValue:
    """Propose a seat in a course that has begun, with a reason."""
    form, address = ReasonForm(), url_for("admissions.nominations.show", public_id=nomination.public_id)
    if form.validate_on_submit():
        with attempt(form) as done:
            rules.propose(nomination, form.reason.data or "", actor())
            made(address)
        if done:
            flash(_("Proposed. Another coordinator decides."))
            return redirect(address)
    page = nominations.nomination_page(nomination, actor())
    return render_template("admissions/late_entries/propose.html", form=form, nomination=page)


@bp.get("/late-entries/<public_id>")
@needs(Permission.SELECT_NOMINEES, on=LateEntry)
def show(entry: LateEntry) -> ResponseReturnValue:
    """Show a late entry, and what the reader may do about it."""
    return _page(entry, ReasonForm(formdata=None))


def _page(entry: LateEntry, form: ReasonForm) -> ResponseReturnValue:
    page = nominations.late_entry_page(entry, actor())
    is_open = page.state is LateEntryState.PROPOSED and page.nomination.person_id != actor().person_id
    is_own = page.proposed_by_id == actor().user_id
    return render_template(
        "admissions/late_entries/show.html",
        form=form,
        entry=page,
        may_decide=is_open and not is_own,
        may_withdraw=is_open and is_own,
    )


@bp.post("/late-entries/<public_id>/approve")
@needs(Permission.SELECT_NOMINEES, on=LateEntry)
def approve(entry: LateEntry) -> ResponseReturnValue:
    """Approve a late entry, which gives the seat; ask first if others wait for it."""
    try:
        with attempt(asks=WaitingOvertaken) as done:
            rules.approve(entry, actor(), request.form.getlist("past"))
    except WaitingOvertaken as refusal:
        cohort = nominations.late_entry_page(entry, actor()).nomination.cohort
        return ask_to_pass(cohort, refusal, url_for(".approve", public_id=entry.public_id))
    if done:
        flash(_("Seat confirmed."))
    return redirect(url_for(".show", public_id=entry.public_id))


@bp.post("/late-entries/<public_id>/refuse")
@needs(Permission.SELECT_NOMINEES, on=LateEntry)
def refuse(entry: LateEntry) -> ResponseReturnValue:
    """Refuse a late entry, with a reason."""
    form = ReasonForm()
    if form.validate_on_submit():
        with attempt(form) as done:
            rules.refuse(entry, form.reason.data or "", actor())
        if done:
            flash(_("Refused."))
            return redirect(url_for(".show", public_id=entry.public_id))
    return _page(entry, form)


@bp.post("/late-entries/<public_id>/withdraw")
@needs(Permission.SELECT_NOMINEES, on=LateEntry)
def withdraw(entry: LateEntry) -> ResponseReturnValue:
    """Take back a late entry that one proposed."""
    with attempt() as done:
        rules.withdraw(entry, actor())
    if done:
        flash(_("Withdrawn."))
    return redirect(url_for(".show", public_id=entry.public_id))
