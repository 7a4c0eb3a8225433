"""On a phone the rows of people, rosters and claims are cards: nothing is cut, and everything can be touched.

On paper they are lists without boxes and buttons.
"""

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.e2e.conftest import Enter
from tests.e2e.people import Reader
from training.kit.locale import LANGUAGES

PHONE = 320
TALLEST = 84
"""The average height of a person's card in pixels: three lines of Sorani and the space around them."""
TARGET = 24


def at(enter: Enter, role: str, language: str = "en") -> Reader:
    reader = enter(role, width=PHONE)
    if reader.language != language:
        reader.speak(LANGUAGES[language].endonym)
    return reader


def to_roster(reader: Reader) -> None:
    """Open the longest roster."""
    reader.page.goto("/cohorts")
    cohorts = [link.get_attribute("href") for link in reader.main.locator("tbody a[href^='/cohorts/']").all()]
    longest, most = "", -1
    for address in cohorts[:8]:
        reader.page.goto(f"{address}/roster")
        if (number := reader.main.locator("tbody tr").count()) > most:
            longest, most = f"{address}/roster", number
    reader.page.goto(longest)


def is_whole(part: Locator) -> bool:
    """Return whether a part of the page is visible without scrolling sideways."""
    box = part.bounding_box()
    return bool(box and box["x"] >= 0 and box["x"] + box["width"] <= PHONE)


def cut(reader: Reader) -> list[str]:
    """Return the texts of the cells of a card that lie beyond the edge of the screen."""
    cells = [cell for cell in reader.main.locator("tbody tr > *").all() if cell.is_visible()]
    assert cells
    return [cell.inner_text() for cell in cells if cell.inner_text().strip() and not is_whole(cell)]


def height(reader: Reader) -> float:
    """Return the average height of a row."""
    heights = [row.bounding_box()["height"] for row in reader.main.locator("tbody tr").all()]  # type: ignore[index]
    return sum(heights) / len(heights)


def has_cards_of_people(reader: Reader) -> None:
    reader.page.goto("/people")
    first = reader.main.get_by_role("row").nth(1)
    expect(first.get_by_role("rowheader")).to_be_visible()
    for heading in ("Organisation", "Rank"):
        expect(reader.main.get_by_role("columnheader", name=reader.words(heading), exact=True)).to_have_count(1)
    assert first.get_by_role("cell").count() == 3, "the other name, organisation and rank"
    assert cut(reader) == []
    assert height(reader) <= TALLEST


def has_roster_to_work_with(reader: Reader) -> None:
    to_roster(reader)
    assert cut(reader) == []
    for part in reader.main.locator("tbody :is(input, button, a)").all():
        box = part.bounding_box()
        assert box
        assert min(box["width"], box["height"]) >= TARGET, part.inner_text()
    tick = reader.main.get_by_role("checkbox").first
    expect(tick).to_have_accessible_name(re.compile(r"\w"))
    tick.check()
    reader.main.locator("select[name=step]").select_option(index=1)
    expect(reader.main.locator("#selection button")).to_be_visible()


def has_cards_of_claims(reader: Reader) -> None:
    reader.page.goto("/claims")
    assert cut(reader) == []
    expect(reader.main.get_by_role("row").nth(1).get_by_role("cell").first).to_contain_text("£")


def has_rows_of_a_file(reader: Reader) -> None:
    reader.page.goto("/programmes")
    programme = reader.main.locator("tbody a[href^='/programmes/']").first.get_attribute("href")
    reader.page.goto(f"{programme}/spending/new")
    lines = "Date,Amount,Supplier\n2026-10-05,1250.00,A supplier with a long name of its own\n2026-10-06,much,Other\n"
    reader.page.set_input_files("input[type=file]", {"name": "x.csv", "mimeType": "text/csv", "buffer": lines.encode()})
    reader.main.get_by_role("button").last.click()
    reader.page.locator("select[name=otherwise]").select_option(index=1)
    reader.main.get_by_role("button").first.click()
    expect(reader.main.locator("#rows")).to_be_visible()
    assert cut(reader) == []


def prints_no_controls(reader: Reader) -> None:
    reader.page.emulate_media(media="print")
    to_roster(reader)
    assert reader.main.locator("tbody input").count()
    roster = reader.page.url
    for address in (roster, "/people", "/claims", "/cohorts", "/completions"):
        reader.page.goto(address)
        controls = reader.main.locator("input, select, textarea, button, .app-actions").all()
        assert [control.inner_text() for control in controls if control.is_visible()] == [], address
        expect(reader.main.get_by_text(reader.words("Choose all on this page"))).to_be_hidden()
    reader.page.goto(roster)
    expect(reader.main.locator("tbody th").first).to_be_visible()
    assert is_one_line(reader), "on paper a table stays a table"


def is_one_line(reader: Reader) -> bool:
    """Return whether the visible cells of the first row stand beside one another."""
    cells = [cell for cell in reader.main.locator("tbody tr").first.locator("> *").all() if cell.is_visible()]
    return len({cell.bounding_box()["y"] for cell in cells}) == 1  # type: ignore[index]


@pytest.mark.parametrize("language", LANGUAGES)
def test_lists_are_cards_on_a_phone(enter: Enter, language: str) -> None:
    reader = at(enter, "uk.coordinator", language)
    has_cards_of_people(reader)
    has_roster_to_work_with(reader)
    has_cards_of_claims(reader)
    has_rows_of_a_file(reader)
    if language == "en":
        prints_no_controls(reader)


@pytest.mark.parametrize("language", LANGUAGES)
def test_effects_of_an_approval_fit_a_phone(enter: Enter, language: str) -> None:
    reader = at(enter, "approver", language)
    reader.page.goto("/approvals")
    assert reader.main.locator("table").count() > 1
    assert cut(reader) == []


def test_lists_are_tables_on_a_wide_screen_and_on_paper(enter: Enter) -> None:
    reader = enter("uk.coordinator")
    reader.page.goto("/people")
    assert is_one_line(reader)
    expect(reader.main.get_by_role("columnheader", name="Rank")).to_be_visible()
    prints_no_controls(reader)
