"""Read the balances of lines and outstanding commitments at the end of the financial year."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Row, Select, case, func, select
from sqlalchemy.orm import joinedload

from training.kit.db import db
from training.models.finance.ledger import Commitment, LineMonth
from training.models.finance.programmes import BudgetLine, Programme
from training.models.identity.actor import Actor
from training.policy.matrix import Permission
from training.policy.scopes import seen, where
from training.queries.finance import spending_plans
from training.queries.finance.spending_plans import CohortCosts

MOST = 100
"""The number of outstanding commitments on the page."""


@dataclass(frozen=True)
class YearEndFigures:
    """A programme at the end of the year: its lines, each with the commitments due by then, and the cost of cohorts.

    ``commitments`` are the outstanding ones, latest expected first, one more than ``MOST`` if there are more.
    """

    programme: Programme
    may_see_balances: bool
    lines: Sequence[tuple[BudgetLine, int]]
    costs: Sequence[CohortCosts]
    commitments: Sequence[Commitment]


def figures(programme: Programme, actor: Actor, ends_on: dt.date) -> YearEndFigures:
    """Return the figures of a programme, scoped to ``actor``, for a year that ends on ``ends_on``."""
    key = programme.id
    fresh, may_see_balances = _programme(key, actor)
    return YearEndFigures(
        programme=fresh,
        may_see_balances=may_see_balances,
        lines=_lines(key, actor, ends_on),
        costs=spending_plans.costs_to_come(BudgetLine.programme_id == key, actor),
        commitments=db.session.scalars(_outstanding(key, actor).limit(MOST + 1)).all(),
    )


def _programme(programme_id: int, actor: Actor) -> Row[Programme, bool]:
    may_see = where(actor, Permission.SEE_BALANCES, Programme).label("may_see_balances")
    statement = select(Programme, may_see).where(Programme.id == programme_id).execution_options(populate_existing=True)
    return db.session.execute(seen(statement, actor, Permission.SEE_PROGRAMME, Programme)).one()


def outstanding(programme_id: int, actor: Actor) -> Iterable[Commitment]:
    """Return every outstanding commitment of a programme, latest expected first, for export."""
    return db.session.scalars(_outstanding(programme_id, actor))


def _outstanding(programme_id: int, actor: Actor) -> Select[Commitment]:
    statement = (
        select(Commitment)
        .where(Commitment.programme_id == programme_id, Commitment.committed > 0)
        .options(joinedload(Commitment.line))
        .order_by(Commitment.expected_on.desc(), Commitment.id.desc())
    )
    return seen(statement, actor, Permission.SEE_MONEY, Commitment)


def _lines(programme_id: int, actor: Actor, ends_on: dt.date) -> list[tuple[BudgetLine, int]]:
    """Return each line with the sum of its commitments expected by ``ends_on``."""
    due = func.coalesce(func.sum(case((LineMonth.month <= ends_on, LineMonth.expected), else_=0)), 0)
    statement = (
        select(BudgetLine, due)
        .outerjoin(LineMonth, LineMonth.line_id == BudgetLine.id)
        .where(BudgetLine.programme_id == programme_id)
        .group_by(BudgetLine.id)
        .order_by(BudgetLine.id)
        .execution_options(populate_existing=True)
    )
    found = db.session.execute(seen(statement, actor, Permission.SEE_MONEY, BudgetLine))
    return [(line, int(by_then)) for line, by_then in found]
