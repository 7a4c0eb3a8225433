"""The process that reads a workbook for ``tables``: bytes in, one line of JSON for each row that holds anything.

Run as a file, not imported, so that it loads nothing of ours: ``sheet_reader.py MOST_ROWS MOST_CHARACTERS``. It ends
with 0, with 1 where the bytes are no workbook, 3 where a password protects it, 5 where it has too many rows, 6 where a
formula has no value, and otherwise when it needs too much.
"""

import datetime as dt
import io
import json
import re
import resource
import sys
import zipfile
from collections.abc import Iterator

_MEMORY = 700 * 1024 * 1024
_SECONDS = 20
_UNREADABLE, _PROTECTED, _TOO_LARGE, _TOO_MANY_ROWS, _UNCALCULATED = 1, 3, 4, 5, 6
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


def _rows(content: bytes) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows of the first sheet that holds anything."""
    import python_calamine  # not before the limits are set

    try:
        book = python_calamine.load_workbook(io.BytesIO(content))
        for name in book.sheet_names:
            sheet = book.get_sheet_by_name(name)
            if sheet.start is not None:
                if sheet.height > int(sys.argv[1]):
                    sys.exit(_TOO_MANY_ROWS)
                rows = sheet.to_python(skip_empty_area=True, nrows=int(sys.argv[1]))
                first, before = sheet.start[0] + 1, [""] * sheet.start[1]
                for number, row in enumerate(rows, start=first):
                    yield number, before + [_text(value) for value in row]
                return
    except python_calamine.PasswordError:
        sys.exit(_PROTECTED)
    except python_calamine.CalamineError:
        sys.exit(_UNREADABLE)


def _check_calculated(content: bytes) -> None:
    if content.startswith(b"PK"):
        book = zipfile.ZipFile(io.BytesIO(content))
        for name in book.namelist():
            if name.startswith("xl/worksheets/") and _NO_VALUE.search(book.read(name)):
                sys.exit(_UNCALCULATED)


def main() -> None:
    """Read standard input, write standard output."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    left = int(sys.argv[2])
    try:
        content = sys.stdin.buffer.read()
        _check_calculated(content)
        for number, cells in _rows(content):
            line = json.dumps([number, cells])
            left -= len(line)
            if left < 0:
                sys.exit(_TOO_LARGE)
            if any(cells):
                sys.stdout.write(f"{line}\n")
    except MemoryError:
        sys.exit(_TOO_LARGE)


if __name__ == "__main__":
    main()
