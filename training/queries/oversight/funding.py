"""Read what a programme's money gave, and what changed in it since a moment. Counts and sums only, no names."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, select

from training.kit.db import db
from training.models.courses.cohorts import Cohort, CohortState
from training.models.finance.ledger import EntryDecision, LedgerPosting, Outcome
from training.models.finance.programmes import Programme
from training.models.identity.actor import Actor
from training.policy.matrix import Permission
from training.policy.scopes import seen

MOST = 1_000
"""The number of decisions that are looked at."""

_HELD = (CohortState.OPEN, CohortState.CLOSED)


@dataclass(frozen=True)
class Results:
    """The cohorts of a programme that opened: seats taken and in all, confirmed completions, and the recent ones.

    ``began`` and ``ended`` count the cohorts whose first or last day came since a day.
    """

    cohorts: int = 0
    seats: int = 0
    capacity: int = 0
    trained: int = 0
    began: int = 0
    ended: int = 0


@dataclass(frozen=True)
class Changes:
    """The approved entries of a programme since a moment, and by how many pence they changed each balance."""

    entries: int = 0
    allocated: int = 0
    committed: int = 0
    spent: int = 0


@dataclass(frozen=True)
class ChangesSince:
    """The changes of programmes by key; ``are_all`` is False if more was decided than is looked at."""

    by_programme: dict[int, Changes]
    are_all: bool


def results(programme_ids: Collection[int], since: dt.date, today: dt.date, actor: Actor) -> dict[int, Results]:
    """Return the results of programmes by key; the recent cohorts began or ended after ``since``, up to ``today``."""

    def number(*conditions: ColumnElement[bool]) -> ColumnElement[int]:
        return func.count().filter(and_(*conditions))

    statement = (
        select(
            Cohort.programme_id,
            func.count(),
            func.sum(Cohort.seats_taken),
            func.sum(Cohort.capacity),
            func.sum(Cohort.trained),
            number(Cohort.starts_on > since, Cohort.starts_on <= today),
            number(Cohort.ends_on >= since, Cohort.ends_on < today),
        )
        .where(Cohort.programme_id.in_(programme_ids), Cohort.state.in_(_HELD))
        .group_by(Cohort.programme_id)
    )
    rows = db.session.execute(seen(statement, actor, Permission.SEE_COHORT, Cohort))
    return {programme_id: Results(*map(int, figures)) for programme_id, *figures in rows}


def changes(programme_ids: Collection[int], since: dt.datetime, actor: Actor, most: int = MOST) -> ChangesSince:
    """Return what was approved since a moment; of more than ``most`` decisions, the newest."""
    newest = (
        select(EntryDecision.entry_id, EntryDecision.outcome)
        .where(EntryDecision.decided_at > since)
        .order_by(EntryDecision.decided_at.desc())
        .limit(most + 1)
        .subquery()
    )
    moved = (
        select(
            LedgerPosting.programme_id,
            func.count().label("entries"),
            func.sum(LedgerPosting.allocated).label("allocated"),
            func.sum(LedgerPosting.committed).label("committed"),
            func.sum(LedgerPosting.spent).label("spent"),
        )
        .join(newest, newest.c.entry_id == LedgerPosting.entry_id)
        .where(newest.c.outcome == Outcome.APPROVED)
        .group_by(LedgerPosting.programme_id)
        .subquery()
    )
    looked_at = select(func.count()).select_from(newest).scalar_subquery()
    sums = [func.coalesce(moved.c[name], 0) for name in ("entries", "allocated", "committed", "spent")]
    statement = (
        select(Programme.id, looked_at, *sums)
        .outerjoin(moved, moved.c.programme_id == Programme.id)
        .where(Programme.id.in_(programme_ids))
    )
    rows = db.session.execute(seen(statement, actor, Permission.SEE_BALANCES, Programme)).all()
    return ChangesSince(
        {programme_id: Changes(*map(int, figures)) for programme_id, _looked_at, *figures in rows},
        all(number <= most for _key, number, *_figures in rows),
    )
