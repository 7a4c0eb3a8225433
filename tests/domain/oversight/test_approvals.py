"""Warnings to approvers and chunks of bulk decisions, tested without a database."""

from tests.support.world import TODAY
from training.domain.finance.payment_warnings import ClaimReview, PaymentWarning
from training.domain.oversight import approvals
from training.kit.money import Currency
from training.models.finance.claims import Claim
from training.models.finance.ledger import Commitment, LedgerEntry
from training.models.identity.actor import Actor
from training.models.identity.organisations import Jurisdiction

APPROVER = Actor(1, None, 1, Jurisdiction.UK, frozenset(), frozenset(), frozenset())


def payment(key: int, held: Commitment, pence: int, proposer: int = 2) -> LedgerEntry:
    return LedgerEntry(id=key, commitment=held, amount=pence, proposer_id=proposer)


def test_payment_has_no_room_after_earlier_payments_used_it() -> None:
    held = Commitment(id=1, committed=100, is_closed=False)
    payments = [payment(1, held, 60), payment(2, held, 50), payment(3, held, 40), payment(4, held, 1)]
    assert approvals.without_room(payments, APPROVER) == {2, 4}


def test_own_payments_of_the_approver_are_left_out() -> None:
    held = Commitment(id=1, committed=100, is_closed=False)
    payments = [payment(1, held, 500, proposer=APPROVER.user_id), payment(2, held, 100)]
    assert approvals.without_room(payments, APPROVER) == set()


def test_closed_commitment_has_no_room() -> None:
    held = Commitment(id=1, committed=100, is_closed=True)
    assert approvals.without_room([payment(1, held, 1)], APPROVER) == {1}


def test_missing_room_is_the_last_warning() -> None:
    claim = Claim(currency=Currency.GBP, paid_on=TODAY)
    look = ClaimReview(claim, alike=[claim], table_rate=None, files=[])
    assert approvals.warnings(None, has_room=True) == []
    assert approvals.warnings(None, has_room=False) == [PaymentWarning.NO_ROOM]
    assert approvals.warnings(look, has_room=True) == [PaymentWarning.ALIKE, PaymentWarning.NO_EVIDENCE]
    assert approvals.warnings(look, has_room=False) == [
        PaymentWarning.ALIKE,
        PaymentWarning.NO_EVIDENCE,
        PaymentWarning.NO_ROOM,
    ]


def test_proposals_are_decided_in_chunks_without_duplicates() -> None:
    names = [str(number) for number in range(approvals.AT_ONCE * 2 + 1)]
    parts = list(approvals.in_chunks(names))
    assert [len(part) for part in parts] == [approvals.AT_ONCE, approvals.AT_ONCE, 1]
    assert [name for part in parts for name in part] == names
