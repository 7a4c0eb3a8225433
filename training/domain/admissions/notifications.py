"""Notices: told in the transaction of the act, to the coordinators whom it concerns."""

from sqlalchemy import update

from training.kit.clock import now
from training.kit.db import changed, db
from training.models.admissions.nominations import Nomination
from training.models.admissions.notifications import Notice, NoticeKind
from training.queries.admissions import notifications


def tell(kind: NoticeKind, nomination: Nomination) -> None:
    """Tell both sides what happened to a nomination: who selects nominees, and who nominates for the organisation."""
    at = now()
    db.session.add_all(
        Notice(user_id=user_id, kind=kind, nomination_id=nomination.id, at=at)
        for user_id in notifications.coordinators_of(nomination)
    )


def see(notice: Notice) -> None:
    """Note that its reader has seen a notice; a second time changes nothing."""
    changed(update(Notice).where(Notice.id == notice.id, Notice.seen_at.is_(None)).values(seen_at=now()))
