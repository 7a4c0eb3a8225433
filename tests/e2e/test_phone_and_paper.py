"""A funder's key figures are visible on a phone and in print, in both reading directions."""

import re
import sqlite3
from contextlib import closing

import pytest
from playwright.sync_api import Locator, expect

from tests.e2e.conftest import Enter
from tests.e2e.people import Reader
from training.kit.locale import LANGUAGES

PHONE = 320


def funder(enter: Enter, language: str, **screen: object) -> Reader:
    """Return a funder with this language, on the page of their programme."""
    reader = enter("funder", **screen)
    if reader.language != language:
        reader.speak(LANGUAGES[language].endonym)
        expect(reader.page.locator("html")).to_have_attribute("lang", language)
    reader.page.goto("/programmes")
    reader.main.locator("a[href^='/programmes/']").first.click()
    return reader


def is_in_sight(cell: Locator) -> bool:
    """Return whether a cell is fully visible without scrolling sideways."""
    box = cell.bounding_box()
    assert box
    return box["x"] >= 0 and box["x"] + box["width"] <= PHONE


def column(reader: Reader, heading: str) -> Locator:
    return reader.main.get_by_role("columnheader", name=reader.words(heading), exact=True).first


@pytest.mark.parametrize("language", LANGUAGES)
def test_phone_shows_key_columns_first(enter: Enter, language: str) -> None:
    reader = funder(enter, language, width=PHONE)
    sentence = reader.main.locator("#burn-down > p").filter(has_text="£300,000.00").first
    assert is_in_sight(sentence)
    assert is_in_sight(reader.main.locator("#burn-down .burn--narrow")), "today and the forecast, without scrolling"
    expect(reader.main.locator("#burn-down .burn--wide")).to_be_hidden()
    legend = reader.main.locator(".app-legend li")
    assert legend.count() == 5
    for name in ("Ceiling", "Left after payments", "Left after commitments", "Left by the forecast", "Left as planned"):
        entry = legend.filter(has_text=re.compile(rf"^\s*{re.escape(reader.words(name))}\s*£"))
        assert is_in_sight(entry), name
    assert is_in_sight(column(reader, "Available"))
    assert is_in_sight(column(reader, "Amount"))
    reader.follow("Year end")
    assert is_in_sight(column(reader, "Will lapse"))
    assert is_in_sight(column(reader, "Outstanding"))


@pytest.mark.parametrize("language", ["en", "ar"])
def test_print_has_figures_and_date(enter: Enter, language: str) -> None:
    reader = funder(enter, language)
    figures, day = reader.main.locator("details table"), reader.main.locator(".app-printed")
    expect(figures).to_be_hidden()
    expect(day).to_be_hidden()
    reader.page.emulate_media(media="print")
    expect(figures).to_be_visible()
    expect(day).to_be_visible()
    expect(day).to_contain_text(re.compile(r"20\d\d.* \d\d:\d\d"))
    expect(reader.main.locator(".app-legend")).to_be_visible()
    expect(reader.main.locator(".burn--wide")).to_be_visible()
    expect(reader.main.locator(".burn--narrow")).to_be_hidden()


@pytest.mark.parametrize("language", ["ar", "ckb"])
def test_english_title_in_a_card_has_a_line_of_its_own(demonstration_url: str, enter: Enter, language: str) -> None:
    with closing(sqlite3.connect(demonstration_url.removeprefix("sqlite:///"))) as untranslated, untranslated:
        untranslated.execute("UPDATE courses SET title_ar = '', title_ckb = ''")
    reader = enter("uk.coordinator", width=PHONE)
    reader.speak(LANGUAGES[language].endonym)
    expect(reader.page.locator("html")).to_have_attribute("dir", "rtl")
    headings = reader.main.locator(".app-card h2").filter(has=reader.page.locator("[lang=en]"))
    assert headings.count()
    for heading in headings.all():
        code, title = heading.locator("bdi").bounding_box(), heading.locator("[lang=en]").bounding_box()
        assert code
        assert title
        assert title["y"] >= code["y"] + code["height"] - 2


def test_funder_reads_the_first_page_on_a_phone_and_on_paper(enter: Enter) -> None:
    reader = enter("funder", width=PHONE)
    bar, chart = reader.main.locator("svg.bar"), reader.main.locator("svg.burn")
    assert is_in_sight(bar)
    assert is_in_sight(chart)
    reader.page.emulate_media(media="print")
    expect(bar).to_be_visible()
    expect(chart).to_be_visible()
    expect(reader.main.locator("details table")).to_be_visible()
