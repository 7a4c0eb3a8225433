"""The approver's inbox: bulk decisions, own proposals, two approvers, and proposals that no longer fit."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from threading import Barrier

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from tests.domain.finance.test_spend_uploads import PUBLISHED, PUBLISHED_PENCE, Office
from tests.support.ledger import bundle_of, claim_of, decision_about
from tests.support.world import TODAY, World, form_token, post
from tests.web.browsing import Elsewhere
from training.domain.finance import claims, proposals, rates
from training.domain.identity import accounts
from training.domain.oversight import approvals
from training.kit.db import db, transaction
from training.kit.money import Currency
from training.models.finance.ledger import Commitment, EntryDecision, LedgerEntry, Outcome
from training.models.finance.programmes import BudgetLine
from training.models.finance.spend_uploads import SpendBatch
from training.models.identity.accounts import Role
from training.policy.scopes import unscoped
from training.queries.finance import entries, inbox
from training.queries.finance import programmes as rows
from training.queries.finance import spend_uploads as import_rows
from training.queries.identity import accounts as account_rows

INBOX = "/approvals"


@pytest.fixture
def world(app: Flask) -> Iterator[World]:
    app.test_client_class = Elsewhere
    with app.app_context():
        yield World(app)


def approver(world: World, name: str = "approver") -> FlaskClient:
    return world.sign_in(world.app.test_client(), name)


def send(client: FlaskClient, decision: str, *names: str, reason: str = "") -> str:
    form: dict[str, object] = {"chosen": list(names), "decision": decision, "reason": reason}
    answer = post(client, INBOX, form)
    assert answer.status_code == 200, answer.text
    return answer.text


def outcome(entry: LedgerEntry) -> Outcome | None:
    db.session.rollback()
    decision = decision_about(entry.id)
    return decision.outcome if decision else None


def box(page: str, entry: LedgerEntry) -> str:
    """Return the checkbox of a proposal on the page."""
    found: str = page.split(f'id="chosen-{entry.bundle}"', 1)[1].split(">", 1)[0]
    return found


def moved(line: BudgetLine) -> int:
    db.session.rollback()
    return rows.line_by_key(line.id).allocated


def transfer(world: World, pence: int) -> LedgerEntry:
    source, target = world.line(500_00), world.line(100_00)
    with transaction():
        return proposals.propose_transfer(source, target, world.proposal(pence, "the reason why"), world.actor("uk"))


def test_inbox_shows_the_effects_of_approval(world: World) -> None:
    moving = transfer(world, 200_00)
    payment = world.payment(world.commitment(world.line(1_000_00), 400_00), 150_00, evidence=world.evidence())
    sha256 = claim_of(payment).evidence_sha256
    page = approver(world).get(INBOX).text
    assert page.count('name="chosen"') == 2, "one box for the two halves"
    proposal, paying = page.split("<section")[1:]
    assert moving.bundle in proposal
    for shown in ("Transfer, <bdi", "the reason why", "£500.00", "£300.00", "£100.00"):
        assert shown in proposal
    for shown in ("Payment, <bdi", "£400.00", "£250.00", "£600.00", sha256[:12], "/evidence/", "/claims/"):
        assert shown in paying
    assert sha256 not in page


def test_several_proposals_are_approved_together(world: World) -> None:
    chosen = [world.proposed_line(100_00) for _ in range(2)]
    left = world.proposed_line(100_00)
    page = send(approver(world), "approved", *(entry.bundle for entry in chosen))
    assert [outcome(entry) for entry in (*chosen, left)] == [Outcome.APPROVED, Outcome.APPROVED, None]
    assert page.count("Approved</strong>") == 2
    assert page.count('name="chosen"') == 1


def test_several_proposals_are_refused_with_one_reason(world: World) -> None:
    chosen = [world.proposed_line(100_00), transfer(world, 50_00)]
    send(approver(world), "refused", *(entry.bundle for entry in chosen), reason="Not this year")
    db.session.rollback()
    reasons = db.session.scalars(unscoped(select(EntryDecision.reason), because="a test")).all()
    assert reasons.count("Not this year") == 3, "the transfer has two halves"


def test_proposal_that_no_longer_fits_does_not_block_the_rest(world: World) -> None:
    line = world.line(100_00)
    first, second = world.proposed_commitment(line, 60_00), world.proposed_commitment(line, 60_00)
    third = world.proposed_line(1_00)
    page = send(approver(world), "approved", first.bundle, second.bundle, third.bundle)
    assert [outcome(entry) for entry in (first, second, third)] == [Outcome.APPROVED, None, Outcome.APPROVED]
    assert "The line has £40.00 available" in page
    assert " checked" in box(page, second), "its tick stays"
    assert "No longer within the budget" in page


def test_own_proposal_is_listed_but_cannot_be_decided(world: World) -> None:
    line = world.line(500_00)
    with transaction():
        user = account_rows.user_named("approver")
        assert user is not None
        accounts.grant(user, Role.UK_COORDINATOR, by=None)
        own = proposals.propose_return(line, world.proposal(1_00), world.actor("approver"))
    other = world.proposed_line(100_00)
    client = approver(world)
    page = client.get(INBOX).text
    assert " disabled" in box(page, own)
    assert " disabled" not in box(page, other)
    for decision in ("approved", "refused"):
        page = send(client, decision, own.bundle, reason="mine")
        assert "You proposed this yourself" in page.split("<section")[0]
        assert outcome(own) is None
    page = approver(world, "approver.2").get(INBOX).text
    assert " disabled" not in box(page, own)


def test_decided_and_unknown_proposals_are_reported(world: World) -> None:
    decided, fresh = world.proposed_line(100_00), world.proposed_line(100_00)
    world.approve(decided, by="approver.2")
    page = send(approver(world), "approved", decided.bundle, "nosuchthing1", fresh.bundle)
    assert "This was decided already" in page
    assert "There is no such proposal" in page
    assert outcome(fresh) is Outcome.APPROVED


@pytest.mark.parametrize(
    ("decision", "is_chosen", "reason", "message"),
    [
        ("approved", False, "", "Choose at least one proposal"),
        ("refused", False, "a reason", "Choose at least one proposal"),
        ("refused", True, "", "Fill in: Reason"),
        ("refused", True, "x" * 301, "Use 300 characters or fewer"),
        ("", True, "a reason", "Say whether you approve or refuse"),
        ("withdrawn", True, "a reason", "Choose one of the answers in the list"),
    ],
)
def test_missing_input_is_reported_and_the_rest_kept(
    world: World, decision: str, is_chosen: bool, reason: str, message: str
) -> None:
    entry = world.proposed_line(100_00)
    page = send(approver(world), decision, *([entry.bundle] if is_chosen else []), reason=reason)
    assert message in page
    assert outcome(entry) is None
    assert (" checked" in box(page, entry)) is is_chosen
    assert reason in page


def test_concurrent_approvers_decide_each_proposal_once(world: World) -> None:
    names = [world.proposed_line(1_00).bundle for _ in range(4)] + [transfer(world, 50_00).bundle]
    before = _decisions()
    clients = [approver(world, "approver"), approver(world, "approver.2")]
    tokens = [form_token(client, INBOX) for client in clients]
    start = Barrier(len(clients))

    def decide(number: int) -> str:
        form = {
            "chosen": names,
            "decision": ("approved", "refused")[number],
            "reason": "no",
            "csrf_token": tokens[number],
        }
        start.wait(timeout=30)
        return clients[number].post(INBOX, data=form).text

    with ThreadPoolExecutor(len(clients)) as pool:
        pages = list(pool.map(decide, range(len(clients))))
    assert _decisions() == before + 6, "one for each entry"
    told = [page.count("This was decided already") for page in pages]
    done = [pages[0].count("Approved</strong>"), pages[1].count("Refused</strong>")]
    assert sum(told) == sum(done) == 5
    assert [a + b for a, b in zip(told, done, strict=True)] == [5, 5]


def _decisions() -> int:
    db.session.rollback()
    return db.session.scalar(unscoped(select(func.count(EntryDecision.id)), because="a test")) or 0


def test_inbox_is_paged(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox, "BUNDLES_ON_PAGE", 2)
    line = world.line(500_00)
    waiting = [transfer(world, 1_00)] + [world.proposed_commitment(line, 1_00) for _ in range(3)]
    client = approver(world)
    first = client.get(INBOX).text
    address = first.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0]
    second = client.get(address).text
    for page, shown in ((first, waiting[:2]), (second, waiting[2:])):
        assert [entry.bundle for entry in waiting if f'value="{entry.bundle}"' in page] == [e.bundle for e in shown]
    form: dict[str, object] = {"chosen": [entry.bundle for entry in waiting[2:]], "decision": "approved"}
    answer = post(client, address, form)
    assert f'value="{waiting[0].bundle}"' in answer.text, "an emptied page leads to the first"


def test_inbox_query_count_is_constant(
    world: World, statements: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    client = approver(world)
    counts = []
    for number in (1, 8):
        commitment = world.commitment(world.line(500_00), 400_00)
        for _ in range(number):
            world.payment(commitment, 1_00, evidence=None)
            transfer(world, 1_00)
        world.covered()
        world.asked(world.draft())
        with statements() as seen:
            assert client.get(INBOX).status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1]


# An entry's own page.


def test_proposer_withdraws_a_proposal(world: World) -> None:
    entry = transfer(world, 200_00)
    second = bundle_of(entry)[1]
    address = f"/entries/{second.public_id}"
    first_id = entry.public_id
    world.proposed_line(1_00)  # the inbox has a form only while there are proposals
    coordinator, other = approver(world, "uk"), approver(world, "uk.2")
    page = coordinator.get(address).text
    assert f"{address}/withdraw" in page
    assert "Decided together with" in page
    assert first_id in page
    assert f"{address}/withdraw" not in other.get(address).text, "only who proposed it"
    answer = post(other, f"{address}/withdraw", {"reason": "not mine"})
    assert "Only the person who proposed this can withdraw it" in answer.text
    assert post(coordinator, f"{address}/withdraw").status_code == 200, "a reason is asked for"
    assert outcome(entry) is None
    assert post(coordinator, f"{address}/withdraw", {"reason": "a slip"}).status_code == 302
    assert outcome(entry) is Outcome.WITHDRAWN
    page = coordinator.get(address).text
    assert "Withdrawn by proposer</strong>" in page
    assert f"{address}/withdraw" not in page
    assert "This was decided already" in send(approver(world), "refused", entry.bundle, reason="too late")


# Moving money between lines.


def test_transfer_and_return_are_proposed(world: World) -> None:
    source, target = world.line(500_00), world.line(100_00)
    elsewhere = world.line(1_00, world.project("KURDISTAN", "kri"))
    client = approver(world, "uk")
    page = client.get(f"/lines/{source.public_id}/transfer").text
    assert f'value="{target.public_id}"' in page
    for absent in (source, elsewhere):
        assert f'value="{absent.public_id}"' not in page
    form: dict[str, object] = {"amount": "500.01", "purpose": "a reason", "target": target.public_id}
    answer = post(client, f"/lines/{source.public_id}/transfer", form)
    assert "The line has £500.00 available" in answer.text
    assert 'value="500.01"' in answer.text
    for address, wrong in (("transfer", elsewhere.public_id), ("transfer", "")):
        answer = post(client, f"/lines/{source.public_id}/{address}", {**form, "amount": "1", "target": wrong})
        assert answer.status_code == 200
    for address in ("transfer", "return"):
        answer = post(client, f"/lines/{source.public_id}/{address}", {**form, "amount": "200"})
        assert answer.status_code == 302
    page = approver(world).get(INBOX).text
    names = [part.split('"', 1)[0] for part in page.split('name="chosen" type="checkbox" value="')[1:]]
    assert len(names) == 2
    send(approver(world), "approved", *names)
    assert (moved(source), moved(target)) == (100_00, 300_00)


def test_link_preselects_all_but_own_proposals(world: World) -> None:
    world.grant("approver", Role.UK_COORDINATOR)
    line = world.line(500_00)
    other = transfer(world, 1_00)
    with transaction():
        own = proposals.propose_return(line, world.proposal(1_00), world.actor("approver"))
    client = approver(world)
    assert " checked" not in box(client.get(INBOX).text, other)
    page = client.get(f"{INBOX}?ticked=all").text
    assert " checked" in box(page, other)
    assert " checked" not in box(page, own)


# Details and warnings of a claim.


def claimed(world: World, payment: claims.Payment, commitment: Commitment, pence: int = 5_00) -> LedgerEntry:
    with transaction():
        lines = [claims.ClaimLine(commitment, pence)]
        claim = claims.propose(payment, lines, "a purpose", world.key(), world.actor("uk"), TODAY)
        return entries.first_of_claim(claim.id)


def card(page: str, entry: LedgerEntry) -> str:
    """Return the card of a proposal in the inbox."""
    found: str = next(part for part in page.split("<section")[1:] if f'value="{entry.bundle}"' in part)
    return found


def test_card_shows_the_details_of_a_claim(world: World) -> None:
    commitment = world.commitment(world.line(5_000_00), 4_000_00)
    rate = claims.Rate(12_700, TODAY, "a slip of paper")
    payment = claims.Payment("Ahmed Hassan", True, TODAY, Currency.USD, rate, world.evidence())
    with transaction():
        published = rates.MonthlyRate(Currency.USD, TODAY, 1_270_000, "a list of rates")
        rates.enter(published, world.actor("uk"))
    entry = claimed(world, payment, commitment)
    shown = card(approver(world).get(INBOX).text, entry)
    for words in ("Ahmed Hassan", "24 November 2026", "USD 5.00", "£1 = USD 0.0127", "24 Nov 2026", "a slip of paper"):
        assert words in shown, words
    assert "Rate far from the table" in shown
    assert "£1 = USD 1.27" in shown
    assert "No evidence" not in shown


def test_rate_close_to_the_table_gives_no_warning(world: World) -> None:
    commitment = world.commitment(world.line(5_000_00), 4_000_00)
    near = claims.Payment("A", False, TODAY, Currency.USD, claims.Rate(1_333_500, TODAY, "a bank"))
    entry = claimed(world, near, commitment)
    assert "No rate in the table" in card(approver(world).get(INBOX).text, entry)
    with transaction():
        rates.enter(rates.MonthlyRate(Currency.USD, TODAY, 1_270_000, "a list of rates"), world.actor("uk"))
    shown = card(approver(world).get(INBOX).text, entry)
    assert "Rate far from the table" not in shown
    assert "No rate in the table" not in shown


def test_link_preselects_nothing_with_a_warning(world: World) -> None:
    commitment = world.commitment(world.line(5_000_00), 4_000_00)
    bare = world.payment(commitment, 1_00)
    proved = world.payment(commitment, 2_00, evidence=world.evidence())
    too_much = world.proposed_commitment(world.line(10_00), 5_00)
    world.approve(world.proposed_commitment(rows.line_by_key(too_much.line_id), 6_00))
    page = approver(world).get(f"{INBOX}?ticked=all").text
    assert [" checked" in box(page, entry) for entry in (bare, proved, too_much)] == [False, True, False]
    assert "No evidence" in card(page, bare)


def test_possible_duplicates_link_to_each_other(world: World) -> None:
    commitment = world.commitment(world.line(5_000_00), 4_000_00)
    first = world.payment(commitment, 1_00, payee="ACME Ltd")
    second = world.payment(commitment, 1_00, payee="Acme  ltd.")
    other = world.payment(commitment, 1_01, payee="ACME Ltd")
    page = approver(world).get(INBOX).text
    names = [claim_of(entry).public_id for entry in (first, second)]
    for entry, twin in ((first, names[1]), (second, names[0])):
        assert "Similar to another claim" in card(page, entry)
        assert f"/claims/{twin}" in card(page, entry)
    assert "Similar to another claim" not in card(page, other)
    with transaction():
        approvals.refuse(first, "no", world.actor("approver"))
    assert "Similar to another claim" not in approver(world).get(INBOX).text, "what was refused does not stand"


def test_five_of_many_possible_duplicates_are_named(world: World) -> None:
    commitment = world.commitment(world.line(5_000_00), 4_000_00)
    payments = [world.payment(commitment, 1_00) for _ in range(8)]
    shown = card(approver(world).get(INBOX).text, payments[0])
    linked = {claim_of(one).public_id for one in payments[1:] if f"/claims/{claim_of(one).public_id}" in shown}
    assert linked == {claim_of(one).public_id for one in payments[1:6]}
    assert "and 2 more" in shown


# A spend file as a whole.


@pytest.fixture
def office(world: World, tmp_path: Path) -> Office:
    return Office(world, PUBLISHED_PENCE, tmp_path)


def proposed(office: Office, content: bytes) -> SpendBatch:
    batch = office.previewed(content)
    office.propose(batch)
    return batch


def names_of(batch: SpendBatch) -> list[str]:
    db.session.rollback()
    return [entry.bundle for entry in import_rows.entries_of(batch.id, are_decided=False)]


def test_published_file_is_decided_at_once(office: Office) -> None:
    world = office.world
    elsewhere = world.proposed_line(100_00)
    batch = proposed(office, PUBLISHED)
    client = approver(world)
    address = f"{INBOX}?file={batch.public_id}"
    page = client.get(address).text
    for shown in (
        "<bdi>Cards.csv</bdi>",
        f"Cards.csv, {batch.public_id}, £503,918.63",
        batch.sha256,
        "400 payments of it wait",
        "£503,918.63",
        "Committed: Courses",
        "Spent: Courses",
    ):
        assert shown in page
    assert page.count('name="chosen"') == 400
    assert elsewhere.bundle not in page
    assert client.get(f"{address}&ticked=all").text.count(" checked") == 0, "a spend file brings no receipts"
    page = client.get(f"{address}&ticked=bare").text
    assert page.count(" checked") == 400, "rows of one file that are equal are separate payments"
    form: dict[str, object] = {"chosen": names_of(batch), "decision": "approved"}
    answer = post(client, address, form)
    assert "400 proposals were decided." in answer.text
    assert "Not decided" not in answer.text
    db.session.rollback()
    assert world.programme("SPEND").spent == PUBLISHED_PENCE
    assert names_of(batch) == []


def test_joint_effects_of_a_file_are_shown(office: Office) -> None:
    batch = proposed(office, b"Date,Amount,Supplier\n2020-10-05,5,A\n2020-10-06,7.50,B\n")
    table = approver(office.world).get(f"{INBOX}?file={batch.public_id}").text.partition("<table")[2]
    table = table.partition("</table>")[0]
    numbers = [part.split("</bdi>")[0] for part in table.split('<bdi dir="ltr">')[1:]]
    assert numbers == ["£503,918.63", "£503,906.13", "£0.00", "£12.50", "£503,918.63", "£503,906.13"]


def test_last_payments_of_a_file_above_its_commitment_do_not_fit(office: Office) -> None:
    world = office.world
    batch = proposed(office, b"Date,Amount,Supplier\n2020-10-05,5,A\n2020-10-06,7.50,B\n2020-10-07,1,C\n")
    with transaction():
        outstanding = world.proposal(PUBLISHED_PENCE - 12_00)
        release = proposals.propose_release(office.commitment, outstanding, world.actor("uk"))
    world.approve(release)
    page = approver(world).get(f"{INBOX}?file={batch.public_id}&ticked=bare").text
    ticked = [" checked" in page.split(f'id="chosen-{name}"', 1)[1].split(">", 1)[0] for name in names_of(batch)]
    assert ticked == [True, False, True]
    assert page.count("No longer within the budget") == 1


def test_spend_file_query_count_is_constant(
    office: Office, statements: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    client = approver(office.world)
    counts = []
    for number in (3, 300):
        lines = [f"2020-10-05,{row + 1},Supplier {number}" for row in range(number)]
        batch = proposed(office, "\n".join(["Date,Amount,Supplier", *lines]).encode())
        with statements() as seen:
            page = client.get(f"{INBOX}?file={batch.public_id}").text
        assert page.count('name="chosen"') == number
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_own_rows_of_a_file_cannot_be_ticked(office: Office) -> None:
    office.world.grant("approver", Role.UK_COORDINATOR)
    batch = office.previewed(b"Date,Amount,Supplier\n2020-10-05,5,A\n", by="approver")
    office.propose(batch, by="approver")
    page = approver(office.world).get(f"{INBOX}?file={batch.public_id}&ticked=bare").text
    (name,) = names_of(batch)
    own = page.split(f'id="chosen-{name}"', 1)[1].split(">", 1)[0]
    assert " disabled" in own
    assert " checked" not in own


def test_inbox_is_filtered_by_programme_and_proposer(office: Office) -> None:
    world = office.world
    here, there = world.proposed_line(100_00), world.proposed_line(1_00, world.project("KURDISTAN", "kri"))
    line = world.line(5_00)
    with transaction():
        mine = proposals.propose_return(line, world.proposal(1_00), world.actor("uk.2"))
    client = approver(world)
    page = client.get(f"{INBOX}?programme={world.programme('KURDISTAN').public_id}").text
    assert [f'value="{entry.bundle}"' in page for entry in (here, there, mine)] == [False, True, False]
    user = account_rows.user_named("uk.2")
    assert user is not None
    page = client.get(f"{INBOX}?proposer={user.public_id}").text
    assert [f'value="{entry.bundle}"' in page for entry in (here, there, mine)] == [False, False, True]
    assert f"ticked=all&amp;proposer={user.public_id}" in page
    page = client.get(f"{INBOX}?proposer=nobody&file=nothing").text
    assert here.bundle in page, "what is not offered narrows nothing"
    assert "Choose one of the answers" not in page


def test_inbox_marks_a_changed_evidence_file(world: World, tmp_path: Path) -> None:
    world.app.config["SETTINGS"] = replace(world.app.config["SETTINGS"], evidence_folder=tmp_path / "evidence")
    commitment = world.commitment(world.line(5_000_00), 4_000_00)
    entry = world.payment(commitment, 1_00, evidence=world.evidence())
    client = approver(world)
    assert "has changed" not in client.get(INBOX).text
    (file,) = (tmp_path / "evidence").iterdir()
    kept = file.read_bytes()
    file.write_bytes(b"%PDF-1.7 another ")
    page = client.get(f"{INBOX}?ticked=all").text
    assert "The file has changed" in card(page, entry)
    assert " checked" not in box(page, entry)
    file.write_bytes(kept)
    assert "has changed" not in client.get(INBOX).text
