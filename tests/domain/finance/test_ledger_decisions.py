"""What a decision about a bundle changes, tested without a database."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from itertools import count
from typing import Any

import pytest

from training.domain.common.refusals import Refusal
from training.domain.finance import decisions
from training.domain.finance.decisions import MonthlyChange, Months, Movement, Summary
from training.domain.finance.refusals import (
    AlreadyDecided,
    CohortHoldsMoney,
    CommitmentClosed,
    NotOwnProposal,
    NotReversible,
    OwnProposal,
)
from training.models.finance.claims import Claim
from training.models.finance.ledger import Commitment, EntryKind, LedgerEntry, LedgerPosting, Outcome
from training.models.finance.programmes import BudgetLine, Programme
from training.models.identity.actor import Actor
from training.models.identity.organisations import Jurisdiction
from training.queries.finance.bundles import Bundle, LockedBundle, Standing

SEPTEMBER, OCTOBER, NOVEMBER, JANUARY = (
    dt.date(2026, 9, 1),
    dt.date(2026, 10, 1),
    dt.date(2026, 11, 1),
    dt.date(2027, 1, 1),
)
APPROVED_ON = dt.date(2026, 11, 24)
PROPOSER, APPROVER = (Actor(key, None, 1, Jurisdiction.UK, frozenset(), frozenset(), frozenset()) for key in (1, 2))

keys = count(1)


def line() -> BudgetLine:
    return BudgetLine(id=next(keys), programme=Programme(id=next(keys)))


def commitment(pence: int, *, is_closed: bool = False, cohort_id: int | None = None) -> Commitment:
    key, on = next(keys), line()
    return Commitment(
        id=key,
        line_id=on.id,
        line=on,
        committed=pence,
        is_closed=is_closed,
        cohort_id=cohort_id,
        expected_on=JANUARY + dt.timedelta(days=14),
    )


def entry(kind: EntryKind, pence: int, of: BudgetLine | Commitment | None = None, **more: Any) -> LedgerEntry:
    """Return an entry on a line, or on a commitment and its line."""
    held = of if isinstance(of, Commitment) else None
    on = held.line if held else of if isinstance(of, BudgetLine) else line()
    return LedgerEntry(
        id=next(keys),
        kind=kind,
        amount=pence,
        line_id=on.id,
        line=on,
        commitment_id=held.id if held else None,
        commitment=held,
        proposer_id=PROPOSER.user_id,
        closes=more.pop("closes", False),
        **more,
    )


def payment(pence: int, held: Commitment, paid_on: dt.date = APPROVED_ON, *, closes: bool = False) -> LedgerEntry:
    return entry(EntryKind.PAY, pence, held, closes=closes, claim=Claim(paid_on=paid_on))


def posting(of: LedgerEntry, month: dt.date = OCTOBER, committed_month: dt.date = NOVEMBER, **moved: int) -> Standing:
    """Return the standing of an approved entry with these movements."""
    balances = {"allocated": 0, "committed": 0, "spent": 0, **moved}
    return Standing(of, LedgerPosting(entry_id=of.id, month=month, committed_month=committed_month, **balances), False)


def reversal(original: Standing) -> LedgerEntry:
    undone = original.entry
    return entry(EntryKind.REVERSE, undone.amount, undone.commitment or undone.line, reverses_id=undone.id)


def bundle(
    *entries: LedgerEntry,
    originals: Sequence[Standing] = (),
    changes: dict[int | None, dict[dt.date, int]] | None = None,
) -> LockedBundle:
    return LockedBundle(entries, False, {one.entry.id: one for one in originals}, changes or {})


def moved(*entries: LedgerEntry, originals: Sequence[Standing] = ()) -> list[Movement]:
    found = decisions.postings(bundle(*entries, originals=originals), APPROVED_ON)
    return [one.movement for one in found]


# What each kind of entry moves.


def test_allocation_and_return_change_the_allocated_amount() -> None:
    assert moved(entry(EntryKind.ALLOCATE, 500)) == [Movement(allocated=500)]
    assert moved(entry(EntryKind.DEALLOCATE, 500)) == [Movement(allocated=-500)]


def test_commitment_and_release_change_the_committed_amount() -> None:
    held = commitment(400)
    assert moved(entry(EntryKind.COMMIT, 400, commitment(0))) == [Movement(committed=400)]
    assert moved(entry(EntryKind.RELEASE, 150, held)) == [Movement(committed=-150)]


def test_payment_converts_committed_money_to_spent() -> None:
    assert moved(payment(150, commitment(400))) == [Movement(committed=-150, spent=150)]


def test_closing_payment_releases_the_rest_of_the_commitment() -> None:
    assert moved(payment(350, commitment(400), closes=True)) == [Movement(committed=-400, spent=350)]


def test_closing_payment_above_its_commitment_is_not_capped() -> None:
    assert moved(payment(450, commitment(400), closes=True)) == [Movement(committed=-450, spent=450)]


def test_closing_payment_releases_the_rest_after_earlier_payments() -> None:
    held = commitment(400)
    assert moved(payment(150, held), payment(200, held, closes=True)) == [
        Movement(committed=-150, spent=150),
        Movement(committed=-250, spent=200),
    ]


def test_payment_after_the_closing_payment_is_refused() -> None:
    held = commitment(400)
    with pytest.raises(CommitmentClosed):
        moved(payment(100, held, closes=True), payment(100, held))


@pytest.mark.parametrize("kind", [EntryKind.COMMIT, EntryKind.RELEASE, EntryKind.PAY])
def test_closed_commitment_accepts_no_entries(kind: EntryKind) -> None:
    with pytest.raises(CommitmentClosed):
        moved(entry(kind, 1, commitment(0, is_closed=True)))


# Reversals.


def test_reversal_negates_the_original_movement() -> None:
    original = posting(payment(350, commitment(0, is_closed=True)), committed=-400, spent=350)
    assert moved(reversal(original), originals=[original]) == [Movement(committed=400, spent=-350)]


def test_reversal_of_a_transfer_undoes_both_halves() -> None:
    halves = [
        posting(entry(EntryKind.DEALLOCATE, 200), allocated=-200),
        posting(entry(EntryKind.ALLOCATE, 200), allocated=200),
    ]
    undoing = [reversal(half) for half in reversed(halves)]
    assert moved(*undoing, originals=halves) == [Movement(allocated=-200), Movement(allocated=200)]


STANDING = posting(entry(EntryKind.ALLOCATE, 1), allocated=1)


@pytest.mark.parametrize(
    ("original", "refusal"),
    [
        (STANDING, None),
        (replace(STANDING, posting=None), NotReversible),
        (replace(STANDING, is_reversed=True), NotReversible),
        (posting(reversal(STANDING), allocated=-1), NotReversible),
        (posting(entry(EntryKind.COMMIT, 1, commitment(1)), committed=1), None),
        (posting(entry(EntryKind.COMMIT, 1, commitment(1, cohort_id=7)), committed=1), CohortHoldsMoney),
        (posting(entry(EntryKind.RELEASE, 1, commitment(1, cohort_id=7)), committed=-1), None),
    ],
)
def test_only_effective_entries_can_be_reversed(original: Standing, refusal: type[Refusal] | None) -> None:
    undoing = reversal(original)
    if refusal is None:
        assert len(moved(undoing, originals=[original])) == 1
    else:
        with pytest.raises(refusal):
            moved(undoing, originals=[original])


# Who decides.


@pytest.mark.parametrize(
    ("outcome", "by", "refusal"),
    [
        (Outcome.APPROVED, PROPOSER, OwnProposal),
        (Outcome.REFUSED, PROPOSER, OwnProposal),
        (Outcome.WITHDRAWN, APPROVER, NotOwnProposal),
        (Outcome.APPROVED, APPROVER, None),
        (Outcome.REFUSED, APPROVER, None),
        (Outcome.WITHDRAWN, PROPOSER, None),
    ],
)
def test_bundle_is_decided_by_the_right_person_once(outcome: Outcome, by: Actor, refusal: type[Refusal] | None) -> None:
    undecided = bundle(entry(EntryKind.ALLOCATE, 1))
    if refusal is None:
        decisions.check_decidable(undecided, outcome, by)
    with pytest.raises(refusal or AlreadyDecided):
        decisions.check_decidable(replace(undecided, is_decided=True), outcome, by)


# The month in which it counts.


def months(*entries: LedgerEntry, held: dict[dt.date, int], originals: Sequence[Standing] = ()) -> list[Months]:
    """Return the months of the entries; ``held`` is the change of their commitment per month."""
    changes = {entries[0].commitment_id: held}
    found = decisions.postings(bundle(*entries, originals=originals, changes=changes), APPROVED_ON)
    return [one.months for one in found]


def test_commitment_counts_in_the_month_of_approval() -> None:
    assert months(entry(EntryKind.COMMIT, 400, commitment(0)), held={}) == [Months(NOVEMBER, NOVEMBER)]


@pytest.mark.parametrize(
    ("held", "leaves_in"),
    [
        ({SEPTEMBER: 400}, OCTOBER),
        ({OCTOBER: 400}, OCTOBER),
        ({NOVEMBER: 400}, NOVEMBER),
        ({SEPTEMBER: 100, NOVEMBER: 300}, NOVEMBER),
        ({SEPTEMBER: 400, OCTOBER: -300, NOVEMBER: 300}, NOVEMBER),
        ({NOVEMBER: 100, SEPTEMBER: 300}, OCTOBER),
    ],
)
def test_payment_leaves_its_commitment_once_the_commitment_held_it(
    held: dict[dt.date, int], leaves_in: dt.date
) -> None:
    paid = payment(300, commitment(400), OCTOBER + dt.timedelta(days=9))
    assert months(paid, held=held) == [Months(OCTOBER, leaves_in)]


def test_payments_of_a_claim_leave_the_commitment_in_order() -> None:
    held = commitment(400)
    first, second = payment(300, held, OCTOBER), payment(100, held, OCTOBER)
    assert months(first, second, held={SEPTEMBER: 300, NOVEMBER: 100}) == [
        Months(OCTOBER, OCTOBER),
        Months(OCTOBER, NOVEMBER),
    ]


def test_reversed_payment_counts_in_the_month_of_the_payment() -> None:
    original = posting(payment(300, commitment(100), OCTOBER), committed=-300, spent=300)
    (where,) = months(reversal(original), held={SEPTEMBER: 400, NOVEMBER: -300}, originals=[original])
    assert where == Months(OCTOBER, NOVEMBER)


def test_reversed_release_counts_in_the_month_of_approval() -> None:
    original = posting(entry(EntryKind.RELEASE, 300, commitment(100)), OCTOBER, OCTOBER, committed=-300)
    (where,) = months(reversal(original), held={SEPTEMBER: 400, OCTOBER: -300}, originals=[original])
    assert where == Months(NOVEMBER, NOVEMBER)


def monthly(*entries: LedgerEntry, held: dict[dt.date, int]) -> dict[dt.date, MonthlyChange]:
    """Return the changes of the line's totals per month."""
    changes = {one.commitment_id: held for one in entries}
    posted = decisions.postings(bundle(*entries, changes=changes), APPROVED_ON)
    found = decisions.monthly_changes(posted)
    assert {line_id for line_id, _ in found} <= {entries[0].line_id}
    return {month: change for (_, month), change in found.items()}


