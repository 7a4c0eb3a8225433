"""A name in the other script, as a reading aid where nobody entered it: a transliteration, never a record.

Common parts of names have their usual spelling (``seed/name_parts.csv``); other words are written letter by letter, an
``a`` for the short vowels that Arabic leaves out.
"""

import csv
import re
import unicodedata
from collections import defaultdict
from functools import cache, lru_cache
from typing import NamedTuple

from rapidfuzz.distance import Levenshtein

from training.kit.names import fold
from training.kit.resources import ROOT
from training.kit.sounds import sounds

_LONGEST = 200
_IS_NATIVE = re.compile(r"[\u0600-\u06ff]")
_IS_KURDISH = re.compile(r"[ەێۆڵڕڤژگپچ]")
_INVISIBLE = re.compile(r"[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\u0640]")
_MARKS = re.compile(r"[\u0610-\u061a\u064b-\u0652\u0656-\u065f\u0670\u06d6-\u06ed]")
_KURDISH_E = re.compile("ه\u200c")
_ARTICLE = re.compile(r"^ال(?=\S{2})")
_SERVANT = re.compile(r"^(?:عبد\s?ال|عەبدول)(?=\S{2})")
_TWO_WORDS = re.compile(r"(?<!\S)عبد\s+ال")
_LATIN_ARTICLE = re.compile(r"(?i)^[ae]l[\s-]+(?=\w{2})|^al(?=[a-z]{4})")
_LATIN_TWO_WORDS = re.compile(r"(?i)\b(abd[aeu]l|abd|[ae]l)\s+(?=\w{3}|[ae]l)")
_LATIN_SERVANT = re.compile(r"(?i)^abd(?:[aeu]l)?[\s-]*(?:[ae]l[\s-]+)?(?=\w{3})")

_CONSONANTS = {
    "ب": "b", "پ": "p", "ت": "t", "ث": "th", "ج": "j", "چ": "ch", "ح": "h", "خ": "kh", "د": "d", "ذ": "dh", "ر": "r",
    "ڕ": "r", "ز": "z", "ژ": "zh", "س": "s", "ش": "sh", "ص": "s", "ض": "dh", "ط": "t", "ظ": "dh", "غ": "gh", "ف": "f",
    "ڤ": "v", "ق": "q", "ك": "k", "ک": "k", "گ": "g", "ل": "l", "ڵ": "l", "م": "m", "ن": "n", "ه": "h", "ھ": "h",
}  # fmt: skip
_VOWELS = {
    "ا": "a", "أ": "a", "إ": "i", "آ": "a", "ٱ": "a", "ى": "a", "ة": "a", "ع": "a", "ە": "a", "ۆ": "o", "ێ": "e",
    "ؤ": "u", "ئ": "", "ء": "",
}  # fmt: skip
_GLIDES = {"و": ("w", "u"), "ي": ("y", "i"), "ی": ("y", "i")}

_HAMZAS = frozenset("ئإؤ")
_REPEATED = re.compile(r"([aeiou])\1+")

_LETTERS = {
    "ar": {
        "sh": "ش", "kh": "خ", "gh": "غ", "th": "ث", "dh": "ذ", "ch": "تش", "zh": "ج", "ph": "ف", "ee": "ي", "oo": "و",
        "ou": "و", "aa": "ا", "a": "ا", "b": "ب", "c": "ك", "d": "د", "e": "ي", "f": "ف", "g": "غ", "h": "ه", "i": "ي",
        "j": "ج", "k": "ك", "l": "ل", "m": "م", "n": "ن", "o": "و", "p": "ب", "q": "ق", "r": "ر", "s": "س", "t": "ت",
        "u": "و", "v": "ف", "w": "و", "x": "كس", "y": "ي", "z": "ز",
    },
    "ckb": {
        "sh": "ش", "kh": "خ", "gh": "غ", "th": "س", "dh": "ز", "ch": "چ", "zh": "ژ", "ph": "ف", "ee": "ی", "oo": "وو",
        "ou": "و", "aa": "ا", "a": "ا", "b": "ب", "c": "ک", "d": "د", "e": "ێ", "f": "ف", "g": "گ", "h": "ه", "i": "ی",
        "j": "ج", "k": "ک", "l": "ل", "m": "م", "n": "ن", "o": "ۆ", "p": "پ", "q": "ق", "r": "ر", "s": "س", "t": "ت",
        "u": "و", "v": "ڤ", "w": "و", "x": "کس", "y": "ی", "z": "ز",
    },
}  # fmt: skip
_FIRST_VOWELS = {
    "ar": {"a": "أ", "e": "إي", "i": "إ", "o": "أو", "u": "أ"},
    "ckb": {"a": "ئا", "e": "ئێ", "i": "ئی", "o": "ئۆ", "u": "ئو"},
}
_LATIN_LETTER = re.compile("|".join(sorted(_LETTERS["ar"], key=len, reverse=True)))
_BEGINNINGS = {"ar": ("عبد ال", "ال"), "ckb": ("عەبدول", "ئەل")}
"""What stands for *Abdul* and *Al-* before the rest of a word."""


class _Part(NamedTuple):
    """A part of names: its usual spelling in Latin letters, in Arabic and in Sorani."""

    latin: str
    ar: str
    ckb: str


