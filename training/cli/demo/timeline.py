"""The timeline of the demonstration: a TOML file of dated steps, read and checked before anything is written."""

import difflib
import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import click

_HEADING = re.compile(r"\s*\[\[\s*step\s*\]\]")


class TimelineError(click.ClickException):
    """An error in the timeline, with its step."""


@dataclass(frozen=True)
class TimelineStep:
    """A step on a day relative to the day of loading; ``line`` is where it begins in the file."""

    line: int
    day: int
    do: str
    arguments: Mapping[str, Any] = field(default_factory=dict)

    def error(self, why: object) -> TimelineError:
        """Return the error that names this step."""
        return TimelineError(f"line {self.line}, day {self.day}, {self.do!r}: {why}")


def read(text: str, kinds: Collection[str]) -> list[TimelineStep]:
    """Parse the steps of a timeline. Raises TimelineError at one that is of none of ``kinds``, or out of order."""
    try:
        tables = tomllib.loads(text).get("step", [])
    except tomllib.TOMLDecodeError as error:
        raise TimelineError(f"the timeline is not TOML: {error}") from None
    lines = [number for number, line in enumerate(text.splitlines(), start=1) if _HEADING.match(line)]
    steps = [_step(line, table) for line, table in zip(lines, tables, strict=True)]
    for step in steps:
        _check_kind(step, kinds)
    for before, after in pairwise(steps):
        if after.day < before.day:
            raise after.error(f"it stands after a step of day {before.day}: write the steps in the order of their days")
    return steps


def _step(line: int, table: Mapping[str, Any]) -> TimelineStep:
    """Parse the step that begins on ``line``. Raises TimelineError if it lacks its day or its action."""
    for name, kind, example in (("day", int, "-40"), ("do", str, '"nominate"')):
        if type(table.get(name)) is not kind:
            raise TimelineError(f"line {line}: the step needs {name}, such as {name} = {example}")
    rest = {name: value for name, value in table.items() if name not in ("day", "do")}
    return TimelineStep(line, table["day"], table["do"], rest)


def _check_kind(step: TimelineStep, kinds: Collection[str]) -> None:
    if step.do not in kinds:
        alike = difflib.get_close_matches(step.do, kinds) or sorted(kinds)
        raise step.error(f"there is no such step; did you mean {', '.join(alike)}?")
