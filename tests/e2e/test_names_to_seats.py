"""From a spreadsheet of nominees to seats: a partner coordinator in Arabic on a phone, a vetting officer in Sorani."""

import re

import pytest

from tests.e2e import steps
from tests.e2e.conftest import Enter
from tests.e2e.people import Reader
from training.kit.resources import ROOT

COURSE = "Profiling, identification and interviewing at the borders - basic level"
NAMES = ROOT / "seed" / "demo" / "nominations.csv"
GOOD = ("متدرب 101", "متدرب 102", "متدرب 103")
"""The rows of the demonstration's file that can be nominated as they are, and are new."""
LATIN = {name: f"Trainee {name[-3:]} Border" for name in GOOD}


def open_roster(reader: Reader) -> None:
    """Open the roster of the cohort, from the list of cohorts."""
    reader.open("Cohorts")
    reader.follow(re.compile("."), reader.row(reader.title(COURSE)))
    reader.follow("Roster")


def nominate_from_file(partner: Reader) -> None:
    """Upload the file, review what each row means, then nominate the valid ones."""
    partner.open("Cohorts")
    partner.follow(re.compile("."), partner.row(partner.title(COURSE)))
    partner.follow("Nominate")
    partner.follow("Nominate many people from a file")
    partner.page.set_input_files("[name=file]", NAMES)
    partner.press("Read")
    assert partner.tag("New: will be registered and nominated", partner.row(GOOD[0])).count() == 1
    assert partner.tag("Asked about: say whether it counts", partner.row("متدرب 104")).count() == 1
    partner.main.locator("form[action$='/commit'] button").click()
    partner.follow("To the roster")
    for name in GOOD:
        assert partner.tag("Nominated", partner.row(name)).count() == 1


def take_step(uk: Reader, step: str) -> None:
    """Apply one step to all people of the file."""
    open_roster(uk)
    for name in GOOD:
        uk.row(LATIN[name]).get_by_role("checkbox").check()
    uk.choose("Action for selected nominees", uk.words(step))
    uk.press("Do it")


@pytest.mark.parametrize("demonstration_url", ["sqlite", "postgresql"], indirect=True)
def test_uploaded_nominees_are_vetted_and_seated(enter: Enter) -> None:
    partner = enter("iraq.coordinator", language="ar-IQ", width=320)
    assert partner.language == "ar"
    nominate_from_file(partner)

    uk = enter("uk.coordinator")
    take_step(uk, "Shortlist")
    take_step(uk, "Send to vetting")
    vetting = enter("vetting", language="ckb-IQ")
    vetting.speak("کوردیی ناوەندی")
    assert vetting.language == "ckb"
    steps.return_spreadsheet(vetting, dict(zip(GOOD, ("Cleared", "Cleared", "Not cleared"), strict=True)))
    take_step(uk, "Confirm the seat")
    uk.reads("These stay as they were:")
    assert uk.row(LATIN[GOOD[2]]).count() == 1, "who is not cleared gets no seat"

    open_roster(partner)
    assert partner.tag("Seat confirmed", partner.row(GOOD[0])).count() == 1
    assert partner.tag("Seat confirmed", partner.row(GOOD[1])).count() == 1
    assert partner.tag("Not cleared", partner.row(GOOD[2])).count() >= 1


def test_repeated_upload_creates_no_duplicates(enter: Enter) -> None:
    partner = enter("iraq.coordinator", language="ar-IQ")
    nominate_from_file(partner)
    partner.open("Cohorts")
    partner.follow(re.compile("."), partner.row(partner.title(COURSE)))
    partner.follow("Nominate")
    partner.follow("Nominate many people from a file")
    partner.page.set_input_files("[name=file]", NAMES)
    partner.press("Read")
    for name in GOOD:
        assert partner.tag("Nominated already", partner.row(name)).count() == 1
