"""Read the outbox."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select

from training.kit.db import db
from training.models.identity.actor import Actor
from training.models.identity.jobs import Worker
from training.models.identity.mail import LetterState, OutgoingLetter
from training.policy.matrix import Permission
from training.policy.scopes import seen
from training.queries.common.paging import Cursor, Page, read_numbered


def due(at: dt.datetime, most: int) -> Sequence[int]:
    """Return the keys of the letters that are to be sent now, those that waited longest first."""
    waits = (OutgoingLetter.state == LetterState.WAITING, OutgoingLetter.due_at <= at)
    return db.session.scalars(
        select(OutgoingLetter.id).where(*waits).order_by(OutgoingLetter.due_at, OutgoingLetter.id).limit(most)
    ).all()


def letter(key: int) -> OutgoingLetter:
    """Return a letter as the database has it now."""
    statement = select(OutgoingLetter).where(OutgoingLetter.id == key).execution_options(populate_existing=True)
    return db.session.scalars(statement).one()


def is_abandoned(worker: str, silent_since: dt.datetime) -> ColumnElement[bool]:
    """Return the condition under which nobody will note what became of a letter that was handed over.

    Its worker was not seen since then, or is ``worker`` itself, which is idle.
    """
    lives = exists().where(Worker.name == OutgoingLetter.worker, Worker.seen_at >= silent_since)
    is_left = or_(OutgoingLetter.worker == worker, and_(OutgoingLetter.handed_at < silent_since, ~lives))
    return and_(OutgoingLetter.state == LetterState.HANDED_OVER, is_left)


def is_useless(at: dt.datetime) -> ColumnElement[bool]:
    """Return the condition under which the text of a letter is kept though it is no longer of use."""
    is_held = OutgoingLetter.state != LetterState.HANDED_OVER
    return and_(OutgoingLetter.sealed.is_not(None), OutgoingLetter.useful_until <= at, is_held)


def needs_tidying(worker: str, silent_since: dt.datetime, at: dt.datetime) -> bool:
    """Return whether a letter was abandoned, or is no longer of use."""
    return bool(db.session.scalar(select(exists().where(or_(is_abandoned(worker, silent_since), is_useless(at))))))


def page_of(state: LetterState | None, cut: Cursor, actor: Actor) -> Page[Any]:
    """Return a page of letters, newest first; all states without one."""
    statement = seen(select(OutgoingLetter), actor, Permission.SEE_MAIL, OutgoingLetter)
    if state is not None:
        statement = statement.where(OutgoingLetter.state == state)
    return read_numbered(statement, OutgoingLetter.id, cut, is_descending=True)


def numbers() -> Mapping[LetterState, int]:
    """Return how many letters there are of each state."""
    rows = db.session.execute(select(OutgoingLetter.state, func.count()).group_by(OutgoingLetter.state))
    return {state: int(number) for state, number in rows}
