"""Claims: four currencies, their rates, exact sums of lines, and evidence that is used once."""

import datetime as dt
from collections.abc import Iterator, Sequence

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.support.ledger import bundle_of, posting_of
from tests.support.world import TODAY, World
from training.domain.common.refusals import Refusal
from training.domain.finance import claims, proposals, rates
from training.domain.finance.claims import ClaimLine, Payment, Rate
from training.domain.finance.refusals import (
    CommitmentClosed,
    EvidenceUsed,
    LessThanAPenny,
    MissingRate,
    OtherProgramme,
    OverCommitment,
    PaidInFuture,
    PaidOutside,
    RateDoubtful,
)
from training.kit.db import db, transaction
from training.kit.money import Currency, parse_rate
from training.models.finance.claims import Claim
from training.models.finance.ledger import Commitment, LedgerEntry
from training.policy.scopes import unscoped
from training.queries.finance import entries
from training.queries.finance import programmes as rows

USD, EUR, IQD, GBP = Currency.USD, Currency.EUR, Currency.IQD, Currency.GBP
OCTOBER = dt.date(2026, 10, 5)


@pytest.fixture
def world(app: Flask) -> Iterator[World]:
    with app.app_context():
        yield World(app)


def enter(world: World, currency: Currency, month: dt.date, rate: str, confirmed: str = "") -> None:
    with transaction():
        given = rates.MonthlyRate(currency, month, parse_rate(rate), "a list of rates")
        rates.enter(given, world.actor("uk"), confirmed=confirmed)


def claim(world: World, payment: Payment, lines: Sequence[ClaimLine]) -> tuple[Claim, list[LedgerEntry]]:
    with transaction():
        made = claims.propose(payment, lines, "a purpose", world.key(), world.actor("uk"), TODAY)
    return made, bundle_of(entries.first_of_claim(made.id))


def refused(world: World, refusal: type[Refusal], payment: Payment, lines: Sequence[ClaimLine]) -> None:
    """Assert that the claim is refused and writes nothing."""
    number = select(func.count(Claim.id))
    with pytest.raises(refusal):
        claim(world, payment, lines)
    assert db.session.scalar(unscoped(number, because="a test")) == 0


def held(world: World, pence: int = 400_00) -> Commitment:
    return world.commitment(world.line(1_000_00), pence)


# Rates.


@pytest.mark.parametrize(
    ("currency", "paid_on", "given", "original", "pence", "said"),
    [
        (GBP, TODAY, None, 12_34, 12_34, ("1", TODAY, "")),
        (USD, TODAY, None, 127_00, 100_00, ("1.27", dt.date(2026, 11, 1), "a list of rates")),
        (USD, OCTOBER, None, 125_00, 100_00, ("1.25", dt.date(2026, 10, 1), "a list of rates")),
        (USD, TODAY, "1.30", 130_00, 100_00, ("1.30", TODAY, "a bank")),
        (EUR, TODAY, "2", 1_01, 50, ("2", TODAY, "a bank")),  # 50.5 pence, to even
        (EUR, TODAY, "2", 1_03, 52, ("2", TODAY, "a bank")),  # 51.5
        (IQD, TODAY, None, 166_450, 100_00, ("1664.5", dt.date(2026, 11, 1), "a list of rates")),
        (GBP, TODAY, "1.30", 130, 130, ("1", TODAY, "")),
    ],
)
def test_claim_is_converted_at_the_given_or_monthly_rate(
    world: World,
    currency: Currency,
    paid_on: dt.date,
    given: str | None,
    original: int,
    pence: int,
    said: tuple[str, dt.date, str],
) -> None:
    enter(world, USD, TODAY, "1.27")
    enter(world, USD, OCTOBER, "1.25")
    enter(world, IQD, TODAY, "1664.5")
    rate = Rate(parse_rate(given), paid_on, "a bank") if given else None
    made, _ = claim(world, Payment("A supplier", False, paid_on, currency, rate), [ClaimLine(held(world), original)])
    assert (made.original, made.amount) == (original, pence)
    assert (made.rate, made.rate_on, made.rate_source) == (parse_rate(said[0]), *said[1:])


def test_missing_rate_is_refused_with_its_currency_and_month(world: World) -> None:
    enter(world, USD, OCTOBER, "1.25")
    with pytest.raises(MissingRate) as refusal:
        claim(world, Payment("A supplier", False, TODAY, USD), [ClaimLine(held(world), 1_00)])
    assert (refusal.value.currency, refusal.value.month) == (USD, dt.date(2026, 11, 1))


def test_correcting_a_rate_does_not_change_claims(world: World) -> None:
    enter(world, USD, TODAY, "1.27")
    made, _ = claim(world, Payment("A supplier", False, TODAY, USD), [ClaimLine(held(world), 127_00)])
    with pytest.raises(RateDoubtful) as doubt:
        enter(world, USD, TODAY, "2.54")
    enter(world, USD, TODAY, "2.54", confirmed=doubt.value.question)
    db.session.refresh(made)
    assert (made.rate, made.amount) == (1_270_000, 100_00)


# Lines.


