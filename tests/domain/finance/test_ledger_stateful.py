"""The ledger against a model: random walks over every use case that moves money.

The model is a dictionary of balances without SQL. After each step the ledger must agree with it, and planted faults
must be detected. ``TESTS_DEPTH=deep`` walks further (tests/conftest.py).
"""

import copy
import datetime as dt
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any, ClassVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Update, func, select, update

from tests.support.application import application
from tests.support.databases import sqlite_template
from tests.support.depth import IS_DEEP
from tests.support.ledger import bundle_of, decision_about, posting_of
from tests.support.world import CEILING, TODAY, World
from training.domain.common.refusals import Refusal
from training.domain.courses import cohorts
from training.domain.finance import claims, decisions, ledger, proposals, rates
from training.domain.finance.refusals import AlreadyDecided, NotOwnProposal, OwnProposal
from training.domain.oversight import approvals, opening
from training.kit.db import db, transaction
from training.kit.money import Currency
from training.models.courses.courses import Course
from training.models.courses.venues import Venue
from training.models.finance.ledger import Commitment, EntryKind, LedgerEntry
from training.models.finance.programmes import BudgetLine, LineCategory, Programme
from training.models.identity.actor import Actor
from training.models.identity.organisations import Organisation
from training.policy.scopes import unscoped
from training.queries.courses import cohorts as cohort_rows
from training.queries.finance import entries, ledger_check
from training.queries.finance import programmes as rows
from training.queries.finance.bundles import LockedBundle

EXPECTED_ON = dt.date(2027, 1, 15)
FIRST_DAY, LAST_DAY = dt.date(2024, 11, 28), dt.date(2030, 3, 31)
RATES = {Currency.GBP: 1_000_000, Currency.USD: 1_270_000, Currency.EUR: 1_189_207, Currency.IQD: 1_664_500_000}
DIGITS = {Currency.GBP: 2, Currency.USD: 2, Currency.EUR: 2, Currency.IQD: 0}
CEILINGS = {"TRAINING": CEILING, "KURDISTAN": 200_000_00}
PROVE_EVERY = 5

# The model.

Moved = tuple[int, int, int]


@dataclass
class Purse:
    """A line's balances."""

    programme: str
    allocated: int = 0
    committed: int = 0
    spent: int = 0

    @property
    def available(self) -> int:
        return self.allocated - self.committed - self.spent


@dataclass
class Held:
    """A commitment's balances."""

    line: int
    cohort: int | None = None
    committed: int = 0
    spent: int = 0
    is_closed: bool = False


@dataclass
class Part:
    """An entry: its request, and its movement once approved."""

    kind: str
    line: int
    amount: int
    held: int | None = None
    closes: bool = False
    undoes: "Part | None" = None
    moved: Moved | None = None
    is_undone: bool = False
    of: "Part | None" = None
    """The payment of which this part came back."""
    came_back: int = 0

    @property
    def left(self) -> int:
        return self.amount - self.came_back


@dataclass
class Bundle:
    """Entries that are decided together; ``entry`` is the key of the first."""

    entry: int
    parts: list[Part]


class DoesNotFitError(Exception):
    """The model refuses."""


