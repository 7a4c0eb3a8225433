"""Read notifications and their recipients."""

from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from training.kit.db import db
from training.models.admissions.nominations import Nomination
from training.models.admissions.notifications import Notice
from training.models.courses.cohorts import Cohort
from training.models.identity.accounts import RoleAssignment, User
from training.models.identity.actor import Actor
from training.policy.matrix import MATRIX, Permission, Scope
from training.policy.scopes import seen
from training.queries.identity import organisation_trees
from training.queries.identity.standing import stands

_MOST = 20


def coordinators_of(nomination: Nomination) -> Sequence[int]:
    """Return the keys of the accounts that select nominees, or nominate for the nominee's organisation."""
    above = organisation_trees.above(nomination.organisation_id)
    selecting = [role for role, scopes in MATRIX[Permission.SELECT_NOMINEES].items() if Scope.ALL in scopes]
    nominating = [role for role, scopes in MATRIX[Permission.NOMINATE].items() if Scope.ORG in scopes]
    statement = (
        select(User.id)
        .join(RoleAssignment, RoleAssignment.user_id == User.id)
        .where(User.is_active, stands())
        .where(
            or_(
                RoleAssignment.role.in_(selecting),
                RoleAssignment.role.in_(nominating) & User.organisation_id.in_(select(above.c.id)),
            )
        )
        .distinct()
        .order_by(User.id)
    )
    return db.session.scalars(statement).all()


def selecting() -> Sequence[int]:
    """Return the keys of the accounts that select nominees."""
    statement = (
        select(User.id)
        .join(RoleAssignment, RoleAssignment.user_id == User.id)
        .where(User.is_active, stands())
        .where(RoleAssignment.role.in_(MATRIX[Permission.SELECT_NOMINEES]))
        .distinct()
        .order_by(User.id)
    )
    return db.session.scalars(statement).all()


def unseen(actor: Actor) -> Sequence[Notice]:
    """Return the newest notices that ``actor`` has not seen, about nominations that they may still see."""
    statement = (
        select(Notice)
        .join(Nomination, Nomination.id == Notice.nomination_id)
        .where(Notice.seen_at.is_(None))
        .options(
            joinedload(Notice.nomination).joinedload(Nomination.person),
            joinedload(Notice.nomination).joinedload(Nomination.cohort).joinedload(Cohort.course),
        )
        .order_by(Notice.id.desc())
        .limit(_MOST)
    )
    statement = seen(statement, actor, Permission.SEE_NOMINATION, Nomination)
    return db.session.scalars(seen(statement, actor, Permission.READ_NOTICE, Notice)).all()
