"""Read tables that users upload: CSV in the encodings and separators of spreadsheets, XLSX, XLS, ODS.

The file type is identified by its content, not its name. Every cell becomes text: a whole number without decimals, a
day as ``2020-12-01``, a number with leading zeros as the sheet shows it, Arabic presentation forms as letters.
"""

import csv
import enum
import hashlib
import io
import json
import re
import struct
import subprocess
import sys
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import IO, NamedTuple

from training.kit.names import letters

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
_SEPARATORS = ",;\t|؛،"
_SEPARATOR_LINE = re.compile(r'"?sep=(?P<mark>.)"?[,;\s]*', re.IGNORECASE)
"""The first line of some files, which is for the spreadsheet alone."""
_JUDGED_ROWS, _JUDGED_CHARACTERS = 60, 100_000
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
    LOOK_UNKNOWN = "look_unknown"
    """It cannot be told which rows and columns the workbook hides."""
    UNREADABLE = "unreadable"


class TableError(Exception):
    """The file cannot be read as a table; ``line`` is where it fails, 0 if unknown."""

    def __init__(self, problem: Problem, line: int = 0) -> None:
        super().__init__(problem.value)
        self.problem, self.line = problem, line


class RowMark(enum.StrEnum):
    """What a row of a table is, if not one like the others."""

    HIDDEN = "hidden"
    HEADING = "heading"
    TOTAL = "total"
    SIGNATURE = "signature"
    SECTION = "section"


class Row(NamedTuple):
    """A row with its number in the file, counted from 1.

    ``mark`` is a ``RowMark`` or empty; ``filled`` has the columns whose text is that of a merged cell above.
    """

    number: int
    cells: list[str]
    mark: str = ""
    filled: list[int] = []  # noqa: RUF012 - the default of a tuple, never changed

    def cell(self, place: int | None) -> str:
        """Return the text in a column, empty if the row is shorter or ``column`` is None."""
        return self.cells[place] if place is not None and place < len(self.cells) else ""


class Sheet(NamedTuple):
    """A non-empty sheet of a workbook: its number of non-empty rows, and the first thirty."""

    name: str
    rows: int
    beginning: list[list[str]]
    is_hidden: bool = False


class Unread(NamedTuple):
    """A sheet that was not read, with the number of its rows."""

    name: str
    rows: int
    is_hidden: bool = False


class Across(NamedTuple):
    """A cell merged across columns: the number of its row, its first column and its last, from 0."""

    number: int
    first: int
    last: int


Pick = Callable[[Sequence[Sheet]], int]
"""Choose the sheet of a workbook to read, by position."""


def only(sheets: Sequence[Sheet]) -> int:
    """Choose the only sheet that shows anything. Raises TableError if there are several: none is ignored silently."""
    shown = [place for place, one in enumerate(sheets) if not one.is_hidden]
    if len(shown) > 1:
        raise TableError(Problem.SEVERAL_SHEETS)
    return shown[0] if shown else 0


Knows = Callable[[Sequence[str]], bool]
"""Whether the cells of a row are headings: by them the separator of a file is found."""


