"""Sign in and out, the account page, and accepting an invitation."""

from flask import (
    Blueprint,
    flash,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user, logout_user

from training.domain.common.refusals import Refusal
from training.domain.identity import accounts as rules
from training.domain.identity import mail, sign_in_limits
from training.domain.identity.accounts import Tokens
from training.domain.identity.refusals import InvitationSpent, SignInDelayed, SignInFailed
from training.domain.identity.sign_in_limits import Attempt
from training.forms.identity.accounts import AcceptInvitationForm, LanguageForm, SignInForm
from training.kit.clock import now, today
from training.kit.db import transaction
from training.kit.ids import token_hash
from training.queries.identity import account_recovery, accounts, invitations
from training.queries.identity import roles as role_rows
from training.web.common import guard, reading
from training.web.common.addresses import safe_next
from training.web.common.labels import refuse, words_for
from training.web.common.language import language
from training.web.common.sending import made, makes
from training.web.common.use_case import attempt
from training.web.identity import devices, signing_in

bp = Blueprint("accounts", __name__)


@bp.route("/sign-in", methods=["GET", "POST"])
@guard.public(because="this is where one signs in")
def sign_in() -> ResponseReturnValue:
    """Open a server-side session for a username and password."""
    form = SignInForm()
    if form.validate_on_submit():
        tried = Attempt(
            form.username.data or "",
            form.password.data or "",
            request.remote_addr or "",
            devices.token_of_browser(),
            devices.family(),
        )
        try:
            tokens, spoken = _open(tried)
        except Refusal as refusal:
            reading.note_failed_sign_in(tried.username)
            refuse(form, refusal)
            if isinstance(refusal, SignInDelayed):
                later = {"Retry-After": str(refusal.seconds)}
                return render_template("identity/accounts/sign_in.html", form=form), 429, later
        else:
            return signing_in.begin(redirect(safe_next(request.args.get("next"))), tokens, spoken)
    return render_template("identity/accounts/sign_in.html", form=form)


def _open(tried: Attempt) -> tuple[Tokens, str]:
    """Sign in; return the tokens of the session and the language of the account.

    The attempt is counted before the password is checked, so that no more of those at once pass than may. The password
    is hashed between the transactions: hashing is slow.
    """
    with transaction():
        counters = sign_in_limits.count(tried, now())
    user = rules.verify(tried)
    if user is None:
        raise SignInFailed
    verified = user.password_hash
    with transaction():
        rules.check_unchanged(user, verified)
        tokens = rules.start_sign_in(user, tried, counters, now())
    return tokens, user.language


@bp.post("/sign-out")
@guard.signed_in(because="everybody may leave")
def sign_out() -> ResponseReturnValue:
    """Close the server-side session; the cookie is invalid afterwards."""
    here = language().code
    if found := accounts.signed_in(token_hash(current_user.get_id())):
        row, user = found[0], found[0].user
        with transaction():
            rules.end_sign_in(row, user, now())
    logout_user()
    guard.clear_session()
    session["language"] = here
    response = redirect(url_for("identity.accounts.sign_in"))
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


@bp.get("/account")
@guard.signed_in(because="everybody may see their own account")
def account() -> ResponseReturnValue:
    """Show the user's account: roles, by whom and until when, e-mail, sessions."""
    me, at = guard.actor().user_id, now()
    user = accounts.account_page(me)
    return render_template(
        "identity/accounts/account.html",
        user=user,
        form=LanguageForm(data={"language": user.language}),
        roles=role_rows.of_account(me),
        today=today(),
        change=account_recovery.email_change_by(me, at),
        sessions=account_recovery.sessions_of(me, at - rules.ABSOLUTE_LIMIT, at - rules.IDLE_LIMIT),
        this_session=token_hash(current_user.get_id()),
        sends_mail=mail.is_set_up(),
    )


@bp.route("/invitation/<token>", methods=["GET", "POST"])
@guard.public(because="the one-time token in the address is the proof")
@makes
def invitation(token: str) -> ResponseReturnValue:
    """Create an account from an invitation."""
    try:
        offered = rules.open_invitation(token, now())
    except InvitationSpent as refusal:
        return render_template("identity/accounts/spent.html", words=words_for(refusal)), 404
    form = AcceptInvitationForm(data={"username": offered.username})
    if form.validate_on_submit():
        details = rules.NewAccount(
            username=form.username.data or "",
            display_name=form.display_name.data or "",
            password=form.password.data or "",
            language=language().code,
        )
        with attempt(form) as done:
            rules.accept_invitation(offered, details, now())
            made(url_for(".sign_in"))
        if done:
            flash(_("Your account is ready. Sign in."))
            return redirect(url_for(".sign_in"))
    programme = invitations.programme_of(offered.programme_id)
    return render_template("identity/accounts/invitation.html", form=form, offered=offered, programme=programme)
