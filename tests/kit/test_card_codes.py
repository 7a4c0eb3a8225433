"""Codes of cards: how they are typed, and which mistakes are noticed before a try is counted."""

import pytest

from training.kit import card_codes


def test_codes_are_long_and_different() -> None:
    codes = {card_codes.new_code() for _one in range(1_000)}
    assert len(codes) == 1_000
    assert {len(code) for code in codes} == {card_codes.LENGTH}
    assert all(code.isascii() and code.isdigit() for code in codes)


@pytest.fixture
def code() -> str:
    return card_codes.new_code()


EASTERN, PERSIAN = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"), str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")


def test_code_is_read_however_it_is_typed(code: str) -> None:
    printed = card_codes.grouped(code)
    assert printed.count(" ") == 2
    for typed in (
        code,
        printed,
        printed.replace(" ", "-"),
        printed.replace(" ", "–"),
        printed.replace(" ", "\u00a0"),
        f"  {printed}\n",
        f"\u2066{printed}\u2069",
        printed.replace(" ", "٬"),
        code.translate(EASTERN),
        printed.translate(PERSIAN),
        code.replace("0", "O").replace("1", "l"),
        code.replace("0", "o").replace("1", "I"),
    ):
        assert card_codes.read(typed) == code, typed


def test_every_wrong_digit_and_every_exchange_of_neighbours_is_noticed(code: str) -> None:
    for place, digit in enumerate(code):
        for other in "0123456789":
            if other != digit:
                with pytest.raises(ValueError, match="not a code"):
                    card_codes.read(code[:place] + other + code[place + 1 :])
        if place and digit != code[place - 1]:
            with pytest.raises(ValueError, match="not a code"):
                card_codes.read(code[: place - 1] + digit + code[place - 1] + code[place + 1 :])


@pytest.mark.parametrize("typed", ["", "1", "abc", "²" * 12, "一二三四", "0" * 13, "1234 5678 901x"])
def test_what_is_no_code_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match="code"):
        card_codes.read(typed)


def test_hash_needs_the_secret_the_card_and_the_code(code: str) -> None:
    stored = card_codes.code_hash("a secret", "card", code)
    assert code not in stored
    assert card_codes.is_code(stored, "a secret", "card", code)
    assert not card_codes.is_code(stored, "another", "card", code)
    assert not card_codes.is_code(stored, "a secret", "another", code)
    assert not card_codes.is_code(stored, "a secret", "card", card_codes.new_code())
