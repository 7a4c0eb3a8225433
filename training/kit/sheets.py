"""Write tables for spreadsheets: CSV that Excel reads as UTF-8, and XLSX with typed cells."""

import csv
import datetime as dt
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from training.kit.money import plain_amount

Value = str | int | Decimal | dt.date | None
"""A cell: text, whole pence or a count (as the column says), a decimal number, a date, or empty."""

_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_SAFE = {
    "in_memory": True,
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_NAME_LENGTH = 31
_NOT_IN_NAMES = str.maketrans("", "", "[]:*?/\\'")


class Column(NamedTuple):
    """A column: its heading, and whether its integers are pence."""

    heading: str
    is_money: bool = False


def to_csv(columns: Sequence[Column], rows: Iterable[Sequence[Value]]) -> bytes:
    """Return a table as CSV, UTF-8 with a byte order mark.

    Text that a spreadsheet would read as a formula is prefixed with an apostrophe; numbers stay numbers.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([_without_formula(column.heading) for column in columns])
    for row in rows:
        writer.writerow([_plain(column, value) for column, value in zip(columns, row, strict=True)])
    return text.getvalue().encode("utf-8-sig")


def _plain(column: Column, value: Value) -> str:
    if isinstance(value, str):
        return _without_formula(value)
    if isinstance(value, int):
        sign = "-" if value < 0 else ""
        return sign + plain_amount(abs(value)) if column.is_money else str(value)
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value.isoformat() if value else ""


def _without_formula(text: str) -> str:
    return f"'{text}" if text.startswith(_BEGINS_A_FORMULA) else text


def to_xlsx(
    name: str, columns: Sequence[Column], rows: Iterable[Sequence[Value]], *, right_to_left: bool = False
) -> bytes:
    """Return a table as a one-sheet workbook; amounts have two decimals, dates are dates.

    Other numbers keep their decimals.
    """
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, _SAFE) as book:
        sheet = book.add_worksheet(name.translate(_NOT_IN_NAMES)[:_NAME_LENGTH].strip() or None)
        write = _Writer(book, sheet)
        if right_to_left:
            sheet.right_to_left()
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(columns) - 1, 18)
        for place, column in enumerate(columns):
            sheet.write_string(0, place, column.heading, book.add_format({"bold": True}))
        for number, row in enumerate(rows, start=1):
            for place, (column, value) in enumerate(zip(columns, row, strict=True)):
                write.cell(number, place, column, value)
    return file.getvalue()


@dataclass(frozen=True)
class _Writer:
    """Write cells by type, never guessing from text; ``formats`` caches the workbook's formats."""

    book: xlsxwriter.Workbook
    sheet: Worksheet
    formats: dict[str, Format] = field(default_factory=dict)

    def cell(self, row: int, place: int, column: Column, value: Value) -> None:
        """Write one cell."""
        if isinstance(value, str):
            self.sheet.write_string(row, place, value)
        elif isinstance(value, int) and column.is_money:
            self.sheet.write_number(row, place, value / 100, self._format(_number_format(2)))
        elif isinstance(value, int):
            self.sheet.write_number(row, place, value)
        elif isinstance(value, Decimal):
            decimals = -int(value.as_tuple().exponent)
            self.sheet.write_number(row, place, float(value), self._format(_number_format(decimals)))
        elif value is not None:
            self.sheet.write_datetime(row, place, dt.datetime.combine(value, dt.time()), self._format("yyyy-mm-dd"))

    def _format(self, code: str) -> Format:
        if code not in self.formats:
            self.formats[code] = self.book.add_format({"num_format": code})
        return self.formats[code]


def _number_format(decimals: int) -> str:
    return f"#,##0.{'0' * decimals}" if decimals > 0 else "#,##0"
