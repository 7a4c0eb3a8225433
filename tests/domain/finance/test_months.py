"""The month in which a movement counts: neither committed nor spent is ever negative at the end of a month."""

import datetime as dt
from collections.abc import Iterator
from itertools import accumulate

import pytest
from flask import Flask
from sqlalchemy import select

from tests.support.world import TODAY, World
from training.domain.common.refusals import ChangedMeanwhile
from training.domain.finance import burn_down, ledger, proposals
from training.domain.finance.burn_down import Period
from training.domain.finance.refusals import CommitmentClosed, ExpectedOutside
from training.kit.clock import months_between
from training.kit.db import db, transaction
from training.models.finance.ledger import Commitment, LedgerEntry, LineMonth
from training.models.finance.programmes import BudgetLine
from training.models.identity.audit import AuditEntry
from training.policy.scopes import unscoped
from training.queries.finance import entries
from training.queries.finance import programmes as rows

SEPTEMBER, OCTOBER, NOVEMBER, DECEMBER = (dt.date(2026, month, 10) for month in (9, 10, 11, 12))
MONTHS = months_between(dt.date(2026, 8, 1), DECEMBER)


@pytest.fixture
def world(app: Flask) -> Iterator[World]:
    with app.app_context():
        yield World(app)


def by_month(line: BudgetLine) -> dict[str, tuple[int, int]]:
    """Return committed and spent in pounds at the end of each month from August to December 2026."""
    db.session.rollback()
    statement = select(LineMonth.month, LineMonth.committed, LineMonth.spent).where(LineMonth.line_id == line.id)
    rows_ = db.session.execute(unscoped(statement, because="a test"))
    moved = {month: (committed, spent) for month, committed, spent in rows_}
    committed = accumulate(moved.get(month, (0, 0))[0] // 100 for month in MONTHS)
    spent = accumulate(moved.get(month, (0, 0))[1] // 100 for month in MONTHS)
    return {f"{month:%b}": sums for month, sums in zip(MONTHS, zip(committed, spent, strict=True), strict=True)}


class Book:
    """A line of £1,000 with dated steps."""

    def __init__(self, world: World) -> None:
        self.world, self.line = world, world.line(1_000_00)

    def commit(self, pounds: int, on: dt.date) -> Commitment:
        entry = self.world.proposed_commitment(self.line, pounds * 100)
        self.world.approve(entry, on)
        return entries.commitment_by_key(entry.commitment_id or 0)

    def top_up(self, commitment: Commitment, pounds: int, on: dt.date) -> LedgerEntry:
        with transaction():
            proposal = self.world.proposal(pounds * 100)
            entry = proposals.propose_top_up(commitment, proposal, self.world.actor("uk"))
        self.world.approve(entry, on)
        return entry

    def pay(
        self, commitment: Commitment, pounds: int, paid_on: dt.date, on: dt.date, *, closes: bool = False
    ) -> LedgerEntry:
        entry = self.world.payment(commitment, pounds * 100, closes=closes, paid_on=paid_on)
        self.world.approve(entry, on)
        return entry

    def release(self, commitment: Commitment, pounds: int, on: dt.date) -> LedgerEntry:
        with transaction():
            proposal = self.world.proposal(pounds * 100)
            entry = proposals.propose_release(commitment, proposal, self.world.actor("uk"))
        self.world.approve(entry, on)
        return entry

    def reverse(self, entry: LedgerEntry, on: dt.date) -> None:
        with transaction():
            undoing = proposals.propose_reversal(entry, "a mistake", self.world.key(), self.world.actor("uk"))
        self.world.approve(undoing, on)


@pytest.fixture
def book(world: World) -> Book:
    return Book(world)


def test_payment_before_commitment_approval_leaves_it_once_approved(book: Book) -> None:
    """It is spent when paid; it leaves the commitment, with the released rest, once that is approved."""
    commitment = book.commit(400, NOVEMBER)
    book.pay(commitment, 350, OCTOBER, NOVEMBER, closes=True)
    assert by_month(book.line) == {"Aug": (0, 0), "Sep": (0, 0), "Oct": (0, 350), "Nov": (0, 350), "Dec": (0, 350)}


def test_late_approved_payment_is_never_both_committed_and_spent(book: Book) -> None:
    """Money paid in October is no longer committed in October."""
    commitment = book.commit(400, SEPTEMBER)
    book.pay(commitment, 350, OCTOBER, DECEMBER)
    assert by_month(book.line) == {"Aug": (0, 0), "Sep": (400, 0), "Oct": (50, 350), "Nov": (50, 350), "Dec": (50, 350)}


def test_payment_that_needs_a_top_up_leaves_the_commitment_after_it(book: Book) -> None:
    commitment = book.commit(400, SEPTEMBER)
    book.top_up(commitment, 100, NOVEMBER)
    book.pay(commitment, 450, OCTOBER, NOVEMBER)
    assert by_month(book.line) == {
        "Aug": (0, 0),
        "Sep": (400, 0),
        "Oct": (400, 450),
        "Nov": (50, 450),
        "Dec": (50, 450),
    }


def test_later_top_up_does_not_delay_a_payment(book: Book) -> None:
    """A later top-up does not delay a payment that the commitment could cover before."""
    commitment = book.commit(400, SEPTEMBER)
    book.top_up(commitment, 100, NOVEMBER)
    book.pay(commitment, 300, OCTOBER, NOVEMBER)
    assert by_month(book.line) == {
        "Aug": (0, 0),
        "Sep": (400, 0),
        "Oct": (100, 300),
        "Nov": (200, 300),
        "Dec": (200, 300),
    }


@pytest.mark.parametrize("closes", [False, True])
def test_reversed_payment_counts_in_no_month(book: Book, *, closes: bool) -> None:
    commitment = book.commit(400, NOVEMBER)
    before = by_month(book.line)
    entry = book.pay(commitment, 350, OCTOBER, NOVEMBER, closes=closes)
    assert by_month(book.line) != before
    book.reverse(entry, DECEMBER)
    assert by_month(book.line) == before
    book.pay(commitment, 350, SEPTEMBER, DECEMBER)
    assert by_month(book.line) == {"Aug": (0, 0), "Sep": (0, 350), "Oct": (0, 350), "Nov": (50, 350), "Dec": (50, 350)}


def test_reversal_of_a_commitment_counts_when_approved(book: Book) -> None:
    """The reversal counts when approved: in October the reversed money still covered the payment."""
    commitment = book.commit(400, SEPTEMBER)
    (first,) = [row.entry for row in entries.oldest(entries.of_commitment(commitment.id), book.world.actor("uk"))]
    book.pay(commitment, 300, OCTOBER, OCTOBER)
    book.top_up(commitment, 300, NOVEMBER)
    book.reverse(first, DECEMBER)
    assert by_month(book.line) == {
        "Aug": (0, 0),
        "Sep": (400, 0),
        "Oct": (100, 300),
        "Nov": (400, 300),
        "Dec": (0, 300),
    }


def test_release_and_its_reversal_count_when_approved(book: Book) -> None:
    commitment = book.commit(400, SEPTEMBER)
    entry = book.release(commitment, 150, OCTOBER)
    book.reverse(entry, DECEMBER)
    assert by_month(book.line) == {"Aug": (0, 0), "Sep": (400, 0), "Oct": (250, 0), "Nov": (250, 0), "Dec": (400, 0)}


def test_chart_is_never_negative(book: Book) -> None:
    commitment = book.commit(400, NOVEMBER)
    book.pay(commitment, 350, OCTOBER, NOVEMBER, closes=True)
    found = burn_down.of_line(book.line.id, book.world.actor("uk"), TODAY, Period.ALL)
    assert found is not None
    at = dict(zip(found.months, zip(found.committed, found.spent, strict=True), strict=True))
    assert at[dt.date(2026, 10, 1)] == (350_00, 350_00)
    assert at[dt.date(2026, 11, 1)] == (350_00, 350_00)


# When a payment is expected.


def expected(line: BudgetLine) -> dict[dt.date, int]:
    statement = select(LineMonth.month, LineMonth.expected).where(LineMonth.line_id == line.id, LineMonth.expected != 0)
    return dict(map(tuple, db.session.execute(unscoped(statement, because="a test"))))


def reschedule(book: Book, commitment: Commitment, day: dt.date, shown: str = "2027-01-15") -> None:
    with transaction():
        ledger.reschedule(commitment, day, shown, book.world.actor("uk"))


@pytest.mark.parametrize("day", [dt.date(2024, 11, 27), dt.date(2030, 4, 1), dt.date(1990, 1, 1)])
def test_expected_day_outside_the_programme_is_refused(book: Book, day: dt.date) -> None:
    with pytest.raises(ExpectedOutside), transaction():
        proposals.propose_commitment(book.line, book.world.proposal(1_00), day, book.world.actor("uk"))
    commitment = book.commit(400, NOVEMBER)
    with pytest.raises(ExpectedOutside):
        reschedule(book, commitment, day)


@pytest.mark.parametrize("day", [dt.date(2024, 11, 28), dt.date(2030, 3, 31)])
def test_first_and_last_day_of_the_programme_are_accepted(book: Book, day: dt.date) -> None:
    with transaction():
        proposals.propose_commitment(book.line, book.world.proposal(1_00), day, book.world.actor("uk"))


def test_rescheduled_payment_moves_the_expected_month(book: Book) -> None:
    """Outstanding money moves to another month; balances stay, and the audit trail has both days."""
    commitment = book.commit(400, NOVEMBER)
    book.pay(commitment, 100, NOVEMBER, NOVEMBER)
    assert expected(book.line) == {dt.date(2027, 1, 1): 300_00}
    reschedule(book, commitment, dt.date(2027, 5, 3))
    assert expected(book.line) == {dt.date(2027, 5, 1): 300_00}
    line = rows.line_by_key(book.line.id)
    assert (line.allocated, line.committed, line.spent) == (1_000_00, 300_00, 100_00)
    act = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "commitment rescheduled")).one()
    assert (act.subject_id, act.user_id) == (commitment.public_id, book.world.actor("uk").user_id)
    assert act.details == {"before": "2027-01-15", "after": "2027-05-03"}
    book.release(commitment, 300, NOVEMBER)
    assert expected(book.line) == {}


def test_stale_reschedule_is_refused(book: Book) -> None:
    commitment = book.commit(400, NOVEMBER)
    for _ in range(2):  # a form sent twice is one change
        reschedule(book, commitment, dt.date(2027, 2, 1))
    with pytest.raises(ChangedMeanwhile):
        reschedule(book, commitment, dt.date(2027, 3, 1))
    assert expected(book.line) == {dt.date(2027, 2, 1): 400_00}
    acts = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "commitment rescheduled")).all()
    assert len(acts) == 1


def test_empty_commitment_cannot_be_rescheduled(book: Book) -> None:
    proposed = book.world.proposed_commitment(book.line, 100_00)
    paid = book.commit(400, NOVEMBER)
    book.pay(paid, 400, NOVEMBER, NOVEMBER)
    for commitment in (paid, entries.commitment_by_key(proposed.commitment_id or 0)):
        with pytest.raises(CommitmentClosed):
            reschedule(book, commitment, dt.date(2027, 2, 1))
