"""Read roles: what an account has, what is asked for, what is to be confirmed this year."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from training.kit.db import db
from training.models.finance.programmes import Programme
from training.models.identity.accounts import RequestState, Role, RoleAssignment, RoleRequest, User
from training.models.identity.actor import Actor
from training.policy.matrix import MATRIX, Permission, Scope
from training.policy.scopes import seen, unscoped
from training.queries.common.paging import Cursor, Page, read_page
from training.queries.identity.standing import is_not_over

MOST_ASKED = 100
"""So many requests a page shows; the oldest first."""


def held(user_id: int, role: Role, programme_id: int | None) -> RoleAssignment | None:
    """Return what an account has of a role, in this programme, today or later."""
    own = (RoleAssignment.user_id == user_id, RoleAssignment.role == role)
    here = RoleAssignment.programme_id.is_not_distinct_from(programme_id)
    statement = select(RoleAssignment).where(*own, here, is_not_over())
    return db.session.scalar(statement.execution_options(populate_existing=True))


def lock_account(user_id: int) -> bool:
    """Lock an account until the transaction ends; return whether it is active."""
    return bool(db.session.scalar(select(User.is_active).where(User.id == user_id).with_for_update()))


def bound_to_organisation(user_id: int) -> Sequence[RoleAssignment]:
    """Return what an account has of roles that reach as far as its organisation does."""
    bound = {
        role for granted in MATRIX.values() for role, scopes in granted.items() if scopes & {Scope.ORG, Scope.HOST}
    }
    own = (RoleAssignment.user_id == user_id, RoleAssignment.role.in_(bound))
    return db.session.scalars(select(RoleAssignment).where(*own, is_not_over()).order_by(RoleAssignment.id)).all()


def of_account(user_id: int) -> Sequence[Any]:
    """Return the roles of an account, today's and later ones: with programme, who asked and who gave."""
    asker, giver = aliased(User), aliased(User)
    statement = (
        select(RoleAssignment, Programme, asker.username.label("asker"), giver.username.label("giver"))
        .outerjoin(Programme, Programme.id == RoleAssignment.programme_id)
        .outerjoin(asker, asker.id == RoleAssignment.asked_by_id)
        .outerjoin(giver, giver.id == RoleAssignment.granted_by_id)
        .where(RoleAssignment.user_id == user_id, is_not_over())
        .order_by(RoleAssignment.id)
    )
    return db.session.execute(unscoped(statement, because="the code of a programme says what a role is for")).all()


def requests(actor: Actor, user_id: int | None = None) -> Sequence[Any]:
    """Return the roles that are asked for, of all accounts or of one: with account, programme and who asked."""
    user, asker = aliased(User), aliased(User)
    statement = (
        select(
            RoleRequest,
            user.public_id.label("account"),
            user.username,
            Programme.code.label("programme"),
            asker.username.label("asker"),
        )
        .join(user, user.id == RoleRequest.user_id)
        .outerjoin(Programme, Programme.id == RoleRequest.programme_id)
        .join(asker, asker.id == RoleRequest.asked_by_id)
        .where(RoleRequest.state == RequestState.ASKED)
        .order_by(RoleRequest.id)
        .limit(MOST_ASKED)
    )
    if user_id is not None:
        statement = statement.where(RoleRequest.user_id == user_id)
    return db.session.execute(seen(statement, actor, Permission.MANAGE_ACCOUNTS, RoleRequest)).all()


def number_waiting(actor: Actor) -> int:
    """Return how many roles are asked for that ``actor`` may give."""
    statement = select(func.count(RoleRequest.id)).where(
        RoleRequest.state == RequestState.ASKED,
        RoleRequest.asked_by_id != actor.user_id,
        RoleRequest.user_id != actor.user_id,
    )
    return db.session.scalar(seen(statement, actor, Permission.MANAGE_ACCOUNTS, RoleRequest)) or 0


def due_page(before: dt.datetime, cut: Cursor, actor: Actor) -> Page[Any]:
    """Return a page of the roles of active accounts that nobody granted or confirmed since ``before``, by account."""
    last = func.coalesce(RoleAssignment.confirmed_at, RoleAssignment.granted_at)
    statement = (
        select(RoleAssignment, User.username, User.public_id.label("account"), Programme.code.label("programme"))
        .join(User, User.id == RoleAssignment.user_id)
        .outerjoin(Programme, Programme.id == RoleAssignment.programme_id)
        .where(User.is_active, RoleAssignment.role != Role.TRAINEE, is_not_over(), last < before)
        .add_columns(last.label("last"))
    )
    scoped = seen(statement, actor, Permission.MANAGE_ACCOUNTS, RoleAssignment)
    return read_page(scoped, RoleAssignment, RoleAssignment.granted_at, cut)
