"""The engine of tables that come in: from a file to rows that are judged, committed once, and taken back.

A kind of table declares its columns and its batches as a ``TableKind`` and says what a row comes to and what a commit
does (``docs/table-imports.md``).
"""

import datetime as dt
from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from operator import attrgetter
from pathlib import Path
from typing import IO, Any, Generic, Protocol, TypeVar

from sqlalchemy import delete, update

from training.domain.common.refusals import BatchEmpty, BatchFaulty, Refusal, SheetUnknown, TableGone, TableUnreadable
from training.domain.common.table_columns import Cells, Faulty, TableFormat
from training.kit import tables
from training.kit.clock import now
from training.kit.db import changed_rows, db
from training.kit.names import fold
from training.queries.common.table_import import Batch, Batches, Row


class Numbered(Protocol):
    """A row with its number in the file."""

    @property
    def number(self) -> int:
        """The number."""


Sent = TypeVar("Sent", bound=Numbered, covariant=True)
Judged = TypeVar("Judged", contravariant=True)

PIECE = 1000
"""Rows that are judged in one transaction."""

_DEEPEST = 10
"""So many rows may stand above the headings: the name of a ministry, merged across the sheet, a date, a number."""


def read_table(stream: IO[bytes], pick: tables.Pick = tables.only) -> tables.Table:
    """Read a file as a table, of a workbook the sheet that ``pick`` says, else its only one. Raises TableUnreadable."""
    try:
        return tables.read(stream, pick)
    except tables.TableError as error:
        raise TableUnreadable(error.problem, error.line) from error


def find_table(stream: IO[bytes], kind: TableFormat, sheet: str = "") -> tables.Table:
    """Read a file as a table, of a workbook the sheet of that name or the first with headings of ``kind``.

    The headings may stand below other rows. Raises TableUnreadable, SheetUnknown.
    """
    return _below_headings(read_table(stream, _picker(kind, sheet)), kind)


def _below_headings(table: tables.Table, kind: TableFormat) -> tables.Table:
    """Return the table from its headings on: the first row with those of ``kind``, else the first of all."""
    rows = [tables.Row(table.headings_in, table.headings), *table.rows]
    place = _headed([row.cells for row in rows[:_DEEPEST]], kind) or 0
    if place == len(rows) - 1:
        raise TableUnreadable(tables.Problem.EMPTY)
    return tables.Table(
        table.sha256, rows[place].cells, rows[place + 1 :], rows[place].number, table.sheet, table.unread
    )


def _headed(beginning: Sequence[Sequence[str]], kind: TableFormat) -> int | None:
    """Return the place of the first row with headings of ``kind``."""
    found = (place for place, cells in enumerate(beginning) if kind.is_told_by(kind.guess(cells)))
    return next(found, None)


def _picker(kind: TableFormat, name: str) -> tables.Pick:
    """Return how to pick a sheet of a workbook; the picking raises SheetUnknown."""

    def pick(sheets: Sequence[tables.Sheet]) -> int:
        if not name:
            return next((place for place, one in enumerate(sheets) if _headed(one.beginning, kind) is not None), 0)
        for place, one in enumerate(sheets):
            if fold(one.name) == fold(name):
                return place
        raise SheetUnknown([one.name for one in sheets])

    return pick


# Between reading and judging


