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
from xlsxwriter.utility import xl_range
from xlsxwriter.worksheet import Worksheet

from training.kit.money import plain_amount

Value = str | int | Decimal | dt.date | None
"""A cell: text, whole pence or a count (as the column says), a decimal number, a date, or empty."""

_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_SAFE = {
    "in_memory": True,
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_NAME_LENGTH = 31
_NOT_IN_NAMES = str.maketrans("", "", "[]:*?/\\'")


_POUNDS = "[$£-809]#,##0.00;-[$£-809]#,##0.00"
_SUM_OF_SHOWN = 109
"""The function of SUBTOTAL that adds up only the rows which a filter leaves."""


class Column(NamedTuple):
    """A column: its heading, whether its integers are pence, and whether its sum says something."""

    heading: str
    is_money: bool = False
    is_summed: bool = False


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
    return f"'{text}" if text.lstrip(" ").startswith(_BEGINS_A_FORMULA) else text


def to_xlsx(
    name: str,
    columns: Sequence[Column],
    rows: Iterable[Sequence[Value]],
    *,
    total: str = "",
    right_to_left: bool = False,
) -> bytes:
    """Return a table as a one-sheet workbook; amounts are in pounds with two decimals, dates are dates.

    Other numbers keep their decimals. The headings have filters. Where an amount is summed, the last row, labelled
    ``total``, has the sums of the rows that a filter leaves.
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
        sums, last = [0] * len(columns), 0
        for last, row in enumerate(rows, start=1):
            for place, (column, value) in enumerate(zip(columns, row, strict=True)):
                write.cell(last, place, column, value)
                if column.is_summed and isinstance(value, int):
                    sums[place] += value
        if columns:
            sheet.autofilter(0, 0, last, len(columns) - 1)
        if total and last and any(column.is_summed and column.is_money for column in columns):
            write.totals(last, columns, sums, total)
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
            self.sheet.write_number(row, place, value / 100, self._format(_POUNDS))
        elif isinstance(value, int):
            self.sheet.write_number(row, place, value)
        elif isinstance(value, Decimal):
            decimals = -int(value.as_tuple().exponent)
            self.sheet.write_number(row, place, float(value), self._format(_number_format(decimals)))
        elif value is not None:
            self.sheet.write_datetime(row, place, dt.datetime.combine(value, dt.time()), self._format("yyyy-mm-dd"))

    def totals(self, last: int, columns: Sequence[Column], sums: Sequence[int], label: str) -> None:
        """Write the row of totals below row ``last``: ``label`` in the first column that has no sum."""
        labelled = next((place for place, column in enumerate(columns) if not column.is_summed), None)
        for place, (column, whole) in enumerate(zip(columns, sums, strict=True)):
            if place == labelled:
                self.sheet.write_string(last + 1, place, label, self._format("@", is_total=True))
            elif column.is_summed:
                code, value = (_POUNDS, whole / 100) if column.is_money else (_number_format(0), whole)
                cells = xl_range(1, place, last, place)
                formula = f"=SUBTOTAL({_SUM_OF_SHOWN},{cells})"
                self.sheet.write_formula(last + 1, place, formula, self._format(code, is_total=True), value)
            else:
                self.sheet.write_blank(last + 1, place, None, self._format("@", is_total=True))

    def _format(self, code: str, *, is_total: bool = False) -> Format:
        key = f"{code} total" if is_total else code
        if key not in self.formats:
            style = {"bold": True, "top": 1} if is_total else {}
            self.formats[key] = self.book.add_format({"num_format": code, **style})
        return self.formats[key]


def _number_format(decimals: int) -> str:
    return f"#,##0.{'0' * decimals}" if decimals > 0 else "#,##0"
