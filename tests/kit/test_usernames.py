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
