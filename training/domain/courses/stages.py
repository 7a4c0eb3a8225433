"""The stages of a cohort: those that are decided, and those that follow the calendar."""

import datetime as dt
import enum

from training.models.courses.cohorts import Cohort, CohortState


class CohortStage(enum.StrEnum):
    """Where a cohort stands, in order."""

    DRAFT = "draft"
    APPROVAL = "approval"
    OPEN = "open"
    RUNNING = "running"
    FINISHED = "finished"
    CLOSED = "closed"


_DECIDED = {
    CohortState.DRAFT: CohortStage.DRAFT,
    CohortState.AWAITING_APPROVAL: CohortStage.APPROVAL,
    CohortState.CLOSED: CohortStage.CLOSED,
}


def stage_of(cohort: Cohort, on: dt.date) -> CohortStage | None:
    """Return the stage of a cohort on a day, or None if it was cancelled.

    An open cohort is running from its first day to its last, and finished after it until it is closed.
    """
    if cohort.state is not CohortState.OPEN:
        return _DECIDED.get(cohort.state)
    if on < cohort.starts_on:
        return CohortStage.OPEN
    return CohortStage.RUNNING if on <= cohort.ends_on else CohortStage.FINISHED
