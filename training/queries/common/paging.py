"""Keyset pagination: the cost of a page does not grow with its position."""

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute

from training.kit.db import AnySelect, db
from training.kit.ids import is_public_id
from training.policy.scopes import unscoped

SIZE = 50
_MOST_DIGITS = 18
"""So many digits fit the 63 bits of a database's key."""

Row = TypeVar("Row")


@dataclass(frozen=True)
class Cursor:
    """Where a page begins: after, or before, the row with this public id (never a name: it appears in URLs)."""

    after: str = ""
    before: str = ""


@dataclass(frozen=True)
class Page(Generic[Row]):
    """The rows of a page; ``previous`` and ``next`` are the ids of the neighbouring cursors, empty at the ends."""

    rows: list[Row]
    previous: str
    next: str


def read_page(
    statement: AnySelect,
    model: Any,
    order: InstrumentedAttribute[Any],
    cut: Cursor,
    *,
    through: InstrumentedAttribute[Any] | None = None,
    is_descending: bool = False,
    size: int = SIZE,
) -> Page[Any]:
    """Return the page of ``statement`` at ``cut``, ordered by ``order`` (never null) and the key of ``model``.

    The first element of each row is the record itself, or a bundle of its columns with ``public_id`` among them.
    Where ``order`` stands on another record, ``through`` is the relationship of ``model`` that leads there.
    The statement is already scoped.
    A cursor at an unknown record is ignored.
    """
    anchor = _position(model, order, cut.before or cut.after, through)
    is_backwards = bool(cut.before) and anchor is not None
    is_down = is_descending != is_backwards
    if anchor is not None:
        here: ColumnElement[Any] = tuple_(order, model.id)
        statement = statement.where(here < tuple_(*anchor) if is_down else here > tuple_(*anchor))
    columns = (order, model.id)
    statement = statement.order_by(*(column.desc() if is_down else column.asc() for column in columns))
    rows = list(db.session.execute(statement.limit(size + 1)))
    has_more, rows = len(rows) > size, rows[:size]
    if is_backwards:
        rows.reverse()
    if not rows:
        return Page([], "", "")
    has_previous = has_more if is_backwards else anchor is not None
    has_next = anchor is not None if is_backwards else has_more
    return Page(rows, rows[0][0].public_id if has_previous else "", rows[-1][0].public_id if has_next else "")


def read_numbered(
    statement: AnySelect, number: InstrumentedAttribute[int], cut: Cursor, *, is_descending: bool = False
) -> Page[Any]:
    """Return the page of ``statement`` at ``cut``, ordered by a number that each row has.

    The first element of each row is the record itself, with that number as an attribute. The statement is
    already scoped. An impossible number is ignored.
    """
    before, after = _number(cut.before), _number(cut.after)
    is_backwards = before is not None
    anchor, is_down = before if is_backwards else after, is_descending != is_backwards
    if anchor is not None:
        statement = statement.where(number < anchor if is_down else number > anchor)
    found = list(db.session.execute(statement.order_by(number.desc() if is_down else number).limit(SIZE + 1)))
    has_more, rows = len(found) > SIZE, found[:SIZE]
    if is_backwards:
        rows.reverse()
    if not rows:
        return Page([], "", "")
    first, last = (str(getattr(row[0], number.key)) for row in (rows[0], rows[-1]))
    has_previous, has_next = (has_more, True) if is_backwards else (after is not None, has_more)
    return Page(rows, first if has_previous else "", last if has_next else "")


def _number(text: str) -> int | None:
    """Parse the number of a row from a URL; None if it is impossible."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS else None


def _position(
    model: Any, order: InstrumentedAttribute[Any], public_id: str, through: InstrumentedAttribute[Any] | None
) -> tuple[Any, Any] | None:
    if not is_public_id(public_id):
        return None
    statement = select(order, model.id).select_from(model).where(model.public_id == public_id)
    if through is not None:
        statement = statement.join(through)
    found = db.session.execute(unscoped(statement, because="a place in the order, never shown")).one_or_none()
    return (found[0], found[1]) if found else None
