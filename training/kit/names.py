"""Normalisation of personal names, so that variant spellings compare equal."""

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
"""Maximum stored length of a folded name or word: one letter may expand to eighteen (ﷺ)."""


_PRESENTATION = re.compile("[\ufb50-\ufdff\ufe70-\ufefe]+")


def letters(text: str) -> str:
    """Return a text with the presentation forms of Arabic letters, as old programs and PDFs store them, as letters."""
    return _PRESENTATION.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text)


@lru_cache(maxsize=20_000)
def fold(name: str) -> str:
    """Return a normalised form in which variant spellings of a name are equal.

    Alef and hamza forms, ya and alef maksura, ta marbuta and ha, tatweel, vowel marks, Arabic and
    Kurdish kaf and yeh, case and Latin accents are removed (domain rule "Names": أحمد equals احمد).
    Used to find candidates; a person decides whether two records are the same person.
    """
    decomposed = unicodedata.normalize("NFKD", name.translate(_LETTERS))
    bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    return _NOT_NAME.sub(" ", bare.translate(_LETTERS).casefold()).strip()


def name_key(name: str) -> str:
    """Return the normalised name used for sorting, at most ``LONGEST_KEY`` characters."""
    return fold(name)[:LONGEST_KEY]


def name_words(name: str) -> list[str]:
    """Return the distinct normalised words of a name, each at most ``LONGEST_KEY`` characters."""
    return list(dict.fromkeys(word[:LONGEST_KEY] for word in fold(name).split()))
