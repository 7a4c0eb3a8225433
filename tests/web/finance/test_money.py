"""Finance pages on both databases: what a coordinator, an approver and a funder see and can do."""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from tests.support.crawl import crawl
from tests.support.world import TODAY, World, form_token, post
from tests.web.browsing import building, date, figure, links, pence, press, together, typed, words
from training.domain.identity import accounts
from training.kit.db import db, transaction
from training.models.finance.ledger import LedgerEntry, LedgerPosting
from training.models.identity.accounts import Role
from training.policy.scopes import unscoped
from training.queries.finance import ledger_check

pytestmark = pytest.mark.usefixtures("noon")
YOURS = "You proposed this yourself: another person has to decide"
DECIDED = "This was decided already"


@dataclass
class Desk:
    """A budget line of £1,000 and its users."""

    app: Flask
    world: World
    line: str

    def __post_init__(self) -> None:
        self.uk = self.sign_in("uk")
        self.approver = self.sign_in("approver")

    def sign_in(self, username: str) -> FlaskClient:
        return self.world.sign_in(self.app.test_client(), username)

    def available(self) -> int:
        return figure(self.uk.get(self.line), "Available")

    def commit(self, pounds: str, by: FlaskClient | None = None, **more: object) -> str:
        """Propose a commitment by the form; return the address of its entry."""
        client = by or self.uk
        page = press(client, f"{self.line}/commit", wish(pounds, self.world.key(), **more), page=f"{self.line}/commit")
        assert "Proposed" in words(page), words(page)
        return links(page, "entries")[0]

    def approve(self, entry: str, by: FlaskClient | None = None) -> str:
        """Approve on the page of an entry; return the resulting page."""
        return words(press(by or self.approver, f"{entry}/approve", page=entry))

    def pay(self, commitment: str, pounds: str, **more: object) -> str:
        form = {"amount_1": pounds, "purpose": "An invoice", "payee": "A supplier", "key": self.world.key()}
        form |= {"commitment_1": commitment.rpartition("/")[2], "currency": "GBP"}
        found = re.search(r'href="(/programmes/\w+/claims/new)', self.uk.get(commitment).text)
        assert found, "the commitment leads to a claim"
        answer = press(self.uk, found[1], form | date("paid_on", TODAY) | more, page=found[1])
        assert "Proposed" in words(answer), words(answer)
        return links(answer, "entries")[-1]

    def commitment(self) -> str:
        return links(self.uk.get(self.line), "commitments")[0]

    def count(self, kind: type[LedgerEntry] | type[LedgerPosting]) -> int:
        with self.app.app_context():
            return db.session.scalar(unscoped(select(func.count()).select_from(kind), because="test")) or 0


def wish(pounds: str, key: str, **more: object) -> dict[str, object]:
    """Return the form data of a commitment."""
    return {"amount": pounds, "purpose": "Printers", "key": key} | date("expected_on", dt.date(2027, 1, 15)) | more


@pytest.fixture
def desk(app: Flask) -> Iterator[Desk]:
    with app.app_context():
        world = World(app)
        line = f"/lines/{world.line(1_000_00).public_id}"
    yield Desk(app, world, line)
    with app.app_context():
        assert ledger_check.discrepancies() == []


def test_commit_400_pay_350_close_costs_350(desk: Desk) -> None:
    """Acceptance test c, read from the page of the line."""
    assert desk.available() == 1_000_00
    proposed = desk.commit("400")
    assert desk.available() == 1_000_00, "a proposal moves nothing"
    assert "Approved. The balances have moved." in desk.approve(proposed)
    assert desk.available() == 600_00
    desk.approve(desk.pay(desk.commitment(), "350.00", closes_1="yes"))
    page = desk.uk.get(desk.line)
    assert (figure(page, "Available"), figure(page, "Committed"), figure(page, "Spent")) == (650_00, 0, 350_00)
    assert "Closed" in words(desk.uk.get(desk.commitment()))


# Who decides.


@pytest.fixture
def both(desk: Desk) -> FlaskClient:
    """Sign in a user who is both UK coordinator and finance approver."""
    with building(desk.world) as world:
        user = world.account("both", Role.UK_COORDINATOR, "uk")
        with transaction():
            accounts.grant(user, Role.FINANCE_APPROVER, by=None)
    return desk.sign_in("both")


