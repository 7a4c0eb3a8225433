"""One short journey for each of the other roles."""

import datetime as dt
import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.e2e import steps
from tests.e2e.conftest import Enter, Served
from tests.e2e.people import Reader, path_of
from tests.support.databases import sqlite_template
from tests.support.server import command
from training.kit.clock import today
from training.models.identity.accounts import Role

PASSWORD = "kestrel lantern orchard"

INVESTIGATING = "Techniques and methods for investigating human trafficking and migrant smuggling (police training)"


def test_nominee_refused_by_vetting_gets_no_seat(enter: Enter) -> None:
    vetting, uk = enter("vetting"), enter("uk.coordinator")
    vetting.follow("All nominees in vetting")
    vetting.follow(re.compile("."), vetting.row("Trainee 014 Border").get_by_role("cell").last)
    vetting.press("Save")
    vetting.reads("There is a problem")
    steps.record_clearance(vetting, "Trainee 014 Border", "Not cleared")
    expect(vetting.row("Trainee 014 Border")).to_have_count(0)
    vetting.choose("Show", "Decided")
    vetting.press("Show")
    expect(vetting.tag("Not cleared", vetting.row("Trainee 014 Border"))).to_be_visible()

    uk.open("Home")
    uk.turn_to("Profiling", "Nominees not cleared")
    row = uk.row("Trainee 014 Border")
    expect(uk.tag("Not cleared", row).first).to_be_visible()
    assert not row.get_by_role("button").count(), "no seat without clearance"
    uk.follow("Turn down", row)


def write_assessment(uk: Reader) -> str:
    """Write and submit a rights assessment of the training programme; return its address."""
    uk.open("Programmes")
    uk.follow(re.compile("Training of Iraqi law enforcement"))
    uk.follow("Write a rights assessment")
    uk.fill("Summary of the risk", "Force at the border")
    uk.tick("Low")
    uk.fill_date("Valid until", today() + dt.timedelta(days=365))
    uk.press("Save the draft")
    uk.reads("The draft is not complete yet. It lacks: %(parts)s", parts="mitigations, each with an owner and a date")
    uk.follow("Change the draft")
    uk.fill("Mitigation 1", "A session on human rights")
    uk.fill("Owner of mitigation 1", "Head of training")
    uk.fill_date("Mitigation 1 is due on", today() + dt.timedelta(days=60))
    uk.press("Save the draft")
    uk.press("Submit for approval")
    uk.reads("Submitted for approval. Another person has to decide.")
    return path_of(uk.page.url)


def test_rights_approver_approves_anothers_assessment(demonstration_url: str, enter: Enter) -> None:
    steps.grant(demonstration_url, "uk.coordinator", Role.RIGHTS_APPROVER)
    writer = enter("uk.coordinator")
    address = write_assessment(writer)
    writer.reads("You wrote this yourself: another person has to decide.")
    assert not writer.has("button", "Approve")
    steps.refused_by_hand(writer, f"{address}/approve")
    writer.page.reload()
    expect(writer.tag("Awaiting approval")).to_be_visible()

    approver = enter("rights.approver")
    approver.follow(re.compile("Training of Iraqi law enforcement"))
    assert path_of(approver.page.url) == address
    approver.press("Approve")
    expect(approver.tag("Approved")).to_be_visible()


def test_auditor_filters_the_audit_trail(enter: Enter) -> None:
    auditor = enter("auditor")
    auditor.open("Audit")
    auditor.main.get_by_text("Filter").click()
    auditor.choose("Event", "Payment approved")
    auditor.fill("Username", "approver.2")
    auditor.press("Show")
    rows = auditor.main.get_by_role("row").filter(has=auditor.page.get_by_role("rowheader"))
    assert rows.count() > 0
    assert rows.filter(has_text="Payment approved").filter(has_text="approver.2").count() == rows.count()
    auditor.main.get_by_text("Filter").click()
    auditor.fill("Username", "nobody.at.all")
    auditor.press("Show")
    auditor.reads("No event matches.")
    auditor.open("People")
    assert not auditor.has("link", "Register a person")


def test_trainer_confirms_without_seeing_vetting(enter: Enter) -> None:
    trainer = enter("trainer.2")
    trainer.follow("Confirm or refuse")
    trainer.press("Confirm completion", trainer.row("Trainee 001 Directorate"))
    trainer.reads("Completion confirmed.")
    trainer.open("Home")
    trainer.turn_to("Techniques and methods", "Roster")
    row = trainer.row("Trainee 001 Directorate")
    expect(trainer.tag("Completion confirmed", row)).to_be_visible()
    assert "cleared" not in trainer.main.inner_text().lower()
    assert not trainer.has("link", "Withdraw")
    assert row.get_by_role("link").count() == 0


def test_trainee_reads_reason_of_trainers_refusal(enter: Enter) -> None:
    trainer, trainee = enter("trainer.2"), enter("trainee.2", language="ckb-IQ", width=320, java_script=False)
    trainer.follow("Confirm or refuse")
    trainer.follow("Refuse", trainer.row("Trainee 001 Directorate"))
    trainer.fill("Reason", "The last day is missing")
    trainer.press("Refuse")
    trainer.reads("Refused. The trainee reads your reason and may claim again.")
    assert trainee.language == "ckb"
    trainee.open("Home")
    trainee.follow("Record completion", steps.own_course(trainee, INVESTIGATING))
    trainee.reads("Your earlier claim was refused:")
    trainee.reads("The last day is missing")


def test_administrator_sees_neither_people_nor_money(enter: Enter) -> None:
    administrator = enter("admin")
    menu = administrator.page.get_by_role("navigation", name="Menu").get_by_role("link").all_inner_texts()
    assert not {"People", "Programmes", "Cohorts", "Approvals", "Audit"} & set(menu)
    administrator.page.get_by_role("link", name=re.compile("^Account ")).click()
    administrator.reads("Administrator")


def test_first_administrator_creates_an_account(served: Served, open_page: Callable[..., Page]) -> None:
    served.begin_anew(sqlite_template())
    address = command(served.url, "account", "invite", "--role", "administrator")
    reader = Reader(open_page(served.base, language="ar-IQ", width=320, java_script=False))
    reader.page.goto(path_of(address.strip()))
    assert reader.language == "ar"
    reader.fill("Your name", "مدير النظام")
    reader.fill("Username", "first.administrator")
    reader.fill("Password", "too short")
    reader.press("Create my account")
    reader.reads("Use %(shortest)s characters or more", shortest="15")
    expect(reader.field("Your name")).to_have_value("مدير النظام")
    reader.fill("Password", PASSWORD)
    reader.press("Create my account")
    reader.reads("Your account is ready. Sign in.")
    reader.sign_in("first.administrator", PASSWORD)
    assert reader.language == "ar"


def test_administrator_sees_effect_before_moving_an_organisation(enter: Enter) -> None:
    admin = enter("admin")
    admin.open("Organisations")
    admin.choose("Jurisdiction", "Iraq (federal)")
    admin.press("Show")
    admin.follow("Border Forces Command")
    admin.follow("Move")
    admin.choose("Body above it", "Passport and Residency Directorate")
    admin.press("Show what the move does")
    admin.reads("24 people come under another body.")
    admin.reads("1 coordinator begins to see these people.")
    admin.reads("Nothing was moved yet. Press the button to move it.")
    admin.press("Move it")
    admin.reads("Organisation moved.")
    assert admin.has("link", "Passport and Residency Directorate")
