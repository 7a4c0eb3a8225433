"""The tour of README.md, step by step, by the users it names."""

import datetime as dt
import re
from pathlib import Path

from playwright.sync_api import expect

from tests.e2e import steps
from tests.e2e.conftest import Enter
from tests.e2e.people import Reader, path_of
from training.kit.clock import today
from training.kit.money import parse_amount
from training.kit.resources import ROOT

SEED = ROOT / "seed" / "demo"
COURSE, PROGRAMME = "Human Rights-based Policing", "Training of Iraqi law enforcement"
NAMED, HELD = "متدرب 020", "Combatting Cross-Border Crime"
PREVIEWED = "Profiling, identification and interviewing at the borders - basic level"
NEW = "كاظم التجريبي"
OTHERS = ("Trainee 020 Border", "Trainee 021 Border")
"""Two nominees of the register; the third is new and has no Latin name."""


def test_readme_tour(enter: Enter, tmp_path: Path) -> None:
    uk, approver = enter("uk.coordinator"), enter("approver")
    code = drafts_a_cohort(uk)
    approves(approver, uk, code)
    partner = enter("iraq.coordinator", language="ar-IQ")
    nominates(partner)
    nominates_from_a_file(partner)
    vetting = enter("vetting")
    shortlists(uk, code)
    vets(vetting)
    confirms_seats(uk, partner, code)
    looks_for_people(uk)
    completes(enter("trainee", language="ar-IQ", width=320, java_script=False), enter("trainer"))
    funder = enter("funder")
    before = spent(funder)
    claims_a_payment(uk, code)
    reads_a_spend_file(uk, tmp_path)
    decides_about_payments(approver)
    sees_the_burn_down_move(funder, before)
    audits(enter("auditor"))
    decides_about_rights(enter("rights.approver"))
    moves_an_organisation(enter("admin"))


# 1


def drafts_a_cohort(uk: Reader) -> str:
    """Draft a cohort of a real course with the suggested costs; return its code."""
    for card in ("Nominees to shortlist", "Cleared nominees, for a seat", "Completions to confirm"):
        uk.reads(card)
    uk.open("Courses")
    uk.follow(re.compile(COURSE))
    uk.reads("Source")
    uk.follow("Draft a cohort")
    uk.choose("Venue", "Immigration Training Centre, Baghdad")
    uk.choose("Host", "Border Forces Command")
    uk.fill_date("First day", today() + dt.timedelta(days=20))
    uk.fill_date("Last day", today() + dt.timedelta(days=21))
    uk.fill("Seats", "2")
    uk.tick("Border Forces Command")
    uk.choose("Programme", PROGRAMME)
    uk.press("Save the draft")
    total = uk.main.locator("output")
    before = total.inner_text()
    travel = uk.page.get_by_role("group", name="Travel", exact=True).get_by_label(re.compile("Amount"))
    travel.fill("١٬٠٠٠٫٥")
    expect(total).not_to_have_text(before)
    with_travel = parse_amount(total.inner_text())
    travel.fill("a lot")
    expect(total).to_have_text("–")
    travel.fill("")
    expect(total).to_have_text(before)
    assert with_travel == parse_amount(before) + 1_000_50
    for category, line in (("Materials", "Detection kits"), ("Trainers", "Trainers and delivery")):
        paid_by = uk.page.get_by_role("group", name=category, exact=True).get_by_label(re.compile("Budget line"))
        expect(paid_by.locator("option:checked")).to_contain_text(line)
    for category in ("Accommodation", "Evaluation"):
        paid_by = uk.page.get_by_role("group", name=category, exact=True).get_by_label(re.compile("Budget line"))
        options = paid_by.locator("option").all_inner_texts()
        paid_by.select_option(label=next(text for text in options if "Trainers and delivery" in text))
    uk.press("Save")
    uk.reads(f"Costs planned. Total: \u2066{before}\u2069")
    uk.press("Ask to open")
    uk.reads("It opens when a finance approver approves its commitment.")
    assert uk.has("link", "Withdraw this proposal")
    return uk.page.get_by_role("heading", level=1).locator("bdi").inner_text()


