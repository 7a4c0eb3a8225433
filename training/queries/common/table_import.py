"""Read uploaded tables: the batch of each file, its rows, and their counts by outcome."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute, joinedload
from sqlalchemy.sql.base import ExecutableOption

from training.kit.db import AnySelect, db
from training.models.common.base import Base
from training.models.identity.actor import Actor
from training.policy.matrix import Permission
from training.policy.scopes import domain_read, seen
from training.queries.common.paging import Cursor, Page, read_numbered

Batch = TypeVar("Batch", bound=Base)
Row = TypeVar("Row", bound=Base)


@dataclass(frozen=True)
class Batches(Generic[Batch, Row]):
    """The batches of one kind of uploaded table, their rows, and the column with the outcome of a row.

    A row has a ``batch_id``, a ``number``, and, if it is faulty, a ``fault`` and the ``cell`` at fault. Pages require
    ``permission`` for the batch.
    """

    batch: type[Batch]
    row: type[Row]
    outcome: InstrumentedAttribute[Any]
    permission: Permission

    def current(self, batch_id: int) -> Batch:
        """Return a batch, fresh."""
        return self._one(self._by_key(batch_id))

    def lock(self, batch_id: int) -> Batch:
        """Lock a batch until the transaction ends; return it, fresh."""
        return self._one(self._by_key(batch_id).with_for_update())

    def new_row(self, batch: Any, number: int, outcome: StrEnum) -> Row:
        """Return a new row of a batch, not yet in the session."""
        row: Any = self.row
        made: Row = row(batch_id=batch.id, number=number, **{self.outcome.key: outcome})
        return made

    def rows(self, batch_id: int, *conditions: ColumnElement[bool], most: int | None = None) -> Sequence[Row]:
        """Return rows of a batch in order of their numbers, fresh."""
        statement = self._rows(batch_id).where(*conditions).order_by(self.number()).limit(most)
        statement = statement.execution_options(populate_existing=True)
        return db.session.scalars(domain_read(statement)).all()

    def of_outcome(self, batch_id: int, outcomes: Sequence[StrEnum], *options: ExecutableOption) -> Sequence[Row]:
        """Return the rows of a batch with one of these outcomes, in order of their numbers."""
        statement = self._rows(batch_id).where(self.outcome.in_(outcomes)).order_by(self.number()).options(*options)
        statement = statement.execution_options(populate_existing=True)
        return db.session.scalars(domain_read(statement)).all()

    def counts(self, batch_id: int) -> dict[Any, int]:
        """Count the rows of a batch by outcome."""
        statement = select(self.outcome, func.count()).where(self._is_in(batch_id)).group_by(self.outcome)
        return {row[0]: row[1] for row in db.session.execute(domain_read(statement))}

    # Pages

    def seen(self, statement: AnySelect, actor: Actor) -> AnySelect:
        """Filter a statement that reads batches to those ``actor`` may see."""
        return seen(statement, actor, self.permission, self.batch)

    def page(
        self, statement: AnySelect, batch_id: int, outcome: StrEnum | None, cut: Cursor, actor: Actor
    ) -> Page[Any]:
        """Return a page of a batch's rows in order of their numbers, with one outcome or all.

        ``statement`` selects rows and the columns shown beside each; ``cut`` is at a row number.
        """
        return read_numbered(self.of_batch(statement, batch_id, outcome, actor), self.number(), cut)

    def of_batch(self, statement: AnySelect, batch_id: int, outcome: StrEnum | None, actor: Actor) -> AnySelect:
        """Filter a statement that selects rows to those of a batch, with one outcome or all."""
        batch: Any = self.batch
        statement = statement.join(batch, batch.id == self._batch_id()).where(self._is_in(batch_id))
        if outcome:
            statement = statement.where(self.outcome == outcome)
        return self.seen(statement, actor)

    def read_before(self, condition: ColumnElement[bool], actor: Actor, most: int | None = None) -> Sequence[Any]:
        """Return the batches that meet ``condition``, newest first, each with its number of rows."""
        batch: Any = self.batch
        rows = select(func.count()).select_from(self.row).where(self._batch_id() == batch.id).scalar_subquery()
        statement: AnySelect = (
            select(batch, rows.label("rows"))
            .where(condition)
            .options(joinedload(batch.uploaded_by))
            .order_by(batch.id.desc())
            .limit(most)
        )
        return db.session.execute(self.seen(statement, actor)).all()

    def number(self) -> InstrumentedAttribute[int]:
        """The column with the number of a row."""
        row: Any = self.row
        number: InstrumentedAttribute[int] = row.number
        return number

    def _batch_id(self) -> InstrumentedAttribute[int]:
        row: Any = self.row
        batch_id: InstrumentedAttribute[int] = row.batch_id
        return batch_id

    def _is_in(self, batch_id: int) -> ColumnElement[bool]:
        return self._batch_id() == batch_id

    def _one(self, statement: AnySelect) -> Batch:
        batch: Batch = db.session.scalars(domain_read(statement)).one()
        return batch

    def _by_key(self, batch_id: int) -> AnySelect:
        batch: Any = self.batch
        statement: AnySelect = select(batch).where(batch.id == batch_id)
        return statement.execution_options(populate_existing=True)

    def _rows(self, batch_id: int) -> AnySelect:
        row: Any = self.row
        statement: AnySelect = select(row).where(self._is_in(batch_id))
        return statement
