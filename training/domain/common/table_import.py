"""The import engine for uploaded tables: read a file, validate its rows, commit them once, undo the commit.

A kind of table declares its columns and batches as a ``TableKind`` and supplies the validation of a row and the write
of a commit (``docs/table-imports.md``).
"""

import datetime as dt
from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from operator import attrgetter
from pathlib import Path
from typing import IO, Any, Generic, NamedTuple, Protocol, TypeVar

from sqlalchemy import delete, update

from training.domain.common.refusals import BatchEmpty, BatchFaulty, Refusal, SheetUnknown, TableGone, TableUnreadable
from training.domain.common.table_columns import Cells, Faulty, Place, TableFormat
from training.domain.common.table_headings import find_headings, has_headings
from training.domain.common.table_lines import mark_rows
from training.kit import tables
from training.kit.clock import now
from training.kit.db import changed_rows, db
from training.kit.names import fold
from training.queries.common.table_import import Batch, Batches, Row


class Numbered(Protocol):
    """A row with its number in the file."""

    @property
    def number(self) -> int:
        """The row number."""


Sent = TypeVar("Sent", bound=Numbered, covariant=True)
Judged = TypeVar("Judged", contravariant=True)

PIECE = 1000
"""Rows validated in one transaction."""


def find_table(stream: IO[bytes], kind: TableFormat, sheet: str | None = None) -> tables.Table:
    """Read a file as a table of ``kind``, whatever stands above its headings, which may have several lines.

    Of a workbook ``sheet`` is read; if that is empty, the first sheet that shows headings of ``kind``; without it, the
    only one that does. Rows that are no data are marked, and so are hidden ones. Raises TableUnreadable, SheetUnknown.
    """
    try:
        table = tables.read(stream, _picker(kind, sheet), lambda cells: kind.can_read(kind.guess_joined(cells)))
    except tables.TableError as error:
        raise TableUnreadable(error.problem, error.line) from error
    rows = [tables.Row(table.headings_in, table.headings), *table.rows]
    headings = find_headings(rows, kind, table.hidden, table.across)
    data = mark_rows(rows[headings.after :], rows[headings.place : headings.after], kind, table.across)
    if not data:
        raise TableUnreadable(tables.Problem.EMPTY)
    return replace(table, headings=headings.texts, rows=data, headings_in=rows[headings.place].number, across=[])


class LeftOut(NamedTuple):
    """What of a workbook was not read.

    ``sheet`` is the sheet that was; ``unread`` lists the others, each with its number of rows and whether the workbook
    hides it; ``hidden`` are the headings of the columns that it hides.
    """

    sheet: str = ""
    unread: Sequence[Sequence[Any]] = ()
    hidden: Sequence[str] = ()


def left_out(table: tables.Table, hidden: Collection[int] | None = None) -> LeftOut:
    """Return what of ``table`` was not read; ``hidden`` are the columns not taken, if not all that the sheet hides."""
    places = table.hidden if hidden is None else hidden
    headings = [table.headings[place] for place in places if place < len(table.headings)]
    return LeftOut(table.sheet, [list(one) for one in table.unread], headings)


def _picker(kind: TableFormat, name: str | None) -> tables.Pick:
    """Return a function that picks a sheet of a workbook and raises SheetUnknown."""

    def pick(sheets: Sequence[tables.Sheet]) -> int:
        if name:
            return _sheet_named(sheets, name)
        shown = [place for place, one in enumerate(sheets) if not one.is_hidden] or [0]
        readable = [place for place in shown if has_headings(sheets[place].beginning, kind)]
        if name is None and len(readable or shown) > 1:
            raise tables.TableError(tables.Problem.SEVERAL_SHEETS)
        return (readable or shown)[0]

    return pick


def _sheet_named(sheets: Sequence[tables.Sheet], name: str) -> int:
    for place, one in enumerate(sheets):
        if fold(one.name) == fold(name):
            return place
    raise SheetUnknown([one.name for one in sheets])


# Between reading and validation


class KeptTables:
    """Tables read from files, stored as JSON outside the web root until they are committed or expire.

    The files themselves are not stored.
    """

    def __init__(self, folder: Path, kept: dt.timedelta) -> None:
        self._folder, self._kept = folder, kept

    def keep(self, public_id: str, table: tables.Table) -> None:
        """Store the table of the batch with this public id."""
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

    def delete(self, public_id: str) -> None:
        """Delete the table of a batch."""
        self._path(public_id).unlink(missing_ok=True)

    def delete_expired(self) -> None:
        """Delete expired tables."""
        oldest = (now() - self._kept).timestamp()
        for path in self._folder.glob("*.json"):
            if path.stat().st_mtime < oldest:
                path.unlink(missing_ok=True)

    def _path(self, public_id: str) -> Path:
        return self._folder / f"{public_id}.json"


