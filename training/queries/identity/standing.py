"""Which roles stand at the moment of a statement: granted, not revoked, begun and not past their last day."""

from sqlalchemy import ColumnElement, Date, and_, bindparam, exists, or_, select
from sqlalchemy.orm import aliased

from training.kit.clock import today
from training.kit.db import db
from training.models.identity.accounts import Role, RoleAssignment, User

_TODAY = bindparam("today", callable_=today, type_=Date())
"""Read when a statement is run, also one that was built at the start."""


def stands() -> ColumnElement[bool]:
    """Return the condition under which a role stands today."""
    return and_(
        RoleAssignment.revoked_at.is_(None),
        or_(RoleAssignment.since.is_(None), RoleAssignment.since <= _TODAY),
        or_(RoleAssignment.until.is_(None), RoleAssignment.until >= _TODAY),
    )


def is_not_over() -> ColumnElement[bool]:
    """Return the condition under which a role stands today or begins later."""
    is_within = or_(RoleAssignment.until.is_(None), RoleAssignment.until >= _TODAY)
    return and_(RoleAssignment.revoked_at.is_(None), is_within)


def is_over() -> ColumnElement[bool]:
    """Return the condition under which the last day of a role that nobody revoked is past."""
    return and_(RoleAssignment.revoked_at.is_(None), RoleAssignment.until < _TODAY)


def lock_administrators() -> None:
    """Lock the grants of all administrators, in one order, until the transaction ends."""
    statement = select(RoleAssignment.id).where(RoleAssignment.role == Role.ADMINISTRATOR)
    db.session.execute(statement.order_by(RoleAssignment.id).with_for_update())


def administrators() -> int:
    """Return how many active accounts are administrators today."""
    statement = select(RoleAssignment.user_id).join(User, User.id == RoleAssignment.user_id)
    statement = statement.where(RoleAssignment.role == Role.ADMINISTRATOR, User.is_active, stands())
    return len(set(db.session.scalars(statement)))


def is_administrator(user_id: int) -> bool:
    """Return whether an account has the role of administrator today, active or not."""
    own = (RoleAssignment.user_id == user_id, RoleAssignment.role == Role.ADMINISTRATOR)
    return bool(db.session.scalar(select(exists().where(*own, stands()))))


def has_another_administrator(user_id: int) -> bool:
    """Return whether another active account is administrator today, and without a last day."""
    other = aliased(User)
    here = exists().where(
        RoleAssignment.user_id == other.id,
        RoleAssignment.role == Role.ADMINISTRATOR,
        RoleAssignment.until.is_(None),
        stands(),
    )
    statement = select(other.id).where(other.id != user_id, other.is_active, here).limit(1)
    return db.session.scalar(statement) is not None
