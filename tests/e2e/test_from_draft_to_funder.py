"""The main journey: a cohort, a seat, a clearance, a completion and a payment, by all roles involved."""

import datetime as dt
import re

import pytest
from playwright.sync_api import expect
from sqlalchemy import Date, bindparam, create_engine, text

from tests.e2e import steps
from tests.e2e.conftest import Enter
from tests.e2e.people import Reader
from training.kit.clock import today
from training.kit.money import format_pounds

COURSE, LINE = "Mid-Level Police Management Training", "Trainers and delivery"
PROGRAMME = "Training of Iraqi law enforcement"
LATIN, NATIVE = "Trainee 001 Border", "متدرب 001"
OTHER_SPELLING = "مُتَـدَرِّب 001"
"""The native name as others write it: with vowel marks and a tatweel."""

COST, PAID = 7_250_00, 1_234_56


def plan() -> steps.Plan:
    """Return a cohort of the next two days, for which people can still be nominated."""
    first = today() + dt.timedelta(days=1)
    return steps.Plan(COURSE, PROGRAMME, LINE, COST, first, first + dt.timedelta(days=1))


def let_it_end_today(url: str, code: str) -> None:
    """Move the days of a cohort into the past, as if time had gone by, so that its completion can be claimed."""
    engine = create_engine(url)
    with engine.begin() as connection:
        days = {"code": code, "first": today() - dt.timedelta(days=1), "last": today()}
        statement = "UPDATE cohorts SET starts_on = :first, ends_on = :last WHERE code = :code"
        connection.execute(
            text(statement).bindparams(*(bindparam(name, type_=Date) for name in ("first", "last"))), days
        )
    engine.dispose()


def open_for_nominations(uk: Reader, approver: Reader) -> str:
    """Draft a cohort, request its opening and have it approved; return its code."""
    code = steps.draft_cohort(uk, plan())
    uk.press("Ask to open")
    uk.reads("It opens when a finance approver approves its commitment.")
    steps.approve(approver, code)
    return code


def nominate(coordinator: Reader, code: str) -> None:
    """Find the person by another spelling of the name, and nominate them."""
    assert coordinator.language == "ar"
    steps.open_cohort_page(coordinator, code)
    coordinator.follow("Nominate")
    coordinator.fill("Name or service number", OTHER_SPELLING)
    coordinator.press("Search")
    coordinator.row(NATIVE).get_by_role("checkbox").check()
    coordinator.press("Nominate all that are chosen")
    coordinator.reads("Nominated.")


def take_to_vetting(uk: Reader, code: str) -> None:
    """Shortlist the nominee and send them to vetting; the clearance of an earlier course is still valid."""
    steps.open_cohort_page(uk, code)
    uk.follow("Roster")
    uk.press("Shortlist", uk.row(LATIN))
    uk.press("Send to vetting", uk.row(LATIN))
    expect(uk.tag("Cleared", uk.row(LATIN))).to_be_visible()


def seat(uk: Reader) -> None:
    """Confirm the seat from the home page."""
    uk.open("Home")
    uk.turn_to(COURSE, "Cleared nominees, for a seat")
    uk.press("Confirm the seat", uk.row(LATIN))
    uk.reads("Seat confirmed.")


def claim(trainee: Reader) -> None:
    """Claim completion."""
    assert trainee.language == "ar"
    trainee.follow("Record completion", steps.own_course(trainee, COURSE))
    trainee.fill("Note", "أكملت الدورة")
    trainee.press("I have completed the course")
    trainee.reads("Recorded. A trainer or coordinator confirms it.")
    expect(trainee.tag("Completion claimed", steps.own_course(trainee, COURSE))).to_be_visible()


def confirm(trainer: Reader, trainee: Reader) -> None:
    """Confirm the claim; the trainee sees it."""
    trainer.follow("Confirm or refuse")
    trainer.press("Confirm completion", trainer.row(COURSE))
    trainer.reads("Completion confirmed.")
    trainee.open("Home")
    expect(trainee.tag("Completion confirmed", steps.own_course(trainee, COURSE))).to_be_visible()


def pay(uk: Reader, approver: Reader, code: str) -> None:
    """Pay the trainee from the commitment of the cohort."""
    steps.open_cohort_page(uk, code)
    uk.follow(re.compile(LINE), uk.page.get_by_role("table", name="Commitments of this cohort"))
    steps.propose_payment(uk, format_pounds(PAID), "Daily allowance", LATIN, "The payee is a person")
    steps.approve(approver, "Daily allowance")


def spent_on(funder: Reader) -> tuple[int, str]:
    """Return Spent of the programme in pence, and the last Spent in the table under its chart."""
    funder.open("Home")
    funder.follow(re.compile("^" + funder.words("Burn-down")))
    funder.follow("Show what was used, month by month")
    funder.main.get_by_text(funder.words("The same figures as a table")).click()
    rows = funder.main.get_by_role("table").first.get_by_role("row").all_inner_texts()
    spent = [cells[3] for cells in (row.split("\t") for row in rows[1:]) if cells[3] != "–"]
    return funder.figure("Spent"), spent[-1]


def names_in(url: str) -> list[str]:
    """Return every name of every person in the database."""
    engine = create_engine(url)
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT name_latin, name_native FROM people")).all()
    engine.dispose()
    return [name for row in rows for name in row if name]


@pytest.mark.parametrize(
    ("demonstration_url", "width"), [("sqlite", 320), ("postgresql", 1280)], indirect=["demonstration_url"]
)
def test_cohort_is_followed_from_draft_to_funder(demonstration_url: str, enter: Enter, width: int) -> None:
    uk, approver = enter("uk.coordinator", width=width), enter("approver", width=width)
    funder = enter("funder", width=width)
    spent, shown = spent_on(funder)
    assert shown == format_pounds(spent)

    code = open_for_nominations(uk, approver)
    nominate(enter("iraq.coordinator", language="ar-IQ", width=width), code)
    take_to_vetting(uk, code)
    seat(uk)
    let_it_end_today(demonstration_url, code)

    trainee = enter("trainee", language="ar-IQ", width=320, java_script=False)
    claim(trainee)
    confirm(enter("trainer", width=width), trainee)

    pay(uk, approver, code)
    assert spent_on(funder) == (spent + PAID, format_pounds(spent + PAID))
    drill_to_entry(funder)
    meets_no_name(funder, names_in(demonstration_url))


def drill_to_entry(funder: Reader) -> None:
    """Open the payment from the table; its payee is hidden from a funder."""
    funder.follow(re.compile("^" + funder.words("Payment")), funder.row("Daily allowance"))
    assert funder.figure("Amount") == PAID
    funder.reads("participant")


def meets_no_name(funder: Reader, names: list[str]) -> None:
    """Read every page that a funder can reach: none names a person."""
    pages = steps.every_page(funder)
    assert len(names) > 100
    assert len(pages) > 30
    named = [(address, name) for address, text in pages.items() for name in names if name in text]
    assert named == []
