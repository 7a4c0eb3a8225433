"""The ways back in: a new password at a one-time address, and the confirmation of an e-mail address."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from training.domain.common.refusals import Refusal
from training.domain.identity import account_recovery as rules
from training.domain.identity import mail, sign_in_limits
from training.domain.identity.refusals import ResetSpent, SignInDelayed
from training.domain.identity.sign_in_limits import Attempt
from training.forms.identity.accounts import ConfirmForm, ForgottenForm, NewPasswordForm
from training.kit.clock import now
from training.kit.db import transaction
from training.web.common import guard
from training.web.common.labels import refuse, words_for
from training.web.common.sending import made, makes
from training.web.common.use_case import attempt
from training.web.identity import addresses

bp = Blueprint("account_recovery", __name__)

_KIND = "reset "
"""Requests for a new password are counted apart from sign-ins: they do not slow each other."""


@bp.route("/password/forgotten", methods=["GET", "POST"])
@guard.public(because="whoever asks cannot sign in; the answer tells nothing")
@makes
def forgotten() -> ResponseReturnValue:
    """Mail a one-time address to an account; the answer is the same for an unknown e-mail."""
    form = ForgottenForm()
    if mail.is_set_up() and form.validate_on_submit():
        tried = Attempt(rules.plain_email(form.email.data or ""), "", request.remote_addr or "", kind=_KIND)
        try:
            with transaction():
                sign_in_limits.count(tried, now())
        except SignInDelayed as refusal:
            refuse(form, refusal)
            page = render_template("identity/account_recovery/forgotten.html", form=form, sends_mail=True)
            return page, 429, {"Retry-After": str(refusal.seconds)}
        with transaction():
            rules.ask_for_reset(form.email.data or "", now(), _reset_address)
            made(url_for("identity.accounts.sign_in"))
        flash(
            _(
                "If an account has this confirmed e-mail address, a letter is on its way. "
                "Its address works once, within 30 minutes."
            )
        )
        return redirect(url_for("identity.accounts.sign_in"))
    return render_template("identity/account_recovery/forgotten.html", form=form, sends_mail=mail.is_set_up())


def _reset_address(token: str) -> str:
    return addresses.whole("identity.account_recovery.reset", token)


def _spent(refusal: Refusal) -> ResponseReturnValue:
    return render_template("identity/account_recovery/spent.html", words=words_for(refusal)), 404


@bp.route("/password/<token>", methods=["GET", "POST"])
@guard.public(because="the one-time token in the address is the proof")
def reset(token: str) -> ResponseReturnValue:
    """Choose a new password; all sessions of the account end."""
    try:
        found = rules.open_reset(token, now())
    except ResetSpent as refusal:
        return _spent(refusal)
    form = NewPasswordForm()
    if form.validate_on_submit():
        with attempt(form) as done:
            rules.use_reset(found, form.password.data or "", now())
        if done:
            flash(_("Your password is changed, and you are signed out everywhere. Sign in with the new one."))
            return redirect(url_for("identity.accounts.sign_in"))
    return render_template("identity/account_recovery/reset.html", form=form)


@bp.route("/email/<token>", methods=["GET", "POST"])
@guard.public(because="the one-time token in the address is the proof")
def confirm(token: str) -> ResponseReturnValue:
    """Confirm a change of e-mail address, by a button: programs open the addresses of letters too."""
    try:
        found = rules.open_confirmation(token, now())
    except ResetSpent as refusal:
        return _spent(refusal)
    form = ConfirmForm()
    if form.validate_on_submit():
        came_to = None
        with attempt(form) as done:
            came_to = rules.confirm_email(token, now())
        if done:
            is_changed = came_to is rules.Confirmed.CHANGED
            flash(
                _("The e-mail address of the account is changed.")
                if is_changed
                else _("Confirmed. The change is made when the other address has confirmed it too.")
            )
            return redirect(url_for("identity.accounts.sign_in"))
    return render_template("identity/account_recovery/confirm.html", form=form, found=found)
