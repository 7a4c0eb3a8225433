"""Folding of personal names, so that spellings of one name meet."""

import re
import unicodedata
from functools import lru_cache

_LETTERS = str.maketrans(
    {
        "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا",
        "ى": "ي", "ی": "ي", "ێ": "ي", "ئ": "ي",
        "ة": "ه", "ە": "ه", "ھ": "ه",
        "ک": "ك", "گ": "ك", "ڵ": "ل", "ڕ": "ر", "ۆ": "و", "ؤ": "و", "ڤ": "ف", "پ": "ب", "چ": "ج", "ژ": "ز",
        "ـ": "", "\u200c": "", "\u200d": "",
    }
)  # fmt: skip
_NOT_NAME = re.compile(r"[^\w]+")
LONGEST_KEY = 200
"""Of a folded name or word so much is kept: one letter may stand for eighteen (ﷺ), so a key may outgrow its name."""


@lru_cache(maxsize=20_000)
def fold(name: str) -> str:
    """Return the key under which spellings of one name are equal.

    Alef and hamza forms, ya and alef maksura, ta marbuta and ha, tatweel, vowel marks, Arabic and
    Kurdish kaf and yeh, case and Latin accents are levelled (domain rule "Names": أحمد equals احمد).
    A fold finds candidates; a human decides whether two records are one person.
    """
    decomposed = unicodedata.normalize("NFKD", name.translate(_LETTERS))
    bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    return _NOT_NAME.sub(" ", bare.translate(_LETTERS).casefold()).strip()


def name_key(name: str) -> str:
    """Return the folded name by which lists are ordered, at most ``LONGEST_KEY`` letters of it."""
    return fold(name)[:LONGEST_KEY]


def name_words(name: str) -> list[str]:
    """Return the folded words of a name, each once and at most ``LONGEST_KEY`` letters of it."""
    return list(dict.fromkeys(word[:LONGEST_KEY] for word in fold(name).split()))
