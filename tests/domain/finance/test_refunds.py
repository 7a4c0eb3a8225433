"""Part of a payment comes back: less than was paid, tied to the payment, however many try it at once."""

import datetime as dt
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy.exc import DatabaseError

from tests.support.ledger import posting_of
from tests.support.world import TODAY, World
from training.domain.common.refusals import Refusal
from training.domain.finance import claims, decisions, proposals
from training.domain.finance.refusals import (
    CameBackOutside,
    FundsMovedOn,
    LessThanAPenny,
    NotReversible,
    OverPayment,
    PartCameBack,
)
from training.domain.oversight import approvals
from training.kit.db import transaction
from training.kit.money import Currency
from training.models.finance.ledger import Commitment, LedgerEntry
from training.queries.finance import claims as claim_rows
from training.queries.finance import entries, ledger_check
from training.queries.finance.claims import ClaimSearch, ClaimState

PAID_ON = dt.date(2026, 11, 2)


class Till:
    """A commitment of £1,000 of which £400 is paid."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.commitment = world.commitment(world.line(5_000_00), 1_000_00)
        self.key = self.commitment.id
        self.payment = self.paid(400_00)

    def paid(self, pence: int, currency: Currency = Currency.GBP, *, closes: bool = False) -> LedgerEntry:
        payment = claims.Payment(
            "A hotel",
            False,
            PAID_ON,
            currency,
            claims.Rate(1_270_000, PAID_ON, "a list") if currency is not Currency.GBP else None,
            is_another=True,
        )
        with transaction():
            claim = claims.propose(
                payment,
                [claims.ClaimLine(self.commitment, pence, closes)],
                "rooms",
                self.world.key(),
                self.world.actor("uk"),
                TODAY,
            )
        entry = entries.first_of_claim(claim.id)
        self.world.approve(entry)
        return entry

    def back(
        self, pence: int, of: LedgerEntry | None = None, on: dt.date = TODAY, *, approve: bool = True
    ) -> LedgerEntry:
        with transaction():
            entry = proposals.propose_refund(
                of or self.payment,
                proposals.CameBack(pence, on),
                "credit note 7",
                self.world.key(),
                self.world.actor("uk"),
                TODAY,
            )
        if approve:
            self.world.approve(entry)
        return entry

    def reversal(self, of: LedgerEntry, *, approve: bool = True) -> LedgerEntry:
        with transaction():
            entry = proposals.propose_reversal(of, "a mistake", self.world.key(), self.world.actor("uk"))
        if approve:
            self.world.approve(entry)
        return entry

    @property
    def balance(self) -> tuple[int, int]:
        """Return what the commitment holds and has spent."""
        fresh: Commitment = entries.commitment_by_key(self.key)
        return fresh.committed, fresh.spent

    @property
    def state(self) -> ClaimState:
        [row, *_] = claim_rows.all_claims(ClaimSearch(), self.world.actor("uk"))
        return row.state


@pytest.fixture
def till(app: Flask) -> Iterator[Till]:
    with app.app_context():
        yield Till(World(app))
        assert ledger_check.discrepancies() == []


def test_part_that_came_back_is_outstanding_again(till: Till) -> None:
    till.back(100_00)
    assert till.balance == (700_00, 300_00)
    assert till.state is ClaimState.PARTLY_REVERSED
    with pytest.raises(OverPayment) as refused:
        till.back(300_00)
    assert refused.value.left == 300_00
    till.back(299_99)
    assert till.balance == (999_99, 1)


def test_part_counts_where_its_payment_did(till: Till) -> None:
    posting, paid = posting_of(till.back(100_00).id), posting_of(till.payment.id)
    assert posting is not None
    assert paid is not None
    assert (posting.month, posting.committed_month) == (paid.month, paid.committed_month)
    assert (posting.committed, posting.spent) == (100_00, -100_00)


def test_closed_commitment_is_open_again_for_what_came_back(till: Till) -> None:
    last = till.paid(500_00, closes=True)
    assert till.balance == (0, 900_00)
    till.back(50_00, of=last)
    assert till.balance == (50_00, 850_00)
    till.reversal(last)
    assert till.balance == (600_00, 400_00)


def test_proposal_alone_moves_nothing(till: Till) -> None:
    till.back(100_00, approve=False)
    assert till.balance == (600_00, 400_00)
    assert till.state is ClaimState.APPROVED


def test_payment_is_reversed_for_what_is_left(till: Till) -> None:
    till.back(100_00)
    assert till.reversal(till.payment).amount == 300_00
    assert till.balance == (1_000_00, 0)
    assert till.state is ClaimState.REVERSED
    with pytest.raises(NotReversible):
        till.back(1)


def test_reversal_proposed_before_a_part_came_back_is_refused(till: Till) -> None:
    undoing = till.reversal(till.payment, approve=False)
    till.back(100_00)
    with pytest.raises(PartCameBack):
        till.world.approve(undoing)
    assert till.balance == (700_00, 300_00)


def test_part_that_did_not_come_back_is_reversed_alone(till: Till) -> None:
    mistaken = till.back(100_00)
    till.reversal(mistaken)
    assert till.balance == (600_00, 400_00)
    assert till.state is ClaimState.APPROVED
    till.back(399_00)


def test_part_of_a_reversed_payment_is_not_reversed(till: Till) -> None:
    part = till.back(100_00)
    waiting = till.reversal(part, approve=False)
    till.reversal(till.payment)
    with pytest.raises(NotReversible):
        till.world.approve(waiting)
    with pytest.raises(NotReversible):
        till.reversal(part)


def test_part_that_was_spent_again_stays(till: Till) -> None:
    part = till.back(100_00)
    till.paid(700_00)
    with pytest.raises(FundsMovedOn):
        till.reversal(part)


def test_reversal_of_a_part_leaves_the_commitment_when_it_held_it(till: Till) -> None:
    """What was spent meanwhile and topped up later is not taken from the month before."""
    part = till.back(100_00)
    till.paid(700_00)
    with transaction():
        more = proposals.propose_top_up(till.commitment, till.world.proposal(200_00), till.world.actor("uk"))
    till.world.approve(more, dt.date(2027, 1, 5))
    with transaction():
        undoing = proposals.propose_reversal(part, "a mistake", till.world.key(), till.world.actor("uk"))
    till.world.approve(undoing, dt.date(2027, 1, 6))
    assert till.balance == (100_00, 1_100_00)


def test_part_is_converted_at_the_rate_of_its_payment(till: Till) -> None:
    dollars = till.paid(127_00, Currency.USD)
    part = till.back(12_70, of=dollars)
    assert (part.amount, part.original) == (10_00, 12_70)
    with pytest.raises(OverPayment):
        till.back(114_30, of=dollars)
    with pytest.raises(LessThanAPenny):
        till.back(0, of=dollars)


def test_day_lies_between_the_payment_and_today(till: Till) -> None:
    for day in (PAID_ON - dt.timedelta(1), TODAY + dt.timedelta(1)):
        with pytest.raises(CameBackOutside):
            till.back(1_00, on=day)


def test_only_an_approved_payment_has_parts(till: Till) -> None:
    with transaction():
        claim = claims.propose(
            claims.Payment("B", False, PAID_ON),
            [claims.ClaimLine(till.commitment, 10_00)],
            "b",
            till.world.key(),
            till.world.actor("uk"),
            TODAY,
        )
    for entry in (entries.first_of_claim(claim.id), till.back(1_00)):
        with pytest.raises(NotReversible):
            till.back(1, of=entry)


def test_of_parts_approved_at_once_no_more_comes_back_than_was_paid(app: Flask) -> None:
    with app.app_context():
        till = Till(World(app))
        parts = [till.back(150_00, approve=False).id for _ in range(4)]
        approver = till.world.actor("approver")
    start = Barrier(len(parts))

    def approve(key: int) -> object:
        with app.app_context():
            entry = entries.entry_by_key(key)
            start.wait(timeout=30)
            try:
                with transaction():
                    return approvals.approve(entry, approver, TODAY)
            except Refusal as refusal:
                return type(refusal)

    with ThreadPoolExecutor(len(parts)) as pool:
        assert sorted(map(str, pool.map(approve, parts))) == sorted(map(str, [None, None, OverPayment, OverPayment]))
    with app.app_context():
        assert till.balance == (900_00, 100_00)
        assert ledger_check.discrepancies() == []


def test_database_holds_the_sum_below_the_payment(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the rule of the domain, the triggers still refuse."""
    monkeypatch.setattr(decisions, "_check_undoing", lambda *_: None)
    monkeypatch.setattr(proposals, "check_refundable", lambda *_: None)
    till.paid(300_00)
    stale = till.reversal(till.payment, approve=False)
    till.back(300_00)
    for wrong in (till.back(100_00, approve=False), stale):
        with pytest.raises(DatabaseError, match="more would come back than was paid"):
            till.world.approve(wrong)
    assert till.balance == (600_00, 400_00)
