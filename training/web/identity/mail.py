"""Outgoing mail, for administrators: what was sent, what waits and what failed; never what a letter says."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from training.domain.identity import mail as rules
from training.domain.identity import outbox as steps
from training.forms.identity.mail import MailFilter, SendAgainForm
from training.kit.clock import now
from training.models.identity.mail import LetterState, OutgoingLetter
from training.policy.matrix import Permission
from training.queries.identity import outbox
from training.web.common.guard import actor, needs
from training.web.common.labels import choices
from training.web.common.lists import cut, pager, place
from training.web.common.use_case import attempt

bp = Blueprint("mail", __name__)


@bp.get("/mail")
@needs(Permission.SEE_MAIL)
def index() -> ResponseReturnValue:
    """List the letters, newest first."""
    form = MailFilter(request.args)
    form.state.choices = choices(LetterState)
    chosen = form.state.data if form.validate() else None
    page = outbox.page_of(LetterState(chosen) if chosen else None, cut(), actor())
    return render_template(
        "identity/mail/index.html",
        form=form,
        page=page,
        pager=pager(page),
        numbers=outbox.numbers(),
        is_set_up=rules.is_set_up(),
        may_send_again=steps.may_be_sent_again,
        at=now(),
        place=place(),
    )


@bp.post("/mail/<public_id>/again")
@needs(Permission.SEE_MAIL, on=OutgoingLetter)
def send_again(outgoing_letter: OutgoingLetter) -> ResponseReturnValue:
    """Have a letter that failed, or that may not have arrived, sent again."""
    if not SendAgainForm().validate_on_submit():
        abort(400)
    with attempt() as done:
        steps.send_again(outgoing_letter, by=actor())
    if done:
        flash(_("The letter will be sent again."))
    return redirect(url_for(".index", **place()))
