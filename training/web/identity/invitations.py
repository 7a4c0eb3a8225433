"""Invitations: asked for, agreed by another administrator, sent, renewed, withdrawn."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from training.domain.identity import invitations as rules
from training.forms.common.widgets import Choice
from training.forms.identity.grants import InvitationForm
from training.kit.clock import now
from training.models.identity.accounts import Invitation, Role
from training.policy.matrix import Permission
from training.queries.identity import invitations, organisations
from training.web.common.filters import name
from training.web.common.guard import actor, needs
from training.web.common.sending import made, makes
from training.web.common.use_case import attempt
from training.web.identity import addresses
from training.web.identity.grants import offer_choices

bp = Blueprint("invitations", __name__)


@bp.route("/invitations/new", methods=["GET", "POST"])
@needs(Permission.MANAGE_ACCOUNTS)
@makes
def new() -> ResponseReturnValue:
    """Ask for an invitation; a trainee's is sent at once."""
    form = InvitationForm()
    programmes = offer_choices(form)
    bodies = {one.public_id: one for one in organisations.in_use()}
    form.organisation.choices = [Choice(key, name(one)) for key, one in bodies.items()]
    if form.validate_on_submit():
        asked, sent = None, None
        with attempt(form) as done:
            chosen = bodies[form.organisation.data or ""]
            asked = rules.ask(form.invitee(), form.terms(programmes), chosen, actor(), now())
            if asked.role is Role.TRAINEE:
                sent = rules.send(asked, actor(), now(), _address)
            made(url_for(".show", public_id=asked.public_id))
        if done and asked:
            return _sent(asked, sent)
    return render_template("identity/invitations/new.html", form=form)


def _address(token: str) -> str:
    return addresses.whole("identity.accounts.invitation", token)


def _sent(asked: Invitation, sent: rules.Sent | None) -> ResponseReturnValue:
    """Show the address of an invitation once, unless it waits or was mailed."""
    if sent and not sent.is_mailed:
        row = invitations.one_invitation(asked, actor())
        return render_template("identity/invitations/address.html", row=row, address=_address(sent.token))
    if sent:
        flash(_("The invitation was mailed. It can be used once, within seven days."))
    else:
        flash(_("Asked for. It is sent when another administrator has agreed."))
    return redirect(url_for(".show", public_id=asked.public_id))


@bp.get("/invitations/<public_id>")
@needs(Permission.MANAGE_ACCOUNTS, on=Invitation)
def show(invitation: Invitation) -> ResponseReturnValue:
    """Show an invitation: whom it is for, what it offers, where it stands."""
    return render_template(
        "identity/invitations/show.html",
        row=invitations.one_invitation(invitation, actor()),
        state=invitations.state_of(invitation, now()),
        me=actor().user_id,
    )


@bp.post("/invitations/<public_id>/agree")
@needs(Permission.MANAGE_ACCOUNTS, on=Invitation)
@makes
def agree(invitation: Invitation) -> ResponseReturnValue:
    """Agree to an invitation that another administrator asked for, and send it."""
    return _send(invitation, is_agreed=False)


@bp.post("/invitations/<public_id>/renew")
@needs(Permission.MANAGE_ACCOUNTS, on=Invitation)
@makes
def renew(invitation: Invitation) -> ResponseReturnValue:
    """Send an invitation anew for seven days; its address before no longer works."""
    return _send(invitation, is_agreed=True)


def _send(invitation: Invitation, *, is_agreed: bool) -> ResponseReturnValue:
    sent = None
    with attempt() as done:
        if not is_agreed:
            rules.agree(invitation, actor(), now())
        sent = rules.send(invitation, actor(), now(), _address)
        made(url_for(".show", public_id=invitation.public_id))
    return _sent(invitation, sent) if done else redirect(url_for(".show", public_id=invitation.public_id))


@bp.post("/invitations/<public_id>/end")
@needs(Permission.MANAGE_ACCOUNTS, on=Invitation)
def end(invitation: Invitation) -> ResponseReturnValue:
    """Withdraw an invitation, or refuse one that waits."""
    with attempt() as done:
        rules.end(invitation, actor(), now())
    if done:
        flash(_("The invitation is ended: its address no longer works."))
    return redirect(url_for(".show", public_id=invitation.public_id))
