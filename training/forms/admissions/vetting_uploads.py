"""Vetting uploads: the file, and the accepted words for outcomes in three languages."""

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
"""The accepted words for an outcome, by language; the first of each is used in the product.

Bare مجاز is not accepted: in Iraq it may also mean *on leave*, and a wrong clearance is the worse error.
"""

OUTCOMES: Mapping[str, VettingOutcome] = {outcome.value: outcome for outcome in VettingOutcome} | {
    fold(said): outcome for outcome, written in WORDS.items() for words in written.values() for said in words
}
"""Outcomes by accepted word, folded."""


class ClearanceFileForm(BaseForm):
    """The returned file; its name is not stored."""

    file = FileField(
        _l("Returned spreadsheet"),
        [required()],
        description=_l("The saved table of the queue with its outcomes filled in: CSV, Excel or OpenDocument"),
    )
