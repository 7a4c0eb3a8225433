"""Columns of uploaded tables: their headings in three languages, and how their cells are parsed."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, TypeVar

from training.domain.common.refusals import ColumnDoubled, ColumnMissing
from training.kit.names import fold
from training.kit.tables import Row

Value = TypeVar("Value")
Headings = Mapping[str, tuple[str, ...]]
"""The accepted headings of a column by language; the first of each language is used in our own files."""

LANGUAGES = ("en", "ar", "ckb")
_KEPT = 200
"""Characters kept of a faulty cell."""
_INVISIBLE = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_GUARDED = re.compile(r"'[=+\-@]")
"""How our own files escape text that a spreadsheet would take for a formula."""


_JOINED = re.compile(r"(?<=[a-z])(?=[A-Z])")


class Faulty(Exception):  # noqa: N818 - an answer, not an error
    """A row is invalid: ``fault`` is one of the faults of its kind of table, ``cell`` the text at fault.

    ``part`` names the column; ``same_as`` is the number of an earlier row that this row contradicts or repeats.
    """

    def __init__(self, fault: StrEnum, cell: str = "", part: Any = None, same_as: int | None = None) -> None:
        super().__init__(fault)
        self.fault: Any = fault
        self.cell, self.part, self.same_as = cell[:_KEPT], part, same_as


@dataclass(frozen=True)
class TableColumn(Generic[Value]):
    """A column: the ``part`` of a row that it holds, its headings, and the parser of its cells.

    ``parse`` raises Faulty, or ValueError for the column's ``fault``.
    """

    part: str
    headings: Headings
    parse: Callable[[str], Value]
    fault: StrEnum | None = None
    is_required: bool = True


def text(most: int, too_long: StrEnum, missing: StrEnum | None = None) -> Callable[[str], str]:
    """Return a parser that rejects text longer than ``most`` characters and, with ``missing``, empty cells."""

    def parse(written: str) -> str:
        if len(written) > most:
            raise Faulty(too_long)
        if missing and not written:
            raise Faulty(missing)
        return written

    return parse


def cleaned(written: str) -> str:
    """Strip invisible characters and the escape of our own files from a cell; collapse its whitespace."""
    written = " ".join(_INVISIBLE.sub("", written).replace("\x00", "").split())
    return written[1:] if _GUARDED.match(written) else written


@dataclass(frozen=True)
class Cells:
    """A row by its number in the file, and the text of its cells by part; ``cells[COLUMN]`` is the parsed value."""

    number: int
    texts: Mapping[str, str]

    def written(self, column: TableColumn[Any]) -> str:
        """Return the text of a cell; empty if the file has no such column."""
        return self.texts.get(column.part, "")

    def __getitem__(self, column: TableColumn[Value]) -> Value:
        """Parse a cell. Raises Faulty."""
        try:
            return column.parse(self.written(column))
        except Faulty as faulty:
            raise self.fault(column, faulty.fault) from faulty
        except ValueError as error:
            if column.fault is None:
                raise
            raise self.fault(column, column.fault) from error

    def fault(self, column: TableColumn[Any], fault: StrEnum) -> Faulty:
        """Return a Faulty for a cell, to be raised."""
        return Faulty(fault, self.written(column), column.part)


class TableFormat:
    """The columns of one kind of table.

    A table is recognised if all required columns are present and, where given, one of the columns ``one_of``.
    With ``has_notes`` a note in brackets may follow a heading.
    """

    def __init__(self, *columns: TableColumn[Any], one_of: Collection[str] = (), has_notes: bool = False) -> None:
        self.columns = {str(column.part): column for column in columns}
        self._one_of, self._has_notes = one_of, has_notes
        self._parts = {
            _folded(heading): (str(column.part), rank)
            for column in columns
            for names in column.headings.values()
            for rank, heading in enumerate(names)
        }

    def heading(self, part: str, language: str) -> str:
        """Return the heading of ``part`` in our own files."""
        return self.columns[part].headings[language][0]

    def guess(self, headings: Sequence[str]) -> dict[str, int]:
        """Map each recognised part to its column, counted from 0.

        Of several columns with the same part the one whose heading stands first among those of the part is taken.
        """
        best: dict[str, tuple[int, int]] = {}
        for place, heading in enumerate(headings):
            if known := self._known(heading):
                part, rank = known
                best[part] = min(best.get(part, (rank, place)), (rank, place))
        return {part: place for part, (_, place) in best.items()}

    def find(self, headings: Sequence[str]) -> dict[str, int]:
        """Map parts to columns of a table with fixed headings. Raises ColumnMissing, ColumnDoubled."""
        found = self.guess(headings)
        missing = [column for column in self.columns.values() if column.is_required and column.part not in found]
        if missing:
            raise ColumnMissing(missing[0].headings[LANGUAGES[0]][0])
        for place, heading in enumerate(headings):
            known = self._known(heading)
            if known and found[known[0]] != place:
                raise ColumnDoubled(heading)
        return found

    def can_read(self, places: Collection[str]) -> bool:
        """Return whether columns with these parts suffice to read a row."""
        required = {column.part for column in self.columns.values() if column.is_required}
        return required.issubset(places) and (not self._one_of or any(part in places for part in self._one_of))

    def cells(self, row: Row, places: Mapping[str, int | None]) -> Cells:
        """Return the cells of a row by part."""
        return Cells(row.number, {part: row.cell(place) for part, place in places.items()})

    def _known(self, heading: str) -> tuple[str, int] | None:
        """Return the part of a heading, and its place among the headings of that part."""
        return self._parts.get(_folded(heading.partition("(")[0] if self._has_notes else heading))


def _folded(heading: str) -> str:
    """Return a heading folded; ``Supplier_Name`` and ``SupplierName`` are two words each."""
    return fold(_JOINED.sub(" ", heading).replace("_", " "))
