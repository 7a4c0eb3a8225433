"""The import engine, tested with its own kind of table: scores of trainees."""

import datetime as dt
import enum
import io
import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
import xlsxwriter
from flask import Flask
from sqlalchemy import ForeignKey, MetaData, String, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from tests.support.world import World
from training.domain.admissions.refusals import BatchClosed, BatchNotCommitted
from training.domain.common import table_import
from training.domain.common.refusals import (
    BatchEmpty,
    BatchFaulty,
    ColumnDoubled,
    ColumnMissing,
    SheetUnknown,
    TableGone,
)
from training.domain.common.table_columns import Cells, Faulty, TableColumn, TableFormat, cleaned, text
from training.domain.common.table_import import KeptTables, RowStorage, TableKind, TableStorage, judge_rows, run_all
from training.kit.db import db, transaction
from training.kit.money import western_digits
from training.kit.tables import Row, Table
from training.models.common.base import Base, Key, choice
from training.policy.matrix import Permission
from training.queries.common.paging import SIZE, Cursor
from training.queries.common.table_import import Batches


class ScoreState(enum.StrEnum):
    PREVIEWED = "previewed"
    COMMITTED = "committed"
    UNDONE = "undone"


class ScoreOutcome(enum.StrEnum):
    NEW = "new"
    KNOWN = "known"
    FAULTY = "faulty"


class ScoreFault(enum.StrEnum):
    REFERENCE_MISSING = "reference_missing"
    TOO_LONG = "too_long"
    MARK_UNREADABLE = "mark_unreadable"
    MARK_TOO_HIGH = "mark_too_high"


class UnmigratedBase(Base):
    """The base of tables without migrations."""

    __abstract__ = True
    metadata = MetaData()


class ScoreBatch(UnmigratedBase):
    __tablename__ = "test_score_batches"

    id: Mapped[Key]
    state: Mapped[ScoreState] = mapped_column(choice(ScoreState), default=ScoreState.PREVIEWED)


