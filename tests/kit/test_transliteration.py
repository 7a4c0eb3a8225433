"""A name in the other script, as an aid to reading."""

import csv

import pytest

from training.kit.resources import ROOT
from training.kit.telephones import western_telephone
from training.kit.transliteration import to_latin, to_native


@pytest.mark.parametrize(
    ("native", "latin"),
    [
        ("كاظم عبد الحسين الجبوري", "Kadhim Abdul Hussein Al-Jaburi"),
        ("عبدالكريم قاسم", "Abdul Karim Qasim"),
        ("مُحَمَّد علي", "Muhammad Ali"),
        ("صلاح الدين العاني", "Salahuddin Al-Ani"),
        ("سەروەر ئازاد ڕەشید", "Sarwar Azad Rashid"),
        ("به‌ختیار", "Bakhtiar"),
        ("عەبدولڕەحمان", "Abdul Rahman"),
        # Not among the common parts: letter by letter.
        ("حمود", "Hamud"),
        ("فلان بن فلان", "Falan bin Falan"),
        ("ژیان هێرش", "Zhiyan Hersh"),
        ("وليم", "Walim"),
        ("", ""),
        ("Ali", ""),
        ("Иван محمد", ""),
    ],
)
def test_native_name_is_written_in_latin_letters(native: str, latin: str) -> None:
    assert to_latin(native) == latin


@pytest.mark.parametrize(
    ("latin", "arabic", "sorani"),
    [
        ("Kadhim Abdul-Hussein Al-Jubouri", "كاظم عبد الحسين الجبوري", "کازم عەبدولحوسێن ئەلجبووری"),
        ("Mohamad Ali Kareem", "محمد علي كريم", "محەمەد عەلی کەریم"),
        ("Abd al-Rahman Qassem", "عبد الرحمن قاسم", "عەبدولڕەحمان قاسم"),
        ("Aljuburi", "الجبوري", "ئەلجبووری"),
        ("Şêrko", "شيركو", "شێرکۆ"),
        ("O'Neill", "أونيل", "ئۆنێیل"),
        ("Zoë", "زوي", "زۆێ"),
        ("", "", ""),
        ("محمد", "", ""),
        ("Muhammad 2", "", ""),
    ],
)
def test_latin_name_is_written_in_native_letters(latin: str, arabic: str, sorani: str) -> None:
    assert (to_native(latin, "ar"), to_native(latin, "ckb")) == (arabic, sorani)


def test_every_common_part_reads_the_same_in_both_directions() -> None:
    with (ROOT / "seed" / "name_parts.csv").open(encoding="utf-8", newline="") as opened:
        parts = list(csv.DictReader(opened))
    assert len(parts) > 200
    for part in parts:
        latin = part["latin"].split(";")[0]
        assert to_native(latin, "ar") == part["ar"]
        assert to_native(latin, "ckb") == part["ckb"]
    assert len({part["latin"].split(";")[0] for part in parts}) == len(parts)


@pytest.mark.parametrize(
    "typed",
    [
        "+964 750 471 0001",
        "+٩٦٤ ٧٥٠ ٤٧١ ٠٠٠١",
        "+۹۶۴ ۷۵۰ ۴۷۱ ۰۰۰۱",
        "＋９６４ ７５０ ４７１ ０００１",
        "\u200e+९६४ ७५० ४७१ ०००१\u200f",
    ],
)
def test_telephone_has_western_digits_whatever_was_typed(typed: str) -> None:
    assert western_telephone(typed) == "+964 750 471 0001"
