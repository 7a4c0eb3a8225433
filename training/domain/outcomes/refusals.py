"""Refusals about completions."""

import datetime as dt
from dataclasses import dataclass

from training.domain.common.refusals import Refusal


class NotSeated(Refusal):
    """Only a nominee with a confirmed seat can complete."""


class OwnCompletion(Refusal):
    """A trainee cannot confirm their own completion."""


@dataclass
class CompletedOutsideCohort(Refusal):
    """The day of completion is not within the cohort or is in the future."""

    field = "completed_on"
    first: dt.date
    last: dt.date
