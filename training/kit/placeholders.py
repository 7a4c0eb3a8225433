"""Cells that say nothing: *N/A*, a dash, لا يوجد, noughts; and numbers of which a spreadsheet kept only a part."""

import re

from training.kit.money import western_digits
from training.kit.names import fold

# fmt: off
_WORDS = frozenset(map(fold, (
    "n/a", "na", "n.a", "n.a.", "nil", "none", "null", "nan", "no", "not available", "not applicable", "unknown",
    "not known", "no number", "tbc", "tbd", "tba", "to be confirmed", "to follow", "pending", "blank", "empty", "x",
    "xx", "xxx", "xxxx", "same", "not issued", "missing",
    "لا يوجد", "لايوجد", "لا توجد", "لاتوجد", "لا يملك", "لايملك", "ليس لديه", "ليس لديها", "بدون", "بلا", "غير متوفر",
    "غير متوفرة", "غير متاح", "غير معروف", "غير معلوم", "غير موجود", "غير مثبت", "غير محدد", "مجهول", "لا", "لاشيء",
    "لا شيء", "فارغ", "بدون رقم", "لا يوجد رقم", "قيد الاصدار", "قيد الإنجاز", "لم يصدر", "لا ينطبق", "كلا", "م/غ",
    "نییە", "نیە", "نی یە", "بێ", "بێ ژمارە", "نەزانراو", "نادیار", "نازانرێت", "بەردەست نییە", "هیچ", "نەدراوە",
    "پێی نەدراوە", "نییەتی", "بەتاڵ", "نامەوجود", "نامعلوم",
)))
# fmt: on
_ERROR = re.compile(r"#(?:N/A|NA|REF!|VALUE!|NAME\?|NULL!|NUM!|DIV/0!)", re.IGNORECASE)
_SCIENTIFIC = re.compile(r"[+-]?\d+(?:[.,]\d+e[+-]?\d+|e\+\d+|(?:[.,]\d+)?[x×*]10\^?\d+)", re.ASCII | re.IGNORECASE)
"""Such as 1.99E+17; 12E4 may be the number of somebody."""
_TOO_NARROW = re.compile(r"#{2,}")
"""What a spreadsheet shows of a number for which its column is too narrow."""
_KEPT_DIGITS = 15
"""Digits of a number that a spreadsheet keeps: it makes noughts of the others."""
_FEWEST_LOST = 2


def is_placeholder(text: str) -> bool:
    """Return whether a cell says that there is nothing: words for it, marks alone, or noughts alone."""
    bare = text.replace("ـ", "").strip()
    if not bare or _ERROR.fullmatch(bare) or fold(bare) in _WORDS:
        return True
    if _TOO_NARROW.fullmatch(bare):
        return False
    return not any(letter.isalpha() or letter in "123456789" for letter in western_digits(bare))


def is_rounded(number: str) -> bool:
    """Return whether a number lost digits in a spreadsheet, so that others may share what is left of it."""
    bare = re.sub(r"[\s\u200e\u200f]", "", western_digits(number))
    if _SCIENTIFIC.fullmatch(bare) or _TOO_NARROW.fullmatch(bare):
        return True
    digits = bare.partition(".")[0].replace(",", "")
    lost = digits[_KEPT_DIGITS:]
    return digits.isdecimal() and len(lost) >= _FEWEST_LOST and not lost.strip("0")


def whole_number(number: str) -> str:
    """Return a number in Western digits, without the decimals that a program added to it: 417 for 417.0."""
    return re.sub(r"^(\d+)\.0$", r"\1", western_digits(number))