def test_payment_changes_three_months() -> None:
    paid = payment(300, commitment(400), OCTOBER)
    assert monthly(paid, held={NOVEMBER: 400}) == {
        OCTOBER: MonthlyChange(spent=300),
        NOVEMBER: MonthlyChange(committed=-300),
        JANUARY: MonthlyChange(expected=-300),
    }


def test_changes_of_a_bundle_are_summed_by_month() -> None:
    held = commitment(400)
    assert monthly(payment(100, held), payment(200, held), held={SEPTEMBER: 400}) == {
        NOVEMBER: MonthlyChange(committed=-300, spent=300),
        JANUARY: MonthlyChange(expected=-300),
    }


def test_allocation_changes_no_monthly_total() -> None:
    assert monthly(entry(EntryKind.ALLOCATE, 500), held={}) == {}


def test_rescheduling_moves_outstanding_money_to_the_new_month() -> None:
    held = commitment(400)
    assert decisions.rescheduled(held, dt.date(2026, 11, 30)) == {
        (held.line_id, JANUARY): MonthlyChange(expected=-400),
        (held.line_id, NOVEMBER): MonthlyChange(expected=400),
    }
    assert decisions.rescheduled(held, dt.date(2027, 1, 31)) == {}


# The total of a bundle.


def test_totals_are_summed_by_record() -> None:
    first, second = line(), line()
    changes = [Movement(allocated=-200), Movement(allocated=200), Movement(committed=5)]
    assert decisions.totals([first, second, second], changes) == {
        first: Movement(allocated=-200),
        second: Movement(allocated=200, committed=5),
    }
    assert decisions.totals([None, first], changes[:2]) == {first: Movement(allocated=200)}


def test_summary_counts_a_transfer_once() -> None:
    halves = [entry(EntryKind.DEALLOCATE, 200), entry(EntryKind.ALLOCATE, 200)]
    assert decisions.summary(Bundle(halves, None, False, {})) == Summary(200, is_transfer=True)


def test_summary_counts_a_reversed_transfer_once() -> None:
    halves = [
        posting(entry(EntryKind.DEALLOCATE, 200), allocated=-200),
        posting(entry(EntryKind.ALLOCATE, 200), allocated=200),
    ]
    undone = {half.entry.id: half.posting for half in halves if half.posting}
    assert decisions.summary(Bundle([reversal(half) for half in halves], None, False, undone)) == Summary(
        200, is_transfer=True
    )


def test_summary_of_other_bundles_is_the_sum_of_their_entries() -> None:
    held = commitment(0)
    purchases = [entry(EntryKind.COMMIT, 200, held), entry(EntryKind.COMMIT, 300, held)]
    assert decisions.summary(Bundle(purchases, None, False, {})) == Summary(500, is_transfer=False)
    assert decisions.summary(Bundle([entry(EntryKind.ALLOCATE, 7)], None, False, {})) == Summary(7, is_transfer=False)
