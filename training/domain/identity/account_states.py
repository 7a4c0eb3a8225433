"""Accounts are disabled and enabled, and follow the person to whom they belong."""

from sqlalchemy import update

from training.domain.identity import audit, credentials, roles
from training.domain.identity.events import IdentityEvent
from training.domain.identity.refusals import AccountDisabled, AccountEnabled, HolderInactive, OwnAccount
from training.kit.clock import now
from training.kit.db import changed
from training.models.identity.accounts import User
from training.models.identity.actor import Actor
from training.models.identity.organisations import Organisation
from training.queries.identity import directory, organisations
from training.queries.identity import roles as role_rows


def disable(user: User, by: Actor) -> None:
    """Disable an account and end its sessions. Raises OwnAccount, LastAdministrator, AccountDisabled."""
    if user.id == by.user_id:
        raise OwnAccount
    _disable(user, by)


def _disable(user: User, by: Actor) -> None:
    roles.check_not_last(user.id)
    _switch(user, to=False)
    credentials.end_sessions(user, now())
    credentials.end_resets(user, now())
    audit.record_edit(IdentityEvent.ACCOUNT_DISABLED, user, {"is_active": True}, {"is_active": False}, by=by.user_id)


def _switch(user: User, *, to: bool) -> None:
    here = (User.id == user.id, User.is_active.is_(not to))
    if not changed(update(User).where(*here).values(is_active=to)):
        raise AccountEnabled if to else AccountDisabled


def enable(user: User, by: Actor) -> None:
    """Enable an account; sessions stay ended. Raises AccountEnabled, HolderInactive."""
    if directory.is_holder_inactive(user.id):
        raise HolderInactive
    _switch(user, to=True)
    audit.record_edit(IdentityEvent.ACCOUNT_ENABLED, user, {"is_active": False}, {"is_active": True}, by=by.user_id)


def leave(person_id: int, by: Actor) -> None:
    """Disable the account of a person who was deactivated, if there is one. Raises LastAdministrator."""
    user = directory.account_of(person_id)
    if user is not None and user.is_active:
        _disable(user, by)


def move(person_id: int, to: Organisation, by: Actor) -> None:
    """Take the account of a person along to another organisation; roles whose reach is an organisation end."""
    user = directory.account_of(person_id)
    if user is None or user.organisation_id == to.id:
        return
    origin = organisations.organisation_by_key(user.organisation_id)
    changed(update(User).where(User.id == user.id).values(organisation_id=to.id))
    for held in role_rows.bound_to_organisation(user.id):
        roles.end(held, by.user_id)
    names = ({"organisation": one.name_en} for one in (origin, to))
    audit.record_edit(IdentityEvent.ACCOUNT_MOVED, user, *names, by=by.user_id)
