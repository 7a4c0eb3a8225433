"""Workbooks that hide something, in the present format and in the old one."""

import io
from collections.abc import Sequence

import xlsxwriter
import xlwt

OLD_SHEET, SHEET = "old", "current"


def hiding(lines: Sequence[str], *, row: int, column: int) -> bytes:
    """Return a workbook of comma-separated ``lines`` that hides a row, a column, counted from 0, and another sheet."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        old, sheet = book.add_worksheet(OLD_SHEET), book.add_worksheet(SHEET)
        sheet.activate()
        sheet.set_first_sheet()
        old.hide()
        for number, line in enumerate(lines):
            old.write_row(number, 0, line.split(","))
            sheet.write_row(number, 0, line.split(","))
        sheet.set_row(row, None, None, {"hidden": True})
        sheet.set_column(column, column, None, None, {"hidden": True})
    return file.getvalue()


def hiding_old(lines: Sequence[str], *, row: int, column: int) -> bytes:
    """Return such a workbook in the old binary format."""
    book, file = xlwt.Workbook(), io.BytesIO()
    old, sheet = book.add_sheet(OLD_SHEET), book.add_sheet(SHEET)
    old.visibility = 1
    for number, line in enumerate(lines):
        for place, text in enumerate(line.split(",")):
            old.write(number, place, text)
            sheet.write(number, place, text)
    sheet.row(row).hidden = True
    sheet.col(column).hidden = True
    book.save(file)
    return file.getvalue()
