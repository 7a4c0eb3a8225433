"""Refuse weak passwords: short, repeated, walked on a keyboard, made of common words or of words of the account.

Rule: no commonly used, context-specific or breached password (ASVS 6.2.4, 6.2.11, 6.2.12). zxcvbn finds what guessers
try first; what a part is worth is decided here, as its own figure grows by 10,000 with each part, however weak.
"""

import math
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from training.domain.identity import common_words
from training.domain.identity.refusals import PasswordFault, WeakPassword

SHORTEST = 15
LONGEST = 128
ENOUGH = 8.5
"""The weakest password that is accepted takes a guesser some 10 to this power attempts."""

_LETTERS = str.maketrans(
    {
        "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ی": "ي", "ێ": "ي", "ئ": "ي", "ة": "ه", "ە": "ه", "ھ": "ه",
        "ک": "ك", "گ": "ك", "ڵ": "ل", "ڕ": "ر", "ۆ": "و", "ؤ": "و", "ڤ": "ف", "پ": "ب", "چ": "ج", "ژ": "ز", "ـ": "",
    }
)  # fmt: skip
_ARABIC_KEYS = str.maketrans("ضصثقفغعهخحجدشسيبلاتنمكطئءؤرىةوزظذ", "qwertyuiop[]asdfghjkl;'zxcvnm,./`")
_KURDISH_KEYS = str.maketrans("قوەرتیئحۆپاسدفگهژکلزخجڤبنمصێڕشغچع", "qwertyuiopasdfghjklzxcvbnmwyrsgco")
_LINES = (
    "ابتثجحخدذرزسشصضطظعغفقكلمنهوي", "ابجدهوزحطيكلمنسعفصقرشتثخذضظغ", "ابپتجچحخدرزژسشعغفقكگلمنوه", "ضصثقفغعهخحجد",
    "شسيبلاتنمكط", "ئءؤرلاىةوزظ", "قوهرتيئحوب", "اسدفكهزكل", "زخجفبنم", "azertyuiop", "qsdfghjklm", "wxcvbn",
    "qwertzuiop", "yxcvbnm", "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p;/", "!qaz@wsx#edc$rfv%tgb^yhn&ujm*ik<(ol>)p:?",
    "zaq1xsw2cde3vfr4bgt5nhy6mju7,ki8.lo9/;p0",
)  # fmt: skip
_SHORTEST_PIECE = 3
_WALK, _DATE, _AGAIN, _OWN, _SIGN = 1.5, 4.0, 0.5, 0.5, 0.5
"""What a walk, a date, a piece that came before, a word of the account, and a character between words is worth."""
_FEW = 7
"""So many different characters are few in a text of fifteen."""
_WORD = re.compile(r"[^\W\d_]+")
_RUN = re.compile(r"(.)\1+", re.DOTALL)


class Holder(NamedTuple):
    """Whose password it is: username, the name shown, and the names of the organisation."""

    username: str
    display_name: str
    organisation: Sequence[str]


class _Piece(NamedTuple):
    """A part of a password, from ``begin`` up to ``end``, what it is worth, and what is wrong with it."""

    begin: int
    end: int
    worth: float
    fault: PasswordFault | None


class _Estimate(NamedTuple):
    """What a password is worth, and how many of its characters have each fault."""

    worth: float
    faults: Mapping[PasswordFault, int]


def check(password: str, context: Holder) -> None:
    """Raise WeakPassword unless ``password`` is long enough and hard to guess for whoever knows ``context``."""
    text = _folded(password)
    if len(_seen(unicodedata.normalize("NFC", password))) < SHORTEST:
        raise WeakPassword(PasswordFault.SHORT, SHORTEST)
    words = _words_of(context)
    weakest = min((_estimate(view, words) for view in _views(password, text)), key=lambda found: found.worth)
    weakest = min(weakest, _interleaved(text, words), key=lambda found: found.worth)
    if weakest.worth < ENOUGH:
        faults = weakest.faults or {PasswordFault.COMMON: 1}
        raise WeakPassword(max(faults, key=lambda fault: faults[fault]), SHORTEST)


def _seen(text: str) -> str:
    """Return ``text`` without invisible characters, which do not make it longer."""
    return "".join(character for character in text if unicodedata.category(character) not in ("Cf", "Cc", "Mn"))


def _folded(text: str) -> str:
    """Return a form in which spellings are equal: case, accents, widths, digits, Arabic and Kurdish letters."""
    bare = _seen(unicodedata.normalize("NFKD", text.translate(_LETTERS))).translate(_LETTERS).casefold()
    digits = (str(unicodedata.digit(one, None) if one.isdigit() else one) for one in bare)
    return "".join(" " if one.isspace() else one for one in digits)[:LONGEST]


def _views(password: str, text: str) -> set[str]:
    """Return the forms in which a password is looked at: as typed, each run once, and by the keys of a keyboard."""
    typed = unicodedata.normalize("NFKC", password).casefold()[:LONGEST]
    keys = {_folded(typed.replace("لا", "b").translate(layout)) for layout in (_ARABIC_KEYS, _KURDISH_KEYS)}
    return {text, _RUN.sub(r"\1", text)} | (keys if re.search("[\u0600-\u06ff]", typed) else set())


