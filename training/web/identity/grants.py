"""Roles by two people: asked for, given or refused, revoked, confirmed each year."""

from collections.abc import Callable

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from training.domain.identity import roles as rules
from training.forms.common.widgets import Choice
from training.forms.identity.grants import InvitationForm, RoleForm
from training.kit.clock import now, today
from training.models.identity.accounts import ApprovalGrade, Role, RoleAssignment, RoleRequest, User
from training.policy.matrix import Permission
from training.queries.identity import accounts, directory, invitations, roles
from training.web.common.filters import title
from training.web.common.guard import actor, needs
from training.web.common.labels import choices
from training.web.common.lists import cut, pager
from training.web.common.sending import made, makes
from training.web.common.use_case import attempt

bp = Blueprint("grants", __name__)

_SAID = {
    "give": _l("The role is given."),
    "refuse": _l("The request is refused."),
    "withdraw": _l("The request is withdrawn."),
}


def offer_choices(form: RoleForm | InvitationForm) -> dict[str, int]:
    """Set the choices of a form with a role; return the keys of the programmes by public id."""
    programmes = directory.programmes()
    form.role.choices, form.grade.choices = choices(Role), choices(ApprovalGrade)
    form.programme.choices = [Choice(one.public_id, title(one)) for one in programmes]
    return {one.public_id: one.id for one in programmes}


@bp.get("/grants")
@needs(Permission.MANAGE_ACCOUNTS)
def index() -> ResponseReturnValue:
    """List what one administrator asked for and another gives."""
    return render_template(
        "identity/grants/index.html",
        asked=roles.requests(actor()),
        invited=invitations.waiting(actor()),
        me=actor().user_id,
    )


@bp.route("/accounts/<public_id>/roles/new", methods=["GET", "POST"])
@needs(Permission.MANAGE_ACCOUNTS, on=User)
@makes
def ask(user: User) -> ResponseReturnValue:
    """Ask for a role of an account."""
    form = RoleForm()
    programmes = offer_choices(form)
    if form.validate_on_submit():
        here = url_for("identity.directory.show", public_id=user.public_id)
        with attempt(form) as done:
            rules.ask(user, form.terms(programmes), actor(), today())
            made(here)
        if done:
            flash(_("Asked for. Another administrator gives or refuses it."))
            return redirect(here)
    return render_template("identity/grants/ask.html", form=form, user=user)


@bp.post("/grants/<public_id>/decide")
@needs(Permission.MANAGE_ACCOUNTS, on=RoleRequest)
def decide(asked: RoleRequest) -> ResponseReturnValue:
    """Give or refuse what another administrator asked for, or withdraw what one asked for oneself."""
    acts: dict[str, Callable[[], object]] = {
        "give": lambda: rules.give(asked, actor(), today()),
        "refuse": lambda: rules.refuse(asked, actor()),
        "withdraw": lambda: rules.withdraw(asked, actor()),
    }
    act = request.form.get("act", "")
    if act not in acts:
        abort(400)
    with attempt() as done:
        acts[act]()
    if done:
        flash(str(_SAID[act]))
    return redirect(url_for(".index"))


@bp.post("/roles/<public_id>/revoke")
@needs(Permission.MANAGE_ACCOUNTS, on=RoleAssignment)
def revoke(held: RoleAssignment) -> ResponseReturnValue:
    """End a role."""
    holder = accounts.by_key(held.user_id).public_id
    with attempt() as done:
        rules.revoke(held, actor())
    if done:
        flash(_("The role is ended. It no longer works from the next page on."))
    return redirect(url_for("identity.directory.show", public_id=holder))


@bp.post("/roles/<public_id>/confirm")
@needs(Permission.MANAGE_ACCOUNTS, on=RoleAssignment)
def confirm(held: RoleAssignment) -> ResponseReturnValue:
    """Confirm a role for another year."""
    with attempt() as done:
        rules.confirm(held, actor())
    if done:
        flash(_("Confirmed for another year."))
    return redirect(url_for(".yearly"))


@bp.get("/grants/yearly")
@needs(Permission.MANAGE_ACCOUNTS)
def yearly() -> ResponseReturnValue:
    """List the roles that nobody gave or confirmed within a year, to confirm or end."""
    page = roles.due_page(now() - rules.YEAR, cut(), actor())
    return render_template("identity/grants/yearly.html", page=page, pager=pager(page), me=actor().user_id)
