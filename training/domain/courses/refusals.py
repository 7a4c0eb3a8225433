"""Refusals about courses and cohorts."""

import datetime as dt
from dataclasses import dataclass

from training.domain.common.refusals import Refusal
from training.models.finance.programmes import LineCategory


class NoCosts(Refusal):
    """A cohort without planned costs cannot be submitted for approval."""


class CourseExists(Refusal):
    """The provider already has a course with this title."""

    field = "title_en"


class VenueExists(Refusal):
    """Another venue has this name, whatever the case of its letters."""

    field = "name_en"


class RoomExists(Refusal):
    """The venue has another room of this name, whatever the case of its letters."""

    field = "name_en"


class UnknownTimeZone(Refusal):
    """No time zone has this name."""

    field = "time_zone"


class GovernorateElsewhere(Refusal):
    """A governorate is of federal Iraq or of the Kurdistan Region: the venue is in neither, or in the other."""

    field = "governorate"


class VenueArchived(Refusal):
    """The venue is archived, so that no cohort is drafted there, and no room or kit added."""

    field = "venue"


class RoomArchived(Refusal):
    """The room is archived, so that no kit is put into it."""

    field = "room"


class CohortNotDraft(Refusal):
    """Only a draft can be edited or submitted for approval."""


class CohortNotOpen(Refusal):
    """The cohort is not open; nominations, seats and completions require an open cohort."""


@dataclass
class CohortRunning(Refusal):
    """The cohort ends on ``ends_on``; it is closed after its last day, and completion claimed on or after it."""

    ends_on: dt.date


@dataclass
class TooManyReserved(Refusal):
    """At most ``most`` seats can be reserved for women: the others are taken."""

    field = "reserved_for_women"
    most: int


class DeadlinesOutOfOrder(Refusal):
    """Nominations must end before the vetting deadline, and both before the cohort begins."""

    field = "nominations_until"


@dataclass
class BeginsInPast(Refusal):
    """The first day ``starts_on`` is in the past: asked about, as it may be meant."""

    field = "past_is_meant"
    starts_on: dt.date


@dataclass
class LineNotCovering(Refusal):
    """The line that is to pay for ``category`` pays from ``first`` to ``last``, which does not cover the cohort."""

    category: LineCategory
    first: dt.date
    last: dt.date

    @property
    def field(self) -> str:  # type: ignore[override]
        """The input of the line of the category."""
        return f"line_{self.category}"