@dataclass
class Model:
    """The expected balances."""

    purses: dict[int, Purse] = field(default_factory=dict)
    helds: dict[int, Held] = field(default_factory=dict)
    cohorts: dict[int, str] = field(default_factory=dict)

    def unallocated(self, programme: str) -> int:
        return CEILINGS[programme] - sum(p.allocated for p in self.purses.values() if p.programme == programme)

    def may_undo(self, part: Part) -> bool:
        is_cohorts = part.kind == "commit" and part.held is not None and self.helds[part.held].cohort is not None
        is_over = part.is_undone or (part.of is not None and part.of.is_undone)
        return part.moved is not None and not is_over and part.kind != "reverse" and not is_cohorts

    def may_come_back(self, paid: Part, pence: int) -> bool:
        return paid.moved is not None and not paid.is_undone and 0 < pence < paid.left

    def approve(self, bundle: Bundle) -> bool:
        """Approve a bundle as a whole, or raise DoesNotFitError and change nothing."""
        before = copy.deepcopy((self.purses, self.helds))
        moved = []
        try:
            for part in bundle.parts:
                moved.append(self._move(part))
        except DoesNotFitError:
            self.purses, self.helds = before
            return False
        for part, by in zip(bundle.parts, moved, strict=True):
            part.moved = by
            if part.undoes:
                part.undoes.is_undone = True
                if part.undoes.of:
                    part.undoes.of.came_back -= part.amount
            if part.of:
                part.of.came_back += part.amount
        return True

    def _move(self, part: Part) -> Moved:
        by = self._wanted(part)
        purse = self.purses[part.line]
        purse.allocated, purse.committed, purse.spent = (
            purse.allocated + by[0],
            purse.committed + by[1],
            purse.spent + by[2],
        )
        held = self.helds[part.held] if part.held is not None else Held(part.line)
        held.committed, held.spent, held.is_closed = held.committed + by[1], held.spent + by[2], part.closes
        lowest = (purse.allocated, purse.committed, purse.spent, purse.available, held.committed, held.spent)
        if (part.held is None and min(lowest[:4]) < 0) or (part.held is not None and min(lowest) < 0):
            raise DoesNotFitError
        if self.unallocated(purse.programme) < 0:
            raise DoesNotFitError
        return by

    def _wanted(self, part: Part) -> Moved:
        if part.undoes:
            if not self.may_undo(part.undoes) or part.undoes.moved is None or part.amount != part.undoes.left:
                raise DoesNotFitError
            allocated, committed, spent = part.undoes.moved
            back = part.undoes.came_back
            return -allocated, -committed - back, -spent + back
        if part.of:
            if not self.may_come_back(part.of, part.amount):
                raise DoesNotFitError
            return 0, part.amount, -part.amount
        if part.held is None:
            return (part.amount if part.kind == "allocate" else -part.amount), 0, 0
        held = self.helds[part.held]
        if held.is_closed:
            raise DoesNotFitError
        if part.kind == "commit":
            return 0, part.amount, 0
        freed = held.committed if part.closes and held.committed > part.amount else part.amount
        return 0, -freed, part.amount if part.kind == "pay" else 0


def in_pence(minor: int, currency: Currency) -> int:
    """Python rounds fractions half to even."""
    return round(Fraction(minor * 100 * 1_000_000, RATES[currency] * 10 ** DIGITS[currency]))


# The stage: one in-memory database with a world, restored before each walk.


@dataclass
class Stage:
    """The database of the walks."""

    lines: dict[int, str]
    snapshot: sqlite3.Connection
    uk: Actor
    approver: Actor

    def restore(self) -> None:
        """Restore the initial state."""
        db.session.rollback()
        db.session.expunge_all()
        self.snapshot.backup(_raw())
        db.session.rollback()


def _raw() -> sqlite3.Connection:
    connection = db.session.connection().connection.driver_connection
    assert isinstance(connection, sqlite3.Connection)
    db.session.rollback()
    return connection


@pytest.fixture
def stage() -> Iterator[Stage]:
    with application("sqlite://") as app, app.app_context():
        template = sqlite3.connect(sqlite_template())
        template.backup(_raw())
        template.close()
        world = World(app)
        lines = {}
        for code in ("TRAINING", "TRAINING", "TRAINING", "KURDISTAN"):
            entry = world.proposed_line(1, world.project(code))
            with transaction():
                approvals.refuse(entry, "it begins empty", world.actor("approver"))
            lines[entry.line_id] = code
        world.covered()
        world.covered("KURDISTAN")
        with transaction():
            for currency in (Currency.USD, Currency.EUR, Currency.IQD):
                rate = rates.MonthlyRate(currency, TODAY, RATES[currency], "a list of rates")
                rates.enter(rate, world.actor("uk"))
        world.course()
        snapshot = sqlite3.connect(":memory:")
        _raw().backup(snapshot)
        Books.stage = Stage(lines, snapshot, world.actor("uk"), world.actor("approver"))
        yield Books.stage
        snapshot.close()