@dataclass(frozen=True)
class Table:
    """The headings, the number of their row, and the non-empty rows below them.

    ``sha256`` is that of the file; ``sheet`` the name of the sheet of a workbook, ``unread`` its other sheets that hold
    anything, ``hidden`` the columns that the sheet hides, ``across`` its cells merged across columns.
    """

    sha256: str
    headings: list[str]
    rows: list[Row]
    headings_in: int = 1
    sheet: str = ""
    unread: list[Unread] = field(default_factory=list)
    hidden: list[int] = field(default_factory=list)
    across: list[Across] = field(default_factory=list)

    def to_json(self) -> str:
        """Return the table as JSON that ``from_json`` reads."""
        kept = [
            self.sha256,
            self.headings,
            self.rows,
            self.headings_in,
            self.sheet,
            self.unread,
            self.hidden,
            self.across,
        ]
        return json.dumps(kept, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> "Table":
        """Return the table written by ``to_json``."""
        sha256, headings, rows, headings_in, sheet, unread, *look = json.loads(text)
        hidden, across = look or ([], [])
        others = [Unread(*one) for one in unread]
        merged = [Across(*one) for one in across]
        return cls(sha256, headings, [Row(*row) for row in rows], headings_in, sheet, others, hidden, merged)


def read(stream: IO[bytes], pick: Pick = only, knows: Knows | None = None) -> Table:
    """Read a table whose first non-empty row is the headings; ``pick`` chooses the sheet of a workbook.

    ``knows`` helps to find the separator of a text. Raises TableError, and what ``pick`` raises.
    """
    content = stream.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise TableError(Problem.TOO_LARGE)
    read = _workbook(content, pick) if content.startswith((_ZIP, _OLE)) else _Raw(_csv(_decoded(content), knows))
    rows = list(_bounded(read.rows))
    if len(rows) < 2:
        raise TableError(Problem.EMPTY)
    first = rows[0]
    digest = hashlib.sha256(content).hexdigest()
    return Table(digest, first.cells, rows[1:], first.number, read.sheet, read.unread, read.hidden, read.across)


@dataclass(frozen=True)
class _Raw:
    """What was read of a file before its rows are cleaned."""

    rows: Iterable[Row]
    sheet: str = ""
    unread: list[Unread] = field(default_factory=list)
    hidden: list[int] = field(default_factory=list)
    across: list[Across] = field(default_factory=list)


def _bounded(raw: Iterable[Row]) -> Iterator[Row]:
    """Yield non-empty rows without trailing empty cells. Raises TableError at a limit."""
    kept = filled = 0
    for row in raw:
        cells = _trimmed(row.cells) if any(row.cells) else []
        if not cells:
            continue
        kept, filled = kept + 1, filled + len(cells)
        if kept > MOST_ROWS + 1:
            raise TableError(Problem.TOO_MANY_ROWS)
        if filled > MOST_CELLS:
            raise TableError(Problem.TOO_MANY_CELLS)
        yield row._replace(cells=cells)


def _trimmed(raw: Sequence[str]) -> list[str]:
    """Return the cells up to the last one that is filled. Raises TableError for too many, and for one too long."""
    if any(len(text) > MOST_IN_CELL for text in raw):
        raise TableError(Problem.CELL_TOO_LONG)
    cells = [plain(text) for text in raw]
    while cells and not cells[-1]:
        cells.pop()
    if len(cells) > MOST_COLUMNS:
        raise TableError(Problem.TOO_MANY_COLUMNS)
    return cells


def plain(text: str) -> str:
    """Return a text with single spaces, presentation forms as letters, and letters of a wrong encoding put right."""
    if not text.isascii():
        text = letters(_unmangled(text))
    return " ".join(text.split())


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


_MANGLED = re.compile("[ÂÃØÙÚÛ][\x80-\xff\u0152-\u2122]|[طظعغ][\xa0-\xff\u0152-\u2122\u0600-\u06d2]")


def _unmangled(text: str) -> str:
    """Return the text that was saved in UTF-8, opened in an old encoding and saved again; others as they are."""
    if not _MANGLED.search(text):
        return text
    for encoding in ("windows-1252", "windows-1256"):
        try:
            return b"".join(_bytes_of(letter, encoding) for letter in text).decode("utf-8")
        except UnicodeError:
            continue
    return text


def _bytes_of(letter: str, encoding: str) -> bytes:
    """Return the byte of a letter; one that the encoding leaves out stands for itself."""
    return bytes([ord(letter)]) if "\x80" <= letter <= "\x9f" else letter.encode(encoding)


def _csv(text: str, knows: Knows | None) -> Iterator[Row]:
    separator, first = _separator(text, knows)
    reader = csv.reader(_lines(text), delimiter=separator, strict=True)
    begun = 1
    try:
        for number, cells in enumerate(reader, start=1):
            if number >= first:
                yield Row(number, cells)
            begun = reader.line_num + 1
    except csv.Error as error:
        # Only an unclosed quotation mark is an error here.
        raise TableError(Problem.QUOTATION if '"' in text else Problem.UNREADABLE, begun) from error


def _separator(text: str, knows: Knows | None) -> tuple[str, int]:
    """Return the separator of a text, and the row with which its table begins.

    A first line ``sep=;`` names it. Otherwise it is the one by which a row becomes headings, or by which most rows have
    the same number of cells: a title above the table may have commas.
    """
    beginning = text[:_JUDGED_CHARACTERS]
    named = _SEPARATOR_LINE.fullmatch(beginning.partition("\n")[0].strip())
    if named or _SEPARATOR_LINE.fullmatch(beginning.partition("\n")[0].strip("\r ") + "\t"):
        return (named["mark"] if named else "\t"), 2
    return max(_SEPARATORS, key=lambda mark: _regularity(beginning, mark, knows)), 1


def _regularity(text: str, separator: str, knows: Knows | None) -> tuple[bool, int, int]:
    """Return whether ``separator`` makes headings of a row, how many rows have the same number of cells, and that."""
    try:
        rows = list(islice(csv.reader(io.StringIO(text, newline=""), delimiter=separator), _JUDGED_ROWS))
    except csv.Error:
        return False, 0, 0
    widths = Counter(len(row) for row in rows if len(row) > 1)
    width, number = max(widths.items(), key=lambda one: (one[1], one[0]), default=(0, 0))
    is_known = knows is not None and any(knows([plain(cell) for cell in row]) for row in rows if len(row) > 1)
    return is_known, number, width


# Spreadsheets


def _workbook(content: bytes, pick: Pick) -> _Raw:
    """Return the rows of the chosen sheet, and what is known of the workbook."""
    if content.startswith(_ZIP):
        _check_unpacked(content)
    first, *lines = _read_by_another(content, 0)
    sheets = [Sheet(*one) for one in json.loads(first)[0]]
    if not sheets:
        raise TableError(Problem.EMPTY)
    place = pick(sheets)
    if place:
        first, *lines = _read_by_another(content, place)
    _known, hidden, across = json.loads(first)
    unread = [Unread(one.name, one.rows, one.is_hidden) for one in sheets if one is not sheets[place]]
    rows = (
        Row(number, cells, RowMark.HIDDEN if is_hidden else "", filled)
        for number, cells, is_hidden, filled in map(json.loads, lines)
    )
    return _Raw(rows, sheets[place].name, unread, hidden, [Across(*one) for one in across])


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
            9: Problem.LOOK_UNKNOWN,
        }
        raise TableError(problems.get(done.returncode, Problem.TOO_LARGE))
    return done.stdout.splitlines()


def _check_unpacked(content: bytes) -> None:
    """Reject an archive whose declared size is many times its own, before unpacking it."""
    try:
        entries = zipfile.ZipFile(io.BytesIO(content)).infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, ArithmeticError, struct.error, EOFError) as error:
        raise TableError(Problem.UNREADABLE) from error
    if len(entries) > _MOST_ENTRIES or sum(entry.file_size for entry in entries) > _MOST_UNPACKED:
        raise TableError(Problem.TOO_LARGE)