def test_proposer_sees_no_approve_button(desk: Desk, both: FlaskClient) -> None:
    """Acceptance test g, at the page."""
    entry = desk.commit("10", by=both)
    page = both.get(entry)
    assert YOURS in words(page)
    assert f"{entry}/approve" not in page.text
    assert f"{entry}/refuse" not in page.text
    assert YOURS in words(both.get("/approvals"))
    assert f"{entry}/approve" in desk.approver.get(entry).text, "another person has the button"


@pytest.mark.parametrize(("step", "form"), [("approve", {}), ("refuse", {"reason": "My own"})])
def test_handmade_request_of_the_proposer_is_refused(
    desk: Desk, both: FlaskClient, step: str, form: dict[str, object]
) -> None:
    """Acceptance test g: a request that no page offers."""
    entry = desk.commit("10", by=both)
    assert YOURS in words(press(both, f"{entry}/{step}", form, page=entry))
    assert "Decision Waiting" in words(both.get(entry))
    assert desk.available() == 1_000_00
    desk.approve(entry)
    assert desk.available() == 990_00


def test_approving_twice_moves_money_once(desk: Desk) -> None:
    entry = desk.commit("10")
    before = desk.count(LedgerPosting)
    desk.approve(entry)
    second = desk.sign_in("approver.2")
    told = words(press(second, f"{entry}/approve", page="/account"))
    assert DECIDED in told
    assert "Decided by approver," in told
    assert desk.count(LedgerPosting) == before + 1
    assert desk.available() == 990_00


def test_two_concurrent_approvers_make_one_decision(desk: Desk) -> None:
    second = desk.sign_in("approver.2")
    tokens = {client: form_token(client, "/account") for client in (desk.approver, second)}
    for _ in range(5):
        entry = desk.commit("10")

        def approve(client: FlaskClient, entry: str = entry) -> str:
            answer = client.post(f"{entry}/approve", data={"csrf_token": tokens[client]}, follow_redirects=True)
            assert answer.status_code == 200
            return words(answer)

        told = together([lambda: approve(desk.approver), lambda: approve(second)])
        assert sorted("Approved. The balances have moved." in page for page in told) == [False, True]
        assert sum(DECIDED in page for page in told) == 1
    assert desk.available() == 950_00


def test_concurrent_approval_and_refusal_make_one_decision(desk: Desk) -> None:
    second = desk.sign_in("approver.2")
    for _ in range(3):
        before, entry = desk.available(), desk.commit("10")
        told = together(
            [
                lambda entry=entry: words(press(desk.approver, f"{entry}/approve")),
                lambda entry=entry: words(press(second, f"{entry}/refuse", {"reason": "Too dear"})),
            ]
        )
        assert sum(DECIDED in page for page in told) == 1
        is_approved = "Decision Approved" in words(desk.uk.get(entry))
        assert before - desk.available() == (10_00 if is_approved else 0)


def test_refusal_needs_a_reason_and_keeps_the_input(desk: Desk) -> None:
    entry = desk.commit("10")
    refuse = f"{entry}/refuse"
    assert "Fill in: Reason" in words(press(desk.approver, refuse, {"reason": "  "}, page=refuse))
    long = "why " * 100
    answer = press(desk.approver, refuse, {"reason": long}, page=refuse)
    assert "Use 300 characters or fewer" in words(answer)
    assert typed(answer, "reason").strip() == long.strip()
    assert "Decision Waiting" in words(desk.uk.get(entry))
    press(desk.approver, refuse, {"reason": "Too dear <b>"}, page=refuse)
    read = words(desk.uk.get(entry))
    assert "Decision Refused" in read
    assert "Reason Too dear <b>" in read, "the proposer reads the reason"
    assert desk.available() == 1_000_00


def test_reversal_returns_the_money_and_keeps_both_entries(desk: Desk) -> None:
    entry = desk.commit("10")
    desk.approve(entry)
    reverse = f"{entry}/reverse"
    assert "Fill in: Reason" in words(press(desk.uk, reverse, {"reason": ""}, page=reverse))
    form = {"reason": "Ordered twice", "key": desk.world.key()}
    answer = post(desk.uk, reverse, form, page=reverse)
    reversal = answer.location
    assert desk.available() == 990_00, "a reversal is a proposal too"
    desk.approve(reversal)
    assert desk.available() == 1_000_00
    assert f"Undone by Reversal {reversal[-12:]}" in words(desk.uk.get(entry))
    assert f"Undoes Commitment {entry[-12:]}" in words(desk.uk.get(reversal))
    again = words(press(desk.uk, reverse, form | {"key": desk.world.key()}, page=reverse))
    assert "Only an approved entry that was not reversed before can be reversed" in again


