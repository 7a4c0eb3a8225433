"""One username has one spelling, however it is typed."""

import pytest

from training.kit.usernames import grouped, new_username, username_key


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("Sara.Ahmed ", "sara.ahmed"),
        ("40731592", "40731592"),
        ("4073 1592", "40731592"),
        ("4073-1592", "40731592"),
        ("٤٠٧٣ ١٥٩٢", "40731592"),
        ("۴۰۷۳۱۵۹۲", "40731592"),
        ("\u206640731592\u2069", "40731592"),
        ("trainee 2", "trainee 2"),
        ("سارا ٢", "سارا ٢"),
        ("²", "²"),
        ("", ""),
        (" - ", "-"),
    ],
)
def test_username_is_found_however_it_is_typed(typed: str, stored: str) -> None:
    assert username_key(typed) == stored
    assert username_key(stored) == stored


def test_new_usernames_are_eight_digits() -> None:
    drawn = {new_username() for _one in range(1_000)}
    assert len(drawn) > 990
    assert all(len(one) == 8 and one.isascii() and one.isdigit() and one[0] != "0" for one in drawn)
    assert all(username_key(grouped(one)) == one for one in drawn)


def test_chosen_username_is_not_grouped() -> None:
    assert grouped("sara.ahmed") == "sara.ahmed"
