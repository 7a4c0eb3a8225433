"""Read invitations."""

import datetime as dt
import enum
from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import aliased, joinedload

from training.kit import usernames
from training.kit.db import AnySelect, db
from training.models.finance.programmes import Programme
from training.models.identity.accounts import Invitation, Role, User
from training.models.identity.actor import Actor
from training.models.identity.organisations import Jurisdiction, Organisation
from training.policy.matrix import Permission
from training.policy.scopes import seen, unscoped
from training.queries.identity import organisation_trees


class InvitationState(enum.StrEnum):
    """Where an invitation stands."""

    WAITING = "waiting"
    """For a second administrator."""
    OPEN = "open"
    EXPIRED = "expired"
    USED = "used"
    ENDED = "ended"


_OPEN = (Invitation.used_at.is_(None), Invitation.ended_at.is_(None))


def invitation_of(token_hash: str) -> Invitation | None:
    """Return the invitation whose token has this hash, with its organisation."""
    statement = select(Invitation).where(Invitation.token_hash == token_hash)
    return db.session.scalar(statement.options(joinedload(Invitation.organisation)))


def lock_of_command_line(role: Role) -> None:
    """Lock the invitations of the command line to this role until the transaction ends."""
    statement = select(Invitation.id).where(Invitation.role == role, Invitation.asked_by_id.is_(None))
    db.session.execute(statement.order_by(Invitation.id).with_for_update())


def open_for(username_key: str, email: str) -> Sequence[Invitation]:
    """Return the invitations that are neither used nor ended for a username, by its key, or an e-mail address."""
    statement = select(Invitation).where(*_OPEN, or_(Invitation.username != "", Invitation.email != ""))
    found = db.session.scalars(statement.order_by(Invitation.id)).all()
    return [
        one
        for one in found
        if (email and one.email == email)
        or (username_key and one.username and usernames.key(one.username) == username_key)
    ]


def jurisdiction_of(invitation: Invitation) -> Jurisdiction:
    """Return the jurisdiction of the organisation that an invitation is for."""
    statement = select(Organisation.jurisdiction).where(Organisation.id == invitation.organisation_id)
    return db.session.scalars(statement).one()


def programme_of(programme_id: int | None) -> Programme | None:
    """Return the programme that a role is for, if it is for one."""
    if programme_id is None:
        return None
    statement = select(Programme).where(Programme.id == programme_id)
    return db.session.scalar(unscoped(statement, because="whoever is given a role is told for which programme"))


MOST_SHOWN = 100


def _listed() -> AnySelect:
    """Select open invitations with organisation, programme and who asked."""
    asker = aliased(User)
    return (
        select(Invitation, Organisation, Programme.code.label("programme"), asker.username.label("asker"))
        .join(Organisation, Organisation.id == Invitation.organisation_id)
        .outerjoin(Programme, Programme.id == Invitation.programme_id)
        .outerjoin(asker, asker.id == Invitation.asked_by_id)
        .where(*_OPEN)
        .limit(MOST_SHOWN)
    )


def open_invitations(actor: Actor, role: Role | None, organisation_id: int | None, words: str) -> Sequence[Any]:
    """Return the open invitations with a role, in an organisation or below it, to a username or e-mail with ``words``.

    The newest come first; ``MOST_SHOWN`` at most.
    """
    statement = _listed().order_by(Invitation.id.desc())
    if role is not None:
        statement = statement.where(Invitation.role == role)
    if organisation_id is not None:
        root = select(Organisation.id).where(Organisation.id == organisation_id)
        statement = statement.where(Invitation.organisation_id.in_(select(organisation_trees.below(root).c.id)))
    if text := words.strip().lower():
        found = (one.contains(text, autoescape=True) for one in (Invitation.username, Invitation.email))
        statement = statement.where(or_(*found))
    return db.session.execute(seen(statement, actor, Permission.MANAGE_ACCOUNTS, Invitation)).all()


def waiting(actor: Actor) -> Sequence[Any]:
    """Return the invitations that wait for a second administrator, the oldest first."""
    statement = _listed().where(Invitation.agreed_at.is_(None)).order_by(Invitation.id)
    return db.session.execute(seen(statement, actor, Permission.MANAGE_ACCOUNTS, Invitation)).all()


def number_waiting(actor: Actor) -> int:
    """Return to how many invitations ``actor`` may agree."""
    to_agree = (Invitation.agreed_at.is_(None), Invitation.asked_by_id != actor.user_id, *_OPEN)
    statement = select(func.count(Invitation.id)).where(*to_agree)
    return db.session.scalar(seen(statement, actor, Permission.MANAGE_ACCOUNTS, Invitation)) or 0


def one_invitation(invitation: Invitation, actor: Actor) -> Any:
    """Return an invitation with organisation, programme, who asked and who agreed."""
    asker, agreer = aliased(User), aliased(User)
    statement = (
        select(
            Invitation,
            Organisation,
            Programme.code.label("programme"),
            asker.username.label("asker"),
            agreer.username.label("agreer"),
        )
        .join(Organisation, Organisation.id == Invitation.organisation_id)
        .outerjoin(Programme, Programme.id == Invitation.programme_id)
        .outerjoin(asker, asker.id == Invitation.asked_by_id)
        .outerjoin(agreer, agreer.id == Invitation.agreed_by_id)
        .where(Invitation.id == invitation.id)
    )
    fresh = statement.execution_options(populate_existing=True)
    return db.session.execute(seen(fresh, actor, Permission.MANAGE_ACCOUNTS, Invitation)).one()


def state_of(invitation: Invitation, at: dt.datetime) -> InvitationState:
    """Return where an invitation stands."""
    if invitation.used_at is not None:
        return InvitationState.USED
    if invitation.ended_at is not None:
        return InvitationState.ENDED
    if invitation.agreed_at is None:
        return InvitationState.WAITING
    is_over = invitation.expires_at is not None and invitation.expires_at <= at
    return InvitationState.EXPIRED if is_over else InvitationState.OPEN