# Validation, commit, undo


@dataclass(frozen=True)
class TableKind(Generic[Batch, Row]):
    """A kind of uploaded table: its columns, its batches, and in which state a batch may be committed or undone.

    A batch that ``is_open`` can be validated and committed, one that ``is_committed`` undone; otherwise ``closed`` or
    ``not_committed`` is raised. A commit takes the rows with a ``good`` outcome and leaves those with an outcome
    ``needing`` a user's correction or decision.
    """

    columns: TableFormat
    batches: Batches[Batch, Row]
    good: Sequence[StrEnum]
    needing: Sequence[StrEnum]
    is_open: Callable[[Batch], bool]
    is_committed: Callable[[Batch], bool]
    closed: type[Refusal]
    not_committed: type[Refusal]

    def lock_open(self, batch_id: int) -> Batch:
        """Lock an open batch until the transaction ends; return it, fresh. Raises ``closed``."""
        batch = self.batches.lock(batch_id)
        if not self.is_open(batch):
            raise self.closed
        return batch

    def lock_committed(self, batch_id: int) -> Batch:
        """Lock a committed batch until the transaction ends; return it, fresh. Raises ``not_committed``."""
        batch = self.batches.lock(batch_id)
        if not self.is_committed(batch):
            raise self.not_committed
        return batch

    def number_to_commit(self, batch_id: int, *, is_whole: bool) -> int:
        """Count the rows that a commit would take. Raises BatchEmpty, and with ``is_whole`` BatchFaulty."""
        counts = self.batches.counts(batch_id)
        good, left = (sum(counts.get(outcome, 0) for outcome in some) for some in (self.good, self.needing))
        if not good:
            raise BatchEmpty
        if is_whole and left:
            raise BatchFaulty(left)
        return good


class Storage(Protocol[Sent, Judged]):
    """Where the uploaded rows of a batch are read from, and where their results are written."""

    def after(self, number: int) -> Sequence[Sent]:
        """Return the next ``PIECE`` rows after row ``number``; fewer at the end."""

    def write(self, judged: Sequence[Judged]) -> None:
        """Write the results of the rows that ``after`` returned last."""


class TableStorage(Generic[Row]):
    """The rows of a table in memory; their results replace the stored rows of the batch."""

    def __init__(
        self, kind: TableKind[Any, Row], batch_id: int, table: tables.Table, places: Mapping[str, Place]
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
    """Rows of a batch that store both the uploaded cells and their result."""

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
    """Validate the rows of a batch piece by piece; yield the number of rows done after each, for a job to commit it.

    ``finish`` runs in the transaction of the last piece. Raises what ``kind.lock_open`` raises.
    """
    done, last = 0, 0
    while True:
        batch = kind.lock_open(batch_id)
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
    """Return a new row of a batch for each of ``rows``, filled from its cells by ``fill``.

    A row is good unless ``fill`` sets another outcome; if ``fill`` raises Faulty, the row keeps the fault and the
    values filled before it.
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


def run_all(pieces: Iterator[int]) -> None:
    """Run all pieces at once."""
    deque(pieces, maxlen=0)


def commit(kind: TableKind[Batch, Row], batch_id: int, write: Callable[[Batch], int]) -> int:
    """Commit the good rows of a batch once; return how many there were.

    ``write`` writes them and closes the batch, in the caller's transaction: all or nothing. A concurrent second commit
    waits for the first and is refused. Raises what ``kind.lock_open`` raises.
    """
    return _once(kind.lock_open(batch_id), kind.is_open, write)


def undo(kind: TableKind[Batch, Row], batch_id: int, write: Callable[[Batch], int]) -> int:
    """Undo a commit once; return the number of rows undone. Raises what ``kind.lock_committed`` raises."""
    return _once(kind.lock_committed(batch_id), kind.is_committed, write)


def _once(batch: Batch, is_before: Callable[[Batch], bool], write: Callable[[Batch], int]) -> int:
    number = write(batch)
    if number and is_before(batch):
        raise RuntimeError("the batch must change its state: it could be committed or undone again")
    return number