# 2


def approves(approver: Reader, uk: Reader, code: str) -> None:
    """Review the effect of the approval on the lines, and approve: the cohort is open."""
    approver.open("Approvals")
    card = approver.proposal(code)
    for heading in ("Now", "After approval"):
        expect(card.get_by_role("columnheader", name=heading, exact=True)).to_be_visible()
    expect(card.get_by_role("row").filter(has_text="Detection kits and materials").first).to_be_visible()
    steps.approve(approver, code)
    steps.open_cohort_page(uk, code)
    expect(uk.tag("Open")).to_be_visible()


# 3


def nominates(partner: Reader) -> None:
    """In right-to-left layout, nominate two people found in either script, and a new one."""
    expect(partner.page.locator("html")).to_have_attribute("dir", "rtl")
    partner.reads("Open for your nominations")
    partner.turn_to(partner.title(COURSE), "Nominate")
    for words, name in (("متدرب 020", NAMED), ("Trainee 021", "متدرب 021")):
        partner.fill("Name or service number", words)
        partner.press("Search")
        assert "?" not in partner.page.url, "no name stands in an address"
        partner.row(name).get_by_role("checkbox").check()
        partner.press("Nominate all that are chosen")
        partner.reads("Nominated.")
    partner.follow("Register and nominate")
    partner.choose("Organisation", "إدارة قوات الحدود")
    partner.fill("Name in Arabic or Kurdish letters", NEW)
    partner.press("Save")
    partner.reads("Registered and nominated.")


def nominates_from_a_file(partner: Reader) -> None:
    """Review the previewed file, upload it again, choose, correct and nominate."""
    partner.open("Home")
    partner.turn_to(partner.title(PREVIEWED), "Nominate")
    partner.follow("Nominate many people from a file")
    partner.follow(re.compile("."), partner.main.get_by_role("table"))
    partner.reads("Perhaps known: choose")
    partner.open("Home")
    partner.turn_to(partner.title(PREVIEWED), "Nominate")
    partner.follow("Nominate many people from a file")
    partner.field("File of names").set_input_files(SEED / "nominations.csv")
    partner.press("Read")
    partner.page.get_by_role("link", name=re.compile(re.escape(partner.words("Choose")))).first.click()
    partner.main.get_by_role("radio").first.check()
    partner.press("Save")
    partner.reads("Write female or male, or leave it empty")
    partner.choose("Sex", partner.words("Male"))
    partner.press("Save")
    partner.page.get_by_role("link", name=partner.words("Back"), exact=True).click()
    partner.main.locator("form[action$='/commit'] button").click()
    partner.reads("Nominated.")
    partner.follow("To the roster")
    assert partner.row("متدرب 104").count() == 1


# 4


def open_roster(uk: Reader, code: str) -> None:
    steps.open_cohort_page(uk, code)
    uk.follow("Roster")


def take_step(uk: Reader, code: str, step: str) -> None:
    """Tick all on the roster and apply a step to them."""
    open_roster(uk, code)
    for name in (*OTHERS, NEW):
        uk.row(name).get_by_role("checkbox").check()
    uk.choose("Action for selected nominees", step)
    uk.press("Do it")


def shortlists(uk: Reader, code: str) -> None:
    for step in ("Shortlist", "Send to vetting"):
        take_step(uk, code, step)
    for name in (*OTHERS, NEW):
        expect(uk.tag("In vetting", uk.row(name)).first).to_be_visible()


def vets(vetting: Reader) -> None:
    """Record one outcome individually, and two from a returned spreadsheet; no page asks for a reason."""
    steps.record_clearance(vetting, NEW, "Cleared")
    steps.return_spreadsheet(vetting, dict.fromkeys(OTHERS, "Cleared"))