def _interleaved(text: str, words: frozenset[str]) -> _Estimate:
    """Return the estimate of every other character and of those between them: ``1a2a3a4a`` is two walks."""
    halves = [_estimate(text[begin::2], words) for begin in (0, 1)]
    return _Estimate(sum(half.worth for half in halves), halves[0].faults)


def _estimate(text: str, words: frozenset[str]) -> _Estimate:
    """Return the estimate of the cheapest way to put ``text`` together."""
    ending: dict[int, list[_Piece]] = {}
    for piece in (*_characters(text), *_again(text), *_walks(text), *_found(text, words)):
        ending.setdefault(piece.end, []).append(piece)
    best: list[tuple[float, _Piece | None]] = [(0.0, None)]
    for end in range(1, len(text) + 1):
        best.append(min(((best[one.begin][0] + one.worth, one) for one in ending[end]), key=lambda choice: choice[0]))
    faults: dict[PasswordFault, int] = {}
    end = len(text)
    while (last := best[end][1]) is not None:
        if last.fault is not None:
            faults[last.fault] = faults.get(last.fault, 0) + last.end - last.begin
        end = last.begin
    return _Estimate(best[-1][0], faults)


def _characters(text: str) -> Iterator[_Piece]:
    """Yield each character alone: a tenth as many guesses would do for each; fewer where few different ones occur."""
    different = len(set(text))
    each = math.log10(min(10, different)) if text else 0.0
    fault = PasswordFault.REPEATED if different < _FEW else None
    for place, one in enumerate(text):
        yield _Piece(place, place + 1, each if one.isalnum() else min(each, _SIGN), fault)


def _again(text: str) -> Iterator[_Piece]:
    """Yield the pieces that came before in ``text``, forwards or backwards."""
    for begin in range(1, len(text)):
        before = text[:begin]
        for end in range(begin + _SHORTEST_PIECE, len(text) + 1):
            if text[begin:end] not in before and text[begin:end] not in before[::-1]:
                break
            yield _Piece(begin, end, _AGAIN, PasswordFault.REPEATED)


def _walks(text: str) -> Iterator[_Piece]:
    """Yield the pieces of alphabets and of rows of keyboards that zxcvbn does not know."""
    lines = [line.translate(_LETTERS) for line in _LINES]
    for line in (*lines, *(line[::-1] for line in lines)):
        for begin in range(len(text)):
            for end in range(begin + _SHORTEST_PIECE, len(text) + 1):
                if text[begin:end] not in line:
                    break
                yield _Piece(begin, end, _WALK, PasswordFault.WALK)


_PATTERNS = {"spatial": _WALK, "sequence": _WALK, "regex": _WALK, "date": _DATE}


def _found(text: str, words: frozenset[str]) -> Iterator[_Piece]:
    """Yield what zxcvbn finds: words, also backwards or with signs for letters, walks, dates, repetitions."""
    # Imported at first use: its lists take 15 MB, and few processes set a password.
    from zxcvbn import matching

    known = {**matching.RANKED_DICTIONARIES, **_dictionaries(), "own": dict.fromkeys(words, 1)}
    for found in matching.omnimatch(text, known):
        begin, end = found["i"], found["j"] + 1
        if found["pattern"] == "dictionary":
            if end - begin >= _SHORTEST_PIECE:
                yield _Piece(begin, end, *_worth_of_word(found))
        elif found["pattern"] == "repeat":
            base = _estimate(found["base_token"], words)
            yield _Piece(begin, end, base.worth + _AGAIN, PasswordFault.REPEATED)
        elif found["pattern"] in _PATTERNS:
            yield _Piece(begin, end, _PATTERNS[found["pattern"]], PasswordFault.WALK)


def _worth_of_word(found: Mapping[str, Any]) -> tuple[float, PasswordFault]:
    name = found["dictionary_name"]
    if name in ("own", "product"):
        return _OWN, PasswordFault.OWN_WORDS
    changed = 0.3 * (found["reversed"] + found["l33t"])
    return max(_OWN, math.log10(found["rank"])) + changed, PasswordFault.COMMON


@cache
def _dictionaries() -> dict[str, dict[str, int]]:
    """Return our lists of words, each with what a guesser needs to find it."""
    phrases = [_folded(phrase) for phrase in common_words.PHRASES]
    return {
        "product": dict.fromkeys(_words(common_words.PRODUCT), 1),
        "passwords_of_region": dict.fromkeys(_words(common_words.PASSWORDS), 1),
        "calendar": dict.fromkeys(_words(common_words.CALENDAR), 30),
        "common_in_region": dict.fromkeys(_words(common_words.COMMON), 80),
        "phrases": dict.fromkeys((*phrases, *(phrase.replace(" ", "") for phrase in phrases)), 100),
    }


def _words_of(context: Holder) -> frozenset[str]:
    """Return the words of the account and of its organisation."""
    parts = (context.username, context.display_name, *context.organisation)
    joined = ("".join(_words(part)) for part in parts)
    return frozenset(word for word in (*_words(" ".join(parts)), *joined) if len(word) >= _SHORTEST_PIECE)


def _words(text: str) -> Iterable[str]:
    return _WORD.findall(_folded_words(text))


def _folded_words(text: str) -> str:
    return " ".join(_folded(word) for word in text.split())
