"""Users in a browser: what they read, type and press, in the language of the page."""

import datetime as dt
import re
from dataclasses import dataclass
from functools import cache
from typing import Literal

from babel.support import Translations
from playwright.sync_api import Locator, Page, expect

from tests.support.secrets import DEMO_PASSWORD
from training.kit.money import parse_amount
from training.kit.resources import TRANSLATIONS
from training.kit.wordings import worded

_BEGINNING = 30
"""So many characters of a long title are on a card at least."""


@cache
def _catalogue(language: str) -> Translations:
    return Translations.load(str(TRANSLATIONS), [language])


def said(language: str, english: str) -> str:
    """Return the product's translation of ``english``; unchanged if there is none."""
    return str(_catalogue(language).gettext(english))


def path_of(address: str) -> str:
    """Return a URL without scheme and host."""
    return re.sub(r"^https?://[^/]+", "", address)


@dataclass(frozen=True)
class Reader:
    """A signed-in user. Texts are given in English and searched in the language of the page."""

    page: Page

    # Reading

    @property
    def language(self) -> str:
        """The language of the open page."""
        return self.page.locator("html").get_attribute("lang") or ""

    @property
    def main(self) -> Locator:
        """The main content of the page."""
        return self.page.get_by_role("main")

    def words(self, english: str) -> str:
        """Return the text of the page for an English text."""
        return said(self.language, english)

    def reads(self, english: str, **values: str) -> None:
        """Expect the text on the page."""
        text = self.words(english) % values if values else self.words(english)
        expect(self.main.get_by_text(text).first).to_be_visible()

    def title(self, english: str) -> str:
        """Return the title of a course of the demonstration as the page has it."""
        return worded(english, self.language)

    def proposal(self, purpose: str) -> Locator:
        """Return the card of the proposal with this purpose."""
        return self.main.locator("section").filter(has_text=purpose)

    def row(self, *texts: str) -> Locator:
        """Return the table row that contains all the texts."""
        found = self.main.get_by_role("row")
        for text in texts:
            found = found.filter(has_text=text)
        return found

    def tag(self, english: str, within: Locator | None = None) -> Locator:
        """Return the tag that shows a state."""
        return (within or self.main).locator(".govuk-tag").get_by_text(self.words(english), exact=True)

    def figure(self, english: str) -> int:
        """Return the pence under a heading such as Available."""
        heading = self.page.get_by_text(self.words(english), exact=True)
        tile = self.main.locator(".app-figures > div, .govuk-summary-list__row").filter(has=heading)
        return parse_amount(tile.locator("dd").inner_text())

    # Navigating

    def sign_in(self, username: str, password: str = DEMO_PASSWORD) -> None:
        """Sign in; afterwards the page is in the language of the account."""
        self.page.goto("/sign-in")
        self.fill("Username", username)
        self.fill("Password", password)
        self.press("Sign in")
        expect(self.page).to_have_url(re.compile(r":\d+/$"))

    def arrives(self, english: str) -> None:
        """Expect a page with this heading."""
        expect(self.page.get_by_role("heading", level=1)).to_contain_text(self.words(english))

    def open(self, entry: str) -> None:
        """Open a page of the menu."""
        menu = self.page.get_by_role("navigation", name=self.words("Menu"), exact=True)
        menu.get_by_role("link", name=self.words(entry), exact=True).click()
        self.fits()

    def follow(self, name: str | re.Pattern[str], within: Locator | None = None) -> None:
        """Follow a link: ``name`` is English, or a pattern."""
        (within or self.main).get_by_role("link", name=self._named(name), exact=True).first.click()
        self.fits()

    def turn_to(self, course: str, link: str) -> None:
        """Follow a link of the card that the first page has about a cohort of ``course``."""
        card = self.main.locator("section.app-card").filter(has_text=course[:_BEGINNING]).first
        self.follow(re.compile("^" + re.escape(self.words(link))), card)

    def press(self, name: str, within: Locator | None = None) -> None:
        """Press a button."""
        (within or self.main).get_by_role("button", name=self.words(name), exact=True).click()
        self.fits()

    def has(self, role: Literal["link", "button"], name: str, within: Locator | None = None) -> bool:
        """Return whether there is such a link or button."""
        found = (within or self.main).get_by_role(role, name=self.words(name), exact=True)
        return found.count() > 0

    def _named(self, name: str | re.Pattern[str]) -> str | re.Pattern[str]:
        return self.words(name) if isinstance(name, str) else name

    def fits(self) -> None:
        """Expect that the page does not overflow the screen horizontally."""
        self.page.wait_for_load_state()
        width = self.page.evaluate("document.documentElement.scrollWidth")
        screen = self.page.viewport_size
        assert screen
        assert width <= screen["width"], f"{path_of(self.page.url)} is {width} px wide"

    def speak(self, endonym: str) -> None:
        """Switch the language of the page."""
        self.page.get_by_role("banner").get_by_role("button", name=endonym, exact=True).click()

    # Typing

    def field(self, label: str) -> Locator:
        """Return the input with this label, with or without the mark that it is optional."""
        plain = self.words(label)
        optional = self.words("%(label)s (optional)") % {"label": plain}
        return self.main.get_by_label(re.compile(f"^\\s*({re.escape(plain)}|{re.escape(optional)})\\s*$"))

    def fill(self, label: str, text: str) -> None:
        """Type into a field."""
        self.field(label).fill(text)

    def fill_date(self, legend: str, day: dt.date) -> None:
        """Type a date into its three inputs."""
        boxes = self.main.get_by_role("group", name=self.words(legend))
        for label, number in (("Day", day.day), ("Month", day.month), ("Year", day.year)):
            boxes.get_by_label(self.words(label), exact=True).fill(str(number))

    def choose(self, label: str, beginning: str) -> None:
        """Choose the option that starts with ``beginning``."""
        field = self.field(label)
        option = field.locator("option").filter(has_text=re.compile(f"^\\s*{re.escape(beginning)}")).first
        field.select_option(value=option.get_attribute("value"))

    def tick(self, label: str) -> None:
        """Tick a box or choose a radio button."""
        self.main.get_by_label(self.words(label), exact=True).check()
