"""Limit what an account may upload in a day, in files and in bytes: more than a day's work ever needs (ASVS 5.2.4)."""

import datetime as dt

from sqlalchemy import delete, update

from training.domain.identity.refusals import TooManyUploads
from training.kit.db import add_missing_rows, changed, db
from training.models.identity.accounts import UploadCount

MOST_FILES = 300
MOST_BYTES = 500 * 1024 * 1024


def note(user_id: int, files: int, size: int, day: dt.date) -> None:
    """Count ``files`` of together ``size`` bytes. Raises TooManyUploads, and counts nothing then."""
    row = {"user_id": user_id, "day": day, "files": 0, "bytes": 0}
    add_missing_rows(UploadCount.__table__, [row])
    here = (UploadCount.user_id == user_id, UploadCount.day == day)
    room = (UploadCount.files <= MOST_FILES - files, UploadCount.bytes <= MOST_BYTES - size)
    counted = {"files": UploadCount.files + files, "bytes": UploadCount.bytes + size}
    if not changed(update(UploadCount).where(*here, *room).values(counted)):
        raise TooManyUploads(MOST_FILES, MOST_BYTES // (1024 * 1024))


def delete_expired(day: dt.date) -> None:
    """Delete the counts of the days before ``day``."""
    db.session.execute(delete(UploadCount).where(UploadCount.day < day))
