"""Days and months are worded from one source, and what is worded can be read again."""

import datetime as dt

import pytest

from training.kit.dates import parse_day, parse_month
from training.kit.locale import LANGUAGES
from training.kit.months import day_text, month_names, month_text, range_parts

DAY = dt.date(2027, 1, 8)


@pytest.mark.parametrize(
    ("code", "long", "short", "month"),
    [
        ("en", "8 January 2027", "8 Jan 2027", "Jan 2027"),
        ("ar", "8 كانون الثاني 2027", "8 كانون الثاني 2027", "كانون الثاني 2027"),
        ("ckb", "8ی کانوونی دووەمی 2027", "8ی کانوونی دووەمی 2027", "کانوونی دووەمی 2027"),
    ],
)
def test_day_and_month_have_one_style_in_each_language(code: str, long: str, short: str, month: str) -> None:
    assert (day_text(DAY, code), day_text(DAY, code, is_short=True), month_text(DAY, code)) == (long, short, month)


@pytest.mark.parametrize(
    ("first", "last", "english", "sorani"),
    [
        (DAY, DAY, "8 January 2027", "8ی کانوونی دووەمی 2027"),
        (DAY, dt.date(2027, 1, 9), "8–9 January 2027", "8–9ی کانوونی دووەمی 2027"),
        (
            dt.date(2027, 1, 28),
            dt.date(2027, 2, 2),
            "28 January – 2 February 2027",
            "28ی کانوونی دووەم – 2ی شوباتی 2027",
        ),
        (
            dt.date(2026, 12, 28),
            DAY,
            "28 December 2026 – 8 January 2027",
            "28ی کانوونی یەکەمی 2026 – 8ی کانوونی دووەمی 2027",
        ),
        (
            dt.date(2026, 1, 8),
            DAY,
            "8 January 2026 – 8 January 2027",
            "8ی کانوونی دووەمی 2026 – 8ی کانوونی دووەمی 2027",
        ),
    ],
)
def test_common_month_and_year_are_written_once(first: dt.date, last: dt.date, english: str, sorani: str) -> None:
    assert " – ".join(range_parts(first, last, "en")) == english
    assert " – ".join(range_parts(first, last, "ckb")) == sorani


def test_months_of_one_name_are_spelt_alike_in_sorani() -> None:
    names = month_names("ckb")
    assert names[0].removesuffix(" دووەم") == names[11].removesuffix(" یەکەم")
    assert names[9].removesuffix(" یەکەم") == names[10].removesuffix(" دووەم")


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("number", range(1, 13))
def test_what_our_pages_print_is_read_again(code: str, number: int) -> None:
    day = dt.date(2026, number, 17)
    for text in (day_text(day, code), day_text(day, code, is_short=True), day_text(day, code).replace(" ", "\u00a0")):
        assert parse_day(text) == day
        assert parse_day(f"{text} 12:30") == day
    assert parse_month(month_text(day, code)) == day.replace(day=1)


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("Sep", 9),
        ("sept", 9),
        ("کانونی یەکەم", 12),
        ("كانون الأول", 12),
        ("تشرین الثاني", 11),
        ("يناير", 1),
        ("شوباتی", 2),
    ],
)
def test_month_is_found_by_other_spellings(name: str, number: int) -> None:
    assert parse_month(f"{name} 2026") == dt.date(2026, number, 1)


@pytest.mark.parametrize("name", ["", "ja", "juny", "month", "شهر"])
def test_no_month_is_guessed(name: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - any reason will do
        parse_month(f"{name} 2026")
