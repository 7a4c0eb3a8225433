"""Usernames: one spelling of each, however it is typed, and new ones of digits for people who chose none."""

import secrets
import unicodedata

_LOWEST, _HIGHEST = 10_000_000, 99_999_999
_BETWEEN_DIGITS = "-‐‑‒–—.·"
_GROUP = 4


def username_key(typed: str) -> str:
    """Return the username as it is stored: lower case; one of digits alone in Western digits, without separators."""
    text = typed.strip().lower()
    bare = "".join(one for one in text if not (one in _BETWEEN_DIGITS or one.isspace() or _is_invisible(one)))
    if bare and all(one.isdecimal() for one in bare):
        return "".join(str(unicodedata.decimal(one)) for one in bare)
    return text


def _is_invisible(character: str) -> bool:
    """Return whether a character only steers how others are shown, as a paste brings along."""
    return unicodedata.category(character) == "Cf"


def new_username() -> str:
    """Return eight random digits: every keyboard has digits, and a number says nothing about who has it."""
    return str(_LOWEST + secrets.randbelow(_HIGHEST - _LOWEST + 1))


def grouped(username: str) -> str:
    """Return a username of digits in groups, to be read from paper; any other as it is."""
    if not (username.isascii() and username.isdigit()):
        return username
    return " ".join(username[start : start + _GROUP] for start in range(0, len(username), _GROUP))
