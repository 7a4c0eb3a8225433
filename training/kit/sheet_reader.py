"""The process that reads a workbook for ``tables``: bytes in, JSON out, a line for each non-empty row.

The first line lists the non-empty sheets: name, number of non-empty rows, and the first ten of them; the lines after
it are the rows of one of these sheets. Run as a file, not imported, so that it loads nothing of the product. Its
arguments are MOST_ROWS MOST_CHARACTERS MOST_CELLS MOST_IN_CELL PLACE, where PLACE is that of the sheet, from 0.

It ends with 0, with 1 where the bytes are no workbook, 3 where a password protects it, 5 where it has too many rows, 6
where a formula has no value, 7 where it has too many cells, 8 where one is too long, and otherwise when it exceeds its
limits. Nothing is written before all of it is known to be within them.
"""

import datetime as dt
import io
import json
import re
import resource
import sys
import zipfile
from typing import Any

_MEMORY = 700 * 1024 * 1024
_SECONDS = 20
_BEGINNING = 10
_UNREADABLE, _PROTECTED, _TOO_LARGE, _TOO_MANY_ROWS, _UNCALCULATED, _TOO_MANY_CELLS, _CELL_TOO_LONG = (
    1,
    3,
    4,
    5,
    6,
    7,
    8,
)
_NO_VALUE = re.compile(rb"<f(?:\s[^>]*)?(?:/>|>[^<]*</f>)\s*(?:<v\s*/>|<v></v>)?\s*</c>")
"""A formula that no program has calculated: its cell would read as empty."""


def _text(value: object) -> str:
    """Return a cell as text; numbers to the fifteen digits that a spreadsheet shows."""
    if isinstance(value, dt.datetime):
        return value.date().isoformat()
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, float):
        return f"{value:.15g}"
    return str(value)


def _sheets(content: bytes, most: int, place: int) -> list[tuple[str, int, list[tuple[int, list[str]]]]]:
    """Return the non-empty sheets: name, number of rows, and the first rows; all rows of the one at ``place``."""
    import python_calamine  # not before the limits are set

    found: list[tuple[str, int, list[tuple[int, list[str]]]]] = []
    try:
        book = python_calamine.load_workbook(io.BytesIO(content))
        for name in book.sheet_names:
            sheet = book.get_sheet_by_name(name)
            if sheet.start is None:
                continue
            is_wanted, is_long = len(found) == place, sheet.height > most
            if is_wanted and is_long:
                sys.exit(_TOO_MANY_ROWS)
            rows = _non_empty(sheet, _BEGINNING if is_long else most)
            if rows:
                number = sheet.height if is_long else len(rows)
                found.append((name, number, rows if is_wanted else rows[:_BEGINNING]))
    except python_calamine.PasswordError:
        sys.exit(_PROTECTED)
    except python_calamine.CalamineError:
        sys.exit(_UNREADABLE)
    return found


def _non_empty(sheet: Any, most: int) -> list[tuple[int, list[str]]]:
    """Return the non-empty rows among the first ``most`` of a sheet."""
    rows = sheet.to_python(skip_empty_area=True, nrows=most)
    first, before = sheet.start[0] + 1, [""] * sheet.start[1]
    numbered = ((number, before + [_text(value) for value in row]) for number, row in enumerate(rows, start=first))
    return [(number, cells) for number, cells in numbered if any(cells)]


def _check_calculated(content: bytes) -> None:
    if content.startswith(b"PK"):
        book = zipfile.ZipFile(io.BytesIO(content))
        for name in book.namelist():
            if name.startswith("xl/worksheets/") and _NO_VALUE.search(book.read(name)):
                sys.exit(_UNCALCULATED)


def _check_cells(rows: list[tuple[int, list[str]]], most: int, most_in_cell: int) -> None:
    """End the process if a sheet has too many cells, or one that is too long."""
    if any(len(text) > most_in_cell for _, cells in rows for text in cells):
        sys.exit(_CELL_TOO_LONG)
    filled = sum(len(cells) - next((n for n, text in enumerate(reversed(cells)) if text), 0) for _, cells in rows)
    if filled > most:
        sys.exit(_TOO_MANY_CELLS)


def main() -> None:
    """Read standard input, write standard output."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    most, left, most_cells, most_in_cell, place = map(int, sys.argv[1:])
    try:
        content = sys.stdin.buffer.read()
        _check_calculated(content)
        sheets = _sheets(content, most, place)
        _check_cells(sheets[place][2] if sheets else [], most_cells, most_in_cell)
        known = [(name, number, [cells for _, cells in rows[:_BEGINNING]]) for name, number, rows in sheets]
        written = [json.dumps(line, ensure_ascii=False) for line in (known, *(sheets[place][2] if sheets else ()))]
        if sum(map(len, written)) > left:
            sys.exit(_TOO_LARGE)
        for line in written:
            sys.stdout.buffer.write(f"{line}\n".encode())
    except MemoryError:
        sys.exit(_TOO_LARGE)


if __name__ == "__main__":
    main()
