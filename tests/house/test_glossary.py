"""The glossary matches the interface and points to the code."""

import re
from collections.abc import Iterator

import pytest
from babel.messages.catalog import Catalog

from tools.check_translations import catalogue
from training.kit.resources import ROOT

_ROW = re.compile(r"^\| (?!term |---)([^|]+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \| `([^`]+)` \|$", re.MULTILINE)
_ROWS = _ROW.findall((ROOT / "docs" / "glossary.md").read_text(encoding="utf-8"))
_UNSAID = "–"
_TO_ONE_FRIEND = frozenset(
    re.findall(r"\w+", "أدخل اختر اكتب اتركه اتركها يمكنك اسمك بك لديك حسابك مرورك عليك جهتك إليك منك")
)
"""What Arabic says to one person whom one knows; the interface addresses its readers in the plural of politeness."""


def _said(known: Catalog, word: str) -> Iterator[object]:
    """Yield the messages translated by this word."""
    return (message.id for message in known if message.id and message.string == word)


def test_terms_match_the_interface() -> None:
    arabic, sorani = catalogue("ar"), catalogue("ckb")
    assert len(_ROWS) > 40
    for term, _meaning, ar, ckb, _code in _ROWS:
        assert (ar == _UNSAID) == (ckb == _UNSAID), term
        if ar != _UNSAID:
            assert set(_said(arabic, ar)) & set(_said(sorani, ckb)), f"{term}: {ar}, {ckb}"


@pytest.mark.parametrize(("term", "code"), [(row[0], row[4]) for row in _ROWS])
def test_terms_point_to_code(term: str, code: str) -> None:
    assert (ROOT / "training" / code).is_file()


def test_terms_are_defined_once() -> None:
    terms = [row[0] for row in _ROWS]
    assert len(terms) == len(set(terms))


def test_arabic_is_polite() -> None:
    texts = {str(message.string) for message in catalogue("ar") if message.id and message.string}
    assert len(texts) > 1000
    assert [text for text in texts if _TO_ONE_FRIEND & set(re.findall(r"[\w\u064b-\u0652]+", text))] == []
