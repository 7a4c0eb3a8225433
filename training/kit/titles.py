"""Ranks, titles and numbering that people write into the cell of a name: ``1- Capt. Karrar``, كرار / رائد."""

import re
from dataclasses import dataclass
from functools import lru_cache

from training.kit.names import fold

# fmt: off
_RANKS = (
    "field marshal", "general", "gen", "lieutenant general", "lt gen", "major general", "maj gen",
    "brigadier general",
    "brig gen", "brigadier", "brig", "bg", "colonel", "col", "lieutenant colonel", "lieut col", "lt col", "ltc",
    "major", "maj", "captain", "capt", "cpt", "lieutenant", "lieut", "lt", "first lieutenant", "1st lieutenant",
    "1st lt", "1lt", "second lieutenant", "2nd lieutenant", "2nd lt", "2lt", "sub lieutenant", "warrant officer",
    "chief warrant officer", "wo", "wo1", "wo2", "cwo", "sergeant major", "sgt maj", "sergeant", "sgt",
    "staff sergeant", "ssgt", "first sergeant", "corporal", "cpl", "lance corporal", "private", "pte", "pvt",
    "soldier",
    "constable", "inspector", "chief inspector", "insp", "superintendent", "supt", "chief superintendent",
    "commissioner", "deputy commissioner", "commander", "cdr", "lt cdr", "commodore", "admiral", "rear admiral",
    "policeman", "police officer", "nco",
    "naqib", "naqeeb", "muqaddam", "muqadam", "moqadam", "mukaddam", "aqid", "aqeed", "akeed", "amid", "ameed",
    "liwa",
    "liwaa", "fariq", "fareeq", "mulazim", "mulazem", "mulazim awal", "mulazim awwal", "raed", "raid", "raaid",
    "مشير", "فريق", "فريق أول", "فريق ركن", "لواء", "لواء ركن", "لواء شرطة", "عميد", "عميد ركن", "عميد شرطة",
    "عميد حقوقي",
    "عقيد", "عقيد ركن", "عقيد شرطة", "عقيد حقوقي", "عقيد مهندس", "مقدم", "مقدم ركن", "مقدم شرطة", "مقدم حقوقي",
    "رائد",
    "رائد ركن", "رائد شرطة", "رائد حقوقي", "رائد مهندس", "نقيب", "نقيب ركن", "نقيب شرطة", "نقيب حقوقي", "نقيب مهندس",
    "ملازم", "ملازم أول", "ملازم ثاني", "ملازم شرطة", "ملازم أول شرطة", "نائب ضابط", "ن ض", "ن.ض", "ضابط", "ضابط صف",
    "رئيس عرفاء", "ر ع", "عريف", "نائب عريف", "جندي", "جندي أول", "شرطي", "شرطي أول", "مفوض", "مفوض أول", "منتسب",
    "مراتب", "معاون مدير",
    "فەریق", "لیوا", "لیوای ڕوکن", "عەمید", "عەمیدی ڕوکن", "عەقید", "عەقیدی ڕوکن", "موقەدەم", "موقەدەمی ڕوکن", "مقدم",
    "ڕائید", "رائید", "ڕائد", "نەقیب", "نقیب", "مولازم", "مولازمی یەکەم", "مولازم یەکەم", "مولازمی دووەم",
    "ملازم یەکەم",
    "مفەوەز", "عەریف", "نائب زابت", "ئەفسەر", "سەرباز", "پێشمەرگە", "پۆلیس", "یاریدەدەر", "سەرهەنگ", "زابت",
)
_TITLES = (
    "mr", "mrs", "ms", "miss", "mx", "sir", "madam", "dame", "lady", "dr", "doctor", "prof", "professor", "eng",
    "engineer", "ing", "hon", "rev", "haji", "hajji", "sheikh", "shaikh", "shaykh", "sayyid", "sayid", "ustad", "h.e",
    "his excellency", "retired", "ret", "retd", "ret'd", "staff", "pilot", "phd",
    "السيد", "السيدة", "الآنسة", "سيد", "سيدة", "الأستاذ", "أستاذ", "الأستاذة", "الدكتور", "دكتور", "الدكتورة",
    "دكتورة",
    "د", "م", "أ", "أ د", "أ.د", "م م", "م.م", "المهندس", "مهندس", "المهندسة", "مهندسة", "المحامي", "الشيخ", "شيخ",
    "الحاج",
    "حاج", "الحاجة", "الست", "معالي", "سعادة", "متقاعد", "المتقاعد", "ركن", "الركن", "حقوقي", "الحقوقي", "المحترم",
    "المحترمة",
    "طيار", "الطيار", "شرطة",
    "کاک", "بەڕێز", "بەڕێزان", "خاتوو", "دکتۆر", "دكتۆر", "دکتور", "ئەندازیار", "مامۆستا", "پارێزەر", "حاجی",
    "شێخ", "سەید",
    "خانەنشین",
)
_NAMES_TOO = (
    "raed", "raid", "raaid", "amid", "ameed", "liwa", "liwaa", "sheikh", "shaikh", "shaykh", "sayyid", "sayid",
    "haji",
    "hajji", "ustad", "dame", "lady",
    "رائد", "عميد", "لواء", "سيد", "سيدة", "شيخ", "حاج", "منتسب", "ڕائید", "رائید", "ڕائد", "سەید", "شێخ", "حاجی",
    "لیوا",
)
_FAMILY_NAMES_TOO = (
    "major", "general", "commander", "staff", "private", "constable", "sergeant", "marshal", "pilot", "engineer",
    "eng", "ing", "ret", "hon", "miss", "doctor", "inspector", "corporal", "amid", "naqib", "naqeeb", "captain",
    "ملازم", "مقدم", "نقيب", "شرطة", "مهندس", "طيار",
    "ركن", "حقوقي",
)
_HONOURED = ("المحترم", "المحترمة", "محترم", "المتقاعد", "متقاعد", "خانەنشین", "retired", "ret'd", "retd", "phd")
# fmt: on
"""Words that are given names as well, and family names: only a mark beside them says that they are titles."""
_WRITTEN_OUT = {
    "gen": "General", "lt gen": "Lieutenant General", "maj gen": "Major General", "brig gen": "Brigadier General",
    "bg": "Brigadier General", "brig": "Brigadier", "col": "Colonel", "lt col": "Lieutenant Colonel",
    "lieut col": "Lieutenant Colonel", "ltc": "Lieutenant Colonel", "maj": "Major", "capt": "Captain",
    "cpt": "Captain", "lt": "Lieutenant", "lieut": "Lieutenant", "1st lt": "First Lieutenant",
    "1lt": "First Lieutenant", "2nd lt": "Second Lieutenant", "2lt": "Second Lieutenant", "wo": "Warrant Officer",
    "sgt": "Sergeant", "ssgt": "Staff Sergeant", "cpl": "Corporal", "pte": "Private", "pvt": "Private",
    "insp": "Inspector", "supt": "Superintendent", "cdr": "Commander",
}  # fmt: skip


