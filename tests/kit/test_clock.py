"""Dates follow London time; the clock can be frozen; financial years end on 31 March."""

import datetime as dt
import threading
from zoneinfo import ZoneInfo

import pytest

from training.kit.clock import financial_year_end, month_of, months_between, now, pretend, today

UTC = ZoneInfo("UTC")


def moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


@pytest.mark.parametrize(
    ("on", "end"),
    [
        ("2026-03-31", "2026-03-31"),
        ("2026-04-01", "2027-03-31"),
        ("2026-12-31", "2027-03-31"),
        ("2027-01-01", "2027-03-31"),
        ("2028-02-29", "2028-03-31"),
    ],
)
def test_financial_year_ends_on_31_march(on: str, end: str) -> None:
    assert financial_year_end(day(on)) == day(end)


@pytest.mark.parametrize(
    ("first", "last", "months"),
    [
        ("2026-11-05", "2026-11-30", ["2026-11-01"]),
        ("2026-11-30", "2026-12-01", ["2026-11-01", "2026-12-01"]),
        ("2026-12-31", "2027-02-01", ["2026-12-01", "2027-01-01", "2027-02-01"]),
        ("2027-01-01", "2026-12-31", []),
    ],
)
def test_months_between_two_days(first: str, last: str, months: list[str]) -> None:
    assert months_between(day(first), day(last)) == [day(month) for month in months]


def test_financial_year_has_twelve_months() -> None:
    months = months_between(day("2026-04-01"), financial_year_end(day("2026-04-01")))
    assert len(months) == 12
    assert (months[0], months[-1]) == (day("2026-04-01"), day("2027-03-01"))


def test_month_start_is_the_first_day() -> None:
    assert month_of(day("2028-02-29")) == day("2028-02-01")
    assert month_of(day("2028-02-01")) == day("2028-02-01")


@pytest.mark.parametrize(
    ("at", "in_london", "in_utc", "in_baghdad"),
    [
        ("2026-07-15T22:59:59+00:00", "2026-07-15", "2026-07-15", "2026-07-16"),
        ("2026-07-15T23:00:00+00:00", "2026-07-16", "2026-07-15", "2026-07-16"),
        ("2026-07-16T00:00:00+00:00", "2026-07-16", "2026-07-16", "2026-07-16"),
        ("2026-12-15T23:59:59+00:00", "2026-12-15", "2026-12-15", "2026-12-16"),
        ("2026-12-16T00:00:00+00:00", "2026-12-16", "2026-12-16", "2026-12-16"),
    ],
)
def test_today_is_in_london_unless_a_zone_is_given(at: str, in_london: str, in_utc: str, in_baghdad: str) -> None:
    with pretend(moment(at)):
        assert today() == day(in_london)
        assert today(UTC) == day(in_utc)
        assert today(ZoneInfo("Asia/Baghdad")) == day(in_baghdad)


def test_financial_year_changes_at_midnight_in_london() -> None:
    """Summer time has begun: midnight in London is 23:00 UTC on 31 March."""
    with pretend(moment("2026-03-31T22:59:59+00:00")):
        assert financial_year_end(today()) == day("2026-03-31")
    with pretend(moment("2026-03-31T23:00:00+00:00")):
        assert financial_year_end(today()) == day("2027-03-31")


def test_now_is_in_utc() -> None:
    before = dt.datetime.now(dt.UTC)
    here = now()
    assert before <= here <= dt.datetime.now(dt.UTC)
    assert here.utcoffset() == dt.timedelta(0)


def test_frozen_clock_lasts_for_its_block() -> None:
    outer, inner = moment("2026-01-01T09:00:00+00:00"), moment("2030-01-01T09:00:00+00:00")
    with pretend(outer):
        with pretend(inner):
            assert now() == inner
        assert now() == outer
    assert now() > outer


def test_frozen_clock_ends_on_exception() -> None:
    past = moment("2020-01-01T09:00:00+00:00")
    with pytest.raises(KeyError), pretend(past):
        raise KeyError
    assert now() != past


def test_frozen_clock_does_not_affect_other_threads() -> None:
    past, seen = moment("2020-01-01T09:00:00+00:00"), []
    with pretend(past):
        other = threading.Thread(target=lambda: seen.append(now()))
        other.start()
        other.join()
    assert seen[0] > past
