"""The stage of a cohort follows its state, and while it is open the calendar."""

import datetime as dt

import pytest

from training.domain.courses.stages import CohortStage, stage_of
from training.models.courses.cohorts import Cohort, CohortState

FIRST, LAST = dt.date(2027, 1, 8), dt.date(2027, 1, 9)


@pytest.mark.parametrize(
    ("state", "on", "stage"),
    [
        ("draft", LAST, "draft"),
        ("awaiting_approval", LAST, "approval"),
        ("open", dt.date(2027, 1, 7), "open"),
        ("open", FIRST, "running"),
        ("open", LAST, "running"),
        ("open", dt.date(2027, 1, 10), "finished"),
        ("closed", LAST, "closed"),
        ("cancelled", FIRST, None),
    ],
)
def test_stage_follows_state_and_dates(state: str, on: dt.date, stage: str | None) -> None:
    cohort = Cohort(state=CohortState(state), starts_on=FIRST, ends_on=LAST)
    assert stage_of(cohort, on) == (CohortStage(stage) if stage else None)
