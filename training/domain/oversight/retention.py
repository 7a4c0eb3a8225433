"""What is kept only for a while: uploads that no claim took, and files that were read and not gone on with.

Rule: limit storage (domain §2, Personal data). A receipt may show a name, and a payee may be a person.
"""

import datetime as dt
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import delete

from training.domain.admissions import nomination_uploads, vetting_uploads
from training.domain.finance import spend_uploads
from training.domain.finance.events import FinanceEvent
from training.domain.identity import audit
from training.kit.clock import now
from training.kit.db import db
from training.models.finance.spend_uploads import SpendBatch, SpendRow
from training.queries.oversight import retention

UPLOADS_KEPT = dt.timedelta(days=30)
PREVIEWS_KEPT = dt.timedelta(days=7)


class Forgotten(NamedTuple):
    """How many files and previews were forgotten."""

    uploads: int
    previews: int


def forget(folder: Path) -> Forgotten:
    """Forget what is due. Of an upload only the file goes: that it was there, its kind and hash, stays recorded.

    The files of names and of clearances keep their own terms.
    """
    spend_uploads.forget_old(folder)
    nomination_uploads.delete_expired()
    vetting_uploads.delete_expired()
    return Forgotten(_forget_uploads(folder), _forget_previews())


def _forget_uploads(folder: Path) -> int:
    forgotten = 0
    for upload in retention.idle_uploads(now() - UPLOADS_KEPT):
        path = folder / upload.stored_as
        if path.exists():
            path.unlink()
            audit.record(FinanceEvent.UPLOAD_FORGOTTEN, upload, by=None)
            forgotten += 1
    return forgotten


def _forget_previews() -> int:
    idle = retention.idle_previews(now() - PREVIEWS_KEPT)
    for batch in idle:
        audit.record(FinanceEvent.SPEND_FILE_FORGOTTEN, batch, by=None)
        db.session.execute(delete(SpendRow).where(SpendRow.batch_id == batch.id))
        db.session.execute(delete(SpendBatch).where(SpendBatch.id == batch.id))
    return len(idle)
