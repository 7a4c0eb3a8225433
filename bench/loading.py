"""Fill a database for the benchmark: some records by use cases, many rows in bulk, with a consistent ledger."""

import datetime as dt
from dataclasses import dataclass
from itertools import product

from sqlalchemy import Connection, case, func, insert, literal, select, update

from bench.crowd import fill_lists, fill_roster
from tests.support.application import application
from tests.support.world import TODAY, World
from training.kit.clock import months_between, now
from training.kit.db import db
from training.kit.ids import new_public_id
from training.kit.money import RATE_SCALE, Currency
from training.models.finance.claims import Claim
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
from training.queries.finance import ledger_check

LINES = 8
_ALLOCATED = 30_000_00
_COMMITTED, _PAID, _RELEASED = 800, 500, 100
_MONTHS = months_between(dt.date(TODAY.year - 2, TODAY.month, 1), TODAY)


class BrokenLedgerError(Exception):
    """The loaded ledger is inconsistent; the text says where."""


@dataclass(frozen=True)
class Loaded:
    """A filled database: its URL, its number of entries, the public ids of the cohort and programme to open."""

    url: str
    entries: int
    cohort: str
    programme: str


def load(url: str, entries: int) -> Loaded:
    """Fill an empty database: a roster, long lists, ``entries`` entries in one programme. Raises BrokenLedgerError."""
    with application(url) as app, app.app_context():
        world = World(app)
        project = world.project()
        lines = [world.line(_ALLOCATED, project).id for _ in range(LINES)]
        cohort = world.open_cohort(seats=1000)
        programme = world.programme()
        found = Loaded(url, entries, cohort.public_id, programme.public_id)
        maker, checker = world.actor("uk").user_id, world.actor("approver").user_id
        cohort_id, programme_id = cohort.id, programme.id
        db.session.rollback()  # on SQLite an open read transaction would block the bulk load
        with db.engine.begin() as connection:
            fill_lists(connection, like=cohort_id)
            fill_roster(connection, cohort_id, by=maker)
            _fill_ledger(connection, programme_id, lines, entries, maker, checker)
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql("ANALYZE")  # as autovacuum would, but not while timing
        _verify(programme_id, entries)
        return found


