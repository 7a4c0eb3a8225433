"""Pages: nominations, vetting and seats."""

from training.web.admissions import (
    bulk_actions,
    deactivation,
    late_entries,
    nomination_uploads,
    nominations,
    notifications,
    roster_cards,
    seats,
    vetting,
    vetting_uploads,
)
from training.web.admissions.labels import LABELS
from training.web.admissions.tables import TABLES
from training.web.common.areas import area

bp = area(
    "admissions",
    bulk_actions.bp,
    deactivation.bp,
    late_entries.bp,
    nomination_uploads.bp,
    nominations.bp,
    notifications.bp,
    roster_cards.bp,
    seats.bp,
    vetting.bp,
    vetting_uploads.bp,
)

__all__ = ["LABELS", "TABLES", "bp"]
