"""Read accounts, sign-ins and invitations."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, and_, bindparam, exists, inspect, or_, select, true
from sqlalchemy.orm import contains_eager, joinedload

from training.kit.db import AnySelect, db
from training.kit.usernames import key
from training.models.identity.accounts import KnownDevice, Role, RoleAssignment, SignIn, SignInFailure, User
from training.models.identity.actor import Actor
from training.models.identity.organisations import Organisation
from training.queries.identity import organisation_trees
from training.queries.identity.standing import stands


def user_named(username: str) -> User | None:
    """Return the account with this username, or the one that looks the same to a reader; active or not."""
    is_exact = User.username == username.strip().lower()
    statement = select(User).where(or_(is_exact, User.username_key == key(username)))
    return db.session.scalar(statement.order_by(is_exact.desc()).limit(1))


def lock_password(user_id: int) -> str | None:
    """Lock an account until the transaction ends; return the hash of its password, None if it is inactive."""
    statement = select(User.password_hash).where(User.id == user_id, User.is_active).with_for_update()
    return db.session.scalar(statement)


def _with_reach(statement: AnySelect, root: Select[int]) -> AnySelect:
    """Add the organisations from ``root`` downwards to a statement about one user, beside each role."""
    tree = organisation_trees.below(root)
    return (
        statement.join(tree, true())
        .outerjoin(RoleAssignment, and_(RoleAssignment.user_id == User.id, stands()))
        .add_columns(tree.c.id, RoleAssignment.role, RoleAssignment.programme_id, RoleAssignment.grade)
    )


_THIS_TOKEN = and_(SignIn.token_hash == bindparam("token_hash"), SignIn.ended_at.is_(None), User.is_active)
_SIGNED_IN = _with_reach(
    select(SignIn)
    .join(SignIn.user)
    .join(User.organisation)
    .where(_THIS_TOKEN)
    .options(contains_eager(SignIn.user).contains_eager(User.organisation).load_only(Organisation.jurisdiction)),
    root=select(User.organisation_id.label("id")).join(SignIn, SignIn.user_id == User.id).where(_THIS_TOKEN),
)
"""The first statement of every authenticated request, built once."""

_THIS_USER = User.id == bindparam("user_id")
_USER = _with_reach(
    select(User).select_from(User).where(_THIS_USER), root=select(User.organisation_id.label("id")).where(_THIS_USER)
)


def signed_in(token_hash: str) -> tuple[SignIn, Actor] | None:
    """Return the sign-in with this token hash, with its account and actor.

    None if the session has ended or the account is inactive.
    """
    rows = db.session.execute(_SIGNED_IN, {"token_hash": token_hash}).all()
    if not rows:
        return None
    sign_in: SignIn = rows[0][0]
    return sign_in, _actor(sign_in.user, [row[1:] for row in rows])


def visit_before(user_id: int, token_hash: str) -> dt.datetime | None:
    """Return when this account signed in before the sign-in with this token hash; None if it had not."""
    this = select(SignIn.id).where(SignIn.token_hash == token_hash).scalar_subquery()
    earlier = select(SignIn.started_at).where(SignIn.user_id == user_id, SignIn.id < this)
    return db.session.scalar(earlier.order_by(SignIn.id.desc()).limit(1))


def active_user(user_id: int) -> User | None:
    """Return an active account with its organisation."""
    return db.session.scalar(
        select(User).where(User.id == user_id, User.is_active).options(joinedload(User.organisation))
    )


def by_key(user_id: int) -> User:
    """Return the account with this key."""
    return db.session.get_one(User, user_id)


def actor_of(user: User) -> Actor:
    """Return ``user`` as an actor, with current roles."""
    rows = db.session.execute(_USER, {"user_id": user.id}).all()
    return _actor(user, [row[1:] for row in rows])


def _actor(user: User, reach: Sequence[Sequence[Any]]) -> Actor:
    return Actor(
        user_id=user.id,
        person_id=user.person_id,
        organisation_id=user.organisation_id,
        jurisdiction=user.organisation.jurisdiction,
        roles=frozenset(role for _, role, _, _ in reach if role),
        organisations=frozenset(organisation for organisation, *_ in reach),
        funded=frozenset(programme for _, role, programme, _ in reach if role is Role.FUNDER and programme is not None),
        grade=next((grade for *_, grade in reach if grade), None),
    )


def lock_failures(keys: Sequence[str]) -> Sequence[SignInFailure]:
    """Lock the counters of attempts under these hashed keys until the transaction ends, and return them."""
    statement = select(SignInFailure).where(SignInFailure.key.in_(keys)).order_by(SignInFailure.key)
    return db.session.scalars(statement.with_for_update().execution_options(populate_existing=True)).all()


def is_known_device(username: str, token_hash: str, since: dt.datetime) -> bool:
    """Return whether an active account with this username has signed in on a device since a moment."""
    statement = select(KnownDevice.id).join(User, User.id == KnownDevice.user_id)
    here = (KnownDevice.token_hash == token_hash, KnownDevice.last_used_at > since)
    return db.session.scalar(statement.where(User.username_key == key(username), User.is_active, *here)) is not None


def has_device(token_hash: str, since: dt.datetime) -> bool:
    """Return whether any account has signed in on a device since a moment."""
    here = (KnownDevice.token_hash == token_hash, KnownDevice.last_used_at > since)
    return bool(db.session.scalar(select(exists().where(*here))))


def known_device(user_id: int, token_hash: str) -> KnownDevice | None:
    """Return a device on which an account has signed in."""
    here = (KnownDevice.token_hash == token_hash, KnownDevice.user_id == user_id)
    return db.session.scalar(select(KnownDevice).where(*here))


def has_demonstration_accounts() -> bool:
    """Return whether a demonstration account exists; False for a database without tables."""
    if not inspect(db.engine).has_table(User.__tablename__):
        return False
    return bool(db.session.scalar(select(exists().where(User.is_demonstration))))


def demonstration_accounts() -> list[User]:
    """Return the demonstration accounts by username."""
    return list(db.session.scalars(select(User).where(User.is_demonstration).order_by(User.username)))


def is_username_taken(username: str) -> bool:
    """Return whether an account has this username, or one that looks the same."""
    return bool(db.session.scalar(select(exists().where(User.username_key == key(username)))))


def is_email_taken(email: str) -> bool:
    """Return whether an account has this e-mail address."""
    return bool(db.session.scalar(select(exists().where(User.email == email))))


def account_page(user_id: int) -> User:
    """Return the user with this key and their organisation."""
    return db.session.scalars(select(User).where(User.id == user_id).options(joinedload(User.organisation))).one()


def has_accounts() -> bool:
    """Return whether any account exists."""
    return bool(db.session.scalar(select(exists().where(User.id > 0))))