def _fill_ledger(
    connection: Connection, programme_id: int, lines: list[int], entries: int, maker: int, checker: int
) -> None:
    """Bring a programme to ``entries`` approved entries, with their postings."""
    counted = select(func.count()).select_from(LedgerEntry).where(LedgerEntry.programme_id == programme_id)
    missing = entries - (connection.scalar(counted) or 0)
    if missing % 3:
        raise ValueError("entries come by threes: commitment, payment, release")
    places = list(product(lines, _MONTHS))
    _propose(connection, programme_id, [places[i % len(places)] for i in range(missing // 3)], maker)
    _approve(connection, checker)
    _post(connection)
    _total(connection, lines)


def _propose(connection: Connection, programme_id: int, places: list[tuple[int, dt.date]], maker: int) -> None:
    """Add a commitment in each place (line and month), with the entries that created, paid and released it."""
    known = connection.scalar(select(func.max(Commitment.id))) or 0
    connection.execute(
        insert(Commitment),
        [
            {"programme_id": programme_id, "line_id": line, "purpose": "a purchase", "expected_on": month}
            for line, month in places
        ],
    )
    added = connection.execute(
        select(Commitment.id, Commitment.line_id, Commitment.expected_on)
        .where(Commitment.id > known)
        .order_by(Commitment.id)
    ).all()
    claims = _claim(connection, programme_id, [month for _, _, month in added], maker)
    connection.execute(
        insert(LedgerEntry),
        [
            {
                "bundle": new_public_id(),
                "programme_id": programme_id,
                "line_id": line,
                "commitment_id": commitment,
                "claim_id": claim if kind is EntryKind.PAY else None,
                "kind": kind,
                "amount": pence,
                "original": pence if kind is EntryKind.PAY else None,
                "purpose": "a purchase",
                "proposer_id": maker,
                "proposed_at": now(),
                "idempotency_key": f"bench-{commitment}-{kind.value}",
            }
            for (commitment, line, _), claim in zip(added, claims, strict=True)
            for kind, pence in (
                (EntryKind.COMMIT, _COMMITTED),
                (EntryKind.PAY, _PAID),
                (EntryKind.RELEASE, _RELEASED),
            )
        ],
    )


def _claim(connection: Connection, programme_id: int, days: list[dt.date], maker: int) -> list[int]:
    """Add a claim in pounds for each day of payment; return their keys in that order."""
    known = connection.scalar(select(func.max(Claim.id))) or 0
    connection.execute(
        insert(Claim),
        [
            {
                "programme_id": programme_id,
                "payee": "A supplier",
                "purpose": "a purchase",
                "paid_on": day,
                "currency": Currency.GBP,
                "original": _PAID,
                "rate": RATE_SCALE,
                "rate_on": day,
                "amount": _PAID,
                "proposer_id": maker,
                "proposed_at": now(),
            }
            for day in days
        ],
    )
    return list(connection.scalars(select(Claim.id).where(Claim.id > known).order_by(Claim.id)))


def _approve(connection: Connection, checker: int) -> None:
    undecided = select(
        LedgerEntry.id,
        LedgerEntry.proposer_id,
        literal(checker),
        literal(Outcome.APPROVED, EntryDecision.outcome.type),
        literal(""),
        literal(now(), EntryDecision.decided_at.type),
    ).where(LedgerEntry.id.not_in(select(EntryDecision.entry_id)))
    columns = ["entry_id", "proposer_id", "approver_id", "outcome", "reason", "decided_at"]
    connection.execute(insert(EntryDecision).from_select(columns, undecided))


def _post(connection: Connection) -> None:
    """Add the postings of each entry, in the month in which its commitment is expected."""
    amount, nothing = LedgerEntry.amount, literal(0)
    unposted = (
        select(
            LedgerEntry.id,
            LedgerEntry.programme_id,
            LedgerEntry.line_id,
            LedgerEntry.commitment_id,
            nothing,
            case((LedgerEntry.kind == EntryKind.COMMIT, amount), else_=-amount),
            case((LedgerEntry.kind == EntryKind.PAY, amount), else_=0),
            *[Commitment.expected_on] * 2,
        )
        .join(Commitment, Commitment.id == LedgerEntry.commitment_id)
        .where(LedgerEntry.id.not_in(select(LedgerPosting.entry_id)))
    )
    keys, moved = ["entry_id", "programme_id", "line_id", "commitment_id"], ["allocated", "committed", "spent"]
    columns = [*keys, *moved, "month", "committed_month"]
    connection.execute(insert(LedgerPosting).from_select(columns, unposted))


def _total(connection: Connection, lines: list[int]) -> None:
    """Update monthly totals and balances to the sums of the postings."""
    committed, spent = func.sum(LedgerPosting.committed), func.sum(LedgerPosting.spent)
    months = (
        select(LedgerPosting.line_id, LedgerPosting.month, committed, spent, committed)
        .where(LedgerPosting.line_id.in_(lines), LedgerPosting.commitment_id.is_not(None))
        .group_by(LedgerPosting.line_id, LedgerPosting.month)
    )
    connection.execute(insert(LineMonth).from_select(["line_id", "month", "committed", "spent", "expected"], months))
    for model, key in (
        (Commitment, LedgerPosting.commitment_id),
        (BudgetLine, LedgerPosting.line_id),
        (Programme, LedgerPosting.programme_id),
    ):
        sums = [
            select(func.coalesce(total, 0)).where(key == model.id).scalar_subquery() for total in (committed, spent)
        ]
        connection.execute(update(model).values(committed=sums[0], spent=sums[1]))


def _verify(programme_id: int, entries: int) -> None:
    """Raise BrokenLedgerError unless the ledger is consistent and has ``entries`` entries."""
    counted = select(func.count()).select_from(LedgerEntry).where(LedgerEntry.programme_id == programme_id)
    with db.engine.connect() as connection:
        found = connection.scalar(counted)
    wrong = ledger_check.discrepancies()
    if wrong or found != entries:
        raise BrokenLedgerError(f"{found} entries instead of {entries}; {len(wrong)} discrepancies: {wrong[:3]}")