@cache
def _parts() -> tuple[dict[str, _Part], dict[str, _Part], dict[str, list[tuple[str, _Part]]]]:
    """Return the parts by folded native spelling, by folded Latin spelling, and Latin spellings by their sound."""
    native, latin, heard = dict[str, _Part](), dict[str, _Part](), defaultdict[str, list[tuple[str, _Part]]](list)
    with (ROOT / "seed" / "name_parts.csv").open(encoding="utf-8", newline="") as opened:
        for row in csv.DictReader(opened):
            spellings = row["latin"].split(";")
            part = _Part(spellings[0], row["ar"], row["ckb"])
            for text in (part.ar, part.ckb):
                native.setdefault(fold(text), part)
            for spelling in spellings:
                latin.setdefault(fold(spelling), part)
                heard[_skeleton(spelling)].append((fold(spelling), part))
    return native, latin, dict(heard)


def _skeleton(word: str) -> str:
    return " ".join(sound.skeleton for sound in sounds(word))


@lru_cache(maxsize=4096)
def to_latin(name: str) -> str:
    """Return a name in Arabic or Kurdish letters written in Latin ones; empty if it has none, or those of others."""
    if not _IS_NATIVE.search(name):
        return ""
    text = _INVISIBLE.sub("", _KURDISH_E.sub("ە", unicodedata.normalize("NFKC", name[:_LONGEST])))
    is_kurdish = bool(_IS_KURDISH.search(text))
    words = _pairs(_TWO_WORDS.sub("عبدال", _MARKS.sub("", text)).split(), native=True)
    written = [_latin_word(word, is_kurdish=is_kurdish) for word in words]
    return " ".join(written) if all(written) else ""


def _pairs(words: list[str], *, native: bool) -> list[str]:
    """Join two words that are one part of names: صلاح الدين, Nur al-Din."""
    known = _parts()[0 if native else 1]
    joined: list[str] = []
    for word in words:
        if joined and fold(f"{joined[-1]} {word}") in known:
            joined[-1] = f"{joined[-1]} {word}"
        else:
            joined.append(word)
    return joined


def _latin_word(word: str, *, is_kurdish: bool) -> str:
    known = _parts()[0]
    part = known.get(fold(word))
    if part:
        return part.latin
    for article, before in ((_SERVANT, "Abdul "), (_ARTICLE, "Al-")):
        if article.match(word):
            rest = _latin_word(article.sub("", word), is_kurdish=is_kurdish)
            return rest and before + rest
    if not _IS_NATIVE.search(word):
        return word if word.isascii() else ""
    return _spelled(word, is_kurdish=is_kurdish).capitalize()


def _spelled(word: str, *, is_kurdish: bool) -> str:
    """Write a word letter by letter, with a vowel between two consonants that have none; in Kurdish only the first."""
    letters = [letter for letter in word if letter in _CONSONANTS or letter in _VOWELS or letter in _GLIDES]
    out, is_open = "", True  # open: a vowel, or nothing, stands before
    for number, (before, letter, following) in enumerate(
        zip(["", *letters], letters, [*letters[1:], ""], strict=False)
    ):
        sound, is_vowel = _sound(before, letter, following, is_open=is_open)
        if not is_vowel and not is_open and (number == 1 or not is_kurdish):
            out += "i" if is_kurdish else "a"
        out += sound
        is_open = is_vowel
    return _REPEATED.sub(r"\1\1", out)


def _sound(before: str, letter: str, following: str, *, is_open: bool) -> tuple[str, bool]:
    """Return a letter in Latin ones, and whether it is a vowel."""
    if letter in _VOWELS:
        return _VOWELS[letter], True
    if letter in _CONSONANTS:
        return _CONSONANTS[letter], False
    consonant, vowel = _GLIDES[letter]
    is_consonant = (is_open and before not in _HAMZAS) or following in _VOWELS
    return (consonant, False) if is_consonant else (vowel, True)


@lru_cache(maxsize=4096)
def to_native(name: str, code: str) -> str:
    """Return a name in Latin letters written in those of the language ``code``; empty if it has other letters."""
    text = unicodedata.normalize("NFKC", name[:_LONGEST])
    text = _LATIN_TWO_WORDS.sub(r"\1-", text)
    written = [_native_word(word, code) for word in _pairs(text.split(), native=False)]
    return " ".join(written) if all(written) else ""


def _native_word(word: str, code: str) -> str:
    known = _parts()[1].get(fold(word))
    if known is None:
        for begins, before in zip((_LATIN_SERVANT, _LATIN_ARTICLE), _BEGINNINGS[code], strict=True):
            if begins.match(word):
                rest = _native_word(begins.sub("", word), code)
                return rest and before + rest
        known = _nearest(word)
    if known:
        return known.ckb if code == "ckb" else known.ar
    return _lettered(fold(word).replace(" ", ""), code)


def _nearest(word: str) -> _Part | None:
    """Return the part of names with the same sound and two letters' difference at most."""
    heard, bare = _parts()[2].get(_skeleton(word), []), fold(word)
    near = [(Levenshtein.distance(bare, spelling), place) for place, (spelling, _part) in enumerate(heard)]
    distance, place = min(near, default=(3, 0))
    return heard[place][1] if distance <= 2 else None


def _lettered(word: str, code: str) -> str:
    """Write a folded word letter by letter, a doubled one once."""
    if not (word.isascii() and word.isalpha()):
        return ""
    first = _FIRST_VOWELS[code].get(word[0], "")
    letters = [_LETTERS[code][found] for found in _LATIN_LETTER.findall(word[1:] if first else word)]
    return first + "".join(
        letter for letter, before in zip(letters, [first, *letters], strict=False) if letter != before
    )
