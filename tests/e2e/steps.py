"""Steps that several journeys share, each as the people themselves would take it."""

import datetime as dt
import re
from dataclasses import dataclass
from html import unescape

from playwright.sync_api import Locator, Page, expect

from tests.e2e.people import Reader, path_of
from tests.support.application import application
from training.domain import access
from training.kit.clock import today
from training.kit.db import transaction
from training.kit.money import plain_pounds
from training.models.access import Role
from training.queries import access as accounts

_LINK = re.compile(r'href="(/[^"]*)"')
PROPOSED = "Proposed. It takes effect when another person approves it."


@dataclass(frozen=True)
class Plan:
    """A cohort that a coordinator has in mind; ``cost`` in pence."""

    course: str
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
    uk.choose("Budget line", plan.line)
    uk.fill("Planned cost", plain_pounds(plan.cost))
    uk.press("Save the draft")
    uk.reads("Drafted. Ask for it to be opened when the plan is ready.")
    return uk.page.get_by_role("heading", level=1).locator("bdi").inner_text()


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
    approver.follow(re.compile("."), approver.row(purpose))
    approver.press("Approve")
    approver.reads("Approved. The balances have moved.")


def propose_commitment(uk: Reader, amount: str, purpose: str) -> None:
    """Propose a commitment on the line whose page is open, to be paid today."""
    uk.follow("Propose a commitment")
    uk.fill("Amount", amount)
    uk.fill("Purpose", purpose)
    uk.fill_date("Payment expected on", today())
    uk.press("Propose")


def propose_payment(uk: Reader, amount: str, purpose: str, payee: str, *ticks: str) -> None:
    """Propose a payment of today from the commitment whose page is open."""
    uk.follow("Propose a payment")
    uk.fill("Amount", amount)
    uk.fill("Purpose", purpose)
    uk.fill("Paid to", payee)
    uk.fill_date("Paid on", today())
    for tick in ticks:
        uk.tick(tick)
    uk.press("Propose")
    uk.reads(PROPOSED)


def record_clearance(vetting: Reader, person: str, outcome: str) -> None:
    """Record what the authority decided about a nominee."""
    vetting.open("Vetting")
    vetting.follow(re.compile("."), vetting.row(person).get_by_role("cell").last)
    vetting.tick(outcome)
    vetting.fill("Authority", "National vetting authority")
    vetting.fill_date("Decided on", today())
    if outcome == "Cleared":
        vetting.fill_date("Valid until", today() + dt.timedelta(days=365))
    vetting.press("Save")
    vetting.reads("Recorded.")


def form_token(page: Page) -> str:
    """Return the token that the forms of the page carry."""
    return page.locator("input[name=csrf_token]").first.input_value()


def refused_by_hand(reader: Reader, address: str) -> tuple[int, str]:
    """Send a form made by hand, with a true token; return the status and the page that came back."""
    answer = reader.page.request.post(address, form={"csrf_token": form_token(reader.page)})
    return answer.status, answer.text()


def every_page(reader: Reader) -> dict[str, str]:
    """Return the text of every page that can be reached by links, by its address."""
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
    """Return what a trainee's first page says of one of their courses."""
    found = trainee.main.locator("section").filter(has_text=title)
    expect(found).to_have_count(1)
    return found


def grant(url: str, username: str, role: Role) -> None:
    """Give an account a second role; there is no page for it yet."""
    with application(url) as app, app.app_context(), transaction():
        user = accounts.user_named(username)
        assert user is not None
        access.grant(user, role, by=None)
