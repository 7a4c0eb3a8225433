"""Refusals about courses and cohorts."""

import datetime as dt
from dataclasses import dataclass

from training.domain.common.refusals import Refusal


class NoCosts(Refusal):
    """A cohort without planned costs cannot be put up for approval."""


class CourseExists(Refusal):
    """The provider has a course of this title already."""

    field = "title_en"


class CohortNotDraft(Refusal):
    """Only a draft can be edited or put up for approval."""


class CohortNotOpen(Refusal):
    """Nominations, seats and completions belong to open cohorts."""


@dataclass
class CohortRunning(Refusal):
    """It ends on ``ends_on``; a cohort is closed after its last day, and completion claimed on or after it."""

    ends_on: dt.date


@dataclass
class TooManyReserved(Refusal):
    """No more than ``most`` seats can be reserved for women: the others are taken."""

    field = "reserved_for_women"
    most: int


class DeadlinesOutOfOrder(Refusal):
    """Nominations end before the vetting is to be done, and both before the cohort begins."""

    field = "nominations_until"
