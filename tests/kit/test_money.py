"""Amounts are parsed as typed, to the penny, or rejected; and formatted consistently."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training.kit.money import format_pounds, parse_amount, plain_amount, spread_evenly, western_digits

unhurried = settings(deadline=None, database=None)
"""No deadline, since the machine may be busy, and no example database."""

READ = [
    ("0", 0),
    ("7", 7_00),
    ("0.5", 50),
    ("0.05", 5),
    ("1250.50", 1_250_50),
    ("1,234.5", 1_234_50),
    ("1,234", 1_234_00),
    ("12,345,678.90", 12_345_678_90),
    ("£1,250.50", 1_250_50),
    ("£ 1 234", 1_234_00),
    ("1\u00a0234\u202f567", 1_234_567_00),
    ("  12  ", 12_00),
    ("١٢٣٤٫٥٠", 1_234_50),
    ("١٬٢٥٠٫٥", 1_250_50),
    ("١٬٢٣٤٬٥٦٧", 1_234_567_00),
    ("۱۲۳۴٫۵۰", 1_234_50),
    ("۱٬۲۵۰", 1_250_00),
    ("٣٠٠,٠٠٠", 300_000_00),
    ("£١٢", 12_00),
    ("\u200f١٢٫٥\u200e", 12_50),
    ("\u2066£12.50\u2069", 12_50),
    ("999999999999.99", 999_999_999_999_99),
]

REFUSED = {
    "nothing": "",
    "only spaces": "   ",
    "only a sign": "£",
    "a debt": "-5",
    "a debt with a true minus": "−5",
    "a plus": "+5",
    "an exponent": "1e9",
    "13 digits": "1234567890123",
    "13 digits in groups": "1,234,567,890,123",
    "more than a database holds": "999,999,999,999,999,999,999",
    "two digits after a comma": "1,23",
    "four digits after a comma": "1,2345",
    "a comma first": ",123",
    "a comma last": "123,",
    "two commas": "1,,234",
    "finer than a penny": "1.234",
    "a point first": ".5",
    "a point last": "5.",
    "two points": "1.2.3",
    "an Arabic decimal mark alone": "٫",
    "an Arabic thousands mark alone": "٬",
    "finer than a penny, in Arabic": "١٫٢٣٤",
    "another currency": "$5",
    "words": "five",
    "a fraction": "½",
    "digits of another script": "१२",
    "infinity": "inf",
}


@pytest.mark.parametrize(("typed", "pence"), READ)
def test_amount_is_parsed_to_the_penny(typed: str, pence: int) -> None:
    assert parse_amount(typed) == pence


@pytest.mark.parametrize("typed", REFUSED.values(), ids=REFUSED.keys())
def test_invalid_amount_is_rejected(typed: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  # the form gives the words
        parse_amount(typed)


def test_eastern_digits_and_separators_become_western() -> None:
    assert western_digits("٠١٢٣٤٥٦٧٨٩") == western_digits("۰۱۲۳۴۵۶۷۸۹") == "0123456789"
    assert western_digits("١٬٢٣٤٫٥ abc") == "1,234.5 abc"


@pytest.mark.parametrize(
    ("pence", "written"),
    [
        (0, "£0.00"),
        (5, "£0.05"),
        (1_00, "£1.00"),
        (1_250_50, "£1,250.50"),
        (300_000_00, "£300,000.00"),
        (-1, "−£0.01"),
        (-3_00, "−£3.00"),
        (-1_234_56, "−£1,234.56"),
    ],
)
def test_amount_is_formatted(pence: int, written: str) -> None:
    assert format_pounds(pence) == written


@unhurried
@given(st.integers(0, 999_999_999_999_99))
def test_formatted_amount_parses_to_itself(pence: int) -> None:
    assert parse_amount(plain_amount(pence)) == pence


@unhurried
@given(st.integers(0, 999_999_999_99))
def test_displayed_amount_can_be_typed(pence: int) -> None:
    assert parse_amount(format_pounds(pence)) == pence


@unhurried
@given(st.integers(0, 10**14), st.integers(1, 400))
def test_shares_sum_to_the_amount_and_differ_by_at_most_a_penny(pence: int, parts: int) -> None:
    shares = spread_evenly(pence, parts)
    assert len(shares) == parts
    assert sum(shares) == pence
    assert max(shares) - min(shares) <= 1
