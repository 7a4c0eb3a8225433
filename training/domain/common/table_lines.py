"""Mark the rows of a table that are no data: repeated headings, totals, signatures, headings of sections."""

import re
from collections.abc import Iterator, Sequence
from statistics import median

from training.domain.common.table_columns import TableFormat
from training.kit.dates import parse_day
from training.kit.money import western_digits
from training.kit.names import fold
from training.kit.tables import Across, Row, RowMark

# fmt: off
_TOTAL = frozenset(map(fold, (
    "total", "totals", "subtotal", "sum", "count", "balance", "مجموع", "المجموع", "اجمالي", "الإجمالي", "عدد",
    "العدد", "كلي", "الكلي", "المجاميع", "الحاصل", "کۆ", "کۆی", "سەرجەم", "کۆتایی", "ژمارەی", "ژمارە",
)))
_AROUND_TOTAL = frozenset(map(fold, (
    "grand", "sub", "overall", "net", "gross", "number", "no", "of", "the", "all", "for", "in", "to", "and", "page",
    "month", "nominees", "persons", "people", "officers", "trainees", "names", "nominated", "rows", "payments",
    "amount", "amounts", "value", "gbp", "usd", "eur", "iqd", "carried", "brought", "forward", "down", "closing",
    "opening", "final", "العام", "النهائي", "الفرعي", "التراكمي", "الصفحة", "للصفحة", "المبالغ", "المبلغ",
    "المرشحين", "للمرشحين", "مرشح", "مرشحا", "مرشحين", "المشاركين", "المتدربين", "الضباط", "الأسماء", "اسم", "الأشخاص",
    "شخص", "شخصا", "اشخاص", "ضابط", "ضابطا", "منتسب", "المنتسبين", "دينار", "دولار", "باون", "فقط", "گشتی", "گشتیی",
    "بەشداربووان", "کاندیدەکان", "ناوەکان", "کەس", "پارە", "بڕی",
)))
_SIGNATURE = tuple(map(fold, (
    "signature", "signed", "sign", "approved by", "prepared by", "checked by", "verified by", "authorised by",
    "authorized by", "director", "the director", "head of", "commander", "manager", "the manager", "stamp", "seal",
    "copy to", "note", "notes", "remarks", "certified", "date", "page", "for and on behalf",
    "مدير", "المدير", "رئيس", "آمر", "قائد", "معاون", "وكيل", "مسؤول", "التوقيع", "توقيع", "التواقيع", "الختم", "ختم",
    "المخول", "أعده", "اعداد", "إعداد", "أعدت", "المنظم", "منظم", "نظمه", "صادق", "المصادقة", "مصادقة", "يعتمد",
    "الموافقة", "نسخة منه", "نسخه", "ملاحظة", "ملاحظات", "التاريخ", "مع التقدير", "اسم وتوقيع", "الاسم والتوقيع",
    "السيد مدير", "صفحة",
    "واژوو", "واژۆ", "ئیمزا", "مۆر", "بەڕێوەبەر", "بەڕێوەبەری", "سەرۆک", "سەرۆکی", "فەرماندە", "ئامادەکار", "پەسەند",
    "تێبینی", "بەروار", "لاپەڕە", "وێنەیەک", "لێپرسراو",
)))
# fmt: on
_ACROSS = 3
"""Columns over which a merged cell is the heading of a section."""
_WORD = re.compile(r"[^\W\d_]+")
_LONGEST_HEADING = 60
_SHORTEST = 3
"""Cells of an ordinary row from which on a row with fewer tells something."""


def mark_rows(rows: Sequence[Row], headings: Sequence[Row], kind: TableFormat, across: Sequence[Across]) -> list[Row]:
    """Return the rows below the ``headings``, each marked if it is no data or hidden by the sheet."""
    usual = median(_filled(row) for row in rows) if rows else 0
    lines = [[fold(cell) for cell in line.cells] for line in headings]
    wide = {one.number for one in across if one.last - one.first + 1 >= _ACROSS}
    return list(_marked(rows, lines, kind, usual, wide))


def _marked(
    rows: Sequence[Row], headings: Sequence[Sequence[str]], kind: TableFormat, usual: float, wide: set[int]
) -> Iterator[Row]:
    is_end = False
    last = max((place for place, row in enumerate(rows) if _filled(row) >= usual), default=0)
    for place, row in enumerate(rows):
        is_short = _filled(row) * 2 <= usual
        if _is_heading(row, headings, kind):
            yield row._replace(mark=RowMark.HEADING)
        elif is_total(row.cells):
            is_end = is_end or place > last
            yield row._replace(mark=RowMark.TOTAL)
        elif (is_signature(row.cells) and (is_short or place > last)) or (is_end and is_short):
            is_end = is_end or place > last
            yield row._replace(mark=RowMark.SIGNATURE)
        elif row.number in wide and _filled(row) == 1 and usual >= _SHORTEST:
            yield row._replace(mark=RowMark.SECTION)
        else:
            yield row


def _filled(row: Row) -> int:
    """Count the cells that say something: not the number of the row, not what a merged cell above says."""
    return sum(
        bool(_WORD.search(cell)) or len(cell) > _SHORTEST
        for place, cell in enumerate(row.cells)
        if place not in row.filled
    )


def _is_heading(row: Row, headings: Sequence[Sequence[str]], kind: TableFormat) -> bool:
    """Return whether a row repeats one of the lines of the headings, or names columns in other words."""
    if len(row.cells) == 1 and len(headings[-1]) > 1:
        return False
    cells = [fold(cell) if len(cell) <= _LONGEST_HEADING else cell for cell in row.cells]
    if sum(cell in kind.keys for cell in cells) > 1:
        return True
    for line in headings:
        same = sum(bool(cell) and cell == other for cell, other in zip(cells, line, strict=False))
        if same > 1 or same == sum(map(bool, cells)):
            return True
    return False


def is_total(cells: Sequence[str]) -> bool:
    """Return whether a row gives a total: its first words say so, and nothing in it is a day."""
    first = next((cell for cell in cells if _WORD.search(cell)), "")
    words = fold(western_digits(first)).split()
    words = [word for word in words if _WORD.search(word)]
    if not words or not _TOTAL.intersection(words) or not _TOTAL.union(_AROUND_TOTAL).issuperset(words):
        return False
    return not any(_is_day(cell) for cell in cells)


def _is_day(cell: str) -> bool:
    try:
        return bool(parse_day(cell))
    except ValueError:
        return False


def is_signature(cells: Sequence[str]) -> bool:
    """Return whether the first words of a row are those of a signature, a stamp or a note."""
    first = f"{fold(next((cell for cell in cells if _WORD.search(cell)), ''))} "
    return any(first.startswith(f"{words} ") for words in _SIGNATURE)
