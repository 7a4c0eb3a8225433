"""Claims: payments in their original currency, each line paid from a commitment."""

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from training.domain.common.refusals import Refusal
from training.domain.finance import proposals
from training.domain.finance.events import FinanceEvent
from training.domain.finance.refusals import (
    AlikePayment,
    CommitmentClosed,
    EvidenceUsed,
    LessThanAPenny,
    MissingRate,
    OtherProgramme,
    OverCommitment,
    OverCommitmentInSum,
    PaidInFuture,
    PaidOutside,
)
from training.domain.identity import audit
from training.kit.clock import month_of, now
from training.kit.db import db
from training.kit.money import RATE_SCALE, Currency, shares_in_pence
from training.models.finance.claims import Claim, Evidence
from training.models.finance.ledger import Commitment, EntryKind
from training.models.finance.programmes import BudgetLine, Programme
from training.models.identity.actor import Actor
from training.queries.finance import claims, programmes, rates


@dataclass(frozen=True)
class Rate:
    """Millionths of a unit of a currency to the pound, with day and published source."""

    millionths: int
    on: dt.date
    source: str


@dataclass(frozen=True)
class ClaimLine:
    """A part of a claim in minor units of its currency; ``closes`` releases what is left of the commitment."""

    commitment: Commitment
    original: int
    closes: bool = False


@dataclass(frozen=True)
class Payment:
    """Payee, day and currency of a payment; ``rate`` None takes the month's rate from the table.

    ``is_another`` confirms that it is not a duplicate of an existing claim.
    """

    payee: str
    payee_is_person: bool
    paid_on: dt.date
    currency: Currency = Currency.GBP
    rate: Rate | None = None
    evidence: Evidence | None = None
    batch_id: int | None = None
    fingerprint: str = ""
    is_another: bool = False


def propose(payment: Payment, lines: Sequence[ClaimLine], purpose: str, key: str, by: Actor, on: dt.date) -> Claim:
    """Propose a claim, one entry for each line; return it.

    Raises PaidInFuture, PaidOutside, MissingRate, LessThanAPenny, OtherProgramme, EvidenceUsed, CommitmentClosed,
    OverCommitment, AlikePayment. Rules: a commitment is converted by its payment, never added to it; the converted
    figure keeps its rate, date and source; the sum of the lines equals the total exactly (domain §2, Money).
    """
    proposal = proposals.Proposal(0, purpose, f"{key} {_content(payment, lines)}")
    programme = _programme_of(lines)
    programmes.lock_programme(programme.id)  # a concurrent repeat of this request waits here, then finds the claim
    if known := proposals.proposed_before(proposal, by):
        return claims.proposed_with(known)
    _check_day(payment.paid_on, programme, on)
    rate = _rate(payment)
    shares = shares_in_pence([line.original for line in lines], payment.currency, rate.millionths)
    _check_lines(lines, shares)
    claim = _add(payment, programme, purpose, (sum(line.original for line in lines), sum(shares)), rate, by)
    wishes = [
        proposals.EntryRequest(
            EntryKind.PAY,
            programmes.line_by_key(line.commitment.line_id),
            share,
            line.commitment,
            claim,
            original=line.original,
            closes=line.closes,
        )
        for line, share in zip(lines, shares, strict=True)
    ]
    proposals.append(wishes, proposal, by)
    return claim


@dataclass(frozen=True)
class Spent:
    """A row of a spend file to be claimed: a payment in pounds out of one commitment."""

    payment: Payment
    line: ClaimLine
    purpose: str


def propose_all(spent: Sequence[Spent], key: str, by: Actor, on: dt.date) -> list[Claim]:
    """Propose a claim for each payment, all or none: the rules of ``propose``, in a few statements for thousands.

    The caller holds the programme's lock and has checked that none was proposed before; its ``key`` and the
    fingerprints of the payments make the keys of the entries. Raises PaidInFuture, PaidOutside, OtherProgramme,
    CommitmentClosed, OverCommitmentInSum.
    """
    programme = _programme_of([one.line for one in spent])
    for one in spent:
        _check_day(one.payment.paid_on, programme, on)
    _check_sums([one.line for one in spent])
    made = [
        _claim(one.payment, programme, one.purpose, (one.line.original,) * 2, _rate(one.payment), by) for one in spent
    ]
    db.session.add_all(made)
    db.session.flush()
    budget = {line_id: programmes.line_by_key(line_id) for line_id in {one.line.commitment.line_id for one in spent}}
    proposals.append_payments((_paying(one, claim, budget, key) for one, claim in zip(spent, made, strict=True)), by)
    return made


def _check_sums(lines: Sequence[ClaimLine]) -> None:
    """Check each commitment against the sum of the payments from it."""
    commitments = {line.commitment.id: line.commitment for line in lines}
    taken: Counter[int] = Counter()
    for line in lines:
        taken[line.commitment.id] += line.original
    for key, pence in taken.items():
        try:
            proposals.check_outstanding(commitments[key], pence)
        except OverCommitment as refusal:
            raise OverCommitmentInSum(commitments[key].purpose, pence, refusal.available) from refusal