def _key(text: str) -> str:
    return fold(text.replace(".", " ").replace("'", ""))


def _bare(key: str) -> str:
    """Return a title without the Arabic articles of its words."""
    return " ".join(word[2:] if word.startswith("ال") and len(word) > 4 else word for word in key.split())


_RANK_KEYS = frozenset(map(_key, _RANKS))
_ALL_KEYS = _RANK_KEYS | frozenset(map(_key, _TITLES))
_NAME_KEYS = frozenset(map(_key, _NAMES_TOO))
_FAMILY_KEYS = frozenset(map(_key, _FAMILY_NAMES_TOO))
_HONOURS = frozenset(map(_key, _HONOURED))
_LONGEST, _SHORTEST_BEHIND = 4, 3
"""Words of a title at most, and letters at least of one behind a name."""

_NUMBER = re.compile(
    r"^\s*(?:"
    r"[(\[{]\s*\d{1,4}\s*[)\]}]"  # (3)
    r"|(?:№|#|no\.?|nr\.?|رقم|ژمارە|ژ)\s*[.:]?\s*\d{1,4}(?!\d)"  # № 4
    r"|(?:[تم]\s*)?\d{1,4}(?!\d|(?:st|nd|rd|th|lt)\b)"  # 1, ١
    r"|[(\[]\s*[^\W\d_]\s*[)\]]|[^\W\d_]\s*(?:\)|-(?=\s))"  # a)
    r")\s*[-–—.:)\]/،,\\_ـ*]*\s*(?=[^\W\d_(\[])",
    re.IGNORECASE,
)
_BULLET = re.compile(r"^[\s•·*‣▪●◦–—-]+(?=[^\W_])")
_BRACKETS = re.compile(r"[(\[{<«]([^)\]}>»]*)[)\]}>»]")
_MARKS = re.compile(r"\s*[/\\|،,;:؛]\s*|\s+[-–—]\s+|\s*[-–—]\s+|\s+[-–—]\s*")
_DOT = re.compile(r"(?<=[^\W\d_])\.(?=[^\W\d_])")


@dataclass(frozen=True)
class NameRead:
    """What stands in the cell of a name: the name, and the rank beside it, written out.

    ``is_changed`` if something was taken off; ``doubt`` has a word that may be a rank or part of the name: it is still
    in the name.
    """

    name: str
    rank: str = ""
    is_changed: bool = False
    doubt: str = ""


@lru_cache(maxsize=20_000)
def read_name(text: str) -> NameRead:
    """Return the name in a cell without numbering, ranks and titles. A cell that is nothing else stays as it is."""
    rest = _BULLET.sub("", _NUMBER.sub("", text, count=1))
    rest, ranks = _unmarked(rest)
    name = _stripped(rest, ranks)
    if not any(letter.isalpha() for letter in name):
        return NameRead(text)
    if name == text:
        return NameRead(text, doubt=_doubtful(text))
    return NameRead(name, _rank(ranks), is_changed=True, doubt=_doubtful(name))


