"""The columns of spend files: their headings, and how days and amounts are read."""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import NamedTuple

from training.domain.common.table_columns import Cells, Faulty, TableColumn, TableFormat, cleaned, text
from training.kit import tables
from training.kit.dates import DayOrder, OtherCalendarError, ambiguous_day, day_order, parse_day, serial_day
from training.kit.money import OtherMoneyError, parse_statement, western_digits
from training.kit.names import fold
from training.models.finance.spend_uploads import SpendFault

_LONGEST_PAYEE, _LONGEST_PURPOSE = 200, 300


class SpendColumns(NamedTuple):
    """Column indices from 0; None for a missing column."""

    date: int
    amount: int
    payee: int
    purpose: int | None = None
    commitment: int | None = None
    credit: int | None = None
    direction: int | None = None
    nth: int | None = None


def _pence(written: str) -> int:
    """Parse the amount; money back is negative."""
    try:
        return parse_statement(cleaned(written).lstrip("'"))
    except OtherMoneyError as other:
        raise Faulty(SpendFault.OTHER_CURRENCY) from other


def _cleaned(parse: Callable[[str], str]) -> Callable[[str], str]:
    """Return a parser of text as our own files write it: faulty rows that were given back come again."""
    return lambda written: parse(cleaned(written))


_DIRECTIONS = {
    "dr": 1, "d": 1, "debit": 1, "payment": 1, "out": 1, "مدين": 1, "سحب": 1, "خەرجی": 1,
    "cr": -1, "c": -1, "credit": -1, "refund": -1, "in": -1, "credit note": -1, "دائن": -1, "إيداع": -1,
}  # fmt: skip
_SIGN = {fold(name): sign for name, sign in _DIRECTIONS.items()}


def _sign(written: str) -> int | None:
    """Return -1 for money back and 1 for a payment, None for a word that says neither."""
    return _SIGN.get(fold(written))


DATE = TableColumn(
    "date",
    {
        "en": (
            "payment date",
            "date paid",
            "date of payment",
            "paid on",
            "transaction date",
            "date",
            "posting date",
            "posted",
            "value date",
            "trans date",
            "invoice date",
        ),
        "ar": ("تاريخ الدفع", "تاريخ", "التاريخ", "تاريخ العملية"),
        "ckb": ("بەرواری پارەدان", "بەروار", "ڕێککەوت"),
    },
    parse_day,
    SpendFault.DATE_UNREADABLE,
    is_ranked=True,
)
AMOUNT = TableColumn(
    "amount",
    {
        "en": (
            "amount",
            "amount gbp",
            "amount in gbp",
            "amount paid",
            "payment amount",
            "transaction amount",
            "gross amount",
            "debit",
            "debit amount",
            "debits",
            "paid out",
            "money out",
            "withdrawal",
            "withdrawals",
            "payments",
            "value",
            "net amount",
            "total",
            "sum",
        ),
        "ar": ("المبلغ", "مبلغ", "مدين", "المدين", "سحب", "السحب", "القيمة", "المجموع"),
        "ckb": ("بڕ", "بڕی پارە", "قەرزار", "ڕاکێشان", "کۆ"),
    },
    _pence,
    SpendFault.AMOUNT_UNREADABLE,
    is_ranked=True,
)
PAYEE = TableColumn(
    "payee",
    {
        "en": (
            "supplier",
            "supplier name",
            "payee",
            "paid to",
            "vendor",
            "vendor name",
            "merchant",
            "merchant name",
            "beneficiary",
            "beneficiary name",
            "counterparty",
            "counter party",
            "payee name",
            "recipient",
            "creditor",
        ),
        "ar": ("المورد", "اسم المورد", "المستفيد", "الجهة", "المدفوع له"),
        "ckb": ("دابینکەر", "وەرگر", "فرۆشیار"),
    },
    _cleaned(text(_LONGEST_PAYEE, SpendFault.TOO_LONG, SpendFault.PAYEE_MISSING)),
    is_ranked=True,
)
PURPOSE = TableColumn(
    "purpose",
    {
        "en": (
            "purpose",
            "description",
            "transaction description",
            "details",
            "narrative",
            "item",
            "item text",
            "line description",
            "purpose of payment",
            "expense type",
            "expense area",
            "expenditure type",
            "category",
        ),
        "ar": ("الغرض", "الوصف", "البيان", "التفاصيل", "نوع المصروف"),
        "ckb": ("مەبەست", "وەسف", "وردەکاری", "جۆری خەرجی"),
    },
    _cleaned(text(_LONGEST_PURPOSE, SpendFault.TOO_LONG)),
    is_ranked=True,
    is_required=False,
)
COMMITMENT = TableColumn(
    "commitment",
    {
        "en": ("commitment", "commitment id", "cohort", "cohort code"),
        "ar": ("الالتزام", "رمز الالتزام", "الدفعة", "رمز الدفعة"),
        "ckb": ("پابەندبوون", "کۆدی پابەندبوون", "خول", "کۆدی خول"),
    },
    str,
    is_required=False,
)
CREDIT = TableColumn(
    "credit",
    {
        "en": (
            "credit",
            "credit amount",
            "credits",
            "paid in",
            "money in",
            "deposit",
            "deposits",
            "refund",
            "refunds",
            "money back",
            "receipts",
        ),
        "ar": ("دائن", "الدائن", "إيداع", "الإيداع", "المسترد"),
        "ckb": ("دانەر", "دانان", "گەڕاوە"),
    },
    _pence,
    SpendFault.AMOUNT_UNREADABLE,
    is_required=False,
)
DIRECTION = TableColumn(
    "direction",
    {
        "en": (
            "dr cr",
            "cr dr",
            "d c",
            "c d",
            "debit credit",
            "credit debit",
            "debit or credit",
            "direction",
            "sign",
            "transaction type",
            "document type",
            "type",
        ),
        "ar": ("مدين دائن", "دائن مدين", "مدين أو دائن"),
        "ckb": ("قەرزار دانەر",),
    },
    _sign,
    is_required=False,
)
NTH = TableColumn(
    "nth",
    {
        "en": ("number among equal payments",),
        "ar": ("الرقم بين الدفعات المتماثلة",),
        "ckb": ("ژمارە لە نێوان پارەدانە یەکسانەکاندا",),
    },
    lambda written: int(western_digits(written)) if written.isdecimal() else None,
    is_required=False,
)
"""In faulty rows that were given back: which of several equal payments a row is, lest it is taken for its twin."""
FORMAT = TableFormat(DATE, AMOUNT, PAYEE, PURPOSE, COMMITMENT, CREDIT, DIRECTION, NTH)
_NOTHING = frozenset({"", "-", "–", "—", "−", "n/a", "nil"})
"""How a statement leaves one of two columns of amounts empty."""


