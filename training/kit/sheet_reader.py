"""The process that reads a workbook for ``tables``: bytes in, JSON out, a line for each non-empty row.

The first line lists the non-empty sheets: name, number of non-empty rows, the first of them, and whether the sheet is
hidden; then the hidden columns of one of these sheets, and its cells merged across columns. The lines after it are the
rows of that sheet: number, cells, whether the row is hidden, and the columns filled from a merged cell above. Run as a
file, not imported, so that it loads nothing of the product. Its arguments are MOST_ROWS MOST_CHARACTERS MOST_CELLS
MOST_IN_CELL PLACE, where PLACE is that of the sheet among them, from 0.

It ends with 0, with 1 where the bytes are no workbook, 3 where a password protects it, 5 where it has too many rows, 6
where a formula has no value, 7 where it has too many cells, 8 where one is too long, 9 where it cannot be told what the
workbook hides, and otherwise when it exceeds its limits. Nothing is written before all is known to be within them.
"""

import datetime as dt
import io
import json
import posixpath
import re
import resource
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree as ET

_MEMORY = 700 * 1024 * 1024
_SECONDS = 20
_BEGINNING = 30
_UNREADABLE, _PROTECTED, _TOO_LARGE, _TOO_MANY_ROWS, _UNCALCULATED, _TOO_MANY_CELLS, _CELL_TOO_LONG, _LOOK_UNKNOWN = (
    1,
    3,
    4,
    5,
    6,
    7,
    8,
    9,
)
_NO_VALUE = re.compile(rb"<f(?:\s[^>]*)?(?:/>|>[^<]*</f>)\s*(?:<v\s*/>|<v></v>)?\s*</c>")
"""A formula that no program has calculated: its cell would read as empty."""
_MOST_MERGED = 20_000
_WIDEST = 200
"""Columns that are looked at."""
_REPEATED = 1_000
"""Repetitions of an empty row or cell that count: a sheet is often filled up with a million of them."""


@dataclass
class Look:
    """How a sheet looks, in rows and columns from 0.

    ``shown`` has the texts of numbers that are shown with leading zeros; ``merged`` the ranges of merged cells, each as
    first row, first column, last row, last column.
    """

    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    shown: dict[tuple[int, int], str] = field(default_factory=dict)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)


def _text(value: object) -> str:
    """Return a cell as text; numbers to the fifteen digits that a spreadsheet shows."""
    if isinstance(value, dt.datetime):
        return value.date().isoformat()
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, float):
        return f"{value:.15g}"
    return str(value)


# Rows


@dataclass
class Found:
    """A non-empty sheet: its rows, all or the first, and their number."""

    name: str
    rows: list[tuple[int, list[str]]]
    number: int
    is_hidden: bool
    merged: list[tuple[int, int, int, int]]


def _sheets(content: bytes, most: int, place: int) -> list[Found]:
    """Return the non-empty sheets; all rows of the one at ``place``, the first of the others."""
    import python_calamine  # not before the limits are set

    found: list[Found] = []
    try:
        book = python_calamine.load_workbook(io.BytesIO(content))
        for about in book.sheets_metadata:
            sheet = book.get_sheet_by_name(about.name)
            if sheet.start is None:
                continue
            is_wanted, is_long = len(found) == place, sheet.height > most
            if is_wanted and is_long:
                sys.exit(_TOO_MANY_ROWS)
            rows = _non_empty(sheet, _BEGINNING if is_long else most)
            if rows:
                is_hidden = about.visible != python_calamine.SheetVisibleEnum.Visible
                merged = [(*first, *last) for first, last in (sheet.merged_cell_ranges or [])[:_MOST_MERGED]]
                number = sheet.height if is_long else len(rows)
                kept = rows if is_wanted else rows[:_BEGINNING]
                found.append(Found(about.name, kept, number, is_hidden, merged))
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


def _looked(rows: list[tuple[int, list[str]]], look: Look) -> list[tuple[int, list[str], bool, list[int]]]:
    """Return the rows as they look: numbers as shown, merged cells in each of their rows, hidden rows marked."""
    by_number = dict(rows)
    for (row, column), text in look.shown.items():
        if row + 1 in by_number and column < len(by_number[row + 1]):
            by_number[row + 1][column] = text
    filled: dict[int, list[int]] = {}
    for top, column, bottom, _right in look.merged:
        first = by_number.get(top + 1, [])
        text = first[column] if column < len(first) else ""
        for number in range(top + 2, bottom + 2) if text else ():
            cells = by_number.get(number, [])
            if cells:
                cells.extend([""] * (column + 1 - len(cells)))
                cells[column] = text
                filled.setdefault(number, []).append(column)
    return [(number, cells, number - 1 in look.hidden_rows, filled.get(number, [])) for number, cells in rows]


# How sheets of Excel and OpenDocument look


