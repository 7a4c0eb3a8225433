"""Refusals: a rule said no. They carry values; the web room gives them words in three languages."""

from dataclasses import dataclass
from typing import ClassVar

from training.kit.tables import Problem


class Refusal(Exception):  # noqa: N818 - a refusal is an answer, not an error
    """A use case declined.

    ``field`` names the input at which the words belong, where there is one; ``place`` says which of several such
    inputs, counted from 0.
    """

    field: ClassVar[str | None] = None
    place: int | None = None


class ChangedMeanwhile(Refusal):
    """Somebody else saved the record since the form was opened."""


@dataclass
class TableUnreadable(Refusal):
    """The file cannot be read as a table."""

    field = "file"
    problem: Problem
    line: int = 0


@dataclass
class SheetUnknown(Refusal):
    """The workbook has no sheet of this name that holds anything, but these."""

    field = "sheet"
    sheets: list[str]


class TableGone(Refusal):
    """What was read of the file was forgotten: files are not kept."""


@dataclass
class ColumnMissing(Refusal):
    """The table lacks a column with this heading."""

    field = "file"
    heading: str


@dataclass
class ColumnDoubled(Refusal):
    """Two columns of the table say that they are the same; the second has this heading."""

    field = "file"
    heading: str


class BatchEmpty(Refusal):
    """No row of the file can become a nomination."""


@dataclass
class BatchFaulty(Refusal):
    """All or nothing was asked for, and ``left`` rows cannot become nominations."""

    field = "mode"
    left: int