class KeptTables:
    """What was read of files, as JSON out of the web's reach, until it is committed or its time is over.

    The files themselves are not kept.
    """

    def __init__(self, folder: Path, kept: dt.timedelta) -> None:
        self._folder, self._kept = folder, kept

    def keep(self, public_id: str, table: tables.Table) -> None:
        """Keep the table of the batch with this opaque id."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self._path(public_id)
        path.write_text(table.to_json(), encoding="utf-8")
        path.chmod(0o600)

    def load(self, public_id: str) -> tables.Table:
        """Return the table of a batch. Raises TableGone."""
        try:
            return tables.Table.from_json(self._path(public_id).read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            raise TableGone from error

    def forget(self, public_id: str) -> None:
        """Forget the table of a batch."""
        self._path(public_id).unlink(missing_ok=True)

    def forget_old(self) -> None:
        """Forget the tables whose time is over."""
        oldest = (now() - self._kept).timestamp()
        for path in self._folder.glob("*.json"):
            if path.stat().st_mtime < oldest:
                path.unlink(missing_ok=True)

    def _path(self, public_id: str) -> Path:
        return self._folder / f"{public_id}.json"


# Judging, committing, undoing


@dataclass(frozen=True)
class TableKind(Generic[Batch, Row]):
    """One kind of table that comes in: its columns, where its batches lie, and when what may be done with one.

    A batch that ``is_open`` is judged and committed, one that ``is_committed`` is undone; otherwise ``closed`` or
    ``not_committed`` is raised. A commit takes rows whose outcome is one of ``good`` and leaves those ``needing``
    somebody.
    """

    columns: TableFormat
    batches: Batches[Batch, Row]
    good: Sequence[StrEnum]
    needing: Sequence[StrEnum]
    is_open: Callable[[Batch], bool]
    is_committed: Callable[[Batch], bool]
    closed: type[Refusal]
    not_committed: type[Refusal]

    def opened(self, batch_id: int) -> Batch:
        """Return a batch as it is now, and let nobody else decide about it. Raises ``closed``."""
        batch = self.batches.lock(batch_id)
        if not self.is_open(batch):
            raise self.closed
        return batch

    def committed(self, batch_id: int) -> Batch:
        """Return a batch as it is now, and let nobody else undo it. Raises ``not_committed``."""
        batch = self.batches.lock(batch_id)
        if not self.is_committed(batch):
            raise self.not_committed
        return batch

    def number_to_commit(self, batch_id: int, *, is_whole: bool) -> int:
        """Return how many rows a commit would take. Raises BatchEmpty, and with ``is_whole`` BatchFaulty."""
        counts = self.batches.counts(batch_id)
        good, left = (sum(counts.get(outcome, 0) for outcome in some) for some in (self.good, self.needing))
        if not good:
            raise BatchEmpty
        if is_whole and left:
            raise BatchFaulty(left)
        return good


class Storage(Protocol[Sent, Judged]):
    """Where the rows of a batch lie as they were sent, and where goes what was judged of them."""

    def after(self, number: int) -> Sequence[Sent]:
        """Return the next ``PIECE`` rows after the one with a number; fewer where there are no more."""

    def write(self, judged: Sequence[Judged]) -> None:
        """Write what was judged of the rows that ``after`` returned last."""


class TableStorage(Generic[Row]):
    """Rows of a table that is at hand; what is judged of them replaces the rows that the batch had."""

    def __init__(
        self, kind: TableKind[Any, Row], batch_id: int, table: tables.Table, places: Mapping[str, int | None]
    ) -> None:
        self._kind, self._places = kind, places
        self._rows = table.rows
        model: Any = kind.batches.row
        changed_rows(delete(model).where(model.batch_id == batch_id))

    def after(self, number: int) -> Sequence[Cells]:
        """Return the next rows of the table."""
        begins = bisect_right(self._rows, number, key=attrgetter("number"))
        return [self._kind.columns.cells(row, self._places) for row in self._rows[begins : begins + PIECE]]

    def write(self, judged: Sequence[Row]) -> None:
        """Add the rows of the batch."""
        db.session.add_all(judged)
        db.session.flush()


class RowStorage(Generic[Row]):
    """Rows of a batch that hold both what was sent and what is judged of it, by the columns of their table."""

    def __init__(self, kind: TableKind[Any, Row], batch_id: int) -> None:
        self._kind, self._batch_id = kind, batch_id

    def after(self, number: int) -> Sequence[Row]:
        """Return the next rows of the batch."""
        batches = self._kind.batches
        return batches.rows(self._batch_id, batches.number() > number, most=PIECE)

    def write(self, judged: Sequence[Mapping[str, Any]]) -> None:
        """Write values of the columns of rows, each with its ``number``."""
        if judged:
            values = [{"batch_id": self._batch_id, **row} for row in judged]
            db.session.execute(update(self._kind.batches.row), values)


def preview(
    kind: TableKind[Batch, Any],
    batch_id: int,
    storage: Storage[Sent, Judged],
    judge: Callable[[Batch, Sequence[Sent]], Sequence[Judged]],
    finish: Callable[[Batch], None] | None = None,
) -> Iterator[int]:
    """Judge the rows of a batch piece by piece; yields after each how many rows are done, so that a job can commit it.

    ``finish`` is done in the transaction of the last. Raises what ``kind.opened`` raises.
    """
    done, last = 0, 0
    while True:
        batch = kind.opened(batch_id)
        rows = storage.after(last)
        storage.write(judge(batch, rows))
        if len(rows) < PIECE:
            if finish:
                finish(batch)
            return
        done, last = done + len(rows), rows[-1].number
        yield done


def judge_rows(
    kind: TableKind[Batch, Row], fill: Callable[[Row, Cells], None], batch: Batch, rows: Sequence[Cells]
) -> list[Row]:
    """Return a new row of a batch for each of ``rows``, as ``fill`` fills it from its cells.

    It is good unless ``fill`` says otherwise; where that raises Faulty, it keeps the fault and what was read before.
    """
    return [_judged(kind, fill, kind.batches.new_row(batch, cells.number, kind.good[0]), cells) for cells in rows]


def _judged(kind: TableKind[Any, Row], fill: Callable[[Row, Cells], None], row: Row, cells: Cells) -> Row:
    try:
        fill(row, cells)
    except Faulty as faulty:
        kept: Any = row
        setattr(kept, kind.batches.outcome.key, kind.needing[0])
        kept.fault, kept.cell = faulty.fault, faulty.cell
    return row


def do_now(pieces: Iterator[int]) -> None:
    """Do all pieces of something at once."""
    deque(pieces, maxlen=0)


def commit(kind: TableKind[Batch, Row], batch_id: int, write: Callable[[Batch], int]) -> int:
    """Do what the good rows of a batch say, once, and return how many there were.

    ``write`` does it and closes the batch, in the transaction of its caller: whole or not at all. Whoever comes second
    waits for the first and is refused. Raises what ``kind.opened`` raises.
    """
    return _once(kind.opened(batch_id), kind.is_open, write)


def undo(kind: TableKind[Batch, Row], batch_id: int, write: Callable[[Batch], int]) -> int:
    """Take back what a commit did, once, and return how many rows that were. Raises what ``kind.committed`` raises."""
    return _once(kind.committed(batch_id), kind.is_committed, write)


def _once(batch: Batch, is_before: Callable[[Batch], bool], write: Callable[[Batch], int]) -> int:
    number = write(batch)
    if number and is_before(batch):
        raise RuntimeError("what was done once could be done again: the batch has to change its state")
    return number
