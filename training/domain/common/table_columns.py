"""Columns of uploaded tables: their headings in three languages, and how their cells are parsed."""

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Generic, TypeVar

from training.domain.common.refusals import ColumnDoubled, ColumnMissing
from training.kit.names import fold
from training.kit.tables import Row

Place = int | Sequence[int] | None
"""The column of a part, or the columns that are joined to it; None if the file has none."""
Value = TypeVar("Value")
Headings = Mapping[str, tuple[str, ...]]
"""The accepted headings of a column by language; the first of each language is used in our own files."""

LANGUAGES = ("en", "ar", "ckb")
_KEPT = 200
"""Characters kept of a faulty cell."""
_INVISIBLE = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_GUARDED = re.compile(r"'[=+\-@]")
"""How our own files escape text that a spreadsheet would take for a formula."""


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

    ``parse`` raises Faulty, or ValueError for the column's ``fault``. ``pieces`` are the headings of columns that
    together hold the part, in the order in which they are joined; a heading of the whole part then is the first piece.
    Of several columns of a file that may be the part, the first is taken; if it ``is_ranked``, the one whose heading
    stands first among ``headings``.
    """

    part: str
    headings: Headings
    parse: Callable[[str], Value]
    fault: StrEnum | None = None
    is_required: bool = True
    pieces: Sequence[Sequence[str]] = ()
    is_ranked: bool = False


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
    """A row by its number in the file, and the text of its cells by part; ``cells[COLUMN]`` is the parsed value.

    ``mark`` is a ``RowMark`` or empty; ``filled`` are the parts whose text is that of a merged cell above.
    """

    number: int
    texts: Mapping[str, str]
    mark: str = field(default="", kw_only=True)
    filled: Collection[str] = field(default=(), kw_only=True)

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

    def is_read(self, column: TableColumn[Any]) -> bool:
        """Return whether a cell can be parsed."""
        try:
            column.parse(self.written(column))
        except (Faulty, ValueError):
            return False
        return True

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
            _key(heading): (str(column.part), rank if column.is_ranked else 0)
            for column in columns
            for names in column.headings.values()
            for rank, heading in enumerate(names)
        }
        self._pieces = {
            _key(heading): (str(column.part), order)
            for column in columns
            for order, names in enumerate(column.pieces)
            for heading in names
        }
        self.keys = self._parts.keys() | self._pieces.keys()

    def heading(self, part: str, language: str) -> str:
        """Return the heading of ``part`` in our own files."""
        return self.columns[part].headings[language][0]

    def guess(self, headings: Sequence[str], hidden: Collection[int] = ()) -> dict[str, int]:
        """Map each recognised part to its column, counted from 0; ``hidden`` columns of the sheet are not taken."""
        best: dict[str, tuple[int, int]] = {}
        for place, heading in enumerate(headings):
            if place not in hidden and (known := self._known(heading)):
                part, rank = known
                best[part] = min(best.get(part, (rank, place)), (rank, place))
        return {part: place for part, (_rank, place) in best.items()}

    def guess_joined(self, headings: Sequence[str], hidden: Collection[int] = ()) -> dict[str, list[int]]:
        """Map each recognised part to its columns: one, or those that hold its pieces, in their order."""
        found = {part: [place] for part, place in self.guess(headings, hidden).items()}
        pieces = defaultdict[str, dict[int, int]](dict)
        for place, heading in enumerate(headings):
            if place not in hidden and (piece := self._pieces.get(_key(heading))):
                pieces[piece[0]].setdefault(piece[1], place)
        for part, places in pieces.items():
            if part in found:
                places.setdefault(0, found[part][0])
            if len(places) > 1 and min(places) == 0:
                found[part] = [place for _order, place in sorted(places.items())]
        return found

    def count_recognised(self, headings: Sequence[str], hidden: Collection[int] = ()) -> int:
        """Count the headings that are of a part or of a piece of one."""
        return sum(self.is_recognised(heading) for place, heading in enumerate(headings) if place not in hidden)

    def is_recognised(self, heading: str) -> bool:
        """Return whether a heading is of a part or of a piece of one."""
        return bool(heading) and (self._part(heading) is not None or _key(heading) in self._pieces)

    def find(self, headings: Sequence[str], hidden: Collection[int] = ()) -> dict[str, int]:
        """Map parts to columns of a table with fixed headings. Raises ColumnMissing, ColumnDoubled."""
        found = self.guess(headings, hidden)
        missing = [column for column in self.columns.values() if column.is_required and column.part not in found]
        if missing:
            raise ColumnMissing(missing[0].headings[LANGUAGES[0]][0])
        for place, heading in enumerate(headings):
            part = self._part(heading)
            if part and place not in hidden and found[part] != place:
                raise ColumnDoubled(heading)
        return found

    def can_read(self, places: Collection[str]) -> bool:
        """Return whether columns with these parts suffice to read a row."""
        required = {column.part for column in self.columns.values() if column.is_required}
        return required.issubset(places) and (not self._one_of or any(part in places for part in self._one_of))

    def cells(self, row: Row, places: Mapping[str, Place]) -> Cells:
        """Return the cells of a row by part; where several columns hold a part, joined."""
        texts = {part: joined([row.cell(one) for one in _places(place)]) for part, place in places.items()}
        filled = [part for part, place in places.items() if any(one in row.filled for one in _places(place))]
        return Cells(row.number, texts, mark=row.mark, filled=filled)

    def _part(self, heading: str) -> str | None:
        known = self._known(heading)
        return known[0] if known else None

    def _known(self, heading: str) -> tuple[str, int] | None:
        """Return the part of a heading, and its rank among the headings of that part."""
        whole = heading.partition("(")[0] if self._has_notes else heading
        if found := self._parts.get(_key(whole)):
            return found
        several = [known for one in _IN_TWO_LANGUAGES.split(whole) if (known := self._parts.get(_key(one)))]
        return min(several) if several and len({part for part, _rank in several}) == 1 else None


_IN_TWO_LANGUAGES = re.compile(
    r"[/|\\\n]|\s[-–]\s|(?<=[A-Za-z])\s+(?=[\u0600-\u06ff])|(?<=[\u0600-\u06ff])\s+(?=[A-Za-z])"
)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


def _key(heading: str) -> str:
    """Return the form in which headings are compared: ``Payment_Date`` and ``PaymentDate`` are *payment date*."""
    return fold(_CAMEL.sub(" ", heading.replace("_", " ")))


def _places(place: Place) -> Sequence[int]:
    if place is None:
        return ()
    return (place,) if isinstance(place, int) else place


_WHOLE_NAME = 3
"""Words of a first column that is taken for the whole: pieces that it has already are not joined again."""


def joined(pieces: Sequence[str]) -> str:
    """Return the texts of several columns as one."""
    whole = ""
    for piece in pieces:
        is_whole = len(whole.split()) >= _WHOLE_NAME
        if not (is_whole and f" {fold(piece)} " in f" {fold(whole)} "):
            whole = f"{whole} {piece}".strip()
    return whole
