"""A partner coordinator uploads a spreadsheet of nominees, in Arabic, on a phone of 320 pixels."""

import re

from tests.e2e.conftest import Enter
from training.kit.resources import ROOT

FILE = ROOT / "seed" / "demo" / "nominations.csv"
COURSE = "Profiling, identification and interviewing at the borders - basic level"


def test_demonstration_file_is_uploaded(enter: Enter) -> None:
    coordinator = enter("iraq.coordinator", language="ar-IQ", width=320)
    assert coordinator.language == "ar"
    coordinator.turn_to(coordinator.title(COURSE), "Nominate")
    coordinator.follow("Nominate many people from a file")
    coordinator.field("File of names").set_input_files(FILE)
    coordinator.press("Read")
    coordinator.reads("Perhaps known: choose")
    coordinator.reads("Write female or male, or leave it empty")

    coordinator.page.get_by_role("link", name=re.compile(re.escape(coordinator.words("Choose")))).first.click()
    coordinator.fits()
    coordinator.main.get_by_role("radio").first.check()
    coordinator.press("Save")

    # The next row that needs a decision is shown by itself.
    coordinator.reads("Write female or male, or leave it empty")
    coordinator.fits()
    coordinator.choose("Sex", coordinator.words("Male"))
    coordinator.press("Save")

    coordinator.page.get_by_role("link", name=coordinator.words("Back"), exact=True).click()
    coordinator.main.get_by_role("button", name=re.compile("7")).click()
    coordinator.reads("Nominated.")
    coordinator.follow("To the roster")
    assert coordinator.row("متدرب 104").count() == 1
