"""The marks of clearances that lapse soon; without a database."""

import datetime as dt

import pytest

from training.domain.admissions.vetting import lapsing
from training.models.admissions.vetting import Lapsing

TODAY = dt.date(2026, 11, 24)


@pytest.mark.parametrize(
    ("days", "marked"),
    [
        (0, Lapsing.WITHIN_30),
        (30, Lapsing.WITHIN_30),
        (31, Lapsing.WITHIN_60),
        (60, Lapsing.WITHIN_60),
        (61, None),
    ],
)
def test_clearance_lapsing_within_sixty_days_is_marked(days: int, marked: Lapsing | None) -> None:
    assert lapsing(TODAY + dt.timedelta(days=days), TODAY) is marked
