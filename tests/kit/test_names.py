"""Spellings of one name have one key; different names have different keys."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training.kit.names import LONGEST_KEY, fold, name_key, name_words

unhurried = settings(deadline=None, database=None)
"""No deadline, since the machine may be busy, and no example database."""

MEET = {
    "alef with hamza": ("أحمد", "احمد"),
    "alef with hamza below": ("إبراهيم", "ابراهيم"),
    "alef with madda": ("آمنة", "امنه"),
    "alef wasla": ("ٱلحسن", "الحسن"),
    "ta marbuta and ha": ("فاطمة", "فاطمه"),
    "alef maksura and ya": ("مصطفى", "مصطفي"),
    "hamza on waw": ("مؤيد", "مويد"),
    "hamza on ya": ("رائد", "رايد"),
    "Persian and Arabic ya": ("علی", "علي"),
    "Persian and Arabic kaf": ("کریم", "كريم"),
    "Kurdish e and ha": ("ئاسۆ محەمەد", "ئاسۆ محهمهد"),
    "Kurdish ha do-chashmi": ("ھێمن", "هێمن"),
    "Kurdish yeh with mark": ("شێرکۆ", "شيركو"),
    "Kurdish ra and lam with mark": ("ڕزگار دڵشاد", "رزگار دلشاد"),
    "tatweel": ("محمـــد", "محمد"),
    "tashkeel": ("مُحَمَّد", "محمد"),
    "dagger alef": ("رحمٰن", "رحمن"),
    "ZWNJ": ("عبد\u200cالله", "عبدالله"),
    "ZWJ": ("ه\u200dاني", "هاني"),
    "presentation forms": ("ﻋﻠﻲ", "علي"),
    "lam-alef ligature": ("صﻻح", "صلاح"),
    "hamza above as a mark of its own": ("ا\u0654حمد", "أحمد"),
    "marks of direction round it": ("\u200fأحمد\u200e", "أحمد"),
    "case": ("AHMED HASSAN", "ahmed hassan"),
    "accents": ("José Núñez", "Jose Nunez"),
    "accents as marks of their own": ("Jose\u0301", "José"),
    "Kurdish in Latin letters": ("Şêrko Îbrahîm", "Serko Ibrahim"),
    "German sharp s": ("Strauß", "STRAUSS"),
    "full-width letters": ("\uff21\uff28\uff2d\uff25\uff24", "Ahmed"),
    "a hyphen and a space": ("Al-Hashimi", "al Hashimi"),
    "spaces round and between": ("  Ahmed\u00a0  Hassan ", "Ahmed Hassan"),
    "a full stop": ("A. Hassan", "A Hassan"),
}

APART = [
    ("أحمد", "محمد"),
    ("أحمد", "حمد"),
    ("علي", "عالي"),
    ("حسن", "حسين"),
    ("فاطمة", "فاطم"),
    ("سعيد", "سعد"),
    ("زينب", "زين"),
    ("طارق", "تارق"),
    ("Ahmed", "Ahmad"),
    ("Ali Hassan", "Hassan Ali"),
    ("Al Hashimi", "Alhashimi"),
    ("Trainee 001", "Trainee 002"),
    ("Ahmed", "أحمد"),
]


@pytest.mark.parametrize(("one", "other"), MEET.values(), ids=MEET.keys())
def test_spellings_of_one_name_have_one_key(one: str, other: str) -> None:
    assert fold(one) == fold(other) != ""


@pytest.mark.parametrize(("one", "other"), APART)
def test_different_names_have_different_keys(one: str, other: str) -> None:
    assert fold(one) != fold(other)


def test_name_without_letters_has_no_key() -> None:
    assert fold(" -.\u200c'ـ ") == ""


ALPHABET = "أإآٱاىییيێئةەهھکكگڵڕۆؤڤپچژـ\u200c\u0651\u064eéÉßaB -'"


@unhurried
@given(st.text(ALPHABET, max_size=20))
def test_key_is_idempotent(name: str) -> None:
    assert fold(fold(name)) == fold(name)


@unhurried
@given(st.text(ALPHABET, max_size=20))
def test_case_is_ignored(name: str) -> None:
    assert fold(name.upper()) == fold(name.lower()) == fold(name)


def test_key_and_words_fit_their_columns() -> None:
    """One of these letters becomes eighteen when folded."""
    for name in ("ﷺ" * 200, "½" * 200, "n" * 300):
        assert 0 < len(name_key(name)) <= LONGEST_KEY
        assert max(map(len, name_words(name))) <= LONGEST_KEY


def test_words_are_unique_and_sorted() -> None:
    assert name_words("Ali Ahmed-ALI") == ["ali", "ahmed"]
    assert name_words(f"{'n' * 201} {'n' * 202}") == ["n" * LONGEST_KEY]
    assert name_words("...") == []
