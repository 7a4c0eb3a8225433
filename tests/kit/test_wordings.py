"""Ranks, purposes and titles of the demonstration are worded in all three languages."""

import csv
import tomllib
from pathlib import Path

import pytest

from training.cli.demo import people
from training.kit.locale import LANGUAGES
from training.kit.names import fold
from training.kit.resources import ROOT
from training.kit.wordings import worded

SEED = ROOT / "seed"


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


@pytest.mark.parametrize(
    ("text", "code", "wording"),
    [
        ("Captain", "ar", "نقيب"),
        ("نقيب", "en", "Captain"),
        ("ملازم اول", "ckb", "مولازمی یەکەم"),
        ("captain", "en", "Captain"),
        ("2026-006 Combatting Cross-Border Crime", "ckb", "2026-006 بەرەنگاربوونەوەی تاوانی سنووربەزێن"),
        ("2026-006 An own course", "ar", "2026-006 An own course"),
        ("Chairs", "ar", "Chairs"),
        ("", "ar", ""),
    ],
)
def test_known_text_is_worded_in_the_language_of_the_page(text: str, code: str, wording: str) -> None:
    assert worded(text, code) == wording


def test_no_wording_has_two_meanings() -> None:
    rows = [list(row.values()) for row in table(SEED / "wordings.csv")]
    assert all(all(row) and len(row) == len(LANGUAGES) for row in rows)
    folded = [text for row in rows for text in {fold(wording) for wording in row}]
    assert len(folded) == len(set(folded))


def test_the_demonstration_has_no_text_in_english_alone() -> None:
    steps = tomllib.loads((SEED / "demo" / "timeline.toml").read_text(encoding="utf-8"))["step"]
    texts = {step[part] for step in steps for part in ("purpose", "rank") if part in step} | set(people._RANKS)
    courses = table(SEED / "demo" / "courses.csv")
    assert len(courses) == 15
    for text in [*texts, *(course["title_en"] for course in courses)]:
        assert len({worded(text, code) for code in LANGUAGES}) == len(LANGUAGES), text
    for venue in table(SEED / "demo" / "venues.csv"):
        assert all(venue[f"name_{code}"] for code in LANGUAGES), venue["name_en"]
