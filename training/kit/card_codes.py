"""The one-time codes of cards: eleven random digits and a check digit, in groups of four (ADR 36).

Digits stand on every keyboard, have no upper case, and are not mistaken for one another in print.
"""

import hashlib
import hmac
import secrets
import unicodedata

LENGTH = 12
_GROUP = 4
_CHECKS = (
    "0317598642", "7092154863", "4206871359", "1750983426", "6123045978",
    "3674209581", "5869720134", "8945362017", "9438617205", "2581436790",
)  # fmt: skip
"""Damm's table: a wrong digit, or two neighbours that changed places, do not end at nought."""
_LOOK_ALIKES = str.maketrans("oil", "011")


def new_code() -> str:
    """Return a new code: 100,000,000,000 are possible."""
    digits = f"{secrets.randbelow(10 ** (LENGTH - 1)):0{LENGTH - 1}}"
    return digits + _check(digits)


def grouped(code: str) -> str:
    """Return a code in groups of four, to be read from paper."""
    return " ".join(code[start : start + _GROUP] for start in range(0, LENGTH, _GROUP))


def read(typed: str) -> str:
    """Return the code that was typed: with digits of any script, and letters that look like digits.

    Spaces, dashes and whatever else is no letter and no digit do not count. Raises ValueError if a digit is missing
    or wrong.
    """
    letters = (one for one in typed.lower().translate(_LOOK_ALIKES) if one.isalnum())
    try:
        code = "".join(str(unicodedata.decimal(one)) for one in letters)
    except ValueError as error:
        raise ValueError("a code has digits alone") from error
    if len(code) != LENGTH or _check(code) != "0":
        raise ValueError("not a code")
    return code


def _check(digits: str) -> str:
    """Return the check digit of ``digits``; nought if they end with theirs."""
    interim = "0"
    for digit in digits:
        interim = _CHECKS[int(interim)][int(digit)]
    return interim


def code_hash(secret: str, card: str, code: str) -> str:
    """Return what the database stores of a code: its HMAC under the secret of the server, for this card alone."""
    return hmac.new(secret.encode(), f"card:{card}:{code}".encode(), hashlib.sha256).hexdigest()


def is_code(stored: str, secret: str, card: str, code: str) -> bool:
    """Return whether ``stored`` is the hash of a code, in a time that does not depend on the answer."""
    return hmac.compare_digest(stored, code_hash(secret, card, code))
