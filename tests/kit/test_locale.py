"""The three languages: name, direction, plural forms and week."""

from gettext import c2py
from pathlib import Path

import pytest
from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

import training
from training.kit.locale import DEFAULT_LANGUAGE, LANGUAGES

TRANSLATIONS = Path(training.__file__).parent / "translations"
MONDAY, FRIDAY, SATURDAY, SUNDAY = 0, 4, 5, 6


def catalogue(code: str) -> Catalog:
    with (TRANSLATIONS / code / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file, locale=code)


def test_there_are_three_languages() -> None:
    assert list(LANGUAGES) == ["en", "ar", "ckb"]
    assert DEFAULT_LANGUAGE == "en"
    assert all(code == language.code for code, language in LANGUAGES.items())


@pytest.mark.parametrize(
    ("code", "endonym", "direction"),
    [("en", "English", "ltr"), ("ar", "العربية", "rtl"), ("ckb", "کوردیی ناوەندی", "rtl")],
)
def test_language_has_endonym_and_direction(code: str, endonym: str, direction: str) -> None:
    assert LANGUAGES[code].endonym == endonym
    assert LANGUAGES[code].direction == direction == Locale.parse(LANGUAGES[code].locale).text_direction


def test_every_other_language_has_a_catalogue() -> None:
    assert {folder.name for folder in TRANSLATIONS.iterdir()} == set(LANGUAGES) - {DEFAULT_LANGUAGE}


def test_arabic_has_six_plural_forms() -> None:
    arabic = catalogue("ar")
    assert arabic.num_plurals == 6
    form = c2py(arabic.plural_expr)
    assert [form(n) for n in (0, 1, 2, 3, 11, 100)] == [0, 1, 2, 3, 4, 5]
    assert [form(n) for n in (10, 99, 101, 102, 103, 111)] == [3, 4, 5, 5, 3, 4]


def test_sorani_has_two_plural_forms() -> None:
    sorani = catalogue("ckb")
    assert sorani.num_plurals == 2
    form = c2py(sorani.plural_expr)
    assert [form(n) for n in (0, 1, 2, 11, 100)] == [1, 0, 1, 1, 1]


@pytest.mark.parametrize(
    ("code", "first", "weekend"),
    [("en", MONDAY, (SATURDAY, SUNDAY)), ("ar", SATURDAY, (FRIDAY, SATURDAY)), ("ckb", SATURDAY, (FRIDAY, SATURDAY))],
)
def test_week_and_weekend_follow_the_locale(code: str, first: int, weekend: tuple[int, int]) -> None:
    locale = Locale.parse(LANGUAGES[code].locale)
    assert locale.first_week_day == first
    assert (locale.weekend_start, locale.weekend_end) == weekend


def test_arabic_month_names_are_iraqi() -> None:
    assert Locale.parse(LANGUAGES["ar"].locale).months["format"]["wide"][1] == "كانون الثاني"