def _look(content: bytes, sheet: Found) -> Look:
    """Return how a sheet looks. A workbook of which it cannot be told, such as XLSB, is not read: it may hide rows."""
    if not content.startswith(b"PK"):
        look = _look_of_old_excel(content, sheet.name)
        look.merged = sheet.merged
        return look
    book = zipfile.ZipFile(io.BytesIO(content))
    if "content.xml" in book.namelist():
        return _look_of_document(book, sheet.name)
    if "xl/workbook.xml" not in book.namelist():
        sys.exit(_LOOK_UNKNOWN)
    look = _look_of_excel(book, sheet.name)
    look.merged = sheet.merged
    return look


def _look_of_old_excel(content: bytes, name: str) -> Look:
    """Return how a sheet of the old binary format looks."""
    import xlrd  # not before the limits are set

    try:
        book = xlrd.open_workbook(file_contents=content, logfile=io.StringIO(), formatting_info=True, on_demand=True)
        sheet = book.sheet_by_name(name)
    except Exception:  # its reader raises anything at what it does not know, where the other one reads on
        sys.exit(_LOOK_UNKNOWN)
    rows = sheet.rowinfo_map
    return Look(
        {row for row in range(sheet.nrows) if (rows[row].hidden if row in rows else sheet.default_row_hidden)},
        {column for column, about in sheet.colinfo_map.items() if about.hidden and column < _WIDEST},
        _shown_in_old_excel(book, sheet),
    )


def _shown_in_old_excel(book: Any, sheet: Any) -> dict[tuple[int, int], str]:
    """Return the numbers of a sheet that are shown with leading zeros."""
    formats = (book.format_map.get(style.format_key) for style in book.xf_list)
    codes = {style: _padding(about.format_str) for style, about in enumerate(formats) if about}
    padded = {style for style, code in codes.items() if code}
    shown = {}
    for row in range(sheet.nrows if padded else 0):
        for column, cell in enumerate(sheet.row(row)):
            if cell.xf_index in padded and (text := padded_number(codes[cell.xf_index], str(cell.value))):
                shown[row, column] = text
    return shown


def _tag(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]


def _attribute(element: Any, name: str) -> str:
    return next((value for key, value in element.attrib.items() if key.rpartition("}")[2] == name), "")


def _elements(book: zipfile.ZipFile, name: str, end: str = "") -> Iterator[Any]:
    """Yield the elements of a part of a workbook as they begin, or as they end if their tag is ``end``."""
    with book.open(name) as part:
        for event, element in ET.iterparse(part, ("start", "end")):  # noqa: S314 - in a process of limited memory and time
            if event == "start" and _tag(element) != end:
                yield element
            elif event == "end" and _tag(element) == end:
                yield element
                element.clear()


def _look_of_excel(book: zipfile.ZipFile, name: str) -> Look:
    look, row, column = Look(), -1, -1
    padded = _zero_formats(book)
    for element in _elements(book, _part_of(book, name), "c"):
        tag = _tag(element)
        if tag == "col" and element.get("hidden") in ("1", "true"):
            look.hidden_columns.update(range(int(element.get("min", 1)) - 1, min(int(element.get("max", 0)), _WIDEST)))
        elif tag == "row":
            row, column = int(element.get("r", row + 2)) - 1, -1
            if element.get("hidden") in ("1", "true"):
                look.hidden_rows.add(row)
        elif tag == "c":
            column = _column(element.get("r", ""), column + 1)
            code = padded.get(element.get("s", "0"), "")
            value = next((child.text or "" for child in element if _tag(child) == "v"), "")
            if code and element.get("t", "n") == "n" and (text := padded_number(code, value)):
                look.shown[row, column] = text
    return look


def _part_of(book: zipfile.ZipFile, name: str) -> str:
    """Return the name of the part of the workbook that holds a sheet."""
    link = next(
        _attribute(one, "id")
        for one in _elements(book, "xl/workbook.xml")
        if _tag(one) == "sheet" and one.get("name") == name
    )
    target = next(
        one.get("Target", "") for one in _elements(book, "xl/_rels/workbook.xml.rels") if one.get("Id") == link
    )
    return target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")


def _zero_formats(book: zipfile.ZipFile) -> dict[str, str]:
    """Return the formats that show leading zeros, by the number of the style of a cell."""
    codes: dict[str, str] = {}
    styles: list[str] = []
    is_cell = False
    if "xl/styles.xml" not in book.namelist():
        return {}
    for element in _elements(book, "xl/styles.xml"):
        tag = _tag(element)
        if tag == "numFmt":
            codes[element.get("numFmtId", "")] = element.get("formatCode", "")
        elif tag in ("cellXfs", "cellStyleXfs", "cellStyles", "dxfs"):
            is_cell = tag == "cellXfs"
        elif tag == "xf" and is_cell:
            styles.append(element.get("numFmtId", ""))
    shown = {str(number): _padding(codes.get(style, "")) for number, style in enumerate(styles)}
    return {number: code for number, code in shown.items() if code}


