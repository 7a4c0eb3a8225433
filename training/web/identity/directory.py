"""Accounts, for administrators: the list, one account, disabling, a way back in."""

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from training.domain.identity import account_recovery, account_states, roles, sign_in_limits
from training.forms.common.widgets import Choice
from training.forms.identity.directory import AccountFilter, AccountSearch
from training.kit.clock import now, today
from training.models.identity.accounts import Role, User
from training.policy.matrix import Permission
from training.queries.identity import directory, invitations, organisations
from training.queries.identity import roles as role_rows
from training.queries.identity.directory import AccountSelection, AccountState, Slowed
from training.web.common.filters import name
from training.web.common.guard import actor, needs
from training.web.common.labels import choices
from training.web.common.lists import cut, pager
from training.web.common.sending import made, makes
from training.web.common.use_case import attempt
from training.web.identity import addresses

bp = Blueprint("directory", __name__)


def slowed() -> Slowed:
    """Return from when on an account counts as locked."""
    return Slowed(sign_in_limits.ACCOUNT_ATTEMPTS, now() - sign_in_limits.FORGOTTEN_AFTER)


@bp.get("/accounts")
@needs(Permission.MANAGE_ACCOUNTS)
def index() -> ResponseReturnValue:
    """List the accounts, and the open invitations before them."""
    return _listed(AccountSearch())


@bp.post("/accounts")
@needs(Permission.MANAGE_ACCOUNTS)
def search() -> ResponseReturnValue:
    """List the accounts whose name, username or e-mail has the words, within the filter."""
    form = AccountSearch()
    form.validate()
    return _listed(form)


def _listed(form: AccountSearch) -> ResponseReturnValue:
    filtered, selection = _filter(form)
    is_invited = selection.state is AccountState.INVITED
    page = None if is_invited else directory.page_of(selection, slowed(), cut(), actor())
    return render_template(
        "identity/directory/index.html",
        form=form,
        filtered=filtered,
        place={key: value for key, value in filtered.data.items() if value},
        page=page,
        pager=pager(page, "identity.directory.index") if page else None,
        roles=directory.roles_of([row.User.id for row in page.rows]) if page else {},
        invited=invitations.open_invitations(actor(), selection.role, selection.organisation_id, form.words.data or "")
        if is_invited or (selection.state is None and not request.args.get("after"))
        else [],
        number_waiting=role_rows.number_waiting(actor()),
        state_of=invitations.state_of,
        at=now(),
    )


def _filter(form: AccountSearch) -> tuple[AccountFilter, AccountSelection]:
    """Return the filter of the request, and the selection that it and the words make."""
    filtered = AccountFilter(request.args)
    bodies = {one.public_id: one for one in organisations.in_use()}
    filtered.organisation.choices = [Choice(key, name(one)) for key, one in bodies.items()]
    filtered.role.choices, filtered.state.choices = choices(Role), choices(AccountState)
    words = "" if form.errors else form.words.data or ""
    if not filtered.validate():
        return filtered, AccountSelection(words)
    chosen = filtered.organisation.data
    return filtered, AccountSelection(
        words,
        bodies[chosen].id if chosen else None,
        Role(filtered.role.data) if filtered.role.data else None,
        AccountState(filtered.state.data) if filtered.state.data else None,
    )


@bp.get("/accounts/<public_id>")
@needs(Permission.MANAGE_ACCOUNTS, on=User)
def show(user: User) -> ResponseReturnValue:
    """Show an account: its roles, what is asked for, its state."""
    return render_template(
        "identity/directory/show.html",
        account=directory.one_account(user, slowed(), actor()),
        roles=role_rows.of_account(user.id),
        asked=role_rows.requests(actor(), user.id),
        due_before=now() - roles.YEAR,
        me=actor().user_id,
        today=today(),
    )


@bp.post("/accounts/<public_id>/disable")
@needs(Permission.MANAGE_ACCOUNTS, on=User)
def disable(user: User) -> ResponseReturnValue:
    """Disable an account and end its sessions."""
    return _step(user, account_states.disable, _("The account is disabled, and its sessions are ended."))


@bp.post("/accounts/<public_id>/enable")
@needs(Permission.MANAGE_ACCOUNTS, on=User)
def enable(user: User) -> ResponseReturnValue:
    """Enable an account; its sessions stay ended."""
    return _step(user, account_states.enable, _("The account is enabled. Its holder signs in anew."))


def _step(user: User, act: Callable[..., None], message: str) -> ResponseReturnValue:
    with attempt() as done:
        act(user, actor())
    if done:
        flash(message)
    return redirect(url_for(".show", public_id=user.public_id))


@bp.post("/accounts/<public_id>/reset")
@needs(Permission.MANAGE_ACCOUNTS, on=User)
@makes
def reset(user: User) -> ResponseReturnValue:
    """Make a one-time address at which the holder chooses a new password, and show it once."""
    here, token = url_for(".show", public_id=user.public_id), ""
    with attempt() as done:
        token = account_recovery.make_reset(user, actor(), now())
        made(here)
    if not done:
        return redirect(here)
    whole = addresses.whole("identity.account_recovery.reset", token)
    hours = int(account_recovery.RESET_LIFE_ON_PAPER.total_seconds()) // 3600
    return render_template("identity/directory/reset.html", user=user, address=whole, hours=hours)
