"""Clearances from a spreadsheet: the file, and what its headings and outcomes are called in three languages."""

from collections.abc import Mapping, Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from training.domain.admissions.vetting_uploads import Columns
from training.forms.common.base import BaseForm
from training.forms.common.checks import required
from training.forms.common.fields import FileField
from training.kit.names import fold
from training.models.admissions.vetting import VettingOutcome

HEADINGS: Mapping[str, tuple[str, str, str]] = {
    "nomination": ("Nomination", "رقم الترشيح", "ژمارەی کاندیدکردن"),
    "name": ("Name", "الاسم", "ناو"),
    "other_name": ("Name in the other script", "الاسم بالأحرف الأخرى", "ناو بە پیتی تر"),
    "outcome": ("Outcome", "النتيجة", "ئەنجام"),
    "authority": ("Authority", "السلطة المختصة", "لایەنی بڕیاردەر"),
    "decided_on": ("Decided on", "تاريخ القرار", "ڕۆژی بڕیاردان"),
    "expires_on": ("Valid until", "تاريخ انتهاء النفاذ", "کارپێکراوە تا"),
    "reference": ("Reference", "المرجع", "ژمارەی نووسراو"),
}
"""The headings of the table as it is saved in English, Arabic and Sorani: a format, whatever the page says.

A note in brackets may follow one.
"""

LANGUAGES = ("en", "ar", "ckb")
WORDS: Mapping[VettingOutcome, Mapping[str, tuple[str, ...]]] = {
    VettingOutcome.CLEARED: {
        "en": ("cleared", "yes", "approved", "granted", "no objection"),
        "ar": (
            "مُنحت الموافقة الأمنية", "مُنحت", "نعم", "تمت الموافقة", "موافق", "موافق عليه", "موافق عليها", "لا مانع",
            "مقبول", "مقبولة",
        ),
        "ckb": ("ڕێپێدراو", "بەڵێ", "ڕێی پێدرا", "ڕەزامەندی درا", "پەسەندکرا", "پەسەندکراو"),
    },
    VettingOutcome.NOT_CLEARED: {
        "en": ("not cleared", "no", "not approved", "not granted", "refused", "rejected", "denied"),
        "ar": (
            "لم تُمنح الموافقة الأمنية", "لم تُمنح", "لا", "لم تتم الموافقة", "غير موافق", "غير موافق عليه",
            "غير موافق عليها", "غير مجاز", "غير مجازة", "غير مقبول", "غير مقبولة", "مرفوض", "مرفوضة",
        ),
        "ckb": ("ڕێپێنەدراو", "نەخێر", "ڕێی پێنەدرا", "ڕەزامەندی نەدرا", "پەسەندنەکرا", "پەسەندنەکراو", "ڕەتکرایەوە"),
    },
}  # fmt: skip
"""What can be written for an outcome, by language; the first word of each is the product's own.

Bare مجاز is not among them: in Iraq it also says that somebody is on leave, and a wrong clearance weighs more.
"""

OUTCOMES: Mapping[str, VettingOutcome] = {outcome.value: outcome for outcome in VettingOutcome} | {
    fold(said): outcome for outcome, written in WORDS.items() for words in written.values() for said in words
}
"""The same for the reader of a file; spellings are levelled before they are compared."""

_PARTS = {fold(heading): part for part, headings in HEADINGS.items() for heading in headings}


def _part(heading: str) -> str | None:
    return _PARTS.get(fold(heading.partition("(")[0]))


class ClearanceFileForm(BaseForm):
    """The returned file. Its name is not read."""

    file = FileField(
        _l("Returned spreadsheet"),
        [required()],
        description=_l("The saved table of the queue with its outcomes filled in: CSV, Excel or OpenDocument"),
    )

    def columns(self, headings: Sequence[str]) -> Columns | None:
        """Return which column has what; where one is missing, refuse the file and return None."""
        places = {part: place for place, heading in enumerate(headings) if (part := _part(heading))}
        needed = HEADINGS.keys() - Columns._field_defaults
        missing = [names[0] for part, names in HEADINGS.items() if part in needed - places.keys()]
        if missing:
            self.refuse(_("The list has no column with the heading %(heading)s", heading=missing[0]), "file")
            return None
        return Columns(**places)
