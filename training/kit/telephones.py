"""Telephone numbers, in whatever digits they are typed."""

import re
import unicodedata

_INVISIBLE = re.compile(r"[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")


def western_telephone(text: str) -> str:
    """Return a telephone number with Western digits, whatever digits were typed, and without direction marks."""
    plain = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
    return "".join(str(unicodedata.decimal(letter, letter)) for letter in plain)