def numbers_among_equals(rows: Iterable[tuple[int, dt.date | None, int | None, str]]) -> dict[int, int]:
    """Return by row number which of its equals each row is that is not the first; rows: number, day, pence, payee."""
    seen: Counter[tuple[dt.date | None, int | None, str]] = Counter()
    found = {}
    for number, day, pence, payee in rows:
        seen[day, pence, payee] += 1
        if seen[day, pence, payee] > 1:
            found[number] = seen[day, pence, payee]
    return found


def guess(headings: Sequence[str], hidden: Collection[int] = ()) -> dict[str, int]:
    """Map parts to columns by their headings; details of a bank's row that names no payee are the payee.

    ``hidden`` columns of the sheet are not taken.
    """
    found = FORMAT.guess(headings, hidden)
    if PAYEE.part not in found and PURPOSE.part in found:
        found[PAYEE.part] = found.pop(PURPOSE.part)
    return found


@dataclass(frozen=True)
class DaysOfColumn:
    """The order of day and month in a column of dates, None if its dates do not tell it; its first and last day.

    ``example`` is a date that may mean two days, if there is one.
    """

    order: DayOrder | None
    first: dt.date | None = None
    last: dt.date | None = None
    example: str = ""


@dataclass(frozen=True)
class Writing:
    """How a file writes days and amounts: the order of day and month, and whether its payments are negative."""

    order: DayOrder = DayOrder.DAY_FIRST
    is_turned: bool = False


_JUDGED = 1_000
"""Rows by which the sign of the amounts is judged."""


def is_mostly_negative(table: tables.Table, place: int | None) -> bool:
    """Return whether more amounts of a column have a minus than have none, as a bank writes what left an account."""
    signs: Counter[bool] = Counter()
    for row in table.rows[:_JUDGED]:
        with suppress(ValueError):
            signs[parse_statement(row.cell(place)) < 0] += 1
    return signs[True] > signs[False]


def days_of(table: tables.Table, place: int | None) -> DaysOfColumn:
    """Judge the dates in a column of ``table``; rows that are no payments do not count."""
    texts = [row.cell(place) for row in table.rows if not row.mark]
    order = day_order(texts)
    days = [day for text in texts if (day := _day_or_none(text, order or DayOrder.DAY_FIRST))]
    example = next((text for text in texts if ambiguous_day(text)), "")
    return DaysOfColumn(order, min(days, default=None), max(days, default=None), example)


def order_of(table: tables.Table, place: int | None) -> DayOrder:
    """Return the order of day and month by which a column is read: its own, else day first."""
    return day_order(row.cell(place) for row in table.rows) or DayOrder.DAY_FIRST


def _day_or_none(text: str, order: DayOrder) -> dt.date | None:
    try:
        return parse_day(text, order)
    except ValueError:
        return serial_day(text)


def amount_column(cells: Cells) -> TableColumn[int]:
    """Return the column that holds the amount of a row: that of payments, or that of money back."""
    written = [column for column in (AMOUNT, CREDIT) if cells.written(column).casefold() not in _NOTHING]
    filled = [column for column in written if len(written) < 2 or cells[column]]  # a zero fills no column
    if len(filled) > 1:
        raise cells.fault(AMOUNT, SpendFault.TWO_AMOUNTS)
    return filled[0] if filled else written[0] if written else AMOUNT


def amount_of(cells: Cells, *, is_turned: bool) -> int:
    """Return the amount of a row in pence; negative if it is money back. Raises Faulty, also for nothing.

    In a file that ``is_turned`` the payments are negative.
    """
    column = amount_column(cells)
    pence = -cells[column] if is_turned else cells[column]
    if column is CREDIT or cells[DIRECTION] == -1:
        pence = -abs(pence)
    if not pence:
        raise cells.fault(column, SpendFault.NOT_POSITIVE)
    return pence


def day_of(cells: Cells, order: DayOrder) -> dt.date:
    """Return the day of a row, also if it is the number of a spreadsheet. Raises Faulty."""
    written = cells.written(DATE).lstrip("'")
    try:
        return parse_day(written, order)
    except OtherCalendarError as error:
        raise cells.fault(DATE, SpendFault.OTHER_CALENDAR) from error
    except ValueError as error:
        if day := serial_day(written):
            return day
        is_either = order is DayOrder.MIXED and ambiguous_day(written)
        fault = SpendFault.DATE_AMBIGUOUS if is_either else SpendFault.DATE_UNREADABLE
        raise cells.fault(DATE, fault) from error
