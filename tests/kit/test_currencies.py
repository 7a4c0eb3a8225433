"""Four currencies: whole minor units, rates in millionths, and conversion to the penny."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.kit.money import (
    RATE_SCALE,
    Currency,
    format_amount,
    format_rate,
    in_pence,
    parse_amount,
    parse_rate,
    plain_amount,
    shares_in_pence,
)

MINORS = st.integers(1, 10**14)
RATES = st.integers(1, 10**12)


def exactly(minor: int, currency: Currency, rate: int) -> int:
    """Convert with fractions, which Python rounds half to even."""
    return round(Fraction(minor * 100 * RATE_SCALE, rate * 10**currency.digits))


@given(MINORS, st.sampled_from(Currency), RATES)
def test_conversion_rounds_half_to_even(minor: int, currency: Currency, rate: int) -> None:
    rate = RATE_SCALE if currency is Currency.GBP else rate
    assert in_pence(minor, currency, rate) == exactly(minor, currency, rate)


@pytest.mark.parametrize(
    ("minor", "currency", "rate", "pence"),
    [
        (100, Currency.GBP, "1", 100),
        (127, Currency.USD, "1.27", 100),
        (1, Currency.USD, "2", 0),  # half a penny, to even
        (3, Currency.USD, "2", 2),  # a penny and a half, to even
        (5, Currency.USD, "2", 2),
        (1_664_500, Currency.IQD, "1664.5", 1_000_00),
        (8, Currency.IQD, "1600", 0),  # 0.5 pence
        (24, Currency.IQD, "1600", 2),  # 1.5 pence
        (10_000_00, Currency.EUR, "1.189207", 8_408_96),
    ],
)
def test_conversion(minor: int, currency: Currency, rate: str, pence: int) -> None:
    assert in_pence(minor, currency, parse_rate(rate)) == pence


@given(st.lists(MINORS, min_size=1, max_size=20), st.sampled_from(Currency), RATES)
def test_shares_of_a_claim_sum_to_its_total(minors: list[int], currency: Currency, rate: int) -> None:
    shares = shares_in_pence(minors, currency, rate)
    assert sum(shares) == in_pence(sum(minors), currency, rate)
    for share, minor in zip(shares, minors, strict=True):
        assert abs(share - in_pence(minor, currency, rate)) <= 1
        assert share >= 0


@pytest.mark.parametrize("currency", Currency)
@given(minor=st.integers(0, 10**11))
def test_formatted_amount_parses_to_itself(currency: Currency, minor: int) -> None:
    assert parse_amount(plain_amount(minor, currency), currency) == minor


@given(RATES)
def test_formatted_rate_parses_to_itself(rate: int) -> None:
    assert parse_rate(format_rate(rate)) == rate


def test_dinars_have_no_minor_units() -> None:
    assert parse_amount("1,664,500", Currency.IQD) == 1_664_500
    assert format_amount(1_664_500, Currency.IQD) == "IQD 1,664,500"
    with pytest.raises(ValueError, match=r"^$"):
        parse_amount("1.5", Currency.IQD)


@pytest.mark.parametrize("text", ["0", "0.0", "", "-1", "1e3", "1.2345678", "rate"])
def test_invalid_rate_is_rejected(text: str) -> None:
    with pytest.raises(ValueError, match=r"^$"):
        parse_rate(text)
