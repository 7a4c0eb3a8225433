"""A request sent a hundred times concurrently acts once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

from flask import Flask
from sqlalchemy import func, select

from tests.support.visitor import Visitor
from tests.support.world import TODAY, World, form_token
from training.domain.common.refusals import Refusal
from training.domain.courses.refusals import CohortNotDraft
from training.domain.finance import claims, programmes, proposals
from training.domain.finance.refusals import AlreadyDecided
from training.domain.oversight import approvals, opening
from training.kit.db import db, transaction
from training.models.finance.claims import Claim
from training.models.finance.ledger import Commitment, EntryDecision, LedgerEntry
from training.models.finance.programmes import BudgetLine, LineCategory
from training.models.people.people import Person
from training.policy.scopes import unscoped
from training.queries.courses import cohorts as cohort_rows
from training.queries.finance import claims as claim_rows
from training.queries.finance import entries
from training.queries.finance import programmes as rows

TIMES = 100
Answer = TypeVar("Answer")


def _at_once(act: Callable[[], Answer], times: int = TIMES) -> list[Answer]:
    start = Barrier(times)

    def one(_number: int) -> Answer:
        start.wait(timeout=60)
        return act()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(one, range(times)))


def _in_transactions(app: Flask, use_case: Callable[[], LedgerEntry | Claim | None]) -> list[object]:
    """Run the same use case in a hundred concurrent transactions; return each record or refusal."""

    def act() -> object:
        with app.app_context():
            try:
                with transaction():
                    made = use_case()
                    return made.public_id if made else None
            except Refusal as refusal:
                return type(refusal)

    return _at_once(act)


def _number_of(model: type) -> int:
    db.session.rollback()
    return db.session.scalar(unscoped(select(func.count(model.id)), because="a test")) or 0  # type: ignore[attr-defined]


def test_concurrent_requests_propose_one_line(app: Flask) -> None:
    with app.app_context():
        world = World(app)
        project, by, proposal = world.project().id, world.actor("uk"), world.proposal(500_00)
        new = programmes.NewLine(programmes.Title("A line"), LineCategory.TRAINERS, TODAY, TODAY)
        got = _in_transactions(app, lambda: programmes.propose_line(rows.project_by_key(project), new, proposal, by))
        assert len(set(got)) == 1
        assert (_number_of(BudgetLine), _number_of(LedgerEntry)) == (1, 1)


def test_concurrent_requests_propose_commitments_once(app: Flask) -> None:
    with app.app_context():
        world = World(app)
        lines = [world.line(500_00).id for _ in range(2)]
        by, proposal, before = world.actor("uk"), world.proposal(20_00), _number_of(LedgerEntry)

        def propose() -> LedgerEntry:
            wanted = [proposals.Reservation(rows.line_by_key(key), 10_00) for key in lines]
            return proposals.propose_commitments(wanted, proposal, TODAY, by)

        assert len(set(_in_transactions(app, propose))) == 1
        assert (_number_of(Commitment), _number_of(LedgerEntry)) == (2, before + 2)


def test_concurrent_requests_propose_one_claim_with_its_file(app: Flask) -> None:
    with app.app_context():
        world = World(app)
        held = [world.commitment(world.line(500_00), 400_00).id for _ in range(2)]
        by, key, before, uploaded = world.actor("uk"), world.key(), _number_of(LedgerEntry), world.evidence().public_id

        def propose() -> Claim:
            parts = [claims.ClaimLine(entries.commitment_by_key(one), 10_00) for one in held]
            evidence = claim_rows.own_upload(uploaded, by)
            payment = claims.Payment("A supplier", False, TODAY, evidence=evidence)
            return claims.propose(payment, parts, "a purpose", key, by, TODAY)

        assert len(set(_in_transactions(app, propose))) == 1
        assert (_number_of(Claim), _number_of(LedgerEntry)) == (1, before + 2)
        assert db.session.scalars(unscoped(select(Claim), because="a test")).one().evidence_id is not None


def test_concurrent_requests_submit_a_cohort_once(app: Flask) -> None:
    with app.app_context():
        world = World(app)
        world.covered()
        cohort, by, key = world.draft().id, world.actor("uk"), world.key()
        got = _in_transactions(app, lambda: opening.ask_to_open(cohort_rows.cohort_by_key(cohort), key, by, TODAY))
        assert len(set(got) - {CohortNotDraft}) == 1
        assert _number_of(Commitment) == 1


def test_concurrent_requests_approve_an_entry_once(app: Flask) -> None:
    with app.app_context():
        world = World(app)
        entry, by = world.proposed_line(500_00).id, world.actor("approver")
        got = _in_transactions(app, lambda: approvals.approve(entries.entry_by_key(entry), by, TODAY))
        assert sorted(map(str, got)) == sorted(map(str, [None] + [AlreadyDecided] * (TIMES - 1)))
        assert _number_of(EntryDecision) == 1
        assert world.programme().allocated == 500_00


def test_form_sent_a_hundred_times_makes_one_claim(
    app: Flask, database_url: str, live_server: Callable[..., str]
) -> None:
    """Two processes of four threads serve the hundred: each leads to the page of the one claim."""
    with app.app_context():
        world = World(app)
        commitment = world.commitment(world.line(500_00), 400_00)
        form = {
            "payee": "A supplier",
            "purpose": "a purpose",
            "paid_on-day": "24",
            "paid_on-month": "11",
            "paid_on-year": "2026",
            "currency": "GBP",
            "commitment_1": commitment.public_id,
            "amount_1": "10",
            "evidence": world.evidence().public_id,
            "key": "one-key",
        }
        address = f"/programmes/{world.programme().public_id}/claims/new"
    files = str(app.config["SETTINGS"].evidence_folder)
    visitor = Visitor(live_server(database_url, EVIDENCE_FOLDER=files), "uk")
    sent = visitor.with_token(address, form.items())
    answers = set(_at_once(lambda: visitor.sent(address, sent)))
    assert len(answers) == 1
    assert answers.pop()[0] == 302
    with app.app_context():
        assert _number_of(Claim) == 1


def test_form_sent_twenty_times_registers_one_person(app: Flask) -> None:
    """Each of the twenty, sent at once, leads to the page of the person."""
    with app.app_context():
        world = World(app)
        form = {"organisation": world.organisations["iraq"].public_id, "name_latin": "Ahmed Kadhim", "key": "one-key"}
        before = _number_of(Person)
    browser = world.sign_in(app.test_client(), "iraq")
    form["csrf_token"] = form_token(browser, "/people/new")
    cookie = browser.get_cookie("session")
    assert cookie

    def send() -> tuple[int, str]:
        other = app.test_client()
        other.set_cookie("session", cookie.value)
        answer = other.post("/people/new", data=form)
        return answer.status_code, answer.location

    answers = set(_at_once(send, 20))
    assert len(answers) == 1
    assert answers.pop()[0] == 302
    with app.app_context():
        assert _number_of(Person) == before + 1