def confirms_seats(uk: Reader, partner: Reader, code: str) -> None:
    """Confirm the two seats available; the third nominee waits, and gets the seat that becomes free."""
    open_roster(uk, code)
    for name in OTHERS:
        uk.press("Confirm the seat", uk.row(name))
    uk.press("Confirm the seat", uk.row(NEW))
    uk.reads("Every seat of the cohort is taken. A cleared nominee can wait for one")
    uk.press("Waiting list", uk.row(NEW))
    open_roster(partner, code)
    partner.follow("Withdraw", partner.row("متدرب 020"))
    partner.press("Withdraw")
    open_roster(uk, code)
    expect(uk.tag("Seat confirmed", uk.row(NEW))).to_be_visible()
    steps.open_cohort_page(uk, code)
    uk.follow("Seats and deadlines")
    expect(uk.field("Of these reserved for women")).to_be_visible()
    uk.reads("Quotas")


def looks_for_people(uk: Reader) -> None:
    uk.open("People")
    uk.fill("Name or service number", "Kadhim")
    uk.press("Search")
    expect(uk.row(NEW)).to_have_count(1)
    uk.open("People")
    uk.follow("Possible duplicates")
    expect(uk.row("متدرّب ٠٢٢")).not_to_have_count(0)


# 5


def completes(trainee: Reader, trainer: Reader) -> None:
    for fact in ("First day", "Venue", "Whom to ask"):
        expect(steps.own_course(trainee, HELD).get_by_text(trainee.words(fact), exact=True)).to_be_visible()
    trainee.follow("Record completion", steps.own_course(trainee, HELD))
    trainee.press("I have completed the course")
    trainee.reads("Recorded. A trainer or coordinator confirms it.")
    trainer.open("Home")
    trainer.follow("Confirm or refuse")
    assert trainer.has("link", "Refuse", trainer.row(HELD))
    trainer.press("Confirm completion", trainer.row(HELD))
    trainer.reads("Completion confirmed.")


# 6


def spent(funder: Reader) -> int:
    """Return Spent of the programme in pence."""
    funder.open("Programmes")
    funder.follow(re.compile(PROGRAMME))
    return funder.figure("Spent")


def claims_a_payment(uk: Reader, code: str) -> None:
    """Claim in dollars with the receipt, and in pounds with a later receipt; both from the cohort's commitment."""
    steps.open_cohort_page(uk, code)
    uk.follow(re.compile("Trainers and delivery"), uk.page.get_by_role("table", name="Commitments of this cohort"))
    commitment = path_of(uk.page.url)
    uk.follow("Propose a payment")
    for currency in ("GBP", "USD", "EUR", "IQD"):
        expect(uk.field("Currency").locator(f"option[value={currency}]")).to_have_count(1)
    uk.choose("Currency", "USD")
    uk.page.set_input_files("[name=file]", SEED / "document.pdf")
    uk.page.locator("#amount_1").fill("127")
    uk.fill("Purpose", "Allowance in dollars")
    uk.fill("Paid to", "Trainee 021")
    uk.tick("The payee is a person")
    uk.fill_date("Paid on", today())
    uk.press("Propose")
    uk.reads(steps.PROPOSED)
    uk.page.goto(commitment)
    steps.propose_payment(uk, "50", "Hall, receipt to come", "Training provider")
    uk.page.goto(commitment)
    uk.follow(re.compile("."), uk.row("Hall, receipt to come"))
    uk.follow(re.compile("^Claim"))
    uk.follow("Attach evidence")
    second = (SEED / "document.pdf").read_bytes() + b"% another\n"
    uk.page.set_input_files("[name=file]", files=[{"name": "b.pdf", "mimeType": "application/pdf", "buffer": second}])
    uk.press("Attach")
    uk.reads("Evidence attached.")


