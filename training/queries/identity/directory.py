"""Read accounts for those who manage them: the list and its filter, one account, who belongs to a person."""

import datetime as dt
import enum
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Label, and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from training.kit import usernames
from training.kit.db import db
from training.models.finance.programmes import Programme
from training.models.identity.accounts import Role, RoleAssignment, SignInFailure, User
from training.models.identity.actor import Actor
from training.models.identity.organisations import Organisation
from training.models.people.people import Person
from training.policy.matrix import Permission
from training.policy.scopes import domain_read, seen, unscoped
from training.queries.common.paging import Cursor, Page, read_page
from training.queries.identity import organisation_trees
from training.queries.identity.standing import stands


class AccountState(enum.StrEnum):
    """Where an account stands; an invitation is one that does not exist yet."""

    INVITED = "invited"
    ACTIVE = "active"
    LOCKED = "locked"
    """Active, and so many sign-ins failed within the hour that the next one has to wait."""
    DISABLED = "disabled"


@dataclass(frozen=True)
class Slowed:
    """From how many failed sign-ins since when an account counts as locked."""

    attempts: int
    since: dt.datetime


@dataclass(frozen=True)
class AccountSelection:
    """Which accounts are listed."""

    words: str = ""
    organisation_id: int | None = None
    role: Role | None = None
    state: AccountState | None = None


def _is_named() -> ColumnElement[bool]:
    """Return whether the name of an account is shown.

    An administrator sees no people: of an account that belongs to a person and has never been more than a trainee's,
    the username alone is shown and searched.
    """
    is_staff = exists().where(RoleAssignment.user_id == User.id, RoleAssignment.role != Role.TRAINEE)
    return or_(User.person_id.is_(None), is_staff)


def _is_locked(slowed: Slowed) -> ColumnElement[bool]:
    counted = (SignInFailure.key == User.attempts_key, SignInFailure.last_at > slowed.since)
    return and_(User.is_active, exists().where(*counted, SignInFailure.attempts >= slowed.attempts))


def _matches(words: str) -> ColumnElement[bool]:
    text = words.strip().lower()
    by_name = and_(_is_named(), func.lower(User.display_name).contains(text, autoescape=True))
    in_username = User.username_key.contains(usernames.key(words), autoescape=True)
    return or_(in_username, User.email.contains(text, autoescape=True), by_name)


def _in_state(state: AccountState, slowed: Slowed) -> ColumnElement[bool]:
    if state is AccountState.LOCKED:
        return _is_locked(slowed)
    return User.is_active.is_(state is not AccountState.DISABLED)


def _selected(selection: AccountSelection, slowed: Slowed) -> list[ColumnElement[bool]]:
    chosen: list[ColumnElement[bool]] = []
    if selection.words.strip():
        chosen.append(_matches(selection.words))
    if selection.organisation_id is not None:
        root = select(Organisation.id).where(Organisation.id == selection.organisation_id)
        chosen.append(User.organisation_id.in_(select(organisation_trees.below(root).c.id)))
    if selection.role is not None:
        own = (RoleAssignment.user_id == User.id, RoleAssignment.role == selection.role)
        chosen.append(exists().where(*own, stands()))
    if selection.state is not None:
        chosen.append(_in_state(selection.state, slowed))
    return chosen


def _columns(slowed: Slowed) -> tuple[Label[Any], ...]:
    return (_is_named().label("is_named"), _is_locked(slowed).label("is_locked"))


def page_of(selection: AccountSelection, slowed: Slowed, cut: Cursor, actor: Actor) -> Page[Any]:
    """Return a page of accounts with their organisation, by username."""
    statement = (
        select(User, Organisation, *_columns(slowed))
        .join(Organisation, Organisation.id == User.organisation_id)
        .where(*_selected(selection, slowed))
    )
    return read_page(seen(statement, actor, Permission.MANAGE_ACCOUNTS, User), User, User.username, cut)


def roles_of(user_ids: Collection[int]) -> Mapping[int, Sequence[Role]]:
    """Return the roles that accounts have today, each once, by account; in one statement."""
    statement = (
        select(RoleAssignment.user_id, RoleAssignment.role)
        .where(RoleAssignment.user_id.in_(user_ids), stands())
        .order_by(RoleAssignment.id)
    )
    found: dict[int, list[Role]] = {}
    for user_id, role in db.session.execute(statement):
        if role not in found.setdefault(user_id, []):
            found[user_id].append(role)
    return found


def one_account(user: User, slowed: Slowed, actor: Actor) -> Any:
    """Return an account with its organisation, whether its name is shown, and the public id of its person."""
    person = aliased(Person)
    statement = (
        select(User, Organisation, person.public_id.label("person"), *_columns(slowed))
        .join(Organisation, Organisation.id == User.organisation_id)
        .outerjoin(person, person.id == User.person_id)
        .where(User.id == user.id)
        .execution_options(populate_existing=True)
    )
    return db.session.execute(seen(statement, actor, Permission.MANAGE_ACCOUNTS, User)).one()


def account_of(person_id: int) -> User | None:
    """Return the account that belongs to a person, active or not."""
    statement = select(User).where(User.person_id == person_id)
    return db.session.scalar(statement.execution_options(populate_existing=True))


def is_holder_inactive(user_id: int) -> bool:
    """Return whether an account belongs to a person who was deactivated."""
    statement = select(Person.inactive_because).join(User, User.person_id == Person.id).where(User.id == user_id)
    return db.session.scalar(domain_read(statement)) is not None


def programmes() -> Sequence[Programme]:
    """Return all programmes by code: an administrator chooses which a funder funds."""
    statement = select(Programme).order_by(Programme.code)
    return db.session.scalars(unscoped(statement, because="code and title, to choose what a funder funds")).all()
