"""Usernames that look the same are the same, and only plain ones are allowed."""

import pytest

from training.kit import usernames


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Sara", "sara"),
        ("ｓａｒａ", "sara"),
        ("sara\u200b", "sara"),
        ("admin", "adm1n"),
        ("r0se", "rose"),
        ("user٣", "user3"),
        ("user۳", "user3"),
        ("على", "علی"),
        ("سارە", "سارة"),
        ("كريم", "ک\u0640ریم"),
        ("a_b", "a-b"),
    ],
)
def test_usernames_that_look_the_same_have_one_key(one: str, other: str) -> None:
    assert usernames.key(one) == usernames.key(other)


@pytest.mark.parametrize("username", ["sara.h", "uk.2", "a-b_c+d@e", "سارا.٢", "کەریم"])
def test_plain_usernames_are_allowed(username: str) -> None:
    assert usernames.is_allowed(usernames.plain(username))


@pytest.mark.parametrize("username", ["аdmin", "sara سارا", "saraسارا", "a b", "a\nb", "α", "<b>", "", "ı", "é"])
def test_other_scripts_and_mixtures_are_not_allowed(username: str) -> None:
    assert not usernames.is_allowed(usernames.plain(username))


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
        ("سارا ٢", "سارا 2"),
        ("²", "2"),
        ("", ""),
        (" - ", "-"),
    ],
)
def test_username_has_one_spelling_however_it_is_typed(typed: str, stored: str) -> None:
    assert usernames.plain(typed) == stored
    assert usernames.plain(stored) == stored


def test_new_usernames_are_eight_digits() -> None:
    drawn = {usernames.new_username() for _one in range(1_000)}
    assert len(drawn) > 990
    assert all(len(one) == 8 and one.isascii() and one.isdigit() and one[0] != "0" for one in drawn)
    assert all(usernames.plain(usernames.grouped(one)) == one for one in drawn)


def test_chosen_username_is_not_grouped() -> None:
    assert usernames.grouped("sara.ahmed") == "sara.ahmed"
