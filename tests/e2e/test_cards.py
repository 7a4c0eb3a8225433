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
TALLEST = 104
"""The average height of a person's card in pixels: four lines of Sorani and the space around them."""
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


@pytest.mark.parametrize("language", LANGUAGES)
def test_list_of_people_is_cards(enter: Enter, language: str) -> None:
    reader = at(enter, "uk.coordinator", language)
    reader.page.goto("/people")
    first = reader.main.get_by_role("row").nth(1)
    expect(first.get_by_role("rowheader")).to_be_visible()
    for heading in ("Organisation", "Rank"):
        expect(reader.main.get_by_role("columnheader", name=reader.words(heading), exact=True)).to_have_count(1)
    assert first.get_by_role("cell").count() == 3, "the other name, organisation and rank"
    assert cut(reader) == []
    assert height(reader) <= TALLEST


@pytest.mark.parametrize("language", ["en", "ar"])
def test_roster_is_cards_whose_boxes_and_steps_can_be_touched(enter: Enter, language: str) -> None:
    reader = at(enter, "uk.coordinator", language)
    to_roster(reader)
    assert cut(reader) == []
    for part in reader.main.locator("tbody :is(input, button, .app-actions a)").all():
        box = part.bounding_box()
        assert box
        assert min(box["width"], box["height"]) >= TARGET, part.inner_text()
    tick = reader.main.get_by_role("checkbox").first
    expect(tick).to_have_accessible_name(re.compile(r"\w"))
    tick.check()
    reader.main.locator("select[name=step]").select_option(index=1)
    expect(reader.main.locator("#selection button")).to_be_visible()


@pytest.mark.parametrize("language", ["en", "ckb"])
def test_claims_are_cards(enter: Enter, language: str) -> None:
    reader = at(enter, "uk.coordinator", language)
    reader.page.goto("/claims")
    assert cut(reader) == []
    expect(reader.main.get_by_role("row").nth(1).get_by_role("cell").first).to_contain_text("£")


def test_cards_are_a_table_on_a_wide_screen(enter: Enter) -> None:
    reader = enter("uk.coordinator")
    reader.page.goto("/people")
    tops = {cell.bounding_box()["y"] for cell in reader.main.locator("tbody tr").first.locator("> *").all()}  # type: ignore[index]
    assert len(tops) == 1
    expect(reader.main.get_by_role("columnheader", name="Rank")).to_be_visible()


@pytest.mark.parametrize("width", [PHONE, 1280])
def test_printed_lists_have_no_form_controls(enter: Enter, width: int) -> None:
    reader = enter("uk.coordinator", width=width)
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
    row = reader.main.locator("tbody tr").first
    expect(row.locator("th")).to_be_visible()
    tops = {cell.bounding_box()["y"] for cell in row.locator("> *").all() if cell.is_visible()}  # type: ignore[index]
    assert len(tops) == 1, "on paper a table stays a table"
