"""Verify the ledger: every balance, total, decision, claim and file agrees with the appended rows."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, groupby
from pathlib import Path
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, and_, case, extract, func, literal, not_, or_, select
from sqlalchemy.orm import aliased

from training.kit.clock import month_of
from training.kit.db import AnySelect, db
from training.kit.files import sha256_of
from training.kit.money import in_pence
from training.models.finance.ceilings import CeilingChange, CeilingDecision
from training.models.finance.claims import Claim, ClaimEvidence, Evidence
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
from training.policy.scopes import unscoped
from training.queries.finance import entries

Month: TypeAlias = tuple[int, dt.date]
"""A month of a line or commitment."""

Moved: TypeAlias = tuple[int, int]
"""What was committed and spent; pence."""

_WHY = "an operator proves the whole ledger; nothing is shown but opaque ids and sums"


@dataclass(frozen=True)
class LedgerCheck:
    """A check with the number of records checked, and a line for each failure."""

    what: str
    found: list[str]


def checks(evidence_folder: Path | None = None) -> list[LedgerCheck]:
    """Verify the ledger, check by check; with ``evidence_folder`` the files of evidence too."""
    lines = _count(BudgetLine.id)
    holders = ", ".join(
        (
            f"{_count(Programme.id)} programmes",
            f"{lines} lines",
            f"{_count(Commitment.id)} commitments",
        )
    )
    entries, claims, files = _count(LedgerEntry.id), _count(Claim.id), _count(Evidence.id)
    results = [
        (f"{holders}: balances are the sums of their postings", _balances()),
        (f"{holders}: no balance is negative or beyond its limit", _limits()),
        (f"{_count(Programme.id)} programmes: each ceiling is that of its newest change in effect", _ceilings()),
        (
            f"{_count(CeilingChange.id)} changes of ceilings: nobody decided about their own, nobody else withdrew",
            _ceiling_deciders(),
        ),
        (f"{_count(LineMonth.line_id)} monthly totals: movements are the sums of their postings", _movements()),
        (f"{_count(LineMonth.line_id)} monthly totals: what is expected is what commitments hold", _expected()),
        (
            f"{_count(Commitment.id)} commitments: none has held or spent less than nothing in any month",
            _commitment_months(),
        ),
        (f"{lines} lines: none has committed or spent less than nothing in any month", _cumulative()),
        (f"{_count(LedgerEntry.claim_id)} payments: each counts as spent in the month in which it was paid", _paid()),
        (f"{entries} entries: those that were approved are posted, and no others", _approved_and_posted()),
        (
            f"{_count(LedgerPosting.id)} postings: each moves what its entry says, none gives back more than was paid",
            chain(_postings(), _came_back()),
        ),
        (f"{_count(EntryDecision.id)} decisions: nobody decided about their own, nobody else withdrew", _deciders()),
        (f"{_count(LedgerEntry.bundle.distinct())} bundles: each was decided as one", _bundles()),
        (f"{_count(LedgerEntry.claim_id)} entries, {claims} claims: lines add up", _claim_lines()),
        (f"{claims} claims: amounts are converted at their rates", _conversions()),
        (f"{files} files of evidence: recorded as they were claimed or attached", _claimed_evidence()),
        (f"{files} files of evidence: each is that of one claim", _shared_evidence()),
    ]
    if evidence_folder is not None:
        results.append((f"{files} files of evidence: present and unchanged", _files(evidence_folder)))
    return [LedgerCheck(what, list(found)) for what, found in results]


def discrepancies(evidence_folder: Path | None = None) -> list[str]:
    """Return a line for each failure; an empty list means that the ledger is consistent."""
    return [line for check in checks(evidence_folder) for line in check.found]


def _rows(statement: AnySelect) -> list[Any]:
    return list(db.session.execute(unscoped(statement, because=_WHY)))


def _count(column: Any) -> int:
    return int(_rows(select(func.count(column)))[0][0])


def _balances() -> Iterator[str]:
    yield from _compare(Programme, LedgerPosting.programme_id, ("allocated", "committed", "spent"))
    yield from _compare(BudgetLine, LedgerPosting.line_id, ("allocated", "committed", "spent"))
    yield from _compare(Commitment, LedgerPosting.commitment_id, ("committed", "spent"))


def _compare(model: Any, key: Any, columns: tuple[str, ...]) -> Iterator[str]:
    """Compare the balances of each record with the sums of its postings."""
    sums = (
        select(key.label("key"), *(func.sum(getattr(LedgerPosting, name)).label(name) for name in columns))
        .group_by(key)
        .subquery()
    )
    for name in columns:
        posted = func.coalesce(sums.c[name], 0)
        statement = (
            select(model.public_id, getattr(model, name), posted)
            .outerjoin(sums, sums.c.key == model.id)
            .where(getattr(model, name) != posted)
        )
        for public_id, balance, total in _rows(statement):
            yield f"{model.__tablename__} {public_id}: {name} is {balance}, its entries say {total}"


def _limits() -> Iterator[str]:
    """Repeat the limits of the table constraints, as a constraint can be dropped."""
    for model in (Programme, BudgetLine):
        limits: list[ColumnElement[bool]] = [
            model.allocated >= 0,
            model.committed >= 0,
            model.spent >= 0,
            model.committed + model.spent <= model.allocated,
        ]
        if model is Programme:
            limits.append(Programme.allocated <= Programme.ceiling)
        yield from _beyond(model, and_(*limits))
    is_within = and_(Commitment.committed >= 0, Commitment.spent >= 0)
    yield from _beyond(Commitment, and_(is_within, or_(~Commitment.is_closed, Commitment.committed == 0)))


def _beyond(model: Any, is_within: ColumnElement[bool]) -> Iterator[str]:
    for (public_id,) in _rows(select(model.public_id).where(not_(is_within))):
        yield f"{model.__tablename__} {public_id}: a balance is negative or beyond its limit"


def _ceilings() -> Iterator[str]:
    """Compare each ceiling with its history: the first, or the newest that was approved."""
    in_effect = (
        select(CeilingChange.ceiling)
        .outerjoin(CeilingDecision, CeilingDecision.change_id == CeilingChange.id)
        .where(
            CeilingChange.programme_id == Programme.id,
            or_(CeilingChange.number == 1, CeilingDecision.outcome == Outcome.APPROVED),
        )
        .order_by(CeilingChange.number.desc())
        .limit(1)
        .scalar_subquery()
    )
    statement = select(Programme.public_id, Programme.ceiling, in_effect)
    for public_id, ceiling, last in _rows(statement.where(Programme.ceiling.is_distinct_from(in_effect))):
        yield f"programmes {public_id}: the ceiling is {ceiling}, its history says {last}"


def _ceiling_deciders() -> Iterator[str]:
    """Maker is never checker, of a ceiling as of an entry."""
    is_own = CeilingDecision.approver_id == CeilingChange.proposer_id
    statement = (
        select(CeilingChange.public_id)
        .join(CeilingDecision, CeilingDecision.change_id == CeilingChange.id)
        .where(
            or_(
                is_own != (CeilingDecision.outcome == Outcome.WITHDRAWN),
                CeilingDecision.proposer_id.is_distinct_from(CeilingChange.proposer_id),
            )
        )
    )
    for (public_id,) in _rows(statement):
        yield f"change of a ceiling {public_id}: decided by who proposed it, or withdrawn by another person"


def _movements() -> Iterator[str]:
    sums, totals = _by_month(LedgerPosting.line_id), _totals()
    for at in sorted(sums.keys() | totals.keys()):
        total, posted = totals.get(at, (0, 0)), sums.get(at, (0, 0))
        if total != posted:
            yield f"line {at[0]}, {at[1]:%Y-%m}: committed and spent {total}, entries say {posted}"


def _totals() -> Mapping[Month, Moved]:
    statement = select(LineMonth.line_id, LineMonth.month, LineMonth.committed, LineMonth.spent)
    return {(line, month): (committed, spent) for line, month, committed, spent in _rows(statement)}


def _by_month(key: Any) -> Mapping[Month, Moved]:
    """Return what the postings of each ``key`` committed and spent, by the month in which it counts."""
    committed, spent = Counter[Month](), Counter[Month]()
    for sums, moved, month in (
        (committed, LedgerPosting.committed, LedgerPosting.committed_month),
        (spent, LedgerPosting.spent, LedgerPosting.month),
    ):
        statement = select(key, month, func.sum(moved)).where(key.is_not(None)).group_by(key, month)
        sums.update({(holder, at): pence for holder, at, pence in _rows(statement)})
    return {at: (committed[at], spent[at]) for at in committed.keys() | spent.keys()}


def _commitment_months() -> Iterator[str]:
    """A commitment's decrease never counts before its increase, nor the reversal of a payment before the payment."""
    names = dict(map(tuple, _rows(select(Commitment.id, Commitment.public_id))))
    for key, finding in _negative(_by_month(LedgerPosting.commitment_id)):
        yield f"commitment {names[key]}, {finding}"


