"""The ledger: fund control. Every pound is in one place: unallocated, allocated, committed or spent.

An entry is proposed by one person and moves money when another approves it; entries of one bundle are decided
together. A decision takes three steps: ``bundles.lock_bundle`` reads all that it depends on, ``decisions`` computes
what it changes, and this module writes it. Limits are checked by the write itself: a conditional UPDATE that matches
no row is a refusal (design: no guard ever sums rows). Programmes are locked first.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import cast

from sqlalchemy import ColumnElement, Table, Update, update

from training.domain.common.refusals import ChangedMeanwhile, Refusal
from training.domain.finance import decisions
from training.domain.finance.decisions import LineAndMonth, MonthlyChange, Movement, Posting
from training.domain.finance.events import FinanceEvent
from training.domain.finance.refusals import (
    CommitmentClosed,
    ExpectedOutside,
    FundsMovedOn,
    NotOwnProposal,
    OverCeiling,
    OverCommitment,
    OverLine,
)
from training.domain.identity import audit
from training.kit.clock import now
from training.kit.db import add_to_rows, changed, db
from training.models.finance.ledger import (
    Commitment,
    EntryDecision,
    EntryKind,
    LedgerEntry,
    LedgerPosting,
    LineMonth,
    Outcome,
)
from training.models.finance.programmes import BudgetLine, Programme
from training.models.identity.actor import Actor
from training.queries.finance import bundles, entries, programmes


def approve(entry: LedgerEntry, by: Actor, on: dt.date) -> Sequence[LedgerEntry]:
    """Approve the bundle of ``entry`` on the day ``on``; return its entries with their commitments.

    Raises OwnProposal, AlreadyDecided; OverCeiling, OverLine, OverCommitment, CommitmentClosed if the money is no
    longer available; NotReversible, CohortHoldsMoney, PartCameBack, FundsMovedOn for reversals; OverPayment for part of
    a payment. Rule: the ceiling holds to the penny (acceptance test l).
    """
    bundle = bundles.lock_bundle(entry)
    decisions.check_decidable(bundle, Outcome.APPROVED, by)
    posted = decisions.postings(bundle, on)
    _move_balances(posted)
    _post(posted)
    _decide(bundle.entries, Outcome.APPROVED, by)
    return bundle.entries


def refuse(entry: LedgerEntry, reason: str, by: Actor) -> Sequence[LedgerEntry]:
    """Refuse the bundle of ``entry``; return its entries with their commitments.

    Raises OwnProposal, AlreadyDecided.
    """
    return _turn_down(entry, Outcome.REFUSED, by, reason)


def withdraw(entry: LedgerEntry, reason: str, by: Actor) -> Sequence[LedgerEntry]:
    """Withdraw one's own proposal, the whole bundle of ``entry``; return its entries with their commitments.

    Raises NotOwnProposal, AlreadyDecided.
    """
    return _turn_down(entry, Outcome.WITHDRAWN, by, reason)


def _turn_down(entry: LedgerEntry, outcome: Outcome, by: Actor, reason: str) -> Sequence[LedgerEntry]:
    bundle = bundles.lock_bundle(entry)
    decisions.check_decidable(bundle, outcome, by)
    _decide(bundle.entries, outcome, by, reason)
    return bundle.entries


def withdraw_payments(undecided: Sequence[LedgerEntry], reason: str, by: Actor) -> None:
    """Withdraw many payments of one's own, each a bundle of its own, in a few statements.

    The caller holds the programme's lock and has checked that none is decided. Raises NotOwnProposal.
    """
    if any(entry.proposer_id != by.user_id for entry in undecided):
        raise NotOwnProposal
    db.session.add_all(_decision(entry, Outcome.WITHDRAWN, by, reason) for entry in undecided)
    audit.record_each(
        FinanceEvent.PAY_WITHDRAWN, {entry: {"pence": entry.amount} for entry in undecided}, by=by.user_id
    )


def _decide(decided: Sequence[LedgerEntry], outcome: Outcome, by: Actor, reason: str = "") -> None:
    db.session.add_all(_decision(entry, outcome, by, reason) for entry in decided)
    for entry in decided:
        audit.record(FinanceEvent(f"{entry.kind.value} {outcome.value}"), entry, by=by.user_id, pence=entry.amount)


def _decision(entry: LedgerEntry, outcome: Outcome, by: Actor, reason: str) -> EntryDecision:
    return EntryDecision(
        entry_id=entry.id,
        proposer_id=entry.proposer_id,
        approver_id=by.user_id,
        outcome=outcome,
        reason=reason,
        decided_at=now(),
        reverses_id=entry.reverses_id if outcome is Outcome.APPROVED and entry.kind is EntryKind.REVERSE else None,
    )


def _move_balances(posted: Sequence[Posting]) -> None:
    """Move the balances of commitments, lines and programme, each within its limit.

    The smallest first, so that the refusal names the record that lacks the money.
    """
    moved = [one.movement for one in posted]
    parts = [one.entry for one in posted]
    closing = {part.commitment: part.closes for part in parts}
    for commitment, by in decisions.totals((part.commitment for part in parts), moved).items():
        _write(_moving_commitment(commitment, by, closes=closing[commitment]), commitment, parts)
    for line, by in decisions.totals((part.line for part in parts), moved).items():
        _write(_moving(BudgetLine, line.id, by), line, parts)
    for programme, by in decisions.totals((part.programme for part in parts), moved).items():
        if by != Movement():
            _write(_moving(Programme, programme.id, by), programme, parts)


def _write(statement: Update, record: Commitment | BudgetLine | Programme, parts: Sequence[LedgerEntry]) -> None:
    """Move the balances of ``record``; its limit is part of the write."""
    if not changed(statement):
        raise FundsMovedOn() if parts[0].kind is EntryKind.REVERSE else _shortage(record)


def _shortage(record: Commitment | BudgetLine | Programme) -> Refusal:
    """Return the refusal with the amount that is available."""
    if isinstance(record, Commitment):
        return OverCommitment(record.committed)
    return OverLine(record.available) if isinstance(record, BudgetLine) else OverCeiling(record.unallocated)


def _moving(model: type[Programme] | type[BudgetLine], key: int, by: Movement) -> Update:
    """Return the statement that moves the balances of a programme or line within their limits."""
    allocated = model.allocated + by.allocated
    committed, spent = model.committed + by.committed, model.spent + by.spent
    conditions: list[ColumnElement[bool]] = [
        model.id == key,
        allocated >= 0,
        committed >= 0,
        spent >= 0,
        committed + spent <= allocated,
    ]
    if model is Programme:
        conditions.append(allocated <= Programme.ceiling)
    return update(model).where(*conditions).values(allocated=allocated, committed=committed, spent=spent)


def _moving_commitment(commitment: Commitment, by: Movement, *, closes: bool) -> Update:
    """Return the statement that moves the balances of a commitment within its limits."""
    committed, spent = Commitment.committed + by.committed, Commitment.spent + by.spent
    return (
        update(Commitment)
        .where(Commitment.id == commitment.id, committed >= 0, spent >= 0)
        .values(committed=committed, spent=spent, is_closed=closes)
    )


def _post(posted: Sequence[Posting]) -> None:
    """Write the postings and update the monthly totals that charts read."""
    db.session.add_all(
        LedgerPosting(
            entry_id=one.entry.id,
            programme_id=one.entry.programme_id,
            line_id=one.entry.line_id,
            commitment_id=one.entry.commitment_id,
            allocated=one.movement.allocated,
            committed=one.movement.committed,
            spent=one.movement.spent,
            month=one.months.moved,
            committed_month=one.months.committed,
        )
        for one in posted
    )
    _add_to_months(decisions.monthly_changes(posted))


def _add_to_months(changes: Mapping[LineAndMonth, MonthlyChange]) -> None:
    rows = [{"line_id": line_id, "month": month, **asdict(by)} for (line_id, month), by in changes.items()]
    add_to_rows(cast("Table", LineMonth.__table__), rows)


def reschedule(commitment: Commitment, day: dt.date, shown: str, by: Actor) -> None:
    """Change the day on which the payment of an outstanding commitment is expected, ``shown`` by the form, to ``day``.

    It moves no money, so it needs no approval: the audit trail keeps both days. Raises ExpectedOutside,
    CommitmentClosed if nothing is outstanding, ChangedMeanwhile if the day changed since the form was shown. Repeating
    the same day is idempotent.
    """
    programmes.lock_programme(commitment.programme_id)
    check_expected(commitment.programme_id, day)
    fresh = entries.commitment_by_key(commitment.id)
    if not fresh.committed:
        raise CommitmentClosed
    before = fresh.expected_on
    if before == day:
        return
    if str(before) != shown:
        raise ChangedMeanwhile
    _add_to_months(decisions.rescheduled(fresh, day))
    fresh.expected_on = day
    audit.record(FinanceEvent.COMMITMENT_RESCHEDULED, fresh, by=by.user_id, before=str(before), after=str(day))


def check_expected(programme_id: int, day: dt.date) -> None:
    """Raise ExpectedOutside unless ``day`` is within the dates of the programme."""
    programme = programmes.programme_by_key(programme_id)
    if not programme.starts_on <= day <= programme.ends_on:
        raise ExpectedOutside(programme.starts_on, programme.ends_on)
