"""Whether two names may belong to one person: keys under which both are found, and a score from 0 to 100."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

from rapidfuzz.distance import Levenshtein

from training.kit.sounds import Gap, Sound, sounds

ENOUGH = 80
"""Minimum score at which two names are offered as the same person. Measured: see ``docs/names.md``."""

_BEGINNING = 3
"""Words of a name that somebody else's has too, before its grandfather's and its family's: what a short form keeps."""
COMMONEST = 60
"""A loose key shared by more people than this is not distinctive (for example, Muhammad Ali)."""
_MOST_SCORED = 25


class Keys(NamedTuple):
    """The keys under which a name is found.

    ``whole``: every word, in any order; ``loose``: one of the words by its first sound alone, the first and the last
    word without those between, or the first three; ``words``: a single word, for searching.
    """

    whole: frozenset[int]
    loose: frozenset[int]
    words: frozenset[int]


def keys(*spellings: Sequence[Sound]) -> Keys:
    """Return the phonetic keys of a person's name in all its spellings (Latin and native) and their readings."""
    skeletons = dict.fromkeys(
        tuple(word.skeletons[which] for word in spelling) for spelling in spellings for which in (0, -1)
    )
    if len(skeletons) == 1:
        return _keys(*skeletons)
    each = [_keys(one) for one in skeletons]
    return Keys(*(frozenset[int]().union(*(found[kind] for found in each)) for kind in range(3)))


def word_keys(words: str) -> list[list[int]]:
    """Return the keys of each word, one for each reading, as ``Keys.words`` has them."""
    return [[_key("word", skeleton) for skeleton in word.skeletons] for word in sounds(words)]


def hits(found: Iterable[int], sharing: Mapping[int, Sequence[int]]) -> list[int]:
    """Return the people who share most of the keys ``found``, 25 at most.

    ``sharing`` has for each key the people who have it.
    """
    lists = [people for key in found if (people := sharing.get(key))]
    if len(lists) == 1:
        return list(lists[0][:_MOST_SCORED])
    return [person_id for person_id, _ in Counter(chain.from_iterable(lists)).most_common(_MOST_SCORED)]


@lru_cache(maxsize=20_000)
def _keys(skeletons: tuple[str, ...]) -> Keys:
    if not skeletons:
        return Keys(frozenset(), frozenset(), frozenset())
    loose = set()
    if len(skeletons) > 1:
        for number, word in enumerate(skeletons):
            loose.add(_key("near", *skeletons[:number], word[0].lower(), *skeletons[number + 1 :]))
        loose.add(_key("ends", skeletons[0], skeletons[-1]))
    if len(skeletons) >= _BEGINNING:
        loose.add(_key("begins", *skeletons[:_BEGINNING]))
    whole = _key("whole", *sorted(skeletons))
    return Keys(frozenset({whole}), frozenset(loose), frozenset(_key("word", word) for word in skeletons))


