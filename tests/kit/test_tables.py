"""Reading uploaded tables: encodings, separators, workbooks and invalid files."""

import datetime as dt
import io
import tracemalloc
import zipfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

import pytest
import xlsxwriter
import xlwt

from training.kit import tables
from training.kit.dates import parse_day, parse_month
from training.kit.tables import Problem, Row, Table, TableError

ARABIC = [["التاريخ", "المبلغ", "المورد"], ["2026-10-01", "١٬٢٥٠٫٥", "مكتب أحمد"]]


def read(content: bytes) -> Table:
    return tables.read(io.BytesIO(content))


def problem(content: bytes) -> Problem:
    with pytest.raises(TableError) as refused:
        read(content)
    return refused.value.problem


def workbook(fill: Callable[[xlsxwriter.Workbook, xlsxwriter.worksheet.Worksheet], object]) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        fill(book, book.add_worksheet())
    return file.getvalue()


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_csv_of_every_encoding_and_separator_is_read(encoding: str, separator: str) -> None:
    table = read("\r\n".join(separator.join(row) for row in ARABIC).encode(encoding))
    assert [table.headings, table.rows[0].cells] == ARABIC


def test_legacy_arabic_encoding_is_read() -> None:
    table = read("المورد;المبلغ\nمكتب أحمد;12\n".encode("windows-1256"))
    assert table.headings == ["المورد", "المبلغ"]
    assert table.rows[0].cells == ["مكتب أحمد", "12"]


def test_legacy_western_encoding_is_read() -> None:
    assert read("Supplier;Amount\nCafé Zoë;£12\n".encode("windows-1252")).rows[0].cells == ["Café Zoë", "£12"]


def test_rows_keep_their_numbers() -> None:
    table = read(b'\n\na,b\n\n1,"x\ny"\n,,\n2,z\n')
    assert table.headings == ["a", "b"]
    assert table.rows == [Row(5, ["1", "x y"]), Row(7, ["2", "z"])]


def test_table_survives_serialisation() -> None:
    table = read(b"a,b\n1,2\n")
    assert Table.from_json(table.to_json()) == table


def test_short_row_has_empty_cells() -> None:
    row = Row(1, ["a"])
    assert [row.cell(0), row.cell(1), row.cell(None)] == ["a", "", ""]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", Problem.EMPTY),
        (b" \n\n", Problem.EMPTY),
        (b"Date,Amount\n", Problem.EMPTY),
        (b"\n <!DOCTYPE html><html><table><tr><td>Date</td></tr></table>", Problem.WEB_PAGE),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), Problem.UNREADABLE),
        (b"\x81\x8d\x8f,a\n1,2\n", Problem.UNREADABLE),
        (b"PK\x03\x04 no archive", Problem.UNREADABLE),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 5000, Problem.UNREADABLE),
        (b"a,b\n" + b"1,2\n" * (tables.MOST_ROWS + 1), Problem.TOO_MANY_ROWS),
        (b",".join([b"x"] * (tables.MOST_COLUMNS + 1)) + b"\n1\n", Problem.TOO_MANY_COLUMNS),
        (b"a\n" * (tables.LARGEST // 2 + 1), Problem.TOO_LARGE),
        (b'a,b\n"' + b"x" * 200_000, Problem.QUOTATION),
        (b"a,b\n" + b"x" * 200_000, Problem.UNREADABLE),
    ],
    ids=lambda value: value if isinstance(value, Problem) else "",
)
def test_unreadable_file_is_refused_with_the_problem(content: bytes, expected: Problem) -> None:
    assert problem(content) is expected


def test_row_limit_is_accepted_exactly() -> None:
    assert len(read(b"a,b\n" + b"1,2\n" * tables.MOST_ROWS).rows) == tables.MOST_ROWS


