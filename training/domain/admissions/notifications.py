"""Notifications to the coordinators concerned, written in the transaction of the change."""

from sqlalchemy import update

from training.kit.clock import now
from training.kit.db import changed, db
from training.models.admissions.nominations import Nomination
from training.models.admissions.notifications import Notice, NoticeKind
from training.models.identity.actor import Actor
from training.queries.admissions import notifications


def tell(kind: NoticeKind, nomination: Nomination) -> None:
    """Notify both sides of a change to a nomination: those who select, and those who nominate for its organisation."""
    at = now()
    db.session.add_all(
        Notice(user_id=user_id, kind=kind, nomination_id=nomination.id, at=at)
        for user_id in notifications.coordinators_of(nomination)
    )


def tell_deciders(nomination: Nomination, by: Actor) -> None:
    """Notify those who select nominees, but not ``by``, that a late entry awaits a decision."""
    at = now()
    db.session.add_all(
        Notice(user_id=user_id, kind=NoticeKind.LATE_ENTRY, nomination_id=nomination.id, at=at)
        for user_id in notifications.selecting()
        if user_id != by.user_id
    )


def see(notice: Notice) -> None:
    """Mark a notification as seen. Idempotent."""
    changed(update(Notice).where(Notice.id == notice.id, Notice.seen_at.is_(None)).values(seen_at=now()))