def test_reversed_payment_is_marked_on_every_page(desk: Desk) -> None:
    """On its claim and in the lists, each with a link to the reversal."""
    desk.approve(desk.commit("400"))
    payment = desk.pay(desk.commitment(), "350.00")
    desk.approve(payment)
    reverse = f"{payment}/reverse"
    form = {"reason": "Paid by mistake", "key": desk.world.key()}
    reversal = post(desk.uk, reverse, form, page=reverse).location
    claim = links(desk.uk.get(payment), "claims")[0]
    assert "Decision Approved" in words(desk.uk.get(claim)), "a reversal that waits has undone nothing"
    desk.approve(reversal)
    said = f"Reversed Undone by {reversal[-12:]}"
    for client in (desk.uk, desk.sign_in("funder")):
        page = client.get(claim)
        assert f"Decision {said}" in words(page)
        assert reversal in links(page, "entries")
        for address in (payment, claim, desk.line, desk.commitment()):
            assert said in words(client.get(address)), address


# When a payment is expected.

OUTSIDE = {
    "en": "The date of payment must lie between 28 November 2024 and 31 March 2030",
    "ar": "يجب أن يقع تاريخ الدفع بين",
    "ckb": "بەرواری پارەدانەکە دەبێت لەنێوان",
}


def error_at(answer: TestResponse, field: str) -> str:
    """Return the message at a field; empty if there is none."""
    _, found, rest = answer.text.partition(f'id="{field}-error"')
    return rest.split("</p>")[0].split("</span>")[-1].strip() if found else ""


@pytest.mark.parametrize("language", OUTSIDE)
@pytest.mark.parametrize("day", [dt.date(1990, 1, 1), dt.date(2099, 6, 30), dt.date(2030, 4, 1)])
def test_date_outside_the_programme_is_refused_at_its_field(desk: Desk, day: dt.date, language: str) -> None:
    post(desk.uk, "/language", {"language": language}, page="/account")
    commit, before = f"{desk.line}/commit", desk.count(LedgerEntry)
    answer = press(desk.uk, commit, wish("10", desk.world.key(), **date("expected_on", day)), page=commit)
    assert OUTSIDE[language] in error_at(answer, "expected_on-group")
    assert typed(answer, "expected_on-year") == str(day.year)
    assert desk.count(LedgerEntry) == before


def test_inbox_shows_the_expected_day(desk: Desk) -> None:
    entry = desk.commit("10", **date("expected_on", dt.date(2029, 5, 4)))
    assert "Payment expected on 4 May 2029" in words(desk.approver.get("/approvals"))
    assert "Payment expected on 4 May 2029" in words(desk.approver.get(entry))


def test_expected_day_can_be_changed(desk: Desk) -> None:
    desk.approve(desk.commit("400"))
    commitment = desk.commitment()
    address = f"{commitment}/reschedule"
    assert address in desk.uk.get(commitment).text
    shown = {"shown": typed(desk.uk.get(address), "shown")}
    outside = press(desk.uk, address, shown | date("expected_on", dt.date(2031, 1, 1)), page=address)
    assert OUTSIDE["en"] in error_at(outside, "expected_on-group")
    moved = press(desk.uk, address, shown | date("expected_on", dt.date(2027, 5, 3)), page=address)
    assert "Payment expected on 3 May 2027" in words(moved)
    assert desk.available() == 600_00
    stale = press(desk.uk, address, shown | date("expected_on", dt.date(2027, 6, 3)), page=address)
    assert "Somebody else changed it since you opened the form" in words(stale)
    assert "Payment expected on: 3 May 2027" in words(stale)
    knowing = {"shown": typed(stale, "shown")} | date("expected_on", dt.date(2027, 6, 3))
    assert "Payment expected on 3 June 2027" in words(press(desk.uk, address, knowing, page=address))
    acts = words(desk.sign_in("auditor").get("/audit?action=commitment+rescheduled"))
    assert "Before: 3 May 2027" in acts
    assert "Now: 3 June 2027" in acts


# The last penny.