class ScoreRow(UnmigratedBase):
    __tablename__ = "test_score_rows"

    batch_id: Mapped[int] = mapped_column(ForeignKey("test_score_batches.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    outcome: Mapped[ScoreOutcome] = mapped_column(choice(ScoreOutcome))
    reference: Mapped[str] = mapped_column(String(20), default="")
    mark: Mapped[int | None]
    fault: Mapped[ScoreFault | None] = mapped_column(choice(ScoreFault))
    cell: Mapped[str] = mapped_column(String(200), default="")


class Score(UnmigratedBase):
    __tablename__ = "test_scores"

    reference: Mapped[str] = mapped_column(String(20), primary_key=True)
    mark: Mapped[int]
    batch_id: Mapped[int]


# The kind: from here to its end is all that scores add to the engine.


def _mark(written: str) -> int:
    mark = int(western_digits(written))
    if mark > 100:
        raise Faulty(ScoreFault.MARK_TOO_HIGH)
    return mark


REFERENCE = TableColumn(
    "reference",
    {"en": ("Reference",), "ar": ("المرجع",), "ckb": ("سەرچاوە",)},
    text(20, ScoreFault.TOO_LONG, ScoreFault.REFERENCE_MISSING),
)
MARK = TableColumn(
    "mark", {"en": ("Mark", "Score"), "ar": ("الدرجة",), "ckb": ("نمرە",)}, _mark, ScoreFault.MARK_UNREADABLE
)
SCORES = TableKind(
    TableFormat(REFERENCE, MARK),
    Batches(ScoreBatch, ScoreRow, ScoreRow.outcome, Permission.SEE_COURSE),
    good=(ScoreOutcome.NEW,),
    needing=(ScoreOutcome.FAULTY,),
    is_open=lambda batch: batch.state is ScoreState.PREVIEWED,
    is_committed=lambda batch: batch.state is ScoreState.COMMITTED,
    closed=BatchClosed,
    not_committed=BatchNotCommitted,
)


def judge(batch: ScoreBatch, rows: Sequence[Cells]) -> list[ScoreRow]:
    known = {(score.reference, score.mark) for score in db.session.scalars(select(Score))}

    def fill(row: ScoreRow, cells: Cells) -> None:
        row.reference = cells[REFERENCE]
        row.mark = cells[MARK]
        if (row.reference, row.mark) in known:
            row.outcome = ScoreOutcome.KNOWN

    return judge_rows(SCORES, fill, batch, rows)


def give(batch: ScoreBatch) -> int:
    rows = SCORES.batches.of_outcome(batch.id, SCORES.good)
    db.session.add_all([Score(reference=row.reference, mark=row.mark, batch_id=batch.id) for row in rows])
    batch.state = ScoreState.COMMITTED
    return len(rows)


def undo_scores(batch: ScoreBatch) -> int:
    given = db.session.scalars(select(Score).where(Score.batch_id == batch.id)).all()
    db.session.execute(delete(Score).where(Score.batch_id == batch.id))
    batch.state = ScoreState.UNDONE
    return len(given)


# The end of the kind.

FILE = "تقرير الدرجات,\n\nالمرجع,الدرجة\nA-1,٩١\nA-2,excellent\nA-3,64\n".encode()
KEPT = dt.timedelta(days=1)


@pytest.fixture
def world(app: Flask) -> Iterator[World]:
    with app.app_context():
        world = World(app)
        UnmigratedBase.metadata.create_all(db.engine)
        yield world
        db.session.rollback()
        UnmigratedBase.metadata.drop_all(db.engine)


def read(content: bytes) -> tuple[int, Table]:
    table = table_import.find_table(io.BytesIO(content), SCORES.columns)
    with transaction():
        batch = ScoreBatch()
        db.session.add(batch)
        db.session.flush()
        return batch.id, table


def previewed(content: bytes, places: dict[str, int] | None = None) -> int:
    batch_id, table = read(content)
    preview(batch_id, table, places or SCORES.columns.guess(table.headings))
    return batch_id


def preview(batch_id: int, table: Table, places: dict[str, int]) -> None:
    with transaction():
        storage = TableStorage(SCORES, batch_id, table, places)
        run_all(table_import.preview(SCORES, batch_id, storage, judge))


def commit(batch_id: int) -> int:
    with transaction():
        return table_import.commit(SCORES, batch_id, give)


def undo(batch_id: int) -> int:
    with transaction():
        return table_import.undo(SCORES, batch_id, undo_scores)


def counts(batch_id: int) -> dict[str, int]:
    return SCORES.batches.counts(batch_id)


def marks() -> dict[str, int]:
    db.session.expire_all()
    return {score.reference: score.mark for score in db.session.scalars(select(Score))}


@pytest.mark.usefixtures("world")
def test_new_kind_is_read_previewed_committed_repeated_and_undone(tmp_path: Path) -> None:
    batch_id, table = read(FILE)
    kept = KeptTables(tmp_path / "scores", KEPT)
    kept.keep("a", table)
    assert (table.headings, table.headings_in) == (["المرجع", "الدرجة"], 3)

    preview(batch_id, kept.load("a"), {"reference": 1, "mark": 0})
    assert counts(batch_id) == {"faulty": 3}, "the columns were chosen wrongly"
    preview(batch_id, kept.load("a"), SCORES.columns.guess(table.headings))
    assert counts(batch_id) == {"new": 2, "faulty": 1}
    [faulty] = SCORES.batches.of_outcome(batch_id, SCORES.needing)
    assert (faulty.number, faulty.fault, faulty.cell) == (5, ScoreFault.MARK_UNREADABLE, "excellent")
    assert (faulty.reference, faulty.mark) == ("A-2", None), "what was read before is kept"

    with pytest.raises(BatchFaulty) as refused:
        SCORES.number_to_commit(batch_id, is_whole=True)
    assert refused.value.left == 1
    assert SCORES.number_to_commit(batch_id, is_whole=False) == commit(batch_id) == 2
    assert marks() == {"A-1": 91, "A-3": 64}
    with pytest.raises(BatchClosed):
        commit(batch_id)
    with pytest.raises(BatchClosed):
        preview(batch_id, kept.load("a"), {"reference": 0, "mark": 1})

    again = previewed(FILE)
    assert counts(again) == {"known": 2, "faulty": 1}
    with pytest.raises(BatchEmpty):
        SCORES.number_to_commit(again, is_whole=False)
    assert commit(again) == 0
    assert marks() == {"A-1": 91, "A-3": 64}

    assert undo(batch_id) == 2
    assert marks() == {}
    with pytest.raises(BatchNotCommitted):
        undo(batch_id)
    assert counts(previewed(FILE)) == {"new": 2, "faulty": 1}


@pytest.mark.usefixtures("world")
def test_long_table_is_validated_in_pieces() -> None:
    rows = 2 * table_import.PIECE + 1
    batch_id, table = read("\n".join(("Reference,Mark", *(f"A-{number},50" for number in range(rows)))).encode())
    with transaction():
        pieces = table_import.preview(
            SCORES, batch_id, TableStorage(SCORES, batch_id, table, {"reference": 0, "mark": 1}), judge
        )
        assert next(pieces) == table_import.PIECE
    assert counts(batch_id) == {"new": table_import.PIECE}
    with transaction():
        assert list(pieces) == [2 * table_import.PIECE]
    assert counts(batch_id) == {"new": rows}


@pytest.mark.usefixtures("world")
def test_stored_rows_are_validated_in_place() -> None:
    batch_id = previewed(b"Reference,Mark\nA-1,50\nA-2,60\n")

    def raised(_batch: ScoreBatch, rows: Sequence[ScoreRow]) -> list[dict[str, object]]:
        return [{"number": row.number, "mark": (row.mark or 0) + 1} for row in rows]

    with transaction():
        run_all(table_import.preview(SCORES, batch_id, RowStorage(SCORES, batch_id), raised))
    assert [row.mark for row in SCORES.batches.rows(batch_id)] == [51, 61]


@pytest.mark.usefixtures("world")
def test_commit_must_close_its_batch() -> None:
    batch_id = previewed(FILE)

    def forgets(batch: ScoreBatch) -> int:
        given = give(batch)
        batch.state = ScoreState.PREVIEWED
        return given

    with pytest.raises(RuntimeError), transaction():
        table_import.commit(SCORES, batch_id, forgets)
    assert marks() == {}


def test_rows_are_paged_by_outcome(world: World) -> None:
    lines = [f"A-{number},{'x' if number % 2 else 5}" for number in range(2 * SIZE)]
    batch_id, actor = previewed("\n".join(("Reference,Mark", *lines)).encode()), world.actor("uk")
    page = SCORES.batches.page(select(ScoreRow), batch_id, None, Cursor(), actor)
    assert [row.number for (row,) in page.rows] == list(range(2, SIZE + 2))
    second = SCORES.batches.page(select(ScoreRow), batch_id, None, Cursor(after=page.next), actor)
    assert (len(second.rows), second.next) == (SIZE, "")
    faulty = SCORES.batches.page(select(ScoreRow), batch_id, ScoreOutcome.FAULTY, Cursor(), actor)
    assert [row.number for (row,) in faulty.rows] == list(range(3, 2 * SIZE + 3, 2))


def test_stored_tables_are_private_and_expire(tmp_path: Path) -> None:
    kept = KeptTables(tmp_path / "scores", KEPT)
    table = Table("0" * 64, ["Reference"], [Row(2, ["A-1"])])
    kept.keep("old", table)
    kept.keep("young", table)
    assert kept.load("young") == table
    path = tmp_path / "scores" / "old.json"
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    over = time.time() - KEPT.total_seconds() - 1
    os.utime(path, (over, over))
    kept.delete_expired()
    kept.load("young")
    with pytest.raises(TableGone):
        kept.load("old")


# Columns


def test_headings_match_in_any_language_and_spelling() -> None:
    assert SCORES.columns.guess(["", "score", "MARK", "المَرجع"]) == {"mark": 1, "reference": 3}
    assert SCORES.columns.heading("mark", "ckb") == "نمرە"


def test_fixed_headings_must_be_complete_and_unique() -> None:
    assert SCORES.columns.find(["Mark", "Remarks", "Reference"]) == {"mark": 0, "reference": 2}
    with pytest.raises(ColumnMissing) as missing:
        SCORES.columns.find(["Reference"])
    assert missing.value.heading == "Mark"
    with pytest.raises(ColumnDoubled) as doubled:
        SCORES.columns.find(["Mark", "Reference", "Score"])
    assert doubled.value.heading == "Score"


def test_note_in_brackets_after_heading_is_optional_per_kind() -> None:
    headings = ["Reference", "Mark (out of 100)"]
    assert SCORES.columns.guess(headings) == {"reference": 0}
    assert TableFormat(REFERENCE, MARK, has_notes=True).guess(headings) == {"reference": 0, "mark": 1}


def test_table_is_recognised_by_required_columns() -> None:
    optional = TableColumn("name", {"en": ("Name",)}, str, is_required=False)
    kind = TableFormat(MARK, optional, one_of=("name",))
    assert [kind.can_read(places) for places in ({"mark"}, {"name"}, {"mark", "name"})] == [False, False, True]


@pytest.mark.parametrize(
    ("written", "fault"),
    [
        ("", ScoreFault.MARK_UNREADABLE),
        ("excellent", ScoreFault.MARK_UNREADABLE),
        ("101", ScoreFault.MARK_TOO_HIGH),
    ],
)
def test_fault_names_its_cell_and_column(written: str, fault: ScoreFault) -> None:
    with pytest.raises(Faulty) as faulty:
        Cells(7, {"mark": written})[MARK]
    assert (faulty.value.fault, faulty.value.cell, faulty.value.part) == (fault, written, "mark")


def test_faulty_cell_is_truncated_to_two_hundred_characters() -> None:
    with pytest.raises(Faulty) as faulty:
        Cells(7, {"reference": "A" * 201})[REFERENCE]
    assert (faulty.value.fault, faulty.value.cell) == (ScoreFault.TOO_LONG, "A" * 200)


def test_missing_cell_is_empty() -> None:
    cells = SCORES.columns.cells(Row(2, ["A-1"]), {"reference": 0, "mark": 5})
    assert (cells[REFERENCE], cells.written(MARK)) == ("A-1", "")


def test_invisible_characters_are_stripped_from_cells() -> None:
    assert cleaned("\u200f A-1\u00a0 \u202cb ") == "A-1 b"
    assert cleaned("'=1+1") == "=1+1"


def test_sheet_is_selected_by_name(sqlite_app: Flask) -> None:
    with sqlite_app.app_context(), pytest.raises(SheetUnknown) as unknown:
        table_import.find_table(_workbook(), SCORES.columns, "Marks")
    assert unknown.value.sheets == ["Notes", "Scores"]
    assert table_import.find_table(_workbook(), SCORES.columns).sheet == "Scores"
    assert table_import.find_table(_workbook(), SCORES.columns, "notes").headings == ["Read me"]


def _workbook() -> io.BytesIO:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as book:
        for name, rows in (("Notes", [["Read me"], ["first"]]), ("Scores", [["Reference", "Mark"], ["A-1", 5]])):
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    content.seek(0)
    return content