def _unmarked(text: str) -> tuple[str, list[str]]:
    """Return a cell without the titles that marks divide from the name, and these titles."""
    titles: list[str] = []

    def take(found: re.Match[str]) -> str:
        if not _is_title(found[1]):
            return found[0]
        titles.append(found[1].strip())
        return " "

    rest = _BRACKETS.sub(take, text)
    pieces = _pieces(rest)
    named = [place for place, (start, end) in enumerate(pieces) if not _is_title(rest[start:end])]
    if not named:
        return rest, titles
    titles += [rest[start:end].strip() for start, end in pieces[: named[0]] + pieces[named[-1] + 1 :]]
    return rest[pieces[named[0]][0] : pieces[named[-1]][1]], titles


def _pieces(text: str) -> list[tuple[int, int]]:
    """Return where the pieces that marks divide begin and end."""
    marks = [(found.start(), found.end()) for found in _MARKS.finditer(text)]
    starts = [0, *(end for _start, end in marks)]
    ends = [*(start for start, _end in marks), len(text)]
    return [(start, end) for start, end in zip(starts, ends, strict=True) if text[start:end].strip()]


def _is_title(text: str) -> bool:
    """Return whether a text is one title or several, and nothing else."""
    words = _key(text).split()
    while words:
        size = next((n for n in range(min(_LONGEST, len(words)), 0, -1) if _known(" ".join(words[:n]))), 0)
        if not size:
            return False
        words = words[size:]
    return bool(_key(text))


def _known(key: str) -> bool:
    return key in _ALL_KEYS or _bare(key) in _ALL_KEYS


def _stripped(text: str, titles: list[str]) -> str:
    """Return a part without the titles at its beginning and end; these are added to ``titles``."""
    words = _spaced(text).split()
    while len(words) > 1 and (size := _title_at_start(words)):
        titles.append(" ".join(words[:size]))
        words = words[size:]
    while len(words) > 2 and (size := _title_at_end(words)):
        titles.append(" ".join(words[-size:]))
        words = words[:-size]
    return " ".join(words)


def _spaced(text: str) -> str:
    """Return a text with a space after the dot that joins a title to the name: ``Capt.Karrar``."""
    dot = _DOT.search(text)
    while dot is not None:
        before = text[: dot.start()].split()
        if before and _is_title(before[-1]):
            text = f"{text[: dot.end()]} {text[dot.end() :]}"
        dot = _DOT.search(text, dot.end() + 1)
    return text


def _title_at_start(words: list[str]) -> int:
    """Return how many words at the beginning are a title that is no name."""
    for size in range(min(_LONGEST, len(words) - 1), 0, -1):
        key = _key(" ".join(words[:size]))
        has_dot = words[size - 1].endswith((".", ":"))
        is_name = key in _NAME_KEYS or all(len(word) == 1 for word in key.split())
        if _known(key) and (has_dot or not is_name):
            return size
    return 0


def _title_at_end(words: list[str]) -> int:
    """Return how many words at the end are a title that is no name; with an article it may be a family name."""
    for size in range(min(_LONGEST, len(words) - 2), 0, -1):
        key = _key(" ".join(words[-size:]))
        is_name = key in _NAME_KEYS | _FAMILY_KEYS or key.startswith("ال") or len(key) < _SHORTEST_BEHIND
        if key in _HONOURS or (key in _ALL_KEYS and not is_name):
            return size
    return 0


def _doubtful(name: str) -> str:
    """Return a word at the beginning or end of a name that may be a title; empty if there is none."""
    words = name.split()
    if len(words) < 3:
        return ""
    if _key(words[0]) in _NAME_KEYS:
        return words[0]
    last = _key(words[-1])
    is_doubtful = last in _NAME_KEYS | _FAMILY_KEYS or (last.startswith("ال") and _bare(last) in _RANK_KEYS)
    return words[-1] if is_doubtful else ""


def _rank(titles: list[str]) -> str:
    """Return the first rank among titles, written out and without its article."""
    for title in titles:
        key = _key(title)
        if key in _WRITTEN_OUT:
            return _WRITTEN_OUT[key]
        if key in _RANK_KEYS or _bare(key) in _RANK_KEYS:
            words = title.strip(" .").split()
            return " ".join(word[2:] if word.startswith("ال") and len(word) > 4 else word for word in words)
    return ""


def without_doubt(read: NameRead) -> NameRead:
    """Return what stands in a cell whose doubtful word is a rank after all."""
    if not read.doubt:
        return read
    words = read.name.split()
    rest = words[1:] if words[0] == read.doubt else words[:-1]
    return NameRead(" ".join(rest), read.rank or _rank([read.doubt]), is_changed=True)
