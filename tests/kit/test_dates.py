"""Days as people and programs write them, in three languages and two orders."""

import datetime as dt

import pytest
from babel.dates import format_date

from training.kit.dates import DayOrder, ambiguous_day, day_order, parse_day, parse_month, serial_day
from training.kit.locale import LANGUAGES

DAY = dt.date(2026, 10, 3)
FORMS = (
    "2026-10-03T10:15:00Z", "2026-10-03 00:00:00.000", "2026/10/3", "20261003", "03.10.2026", "3. 10. 2026", "3/10/26",
    "03 10 2026", "03/Oct/2026", "3-Oct-26", "03Oct2026", "3 OCT 2026", "3rd October 2026", "3rd of October, 2026",
    "Oct 3, 2026",
    "October 3rd 2026", "2026-Oct-03", "Sat 3 Oct 2026", "Saturday, 3 October 2026", "3\u00a0October\u00a02026",
    "3 تشرين الأول 2026", "٣ تشرين الأول ٢٠٢٦", "\u200f٣ تشرين الأول، ٢٠٢٦", "3 تشرين اول 2026", "3 أكتوبر 2026",
    "3 اكتوبر 2026", "3 تشرين الأول/أكتوبر 2026", "السبت 3 تشرين الأول 2026", "٣ی تشرینی یەکەمی ٢٠٢٦",
    "3 تشرینی یەکەم 2026", "3ی ئۆکتۆبەری 2026", "٢٠٢٦/١٠/٠٣", "٠٣-١٠-٢٠٢٦",
)  # fmt: skip


@pytest.mark.parametrize("text", FORMS)
def test_day_is_read_in_every_form(text: str) -> None:
    assert parse_day(text) == DAY


@pytest.mark.parametrize("pattern", ["long", "full", "d MMM y", "d MMMM y", "EEE d MMM y"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_day_that_our_own_pages_print_is_read(language: str, pattern: str) -> None:
    for month in range(1, 13):
        day = dt.date(2026, month, 8)
        assert parse_day(format_date(day, pattern, LANGUAGES[language].locale)) == day


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_month_that_our_own_pages_print_is_read(language: str) -> None:
    for month in range(1, 13):
        day = dt.date(2026, month, 1)
        assert parse_month(format_date(day, "MMM y", LANGUAGES[language].locale)) == day


NAMES = (
    "كانون الثاني شباط آذار نيسان أيار حزيران تموز آب أيلول تشرين_الأول تشرين_الثاني كانون_الأول",
    "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر",
    "کانوونی_دووەم شوبات ئازار نیسان ئایار حوزەیران تەمموز ئاب ئەیلوول تشرینی_یەکەم تشرینی_دووەم کانوونی_یەکەم",
    "كانون_ثاني شباط اذار نيسان ايار حزيران تموز اب ايلول تشرين_اول تشرين_ثاني كانون_اول",
)


@pytest.mark.parametrize("names", NAMES)
def test_months_are_known_by_the_names_of_each_country(names: str) -> None:
    words = names.replace("كانون الثاني", "كانون_الثاني").replace("تەمموز", "تەمووز").split()
    assert [parse_day(f"8 {name.replace('_', ' ')} 2026").month for name in words] == list(range(1, 13))


@pytest.mark.parametrize(
    "text", ["3 oct", "5th of October", "2026-13-01", "3 Foo 2026", "3 Oct Nov 2026", "20263003", "T"]
)
def test_what_is_no_day_stays_none(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        parse_day(text)


def test_month_may_stand_first_if_the_column_says_so() -> None:
    assert parse_day("10/03/2026", DayOrder.MONTH_FIRST) == DAY
    assert parse_day("2026-10-03", DayOrder.MONTH_FIRST) == DAY
    with pytest.raises(ValueError):  # noqa: PT011
        parse_day("31/10/2026", DayOrder.MONTH_FIRST)


def test_dates_of_a_column_tell_their_order() -> None:
    assert day_order(["03/10/2026", "31/10/2026"]) is DayOrder.DAY_FIRST
    assert day_order(["03/10/2026", "10/31/2026"]) is DayOrder.MONTH_FIRST
    assert day_order(["31/10/2026", "10/31/2026"]) is DayOrder.MIXED
    assert day_order(["03/10/2026", "2026-10-31", "nothing", "13 Oct 2026"]) is None


def test_two_readings_of_a_day_are_named() -> None:
    assert ambiguous_day("03/10/2026") == (DAY, dt.date(2026, 3, 10))
    assert [ambiguous_day(text) for text in ("10/10/2026", "31/10/2026", "2026-10-03", "")] == [None] * 4


def test_number_of_a_spreadsheet_is_a_day_only_where_somebody_asks() -> None:
    assert serial_day("46298") == serial_day("46298.5") == DAY
    assert [serial_day(text) for text in ("4629", "99999", "20261003", "12345")] == [None] * 4
    with pytest.raises(ValueError):  # noqa: PT011
        parse_day("46298")
