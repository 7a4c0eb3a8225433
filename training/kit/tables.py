"""Read tables that users upload: CSV in the encodings and separators of spreadsheets, XLSX, XLS, ODS.

The file type is identified by its content, not its name. Every cell becomes text: a whole number without decimals, a
day as ``2020-12-01``.
"""

import csv
import enum
import hashlib
import io
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, NamedTuple

LARGEST = 10 * 1024 * 1024
"""The maximum size of a file, in bytes."""
MOST_ROWS = 20_000
MOST_COLUMNS = 100
MOST_LINES = 1_048_576
"""Lines of a text file, empty ones included, as many as a spreadsheet has."""
MOST_CELLS = 500_000
"""Cells up to the last one that is filled in each row."""
MOST_IN_CELL = 32_767
"""Characters of a cell, as many as a spreadsheet takes."""
_LONGEST_LINE = 1024 * 1024
_MOST_CHARACTERS = 2 * LARGEST
_MOST_UNPACKED = 10 * LARGEST
_MOST_ENTRIES = 500
_SECONDS = 30

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SEPARATORS = ",;\t"
_ARABIC_1256 = re.compile(rb"[\x81\x8d\x8e\x90\x98\x9a\xaa\xc0-\xff]{3}")
"""Three non-ASCII letters in a row: Arabic text in windows-1256, not accents in windows-1252."""
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_BYTES_OF_LINE = re.compile(rb"[^\r\n]+")
_SHEET_READER = Path(__file__).with_name("sheet_reader.py")


class Problem(enum.StrEnum):
    """Why a file could not be read as a table."""

    TOO_LARGE = "too_large"
    TOO_MANY_ROWS = "too_many_rows"
    TOO_MANY_COLUMNS = "too_many_columns"
    TOO_MANY_LINES = "too_many_lines"
    TOO_MANY_CELLS = "too_many_cells"
    CELL_TOO_LONG = "cell_too_long"
    EMPTY = "empty"
    WEB_PAGE = "web_page"
    PROTECTED = "protected"
    UNCALCULATED = "uncalculated"
    QUOTATION = "quotation"
    SEVERAL_SHEETS = "several_sheets"
    UNREADABLE = "unreadable"


class TableError(Exception):
    """The file cannot be read as a table; ``line`` is where it fails, 0 if unknown."""

    def __init__(self, problem: Problem, line: int = 0) -> None:
        super().__init__(problem.value)
        self.problem, self.line = problem, line


class Row(NamedTuple):
    """A row with its number in the file, counted from 1."""

    number: int
    cells: list[str]

    def cell(self, place: int | None) -> str:
        """Return the text in a column, empty if the row is shorter or ``column`` is None."""
        return self.cells[place] if place is not None and place < len(self.cells) else ""


class Sheet(NamedTuple):
    """A non-empty sheet of a workbook: its number of non-empty rows, and the first ten."""

    name: str
    rows: int
    beginning: list[list[str]]


Pick = Callable[[Sequence[Sheet]], int]
"""Choose the sheet of a workbook to read, by position."""


def only(sheets: Sequence[Sheet]) -> int:
    """Choose the only non-empty sheet. Raises TableError if there are several: none is ignored silently."""
    if len(sheets) > 1:
        raise TableError(Problem.SEVERAL_SHEETS)
    return 0