def _cumulative() -> Iterator[str]:
    """As charts read it: neither committed nor spent is negative at the end of a month."""
    for line, finding in _negative(_totals()):
        yield f"line {line}, {finding}"


def _negative(moved: Mapping[Month, Moved]) -> Iterator[tuple[int, str]]:
    """Yield key and finding for each cumulative sum below zero at the end of a month."""
    for key, months in groupby(sorted(moved.items()), lambda item: item[0][0]):
        committed = spent = 0
        for (_, month), change in months:
            committed, spent = committed + change[0], spent + change[1]
            if committed < 0 or spent < 0:
                yield key, f"{month:%Y-%m}: at its end {committed} committed and {spent} spent, less than nothing"


def _paid() -> Iterator[str]:
    """A payment counts in the month it was paid, its reversal and what came back of it in the same.

    Where what came back did not, the commitment may hold it later only.
    """
    undone = aliased(LedgerPosting)
    is_elsewhere = case(
        (LedgerEntry.kind == EntryKind.PAY, or_(*(_differ(part) for part in ("year", "month")))),
        else_=and_(
            undone.spent != 0,
            or_(
                LedgerPosting.month != undone.month,
                LedgerPosting.committed_month < undone.committed_month,
                and_(undone.spent > 0, LedgerPosting.committed_month != undone.committed_month),
            ),
        ),
    )
    statement = (
        select(LedgerEntry.public_id)
        .join(LedgerPosting, LedgerPosting.entry_id == LedgerEntry.id)
        .outerjoin(Claim, Claim.id == LedgerEntry.claim_id)
        .outerjoin(undone, undone.entry_id == LedgerEntry.reverses_id)
        .where(is_elsewhere)
    )
    for (public_id,) in _rows(statement):
        yield f"entry {public_id}: counts in another month than the payment was made"


