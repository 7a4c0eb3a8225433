"""Read the link between an account and a person, and what is asked for about it."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import aliased

from training.kit import usernames
from training.kit.db import db
from training.models.identity.accounts import RequestState, User
from training.models.identity.actor import Actor
from training.models.people.links import LinkRequest
from training.models.people.people import Person
from training.policy.matrix import Permission
from training.policy.scopes import domain_read, seen, unscoped, where

MOST_ASKED = 100
_ASKED = LinkRequest.state == RequestState.ASKED


def account_of(person_id: int) -> User | None:
    """Return the account that belongs to a person, active or not."""
    statement = select(User).where(User.person_id == person_id)
    return db.session.scalar(statement.execution_options(populate_existing=True))


def account_in_reach(username: str, actor: Actor) -> User | None:
    """Return the account with this username, if ``actor`` manages accounts or it is of their organisations."""
    here = User.username_key == usernames.key(username)
    is_in_reach = or_(where(actor, Permission.MANAGE_ACCOUNTS, User), where(actor, Permission.EDIT_PERSON, User))
    statement = select(User).where(here, is_in_reach)
    return db.session.scalar(statement.execution_options(populate_existing=True))


def public_ids(asked: LinkRequest) -> tuple[str, str]:
    """Return the public ids of the person and the account of a request."""
    statement = (
        select(Person.public_id, User.public_id)
        .select_from(LinkRequest)
        .join(Person, Person.id == LinkRequest.person_id)
        .join(User, User.id == LinkRequest.user_id)
        .where(LinkRequest.id == asked.id)
    )
    person, account = db.session.execute(domain_read(statement)).one()
    return person, account


def asked_about(person: Person) -> Any | None:
    """Return what is asked for about the account of a person: with the account and who asked."""
    return _one(LinkRequest.person_id == person.id)


def asked_about_account(user: User) -> Any | None:
    """Return what is asked for about the person of an account: with the account and who asked."""
    return _one(LinkRequest.user_id == user.id)


def _one(condition: Any) -> Any | None:
    user, asker = aliased(User), aliased(User)
    statement = (
        select(LinkRequest, user.username, asker.username.label("asker"), Person.public_id.label("person"))
        .join(user, user.id == LinkRequest.user_id)
        .join(asker, asker.id == LinkRequest.asked_by_id)
        .join(Person, Person.id == LinkRequest.person_id)
        .where(condition, _ASKED)
    )
    because = "the view has loaded the person or the account on behalf of the reader"
    return db.session.execute(unscoped(statement, because=because)).one_or_none()


def waiting(actor: Actor) -> Sequence[Any]:
    """Return the links that are asked for, for those who manage accounts: no name, the ids alone."""
    user, asker = aliased(User), aliased(User)
    statement = (
        select(
            LinkRequest,
            user.username,
            user.public_id.label("account"),
            asker.username.label("asker"),
            Person.public_id.label("person"),
        )
        .join(user, user.id == LinkRequest.user_id)
        .join(asker, asker.id == LinkRequest.asked_by_id)
        .join(Person, Person.id == LinkRequest.person_id)
        .where(_ASKED)
        .order_by(LinkRequest.id)
        .limit(MOST_ASKED)
    )
    return db.session.execute(seen(statement, actor, Permission.MANAGE_ACCOUNTS, User)).all()


def number_waiting(actor: Actor) -> int:
    """Return how many links ``actor`` may make or part, of those who manage accounts."""
    statement = (
        select(func.count(LinkRequest.id))
        .join(User, User.id == LinkRequest.user_id)
        .where(_ASKED, LinkRequest.asked_by_id != actor.user_id, LinkRequest.user_id != actor.user_id)
        .where(LinkRequest.person_id.is_distinct_from(actor.person_id))
    )
    return db.session.scalar(seen(statement, actor, Permission.MANAGE_ACCOUNTS, User)) or 0


def person_of(user: User) -> str | None:
    """Return the public id of the person to whom an account belongs; None without one."""
    statement = select(Person.public_id).where(Person.id == user.person_id)
    return db.session.scalar(unscoped(statement, because="the id alone, for whoever manages the account"))
