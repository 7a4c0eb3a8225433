"""Amounts as banks and finance systems write them: what is paid, what comes back, what cannot be told."""

import pytest

from training.kit.money import OtherMoneyError, parse_statement


@pytest.mark.parametrize(
    ("text", "pence"),
    [
        ("GBP 300.00", 300_00),
        ("300.00 GBP", 300_00),
        ("GBP300", 300_00),
        ("250.00 DR", 250_00),
        ("250.00DR", 250_00),
        ("250.00 Dr.", 250_00),
        ("250.00 CR", -250_00),
        ("250.00cr", -250_00),
        ("CR 250", -250_00),
        ("250.00 C", -250_00),
        ("250.00 D", 250_00),
        ("٢٥٠ دائن", -250_00),
        ("250 مدين", 250_00),
        ("£(250.00)", -250_00),
        ("(£250.00)", -250_00),
        ("(250)", -250_00),
        ("(250.00) CR", -250_00),
        ("-250", -250_00),
        ("−£250.00", -250_00),
        ("£-250.00", -250_00),
        ("- £ 250.00", -250_00),
        ("250-", -250_00),
        ("250.00 –", -250_00),
        ("+250", 250_00),
        ("1250.500", 1250_50),
        ("Â£40.00", 40_00),
        ("£40.00", 40_00),
        ("£ 1 250,50", 1250_50),
        ("1\u00a0250,50", 1250_50),
        ("1\u202f250,50 £", 1250_50),
        ("1.250,50", 1250_50),
        ("1,250.50", 1250_50),
        ("1,250", 1250_00),
        ("1'250.50", 1250_50),
        ("1.250.500", 1_250_500_00),
        ("1250,5", 1250_50),
        (".50", 50),
        ("0.00", 0),
        ("١٬٢٥٠٫٥٠", 1250_50),
        ("\u200f(٢٥٠٫٠٠)\u200f", -250_00),
        ("١٢٥٠،٥٠", 1250_50),
        ("300 جنيه إسترليني", 300_00),
        ("300 پاوەند", 300_00),
    ],
)
def test_amount_is_read_to_the_penny(text: str, pence: int) -> None:
    assert parse_statement(text) == pence


_UNCLEAR = (
    "", "-", "five", "=1+1", "1.234", "12.500", "12.345,678", "1,25,00", "12 34", "--5", "-250 DR", "(250) DR",
    "(250", "1.25E+03", "10-20", "0.005", "1.005", "1,250.505", "0,500", "9" * 13, "£", "CR", "1 2 3", "250 25",
)  # fmt: skip


@pytest.mark.parametrize("text", _UNCLEAR)
def test_unclear_amount_is_no_amount(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - its kind is what is promised
        parse_statement(text)


@pytest.mark.parametrize(
    "text",
    ["IQD 250,000", "250000 IQD", "USD 10", "$10.00", "€5", "10 EUR", "250000 د.ع", "٢٥٠ دينار", "AED 3", "5 دۆلار"],
)
def test_other_currency_is_never_read_as_pounds(text: str) -> None:
    with pytest.raises(OtherMoneyError):
        parse_statement(text)