def _differ(part: str) -> ColumnElement[bool]:
    return extract(part, LedgerPosting.month) != extract(part, Claim.paid_on)


def _expected() -> Iterator[str]:
    outstanding: Counter[tuple[int, Any]] = Counter()
    for line, day, pence in _rows(select(Commitment.line_id, Commitment.expected_on, Commitment.committed)):
        outstanding[line, month_of(day)] += pence
    held = Counter(
        {
            (line, month): pence
            for line, month, pence in _rows(select(LineMonth.line_id, LineMonth.month, LineMonth.expected))
        }
    )
    for at in sorted(outstanding.keys() | held.keys()):
        if outstanding[at] != held[at]:
            yield f"line {at[0]}, {at[1]:%Y-%m}: {held[at]} expected, commitments hold {outstanding[at]}"


def _approved_and_posted() -> Iterator[str]:
    """Each approved entry has its posting; the undecided, refused and withdrawn have none."""
    approved = case((EntryDecision.outcome == Outcome.APPROVED, 1), else_=0)
    statement = (
        select(LedgerEntry.public_id, approved)
        .outerjoin(EntryDecision, EntryDecision.entry_id == LedgerEntry.id)
        .outerjoin(LedgerPosting, LedgerPosting.entry_id == LedgerEntry.id)
        .where(or_((approved == 1) & LedgerPosting.id.is_(None), (approved == 0) & LedgerPosting.id.is_not(None)))
    )
    for public_id, is_approved in _rows(statement):
        yield f"entry {public_id}: {'approved but not posted' if is_approved else 'posted but not approved'}"


