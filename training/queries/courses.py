"""Reading courses."""

from sqlalchemy import select

from training.kit.db import db
from training.models.courses import Course


def course_titled(title_en: str, provider: str) -> Course | None:
    """Return the provider's course with this English title."""
    return db.session.scalar(select(Course).where(Course.title_en == title_en, Course.provider == provider))
