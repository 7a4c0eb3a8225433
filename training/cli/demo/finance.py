"""Finance steps: rates, projects, lines, proposals, claims and their approval."""

import datetime as dt
import io

from training.cli.demo.context import Context, Kinds, stream
from training.domain.finance import claims, evidence, programmes, proposals, rates, spending_plans, variances
from training.domain.oversight import approvals
from training.kit.clock import financial_year_end, month_of, months_between, today
from training.kit.money import Currency, parse_rate
from training.models.finance.ledger import Commitment, LedgerEntry
from training.models.finance.programmes import BudgetLine, LineCategory, Programme, Project, ProjectKind
from training.models.identity.actor import Actor
from training.models.identity.organisations import Organisation
from training.queries.finance import entries
from training.queries.finance import programmes as programme_rows

PENCE = 100
_RECEIPT = "document.pdf"


def enter_rates(
    _context: Context, currency: Currency, rate: str, first: dt.date, last: dt.date, source: str, by: Actor
) -> None:
    """Enter one rate for each month from that of ``first`` to that of ``last``."""
    for month in months_between(first, last):
        rates.enter(rates.MonthlyRate(currency, month, parse_rate(rate), source), by)


def add_project(
    context: Context,
    name: str,
    programme: Programme,
    kind: ProjectKind,
    organisation: Organisation,
    title: programmes.Title,
    by: Actor,
) -> None:
    """Add a project to a programme."""
    context.add(name, programmes.add_project(programme, kind, title, organisation, by))


def propose_line(
    context: Context,
    name: str,
    project: Project,
    category: LineCategory,
    pounds: int,
    title: programmes.Title,
    first: dt.date,
    last: dt.date,
    by: Actor,
) -> None:
    """Propose a line with its allocation, from the month of ``first`` to the end of the financial year of ``last``."""
    end = min(financial_year_end(last), programme_rows.programme_by_key(project.programme_id).ends_on)
    new = programmes.NewLine(title, category, month_of(first), end)
    entry = programmes.propose_line(project, new, _proposal(context, pounds, title.en), by)
    context.add(name, entry)
    context.add(name, programme_rows.line_by_key(entry.line_id))


def plan_line(_context: Context, line: BudgetLine, pattern: spending_plans.Pattern, by: Actor) -> None:
    """Plan the spending of a line over its months."""
    spread = spending_plans.spread(line.allocated, spending_plans.months_of(line), pattern)
    spending_plans.enter(line, spread, spending_plans.fingerprint({}), by)


def explain_variance(_context: Context, line: BudgetLine, reason: str, by: Actor) -> None:
    """Give a reason for the variance of a line."""
    variances.give_reason(line, reason, by, today())


# Proposals


def _proposal(context: Context, pounds: int, purpose: str) -> proposals.Proposal:
    return proposals.Proposal(pounds * PENCE, purpose, context.key())


def propose_allocation(context: Context, name: str, line: BudgetLine, pounds: int, purpose: str, by: Actor) -> None:
    """Propose a further allocation to a line."""
    context.add(name, proposals.propose_allocation(line, _proposal(context, pounds, purpose), by))


def propose_transfer(
    context: Context, name: str, source: BudgetLine, target: BudgetLine, pounds: int, reason: str, by: Actor
) -> None:
    """Propose to move money from one line to another."""
    context.add(name, proposals.propose_transfer(source, target, _proposal(context, pounds, reason), by))


def propose_commitment(
    context: Context, name: str, line: BudgetLine, pounds: int, purpose: str, expected: dt.date, by: Actor
) -> None:
    """Propose to reserve money for a purchase."""
    keep_commitment(
        context, name, proposals.propose_commitment(line, _proposal(context, pounds, purpose), expected, by)
    )


def keep_commitment(context: Context, name: str, entry: LedgerEntry) -> None:
    """Store a proposal and its commitment under one name."""
    if entry.commitment_id is None:
        raise LookupError(f"the proposal {name!r} has no commitment")
    context.add(name, entry)
    context.add(name, entries.commitment_by_key(entry.commitment_id))


def propose_release(context: Context, name: str, commitment: Commitment, pounds: int, reason: str, by: Actor) -> None:
    """Propose to release money of a commitment to its line."""
    context.add(name, proposals.propose_release(commitment, _proposal(context, pounds, reason), by))


def propose_reversal(context: Context, name: str, proposal: LedgerEntry, reason: str, by: Actor) -> None:
    """Propose to reverse an approved entry."""
    context.add(name, proposals.propose_reversal(proposal, reason, context.key(), by))


def claim_payment(
    context: Context,
    name: str,
    commitment: Commitment,
    amount: int,
    payee: str,
    by: Actor,
    currency: Currency = Currency.GBP,
    closes: bool = False,
) -> None:
    """Claim a payment made today, in whole units of a currency, with its receipt."""
    line = claims.ClaimLine(commitment, amount * 10**currency.digits, closes)
    with stream(_RECEIPT) as document:
        # Each claim needs a file of its own.
        receipt = io.BytesIO(document.read() + f"% {context.key()}\n".encode())
    payment = claims.Payment(
        payee,
        payee_is_person=False,
        paid_on=today(),
        currency=currency,
        evidence=evidence.keep(receipt, context.settings.evidence_folder, by),
    )
    purpose = entries.commitment_by_key(commitment.id).purpose
    claim = claims.propose(payment, [line], purpose, context.key(), by, today())
    context.add(name, entries.first_of_claim(claim.id))


def approve(_context: Context, proposals: list[LedgerEntry], by: Actor) -> None:
    """Approve proposals."""
    for proposal in proposals:
        approvals.approve(proposal, by, today())


def refuse(_context: Context, proposals: list[LedgerEntry], reason: str, by: Actor) -> None:
    """Refuse proposals."""
    for proposal in proposals:
        approvals.refuse(proposal, reason, by)


STEPS: Kinds = {
    "enter rates": enter_rates,
    "add a project": add_project,
    "propose a line": propose_line,
    "plan a line": plan_line,
    "explain a variance": explain_variance,
    "propose an allocation": propose_allocation,
    "propose a transfer": propose_transfer,
    "propose a commitment": propose_commitment,
    "propose a release": propose_release,
    "propose a reversal": propose_reversal,
    "claim a payment": claim_payment,
    "approve": approve,
    "refuse": refuse,
}
