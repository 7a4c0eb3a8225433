"""The Kurdistan Region's coordinator works in Sorani; their nominees are invisible to other organisations."""

import re

from tests.e2e.conftest import Enter
from tests.e2e.people import Reader, path_of

COURSE = "Human Rights-based Policing"
NATIVE, OTHER_SPELLING = "کاروان ڕەسووڵی نموونە", "كاروان رەسوولي"
"""The same name from a Kurdish and from an Arabic keyboard."""


def register_and_nominate(coordinator: Reader) -> str:
    """Register a new person from the page of an open cohort; return the address of the person's page."""
    assert coordinator.language == "ckb"
    coordinator.turn_to(coordinator.title(COURSE), "Nominate")
    coordinator.follow("Register and nominate")
    coordinator.choose("Organisation", "Directorate of Combating Human Trafficking")
    coordinator.fill("Name in Arabic or Kurdish letters", NATIVE)
    coordinator.press("Save")
    coordinator.reads("Registered and nominated.")
    coordinator.follow(re.compile(NATIVE))
    return path_of(coordinator.page.url)


def finds(reader: Reader, words: str) -> bool:
    """Search the register for a name."""
    reader.open("People")
    reader.fill("Name or service number", words)
    reader.press("Search")
    return reader.row(NATIVE).count() > 0


def test_new_nominee_is_invisible_to_other_organisations(enter: Enter) -> None:
    coordinator = enter("kri.coordinator", language="ckb-IQ", width=320)
    address = register_and_nominate(coordinator)
    assert finds(coordinator, OTHER_SPELLING)

    for username, language in (("iraq.coordinator", "ar-IQ"), ("kri.coordinator.2", "ckb-IQ")):
        other = enter(username, language=language)
        for words in (NATIVE, OTHER_SPELLING):
            assert not finds(other, words)
            other.reads("No one matches.")
        answer = other.page.goto(address)
        assert answer is not None
        assert answer.status == 404
        assert NATIVE not in answer.text()


def test_host_nominates_only_its_own_people(enter: Enter) -> None:
    """The host of the cohort nominates its own people, never another organisation's."""
    coordinator = enter("kri.coordinator.2", language="ckb-IQ")
    coordinator.turn_to(coordinator.title(COURSE), "Nominate")
    coordinator.fill("Name or service number", "فێرخواز")
    coordinator.press("Search")
    assert coordinator.row("Erbil").count() == 12
    assert coordinator.row("Directorate of Combating Human Trafficking").count() == 0
