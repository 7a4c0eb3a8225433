"""Variances: a line that departs from its plan by more than a tenth needs a written reason."""

import datetime as dt

from training.domain.finance.events import FinanceEvent
from training.domain.finance.refusals import WithinPlan
from training.domain.identity import audit
from training.kit.clock import now
from training.kit.db import db
from training.models.finance.programmes import BudgetLine
from training.models.finance.spending_plans import VarianceReason
from training.models.identity.actor import Actor
from training.queries.finance import programmes, variances
from training.queries.finance.variances import Variance

_PERCENT = 10


def is_beyond(variance: Variance) -> bool:
    """Say whether a line departs from its plan by more than 10 %, either way. Rule: domain §2, Money.

    Whatever is spent where nothing was planned is beyond.
    """
    return abs(variance.difference) * 100 > variance.planned * _PERCENT


def awaits_reason(variance: Variance) -> bool:
    """Say whether a reason is due; one that was given stands for its month, and the next month asks anew."""
    answered = variance.newest is not None and variance.newest.month == variance.month
    return is_beyond(variance) and not answered


def give_reason(line: BudgetLine, reason: str, by: Actor, on: dt.date) -> VarianceReason:
    """Say why a line departs from its plan; the same words sent twice are one reason, other words supersede them.

    Raises WithinPlan when nothing needs a reason.
    """
    programmes.lock_programme(line.programme_id)
    variance = variances.of_line(line.id, by, on)
    if not is_beyond(variance):
        raise WithinPlan
    newest = variance.newest
    if newest is not None and (newest.month, newest.reason) == (variance.month, reason):
        return newest
    given = VarianceReason(
        line_id=line.id,
        month=variance.month,
        planned=variance.planned,
        spent=variance.spent,
        reason=reason,
        given_by_id=by.user_id,
        given_at=now(),
    )
    db.session.add(given)
    db.session.flush()
    audit.record(
        FinanceEvent.VARIANCE_EXPLAINED, line, by=by.user_id, month=str(variance.month), pence=variance.difference
    )
    return given