def _key(*parts: str) -> int:
    digest = hashlib.blake2b(" ".join(parts).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


Heard = tuple[tuple[Sound, ...], tuple[Sound, ...]]
"""The phonetic form of a name in Latin and in native script; either may be empty."""


@lru_cache(maxsize=12_000)
def heard(latin: str, native: str) -> Heard:
    """Return the phonetic form of a name in both scripts, for ``score``."""
    return sounds(latin), sounds(native)


def score(one: Heard, other: Heard) -> int:
    """Return the similarity of two names, 0 to 100.

    Spellings of one script are compared where both have them, and both scripts have to agree; else across scripts.
    """
    same = [_like(a, b) for a, b in zip(one, other, strict=True) if a and b]
    if same:
        return round(min(same))
    across = [_like(a, b) for a in one for b in other if a and b]
    return round(max(across, default=0))


class Names:
    """An in-memory index of names, searched as the register is."""

    def __init__(self) -> None:
        self._heard: dict[int, Heard] = {}
        self._whole = defaultdict[int, list[int]](list)
        self._loose = defaultdict[int, list[int]](list)

    def add(self, number: int, one: Heard) -> None:
        """Add a name under ``number``."""
        self._heard[number] = one
        found = keys(*one)
        for key in found.whole:
            self._whole[key].append(number)
        for key in found.loose:
            self._loose[key].append(number)

    def like(self, one: Heard) -> list[int]:
        """Return the numbers of names that may be the same person's, best match first."""
        found = keys(*one)
        # A name found by its whole key needs no score.
        rare = [key for key in found.loose if len(self._loose.get(key, ())) <= COMMONEST]
        return self._best(one, hits(found.whole, self._whole)) or self._best(one, hits(rare, self._loose))

    def _best(self, one: Heard, met: Iterable[int]) -> list[int]:
        scored = [(score(one, self._heard[number]), number) for number in met]
        return [number for like, number in sorted(scored, key=lambda it: (-it[0], it[1])) if like >= ENOUGH]


_MISSING_WORD = 14
_OTHER_ORDER = 8
_OTHER_GIVEN_NAME = 40
"""A given name no more like the other is another: Ciwan is not Çiya, however alike the rest of the name is."""
_CONTAINED = 84
"""The score of a name of three words or more that stands in the other in the same order, if its words are so alike."""


def _like(one: Sequence[Sound], other: Sequence[Sound]) -> float:
    """Return the similarity of two multi-word names: each word of the shorter against its best match in the longer."""
    if len(one) == len(other):
        like = sum(map(_word, one, other)) / len(one)
        if like >= ENOUGH:
            return ENOUGH - 1 if _is_other(one[0], other[0]) else like
    shorter, longer = sorted((one, other), key=len)
    likes = [[_word(word, theirs) for theirs in longer] for word in shorter]
    free = list(range(len(longer)))
    total, places = 0.0, []
    for row in likes:
        best = max(free, key=row.__getitem__)
        total += row[best]
        places.append(best)
        free.remove(best)
    like = total / len(shorter)
    if len(shorter) == 1 and free:
        return like * 0.6
    is_in_order = places == sorted(places)
    whole = max(0.0, like - _MISSING_WORD * len(free) - (0 if is_in_order else _OTHER_ORDER))
    if is_in_order and len(shorter) >= _BEGINNING and _are_same(shorter, [longer[place] for place in places]):
        return max(whole, min(_CONTAINED, like))
    return whole


def _is_other(one: Sound, other: Sound) -> bool:
    """Return whether two given names have other consonants and are hardly alike."""
    return not _is_same(one, other) and _word(one, other) <= _OTHER_GIVEN_NAME


def _are_same(some: Sequence[Sound], others: Sequence[Sound]) -> bool:
    """Return whether words have the same consonants, each as that beside it."""
    return all(map(_is_same, some, others))


def _is_same(one: Sound, other: Sound) -> bool:
    return any(skeleton in other.skeletons for skeleton in one.skeletons)


@lru_cache(maxsize=100_000)
def _word(one: Sound, other: Sound) -> float:
    """Return the similarity of two words in the readings that are most alike."""
    if one.hard or other.hard:
        return max(_reading(a, b) for a in (one, one.hard) for b in (other, other.hard) if a and b)
    return _reading(one, other)


def _reading(one: Sound, other: Sound) -> float:
    if one.skeleton != other.skeleton and (one.is_number or other.is_number):
        return 0
    if one.skeleton != other.skeleton:
        return max(0.0, 100 * Levenshtein.normalized_similarity(one.skeleton, other.skeleton) - 10)
    apart = sum(_gap_distance(a, b, one.is_native, other.is_native) for a, b in zip(one.gaps, other.gaps, strict=True))
    return max(40.0, 100 - 45 * apart)


def _gap_distance(one: Gap, other: Gap, is_native: bool, is_other_native: bool) -> float:
    """Return the distance between two vowel gaps, 0 to 1."""
    if one.vowels & other.vowels or not (one.vowels or other.vowels):
        return 0
    if one.vowels and other.vowels:
        return 0.9 if one.is_long and other.is_long else 0.6
    written, is_empty_native = (one, is_other_native) if one.vowels else (other, is_native)
    if written.is_long:
        return 0.3 if written.vowels == {"a"} else 0.8
    # The native scripts leave short vowels out.
    return 0 if is_empty_native else 0.3
