"""Money in whole minor units of a currency: parsing, formatting, conversion to pence."""

import enum
import re
from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from functools import cache
from itertools import accumulate, pairwise

from babel.numbers import list_currencies

EASTERN_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹٫٬", "01234567890123456789.,")
"""Arabic-Indic and Persian digits and number marks, mapped to Western ones."""

_SIGNS = re.compile(r"[£\s\u200e\u200f\u2066-\u2069]")
_AMOUNT = re.compile(r"(?P<whole>\d{1,3}(?:,\d{3})+|\d{1,12})(?:\.(?P<minor>\d{1,6}))?", re.ASCII)
_MOST_DIGITS = 12

_DECIMALS = r"(?P<minor>\d+)"
_STATEMENT = tuple(
    re.compile(pattern, re.ASCII)
    for pattern in (
        rf"(?P<whole>[1-9]\d{{0,2}}(?:,\d{{3}})+)(?:\.{_DECIMALS})?",
        rf"(?P<whole>[1-9]\d{{0,2}}(?:\.\d{{3}})+),{_DECIMALS}",
        r"(?P<whole>[1-9]\d{0,2}(?:\.\d{3}){2,})",
        rf"(?P<whole>[1-9]\d{{0,2}}(?:[ '’]\d{{3}})+)(?:[.,]{_DECIMALS})?",
        r"(?P<whole>\d+),(?P<minor>\d{1,2})",
        rf"(?P<whole>\d*)\.{_DECIMALS}",
        r"(?P<whole>\d+)",
    )
)
"""How statements write an amount: thousands apart by commas, points, spaces or apostrophes."""
_THOUSANDS_OR_DECIMALS = re.compile(r"[1-9]\d{0,2}\.\d{3}", re.ASCII)
_INVISIBLE = re.compile(r"[\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_POUNDS = r"â?£|\bgbp\b|\bpounds?\b|\bsterling\b|\bstg\b|جنيه(?: استرليني| إسترليني)?|باوند|پاوەند|پاوەن"
_OTHER_MONEY = re.compile(
    r"[$€¥₺﷼]|\bus\b|\bdollars?\b|\beuros?\b|\bdinars?\b|\bi\.?d\b|د\.? ?ع|دينار|دینار|دولار|دۆلار|يورو|یۆرۆ|ليرة"
)
_CREDIT = r"\bcr?\b\.?|\bcredit\b|دائن"
_DEBIT = r"\bdr?\b\.?|\bdebit\b|مدين"
_MINUS = r"[-−–‐‑]"
_MARK_PATTERN = "|".join((_POUNDS, _CREDIT, _DEBIT, _MINUS, r"\+"))
_MARK_BEFORE = re.compile(rf"(?:{_MARK_PATTERN})\s*")
_MARK_AFTER = re.compile(rf"\s*(?:{_MARK_PATTERN})$")
_BRACKETS = re.compile(r"\((?P<inner>[^()]*)\)")

RATE_SCALE = 1_000_000
"""Rates are whole millionths of a unit of the currency to the pound: 1.27 dollars are 1,270,000."""


class Currency(enum.StrEnum):
    """The currencies in which claims are paid. The book currency is the pound."""

    GBP = "GBP"
    USD = "USD"
    EUR = "EUR"
    IQD = "IQD"

    @property
    def digits(self) -> int:
        """Number of decimals. The dinar has none here: fils are no longer used in payments."""
        return 0 if self is Currency.IQD else 2


def western_digits(text: str) -> str:
    """Return ``text`` with Eastern digits and number marks replaced by Western ones."""
    return text.translate(EASTERN_DIGITS)


def parse_amount(text: str, currency: Currency = Currency.GBP) -> int:
    """Parse a typed amount into minor units, such as ``£1,250.50`` or ``١٬٢٥٠٫٥``.

    Raises ValueError if the text is not an amount, is negative, or has more decimals than the
    currency: input is never rounded.
    """
    whole, minor = _read(text)
    if len(minor) > currency.digits:
        raise ValueError
    return int(whole + minor.ljust(currency.digits, "0"))


class OtherMoneyError(ValueError):
    """An amount names another currency than the pound."""


def parse_statement(text: str) -> int:
    """Parse an amount of a bank's or finance system's file into pence; money back is negative.

    Minus signs on either side, brackets and ``CR`` mark money back, ``DR`` a payment. Accepts the words and signs of
    the pound, Eastern digits, and thousands as other countries write them. Raises OtherMoneyError for another currency,
    and ValueError if the text is not one amount: two marks that contradict each other, fractions of a penny, or a
    point before three digits (1.250), which may stand before thousands or decimals.
    """
    plain = " ".join(_INVISIBLE.sub("", western_digits(text)).replace("،", ",").lower().split())
    # A letter next to a digit has no boundary between them: "250.00cr", "gbp300".
    plain = re.sub(r"(?<=[\d.])(?=[^\W\d_])|(?<=[^\W\d_])(?=\d)", " ", plain)
    if _OTHER_MONEY.search(plain) or any(word.upper() in _currency_codes() for word in re.findall(r"[a-z]{3}", plain)):
        raise OtherMoneyError
    number, marks = _without_marks(plain)
    pence = _statement_pence(number)
    backs = [mark for mark in marks if mark in "()" or re.fullmatch(rf"{_CREDIT}|{_MINUS}", mark)]
    is_payment = any(re.fullmatch(_DEBIT, mark) for mark in marks)
    if sum(bool(re.fullmatch(_MINUS, mark)) for mark in marks) > 1 or (backs and is_payment):
        raise ValueError
    return -pence if backs else pence


@cache
def _currency_codes() -> frozenset[str]:
    return frozenset(list_currencies()) - {Currency.GBP}


def _without_marks(text: str) -> tuple[str, list[str]]:
    """Return the number within ``text``, and the marks around it."""
    marks: list[str] = []
    while True:
        if brackets := _BRACKETS.fullmatch(text):
            text, mark = brackets["inner"].strip(), "("
        elif found := _MARK_BEFORE.match(text) or _MARK_AFTER.search(text):
            text, mark = (text[: found.start()] + text[found.end() :]).strip(), found[0].strip()
        else:
            return text, marks
        marks.append(mark)


def _statement_pence(number: str) -> int:
    match = next((found for pattern in _STATEMENT if (found := pattern.fullmatch(number))), None)
    if match is None or _THOUSANDS_OR_DECIMALS.fullmatch(number):
        raise ValueError
    parts = match.groupdict()
    whole, minor = re.sub(r"\D", "", parts["whole"]), (parts.get("minor") or "").rstrip("0")
    digits = Currency.GBP.digits
    if len(minor) > digits or len(whole) > _MOST_DIGITS:
        raise ValueError
    return int((whole or "0") + minor.ljust(digits, "0"))


def parse_rate(text: str) -> int:
    """Parse a typed exchange rate such as ``1,664.5`` into millionths. Raises ValueError, also for zero."""
    whole, decimals = _read(text)
    millionths = int(whole) * RATE_SCALE + int(decimals.ljust(6, "0") or "0")
    if not millionths:
        raise ValueError
    return millionths


def _read(text: str) -> tuple[str, str]:
    match = _AMOUNT.fullmatch(_SIGNS.sub("", western_digits(text)))
    if match is None or len(match["whole"].replace(",", "")) > _MOST_DIGITS:
        raise ValueError
    return match["whole"].replace(",", ""), match["minor"] or ""


def format_pounds(pence: int) -> str:
    """Return pence as pounds, the same in all three languages: ``£1,250.50``, ``−£3.00``."""
    sign = "−" if pence < 0 else ""
    return f"{sign}£{abs(pence) // 100:,}.{abs(pence) % 100:02d}"


def format_amount(minor: int, currency: Currency) -> str:
    """Return an amount with its currency: ``£1,250.50``, ``USD 1,250.50``, ``IQD 1,664,500``."""
    if currency is Currency.GBP:
        return format_pounds(minor)
    return f"{currency} {plain_amount(minor, currency, ',')}"


def plain_amount(minor: int, currency: Currency = Currency.GBP, thousands: str = "") -> str:
    """Return an amount without currency, as a form field shows it: ``1250.50``, ``1664500``."""
    unit = 10**currency.digits
    whole = f"{minor // unit:{thousands}}"
    return f"{whole}.{minor % unit:0{currency.digits}d}" if currency.digits else whole


def format_rate(millionths: int) -> str:
    """Return a rate with at least two decimals: ``1.27``, ``1,664.50``, ``1.189207``."""
    whole, decimals = divmod(millionths, RATE_SCALE)
    return f"{whole:,}.{f'{decimals:06d}'.rstrip('0').ljust(2, '0')}"


def exact_amount(minor: int, currency: Currency) -> Decimal:
    """Return an amount as a Decimal with the decimals of its currency: ``1250.50``, ``1664500``."""
    return Decimal(minor).scaleb(-currency.digits)


def exact_rate(millionths: int) -> Decimal:
    """Return a rate as a Decimal with at least two decimals: ``1.27``, ``1664.50``, ``1.189207``."""
    return Decimal(format_rate(millionths).replace(",", ""))


def in_pence(minor: int, currency: Currency, rate: int) -> int:
    """Convert an amount to pence at ``rate`` (millionths of a unit per pound), rounded half-even."""
    if currency is Currency.GBP:
        return minor
    pounds = exact_amount(minor, currency) * RATE_SCALE / rate
    return int((pounds * 100).quantize(Decimal(1), ROUND_HALF_EVEN))


def shares_in_pence(minors: Sequence[int], currency: Currency, rate: int) -> list[int]:
    """Convert amounts to pence so that their sum is exactly the converted total.

    Rounds the running total, not each share, so a share may differ from its own conversion by a penny.
    """
    totals = [in_pence(total, currency, rate) for total in accumulate(minors, initial=0)]
    return [after - before for before, after in pairwise(totals)]


def pence_each(pence: int, units: int) -> int | None:
    """Divide ``pence`` by ``units``, rounded half-even; None if there are no units."""
    return round(Fraction(pence, units)) if units else None


def spread_evenly(pence: int, parts: int) -> list[int]:
    """Split ``pence`` into ``parts`` shares that differ by at most a penny and sum exactly."""
    return spread_by_weight(pence, [1] * parts)


def spread_by_weight(pence: int, weights: Sequence[int]) -> list[int]:
    """Split ``pence`` in proportion to ``weights``; the shares sum exactly.

    Rounds the running total down, not each share.
    """
    whole = sum(weights)
    return [
        pence * after // whole - pence * before // whole for before, after in pairwise(accumulate(weights, initial=0))
    ]
