"""A coordinator prints cards; a trainee without e-mail signs in with one on a small phone, later with a password."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page, expect

from tests.e2e.conftest import Enter, Served
from tests.e2e.people import Reader
from training.kit.locale import LANGUAGES

PHONE = 320
PASSWORD = "چرا ڕووبار بەرد هەورێک"
EASTERN = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
_A4 = {"width": 210, "height": 297}
_DOTS_PER_MM = 96 / 25.4


@dataclass(frozen=True)
class PaperCard:
    """What a trainee reads from the paper."""

    address: str
    username: str
    code: str


def print_cards(coordinator: Reader, people: int) -> list[PaperCard]:
    """Tick people of the list, and return their cards."""
    coordinator.open("People")
    for box in coordinator.main.get_by_role("checkbox").all()[:people]:
        box.check()
    coordinator.press("Make cards for all that are chosen")
    found = []
    for ticket in coordinator.main.get_by_role("article").all():
        username, code = ticket.locator("dd").all_inner_texts()
        found.append(PaperCard(ticket.locator(".app-ticket__address").inner_text().strip(), username, code))
    return found


def fills_sheets_of_three(coordinator: Reader, people: int) -> None:
    """Expect that nothing but cards is on paper, each whole on one page, in three languages."""
    page = coordinator.page
    sheet = page.pdf(format="A4")
    assert len(re.findall(rb"/Type\s*/Page\b", sheet)) == -(-people // 3)
    page.emulate_media(media="print")
    page.set_viewport_size({"width": round((_A4["width"] - 32) * _DOTS_PER_MM), "height": 900})
    controls = page.locator("input, select, textarea, button, nav, h1").all()
    assert [control.inner_text() for control in controls if control.is_visible()] == []
    for ticket in coordinator.main.get_by_role("article").all():
        assert ticket.evaluate("card => card.scrollHeight <= card.clientHeight + 1"), "nothing is cut off"
        for code, language in LANGUAGES.items():
            part = ticket.locator(f"div[lang='{code}'][dir='{language.direction}']")
            assert part.locator("li").count() == 3


def card_page(open_page: Callable[..., Page], served: Served) -> Reader:
    """Open the page of cards on a phone without JavaScript, in Sorani."""
    trainee = Reader(open_page(served.base, width=PHONE, java_script=False))
    trainee.page.goto("/sign-in")
    trainee.speak(LANGUAGES["ckb"].endonym)
    expect(trainee.page.locator("html")).to_have_attribute("lang", "ckb")
    trainee.follow("I have a card")
    return trainee


def test_trainee_signs_in_with_a_printed_card(enter: Enter, served: Served, open_page: Callable[..., Page]) -> None:
    coordinator = enter("iraq.coordinator")
    cards = print_cards(coordinator, 5)
    assert len(cards) == 5
    mine = cards[-1]
    assert mine.address == served.base.partition("//")[2] + "/card"
    fills_sheets_of_three(coordinator, 5)

    trainee = card_page(open_page, served)
    fits(trainee)
    trainee.fill("Username", mine.username.translate(EASTERN))
    trainee.fill("Code", mine.code.replace(" ", "-").translate(EASTERN))
    trainee.main.get_by_role("button").click()
    trainee.arrives("Choose a password")
    trainee.fill("Password", "1234567890123456")
    trainee.main.get_by_role("button").click()
    expect(trainee.main.get_by_role("alert")).to_be_visible()
    fits(trainee)
    trainee.fill("Password", PASSWORD)
    trainee.main.get_by_role("button").click()
    trainee.reads("Your password is set. From now on, sign in with your username and this password.")
    expect(trainee.page.locator("html")).to_have_attribute("lang", "ckb")
    fits(trainee)

    again = Reader(open_page(served.base, width=PHONE, java_script=False))
    again.sign_in(mine.username.translate(EASTERN), PASSWORD)
    expect(again.page.locator("html")).to_have_attribute("lang", "ckb")


def fits(reader: Reader) -> None:
    """Expect that nothing of the page lies beyond the edge of the phone."""
    for part in reader.page.locator("main *, header *").all():
        box = part.bounding_box() if part.is_visible() else None
        assert box is None or (box["x"] >= -1 and box["x"] + box["width"] <= PHONE + 1), part.inner_text()
