"""What somebody does with their own account: password, e-mail, sessions, and what they may do."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from training.domain.common.refusals import Refusal
from training.domain.identity import account_recovery, sign_in_limits
from training.domain.identity.sign_in_limits import Attempt, Counter
from training.forms.common.base import BaseForm
from training.forms.identity.accounts import EmailForm, PasswordForm, SessionForm
from training.kit.clock import now
from training.kit.db import transaction
from training.models.identity.accounts import User
from training.policy import scopes
from training.queries.identity import account_recovery as rows
from training.queries.identity import accounts
from training.web.common import guard
from training.web.common.labels import refuse
from training.web.common.sending import made, makes
from training.web.common.use_case import attempt
from training.web.identity import addresses, devices

bp = Blueprint("own_account", __name__)


def _me() -> User:
    return accounts.by_key(guard.actor().user_id)


def _counted(form: BaseForm, user: User) -> tuple[Counter, ...]:
    """Count an attempt at the present password as one at signing in; empty if it has to wait, which the form says."""
    tried = Attempt(user.username, "", request.remote_addr or "", devices.token_of_browser())
    try:
        with transaction():
            return sign_in_limits.count(tried, now())
    except Refusal as refusal:
        refuse(form, refusal)
        return ()


@bp.route("/account/password", methods=["GET", "POST"])
@guard.signed_in(because="everybody may change their own password")
def password() -> ResponseReturnValue:
    """Change the password; the present one is asked for, and all sessions end."""
    form = PasswordForm()
    if form.validate_on_submit() and (counters := _counted(form, _me())):
        with attempt(form) as done:
            account_recovery.change_password(_me(), form.present.data or "", form.password.data or "", now())
            sign_in_limits.forgive(counters)
        if done:
            guard.clear_session()
            flash(_("Your password is changed, and you are signed out everywhere. Sign in with the new one."))
            return redirect(url_for("identity.accounts.sign_in"))
    return render_template("identity/own_account/password.html", form=form)


@bp.route("/account/email", methods=["GET", "POST"])
@guard.signed_in(because="everybody may change their own e-mail address")
@makes
def email() -> ResponseReturnValue:
    """Ask both addresses, the present and the new one, to confirm the change."""
    form = EmailForm()
    here = url_for("identity.accounts.account")
    if form.validate_on_submit() and (counters := _counted(form, _me())):
        with attempt(form) as done:
            account_recovery.check_password(_me(), form.present.data or "")
            sign_in_limits.forgive(counters)
            account_recovery.ask_for_email(_me(), form.email.data or "", now(), _confirmation)
            made(here)
        if done:
            flash(_("Letters are on their way. Open the address in each of them within 30 minutes."))
            return redirect(here)
    return render_template("identity/own_account/email.html", form=form, user=_me())


def _confirmation(token: str) -> str:
    return addresses.whole("identity.account_recovery.confirm", token)


@bp.post("/account/sessions/end")
@guard.signed_in(because="everybody may end their own sessions")
def end_session() -> ResponseReturnValue:
    """End one of one's own sessions, on whichever device."""
    form = SessionForm()
    if form.validate_on_submit() and (found := rows.session_of(guard.actor().user_id, form.session.data or "")):
        with transaction():
            account_recovery.end_session(_me(), found, now())
        flash(_("The session is ended."))
    return redirect(url_for("identity.accounts.account"))


@bp.get("/account/permissions")
@guard.signed_in(because="everybody may know what they may do")
def permissions() -> ResponseReturnValue:
    """Say in words what the account may do, from the table that decides it."""
    return render_template("identity/own_account/permissions.html", permitted=scopes.everything(guard.actor()))