def _postings() -> Iterator[str]:
    """Each posting has the programme, line and commitment of its entry, and moves what its kind and amount mean."""
    undone = aliased(LedgerPosting)
    statement = (
        select(LedgerEntry.public_id)
        .join(LedgerPosting, LedgerPosting.entry_id == LedgerEntry.id)
        .outerjoin(undone, undone.entry_id == LedgerEntry.reverses_id)
        .where(or_(_is_misplaced(), not_(func.coalesce(_moves_as_proposed(undone), literal(False)))))
    )
    for (public_id,) in _rows(statement):
        yield f"entry {public_id}: its posting does not move what it says"


def _is_misplaced() -> ColumnElement[bool]:
    return or_(
        LedgerPosting.programme_id != LedgerEntry.programme_id,
        LedgerPosting.line_id != LedgerEntry.line_id,
        LedgerPosting.commitment_id.is_distinct_from(LedgerEntry.commitment_id),
    )


def _moves_as_proposed(undone: type[LedgerPosting]) -> ColumnElement[bool]:
    amount, kind = LedgerEntry.amount, LedgerEntry.kind
    came_back = case((undone.spent > 0, undone.spent - amount), else_=0)
    freed = or_(LedgerPosting.committed == -amount, LedgerEntry.closes & (LedgerPosting.committed < -amount))
    return case(
        (kind == EntryKind.ALLOCATE, _moves(amount, 0, 0)),
        (kind == EntryKind.DEALLOCATE, _moves(-amount, 0, 0)),
        (kind == EntryKind.COMMIT, _moves(0, amount, 0)),
        (kind == EntryKind.RELEASE, _moves(0, -amount, 0)),
        (kind == EntryKind.PAY, and_(LedgerPosting.allocated == 0, freed, LedgerPosting.spent == amount)),
        (kind == EntryKind.REFUND, _moves(0, amount, -amount)),
        else_=_moves(-undone.allocated, -undone.committed - came_back, -undone.spent + came_back),
    )


def _moves(allocated: Any, committed: Any, spent: Any) -> ColumnElement[bool]:
    return and_(
        LedgerPosting.allocated == allocated, LedgerPosting.committed == committed, LedgerPosting.spent == spent
    )


def _came_back() -> Iterator[str]:
    """What came back of a payment is less than the payment; reversed is what was left, and what came back stays so."""
    undoing, reversal, again = aliased(EntryDecision), aliased(LedgerEntry), aliased(EntryDecision)
    back, amount = entries.came_back(), LedgerEntry.amount
    statement = (
        select(LedgerEntry.public_id, back, amount)
        .outerjoin(undoing, undoing.reverses_id == LedgerEntry.id)
        .outerjoin(reversal, reversal.id == undoing.entry_id)
        .where(
            LedgerEntry.kind == EntryKind.PAY,
            or_(back >= amount, and_(reversal.id.is_not(None), reversal.amount + back != amount)),
        )
    )
    for public_id, came_back, paid in _rows(statement):
        yield f"entry {public_id}: {came_back} pence of {paid} came back"
    of_another = (
        select(LedgerEntry.public_id)
        .join(again, again.entry_id == LedgerEntry.id)
        .outerjoin(reversal, reversal.id == LedgerEntry.reverses_id)
        .where(LedgerEntry.kind == EntryKind.REFUND, again.outcome == Outcome.APPROVED, reversal.kind != EntryKind.PAY)
    )
    for (public_id,) in _rows(of_another):
        yield f"entry {public_id}: came back of an entry that is no payment"


