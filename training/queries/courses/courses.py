"""Read courses."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Bundle, aliased

from training.kit.db import AnySelect, db
from training.kit.names import fold
from training.models.courses.courses import Course, Theme
from training.queries.common.paging import Cursor, Page, read_page


def course_titled(title_en: str, provider: str) -> Course | None:
    """Return the provider's course with this English title."""
    return db.session.scalar(select(Course).where(Course.title_en == title_en, Course.provider == provider))


@dataclass(frozen=True)
class Search:
    """A filter of courses; empty fields match all."""

    words: str = ""
    theme: Theme | None = None


_LISTED: Bundle[Any] = Bundle(
    "Course",
    *(Course.public_id, Course.title_en, Course.title_ar, Course.title_ckb, Course.theme, Course.provider, Course.days),
)
"""The columns of a course in a list."""


_EVERY = aliased(Course)
_UNTRANSLATED = (
    select(func.count()).where(or_(_EVERY.title_ar == "", _EVERY.title_ckb == "")).select_from(_EVERY).scalar_subquery()
)


def page_of(search: Search, by: str, cut: Cursor, *, is_descending: bool) -> Page[Any]:
    """Return a page of courses whose titles and provider contain all the words, sorted by ``title`` or ``theme``.

    Each row has ``untranslated``: the number of all courses without a title in Arabic or in Sorani.
    """
    statement: AnySelect = select(_LISTED, _UNTRANSLATED.label("untranslated"))
    for word in fold(search.words).split():
        statement = statement.where(Course.search_key.contains(word, autoescape=True))
    if search.theme:
        statement = statement.where(Course.theme == search.theme)
    order = Course.theme if by == "theme" else Course.title_key
    return read_page(statement, Course, order, cut, is_descending=is_descending)


def lock_course(course_id: int) -> None:
    """Lock a course and its cost template until the transaction ends."""
    db.session.execute(select(Course.id).where(Course.id == course_id).with_for_update())


def course_by_key(course_id: int) -> Course:
    """Return a course by its key, fresh."""
    statement = select(Course).where(Course.id == course_id).execution_options(populate_existing=True)
    return db.session.scalars(statement).one()
