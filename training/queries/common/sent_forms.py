"""Read which forms made something."""

from sqlalchemy import select

from training.kit.db import db
from training.models.common.sent_forms import SentForm


def with_key(key: str) -> SentForm | None:
    """Return the form that was sent with this key and made something."""
    return db.session.scalar(select(SentForm).where(SentForm.key == key))
