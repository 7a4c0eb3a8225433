"""Phonetic forms of names, which make Latin, Arabic and Kurdish spellings comparable.

A word becomes a *skeleton*, its consonants in coarse classes (Muhammad, Mohammed, محمد and موحەممەد are all ``MHMD``),
and between the consonants *gaps*, what is known of the vowels: Arabic writes the long ones only, Kurdish all of them,
Latin spelling as it pleases.
"""

import re
import unicodedata
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

_NATIVE = str.maketrans(
    {
        "ا": "a", "أ": "a", "آ": "a", "ٱ": "a", "إ": "i", "ع": "c", "ء": "", "ئ": "", "ؤ": "w", "ة": "a", "ى": "ą",
        "ب": "B", "پ": "B", "ت": "T", "ط": "T", "ث": "T", "ج": "J", "چ": "J", "ح": "H", "ه": "Ħ", "ھ": "Ħ", "خ": "X",
        "د": "D", "ذ": "D", "ض": "D", "ظ": "D", "ز": "D", "ژ": "J", "ر": "R", "ڕ": "R", "س": "S", "ص": "S", "ش": "Š",
        "غ": "G", "گ": "G", "ف": "F", "ڤ": "F", "ق": "K", "ك": "K", "ک": "K", "ل": "L", "ڵ": "L", "م": "M", "ن": "N",
        "و": "w", "ۆ": "o", "ي": "y", "ی": "y", "ێ": "y", "ە": "e", "ـ": "",
    }
)  # fmt: skip
_LATIN = str.maketrans(
    {
        "b": "B", "p": "B", "t": "T", "j": "J", "ç": "J", "c": "C", "h": "H", "x": "X", "d": "D", "z": "D", "r": "R",
        "s": "S", "ş": "Š",
        "g": "G", "f": "F", "v": "F", "q": "K", "k": "K", "l": "L", "m": "M", "n": "N",
        "ı": "i",
    }
)  # fmt: skip
_SOFT, _HARD = "J", "K"
"""What a Latin c is: j in Kurdish letters (Ciwan), k in English spelling (Victor)."""
_DIGRAPHS = {
    "sch": "Š", "sh": "Š", "kh": "X", "gh": "G", "th": "T", "dh": "D", "zh": "J", "ch": "J", "dj": "J", "ph": "F",
    "ck": "K",
}  # fmt: skip
_DIGRAPH = re.compile("|".join(_DIGRAPHS))
_APOSTROPHE = re.compile(r"['’‘`ʼʿʾ]")
_FORMAT = re.compile(r"[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")
"""Invisible characters: joiners and direction marks."""
_MARK = re.compile(r"[\u0300-\u036f\u0610-\u061a\u064b-\u0652\u0656-\u065f\u0670\u06d6-\u06ed]")
"""Accents and vowel marks; those that make a hamza of alef, waw or ya (U+0653 to U+0655) belong to their letter."""
_WORD = re.compile(r"\d+|[^\W\d_]+")
_IS_NATIVE = re.compile(r"[\u0600-\u06ff]")
_IS_KURDISH = re.compile(r"[ەێۆڵڕڤژگپچ]")
_KURDISH_E = "ه\u200c"
"""Some keyboards write the Kurdish vowel e as heh and a non-joiner."""

