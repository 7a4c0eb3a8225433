"""Spellings of one name match across scripts; different names do not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.kit.test_names import unhurried
from training.kit.matching import ENOUGH, heard, hits, keys, score
from training.kit.sounds import sounds

# Parts of names common in Iraq; not real people.
SPELLINGS = {
    "Muhammad": ("Muhammad", "Mohammed", "Mohamad", "محمد", "مُحَمَّد", "محمّد", "موحەممەد"),
    "Kadhim": ("Kadhim", "Kazem", "Kazim", "كاظم", "کازم"),
    "Husain": ("Hussein", "Husain", "Hussain", "حسين", "حسین", "حوسێن"),
    "Ahmad": ("Ahmed", "Ahmad", "أحمد", "احمد", "ئەحمەد"),
    "Abd al-Rahman": ("Abdul Rahman", "Abd ar-Rahman", "Abdurrahman", "Abdel-Rahman", "عبد الرحمن", "عبدالرحمن"),
    "Abd Allah": ("Abdullah", "Abdulla", "Abd Allah", "عبد الله", "عبدالله"),
    "Fatima": ("Fatima", "Fatimah", "Fatema", "فاطمة", "فاطمه"),
    "Ibrahim": ("Ibrahim", "Ebrahim", "إبراهيم", "ابراهيم"),
    "Salah al-Din": ("Salah al-Din", "Salahaddin", "Salahuddin", "صلاح الدين"),
    "Sherko": ("Sherko", "Shirko", "Şêrko", "شێرکۆ", "شيركو"),
    "Kawa": ("Kawa", "Kaweh", "کاوە", "كاوه\u200c", "كاوه"),
    "al-Juburi": ("Al-Jubouri", "al Juboori", "Aljuburi", "Jubouri", "الجبوري"),
}


def like(one: str, other: str) -> int:
    """Return the score of two spellings, each in the column of its script."""
    return score(*(heard("", name) if name > "\u0590" else heard(name, "") for name in (one, other)))


@pytest.mark.parametrize("name", SPELLINGS)
def test_spellings_of_one_name_match(name: str) -> None:
    for one in SPELLINGS[name]:
        for other in SPELLINGS[name]:
            assert like(one, other) >= ENOUGH, (one, other)
            assert keys(sounds(one)).whole == keys(sounds(other)).whole, (one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("حسن", "حسين"),
        ("Hassan", "Hussein"),
        ("Hassan", "حسين"),
        ("محمود", "محمد"),
        ("Ahmed", "حميد"),
        ("سعد", "سعيد"),
        ("Ali", "علاء"),
        ("Trainee 001", "Trainee 002"),
        ("متدرب 1", "متدرب 11"),
        ("Ahmed Hassan", "Ahmed Hussein"),
        ("Ahmed Ali", "Ahmed Hadi"),
        ("Ahmed", "Ahmed Ali Hassan"),
    ],
)
def test_different_names_do_not_match(one: str, other: str) -> None:
    assert like(one, other) < ENOUGH


def test_common_names_do_not_match_each_other() -> None:
    firsts = [spellings[0] for spellings in SPELLINGS.values()]
    assert [(a, b) for a in firsts for b in firsts if a < b and like(a, b) >= ENOUGH] == []


def test_both_scripts_must_match() -> None:
    said = heard("Said Hassan", "سعيد حسن")
    assert score(said, heard("Said Hassan", "سعيد حسن")) == 100
    assert score(said, heard("Said Hassan", "سعد حسين")) < ENOUGH
    assert score(said, heard("", "سعيد حسن")) == 100


def test_digits_of_any_script_match() -> None:
    assert like("Trainee 007", "Trainee ٠٠٧") == 100


def test_typing_error_still_matches() -> None:
    slipped = keys(sounds("Mohammed Ali Jassimm Kadim"))
    sharing = {key: [1] for key in keys(sounds("Mohammed Ali Jassim Kadhimi")).loose}
    assert hits(slipped.loose, sharing) == [1]


@unhurried
@given(st.text(max_size=40), st.text(max_size=40))
def test_any_text_can_be_scored(one: str, other: str) -> None:
    assert 0 <= score(heard(one, ""), heard(other, "")) <= 100
    assert score(heard(one, ""), heard(one, "")) in (0, 100)
    assert score(heard(one, other), heard(other, one)) == score(heard(other, one), heard(one, other))
    assert len(sounds(one)) <= 6
    assert all(-(2**63) <= key < 2**63 for kind in keys(*heard(one, other)) for key in kind)


@pytest.mark.parametrize(
    ("latin", "native"),
    [
        ("Victor Hanna", "فيكتور حنا"),
        ("Marcus Yousif", "ماركوس يوسف"),
        ("Ciwan Hesen", "جوان حسن"),
        ("Mecid Ali", "مجيد علي"),
    ],
)
def test_latin_c_is_read_in_kurdish_and_in_english(latin: str, native: str) -> None:
    assert like(latin, native) >= ENOUGH
    assert keys(sounds(latin)).whole & keys(sounds(native)).whole
