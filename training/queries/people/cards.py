"""Read cards, and the accounts of the people for whom they are made."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import joinedload

from training.kit import usernames
from training.kit.db import AnySelect, db
from training.models.identity.accounts import Role, RoleAssignment, User
from training.models.identity.actor import Actor
from training.models.identity.organisations import Jurisdiction, Organisation
from training.models.people.cards import Card
from training.models.people.people import Person
from training.policy.matrix import Permission
from training.policy.scopes import seen, unscoped
from training.queries.identity.standing import is_not_over

MOST_LISTED = 200
"""So many open cards are listed at most, the newest first."""

_IS_STAFF = exists().where(RoleAssignment.user_id == User.id, is_not_over(), RoleAssignment.role != Role.TRAINEE)
_IS_TRAINEE = exists().where(RoleAssignment.user_id == User.id, is_not_over(), RoleAssignment.role == Role.TRAINEE)


class PersonAccount(NamedTuple):
    """The account of a person; ``is_staff`` if it has another role than a trainee's."""

    user: User
    is_staff: bool
    is_trainee: bool


def lock_people(person_ids: Collection[int]) -> Mapping[int, bool]:
    """Lock people in the order of their keys until the transaction ends; return by key whether each is active."""
    statement = select(Person.id, Person.inactive_because).where(Person.id.in_(person_ids)).order_by(Person.id)
    rows = db.session.execute(unscoped(statement.with_for_update(), because="a lock; nothing is shown"))
    return {key: inactive_because is None for key, inactive_because in rows}


def accounts_of(person_ids: Collection[int]) -> Mapping[int, PersonAccount]:
    """Return the accounts of these people by the keys of the people."""
    statement = select(User, _IS_STAFF, _IS_TRAINEE).where(User.person_id.in_(person_ids))
    rows = db.session.execute(statement.execution_options(populate_existing=True))
    return {row[0].person_id: PersonAccount(*row) for row in rows if row[0].person_id is not None}


def jurisdictions_of(organisation_ids: Collection[int]) -> Mapping[int, Jurisdiction]:
    """Return the jurisdictions of organisations by key."""
    statement = select(Organisation.id, Organisation.jurisdiction).where(Organisation.id.in_(organisation_ids))
    return {key: jurisdiction for key, jurisdiction in db.session.execute(statement)}  # noqa: C416  # for the types


def usernames_among(drawn: Collection[str]) -> set[str]:
    """Return those of the usernames ``drawn`` that somebody has."""
    return set(db.session.scalars(select(User.username).where(User.username.in_(drawn))))


class FoundCard(NamedTuple):
    """An open card, and the account and the person into whose record it leads."""

    card: Card
    user: User
    person: Person


def _usable(*conditions: ColumnElement[bool]) -> AnySelect:
    """Return the statement that reads the open cards of active trainees that meet ``conditions``."""
    statement: AnySelect = select(Card, User, Person).join(User, User.id == Card.user_id)
    statement = statement.join(Person, Person.id == User.person_id)
    is_usable = (Card.ended_at.is_(None), User.is_active, Person.inactive_because.is_(None), ~_IS_STAFF)
    return unscoped(statement.where(*is_usable, *conditions), because="the one-time code is the proof")


def _found(statement: AnySelect) -> FoundCard | None:
    row = db.session.execute(statement.execution_options(populate_existing=True)).one_or_none()
    return FoundCard(*row) if row else None


def lock_card_of(username: str) -> FoundCard | None:
    """Lock the card that leads into the account with this username; None if there is no such card or account."""
    return _found(_usable(User.username == usernames.plain(username)).with_for_update(of=Card))


def lock_card(public_id: str, at: dt.datetime) -> FoundCard | None:
    """Lock a card that can be used at a moment; None if it has ended, or its account or person has changed."""
    return _found(_usable(Card.public_id == public_id, Card.expires_at > at).with_for_update(of=Card))


def card_in_hand(public_id: str, at: dt.datetime) -> FoundCard | None:
    """Return a card that can be used at a moment, without a lock."""
    return _found(_usable(Card.public_id == public_id, Card.expires_at > at))


@dataclass(frozen=True)
class SignInState:
    """How a person gets into the register: the account, and its open card if there is one."""

    user: User | None
    is_staff: bool
    card: Card | None

    @property
    def may_have_card(self) -> bool:
        """Return whether a card can be made: not for staff, nor for a disabled account."""
        return self.user is None or (self.user.is_active and not self.is_staff)


def sign_in_state(person_id: int, at: dt.datetime) -> SignInState:
    """Return how a person gets into the register at a moment."""
    is_open = (Card.user_id == User.id) & Card.ended_at.is_(None) & (Card.expires_at > at)
    statement = select(User, _IS_STAFF, Card).outerjoin(Card, is_open).where(User.person_id == person_id)
    row = db.session.execute(statement).one_or_none()
    return SignInState(*row) if row else SignInState(None, is_staff=False, card=None)


class OpenCard(NamedTuple):
    """An open card in the list of a coordinator."""

    person: Person
    username: str
    made_at: dt.datetime
    expires_at: dt.datetime


@dataclass(frozen=True)
class OpenCards:
    """The newest open cards, and how many there are."""

    rows: Sequence[OpenCard]
    number: int


def open_cards(actor: Actor, at: dt.datetime) -> OpenCards:
    """Return the cards that nobody has used yet, of the people for whom ``actor`` may make cards."""
    columns = select(Person, User.username, Card.made_at, Card.expires_at).options(joinedload(Person.organisation))
    newest = _unused(columns, actor, at).order_by(Card.made_at.desc(), Card.id.desc()).limit(MOST_LISTED)
    rows = [OpenCard(*row) for row in db.session.execute(newest)]
    return OpenCards(rows, db.session.scalar(_unused(select(func.count()), actor, at)) or 0)


def _unused(statement: AnySelect, actor: Actor, at: dt.datetime) -> AnySelect:
    """Restrict a statement to open cards of people for whom ``actor`` may make cards."""
    statement = statement.select_from(Card).join(User, User.id == Card.user_id)
    statement = statement.join(Person, Person.id == User.person_id)
    is_open = (Card.ended_at.is_(None), Card.expires_at > at, Person.inactive_because.is_(None))
    return seen(statement.where(*is_open), actor, Permission.PRINT_CARDS, Person)