_VOWEL = "aeiouwyąc"
_ALLAH = frozenset(
    {
        "allah",
        "alla",
        "ullah",
        "ulla",
        "ollah",
        "illah",
        "ellah",
        "llah",
        "الله",
        "اللة",
        "للە",
        "ئەڵڵا",
        "ئەللا",
        "اللە",
    }
)
_OF_ALLAH = "+aLa"
"""The letters of the word Allah, which belongs to the word before it."""
_FUSED_ALLAH = re.compile(r"(?<=[A-ZŠ])[aeiouwy]*LL[ae]+H?$")
"""Ghaithallah is Ghaith Allah; Abdullah has its own rule."""
_ARTICLES = frozenset({"al", "el", "ul", "il"})
_ASSIMILATED = frozenset({"ar", "er", "ur", "as", "es", "us", "ad", "ed", "ud", "an", "en", "at", "et", "ash", "az"})
_SERVANT = re.compile(r"^[aec]+BD[aeuioąw]*(?:L|([RSNDTŠ])(?=\1))?")
_FATHER = re.compile(r"^a?B[ouwaiy]$")
_FAITH = re.compile(r"^(?:[aeiou]*L|[aeiou])?D{1,2}[iyea]+Ne?$")
_FUSED_FAITH = re.compile(r"(?<=[A-ZŠ])[aeiouwy]*L?D{1,2}[iye]+Ne?$")
_NATIVE_ARTICLE = re.compile(r"^aL(?=.{2})")
_FIRST_CARRIER = re.compile(r"^[aci](?![wyoe])")
"""Initial alef and ain may carry any short vowel."""
_LATIN_ARTICLE = re.compile(r"^[ae]L(?=[A-ZŠ][^A-ZŠ]*[A-ZŠ])")
MOST_WORDS = 6
"""Maximum number of words considered in a name."""


class Gap(NamedTuple):
    """The vowels between two consonants: which they may be (``a w y``), and whether the vowel is long."""

    vowels: frozenset[str]
    is_long: bool


@dataclass(frozen=True, slots=True, eq=False)
class Sound:
    """The phonetic form of a word; ``gaps`` has one more item than the skeleton has consonants.

    Instances are cached and shared, so that pairs of words are compared quickly.
    """

    skeleton: str
    gaps: tuple[Gap, ...]
    is_native: bool
    is_number: bool
    hard: "Sound | None" = None
    """The other reading of a word with a Latin c, in which it is k."""

    @property
    def skeletons(self) -> tuple[str, ...]:
        """The skeletons of all readings."""
        return (self.skeleton, self.hard.skeleton) if self.hard else (self.skeleton,)


def sounds(name: str) -> tuple[Sound, ...]:
    """Return the phonetic words of a name without articles; ``Abd al-Karim`` is one word."""
    words = _joined(_written(name[:200]))
    heard = (_sound(letters, is_native=is_native, is_kurdish=is_kurdish) for letters, is_native, is_kurdish in words)
    return tuple(sound for sound in heard if sound.skeleton)[:MOST_WORDS]


_Word = tuple[str, bool, bool]
"""Letters (consonants in upper case, vowels in lower), whether the script is native, whether it is Kurdish."""


def _written(name: str) -> list[_Word]:
    """Return the letters of each word, leaving out words that are only an article."""
    plain = _FORMAT.sub("", unicodedata.normalize("NFKC", name).casefold().replace(_KURDISH_E, "ە"))
    tokens = _WORD.findall(_bare(_APOSTROPHE.sub("", plain)))
    words: list[_Word] = []
    for token, following in pairwise([*tokens, ""]):
        if token in _ALLAH and words:
            words.append((_OF_ALLAH, bool(_IS_NATIVE.search(token)), False))
            continue
        if following in _ALLAH and token.endswith("ة"):
            token = f"{token[:-1]}ت"
        is_article = token in _ARTICLES or (token in _ASSIMILATED and following[:1] == token[-1:])
        if not (is_article and following):
            words.append(_letters(token))
    return words


def _bare(text: str) -> str:
    """Return Latin letters without accents (but ş and ç, sounds of their own) and Arabic ones without vowel marks."""
    if text.isascii():
        return text
    kept = text.replace("ş", "\ue000").replace("ç", "\ue001")
    bare = _MARK.sub("", unicodedata.normalize("NFD", kept))
    return unicodedata.normalize("NFC", bare).replace("\ue000", "ş").replace("\ue001", "ç")


