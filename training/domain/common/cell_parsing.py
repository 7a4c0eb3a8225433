"""Tables that people send: reading them, and the cells of a row until one of them is faulty."""

import datetime as dt
from enum import StrEnum
from typing import IO, Any

from training.domain.common.refusals import TableUnreadable
from training.kit import tables
from training.kit.dates import parse_day

_KEPT = 200
"""How many characters of a faulty cell are kept."""


class Faulty(Exception):  # noqa: N818 - an answer, not an error
    """A cell cannot be what its column says. ``fault`` is one of the faults that rows of its file can have."""

    def __init__(self, fault: StrEnum, cell: str) -> None:
        super().__init__(fault)
        self.fault: Any = fault
        self.cell = cell[:_KEPT]


def read_table(stream: IO[bytes], pick: tables.Pick = tables.only) -> tables.Table:
    """Read a file as a table, of a workbook the sheet that ``pick`` says, else its only one. Raises TableUnreadable."""
    try:
        return tables.read(stream, pick)
    except tables.TableError as error:
        raise TableUnreadable(error.problem, error.line) from error


def day(written: str, fault: StrEnum) -> dt.date:
    """Return the day that a cell says. Raises Faulty."""
    try:
        return parse_day(written)
    except ValueError as error:
        raise Faulty(fault, written) from error


def text(written: str, most: int, fault: StrEnum) -> str:
    """Return what a cell says. Raises Faulty when it has more than ``most`` characters."""
    if len(written) > most:
        raise Faulty(fault, written)
    return written
