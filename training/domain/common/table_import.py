"""Tables that come in, whatever their kind: from the file to its rows below the headings."""

from collections.abc import Sequence
from typing import IO

from training.domain.common.refusals import SheetUnknown, TableUnreadable
from training.domain.common.table_columns import TableFormat
from training.kit import tables
from training.kit.names import fold

_DEEPEST = 10
"""So many rows may stand above the headings: the name of a ministry, merged across the sheet, a date, a number."""


def read_table(stream: IO[bytes], pick: tables.Pick = tables.only) -> tables.Table:
    """Read a file as a table, of a workbook the sheet that ``pick`` says, else its only one. Raises TableUnreadable."""
    try:
        return tables.read(stream, pick)
    except tables.TableError as error:
        raise TableUnreadable(error.problem, error.line) from error


def find_table(stream: IO[bytes], kind: TableFormat, sheet: str = "") -> tables.Table:
    """Read a file as a table, of a workbook the sheet of that name or the first with headings of ``kind``.

    The headings may stand below other rows. Raises TableUnreadable, SheetUnknown.
    """
    return _below_headings(read_table(stream, _picker(kind, sheet)), kind)


def _below_headings(table: tables.Table, kind: TableFormat) -> tables.Table:
    """Return the table from its headings on: the first row with those of ``kind``, else the first of all."""
    rows = [tables.Row(table.headings_in, table.headings), *table.rows]
    place = _headed([row.cells for row in rows[:_DEEPEST]], kind) or 0
    if place == len(rows) - 1:
        raise TableUnreadable(tables.Problem.EMPTY)
    return tables.Table(
        table.sha256, rows[place].cells, rows[place + 1 :], rows[place].number, table.sheet, table.unread
    )


def _headed(beginning: Sequence[Sequence[str]], kind: TableFormat) -> int | None:
    """Return the place of the first row with headings of ``kind``."""
    found = (place for place, cells in enumerate(beginning) if kind.is_told_by(kind.guess(cells)))
    return next(found, None)


def _picker(kind: TableFormat, name: str) -> tables.Pick:
    """Return how to pick a sheet of a workbook; the picking raises SheetUnknown."""

    def pick(sheets: Sequence[tables.Sheet]) -> int:
        if not name:
            return next((place for place, one in enumerate(sheets) if _headed(one.beginning, kind) is not None), 0)
        for place, one in enumerate(sheets):
            if fold(one.name) == fold(name):
                return place
        raise SheetUnknown([one.name for one in sheets])

    return pick