@pytest.mark.parametrize(("currency", "rate"), [(USD, "1.27"), (EUR, "1.189207"), (IQD, "1664.5"), (GBP, "1")])
def test_lines_sum_exactly_to_the_claim(world: World, currency: Currency, rate: str) -> None:
    lines = [ClaimLine(held(world), original) for original in (100_01, 33_33, 10_00)]
    payment = Payment("A supplier", False, TODAY, currency, Rate(parse_rate(rate), TODAY, "a bank"))
    made, parts = claim(world, payment, lines)
    assert sum(part.amount for part in parts) == made.amount
    assert [part.original for part in parts] == [100_01, 33_33, 10_00]
    assert len({part.bundle for part in parts}) == 1


def test_two_lines_together_cannot_exceed_their_commitment(world: World) -> None:
    commitment = held(world, 100_00)
    refused(world, OverCommitment, Payment("A supplier", False, TODAY), [ClaimLine(commitment, 50_01)] * 2)
    made, _ = claim(world, Payment("A supplier", False, TODAY), [ClaimLine(commitment, 50_00)] * 2)
    assert made.amount == 100_00


def test_no_line_follows_the_closing_line_of_a_commitment(world: World) -> None:
    commitment = held(world, 100_00)
    lines = [ClaimLine(commitment, 10_00, closes=True), ClaimLine(commitment, 10_00)]
    refused(world, CommitmentClosed, Payment("A supplier", False, TODAY), lines)
    _, parts = claim(world, Payment("A supplier", False, TODAY), lines[::-1])
    world.approve(parts[0])
    fresh = entries.commitment_by_key(commitment.id)
    assert (fresh.committed, fresh.spent, fresh.is_closed) == (0, 20_00, True)


def test_line_below_a_penny_is_refused(world: World) -> None:
    payment = Payment("A supplier", False, TODAY, IQD, Rate(parse_rate("1664.5"), TODAY, "a bank"))
    refused(world, LessThanAPenny, payment, [ClaimLine(held(world), 8)])
    refused(world, LessThanAPenny, payment, [ClaimLine(held(world), 1_000), ClaimLine(held(world), 1)])


def test_claim_of_two_programmes_is_refused(world: World) -> None:
    other = world.commitment(world.line(1_000_00, world.project("KURDISTAN")), 400_00)
    lines = [ClaimLine(held(world), 1_00), ClaimLine(other, 1_00)]
    refused(world, OtherProgramme, Payment("A supplier", False, TODAY), lines)
    refused(world, OtherProgramme, Payment("A supplier", False, TODAY), [])


def test_closing_payment_releases_the_rest(world: World) -> None:
    """Acceptance test c, for a claim in two currencies' worth of lines."""
    first, second = held(world), held(world)
    lines = [ClaimLine(first, 350_00, closes=True), ClaimLine(second, 50_00)]
    _, parts = claim(world, Payment("A supplier", False, TODAY), lines)
    world.approve(parts[0])
    one, two = (rows.line_by_key(commitment.line_id) for commitment in (first, second))
    assert (one.committed, one.spent) == (0, 350_00)
    assert (two.committed, two.spent) == (350_00, 50_00)


def test_payment_above_the_commitment_needs_a_top_up(world: World) -> None:
    commitment = held(world, 400_00)
    refused(world, OverCommitment, Payment("A supplier", False, TODAY), [ClaimLine(commitment, 450_00, closes=True)])
    with transaction():
        top_up = proposals.propose_top_up(commitment, world.proposal(50_00), world.actor("uk"))
    refused(world, OverCommitment, Payment("A supplier", False, TODAY), [ClaimLine(commitment, 450_00)])
    world.approve(top_up)
    _, parts = claim(world, Payment("A supplier", False, TODAY), [ClaimLine(commitment, 450_00)])
    world.approve(parts[0])
    assert entries.commitment_by_key(commitment.id).spent == 450_00


# Days.


@pytest.mark.parametrize(
    ("paid_on", "refusal"),
    [
        (TODAY, None),
        (TODAY + dt.timedelta(days=1), PaidInFuture),
        (dt.date(2024, 11, 28), None),
        (dt.date(2024, 11, 27), PaidOutside),
    ],
)
def test_day_of_payment_is_checked(world: World, paid_on: dt.date, refusal: type[Refusal] | None) -> None:
    payment, lines = Payment("A supplier", False, paid_on), [ClaimLine(held(world), 1_00)]
    if refusal:
        refused(world, refusal, payment, lines)
        return
    _, parts = claim(world, payment, lines)
    world.approve(parts[0])
    posting = posting_of(parts[0].id)
    assert posting is not None
    assert posting.month == paid_on.replace(day=1)


# Evidence.


def test_file_is_evidence_of_one_claim_only(world: World) -> None:
    file, commitment = world.evidence(), held(world)
    made, _ = claim(world, Payment("A supplier", False, TODAY, evidence=file), [ClaimLine(commitment, 1_00)])
    assert (made.evidence_id, made.evidence_sha256) == (file.id, file.sha256)
    with pytest.raises(EvidenceUsed):
        claim(world, Payment("Another", False, TODAY, evidence=file), [ClaimLine(commitment, 1_00)])


def test_repeated_form_is_one_claim_and_another_payee_makes_another(world: World) -> None:
    commitment, key = held(world), world.key()

    def propose(payee: str, *, is_person: bool = False) -> int:
        payment = Payment(payee, is_person, TODAY, is_another=is_person)
        with transaction():
            lines = [ClaimLine(commitment, 1_00)]
            return claims.propose(payment, lines, "a purpose", key, world.actor("uk"), TODAY).id

    first = propose("One")
    assert propose("One") == first
    assert len({first, propose("Two"), propose("One", is_person=True)}) == 3