_LITERAL = re.compile(r'\[[^\]]*\]|"[^"]*"|\\.|_.|\*.')


def _digits_of(code: str) -> str:
    """Return the places of digits and the separators of a format such as ``0000-000``; empty if it is of another kind.

    What a format adds to a number besides these is left out.
    """
    plain = _LITERAL.sub(lambda found: found[0][1:] if found[0] in ("\\-", "\\ ", "\\/") else "", code.split(";")[0])
    return plain if re.fullmatch(r"[#0]*0[#0 /-]*", plain) else ""


def _padding(code: str) -> str:
    """Return the digits of a format that shows leading zeros; empty for others."""
    digits = _digits_of(code)
    return digits if digits.count("0") > 1 else ""


def padded_number(code: str, value: str) -> str:
    """Return a whole number as a format shows it, such as 000417 for 417 and ``000000``; empty if it is not whole."""
    try:
        number = float(value)
    except ValueError:
        return ""
    if number < 0 or number != int(number) or number >= 1e15:
        return ""
    digits, shown = list(str(int(number))), []
    for mark in reversed(code):
        if mark not in "0#":
            shown.append(mark)
        elif digits or mark == "0":
            shown.append(digits.pop() if digits else "0")
    return "".join([*digits, *reversed(shown)]).strip(" -/")


def _column(reference: str, otherwise: int) -> int:
    """Return the column of a cell such as ``AB12``, from 0."""
    place = 0
    for letter in re.sub(r"[^A-Z]", "", reference):
        place = place * 26 + ord(letter) - 64
    return place - 1 if place else otherwise


def _look_of_document(book: zipfile.ZipFile, name: str) -> Look:
    look, row, after, column, is_here = Look(), 0, 0, 0, False
    for element in _elements(book, "content.xml", "table-cell"):
        tag = _tag(element)
        if tag == "table":
            is_here, after, column = _attribute(element, "name") == name, 0, 0
        elif not is_here:
            continue
        elif tag == "table-column":
            column = _note_hidden(element, "number-columns-repeated", column, look.hidden_columns)
        elif tag == "table-row":
            row, column = after, 0
            after = _note_hidden(element, "number-rows-repeated", row, look.hidden_rows)
        elif tag == "table-cell":
            column = _note_cell(element, row, column, look)
        elif tag == "covered-table-cell":
            column += int(_attribute(element, "number-columns-repeated") or 1)
    return look


def _note_hidden(element: Any, repeated: str, place: int, hidden: set[int]) -> int:
    """Note a row or column with its repetitions if it is hidden; return the place after it."""
    after = place + int(_attribute(element, repeated) or 1)
    if _attribute(element, "visibility") in ("collapse", "filter"):
        hidden.update(range(place, min(after, place + _REPEATED)))
    return after


def _note_cell(element: Any, row: int, column: int, look: Look) -> int:
    """Note the merged cells that begin with a cell, and its text if zeros lead; return the column after it."""
    down = int(_attribute(element, "number-rows-spanned") or 1)
    right = int(_attribute(element, "number-columns-spanned") or 1)
    if (down > 1 or right > 1) and len(look.merged) < _MOST_MERGED:
        look.merged.append((row, column, row + down - 1, column + right - 1))
    shown = "".join(element.itertext()).strip()
    if _attribute(element, "value-type") == "float" and re.fullmatch(r"0[\d /-]*\d", shown):
        look.shown[row, column] = shown
    return column + int(_attribute(element, "number-columns-repeated") or 1)


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


def _lines(content: bytes, most: int, most_cells: int, most_in_cell: int, place: int) -> Iterator[object]:
    """Yield what is to be written, line by line."""
    sheets = _sheets(content, most, place)
    _check_cells(sheets[place].rows if sheets else [], most_cells, most_in_cell)
    look = _look(content, sheets[place]) if sheets else Look()
    known = [(one.name, one.number, [cells for _, cells in one.rows[:_BEGINNING]], one.is_hidden) for one in sheets]
    across = [(top + 1, left, right) for top, left, _, right in look.merged if right > left]
    yield [known, sorted(look.hidden_columns), across]
    if sheets:
        yield from _looked(sheets[place].rows, look)


def main() -> None:
    """Read standard input, write standard output."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    most, left, most_cells, most_in_cell, place = map(int, sys.argv[1:])
    try:
        content = sys.stdin.buffer.read()
        _check_calculated(content)
        lines = _lines(content, most, most_cells, most_in_cell, place)
        written = [json.dumps(line, ensure_ascii=False) for line in lines]
        if sum(map(len, written)) > left:
            sys.exit(_TOO_LARGE)
        for line in written:
            sys.stdout.buffer.write(f"{line}\n".encode())
    except (ET.ParseError, StopIteration, KeyError, ValueError):
        sys.exit(_UNREADABLE)
    except MemoryError:
        sys.exit(_TOO_LARGE)


if __name__ == "__main__":
    main()
