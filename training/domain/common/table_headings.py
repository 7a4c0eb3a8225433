"""Find the headings of an uploaded table: below title lines, and of several lines where groups have a heading."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from training.domain.common.table_columns import TableFormat
from training.kit.tables import Across, Row

_DEEPEST = 30
"""Rows searched for the headings: a title, a date or a number may precede them."""
_MOST_LINES = 3
_FULL = 0.6
"""Part of the cells of the fullest row that the headings of an unknown table have at least."""


@dataclass(frozen=True)
class Headings:
    """The texts of the headings, the place of their first line among the rows, and that of the first row after them."""

    texts: list[str]
    place: int
    after: int


def find_headings(
    rows: Sequence[Row], kind: TableFormat, hidden: Collection[int] = (), across: Sequence[Across] = ()
) -> Headings:
    """Return the headings of ``kind`` among the first rows: the line, or lines, that name the most columns.

    Without any, the first row that has nearly as many cells as the fullest.
    """
    best, most = Headings(rows[0].cells, 0, 1), (False, 0)
    for found in _possible(rows[:_DEEPEST], kind, across):
        places = kind.guess_joined(found.texts, hidden)
        named = (kind.can_read(places), kind.count_recognised(found.texts, hidden))
        if named > most:
            best, most = found, named
    return best if most[0] or most[1] > 1 else _first_full(rows[:_DEEPEST])


def has_headings(beginning: Sequence[Sequence[str]], kind: TableFormat) -> bool:
    """Return whether a sheet with these first rows has headings of ``kind``."""
    rows = [Row(number, list(cells)) for number, cells in enumerate(beginning)]
    return any(kind.can_read(kind.guess_joined(found.texts)) for found in _possible(rows, kind, ()))


def _first_full(rows: Sequence[Row]) -> Headings:
    filled = [sum(map(bool, row.cells)) for row in rows]
    place = next(place for place, number in enumerate(filled) if number >= _FULL * max(filled))
    return Headings(rows[place].cells, place, place + 1)


def _possible(rows: Sequence[Row], kind: TableFormat, across: Sequence[Across]) -> Iterator[Headings]:
    """Yield what may be headings: each row, then each two and three rows of which the lower ones name columns too."""
    for lines in range(1, _MOST_LINES + 1):
        for place in range(len(rows) - lines + 1):
            some = rows[place : place + lines]
            if lines == 1:
                yield Headings(some[0].cells, place, place + 1)
            elif not any(letter.isdecimal() for row in some[1:] for cell in row.cells for letter in cell):
                yield Headings(_together(some, kind, across), place, place + lines)


def _together(lines: Sequence[Row], kind: TableFormat, across: Sequence[Across]) -> list[str]:
    """Return the headings of several lines, each with those of the groups above it where that names its part."""
    width = max(len(line.cells) for line in lines)
    spread = [_spread(line, lines[number + 1 :], width, across) for number, line in enumerate(lines)]
    return [_column(list(dict.fromkeys(filter(None, texts))), kind) for texts in zip(*spread, strict=True)]


def _spread(line: Row, below: Sequence[Row], width: int, across: Sequence[Across]) -> list[str]:
    """Return the cells of a line, each repeated over the columns that it heads: those merged, or left empty beside it.

    A last line heads only its own columns.
    """
    cells = [line.cell(place) for place in range(width)]
    merged = [one for one in across if one.number == line.number]
    for one in merged:
        for place in range(one.first + 1, min(one.last + 1, width)):
            cells[place] = cells[place] or cells[one.first]
    if below and not merged:
        for place in range(1, width):
            if not cells[place] and any(row.cell(place) for row in below) and not _stands_alone(below, place - 1):
                cells[place] = cells[place - 1]
    return cells


def _stands_alone(below: Sequence[Row], place: int) -> bool:
    """Return whether a heading has nothing below it, so that it heads one column only."""
    return not any(row.cell(place) for row in below)


def _column(texts: list[str], kind: TableFormat) -> str:
    """Return the heading of a column from its lines, from the top."""
    whole = " ".join(texts)
    ends = [" ".join(texts[start:]) for start in range(len(texts))]
    return next((one for one in ends if kind.is_recognised(one)), whole)
