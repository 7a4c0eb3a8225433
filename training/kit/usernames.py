"""Usernames: how they are stored, which are allowed, which look the same, and new ones for people who chose none."""

import hashlib
import re
import secrets
import unicodedata

from training.kit.money import western_digits
from training.kit.names import letters

_ALLOWED = re.compile(r"(?:[a-z0-9]|[\u0621-\u064a\u066e-\u06d5]|[.\-_+@])+")
_LATIN, _ARABIC = re.compile("[a-z]"), re.compile("[\u0621-\u064a\u066e-\u06d5]")
_INVISIBLE = ("Cf",)
_BETWEEN_DIGITS = re.compile(r"[\s\-‐‑‒–—.·,٫٬]")
_LOWEST, _HIGHEST = 10_000_000, 99_999_999
_GROUP = 4
_SAME = str.maketrans(
    {
        "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا",
        "ى": "ي", "ی": "ي", "ێ": "ي", "ئ": "ي", "ې": "ي",
        "ة": "ه", "ە": "ه", "ھ": "ه", "ہ": "ه", "ۀ": "ه",
        "ک": "ك", "ڪ": "ك", "گ": "ك", "ڵ": "ل", "ڕ": "ر", "ۆ": "و", "ؤ": "و", "ۇ": "و", "ـ": "",
        "0": "o", "1": "l", "i": "l", "_": "-",
    }
)  # fmt: skip
"""Letters that one reader cannot tell from another, or that keyboards exchange."""


def plain(typed: str) -> str:
    """Return a username as it is stored: in lower case, without invisible characters, in plain letters and digits.

    Widths and presentation forms of letters, as some keyboards and copied texts have them, are those of the plain one.
    Digits alone lose what stands between them.
    """
    text = unicodedata.normalize("NFKC", letters(western_digits(typed)))
    seen = "".join(one for one in text if unicodedata.category(one) not in _INVISIBLE).casefold().strip()
    bare = _BETWEEN_DIGITS.sub("", seen)
    return bare if bare.isascii() and bare.isdigit() else seen


def is_allowed(username: str) -> bool:
    """Return whether a stored username has letters of one script, Latin or Arabic, digits and ``. - _ + @`` alone."""
    return bool(_ALLOWED.fullmatch(username)) and not (_LATIN.search(username) and _ARABIC.search(username))


def key(username: str) -> str:
    """Return a form of a username that is equal for all that look the same."""
    bare = "".join(one for one in unicodedata.normalize("NFKD", plain(username)) if not unicodedata.combining(one))
    return bare.translate(_SAME)[:120]


def attempts_key(username: str) -> str:
    """Return the hashed key under which failed sign-ins of a username are counted."""
    return counter_key("account", key(username))


def counter_key(kind: str, *values: str) -> str:
    """Return the hashed key of a counter of attempts."""
    return hashlib.sha256(":".join((kind, *values)).encode("utf-8", "surrogatepass")).hexdigest()


def new_username() -> str:
    """Return eight random digits: every keyboard has digits, and a number says nothing about who has it."""
    return str(_LOWEST + secrets.randbelow(_HIGHEST - _LOWEST + 1))


def grouped(username: str) -> str:
    """Return a username of digits in groups, to be read from paper; any other as it is."""
    if not (username.isascii() and username.isdigit()):
        return username
    return " ".join(username[start : start + _GROUP] for start in range(0, len(username), _GROUP))
