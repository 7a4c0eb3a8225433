"""Spend files as banks, departments and finance systems write them: which columns, days and amounts are read."""

import datetime as dt
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
import xlsxwriter
from flask import Flask

from tests.domain.finance.test_spend_uploads import kept
from tests.support.world import World
from training.domain.common import table_import
from training.domain.finance import spend_columns, spend_uploads
from training.domain.finance.spend_columns import SpendColumns, Writing
from training.kit.db import transaction
from training.models.finance.ledger import Commitment
from training.models.finance.spend_uploads import RowOutcome, SpendFault, SpendRow

ON = dt.date(2026, 11, 24)
DAY = dt.date(2026, 10, 3)


@dataclass
class Office:
    """A programme with one commitment, and the reading of files by their guessed columns."""

    world: World
    folder: Path
    commitment: Commitment

    def rows(self, file: str | bytes, reading: Writing | None = None) -> Sequence[SpendRow]:
        with transaction():
            content = io.BytesIO(file.encode() if isinstance(file, str) else file)
            batch = spend_uploads.read(content, self.folder, self.world.programme(), self.world.actor("uk"))
        with transaction():
            table = spend_uploads.table_of(batch, self.folder)
            places = spend_columns.guess(table.headings)
            judged = reading or Writing(spend_columns.order_of(table, places["date"]))
            spend_uploads.preview(batch, table, SpendColumns(**places), self.commitment, ON, judged)
        return kept(batch)


@pytest.fixture
def reader(sqlite_app: Flask, tmp_path: Path) -> Office:
    with sqlite_app.app_context():
        world = World(sqlite_app)
        return Office(world, tmp_path, world.commitment(world.line(9_000_00), 9_000_00))


@pytest.fixture(autouse=True)
def _context(sqlite_app: Flask) -> object:
    with sqlite_app.app_context():
        yield


def guessed(*headings: str) -> Mapping[str, str]:
    return {part: headings[place] for part, place in spend_columns.guess(headings).items()}


def test_debit_and_credit_are_a_payment_and_money_back(reader: Office) -> None:
    paid, back = reader.rows(
        "Transaction Date,Details,Debit,Credit,Balance\n"
        '01/10/2026,SAMPLE HOTEL,"1,250.00",,9000.00\n02/10/2026,SAMPLE HOTEL,,250.00,9250.00\n'
    )
    assert (paid.outcome, paid.amount, paid.payee) == (RowOutcome.NEW, 1_250_00, "SAMPLE HOTEL")
    assert (back.outcome, back.fault, back.amount, back.cell) == (
        RowOutcome.FAULTY,
        SpendFault.NOT_POSITIVE,
        -250_00,
        "250.00",
    )


@pytest.mark.parametrize(
    ("debit", "credit", "expected"),
    [
        ("0.00", "250.00", -250_00),
        ("-", "250.00", -250_00),
        ("250.00", "-", 250_00),
        ("250.00", "0", 250_00),
        ("", "-250.00", -250_00),
        ("-250.00", "", -250_00),
        ("10", "20", SpendFault.TWO_AMOUNTS),
        ("", "", SpendFault.AMOUNT_UNREADABLE),
        ("0", "0", SpendFault.NOT_POSITIVE),
    ],
)
def test_one_of_two_amounts_counts(reader: Office, debit: str, credit: str, expected: object) -> None:
    [row] = reader.rows(f"Date,Supplier,Paid out,Paid in\n03/10/2026,A,{debit},{credit}\n")
    assert expected in (row.amount, row.fault)


def test_column_says_which_amounts_came_back(reader: Office) -> None:
    paid, back = reader.rows("Date,Supplier,Amount,Dr/Cr\n03/10/2026,A,5,DR\n03/10/2026,A,5,CR\n")
    assert (paid.amount, back.amount) == (5_00, -5_00)


def test_payments_with_a_minus_are_payments_if_somebody_says_so(reader: Office) -> None:
    file = "Date,Counter Party,Amount (GBP)\n13/10/2026,A,-12.50\n14/10/2026,B,-1\n15/10/2026,Employer,500\n"
    assert [row.amount for row in reader.rows(file)] == [-12_50, -1_00, 500_00]
    assert [row.amount for row in reader.rows(file, Writing(is_turned=True))] == [12_50, 1_00, -500_00]


def test_credit_notes_among_invoices_are_money_back(reader: Office) -> None:
    paid, back = reader.rows(
        "Date,Supplier,Amount,Document Type\n'03/10/2026,A,5,Invoice\n03/10/2026,A,5,Credit Note\n"
    )
    assert (paid.paid_on, paid.amount, back.amount) == (DAY, 5_00, -5_00)


def test_amounts_carry_their_marks(reader: Office) -> None:
    rows = reader.rows(
        "Date,Supplier,Amount\n03/10/2026,Sample A,GBP 300.00\n03/10/2026,Sample B,250.00 DR\n"
        "03/10/2026,Sample C,250.00 CR\n03/10/2026,Sample D,£(250.00)\n03/10/2026,Sample E,1250.500\n"
        "03/10/2026,Sample F,Â£40.00\n03/10/2026,Sample G,IQD 250000\n"
    )
    assert [row.amount for row in rows] == [300_00, 250_00, -250_00, -250_00, 1250_50, 40_00, None]
    faults = [None, None, SpendFault.NOT_POSITIVE, SpendFault.NOT_POSITIVE, None, None, SpendFault.OTHER_CURRENCY]
    assert [row.fault for row in rows] == faults


