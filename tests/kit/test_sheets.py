"""Spreadsheet export: text stays text and numbers stay numbers, in every script."""

import csv
import datetime as dt
import io
import zipfile

import pytest
from python_calamine import CalamineWorkbook

from training.kit.sheets import Column, Value, to_csv, to_xlsx

COLUMNS = [Column("المبلغ", is_money=True), Column("Purpose"), Column("Day"), Column("Seats")]
DAY = dt.date(2026, 3, 31)
ROWS: list[list[Value]] = [[1_250_50, "ڕاهێنان، كركوك", DAY, 12], [-3_00, "=1+1", None, 0], [0, "0077", DAY, None]]


def test_csv_is_utf_8_with_byte_order_mark() -> None:
    written = to_csv(COLUMNS, ROWS)
    assert written.startswith(b"\xef\xbb\xbf")
    read = list(csv.reader(io.StringIO(written.decode("utf-8-sig"))))
    assert read == [
        ["المبلغ", "Purpose", "Day", "Seats"],
        ["1250.50", "ڕاهێنان، كركوك", "2026-03-31", "12"],
        ["-3.00", "'=1+1", "", "0"],
        ["0.00", "0077", "2026-03-31", ""],
    ]


@pytest.mark.parametrize(
    "text", ["=HYPERLINK(1)", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "\n=1", "＝1", "＋1", "－1", "＠A1", "  =1"]
)
def test_text_is_escaped_against_formulas(text: str) -> None:
    row = next(csv.reader(io.StringIO(to_csv([Column("A")], [[text]]).decode("utf-8-sig").split("\r\n", 1)[1])), [])
    assert not row or row[0].startswith("'")
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(to_xlsx("A", [Column("A")], [[text]]))).get_sheet_by_index(0)
    assert sheet.to_python()[1][0] == text


def test_xlsx_has_typed_numbers_and_dates() -> None:
    book = CalamineWorkbook.from_filelike(io.BytesIO(to_xlsx("Entries: [1/2]", COLUMNS, ROWS)))
    assert book.sheet_names == ["Entries 12"]
    assert book.get_sheet_by_index(0).to_python()[1] == [1250.5, "ڕاهێنان، كركوك", DAY, 12.0]


@pytest.mark.parametrize("right_to_left", [True, False])
def test_xlsx_has_the_direction_of_its_language(right_to_left: bool) -> None:
    written = to_xlsx("جدول", COLUMNS, ROWS, right_to_left=right_to_left)
    sheet = zipfile.ZipFile(io.BytesIO(written)).read("xl/worksheets/sheet1.xml").decode()
    assert ('rightToLeft="1"' in sheet) is right_to_left


SUMMED = [
    Column("Payee"),
    Column("Amount", is_money=True, is_summed=True),
    Column("Each", is_money=True),
    Column("Seats", is_summed=True),
]
PAID: list[list[Value]] = [["A", 1_000_10, 5_00, 12], ["B", -3_05, None, None], ["C", None, 7_00, 1]]


def sheet_of(written: bytes, part: str = "worksheets/sheet1") -> str:
    return zipfile.ZipFile(io.BytesIO(written)).read(f"xl/{part}.xml").decode()


def test_xlsx_ends_with_totals_that_follow_its_filters() -> None:
    written = to_xlsx("Claims", SUMMED, PAID, total="Total")
    read = CalamineWorkbook.from_filelike(io.BytesIO(written)).get_sheet_by_index(0).to_python()
    assert read[-1] == ["Total", 997.05, "", 13.0]
    assert "SUBTOTAL(109,B2:B4)" in sheet_of(written)
    assert '<autoFilter ref="A1:D4"' in sheet_of(written), "the totals are not among the rows that it filters"


def test_xlsx_amounts_are_in_pounds() -> None:
    written = to_xlsx("Claims", SUMMED, PAID, total="Total")
    assert "[$£-809]#,##0.00" in sheet_of(written, "styles")


def test_xlsx_without_amounts_or_rows_has_no_totals() -> None:
    for columns, rows in (([Column("Name"), Column("Rows", is_summed=True)], [["A", 1]]), (SUMMED, [])):
        written = to_xlsx("Files", columns, rows, total="Total")
        read = CalamineWorkbook.from_filelike(io.BytesIO(written)).get_sheet_by_index(0).to_python()
        assert len(read) == 1 + len(rows)
        assert "<autoFilter" in sheet_of(written)


def test_csv_has_no_totals() -> None:
    assert len(to_csv(SUMMED, PAID).splitlines()) == 1 + len(PAID)
