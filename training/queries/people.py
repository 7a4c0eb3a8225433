"""Reading organisations and people."""

from sqlalchemy import select

from training.kit.db import db
from training.models.people import Organisation


def organisation_named(name_en: str) -> Organisation | None:
    """Return the organisation with exactly this English name."""
    return db.session.scalar(select(Organisation).where(Organisation.name_en == name_en))