def test_days_are_read_in_every_form(reader: Office) -> None:
    rows = reader.rows(
        "Date,Supplier,Amount\n03/Oct/2026,Sample A,1.00\n20261003,Sample B,2.00\n46298,Sample C,3.00\n"
        "3 تشرين الأول 2026,Sample D,4.00\n3rd October 2026,Sample E,5.00\n"
    )
    assert [row.paid_on for row in rows] == [DAY] * 5
    asked = [row.number for row in rows if row.fault]
    assert asked == [4]
    assert (rows[2].fault, rows[2].cell, rows[2].outcome) == (SpendFault.DATE_NUMBER, "46298", RowOutcome.FAULTY)


def test_order_of_day_and_month_is_that_of_the_column(reader: Office) -> None:
    american = reader.rows("Date,Supplier,Amount\n10/03/2026,A,1\n10/31/2026,B,2\n")
    assert [row.paid_on for row in american] == [DAY, dt.date(2026, 10, 31)]
    british = reader.rows("Date,Supplier,Amount\n03/10/2026,A,1\n31/10/2026,B,2\n")
    assert [row.paid_on for row in british] == [DAY, dt.date(2026, 10, 31)]


def test_day_that_may_be_either_is_asked_about_where_both_orders_occur(reader: Office) -> None:
    rows = reader.rows("Date,Supplier,Amount\n03/10/2026,A,1\n10/31/2026,B,2\n31/10/2026,C,3\n10/10/2026,D,4\n")
    assert [row.fault for row in rows] == [SpendFault.DATE_AMBIGUOUS, None, None, None]


def test_year_of_another_calendar_is_named(reader: Office) -> None:
    [row] = reader.rows("Date,Supplier,Amount\n1448-04-20,A,1\n")
    assert (row.fault, row.paid_on) == (SpendFault.OTHER_CALENDAR, None)


def test_titles_above_and_totals_below_are_no_payments(reader: Office) -> None:
    rows = reader.rows(
        "Sample agency spend over 500,,,\nOctober 2026,,,\n,,,\nDate,Supplier,Amount,Description\n"
        "01/10/2026,Sample Rooms Ltd,100.00,Room\n,Total,100.00,\n"
    )
    assert [(row.outcome, row.fault) for row in rows] == [
        (RowOutcome.NEW, None),
        (RowOutcome.FAULTY, SpendFault.NO_PAYMENT),
    ]
    assert rows[0].purpose == "Room"


def test_payee_called_total_is_paid(reader: Office) -> None:
    rows = reader.rows(
        "Date,Amount,Supplier,supplier_clean,supplier_fuzzy\n03/10/2026,5,TOTAL SOLUTIONS LTD,total,total\n"
        "04/10/2026,6,Manager Hotel,manager hotel,manager hotel\n05/10/2026,7,Another,another,another\n"
    )
    assert [row.outcome for row in rows] == [RowOutcome.NEW] * 3


def test_row_that_the_sheet_hides_is_asked_about(reader: Office) -> None:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet()
        for number, cells in enumerate(
            (("Date", "Supplier", "Amount"), ("2026-10-03", "A", 5), ("2026-10-03", "B", 6))
        ):
            sheet.write_row(number, 0, cells)
        sheet.set_row(2, options={"hidden": True})
    rows = reader.rows(file.getvalue())
    assert [(row.fault, row.amount) for row in rows] == [(None, 5_00), (SpendFault.HIDDEN_ROW, 6_00)]


def test_line_that_names_the_separator_is_no_heading(reader: Office) -> None:
    [row] = reader.rows("sep=;\nDate;Supplier;Amount\n01/10/2026;Sample Rooms Ltd;100.50\n")
    assert (row.amount, row.payee) == (100_50, "Sample Rooms Ltd")


def test_headings_with_underscores_are_known() -> None:
    assert guessed("Payment_Date", "supplier_name", "AmountPaid", "expense-type") == {
        "date": "Payment_Date",
        "payee": "supplier_name",
        "amount": "AmountPaid",
        "purpose": "expense-type",
    }


def test_description_is_the_purpose_before_the_type_of_expense() -> None:
    found = guessed("Date", "Expense Type", "Expense Area", "Supplier", "Description", "Total", "Amount")
    assert (found["purpose"], found["amount"]) == ("Description", "Amount")


def test_commitment_is_found_although_the_day_is_outside(reader: Office) -> None:
    [row] = reader.rows("Date,Supplier,Amount\n2020-12-01,Amazon,988.71\n")
    assert (row.fault, row.commitment_id) == (SpendFault.OUTSIDE_PROGRAMME, reader.commitment.id)


def test_format_is_recognised_below_a_title() -> None:
    table = table_import.find_table(io.BytesIO(b"A title\nDate,Payee,Debit\n1/10/2026,A,5\n"), spend_columns.FORMAT)
    assert (table.headings, table.headings_in) == (["Date", "Payee", "Debit"], 2)