@lru_cache(maxsize=20_000)
def _letters(token: str) -> _Word:
    if token.isdecimal():
        return str(int(token)), False, False
    if _IS_NATIVE.search(token):
        kurdish = bool(_IS_KURDISH.search(token))
        # At the end of a word heh is mostly the vowel a or e.
        spelled = re.sub(r"(?<=..)Ħ$", "a", token.translate(_NATIVE)).replace("Ħ", "H")
        spelled = spelled if _SERVANT.match(spelled) else _FUSED_ALLAH.sub(_OF_ALLAH[1:], spelled)
        return _NATIVE_ARTICLE.sub("", spelled), True, kurdish
    spelled = _DIGRAPH.sub(lambda found: _DIGRAPHS[found[0]], token).translate(_LATIN)
    spelled = spelled if _SERVANT.match(spelled) else _FUSED_ALLAH.sub(_OF_ALLAH[1:], spelled)
    return _LATIN_ARTICLE.sub("", spelled), False, False


def _joined(words: list[_Word]) -> list[_Word]:
    """Join multi-word names: Abd al-Karim, Abu Bakr, Nur al-Din."""
    joined: list[_Word] = []
    is_open = False
    for letters, is_native, is_kurdish in words:
        if letters == _OF_ALLAH and not is_open:
            joined.append((joined.pop()[0] + letters[1:], is_native, is_kurdish))
            continue
        letters = letters.lstrip("+")
        servant = _SERVANT.match(letters)
        if is_open or (joined and _FAITH.match(letters)):
            start = joined.pop()[0]
            letters = start + ("DyN" if _FAITH.match(letters) else letters)
        elif servant:
            letters = "aBD" + letters[servant.end() :]
        elif not _FAITH.match(letters):
            letters = _FUSED_FAITH.sub("DyN", letters)
        is_open = letters == "aBD" or bool(_FATHER.match(letters))
        joined.append((letters, is_native, is_kurdish))
    return joined


@lru_cache(maxsize=20_000)
def _sound(letters: str, *, is_native: bool, is_kurdish: bool) -> Sound:
    """Split letters into consonants and gaps. A first vowel counts as a consonant ``A``, w and y as themselves."""
    if "C" in letters:
        soft, hard = (
            _sound(letters.replace("C", reading), is_native=is_native, is_kurdish=is_kurdish)
            for reading in (_SOFT, _HARD)
        )
        return replace(soft, hard=hard)
    letters = re.sub(r"([A-ZŠ])\1+", r"\1", letters)
    # A final h is not distinctive: Fatimah and Fatima.
    letters = re.sub(r"(?<=..)H$", "", letters)
    if letters[:1] in ("w", "y"):
        letters = letters[0].upper() + letters[1:]
    skeleton, gaps, gap = "", [], ""
    if letters[:1] and letters[0] in _VOWEL:
        skeleton, gaps = "A", [Gap(frozenset(), is_long=False)]
        letters = _FIRST_CARRIER.sub("", letters) if is_native else letters
    for letter in letters:
        if letter not in _VOWEL:
            gaps.append(_gap(gap, is_native=is_native, is_kurdish=is_kurdish))
            skeleton, gap = skeleton + letter, ""
        else:
            gap += letter
    last = _gap(gap, is_native=is_native, is_kurdish=is_kurdish)
    # Final vowels are written in every script.
    gaps.append(last._replace(is_long=bool(last.vowels)))
    return Sound(skeleton[:40], tuple(gaps[:41]), is_native, skeleton.isdecimal())


@lru_cache(maxsize=2_000)
def _gap(letters: str, *, is_native: bool, is_kurdish: bool) -> Gap:
    if is_native:
        named = {"a": "a", "ą": "ay", "e": "a", "i": "y", "c": "", "w": "w", "o": "w", "y": "y"}
        vowels = frozenset("".join(named[letter] for letter in letters))
        is_short = is_kurdish and letters in ("e", "w")
        return Gap(vowels, is_long=bool(vowels) and not is_short)
    if re.fullmatch(r"[ae][iy]+", letters):
        return Gap(frozenset("y"), is_long=True)
    if re.fullmatch(r"ao?[uw]|oo", letters):
        return Gap(frozenset("w"), is_long=True)
    named = {"a": "a", "e": "ay", "i": "y", "y": "y", "o": "w", "u": "w", "w": "w"}
    vowels = frozenset("".join(named.get(letter, "") for letter in letters))
    return Gap(vowels, is_long=len(letters) > 1 and letters != "ou")
