"""Every kind of page of every role, in three languages: it fits a phone and meets the accessibility rules."""

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.e2e.conftest import Enter
from tests.e2e.people import Reader
from tests.support.depth import IS_DEEP
from training.kit.locale import LANGUAGES

ROLES = ("uk.coordinator", "iraq.coordinator", "trainer", "trainee", "funder", "approver", "vetting", "rights.approver",
         "auditor", "admin")  # fmt: skip
STANDARD = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"], "resultTypes": ["violations"]}
READABLE = set(LANGUAGES) if IS_DEEP else {"en", "ar"}
"""In which languages pages are held to the standard: Sorani is laid out as Arabic is (``make deep`` asks in all)."""

WITHOUT_COLOURS = STANDARD | {"rules": {"color-contrast": {"enabled": False}}}
"""The slowest rule is asked in English; ``make deep`` asks in all. Colours do not depend on the language."""

PHONE = 320
_FILE = re.compile(r"^/static/|/tables?[/.]|^/evidence/|^/rights/attachments/|\.(csv|xlsx)(\?|$)")
"""What is saved, not shown."""
_NUMBERED = re.compile(r"[0-9a-hjkmnp-tv-z]{12}|\?.*")


def menu_of(reader: Reader) -> list[str]:
    """Return the URLs in the menu."""
    return addresses(reader, ".app-navigation a")


def addresses(reader: Reader, links: str) -> list[str]:
    """Return the URLs of the links on the open page."""
    return reader.page.locator(links).evaluate_all("all => all.map(one => one.getAttribute('href'))")


def kinds(reader: Reader, seen: set[str]) -> Iterator[str]:
    """Open the pages of the menu and one page of each further kind not yet seen; yield the kind."""
    menu = menu_of(reader)
    seen -= set(menu)
    waiting = [*menu]
    while waiting:
        address = waiting.pop(0)
        kind = _NUMBERED.sub("…", address)
        if kind in seen:
            continue
        seen.add(kind)
        reader.page.goto(address)
        yield kind
        waiting += [link for link in addresses(reader, "a[href^='/']") if not _FILE.search(link)]


def faults(reader: Reader) -> list[str]:
    """Return the accessibility violations of the open page, and whether it is too wide."""
    rules = STANDARD if IS_DEEP or reader.language == "en" else WITHOUT_COLOURS
    found = Axe().run(reader.page, options=rules).response["violations"] if reader.language in READABLE else []
    said = [f"{one['id']}: {', '.join(node['html'][:200] for node in one['nodes'][:3])}" for one in found]
    width = reader.page.evaluate("document.documentElement.scrollWidth")
    return said + ([f"{width} px wide"] if width > PHONE else [])


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_screen_fits_and_is_accessible(enter: Enter, language: str) -> None:
    seen, wrong = set[str](), dict[tuple[str, str], list[str]]()
    for role in ROLES:
        reader = enter(role, width=PHONE)
        if reader.language != language:
            reader.speak(LANGUAGES[language].endonym)
        assert reader.language == language
        wrong |= {(role, kind): said for kind in kinds(reader, seen) if (said := faults(reader))}
        reader.page.context.close()
    assert len(seen) > 30
    assert wrong == {}
