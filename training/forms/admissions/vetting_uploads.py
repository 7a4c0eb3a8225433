"""Clearances from a spreadsheet: the file, and what its outcomes are called in three languages."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l

from training.forms.common.base import BaseForm
from training.forms.common.checks import required
from training.forms.common.fields import FileField
from training.kit.names import fold
from training.models.admissions.vetting import VettingOutcome

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


class ClearanceFileForm(BaseForm):
    """The returned file. Its name is not read."""

    file = FileField(
        _l("Returned spreadsheet"),
        [required()],
        description=_l("The saved table of the queue with its outcomes filled in: CSV, Excel or OpenDocument"),
    )
