"""The one reader of uploaded files: headings, marks of rows, columns in pieces, and years of other calendars."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter

from tests.support import workbooks
from training.domain.admissions.column_mapping import FORMAT as NAMES
from training.domain.admissions.vetting_uploads import FORMAT as CLEARANCES
from training.domain.common.table_columns import TableFormat, joined
from training.domain.common.table_import import find_table
from training.domain.finance.rates import FORMAT as RATES
from training.domain.finance.spend_uploads import FORMAT as PAYMENTS
from training.kit.dates import OtherCalendarError, parse_day, parse_month
from training.kit.tables import Table

CASES = Path(__file__).parents[2] / "data" / "field_cases"


def read(kind: TableFormat, *lines: str) -> Table:
    return find_table(io.BytesIO("\n".join(lines).encode()), kind)


def marks(table: Table) -> list[str]:
    return [str(row.mark) for row in table.rows]


LINES = {
    PAYMENTS: ("Date,Supplier,Amount,Description", "01/10/2026,Sample Rooms Ltd,100.50,Room"),
    NAMES: ("Name,Rank,Unit,Sex", "Tahsin Maan Dawud,Captain,Third,male"),
    RATES: ("currency,month,rate,source", "USD,2026-10,1.27,HMRC"),
    CLEARANCES: (
        "Nomination,Outcome,Authority,Decided on,Valid until,Reference",
        "abcdefghjkmn,cleared,Sample authority,01/10/2026,01/10/2027,R 1",
    ),
}
KINDS = pytest.mark.parametrize("kind", LINES, ids=["payments", "names", "rates", "clearances"])


@KINDS
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_title_lines_and_separators_are_understood_in_every_kind_of_file(kind: TableFormat, separator: str) -> None:
    headings, data = (line.replace(",", separator) for line in LINES[kind])
    expected = [LINES[kind][0].split(","), LINES[kind][1].split(",")]
    for above in (
        (),
        (f"sep={separator}",),
        ("Ministry, Directorate, Branch, Office", "", "October 2026"),
        (f'"sep={separator}"',),
    ):
        table = read(kind, *above, headings, data)
        assert [table.headings, table.rows[0].cells] == expected, above


@KINDS
def test_repeated_headings_and_totals_are_marked_in_every_kind_of_file(kind: TableFormat) -> None:
    headings, data = LINES[kind]
    table = read(kind, headings, data, headings, data, "Total,,300.00")
    assert marks(table) == ["", "heading", "", "total"]


@KINDS
@pytest.mark.parametrize("hiding", [workbooks.hiding, workbooks.hiding_old], ids=["xlsx", "xls"])
def test_hidden_rows_columns_and_sheets_are_known_in_every_kind_of_file(
    kind: TableFormat, hiding: Callable[..., bytes]
) -> None:
    headings, data = LINES[kind]
    table = find_table(io.BytesIO(hiding([headings, data, data], row=2, column=3)), kind)
    assert (table.sheet, table.unread, table.hidden) == ("current", [("old", 3, True)], [3])
    assert marks(table) == ["", "hidden"]


def test_files_of_payments_of_the_field_cases_are_read() -> None:
    for name, headings in (("11-spend-sep-line", 2), ("12-spend-title-above", 4)):
        with (CASES / f"{name}.csv").open("rb") as stream:
            table = find_table(stream, PAYMENTS)
        assert (table.headings_in, table.headings[:3]) == (headings, ["Date", "Supplier", "Amount"])
        assert len(table.rows) == 1


@pytest.mark.parametrize(
    ("line", "mark"),
    [
        ("المجموع,,", "total"), ("المجموع الكلي: 25 مرشحاً,,", "total"), ("Grand total,,25", "total"),
        (",عدد المرشحين,12", "total"), ("Total nominees: 2,,", "total"), ("کۆی گشتی,,2", "total"),
        ("مدير الدائرة,,", "signature"), ("التوقيع,,", "signature"), ("Signature: ,,", "signature"),
        ("Approved by the director,,", "signature"), ("بەڕێوەبەری گشتی,,", "signature"), ("واژوو,,", "signature"),
        (",نسخة منه الى,", "signature"), ("الاسم,الرتبة,الوحدة", "heading"), ("Name,Rank,Unit", "heading"),
        ("سنان فارس ادريس,رائد,الفوج", ""), ("مديحة رئيس حسن,رائد,الفوج", ""), ("Total Sattar Nuaman,Major,X", ""),
    ],
)  # fmt: skip
def test_lines_that_are_no_people_are_marked(line: str, mark: str) -> None:
    people = ["تحسين معن داود,نقيب,الفوج الثالث", "كرار ستار نعمان,رائد,الفوج الثالث"]
    assert marks(read(NAMES, "الاسم,الرتبة,الوحدة", *people, line))[-1] == mark


def test_name_of_the_signatory_below_the_signature_is_no_person() -> None:
    people = ["1,تحسين معن داود,نقيب,الفوج", "2,كرار ستار نعمان,رائد,الفوج"]
    table = read(NAMES, "ت,الاسم,الرتبة,الوحدة", *people, ",مدير الدائرة,,", ",سنان فارس,,")
    assert marks(table) == ["", "", "signature", "signature"]


def test_supplier_called_total_is_a_payment() -> None:
    table = read(PAYMENTS, "Supplier,Date,Amount", "TOTAL,01/10/2026,45.00", "Total,,45.00")
    assert marks(table) == ["", "total"]


def test_headings_of_three_lines_are_joined() -> None:
    lines = (
        "كشف المرشحين,,,,", "ت,البيانات الشخصية,,,", ",الاسم,,الرتبة,الارقام", ",بالعربية,بالإنجليزية,,الرقم الوظيفي",
        "1,تحسين معن داود,Tahsin Maan Dawud,نقيب,X-201",
    )  # fmt: skip
    table = read(NAMES, *lines)
    places = NAMES.guess_joined(table.headings)
    assert places == {"name_native": [1], "name_latin": [2], "rank": [3], "service_number": [4]}
    assert len(table.rows) == 1


@pytest.mark.parametrize(
    ("headings", "places"),
    [
        ("ت,الاسم,اسم الأب,اسم الجد,اللقب,الرتبة", {"name_native": [1, 2, 3, 4], "rank": [5]}),
        ("First name,Father's name,Grandfather,Family name,Rank", {"name_latin": [0, 1, 2, 3], "rank": [4]}),
        ("Surname,First_name,FatherName", {"name_latin": [1, 2, 0]}),
        ("ناو,ناوی باوک,ناوی باپیر,نازناو", {"name_native": [0, 1, 2, 3]}),
        ("الاسم الثلاثي,اللقب,الرتبة", {"name_native": [0, 1], "rank": [2]}),
        ("Name / الاسم الكامل,Rank / الرتبة", {"rank": [1]}),
        ("First name,Rank", {"rank": [1]}),
    ],
)
def test_pieces_of_a_name_are_recognised_by_their_headings(headings: str, places: dict[str, list[int]]) -> None:
    assert NAMES.guess_joined(headings.split(",")) == places


def test_family_name_that_the_whole_name_has_is_not_joined_twice() -> None:
    assert joined(["Karrar Sattar Nuaman Al-Jubouri", "Al-Jubouri"]) == "Karrar Sattar Nuaman Al-Jubouri"
    assert joined(["أحمد", "أحمد", "", "علي"]) == "أحمد أحمد علي"


@pytest.mark.parametrize(
    "day",
    [
        "1448/05/20", "10/06/1448", "٢٠/٥/١٤٤٨", "20/05/1448 هـ", "20-5-48هـ", "1448-05-20 AH", "03/10/2569",
        "1/1/2726", "1 Muharram 1448", "12/07/1405 ه.ش",
    ],
)  # fmt: skip
def test_year_of_another_calendar_is_never_a_day(day: str) -> None:
    for parse in (parse_day, parse_month):
        with pytest.raises(OtherCalendarError):
            parse(day)


def test_letters_of_our_own_era_are_read() -> None:
    assert str(parse_day("20/05/2026م")) == str(parse_day("٢٠/٥/٢٠٢٦ ميلادي")) == "2026-05-20"


def test_numbers_are_read_as_shown_and_merged_cells_are_told() -> None:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["Unit", "Name", "Service number", "Phone"])
        for row, (name, number) in enumerate((("Tahsin Maan Dawud", 417), ("Rafid Amer Habib", 23)), start=1):
            sheet.write(row, 1, name)
            sheet.write_number(row, 2, number, book.add_format({"num_format": "000-000"}))
            sheet.write_number(row, 3, 7701230001, book.add_format({"num_format": "[$-409]0000 000 0000;@"}))
        sheet.merge_range(1, 0, 2, 0, "Third Regiment")
    file.seek(0)
    rows = find_table(file, NAMES).rows
    assert [row.cells for row in rows] == [
        ["Third Regiment", "Tahsin Maan Dawud", "000-417", "0770 123 0001"],
        ["Third Regiment", "Rafid Amer Habib", "000-023", "0770 123 0001"],
    ]
    assert [list(row.filled) for row in rows] == [[], [0]]


@pytest.mark.parametrize("encoding", ["windows-1252", "windows-1256"])
def test_letters_of_a_wrong_encoding_are_put_right(encoding: str) -> None:
    mangled = "".join(
        bytes([byte]).decode(encoding, errors="ignore") or chr(byte) for byte in "تحسين معن داود".encode()
    )
    assert read(NAMES, "Name,Rank", f"{mangled},Captain").rows[0].cells == ["تحسين معن داود", "Captain"]


def test_presentation_forms_are_stored_as_letters() -> None:
    assert read(NAMES, "Name,Rank", "\ufedb\ufeae\ufe8d\ufead,Captain").rows[0].cells[0] == "كرار"
