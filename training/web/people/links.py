"""The link between an account and a person: asked for by one, made or removed by another."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from training.domain.people import links as rules
from training.forms.people.links import LinkForm, UnlinkForm
from training.models.identity.accounts import User
from training.models.people.links import LinkRequest
from training.models.people.people import Person
from training.policy.matrix import Permission
from training.queries.people import links
from training.web.common.guard import actor, needs
from training.web.common.sending import made, makes
from training.web.common.use_case import attempt

bp = Blueprint("links", __name__)

_ASKED = _l("Asked for. Another person who manages the account or the record decides.")
_SAID = {
    "give": _l("Done as asked for."),
    "refuse": _l("The request is refused."),
    "withdraw": _l("The request is withdrawn."),
}


@bp.get("/links")
@needs(Permission.MANAGE_ACCOUNTS)
def index() -> ResponseReturnValue:
    """List the links of accounts and people that are asked for: ids, no names."""
    return render_template("people/links/index.html", asked=links.waiting(actor()), me=actor().user_id)


@bp.route("/people/<public_id>/account", methods=["GET", "POST"])
@needs(Permission.EDIT_PERSON, on=Person)
@makes
def of_person(person: Person) -> ResponseReturnValue:
    """Show the account of a person, and ask that one is linked or unlinked."""
    account = links.account_of(person.id)
    form = UnlinkForm() if account else LinkForm()
    here = url_for(".of_person", public_id=person.public_id)
    if form.validate_on_submit():
        with attempt(form) as done:
            reason = form.reason.data or ""
            if account:
                rules.ask_to_part(account, reason, actor())
            else:
                rules.ask_to_link(person, form.username.data or "", reason, actor())
            made(here)
        if done:
            flash(str(_ASKED))
            return redirect(here)
    return render_template(
        "people/links/of_person.html",
        form=form,
        person=person,
        account=account,
        asked=links.asked_about(person),
        me=actor().user_id,
    )


@bp.route("/accounts/<public_id>/person", methods=["GET", "POST"])
@needs(Permission.MANAGE_ACCOUNTS, on=User)
@makes
def of_account(user: User) -> ResponseReturnValue:
    """Show to which record of a person an account belongs, and ask that they are unlinked."""
    form = UnlinkForm()
    here = url_for(".of_account", public_id=user.public_id)
    if form.validate_on_submit():
        with attempt(form) as done:
            rules.ask_to_part(user, form.reason.data or "", actor())
            made(here)
        if done:
            flash(str(_ASKED))
            return redirect(here)
    return render_template(
        "people/links/of_account.html",
        form=form,
        user=user,
        person=links.person_of(user),
        asked=links.asked_about_account(user),
        me=actor().user_id,
    )


@bp.post("/people/<public_id>/account/decide")
@needs(Permission.EDIT_PERSON, on=Person)
def decide_for_person(person: Person) -> ResponseReturnValue:
    """Decide what is asked for about the account of a person."""
    return _decide(links.asked_about(person), url_for(".of_person", public_id=person.public_id))


@bp.post("/accounts/<public_id>/person/decide")
@needs(Permission.MANAGE_ACCOUNTS, on=User)
def decide_for_account(user: User) -> ResponseReturnValue:
    """Decide what is asked for about the person of an account."""
    return _decide(links.asked_about_account(user), url_for(".of_account", public_id=user.public_id))


def _decide(row: Any, here: str) -> ResponseReturnValue:
    if row is None:
        flash(_("Nothing is asked for any more: somebody else decided."), "important")
        return redirect(here)
    acts: dict[str, Callable[..., None]] = {"give": rules.give, "refuse": rules.refuse, "withdraw": rules.withdraw}
    act = request.form.get("act", "")
    if act not in acts:
        abort(400)
    asked: LinkRequest = row.LinkRequest
    with attempt() as done:
        acts[act](asked, actor())
    if done:
        flash(str(_SAID[act]))
    return redirect(here)