@dataclass(frozen=True)
class Table:
    """The headings, the number of their row, and the non-empty rows below them.

    ``sha256`` is that of the file; ``sheet`` the name of the sheet of a workbook, ``unread`` its other sheets that hold
    anything, each with the number of its rows.
    """

    sha256: str
    headings: list[str]
    rows: list[Row]
    headings_in: int = 1
    sheet: str = ""
    unread: list[tuple[str, int]] = field(default_factory=list)

    def to_json(self) -> str:
        """Return the table as JSON that ``from_json`` reads."""
        kept = [self.sha256, self.headings, self.rows, self.headings_in, self.sheet, self.unread]
        return json.dumps(kept, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> "Table":
        """Return the table written by ``to_json``."""
        sha256, headings, rows, headings_in, sheet, unread = json.loads(text)
        others = [(name, number) for name, number in unread]
        return cls(sha256, headings, [Row(*row) for row in rows], headings_in, sheet, others)


def read(stream: IO[bytes], pick: Pick = only) -> Table:
    """Read a table whose first non-empty row is the headings; ``pick`` chooses the sheet of a workbook.

    Raises TableError, and what ``pick`` raises.
    """
    content = stream.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise TableError(Problem.TOO_LARGE)
    if content.startswith((_ZIP, _OLE)):
        sheet, unread, numbered = _workbook(content, pick)
    else:
        sheet, unread, numbered = "", [], _csv(_decoded(content))
    rows = list(_bounded(numbered))
    if len(rows) < 2:
        raise TableError(Problem.EMPTY)
    return Table(hashlib.sha256(content).hexdigest(), rows[0].cells, rows[1:], rows[0].number, sheet, unread)


def _bounded(numbered: Iterable[tuple[int, list[str]]]) -> Iterator[Row]:
    """Yield non-empty rows without trailing empty cells. Raises TableError at a limit."""
    kept = filled = 0
    for number, raw in numbered:
        cells = _trimmed(raw) if any(raw) else []
        if not cells:
            continue
        kept, filled = kept + 1, filled + len(cells)
        if kept > MOST_ROWS + 1:
            raise TableError(Problem.TOO_MANY_ROWS)
        if filled > MOST_CELLS:
            raise TableError(Problem.TOO_MANY_CELLS)
        yield Row(number, cells)


def _trimmed(raw: Sequence[str]) -> list[str]:
    """Return the cells up to the last one that is filled. Raises TableError for too many, and for one too long."""
    if any(len(text) > MOST_IN_CELL for text in raw):
        raise TableError(Problem.CELL_TOO_LONG)
    cells = [" ".join(text.split()) for text in raw]
    while cells and not cells[-1]:
        cells.pop()
    if len(cells) > MOST_COLUMNS:
        raise TableError(Problem.TOO_MANY_COLUMNS)
    return cells


# Text


def _check_lines(content: bytes) -> None:
    """Reject very many or very long lines before they become rows and cells.

    A line of another encoding may end within a letter, which makes it shorter, never longer.
    """
    number = content.count(b"\n") + content.count(b"\r") - content.count(b"\r\n")
    if number > MOST_LINES:
        raise TableError(Problem.TOO_MANY_LINES)
    longest = next((found for found in _BYTES_OF_LINE.finditer(content) if len(found[0]) > _LONGEST_LINE), None)
    if longest:
        is_wide = max(longest[0].count(mark) for mark in (b",", b";", b"\t")) > MOST_COLUMNS
        raise TableError(Problem.TOO_MANY_COLUMNS if is_wide else Problem.CELL_TOO_LONG)


def _lines(text: str) -> Iterator[str]:
    """Yield the lines of ``text`` with their ends, without another copy of all of it."""
    return (found[0] for found in _LINE.finditer(text))


def _decoded(content: bytes) -> str:
    _check_lines(content)
    encoding = _encoding(content)
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        raise TableError(Problem.UNREADABLE) from error
    if text.lstrip().startswith("<"):
        raise TableError(Problem.WEB_PAGE)
    if _CONTROL.search(text):
        raise TableError(Problem.UNREADABLE)
    return text


def _encoding(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    nothings = [content[place:1000:2].count(0) for place in (0, 1)]
    if sum(nothings) > len(content[:1000]) // 10:
        return "utf-16-le" if nothings[1] > nothings[0] else "utf-16-be"
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return "windows-1256" if _ARABIC_1256.search(content) else "windows-1252"
    return "utf-8-sig"


def _csv(text: str) -> Iterator[tuple[int, list[str]]]:
    first = next((line for line in _lines(text) if line.strip()), "")
    separator = max(_SEPARATORS, key=lambda mark: len(next(csv.reader([first], delimiter=mark), [])))
    reader = csv.reader(_lines(text), delimiter=separator, strict=True)
    begun = 1
    try:
        for number, cells in enumerate(reader, start=1):
            yield number, cells
            begun = reader.line_num + 1
    except csv.Error as error:
        # Only an unclosed quotation mark is an error here.
        raise TableError(Problem.QUOTATION if '"' in text else Problem.UNREADABLE, begun) from error


# Spreadsheets


def _workbook(content: bytes, pick: Pick) -> tuple[str, list[tuple[str, int]], Iterator[tuple[int, list[str]]]]:
    """Return the name of the chosen sheet, the other sheets, and the rows of the chosen one."""
    if content.startswith(_ZIP):
        _check_unpacked(content)
    first, *lines = _read_by_another(content, 0)
    sheets = [Sheet(*one) for one in json.loads(first)]
    if not sheets:
        raise TableError(Problem.EMPTY)
    place = pick(sheets)
    if place:
        lines = _read_by_another(content, place)[1:]
    unread = [(one.name, one.rows) for one in sheets if one is not sheets[place]]
    return sheets[place].name, unread, (tuple(json.loads(line)) for line in lines)


def _read_by_another(content: bytes, place: int) -> list[bytes]:
    """Return a line describing the sheets and one line per row of a sheet, read in a separate process.

    The reader allocates a sheet as a whole: two cells at opposite corners of an empty one are gigabytes, and the
    process that asked for them is ended. So another one asks, with its memory and time limited.
    """
    limits = (MOST_ROWS + 2, _MOST_CHARACTERS, MOST_CELLS, MOST_IN_CELL, place)
    command = [sys.executable, "-I", str(_SHEET_READER), *map(str, limits)]
    try:
        done = subprocess.run(command, input=content, capture_output=True, check=False, timeout=_SECONDS)  # noqa: S603
    except subprocess.TimeoutExpired as error:
        raise TableError(Problem.TOO_LARGE) from error
    if done.returncode:
        problems = {
            1: Problem.UNREADABLE,
            3: Problem.PROTECTED,
            5: Problem.TOO_MANY_ROWS,
            6: Problem.UNCALCULATED,
            7: Problem.TOO_MANY_CELLS,
            8: Problem.CELL_TOO_LONG,
        }
        raise TableError(problems.get(done.returncode, Problem.TOO_LARGE))
    return done.stdout.splitlines()


def _check_unpacked(content: bytes) -> None:
    """Reject an archive whose declared size is many times its own, before unpacking it."""
    try:
        entries = zipfile.ZipFile(io.BytesIO(content)).infolist()
    except (zipfile.BadZipFile, ValueError) as error:
        raise TableError(Problem.UNREADABLE) from error
    if len(entries) > _MOST_ENTRIES or sum(entry.file_size for entry in entries) > _MOST_UNPACKED:
        raise TableError(Problem.TOO_LARGE)