def _paying(
    one: Spent, claim: Claim, budget: Mapping[int, BudgetLine], key: str
) -> tuple[proposals.EntryRequest, proposals.Proposal]:
    commitment, pence = one.line.commitment, one.line.original
    request = proposals.EntryRequest(
        EntryKind.PAY, budget[commitment.line_id], pence, commitment, claim, original=pence
    )
    return request, proposals.Proposal(pence, one.purpose, f"{key} {one.payment.fingerprint}")


def _content(payment: Payment, lines: Sequence[ClaimLine]) -> str:
    """Return the content that distinguishes this claim from others with the same purpose."""
    parts = [(line.commitment.id, line.original, line.closes) for line in lines]
    who = (payment.payee, payment.payee_is_person)
    return repr((who, payment.paid_on, payment.currency, payment.rate, payment.fingerprint, parts))


def _programme_of(lines: Sequence[ClaimLine]) -> Programme:
    keys = {line.commitment.programme_id for line in lines}
    if len(keys) != 1:
        raise OtherProgramme
    return programmes.programme_by_key(keys.pop())


def _check_day(paid_on: dt.date, programme: Programme, today: dt.date) -> None:
    if paid_on > today:
        raise PaidInFuture
    if not programme.starts_on <= paid_on <= programme.ends_on:
        raise PaidOutside(programme.starts_on, programme.ends_on)


def _rate(payment: Payment) -> Rate:
    """Return the given rate, else that of the month. Pounds need none."""
    if payment.currency is Currency.GBP:
        return Rate(RATE_SCALE, payment.paid_on, "")
    if payment.rate is not None:
        return payment.rate
    known = rates.of_month(payment.currency, month_of(payment.paid_on))
    if known is None:
        raise MissingRate(payment.currency, month_of(payment.paid_on))
    return Rate(known.rate, known.month, known.source)


def _check_lines(lines: Sequence[ClaimLine], shares: Sequence[int]) -> None:
    """Check each commitment against the claim's lines on it; a refusal names the line."""
    taken: Counter[int] = Counter()
    closed: set[int] = set()
    for place, (line, share) in enumerate(zip(lines, shares, strict=True)):
        key = line.commitment.id
        taken[key] += share
        try:
            _check_line(line, share, taken[key], is_closed=key in closed)
        except Refusal as refusal:
            refusal.place = place
            raise
        if line.closes:
            closed.add(key)


def _check_line(line: ClaimLine, share: int, taken: int, *, is_closed: bool) -> None:
    """Check one line; nothing can follow the line that closes a commitment."""
    if share < 1:
        raise LessThanAPenny
    if is_closed:
        raise CommitmentClosed
    proposals.check_outstanding(line.commitment, taken)


def _add(payment: Payment, programme: Programme, purpose: str, total: tuple[int, int], rate: Rate, by: Actor) -> Claim:
    """Add the claim; ``total`` in minor units of its currency and in pence."""
    if payment.evidence:
        claims.lock_upload(payment.evidence.id)
        if claims.is_used(payment.evidence.id):
            raise EvidenceUsed
    alike = _alike(payment, programme, total[1])
    if alike and not payment.is_another:
        raise AlikePayment(alike)
    claim = _claim(payment, programme, purpose, total, rate, by)
    db.session.add(claim)
    db.session.flush()
    if alike:
        audit.record(FinanceEvent.PAYMENT_TOLD_APART, claim, by=by.user_id, alike=", ".join(alike[:_NAMED]))
    return claim


_NAMED = 20
"""The audit trail names at most this many possible duplicates."""


def _alike(payment: Payment, programme: Programme, pence: int) -> list[str]:
    """Return the public ids of valid claims that may be this payment: same day, pence and payee, or same file."""
    files = frozenset({payment.evidence.sha256} if payment.evidence else ())
    mark = claims.Mark(programme.id, payment.paid_on, pence, payment.payee, files)
    return [claim.public_id for claim in claims.alike([mark])[mark]]


def _claim(
    payment: Payment, programme: Programme, purpose: str, total: tuple[int, int], rate: Rate, by: Actor
) -> Claim:
    evidence = payment.evidence
    return Claim(
        programme_id=programme.id,
        payee=payment.payee,
        payee_is_person=payment.payee_is_person,
        purpose=purpose,
        paid_on=payment.paid_on,
        currency=payment.currency,
        original=total[0],
        rate=rate.millionths,
        rate_on=rate.on,
        rate_source=rate.source,
        amount=total[1],
        evidence_id=evidence.id if evidence else None,
        evidence_sha256=evidence.sha256 if evidence else "",
        batch_id=payment.batch_id,
        fingerprint=payment.fingerprint,
        proposer_id=by.user_id,
        proposed_at=now(),
    )
