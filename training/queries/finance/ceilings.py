"""Read the ceilings of programmes: their changes, what waits, and since when each held."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import joinedload

from training.kit.clock import BOOKS_ZONE
from training.kit.db import db
from training.models.finance.ceilings import CeilingChange, CeilingDecision
from training.models.finance.ledger import Outcome
from training.models.finance.programmes import Programme
from training.models.identity.actor import Actor
from training.policy.matrix import Permission
from training.policy.scopes import domain_read, seen

_FIRST = 1
_IN_EFFECT = or_(CeilingChange.number == _FIRST, CeilingDecision.outcome == Outcome.APPROVED)


@dataclass(frozen=True)
class NewestChange:
    """The newest change of a programme's ceiling; ``holds`` unless it waits for its decision."""

    number: int
    holds: bool


def newest(programme_id: int) -> NewestChange:
    """Return the newest change of a programme's ceiling."""
    statement = (
        select(CeilingChange.number, CeilingDecision.id)
        .outerjoin(CeilingDecision, CeilingDecision.change_id == CeilingChange.id)
        .where(CeilingChange.programme_id == programme_id)
        .order_by(CeilingChange.number.desc())
        .limit(1)
    )
    number, decision_id = db.session.execute(domain_read(statement)).one()
    return NewestChange(number, number == _FIRST or decision_id is not None)


def is_decided(change: CeilingChange) -> bool:
    """Return whether a change is decided; the first of a programme needs no decision."""
    statement = select(CeilingDecision.id).where(CeilingDecision.change_id == change.id)
    return change.number == _FIRST or db.session.scalar(domain_read(statement)) is not None


@dataclass(frozen=True)
class CeilingRow:
    """A change of a ceiling with its decision; ``before`` is the ceiling in pence when it was made, None for none."""

    change: CeilingChange
    decision: CeilingDecision | None
    before: int | None

    @property
    def holds(self) -> bool:
        """Whether it took effect."""
        is_approved = self.decision is not None and self.decision.outcome is Outcome.APPROVED
        return self.change.number == _FIRST or is_approved

    @property
    def waits(self) -> bool:
        """Whether it waits for its decision."""
        return self.decision is None and self.change.number > _FIRST

    @property
    def difference(self) -> int | None:
        """By how many pence it raised the ceiling, less than nothing where it lowered it; None unless it took effect.

        Together the differences are the ceiling.
        """
        return self.change.ceiling - (self.before or 0) if self.holds else None


def history(programme_id: int, actor: Actor) -> list[CeilingRow]:
    """Return the changes of a programme's ceiling that ``actor`` may see, newest first."""
    rows, before = list[CeilingRow](), None
    of_programme = _changes(CeilingChange.programme_id == programme_id)
    statement = seen(of_programme, actor, Permission.SEE_BALANCES, CeilingChange)
    for change, decision in db.session.execute(statement.order_by(CeilingChange.number)):
        row = CeilingRow(change, decision, before)
        rows.append(row)
        before = change.ceiling if row.holds else before
    return rows[::-1]


def _changes(condition: ColumnElement[bool]) -> Select[CeilingChange, CeilingDecision | None]:
    return (
        select(CeilingChange, CeilingDecision)
        .outerjoin(CeilingDecision, CeilingDecision.change_id == CeilingChange.id)
        .where(condition)
        .options(
            joinedload(CeilingChange.proposer),
            joinedload(CeilingChange.programme),
            joinedload(CeilingDecision.approver),
        )
        .execution_options(populate_existing=True)
    )


def waiting(actor: Actor) -> Sequence[CeilingChange]:
    """Return the undecided changes that ``actor`` may decide about in principle, oldest first."""
    undecided = _changes(CeilingChange.number > _FIRST).where(CeilingDecision.id.is_(None)).order_by(CeilingChange.id)
    found = db.session.execute(seen(undecided, actor, Permission.APPROVE_MONEY, CeilingChange))
    return [change for change, _none in found]


@dataclass(frozen=True)
class CeilingStep:
    """A ceiling in pence and the day from which it held."""

    day: dt.date
    pence: int


def steps(programme_ids: Collection[int], actor: Actor) -> Mapping[int, Sequence[CeilingStep]]:
    """Return the ceilings that held in each programme, by its key, oldest first."""
    statement = (
        select(CeilingChange.programme_id, CeilingChange.ceiling, CeilingChange.proposed_at, CeilingDecision.decided_at)
        .join(Programme, Programme.id == CeilingChange.programme_id)
        .outerjoin(CeilingDecision, CeilingDecision.change_id == CeilingChange.id)
        .where(CeilingChange.programme_id.in_(programme_ids), _IN_EFFECT)
        .order_by(CeilingChange.programme_id, CeilingChange.number)
    )
    found = defaultdict[int, list[CeilingStep]](list)
    rows = db.session.execute(seen(statement, actor, Permission.SEE_BALANCES, Programme))
    for programme_id, pence, proposed_at, decided_at in rows:
        found[programme_id].append(CeilingStep((decided_at or proposed_at).astimezone(BOOKS_ZONE).date(), pence))
    return found
