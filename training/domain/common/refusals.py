"""Refusals: a rule rejected a use case. They carry values; the web room words them in three languages."""

from dataclasses import dataclass
from typing import ClassVar

from training.kit.tables import Problem


class Refusal(Exception):  # noqa: N818 - an expected outcome, not an error
    """A use case declined.

    ``field`` names the input to which the message belongs, if any; ``place`` says which of several such inputs,
    counted from 0.
    """

    field: ClassVar[str | None] = None
    place: int | None = None


class ChangedMeanwhile(Refusal):
    """Another user saved the record since the form was opened."""


@dataclass
class TableUnreadable(Refusal):
    """The file cannot be read as a table."""

    field = "file"
    problem: Problem
    line: int = 0


@dataclass
class SheetUnknown(Refusal):
    """The workbook has no non-empty sheet of this name; these are the non-empty ones."""

    field = "sheet"
    sheets: list[str]


class TableGone(Refusal):
    """The stored table of the file has expired and was deleted: files are not kept."""


@dataclass
class ColumnMissing(Refusal):
    """The table lacks a column with this heading."""

    field = "file"
    heading: str


@dataclass
class ColumnDoubled(Refusal):
    """Two columns of the table are mapped to the same field; the second has this heading."""

    field = "file"
    heading: str


class BatchEmpty(Refusal):
    """No row of the file can become a nomination."""


@dataclass
class BatchFaulty(Refusal):
    """All or nothing was requested, and ``left`` rows cannot become nominations."""

    field = "mode"
    left: int


class SentBefore(Refusal):
    """A form with this key has made something already."""