PICK = st.integers(0, 10**6)
DAYS_AGO = st.sampled_from([0, 30, 100, 400])
PART = {"a tenth": 10, "a third": 3, "all": 1}
WISH = st.one_of(
    st.sampled_from(["a tenth", "a third"]), st.sampled_from(["all", "one more"]), st.integers(1, 9_000_00)
)
LINES = st.lists(st.tuples(PICK, WISH, st.sampled_from([False, False, True])), min_size=1, max_size=4)


def amount(wish: int | str, limit: int) -> int:
    """Return the requested amount: absolute, or relative to the limit."""
    if isinstance(wish, int):
        return wish
    return limit + 1 if wish == "one more" else max(1, limit // PART[wish])


class Books(RuleBasedStateMachine):
    """Random walks over the ledger and the model in parallel."""

    stage: ClassVar[Stage]
    steps: ClassVar[int] = 0
    seen: ClassVar[dict[str, int]] = {}

    def __init__(self) -> None:
        super().__init__()
        self.stage.restore()
        self.model = Model({key: Purse(code) for key, code in self.stage.lines.items()})
        self.waiting: list[Bundle] = []
        self.approved: list[Bundle] = []
        self.turned_down: list[Bundle] = []
        self.keys = 0
        self.since = 0

    # How a step runs.

    def act(self, does_fit: bool, use_case: Callable[[], Any]) -> Any:
        """Run a use case; it must be refused if and only if the model refuses it."""
        name = use_case.__qualname__.split(".")[1].strip("_")
        result, refusal = None, None
        try:
            with transaction():
                result = use_case()
        except Refusal as raised:
            refusal = raised
        assert does_fit == (refusal is None), f"{name}: {f'refused with {refusal!r}' if refusal else 'went through'}"
        Books.count(f"{name} refused" if refusal else name)
        return result

    @classmethod
    def count(cls, name: str) -> None:
        cls.seen[name] = cls.seen.get(name, 0) + 1

    def propose(self, does_fit: bool, parts: list[Part], use_case: Callable[[], LedgerEntry]) -> None:
        """Propose; repeating the key must return the same entry."""
        entry = self.act(does_fit, use_case)
        if entry is None:
            return
        key = entry.id
        with transaction():
            assert use_case().id == key
        made = bundle_of(entries.entry_by_key(key))
        assert [(part.kind, part.line, part.amount) for part in parts] == [
            (one.kind.value, one.line_id, one.amount) for one in made
        ]
        for part, one in zip(parts, made, strict=True):
            part.held = one.commitment_id
        self.waiting.append(Bundle(key, parts))

    def proposal(self, pence: int) -> proposals.Proposal:
        self.keys += 1
        return proposals.Proposal(pence, "a purpose", f"step-{self.keys}")

    @property
    def today(self) -> dt.date:
        """Advance some months in a walk, so that some payments are made before their commitment is approved."""
        return TODAY + dt.timedelta(5 * self.keys)

    def line(self, pick: int) -> BudgetLine:
        return rows.line_by_key(sorted(self.model.purses)[pick % len(self.model.purses)])

    def commitment(self, pick: int) -> Commitment:
        """Choose a commitment, mostly one that holds money."""
        held = [key for key, one in sorted(self.model.helds.items()) if one.committed or not pick % 7]
        held = held or sorted(self.model.helds)
        return entries.commitment_by_key(held[pick % len(held)])

    def funded(self, pick: int) -> BudgetLine:
        """Choose a line, mostly one that has money."""
        lines = [key for key, one in sorted(self.model.purses.items()) if one.available or not pick % 7]
        return rows.line_by_key(lines[pick % len(lines)]) if lines else self.line(pick)

    # Proposing.

    @initialize(first=st.integers(50_000_00, 100_000_00), second=st.integers(1, 100_000_00))
    def begin(self, first: int, second: int) -> None:
        """Allocate money first, as most walks need it."""
        for pick, pence in enumerate((first, second, first, second)):
            self.allocate(pick, pence)
            if self.waiting:
                self.approve_newest()

    @rule(pick=PICK, wish=WISH)
    def allocate(self, pick: int, wish: int | str) -> None:
        line = self.line(pick)
        left = self.model.unallocated(self.model.purses[line.id].programme)
        proposal = self.proposal(amount(wish, left))
        part = Part("allocate", line.id, proposal.amount)
        self.propose(
            proposal.amount <= left, [part], lambda: proposals.propose_allocation(line, proposal, self.stage.uk)
        )

    @rule(pick=PICK, wish=WISH)
    def give_back(self, pick: int, wish: int | str) -> None:
        line = self.line(pick)
        left = self.model.purses[line.id].available
        proposal = self.proposal(amount(wish, left))
        part = Part("deallocate", line.id, proposal.amount)
        self.propose(proposal.amount <= left, [part], lambda: proposals.propose_return(line, proposal, self.stage.uk))

    @rule(pick=PICK, other=PICK, wish=WISH)
    def transfer(self, pick: int, other: int, wish: int | str) -> None:
        source, target = self.funded(pick), self.line(other)
        purses = self.model.purses
        left = purses[source.id].available
        proposal = self.proposal(amount(wish, left))
        may = source.id != target.id and purses[source.id].programme == purses[target.id].programme
        parts = [Part("deallocate", source.id, proposal.amount), Part("allocate", target.id, proposal.amount)]
        self.propose(
            may and proposal.amount <= left,
            parts,
            lambda: proposals.propose_transfer(source, target, proposal, self.stage.uk),
        )

    @rule(picks=st.lists(PICK, min_size=1, max_size=2), wish=WISH, at_once=st.booleans())
    def commit(self, picks: list[int], wish: int | str, at_once: bool) -> None:
        lines = list({line.id: line for line in map(self.funded, picks)}.values())
        left = [self.model.purses[line.id].available for line in lines]
        wanted = [proposals.Reservation(line, amount(wish, most)) for line, most in zip(lines, left, strict=True)]
        proposal = self.proposal(sum(one.amount for one in wanted))
        parts = [Part("commit", one.line.id, one.amount) for one in wanted]
        self.propose(
            all(one.amount <= most for one, most in zip(wanted, left, strict=True)),
            parts,
            lambda: proposals.propose_commitments(wanted, proposal, EXPECTED_ON, self.stage.uk),
        )
        self._hold()
        if at_once and self.waiting:
            self.approve_newest()

    def _hold(self, cohort: int | None = None) -> None:
        """Add the new commitments to the model."""
        for bundle in self.waiting[-1:]:
            for part in bundle.parts:
                if part.held is not None:
                    self.model.helds.setdefault(part.held, Held(part.line, cohort))

    @precondition(lambda self: self.model.helds)
    @rule(pick=PICK, wish=WISH)
    def top_up(self, pick: int, wish: int | str) -> None:
        commitment = self.commitment(pick)
        held = self.model.helds[commitment.id]
        left = self.model.purses[held.line].available
        proposal = self.proposal(amount(wish, left))
        may = not held.is_closed and bool(held.committed or held.spent)
        part = Part("commit", held.line, proposal.amount)
        self.propose(
            may and proposal.amount <= left,
            [part],
            lambda: proposals.propose_top_up(commitment, proposal, self.stage.uk),
        )

    @precondition(lambda self: self.model.helds)
    @rule(pick=PICK, wish=WISH)
    def release(self, pick: int, wish: int | str) -> None:
        commitment = self.commitment(pick)
        held = self.model.helds[commitment.id]
        proposal = self.proposal(amount(wish, held.committed))
        part = Part("release", held.line, proposal.amount)
        self.propose(
            not held.is_closed and proposal.amount <= held.committed,
            [part],
            lambda: proposals.propose_release(commitment, proposal, self.stage.uk),
        )

    @precondition(lambda self: self.model.helds)
    @rule(pick=PICK, day=st.dates(dt.date(2024, 10, 1), dt.date(2030, 5, 1)))
    def reschedule(self, pick: int, day: dt.date) -> None:
        commitment = self.commitment(pick)
        is_within = FIRST_DAY <= day <= LAST_DAY
        shown = str(commitment.expected_on)
        self.act(
            is_within and self.model.helds[commitment.id].committed > 0,
            lambda: ledger.reschedule(commitment, day, shown, self.stage.uk),
        )

    @precondition(lambda self: self.model.helds)
    @rule(currency=st.sampled_from(list(Currency)), wishes=LINES, at_once=st.booleans(), ago=DAYS_AGO)
    def claim(self, currency: Currency, wishes: list[tuple[int, int | str, bool]], at_once: bool, ago: int) -> None:
        lines, parts, does_fit = [], [], True
        taken: dict[int, int] = {}
        closed: set[int] = set()
        total = 0
        first = self.commitment(wishes[0][0])
        for pick, wish, closes in wishes:
            commitment = self.commitment(pick)
            if commitment.programme_id != first.programme_id and pick % 5:
                commitment = first
            held = self.model.helds[commitment.id]
            pounds = amount(wish, held.committed // len(wishes))
            original = max(1, pounds * RATES[currency] * 10 ** DIGITS[currency] // (100 * 1_000_000))
            lines.append(claims.ClaimLine(commitment, original, closes))
            share = in_pence(total + original, currency) - in_pence(total, currency)
            total += original
            taken[commitment.id] = taken.get(commitment.id, 0) + share
            does_fit = does_fit and share > 0 and not held.is_closed and taken[commitment.id] <= held.committed
            does_fit = does_fit and commitment.id not in closed
            if closes:
                closed.add(commitment.id)
            parts.append(Part("pay", held.line, share, closes=closes))
        same = len({self.model.purses[part.line].programme for part in parts}) == 1
        paid_on = self.today - dt.timedelta(ago) if currency is Currency.GBP else TODAY
        payment = claims.Payment("A supplier", False, paid_on, currency, is_another=True)
        key = self.proposal(0).key
        self.propose(
            does_fit and same,
            parts,
            lambda: entries.first_of_claim(
                claims.propose(payment, lines, "a purpose", key, self.stage.uk, self.today).id
            ),
        )
        if at_once and self.waiting:
            self.approve_newest()

    @precondition(lambda self: self.approved and self.keys % 4 == 0)  # else all money would soon be returned
    @rule(pick=PICK)
    def reverse(self, pick: int) -> None:
        undone = self.approved[pick % len(self.approved)]
        entry = entries.entry_by_key(undone.entry)
        key = self.proposal(0).key
        parts = [Part("reverse", part.line, part.left, undoes=part) for part in reversed(undone.parts)]
        self.propose(
            all(map(self.model.may_undo, undone.parts)),
            parts,
            lambda: proposals.propose_reversal(entry, "a mistake", key, self.stage.uk),
        )

    @precondition(lambda self: any(bundle.parts[0].kind == "pay" for bundle in self.approved))
    @rule(pick=PICK, wish=st.one_of(WISH, st.just("a third")), at_once=st.booleans())
    def come_back(self, pick: int, wish: int | str, at_once: bool) -> None:
        """Part of a payment in pounds comes back; more or all of it does not."""
        paid = [bundle for bundle in self.approved if bundle.parts[0].kind == "pay"]
        bundle = paid[pick % len(paid)]
        place = pick // 7 % len(bundle.parts)
        part, entry = bundle.parts[place], bundle_of(entries.entry_by_key(bundle.entry))[place]
        if entry.original != entry.amount:
            return
        pence = amount(wish, part.left)
        back, key = proposals.CameBack(pence, self.today), self.proposal(0).key
        self.propose(
            self.model.may_come_back(part, pence),
            [Part("refund", part.line, pence, of=part)],
            lambda: proposals.propose_refund(entry, back, "a credit note", key, self.stage.uk, self.today),
        )
        if at_once and self.waiting:
            self.approve_newest()

    # Deciding.

    def _approve(self, bundle: Bundle) -> None:
        entry = entries.entry_by_key(bundle.entry)
        does_fit = self.model.approve(bundle)
        done = self.act(does_fit, lambda: approvals.approve(entry, self.stage.approver, self.today) or True)
        if done:
            self.waiting.remove(bundle)
            self.approved.append(bundle)
            Books.count(f"approve {bundle.parts[0].kind}")
            self._step_cohort(bundle, "open")

    def _step_cohort(self, bundle: Bundle, state: str) -> None:
        held = bundle.parts[0].held
        cohort = self.model.helds[held].cohort if bundle.parts[0].kind == "commit" and held is not None else None
        if cohort is not None and self.model.cohorts[cohort] == "awaiting_approval":
            self.model.cohorts[cohort] = state

    @precondition(lambda self: self.waiting)
    @rule()
    def approve_newest(self) -> None:
        self._approve(self.waiting[-1])

    @precondition(lambda self: self.waiting)
    @rule(pick=PICK)
    def approve_any(self, pick: int) -> None:
        self._approve(self.waiting[pick % len(self.waiting)])

    @precondition(lambda self: self.waiting)
    @rule()
    def approve_all(self) -> None:
        for bundle in list(self.waiting):
            self._approve(bundle)

    @precondition(lambda self: self.approved or self.turned_down)
    @rule(pick=PICK)
    def decide_again(self, pick: int) -> None:
        decided = self.approved + self.turned_down
        entry = entries.entry_by_key(decided[pick % len(decided)].entry)
        for use_case in (
            lambda: approvals.approve(entry, self.stage.approver, TODAY),
            lambda: approvals.refuse(entry, "again", self.stage.approver),
            lambda: approvals.withdraw(entry, "again", self.stage.uk),
        ):
            with pytest.raises(AlreadyDecided), transaction():
                use_case()

    @precondition(lambda self: self.waiting)
    @rule(pick=PICK)
    def decide_wrongly(self, pick: int) -> None:
        entry = entries.entry_by_key(self.waiting[pick % len(self.waiting)].entry)
        with pytest.raises(OwnProposal), transaction():
            approvals.approve(entry, self.stage.uk, TODAY)
        with pytest.raises(NotOwnProposal), transaction():
            approvals.withdraw(entry, "not mine", self.stage.approver)

    @precondition(lambda self: self.waiting)
    @rule(pick=PICK, is_own=st.booleans())
    def turn_down(self, pick: int, is_own: bool) -> None:
        bundle = self.waiting.pop(pick % len(self.waiting))
        entry = entries.entry_by_key(bundle.entry)
        with transaction():
            if is_own:
                approvals.withdraw(entry, "a reason", self.stage.uk)
            else:
                approvals.refuse(entry, "a reason", self.stage.approver)
        self.turned_down.append(bundle)
        self._step_cohort(bundle, "draft")

    # Cohorts.

    @rule(picks=st.lists(PICK, min_size=1, max_size=2), wish=WISH, at_once=st.booleans())
    def draft_cohort(self, picks: list[int], wish: int | str, at_once: bool) -> None:
        lines = list({line.id: line for line in map(self.funded, picks)}.values())
        lines = [line for line in lines if line.programme_id == lines[0].programme_id]
        costs = [
            cohorts.PlannedCost(category, line, amount(wish, self.model.purses[line.id].available))
            for category, line in zip(LineCategory, lines, strict=False)
        ]
        with transaction() as session:
            plan = cohorts.CohortPlan(
                course=session.scalars(select(Course)).first(),
                programme=rows.programme_by_key(lines[0].programme_id),
                venue=session.scalars(select(Venue)).first(),
                host=session.scalars(select(Organisation)).first(),
                invited=(),
                trainers=(),
                starts_on=TODAY,
                ends_on=TODAY,
                capacity=10,
            )
            cohort = cohorts.draft(plan, self.stage.uk)
            cohorts.plan_costs(cohort, costs, self.stage.uk)
        self.model.cohorts[cohort.id] = "draft"
        if at_once:
            self._ask(cohort.id)
            if self.waiting:
                self.approve_newest()

    def cohort(self, pick: int) -> int:
        return sorted(self.model.cohorts)[pick % len(self.model.cohorts)]

    @precondition(lambda self: self.model.cohorts)
    @rule(pick=PICK)
    def ask_to_open(self, pick: int) -> None:
        self._ask(self.cohort(pick))

    def _ask(self, key: int) -> None:
        cohort = cohort_rows.cohort_by_key(key)
        parts = [Part("commit", cost.line_id, cost.amount) for cost in cohort_rows.costs_of(key)]
        fits = all(part.amount <= self.model.purses[part.line].available for part in parts)
        is_draft = self.model.cohorts[key] == "draft"
        idempotency_key = self.proposal(0).key
        self.propose(
            is_draft and fits,
            parts,
            lambda: opening.ask_to_open(cohort, idempotency_key, self.stage.uk, TODAY),
        )
        if is_draft and fits:
            self.model.cohorts[key] = "awaiting_approval"
            self._hold(key)

    @precondition(lambda self: self.model.cohorts)
    @rule(pick=PICK)
    def cancel_cohort(self, pick: int) -> None:
        key = self.cohort(pick)
        cohort = cohort_rows.cohort_by_key(key)
        idempotency_key = self.proposal(0).key
        may = self.model.cohorts[key] in ("draft", "open")
        self.act(may, lambda: cohorts.cancel(cohort, idempotency_key, self.stage.uk) or True)
        if not may:
            return
        self.model.cohorts[key] = "cancelled"
        for held_key, held in sorted(self.model.helds.items()):
            if held.cohort == key and held.committed:
                entry = entries.oldest(entries.of_commitment(held_key), self.stage.uk)[-1].entry
                assert (entry.kind, entry.amount) == (EntryKind.RELEASE, held.committed)
                self.waiting.append(Bundle(entry.id, [Part("release", held.line, held.committed, held_key)]))

    # What must hold after each step.

    @invariant()
    def the_books_say_what_the_model_says(self) -> None:
        Books.steps += 1
        self.since += 1
        db.session.rollback()
        for line in _all(BudgetLine):
            purse = self.model.purses[line.id]
            assert (line.allocated, line.committed, line.spent) == (purse.allocated, purse.committed, purse.spent)
        for commitment in _all(Commitment):
            held = self.model.helds[commitment.id]
            assert (commitment.committed, commitment.spent, commitment.is_closed) == (
                held.committed,
                held.spent,
                held.is_closed,
            )
        for programme in _all(Programme):
            purses = [purse for purse in self.model.purses.values() if purse.programme == programme.code]
            assert programme.allocated == sum(purse.allocated for purse in purses) <= CEILINGS[programme.code]
            assert programme.committed == sum(purse.committed for purse in purses)
            assert programme.spent == sum(purse.spent for purse in purses)
        db.session.rollback()
        if self.since % PROVE_EVERY == 0:
            assert ledger_check.discrepancies() == []

    def teardown(self) -> None:
        db.session.rollback()
        states = {cohort.id: cohort.state.value for cohort in map(cohort_rows.cohort_by_key, self.model.cohorts)}
        assert states == self.model.cohorts
        assert db.session.scalar(unscoped(select(func.count(LedgerEntry.id)), because="a test"))
        assert ledger_check.discrepancies() == []


def _all(model: Any) -> Any:
    return db.session.scalars(unscoped(select(model), because="a test"))


def test_ledger_agrees_with_the_model_on_random_walks(stage: Stage) -> None:
    Books.steps, Books.seen = 0, {}
    run_state_machine_as_test(Books)
    for name, times in sorted(Books.seen.items()):
        print(f"{times:>6} {name}")  # noqa: T201 - what a deep walk saw, with -s
    print(f"{Books.steps:>6} steps")  # noqa: T201
    assert Books.steps > 1_000


# Planted faults.


def approve_twice(patch: pytest.MonkeyPatch) -> None:
    """Decided bundles can be approved again."""
    check, decide, post = decisions.check_decidable, ledger._decide, ledger._post

    def tolerant(bundle: LockedBundle, outcome: Any, by: Actor) -> None:
        check(replace(bundle, is_decided=False), outcome, by)

    def decide_once(decided: Sequence[LedgerEntry], outcome: Any, by: Actor, reason: str = "") -> None:
        if not decision_about(decided[0].id):
            decide(decided, outcome, by, reason)

    def post_once(posted: Sequence[decisions.Posting]) -> None:
        if posting_of(posted[0].entry.id) is None:
            post(posted)

    patch.setattr(decisions, "check_decidable", tolerant)
    patch.setattr(ledger, "_decide", decide_once)
    patch.setattr(ledger, "_post", post_once)


def pass_the_ceiling(patch: pytest.MonkeyPatch) -> None:
    """Balances move without limits; the table constraints are off too."""

    def moving(model: Any, key: int, by: decisions.Movement) -> Update:
        balances = {name: getattr(model, name) + getattr(by, name) for name in ("allocated", "committed", "spent")}
        return update(model).where(model.id == key).values(**balances)

    patch.setattr(ledger, "_moving", moving)
    _raw().execute("PRAGMA ignore_check_constraints=ON")


def forget_expected(patch: pytest.MonkeyPatch) -> None:
    """A release does not reduce the expected amount."""
    add = ledger._add_to_months

    def forgetful(changes: Mapping[decisions.LineAndMonth, decisions.MonthlyChange]) -> None:
        add({place: replace(change, expected=max(0, change.expected)) for place, change in changes.items()})

    patch.setattr(ledger, "_add_to_months", forgetful)


def reverse_twice(patch: pytest.MonkeyPatch) -> None:
    """A reversal undoes double the amount."""
    undo = decisions.Movement.reversed

    def double(self: decisions.Movement) -> decisions.Movement:
        by = undo(self)
        return replace(by, allocated=2 * by.allocated, committed=2 * by.committed, spent=2 * by.spent)

    patch.setattr(decisions.Movement, "reversed", double)


def free_too_early(patch: pytest.MonkeyPatch) -> None:
    """A payment before its commitment was approved leaves it in the month of the payment."""
    patch.setattr(decisions, "_held_since", lambda *_: dt.date.min)


Step = Callable[[Books], None]


def fund(books: Books) -> None:
    books.begin(50_000_00, 50_000_00)


def reserve(books: Books) -> None:
    books.commit([0], 1_000_00, at_once=True)


def pay_back(books: Books) -> None:
    books.claim(Currency.GBP, [(0, "a third", False)], at_once=True, ago=0)
    books.come_back(0, "a third", at_once=True)


PLANTED: list[tuple[Callable[[pytest.MonkeyPatch], None], str, list[Step]]] = [
    (approve_twice, "its entries say", [fund, lambda books: books.decide_again(0)]),
    (
        pass_the_ceiling,
        "went through|beyond its limit",
        [fund, lambda books: books.allocate(0, "all"), lambda books: books.allocate(1, "all"), Books.approve_all],
    ),
    (forget_expected, "expected", [fund, reserve, lambda books: books.release(0, "all"), Books.approve_newest]),
    (
        free_too_early,
        "less than nothing",
        [fund, reserve, lambda books: books.claim(Currency.GBP, [(0, "all", False)], at_once=True, ago=100)],
    ),
    (
        reverse_twice,
        "refused with|went through|^assert",
        [fund, lambda books: books.reverse(0), Books.approve_newest],
    ),
    (reverse_twice, "refused with|^assert", [fund, reserve, pay_back]),
]
"""Each fault, how it shows, and a short walk on which it does."""


def walk(steps: list[Step]) -> None:
    """Run known steps as hypothesis would."""
    books = Books()
    try:
        for step in steps:
            step(books)
            books.the_books_say_what_the_model_says()
    finally:
        books.teardown()


@pytest.mark.parametrize(("plant", "how_it_shows", "steps"), PLANTED)
def test_planted_fault_is_detected_by_a_known_walk(
    stage: Stage,
    monkeypatch: pytest.MonkeyPatch,
    plant: Callable[[pytest.MonkeyPatch], None],
    how_it_shows: str,
    steps: list[Step],
) -> None:
    walk(steps)
    plant(monkeypatch)
    with pytest.raises((AssertionError, pytest.fail.Exception), match=how_it_shows):
        walk(steps)


if IS_DEEP:

    @pytest.mark.parametrize(("plant", "how_it_shows"), [planted[:2] for planted in PLANTED])
    def test_planted_fault_is_detected_by_random_walks(
        stage: Stage, monkeypatch: pytest.MonkeyPatch, plant: Callable[[pytest.MonkeyPatch], None], how_it_shows: str
    ) -> None:
        plant(monkeypatch)
        with pytest.raises((AssertionError, pytest.fail.Exception), match=how_it_shows):
            run_state_machine_as_test(Books, settings=settings(settings(), max_examples=400))
