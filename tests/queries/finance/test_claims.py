"""Which claims may be the same payment."""

import datetime as dt
import random
import time

from training.kit.names import fold
from training.models.finance.claims import Claim, Evidence
from training.queries.finance.claims import ByLikeness, Mark, mark_of

DAY = dt.date(2026, 10, 5)


def claim(number: int, payee: str = "Sample Rooms Ltd", batch: int | None = None, file: str = "") -> Claim:
    evidence = Evidence(sha256=file) if file else None
    return Claim(
        id=number, programme_id=1, paid_on=DAY, amount=500, payee=payee, batch_id=batch, evidence=evidence, attached=[]
    )


def may_be_same(one: Mark, other: Mark) -> bool:
    """Return what the rule says of two payments, in as many words."""
    if one.programme_id != other.programme_id or (one.batch_id and one.batch_id == other.batch_id):
        return False
    is_same = (one.paid_on, one.pence, fold(one.payee)) == (other.paid_on, other.pence, fold(other.payee))
    return is_same or bool(one.files & other.files)


def test_answers_are_those_of_the_rule() -> None:
    chance = random.Random(7)
    claims = [
        claim(
            number,
            chance.choice(["Rooms", "rooms", "Cars"]),
            chance.choice([None, 1, 2]),
            chance.choice(["", "a", "b"]),
        )
        for number in range(200)
    ]
    for one in claims:
        one.programme_id, one.amount = chance.choice([1, 2]), chance.choice([500, 600])
    likes = ByLikeness(claims)
    for mark in map(mark_of, claims):
        assert likes.of(mark) == [one for one in claims if may_be_same(mark, mark_of(one))]


def test_many_payments_of_one_day_and_amount_are_compared_quickly() -> None:
    claims = [claim(number, f"Payee {number}") for number in range(4000)]
    claims += [claim(number, "Fee", batch=9, file=str(number)) for number in range(4000, 8000)]
    begun = time.process_time()
    likes = ByLikeness(claims)
    found = [likes.of(mark_of(one)) for one in claims]
    assert time.process_time() - begun < 4  # each with each is sixty-four million comparisons
    assert [len(one) for one in found] == [1] * 4000 + [0] * 4000