def _deciders() -> Iterator[str]:
    """Maker is never checker: only a withdrawal is the proposer's own."""
    is_own = EntryDecision.approver_id == LedgerEntry.proposer_id
    statement = (
        select(LedgerEntry.public_id, is_own)
        .join(EntryDecision, EntryDecision.entry_id == LedgerEntry.id)
        .where(
            or_(
                is_own != (EntryDecision.outcome == Outcome.WITHDRAWN),
                EntryDecision.proposer_id != LedgerEntry.proposer_id,
            )
        )
    )
    for public_id, was_own in _rows(statement):
        yield f"entry {public_id}: {'decided by the one who proposed it' if was_own else 'withdrawn by another person'}"


def _bundles() -> Iterator[str]:
    decided = func.count(EntryDecision.id)
    statement = (
        select(LedgerEntry.bundle)
        .outerjoin(EntryDecision, EntryDecision.entry_id == LedgerEntry.id)
        .group_by(LedgerEntry.bundle)
        .having(
            or_(
                and_(decided > 0, decided < func.count(LedgerEntry.id)),
                func.count(EntryDecision.outcome.distinct()) > 1,
                func.count(EntryDecision.approver_id.distinct()) > 1,
            )
        )
    )
    for (bundle,) in _rows(statement):
        yield f"bundle {bundle}: decided in parts"


def _claim_lines() -> Iterator[str]:
    pence, original = func.coalesce(func.sum(LedgerEntry.amount), 0), func.coalesce(func.sum(LedgerEntry.original), 0)
    statement = (
        select(Claim.public_id, Claim.amount, pence, Claim.original, original)
        .outerjoin(LedgerEntry, LedgerEntry.claim_id == Claim.id)
        .group_by(Claim.id)
        .having(or_(Claim.amount != pence, Claim.original != original, func.count(LedgerEntry.bundle.distinct()) > 1))
    )
    for public_id, amount, lines, paid, parts in _rows(statement):
        yield f"claim {public_id}: {amount} pence of {paid}, its lines say {lines} of {parts}"


def _conversions() -> Iterator[str]:
    statement = select(Claim.public_id, Claim.amount, Claim.original, Claim.currency, Claim.rate)
    for public_id, amount, original, currency, rate in _rows(statement):
        converted = in_pence(original, currency, rate)
        if amount != converted:
            yield f"claim {public_id}: {amount} pence, its rate says {converted}"


def _claimed_evidence() -> Iterator[str]:
    claimed = (
        select(Claim.public_id, Evidence.public_id)
        .join(Evidence, Evidence.id == Claim.evidence_id)
        .where(Claim.evidence_sha256 != Evidence.sha256)
    )
    attached = (
        select(Claim.public_id, Evidence.public_id)
        .join(ClaimEvidence, ClaimEvidence.claim_id == Claim.id)
        .join(Evidence, Evidence.id == ClaimEvidence.evidence_id)
        .where(ClaimEvidence.evidence_sha256 != Evidence.sha256)
    )
    for claim, evidence in (*_rows(claimed), *_rows(attached)):
        yield f"claim {claim}: evidence {evidence} has another hash than was claimed"


def _shared_evidence() -> Iterator[str]:
    """A file is evidence once per table by constraint; that it is not in both tables is checked here."""
    statement = (
        select(Evidence.public_id)
        .join(ClaimEvidence, ClaimEvidence.evidence_id == Evidence.id)
        .join(Claim, Claim.evidence_id == Evidence.id)
    )
    for (public_id,) in _rows(statement):
        yield f"evidence {public_id}: it is that of two claims"


def _files(folder: Path) -> Iterator[str]:
    """Files are present and unchanged; only those of unused uploads are deleted after a while."""
    taken = func.coalesce(Claim.id, ClaimEvidence.claim_id)
    statement = (
        select(Evidence.public_id, Evidence.stored_as, Evidence.sha256, taken)
        .outerjoin(Claim, Claim.evidence_id == Evidence.id)
        .outerjoin(ClaimEvidence, ClaimEvidence.evidence_id == Evidence.id)
    )
    for public_id, stored_as, recorded, claim_id in _rows(statement):
        found = sha256_of(folder / stored_as)
        if found != recorded and (found or claim_id):
            yield f"evidence {public_id}: {'its file has changed' if found else 'its file is missing'}"
