"""Delete expired data: uploads that no claim uses, unfinished previews, and counters of sign-in attempts.

Rule: limit storage (domain §2, Personal data). A receipt may show a name, and a payee may be a person.
"""

import datetime as dt
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import delete

from training.domain.admissions import nomination_uploads, vetting_uploads
from training.domain.common import sent_forms
from training.domain.finance import spend_uploads
from training.domain.finance.events import FinanceEvent
from training.domain.identity import audit, outbox, sign_in_limits, upload_limits
from training.domain.identity.accounts import ABSOLUTE_LIMIT
from training.kit.clock import now, today
from training.kit.db import db
from training.models.finance.spend_uploads import SpendBatch, SpendRow
from training.queries.oversight import retention

UPLOADS_KEPT = ABSOLUTE_LIMIT
"""A form that is shown again carries its file; it can be sent for as long as its sign-in lasts."""
PREVIEWS_KEPT = dt.timedelta(days=7)


class Deleted(NamedTuple):
    """The numbers of files and previews deleted."""

    uploads: int
    previews: int


def delete_expired(folder: Path) -> Deleted:
    """Delete expired files and previews. The record of an upload stays, with kind and hash.

    Uploads of names and of vetting decisions have their own terms.
    """
    spend_uploads.delete_old_tables(folder)
    nomination_uploads.delete_expired()
    vetting_uploads.delete_expired()
    sent_forms.delete_expired()
    sign_in_limits.delete_expired(now())
    upload_limits.delete_expired(today())
    outbox.delete_expired(now())
    return Deleted(_delete_uploads(folder), _delete_previews())


def _delete_uploads(folder: Path) -> int:
    deleted = 0
    for upload in retention.idle_uploads(now() - UPLOADS_KEPT):
        path = folder / upload.stored_as
        if path.exists():
            path.unlink()
            audit.record(FinanceEvent.UPLOAD_FORGOTTEN, upload, by=None)
            deleted += 1
    return deleted


def _delete_previews() -> int:
    idle = retention.idle_previews(now() - PREVIEWS_KEPT)
    for batch in idle:
        audit.record(FinanceEvent.SPEND_FILE_FORGOTTEN, batch, by=None)
        db.session.execute(delete(SpendRow).where(SpendRow.batch_id == batch.id))
        db.session.execute(delete(SpendBatch).where(SpendBatch.id == batch.id))
    return len(idle)