def test_penny_too_much_is_refused_with_the_available_amount(desk: Desk) -> None:
    """Acceptance test l."""
    commit = f"{desk.line}/commit"
    over = press(desk.uk, commit, wish("1,000.01", desk.world.key()), page=commit)
    assert "The line has £1,000.00 available: enter that or less" in words(over)
    assert (typed(over, "amount"), typed(over, "purpose")) == ("1,000.01", "Printers")
    assert (typed(over, "expected_on-day"), typed(over, "expected_on-year")) == ("15", "2027")
    desk.approve(desk.commit("1,000.00"))
    assert desk.available() == 0
    over = press(desk.uk, commit, wish("0.01", desk.world.key()), page=commit)
    assert "The line has £0.00 available: enter that or less" in words(over)
    assert typed(over, "amount") == "0.01"


def test_second_of_two_proposals_is_refused_at_approval(desk: Desk) -> None:
    first, second = desk.commit("999.99"), desk.commit("0.02")
    desk.approve(first)
    assert "The line has £0.01 available: enter that or less" in desk.approve(second)
    assert "Decision Waiting" in words(desk.uk.get(second))
    assert desk.available() == 1


NO_AMOUNTS = ("", "0", "-1", "1.001", "1e400", "NaN", "ten", "9" * 40, "\x00", "١٫٠٠١", "<b>", "1\u202e0")


def test_invalid_amount_is_refused_and_the_input_kept(desk: Desk) -> None:
    commit = f"{desk.line}/commit"
    before = desk.count(LedgerEntry)
    for amount in NO_AMOUNTS:
        answer = press(desk.uk, commit, wish(amount, desk.world.key()), page=commit)
        assert (answer.status_code, "There is a problem" in words(answer)) == (200, True), amount
        assert typed(answer, "purpose") == "Printers"
    assert desk.count(LedgerEntry) == before


def test_arabic_digits_are_accepted(desk: Desk) -> None:
    desk.approve(desk.commit("١٬٠٠٠٫٠٠"))
    assert desk.available() == 0


# The same form twice.


def test_form_sent_twice_makes_one_entry(desk: Desk) -> None:
    before = desk.count(LedgerEntry)
    form = wish("10", "the-same-key")
    for _ in range(2):
        assert "Proposed" in words(press(desk.uk, f"{desk.line}/commit", form))
    assert desk.count(LedgerEntry) == before + 1


def test_form_sent_twenty_times_concurrently_makes_one_entry(desk: Desk) -> None:
    before = desk.count(LedgerEntry)
    clients = [desk.sign_in("uk") for _ in range(20)]
    form = wish("10", "the-same-key")
    pages = together([lambda client=client: words(press(client, f"{desk.line}/commit", form)) for client in clients])
    assert all("Proposed" in page for page in pages)
    assert desk.count(LedgerEntry) == before + 1


STRANGE_KEYS = ("k" * 10_000, "nul \x00", "مفتاح", "")


def test_malformed_key_causes_no_server_error(desk: Desk) -> None:
    answers = {key: press(desk.uk, f"{desk.line}/commit", wish("1", key)) for key in STRANGE_KEYS}
    assert [key[:10] for key, answer in answers.items() if answer.status_code not in (200, 400)] == []


@pytest.mark.parametrize("key", ["the-same-key", ""])
def test_other_content_with_a_used_or_missing_key_is_not_lost(desk: Desk, key: str) -> None:
    """A browser may restore an old form or send no key: the second proposal must not be lost with a success message."""
    commit = f"{desk.line}/commit"
    press(desk.uk, commit, wish("10", key), page=commit)
    answer = press(desk.uk, commit, wish("20", key, purpose="Something else"), page=commit)
    is_kept = "Something else" in words(desk.uk.get(desk.line))
    assert is_kept or "Proposed. It takes effect" not in words(answer)


# What the funder sees.

SPENT = ("100.01", "20.50", "3.33", "7.77")


@pytest.fixture
def funded(desk: Desk) -> Desk:
    """Add four payments, one to a person and one reversed, and a cohort with trainee and trainer."""
    desk.approve(desk.commit("400"))
    commitment = desk.commitment()
    paid = [desk.pay(commitment, pounds, payee=f"Firm {pounds}") for pounds in SPENT[:3]]
    paid.append(desk.pay(commitment, SPENT[3], payee="Canary Payee", payee_is_person="yes"))
    for entry in paid:
        desk.approve(entry)
    reverse = f"{paid[1]}/reverse"
    desk.approve(post(desk.uk, reverse, {"reason": "Wrong payee", "key": desk.world.key()}, page=reverse).location)
    with building(desk.world) as world:
        trainer, trainee = world.person("Canary Trainer", "uk"), world.person("Canary Trainee")
        world.account("trainee", Role.TRAINEE, "iraq", person=trainee)
        cohort = world.open_cohort(trainers=(trainer,))
        world.seated(cohort, trainee)
    return desk


