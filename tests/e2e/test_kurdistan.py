"""The Kurdistan Region's coordinator works in Sorani, and nobody else learns whom they put forward."""

import re

from tests.e2e.conftest import Enter
from tests.e2e.people import Reader, path_of

COURSE = "Human Rights-based Policing"
NATIVE, OTHER_SPELLING = "کاروان ڕەسووڵی نموونە", "كاروان رەسوولي"
"""The same name from a Kurdish and from an Arabic keyboard."""


def register_and_nominate(coordinator: Reader) -> str:
    """Register somebody new from the page of an open cohort; return the address of the person's page."""
    assert coordinator.language == "ckb"
    coordinator.follow(re.compile(COURSE))
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


def test_a_new_person_is_nominated_and_seen_by_nobody_else(enter: Enter) -> None:
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


def test_other_organisations_cannot_be_nominated_from(enter: Enter) -> None:
    """The host of the cohort puts its own people forward, never another organisation's."""
    coordinator = enter("kri.coordinator.2", language="ckb-IQ")
    coordinator.follow(re.compile(COURSE))
    coordinator.fill("Name or service number", "فێرخواز")
    coordinator.press("Search")
    assert coordinator.row("Erbil").count() == 12
    assert coordinator.row("Directorate of Combating Human Trafficking").count() == 0