def reads_a_spend_file(uk: Reader, folder: Path) -> None:
    """Propose two payments of a spend file that names their cohort."""
    uk.open("Cohorts")
    code = uk.row(HELD).get_by_role("link").inner_text()
    file = folder / "spend.csv"
    rows = [("Date", "Amount", "Supplier", "Cohort"), (today(), "10.50", "Taxi", code), (today(), "20", "Paper", code)]
    file.write_text("\n".join(",".join(map(str, row)) for row in rows), encoding="utf-8")
    uk.open("Programmes")
    uk.follow(re.compile(PROGRAMME))
    uk.follow("Read a spend file")
    uk.page.set_input_files("[name=file]", file)
    uk.press("Read")
    uk.press("Preview")
    uk.main.get_by_role("button", name="Propose the 2 good rows").click()
    uk.reads("Claims proposed")


def decides_about_payments(approver: Reader) -> None:
    """Review the warnings; decide on one claim, then on the whole file at once."""
    approver.open("Approvals")
    card = approver.proposal("Allowance in dollars")
    for said in ("Trainee 021", "Paid on", "Rate", "USD"):
        expect(card.get_by_text(said).first).to_be_visible()
    for purpose in ("Allowance in dollars", "Hall, receipt to come"):
        steps.approve(approver, purpose)
    approver.open("Approvals")
    file = approver.field("Spend file")
    file.select_option(index=1)
    approver.press("Show")
    expect(approver.tag("No evidence")).to_have_count(2)
    approver.follow("Choose also those that lack only evidence")
    approver.press("Approve selected")
    expect(approver.tag("Approved")).to_have_count(2)


def sees_the_burn_down_move(funder: Reader, before: int) -> None:
    """See £180.50 more spent, in the figure and in the table; open an entry and the other money pages."""
    assert spent(funder) == before + 100_00 + 50_00 + 10_50 + 20_00
    for name in ("Ceiling", "Left after payments", "Left after commitments", "Left by the forecast", "Left as planned"):
        expect(funder.main.locator(".app-legend li").filter(has_text=name).first).to_be_visible()
    funder.main.get_by_text("The same figures as a table").click()
    expect(funder.main.get_by_role("table").first).to_be_visible()
    programme = path_of(funder.page.url)
    saves_its_tables(funder)
    funder.follow(re.compile("^Payment"), funder.row("Allowance in dollars"))
    funder.reads("participant")
    for page, said in (("Year end", "Will lapse"), ("Unit costs", "Per trainee"), ("Variances", "next quarter")):
        funder.page.goto(programme)
        funder.follow(page)
        expect(funder.main.get_by_text(re.compile(said)).first).to_be_visible()
        saves_its_tables(funder)


def saves_its_tables(funder: Reader) -> None:
    """Download each table of the page as CSV and as XLSX."""
    saved = [link.get_attribute("href") or "" for link in funder.main.locator(".app-save a").all()]
    assert {address.split("?")[0].rsplit(".")[-1] for address in saved} == {"csv", "xlsx"}
    for address in saved:
        assert funder.page.request.get(address).ok, address


# 7


def audits(auditor: Reader) -> None:
    auditor.open("Audit")
    auditor.main.get_by_text("Filter").click()
    auditor.fill("Username", "iraq.coordinator")
    auditor.press("Show")
    expect(auditor.row("Nominated").first).to_contain_text("iraq.coordinator")


def decides_about_rights(official: Reader) -> None:
    """Decide on the assessment that awaits this grade, and print its trail."""
    official.follow(re.compile("Specialised task force"))
    official.press("Approve")
    expect(official.tag("Approved").first).to_be_visible()
    official.page.emulate_media(media="print")
    expect(official.page.get_by_role("heading", name="Trail of approvals")).to_be_visible()
    expect(official.row("Approved").last).to_be_visible()


def moves_an_organisation(admin: Reader) -> None:
    """Review the effect of a move on visibility before moving anything."""
    admin.open("Organisations")
    admin.choose("Jurisdiction", "Iraq (federal)")
    admin.press("Show")
    admin.follow("Border Forces Command")
    admin.follow("Move")
    admin.choose("Body above it", "Passport and Residency Directorate")
    admin.press("Show what the move does")
    admin.reads("1 coordinator begins to see these people.")
    admin.press("Move it")
    admin.reads("Organisation moved.")
