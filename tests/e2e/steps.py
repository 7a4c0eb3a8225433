"""Steps shared by several journeys, through the user interface."""

import csv
import datetime as dt
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import unescape

from playwright.sync_api import Locator, Page, expect

from tests.e2e.people import Reader, path_of
from tests.support.application import application
from training.domain.identity import accounts
from training.kit.clock import today
from training.kit.db import transaction
from training.kit.money import plain_amount
from training.models.identity.accounts import Role
from training.queries.identity import accounts as account_rows

_LINK = re.compile(r'href="(/[^"]*)"')
PROPOSED = "Proposed. It takes effect when another person approves it."


@dataclass(frozen=True)
class Plan:
    """A cohort to draft; ``cost`` in pence."""

    course: str
    programme: str
    line: str
    cost: int
    first: dt.date
    last: dt.date


def draft_cohort(uk: Reader, plan: Plan) -> str:
    """Draft a cohort of a course; return its code."""
    uk.open("Courses")
    uk.follow(re.compile(plan.course))
    uk.follow("Draft a cohort")
    uk.choose("Venue", "Immigration Training Centre, Baghdad")
    uk.choose("Host", "Border Forces Command")
    uk.fill_date("First day", plan.first)
    uk.fill_date("Last day", plan.last)
    uk.fill("Seats", "12")
    uk.tick("Border Forces Command")
    uk.tick("Trainer 001 Home")
    uk.choose("Programme", plan.programme)
    uk.press("Save the draft")
    if plan.first < today():
        uk.tick("The first day is in the past, and that is right")
        uk.press("Save the draft")
    uk.reads("Drafted. Plan what it is to cost, then ask for it to be opened.")
    plan_costs(uk, plan)
    return uk.page.get_by_role("heading", level=1).locator("bdi").inner_text()


def plan_costs(uk: Reader, plan: Plan) -> None:
    """Enter on the costs page that trainers cost it all, and which line pays."""
    trainers = uk.page.get_by_role("group", name="Trainers")
    trainers.get_by_label(re.compile("Amount")).fill(plain_amount(plan.cost))
    lines = trainers.get_by_label(re.compile("Budget line"))
    lines.select_option(label=next(text for text in lines.locator("option").all_inner_texts() if plan.line in text))
    uk.press("Save")
    uk.reads("Costs planned.")


def open_cohort_page(reader: Reader, code: str) -> None:
    """Find a cohort in the list."""
    reader.open("Cohorts")
    reader.follow(re.compile(re.escape(code)))


def open_line(reader: Reader, programme: str, line: str) -> None:
    """Open a budget line from the page of its programme."""
    reader.open("Programmes")
    reader.follow(re.compile(programme))
    reader.follow(re.compile(f"^{re.escape(line)}$"))


def approve(approver: Reader, purpose: str) -> None:
    """Approve the proposal with this purpose."""
    approver.open("Approvals")
    approver.proposal(purpose).get_by_role("checkbox").check()
    approver.press("Approve selected")
    expect(approver.tag("Approved", approver.row(purpose))).to_be_visible()


def propose_commitment(uk: Reader, amount: str, purpose: str) -> None:
    """Propose a commitment on the line whose page is open, to be paid today."""
    uk.follow("Propose a commitment")
    uk.fill("Amount", amount)
    uk.fill("Purpose", purpose)
    uk.fill_date("Payment expected on", today())
    uk.press("Propose")


def propose_payment(uk: Reader, amount: str, purpose: str, payee: str, *ticks: str, closes: bool = False) -> None:
    """Claim a payment made today from the commitment whose page is open."""
    uk.follow("Propose a payment")
    uk.page.locator("#amount_1").fill(amount)
    uk.fill("Purpose", purpose)
    uk.fill("Paid to", payee)
    uk.fill_date("Paid on", today())
    for tick in ticks:
        uk.tick(tick)
    if closes:
        uk.page.locator("#closes_1").check()
    uk.press("Propose")
    uk.reads(PROPOSED)


def record_clearance(vetting: Reader, person: str, outcome: str) -> None:
    """Record the authority's decision on a nominee."""
    vetting.open("Vetting")
    vetting.follow(re.compile("."), vetting.row(person).get_by_role("cell").last)
    vetting.tick(outcome)
    vetting.fill("Authority", "National vetting authority")
    vetting.fill_date("Decided on", today())
    if outcome == "Cleared":
        vetting.fill_date("Valid until", today() + dt.timedelta(days=365))
    vetting.press("Save")
    vetting.reads("Recorded.")


def return_spreadsheet(vetting: Reader, outcomes: Mapping[str, str]) -> None:
    """Download the vetting queue, fill in the outcome for each name as the authority would, and upload it."""
    vetting.open("Vetting")
    vetting.follow("Record from a spreadsheet")
    with vetting.page.expect_download() as saved:
        vetting.press("Save as CSV")
    table = list(csv.reader(io.StringIO(saved.value.path().read_text("utf-8-sig"))))
    for row in table[1:]:
        for name in outcomes.keys() & set(row):
            until = today() + dt.timedelta(days=400) if outcomes[name] == "Cleared" else ""
            row[-5:] = [vetting.words(outcomes[name]), "National vetting authority", str(today()), str(until), "A-1"]
    filled = io.StringIO()
    csv.writer(filled).writerows(table)
    file = {"name": "queue.csv", "mimeType": "text/csv", "buffer": filled.getvalue().encode()}
    vetting.page.set_input_files("[name=file]", files=[file])
    vetting.press("Preview")
    expect(vetting.tag("Will be recorded")).to_have_count(len(outcomes))
    vetting.main.locator("form[action$='/record'] button").click()
    vetting.page.wait_for_load_state()


def form_token(page: Page) -> str:
    """Return the CSRF token of the page."""
    return page.locator("input[name=csrf_token]").first.input_value()


def refused_by_hand(reader: Reader, address: str) -> tuple[int, str]:
    """Submit a hand-made form with a valid token; return the status and the page."""
    answer = reader.page.request.post(address, form={"csrf_token": form_token(reader.page)})
    return answer.status, answer.text()


def every_page(reader: Reader) -> dict[str, str]:
    """Return the text of every page reachable by links, by its address."""
    waiting, pages = ["/"], dict[str, str]()
    while waiting:
        address = waiting.pop()
        if address in pages or address.startswith("/static/"):
            continue
        answer = reader.page.request.get(address)
        assert answer.status == 200, address
        pages[address] = answer.text()
        waiting += [path_of(unescape(link)) for link in _LINK.findall(pages[address])]
    return pages


def own_course(trainee: Reader, title: str) -> Locator:
    """Return the text about a course on a trainee's home page."""
    found = trainee.main.locator("section").filter(has_text=trainee.title(title))
    expect(found).to_have_count(1)
    return found


def grant(url: str, username: str, role: Role) -> None:
    """Grant an account a second role; there is no page for it yet."""
    with application(url) as app, app.app_context(), transaction():
        user = account_rows.user_named(username)
        assert user is not None
        accounts.grant(user, role, by=None)