def all_entries(client: FlaskClient, programme: str) -> list[str]:
    """Return the addresses of every entry of a programme, page by page."""
    found, address = list[str](), f"{programme}/entries"
    while address:
        page = client.get(address)
        found += links(page, "entries")
        following = re.search(r'href="([^"]+)" rel="next"', page.text)
        address = following[1].replace("&amp;", "&") if following else ""
    return found


def test_burn_down_spending_is_the_sum_of_the_entries(funded: Desk) -> None:
    """Acceptance test n: to the penny, and the funder can open each entry."""
    funder = funded.sign_in("funder")
    (programme,) = links(funder.get("/programmes"), "programmes")
    page = funder.get(programme)
    entries = all_entries(funder, programme)
    with funded.app.app_context():
        assert len(entries) == len(set(entries)) == funded.count(LedgerEntry)
    opened = [funder.get(entry) for entry in entries]
    assert {answer.status_code for answer in opened} == {200}
    spent = sum(figure(answer, "Spent") for answer in opened if "What it moved" in words(answer))
    assert spent == 100_01 + 3_33 + 7_77
    assert figure(page, "Spent") == spent
    used = funder.get(f"{programme}?view=used").text
    rows = re.findall(r"<tr><th scope=\"row\">(.*?)</tr>", used.split("figures by month")[2], re.DOTALL)
    spent_by_month = [re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL)[2] for row in rows if row.count("<td") == 4]
    assert pence([cell for cell in spent_by_month if "£" in cell][-1]) == spent


def test_no_page_of_a_funder_names_a_person(funded: Desk) -> None:
    """Acceptance test n: trainee, trainer and payee are hidden."""
    funder = funded.sign_in("funder")
    seen = dict(crawl(funder))
    assert {answer.status_code for answer in seen.values()} == {200}
    assert len([address for address in seen if address.startswith("/cohorts/")]) == 1
    (programme,) = links(funder.get("/programmes"), "programmes")
    seen |= {entry: funder.get(entry) for entry in all_entries(funder, programme)}
    assert [address for address, answer in seen.items() if "Canary" in answer.text] == []
    entries = [words(answer) for address, answer in seen.items() if address.startswith("/entries/")]
    paid = [page for page in entries if "Paid to" in page]
    assert sum("Paid to participant" in page for page in paid) == 1
    assert sum("Paid to Firm" in page for page in paid) == 3, "a firm is named"


def test_approver_sees_the_payee(funded: Desk) -> None:
    (programme,) = [
        address for address in links(funded.approver.get("/programmes"), "programmes")
        if "Canary" not in address and links(funded.approver.get(address), "lines")
    ]  # fmt: skip
    pages = [words(funded.approver.get(entry)) for entry in all_entries(funded.approver, programme)]
    assert sum("Paid to Canary Payee" in page for page in pages) == 1


# Part of a payment comes back.


def test_part_of_a_payment_comes_back_on_its_page(desk: Desk) -> None:
    desk.approve(desk.commit("400"))
    payment = desk.pay(desk.commitment(), "300.00")
    desk.approve(payment)
    assert "Part of it came back" in words(desk.uk.get(payment))
    form = {"amount": "300.00", "reason": "Credit note 7", "key": desk.world.key()} | date("came_back_on", TODAY)
    page = words(press(desk.uk, f"{payment}/refund", form, page=f"{payment}/refund"))
    assert "Only £300.00 of the payment is left: enter less than that" in page
    answer = press(desk.uk, f"{payment}/refund", form | {"amount": "120.50"}, page=f"{payment}/refund")
    assert "Proposed. It takes effect when another person approves it." in words(answer)
    assert "Part that came back, £120.50" in words(desk.approver.get("/approvals"))
    desk.approve(f"/entries/{re.findall('Part that came back ([0-9a-z]{12})', words(answer))[0]}")
    page = words(desk.uk.get(payment))
    assert "Reversed, in part £120.50" in page
    assert "Parts that came back" in page
    line = desk.uk.get(desk.line)
    assert (figure(line, "Committed"), figure(line, "Spent")) == (220_50, 179_50)
    claim = links(desk.uk.get(payment), "claims")[0]
    assert "Reversed, in part £120.50" in words(desk.uk.get(claim))
    assert "Reversed, in part" in words(desk.uk.get("/claims?state=partly_reversed"))
    assert "A supplier" not in words(desk.uk.get("/claims?state=approved"))
