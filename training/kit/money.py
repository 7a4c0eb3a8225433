"""Money: whole pence, read from what people type and written for people."""

import re

EASTERN_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹٫٬", "01234567890123456789.,")
"""Arabic-Indic and Persian digits, decimal and thousands marks, to the Western ones."""

_SIGNS = re.compile(r"[£\s\u200e\u200f\u2066-\u2069]")
_POUNDS = re.compile(r"(?P<pounds>\d{1,3}(?:,\d{3}){1,3}|\d{1,12})(?:\.(?P<pence>\d{1,2}))?", re.ASCII)


def western_digits(text: str) -> str:
    """Return ``text`` with Eastern digits and number marks replaced by Western ones."""
    return text.translate(EASTERN_DIGITS)


def parse_pounds(text: str) -> int:
    """Return the pence in a typed amount such as ``£1,250.50`` or ``١٬٢٥٠٫٥``.

    Raises ValueError when the text is no amount, is negative, or is finer than a penny:
    nothing is rounded on the way in.
    """
    match = _POUNDS.fullmatch(_SIGNS.sub("", western_digits(text)))
    if match is None:
        raise ValueError
    return int(match["pounds"].replace(",", "")) * 100 + int((match["pence"] or "0").ljust(2, "0"))


def format_pounds(pence: int) -> str:
    """Return pence as pounds, the same in all three languages: ``£1,250.50``, ``−£3.00``."""
    sign = "−" if pence < 0 else ""
    return f"{sign}£{abs(pence) // 100:,}.{abs(pence) % 100:02d}"


def plain_pounds(pence: int) -> str:
    """Return pence as a form field shows them again: ``1250.50``."""
    return f"{pence // 100}.{pence % 100:02d}"


def spread_evenly(pence: int, parts: int) -> list[int]:
    """Return ``pence`` divided into ``parts`` whole shares whose sum is exact; the shares differ by a penny at most."""
    return [pence * (i + 1) // parts - pence * i // parts for i in range(parts)]
