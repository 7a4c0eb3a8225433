"""Reading tables that came in: the batch of each file, its rows, and how many have which outcome."""

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
    """The tables of one kind of file: its batches, their rows, and the column of a row that holds its outcome.

    A row has a ``batch_id``, a ``number``, and, where it is faulty, a ``fault`` and the ``cell`` at fault. Pages are
    for whoever has ``permission`` for the batch.
    """

    batch: type[Batch]
    row: type[Row]
    outcome: InstrumentedAttribute[Any]
    permission: Permission

    def current(self, batch_id: int) -> Batch:
        """Return a batch as the database has it now."""
        return self._one(self._by_key(batch_id))

    def lock(self, batch_id: int) -> Batch:
        """Return the same and let nobody else decide about its rows until the transaction ends."""
        return self._one(self._by_key(batch_id).with_for_update())

    def new_row(self, batch: Any, number: int, outcome: StrEnum) -> Row:
        """Return a row of a batch that is in no database yet."""
        row: Any = self.row
        made: Row = row(batch_id=batch.id, number=number, **{self.outcome.key: outcome})
        return made

    def rows(self, batch_id: int, *conditions: ColumnElement[bool], most: int | None = None) -> Sequence[Row]:
        """Return rows of a batch by their numbers, as the database has them now."""
        statement = self._rows(batch_id).where(*conditions).order_by(self.number()).limit(most)
        statement = statement.execution_options(populate_existing=True)
        return db.session.scalars(domain_read(statement)).all()

    def of_outcome(self, batch_id: int, outcomes: Sequence[StrEnum], *options: ExecutableOption) -> Sequence[Row]:
        """Return the rows of a batch that have one of these outcomes, by their numbers."""
        statement = self._rows(batch_id).where(self.outcome.in_(outcomes)).order_by(self.number()).options(*options)
        statement = statement.execution_options(populate_existing=True)
        return db.session.scalars(domain_read(statement)).all()

    def counts(self, batch_id: int) -> dict[Any, int]:
        """Return how many rows of a batch have each outcome."""
        statement = select(self.outcome, func.count()).where(self._is_in(batch_id)).group_by(self.outcome)
        return {row[0]: row[1] for row in db.session.execute(domain_read(statement))}

    # Pages

    def seen(self, statement: AnySelect, actor: Actor) -> AnySelect:
        """Narrow a statement that reads batches to those of ``actor``."""
        return seen(statement, actor, self.permission, self.batch)

    def page(
        self, statement: AnySelect, batch_id: int, outcome: StrEnum | None, cut: Cursor, actor: Actor
    ) -> Page[Any]:
        """Return a page of a batch's rows by their number, at which the page is cut; of one outcome or of all.

        ``statement`` selects rows, and what is shown beside each.
        """
        return read_numbered(self.of_batch(statement, batch_id, outcome, actor), self.number(), cut)

    def of_batch(self, statement: AnySelect, batch_id: int, outcome: StrEnum | None, actor: Actor) -> AnySelect:
        """Narrow a statement that selects rows to those of a batch; of one outcome or of all."""
        batch: Any = self.batch
        statement = statement.join(batch, batch.id == self._batch_id()).where(self._is_in(batch_id))
        if outcome:
            statement = statement.where(self.outcome == outcome)
        return self.seen(statement, actor)

    def read_before(self, condition: ColumnElement[bool], actor: Actor, most: int | None = None) -> Sequence[Any]:
        """Return the newest batches first, each with the number of its rows."""
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