MEGABYTES_9 = 9 * 1024 * 1024
FLOODS = {
    "blank lines": (b"a,b\n" + b"\n" * MEGABYTES_9, Problem.TOO_MANY_LINES),
    "blank lines of an old Macintosh": (b"a,b\r" + b"\r" * MEGABYTES_9, Problem.TOO_MANY_LINES),
    "blank lines in UTF-16": (b"\xff\xfea\0" + b"\n\0" * (MEGABYTES_9 // 2), Problem.TOO_MANY_LINES),
    "blank cells in a line": (b"a,b\n" + b"," * MEGABYTES_9, Problem.TOO_MANY_COLUMNS),
    "one cell": (b"a,b\n" + b"x" * MEGABYTES_9, Problem.CELL_TOO_LONG),
    "one cell of spaces": (b"a,b\n" + b" " * MEGABYTES_9, Problem.CELL_TOO_LONG),
    "one cell in quotation marks": (b'a,b\n1,"' + b"x\n" * 20_000 + b'"\n', Problem.CELL_TOO_LONG),
    "columns": (b",".join([b"a"] * 5_000) + b"\n" + b"1," * 5_000, Problem.TOO_MANY_COLUMNS),
    "small cells": (b"a,b\n" + (b",".join([b"12"] * 100) + b"\n") * 10_000, Problem.TOO_MANY_CELLS),
}


@pytest.mark.parametrize("kind", FLOODS)
def test_flood_is_refused_early_with_little_memory(kind: str) -> None:
    """Besides the bytes themselves and once their text, at most 40 MB."""
    content, expected = FLOODS[kind]
    tracemalloc.start()
    try:
        assert problem(content) is expected
        assert tracemalloc.get_traced_memory()[1] < 2 * len(content) + 40_000_000
    finally:
        tracemalloc.stop()


def test_blank_cells_cost_little_memory() -> None:
    """Some spreadsheets save rows of separators down to the last that ever had a format."""
    content = b"a,b\n1,2\n" + b",,,,,,,,,,,,,,,,,,,\n" * 100_000
    tracemalloc.start()
    try:
        assert read(content).rows == [Row(2, ["1", "2"])]
        assert tracemalloc.get_traced_memory()[1] < 3 * len(content)
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ([["a"], ["x" * 32_768]], Problem.CELL_TOO_LONG),
        ([["a"], ["b"] * 101], Problem.TOO_MANY_COLUMNS),
        ([["a"], *[["12"] * 100] * 11], Problem.TOO_MANY_CELLS),
    ],
    ids=["one cell", "columns", "small cells"],
)
def test_flood_in_a_workbook_is_refused(
    cells: list[list[str]], expected: Problem, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the process that reads it, before it hands anything over."""
    monkeypatch.setattr(tables, "MOST_CELLS", 1_000)
    assert problem(open_document(cells)) is expected


def test_workbook_cells_are_read_as_text() -> None:
    def fill(book: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet) -> None:
        sheet.write_row(2, 1, ["Date", "Amount", "Supplier", "Sum"])
        sheet.write_number(3, 1, 44166.55, book.add_format({"num_format": "d/m/yy"}))  # 1 December 2020, 13:12
        sheet.write_row(3, 2, [5000, "مكتب أحمد"])
        sheet.write_formula(3, 4, "=0.1+0.2", None, 0.1 + 0.2)
        sheet.write_row(5, 1, ["1/12/2020", 3240.97, "=HYPERLINK()"])

    table = read(workbook(fill))
    assert table.headings == ["", "Date", "Amount", "Supplier", "Sum"]
    assert table.rows == [
        Row(4, ["", "2020-12-01", "5000", "مكتب أحمد", "0.3"]),
        Row(6, ["", "1/12/2020", "3240.97", "0"]),
    ]


def test_empty_workbook_is_refused() -> None:
    assert problem(workbook(lambda _book, _sheet: None)) is Problem.EMPTY


def test_workbook_with_too_many_rows_is_refused() -> None:
    content = workbook(lambda _book, sheet: sheet.write_column(0, 0, range(tables.MOST_ROWS + 2)))
    assert problem(content) is Problem.TOO_MANY_ROWS


@pytest.mark.parametrize("byte", [0, 1, 127, 255])
def test_workbook_with_any_damaged_byte_in_its_directory_is_read_or_unreadable(byte: int) -> None:
    """Also one that says it needs a later version of the archive format: Python has no error of its own for that."""
    whole = workbook(lambda _book, sheet: sheet.write_column(0, 0, ["name", "Ali Hassan"]))
    for place in range(whole.index(b"PK\x01\x02"), len(whole)):
        damaged = whole[:place] + bytes([byte]) + whole[place + 1 :]
        with suppress(TableError):
            tables._check_unpacked(damaged)


def test_decompression_bomb_is_refused() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * 150_000_000)
    assert len(file.getvalue()) < 1_000_000
    assert problem(file.getvalue()) is Problem.TOO_LARGE


def test_huge_sparse_sheet_is_refused() -> None:
    def fill(_book: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet) -> None:
        sheet.write(0, 0, "a")
        sheet.write(1_048_575, 16_383, "b")

    assert problem(workbook(fill)) is Problem.TOO_LARGE


@pytest.mark.parametrize(
    "text",
    [
        "2020-12-01", "2020-12-01 09:30:00", "1/12/2020", "01.12.20", "1-12-2020", "1 Dec 2020", "01-Dec-20",
        "1 December 2020", "١/١٢/٢٠٢٠", "\u200f1/12/2020",
    ],
)  # fmt: skip
def test_dates_are_parsed(text: str) -> None:
    assert parse_day(text) == dt.date(2020, 12, 1)


@pytest.mark.parametrize(
    "text", ["", "12/31/2020", "31/2/2020", "2020", "tomorrow", "1 Abc 2020", "44166", "0000-01-01"]
)
def test_invalid_date_is_rejected(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        parse_day(text)


@pytest.mark.parametrize("text", ["2026-04", "4/2026", "1/4/2026", "2026-04-17", "Apr 2026", "Apr-26", "٢٠٢٦-٠٤"])
def test_months_are_parsed(text: str) -> None:
    assert parse_month(text) == dt.date(2026, 4, 1)


def test_formula_gives_its_value_or_is_refused_without_one() -> None:
    assert read(workbook(lambda _, sheet: _formulas(sheet, "ab"))).rows == [Row(2, ["ab"])]
    assert problem(workbook(lambda _, sheet: _formulas(sheet, ""))) is Problem.UNCALCULATED


def test_workbook_with_several_filled_sheets_is_refused() -> None:
    def fill(book: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet) -> None:
        sheet.write_column(0, 0, ["Name", "one"])
        book.add_worksheet("Empty")
        if others:
            book.add_worksheet("More").write_column(0, 0, ["Name", "two"])

    others = False
    assert read(workbook(fill)).rows == [Row(2, ["one"])]
    others = True
    assert problem(workbook(fill)) is Problem.SEVERAL_SHEETS


def _formulas(sheet: xlsxwriter.worksheet.Worksheet, value: str) -> None:
    sheet.write(0, 0, "Name")
    sheet.write_formula(1, 0, '="a"&"b"', None, value)


def test_blank_rows_are_skipped() -> None:
    def blank(book: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet) -> None:
        sheet.write(0, 0, "Name")
        sheet.write(1, 0, "Ahmed")
        for row in range(2, 100_000):
            sheet.write_blank(row, 0, None, book.add_format() if row == 2 else book.formats[-1])

    def far(_: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet) -> None:
        sheet.write(0, 0, "Name")
        sheet.write(1_000_000, 0, "Ahmed")

    assert read(workbook(blank)).rows == [Row(2, ["Ahmed"])]
    assert problem(workbook(far)) is Problem.TOO_MANY_ROWS
    assert read(b"Name\nAhmed\n" + b"\n" * 1_000_000).rows == [Row(2, ["Ahmed"])]


def test_xls_and_ods_are_read() -> None:
    old = old_workbook(lambda sheet: [sheet.write(place, 0, text) for place, text in enumerate(("الاسم", "أحمد"))])
    assert read(old) == replace(read(old), headings=["الاسم"], rows=[Row(2, ["أحمد"])])
    assert read(open_document([["ناو", "پلە"], ["ئەحمەد", "نەقیب"]])).rows == [Row(2, ["ئەحمەد", "نەقیب"])]


def old_workbook(fill: Callable[[xlwt.Worksheet], object]) -> bytes:
    """Return an XLS file of one sheet."""
    book, file = xlwt.Workbook(), io.BytesIO()
    fill(book.add_sheet("names"))
    book.save(file)
    return file.getvalue()


def test_rows_that_an_old_workbook_hides_by_default_are_marked() -> None:
    def fill(sheet: xlwt.Worksheet) -> None:
        for place, text in enumerate(("Name", "Ahmed", "Karrar")):
            sheet.write(place, 0, text)
            sheet.row(place).hidden = place == 2
        sheet.row_default_hidden = 1

    assert [str(row.mark) for row in read(old_workbook(fill)).rows] == ["", "hidden"]


def test_zeros_that_an_old_workbook_shows_are_kept() -> None:
    def fill(sheet: xlwt.Worksheet) -> None:
        sheet.write(0, 0, "Service number")
        sheet.write(1, 0, 417, xlwt.easyxf(num_format_str="000000"))
        sheet.write(2, 0, 417)

    assert [row.cells for row in read(old_workbook(fill)).rows] == [["000417"], ["417"]]


def test_workbook_of_which_is_unknown_what_it_hides_is_refused() -> None:
    whole = old_workbook(lambda sheet: [sheet.write(place, 0, text) for place, text in enumerate(("Name", "Ahmed"))])
    assert read(whole).rows == [Row(2, ["Ahmed"])]
    style = whole.index(b"\x93\x02\x04\x00") + 4  # the values can be read without it, the look cannot
    assert problem(whole[:style] + b"\xff" * 4 + whole[style + 4 :]) is Problem.LOOK_UNKNOWN


def open_document(rows: list[list[str]]) -> bytes:
    """Return an ODS file of one sheet."""
    cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    cells = "".join(f"<table:table-row>{''.join(map(cell.format, row))}</table:table-row>" for row in rows)
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    content = (
        f'<?xml version="1.0"?><office:document-content {spaces} office:version="1.2"><office:body><office:spreadsheet>'
        f'<table:table table:name="names">{cells}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
    return file.getvalue()


def test_unread_sheets_are_listed_and_one_can_be_picked() -> None:
    def fill(book: xlsxwriter.Workbook, cover: xlsxwriter.worksheet.Worksheet) -> None:
        cover.write_row(0, 0, ["Ministry"])
        book.add_worksheet("Empty")
        for name, rows in (("Baghdad", 3), ("Erbil", 12)):
            sheet = book.add_worksheet(name)
            for number in range(rows):
                sheet.write_row(number * 2, 0, ["Name", f"{name} {number}"])

    content = workbook(fill)
    asked: list[tables.Sheet] = []
    table = tables.read(io.BytesIO(content), lambda sheets: asked.extend(sheets) or 2)  # type: ignore[func-returns-value]
    assert [(one.name, one.rows, len(one.beginning)) for one in asked] == [
        ("Sheet1", 1, 1),
        ("Baghdad", 3, 3),
        ("Erbil", 12, 12),
    ]
    assert (table.sheet, table.unread) == ("Erbil", [("Sheet1", 1, False), ("Baghdad", 3, False)])
    assert [row.cells[1] for row in table.rows] == [f"Erbil {number}" for number in range(1, 12)]
    assert Table.from_json(table.to_json()) == table


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b'Name,Rank\nAhmed,Major\n"Ali Test,Major\nNext Name,Captain\n', 3),
        (b'Name,Rank\n"Ali\nTest",Major\n"Abu Hassan" Karim,Captain\n', 4),
        (b'Name,Rank\n"Ali "" Test,Major\nNext Name,Captain\n', 2),
    ],
)
def test_stray_quotation_mark_is_refused_with_its_line(content: bytes, line: int) -> None:
    with pytest.raises(TableError) as refused:
        read(content)
    assert (refused.value.problem, refused.value.line) == (Problem.QUOTATION, line)


def test_balanced_quotation_marks_are_read() -> None:
    content = b'Name,Rank\n"Ali, ""Abu Hassan"" Test","Major\nGeneral"\nKarim "the tall",Captain\n'
    assert [row.cells for row in read(content).rows] == [
        ['Ali, "Abu Hassan" Test', "Major General"],
        ['Karim "the tall"', "Captain"],
    ]
