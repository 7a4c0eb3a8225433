"""The demonstration: real courses, agencies and places, obviously fictitious people.

The events are listed in ``seed/demo/timeline.toml``. Every figure and state is reached by the use cases, in the order
in which people would have acted; days are relative to today, so that there are always past, current and planned
cohorts.
"""

from collections.abc import Iterable
from itertools import groupby

from training.cli.demo import arguments, cohorts, finance, nominations, people, rights, setup, timeline
from training.cli.demo.context import Context, Kinds, text
from training.config import Settings
from training.domain.common.refusals import Refusal
from training.kit import clock
from training.kit.db import transaction

KINDS: Kinds = {
    **setup.STEPS,
    **people.STEPS,
    **rights.STEPS,
    **finance.STEPS,
    **cohorts.STEPS,
    **nominations.STEPS,
}


def load(settings: Settings) -> None:
    """Load the demonstration into an empty database, all or nothing. Raises TimelineError."""
    steps = timeline.read(text("timeline.toml"), KINDS)
    with transaction():
        run(steps, Context(settings, clock.today()))


def run(steps: Iterable[timeline.TimelineStep], context: Context) -> None:
    """Run the steps, each on its day. Raises TimelineError with the step that fails."""
    for day, of_day in groupby(steps, key=lambda step: step.day):
        with context.on(day):
            for step in of_day:
                _take(step, context)


def _take(step: timeline.TimelineStep, context: Context) -> None:
    try:
        arguments.build(KINDS[step.do], step.arguments, context, context)
    except (LookupError, ValueError, OSError) as error:
        raise step.error(error) from error
    except Refusal as refusal:
        raise step.error(f"refused, {refusal!r}") from refusal
