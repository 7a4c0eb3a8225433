"""Clearances from a spreadsheet: the file, and what its headings and outcomes are called in three languages."""

from collections.abc import Mapping, Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from training.domain.clearances import Columns
from training.forms import BaseForm
from training.forms.checks import required
from training.forms.fields import FileField
from training.kit.names import fold
from training.models.vetting import VettingOutcome

HEADINGS: Mapping[str, tuple[str, str, str]] = {
    "nomination": ("Nomination", "رقم الترشيح", "ژمارەی کاندیدکردن"),
    "outcome": ("Outcome", "النتيجة", "ئەنجام"),
    "authority": ("Authority", "السلطة المختصة", "لایەنی بڕیاردەر"),
    "decided_on": ("Decided on", "تاريخ القرار", "ڕۆژی بڕیاردان"),
    "expires_on": ("Valid until", "تاريخ انتهاء النفاذ", "کارپێکراوە تا"),
    "reference": ("Reference", "المرجع", "ژمارەی نووسراو"),
}
"""The headings of the table as it is saved in English, Arabic and Sorani: a format, whatever the page says."""

LANGUAGES = ("en", "ar", "ckb")
_WORDS: Mapping[VettingOutcome, tuple[str, ...]] = {
    VettingOutcome.CLEARED: ("cleared", "yes", "مُنحت الموافقة الأمنية", "مُنحت", "نعم", "ڕێپێدراو", "بەڵێ"),
    VettingOutcome.NOT_CLEARED: (
        "not cleared", "not_cleared", "no", "لم تُمنح الموافقة الأمنية", "لم تُمنح", "لا", "ڕێپێنەدراو", "نەخێر",
    ),
}  # fmt: skip
OUTCOMES: Mapping[str, VettingOutcome] = {fold(said): outcome for outcome, words in _WORDS.items() for said in words}
"""What can be written for an outcome; spellings are levelled before they are compared."""

_PARTS = {fold(heading): part for part, headings in HEADINGS.items() for heading in headings}


class ClearanceFileForm(BaseForm):
    """The returned file. Its name is not read."""

    file = FileField(
        _l("Returned spreadsheet"),
        [required()],
        description=_l("The saved table of the queue with its outcomes filled in: CSV, Excel or OpenDocument"),
    )

    def columns(self, headings: Sequence[str]) -> Columns | None:
        """Return which column has what; where one is missing, refuse the file and return None."""
        places = {_PARTS[fold(heading)]: place for place, heading in enumerate(headings) if fold(heading) in _PARTS}
        missing = [names[0] for part, names in HEADINGS.items() if part not in places]
        if missing:
            self.refuse(_("The list has no column with the heading %(heading)s", heading=missing[0]), "file")
            return None
        return Columns(**places)
