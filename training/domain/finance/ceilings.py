"""Ceilings: set or changed with a source, proposed by one person and approved by another.

A change takes effect by a conditional UPDATE, as every movement of money does: it matches no row if more than the new
ceiling is allocated. The programme is locked first, so that of an allocation and a lowering at once one waits.
"""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import update

from training.domain.finance.events import FinanceEvent
from training.domain.finance.refusals import (
    AlreadyDecided,
    CeilingBelowAllocated,
    CeilingUnchanged,
    CeilingWaits,
    NotOwnProposal,
    OwnProposal,
    SourceInFuture,
)
from training.domain.identity import audit
from training.kit.clock import now
from training.kit.db import changed, db
from training.models.finance.ceilings import CeilingChange, CeilingDecision
from training.models.finance.ledger import Outcome
from training.models.finance.programmes import Programme
from training.models.identity.actor import Actor
from training.queries.finance import ceilings, programmes


@dataclass(frozen=True)
class Source:
    """Where something was published, and on which day."""

    text: str
    day: dt.date


def begin(programme: Programme, source: Source, by: Actor | None) -> None:
    """Add the first ceiling of a new programme: as published, or nothing where ``by`` made it."""
    db.session.add(_change(programme, 1, programme.ceiling, source, by))


def propose(programme: Programme, ceiling: int, source: Source, by: Actor, today: dt.date) -> CeilingChange:
    """Propose a ceiling in pence.

    Raises CeilingWaits, CeilingUnchanged, CeilingBelowAllocated, SourceInFuture.
    """
    programmes.lock_programme(programme.id)
    check_source(source, today)
    fresh, newest = programmes.programme_by_key(programme.id), ceilings.newest(programme.id)
    if not newest.holds:
        raise CeilingWaits
    if ceiling == fresh.ceiling:
        raise CeilingUnchanged
    if ceiling < fresh.allocated:
        raise CeilingBelowAllocated(fresh.allocated)
    change = _change(fresh, newest.number + 1, ceiling, source, by)
    db.session.add(change)
    db.session.flush()
    _record(FinanceEvent.CEILING_PROPOSED, change, fresh, by)
    return change


def approve(change: CeilingChange, by: Actor) -> None:
    """Approve a change: the programme has the new ceiling.

    Raises OwnProposal, AlreadyDecided, CeilingBelowAllocated. Rule: never below what is allocated (domain §2).
    """
    programme = _lock(change, Outcome.APPROVED, by)
    before = programme.ceiling
    _decide(change, Outcome.APPROVED, by)
    fits = (Programme.id == programme.id, Programme.allocated <= change.ceiling)
    if not changed(update(Programme).where(*fits).values(ceiling=change.ceiling)):
        raise CeilingBelowAllocated(programme.allocated)
    audit.record_edit(
        FinanceEvent.CEILING_APPROVED,
        programme,
        {"ceiling": before},
        {"ceiling": change.ceiling},
        by=by.user_id,
        ceiling_change=change.public_id,
    )


def refuse(change: CeilingChange, reason: str, by: Actor) -> None:
    """Refuse a change. Raises OwnProposal, AlreadyDecided."""
    programme = _lock(change, Outcome.REFUSED, by)
    _decide(change, Outcome.REFUSED, by, reason)
    _record(FinanceEvent.CEILING_REFUSED, change, programme, by)


def withdraw(change: CeilingChange, by: Actor) -> None:
    """Withdraw one's own proposal. Raises NotOwnProposal, AlreadyDecided."""
    programme = _lock(change, Outcome.WITHDRAWN, by)
    _decide(change, Outcome.WITHDRAWN, by)
    _record(FinanceEvent.CEILING_WITHDRAWN, change, programme, by)


def check_decidable(change: CeilingChange, outcome: Outcome, by: Actor, *, is_decided: bool) -> None:
    """Raise AlreadyDecided, OwnProposal, NotOwnProposal unless ``by`` may decide so about a change."""
    if is_decided:
        raise AlreadyDecided
    is_own = change.proposer_id == by.user_id
    if outcome is Outcome.WITHDRAWN and not is_own:
        raise NotOwnProposal
    if outcome is not Outcome.WITHDRAWN and is_own:
        raise OwnProposal


def check_source(source: Source, today: dt.date) -> None:
    """Raise SourceInFuture if a source is of a day that has not come."""
    if source.day > today:
        raise SourceInFuture


def _change(programme: Programme, number: int, ceiling: int, source: Source, by: Actor | None) -> CeilingChange:
    return CeilingChange(
        programme_id=programme.id,
        number=number,
        ceiling=ceiling,
        source=source.text,
        source_date=source.day,
        proposer_id=by.user_id if by else None,
        proposed_at=now(),
    )


def _lock(change: CeilingChange, outcome: Outcome, by: Actor) -> Programme:
    """Lock the programme of a change that ``by`` decides about; return it, fresh."""
    programmes.lock_programme(change.programme_id)
    check_decidable(change, outcome, by, is_decided=ceilings.is_decided(change))
    return programmes.programme_by_key(change.programme_id)


def _decide(change: CeilingChange, outcome: Outcome, by: Actor, reason: str = "") -> None:
    db.session.add(
        CeilingDecision(
            change_id=change.id,
            proposer_id=change.proposer_id,
            approver_id=by.user_id,
            outcome=outcome,
            reason=reason,
            decided_at=now(),
        )
    )
    db.session.flush()


def _record(event: FinanceEvent, change: CeilingChange, programme: Programme, by: Actor) -> None:
    audit.record(event, programme, by=by.user_id, pence=change.ceiling, ceiling_change=change.public_id)
