"""Nomination uploads: a coordinator's file of names is read, previewed row by row, corrected, committed, undone.

A step over all rows is a generator: the job runner runs each piece in a transaction and shows how many rows are done.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import IO, Any, Protocol

from sqlalchemy import delete, insert, update

from training.domain.admissions import nominations
from training.domain.admissions.column_mapping import FORMAT
from training.domain.admissions.events import AdmissionEvent
from training.domain.admissions.person_matching import Recogniser
from training.domain.admissions.refusals import (
    BatchClosed,
    BatchNotCommitted,
    NamesMissing,
    NomineesMany,
    NotInvited,
)
from training.domain.admissions.row_parsing import RowRead
from training.domain.common import table_import
from training.domain.common.refusals import ChangedMeanwhile
from training.domain.common.table_columns import cleaned, joined
from training.domain.common.table_import import RowStorage, TableKind
from training.domain.identity import audit, jobs
from training.kit.clock import now
from training.kit.db import changed_rows, db
from training.kit.names import fold
from training.kit.tables import Row
from training.kit.titles import read_name
from training.models.admissions.nomination_uploads import (
    NominationBatch,
    NominationBatchState,
    NominationRow,
    NomineeFault,
    NomineeOutcome,
    NomineePart,
    NomineeQuestion,
)
from training.models.courses.cohorts import Cohort
from training.models.identity.actor import Actor
from training.models.identity.jobs import Job, JobKind
from training.queries.admissions import nomination_uploads
from training.queries.admissions.nomination_uploads import BATCHES, NEEDING
from training.queries.identity import organisation_trees

S, O = NominationBatchState, NomineeOutcome  # noqa: E741
_KEPT = dt.timedelta(days=7)
_MOST_FOR_A_SEAT = 3
"""Nominees for a seat in one file from which on it is asked whether so many are meant."""
_LOOKED_AT = 50
"""Rows that are looked at to tell whether their names are whole."""
_FOR_EVER = dt.timedelta(days=36_500)
KIND = TableKind(
    FORMAT,
    BATCHES,
    good=(O.NEW, O.MATCHED),
    needing=NEEDING,
    is_open=lambda batch: batch.state in (S.READ, S.PREVIEWED),
    is_committed=lambda batch: batch.state is S.COMMITTED,
    closed=BatchClosed,
    not_committed=BatchNotCommitted,
)


def read(
    stream: IO[bytes],
    cohort: Cohort,
    default_organisation_id: int | None,
    by: Actor,
    sheet: str = "",
    name: str = "",
) -> NominationBatch:
    """Read a file, of a workbook ``sheet`` or the first sheet that names people; keep its rows for a week.

    ``name`` is what the user calls it.

    Raises CohortNotOpen, NominationsClosed, NotInvited, TableUnreadable, SheetUnknown.
    """
    nominations.check_takes_nominations(cohort)
    if default_organisation_id and default_organisation_id not in organisation_trees.keys_invited_to(cohort.id):
        raise NotInvited
    table = table_import.find_table(stream, FORMAT, sheet)
    batch = NominationBatch(
        cohort_id=cohort.id,
        organisation_id=by.organisation_id,
        name=name,
        default_organisation_id=default_organisation_id,
        sha256=table.sha256,
        headings=table.headings,
        headings_in=table.headings_in,
        sheet=table.sheet[:200],
        unread=[list(one) for one in table.unread],
        hidden=table.hidden,
        columns=FORMAT.guess_joined(table.headings, table.hidden),
        uploaded_by_id=by.user_id,
        uploaded_at=now(),
        keep_until=now() + _KEPT,
    )
    db.session.add(batch)
    db.session.flush()
    kept = [{"batch_id": batch.id, "number": row.number, "cells": row.cells, "mark": row.mark} for row in table.rows]
    db.session.execute(insert(NominationRow), kept)
    audit.record(AdmissionEvent.NOMINATION_FILE_READ, batch, by=by.user_id, rows=len(table.rows))
    return batch


def delete_expired() -> None:
    """Delete the rows of batches abandoned for a week, and the contents of the rows of committed ones."""
    expired = nomination_uploads.expired(now())
    done = [key for key, state in expired if state in (S.COMMITTED, S.UNDONE)]
    left = [key for key, state in expired if key not in done]
    rows = update(NominationRow).where(NominationRow.batch_id.in_(done))
    for statement in (
        rows.values(cells=[], mended={}, before={}, questions=[]),
        delete(NominationRow).where(NominationRow.batch_id.in_(left)),
        update(NominationBatch).where(NominationBatch.id.in_(left)).values(state=S.FORGOTTEN),
        update(NominationBatch)
        .where(NominationBatch.id.in_(done + left))
        .values(keep_until=now() + _FOR_EVER, sheet="", unread=[]),
    ):
        if expired:
            changed_rows(statement)


# Decisions


def check_open(batch: NominationBatch) -> NominationBatch:
    """Lock an open batch; return it, fresh. Raises BatchClosed, JobStanding."""
    batch = KIND.lock_open(batch.id)
    jobs.check_none(batch)
    return batch


def set_columns(
    batch: NominationBatch,
    columns: Mapping[str, list[int]],
    default_organisation_id: int | None,
    by: Actor,
    *,
    is_first_person: bool = False,
) -> Job:
    """Set the columns, and whether the row taken for the headings is a person; request a preview.

    Raises NamesMissing, NotInvited, BatchClosed, JobStanding.
    """
    batch = check_open(batch)
    if not FORMAT.can_read(columns):
        raise NamesMissing
    if default_organisation_id and default_organisation_id not in organisation_trees.keys_invited_to(batch.cohort_id):
        raise NotInvited
    batch.columns, batch.default_organisation_id = dict(columns), default_organisation_id
    if is_first_person != batch.is_first_person:
        _turn_first_row(batch)
    return ask_preview(batch, by)


def _turn_first_row(batch: NominationBatch) -> None:
    """Turn the headings into a row, or that row back into headings."""
    batch.is_first_person = not batch.is_first_person
    if batch.is_first_person:
        db.session.add(NominationRow(batch_id=batch.id, number=batch.headings_in, cells=batch.headings))
        batch.headings = [""] * len(batch.headings)
    else:
        first = row_numbered(batch, batch.headings_in)
        batch.headings = first.cells
        db.session.delete(first)
    db.session.flush()


def set_meanings(batch: NominationBatch, meanings: Mapping[str, int], by: Actor) -> Job:
    """Set the organisations meant by unknown names in the file, by key; request a preview.

    Raises NotInvited, BatchClosed, JobStanding.
    """
    batch = check_open(batch)
    if not organisation_trees.keys_invited_to(batch.cohort_id).issuperset(meanings.values()):
        raise NotInvited
    batch.meanings = batch.meanings | {fold(name): key for name, key in meanings.items()}
    return ask_preview(batch, by)


def answer(batch: NominationBatch, question: NomineeQuestion, by: Actor) -> Job:
    """Answer a question with yes for all rows of the file; request a preview. Raises BatchClosed, JobStanding."""
    batch = check_open(batch)
    batch.answers = sorted({*batch.answers, question.value})
    return ask_preview(batch, by)


def unknown_organisations(batch: NominationBatch) -> dict[str, int]:
    """Return the unknown organisation names in a batch, each with its number of rows, most frequent first.

    Spellings of one name are counted together under the first.
    """
    spelt: dict[str, str] = {}
    counted = Counter[str]()
    for row in BATCHES.rows(batch.id, NominationRow.fault == NomineeFault.ORGANISATION_UNKNOWN):
        name = texts_of(row, batch.columns).get(NomineePart.ORGANISATION.value, "")
        counted[spelt.setdefault(fold(name), name)] += 1
    return dict(counted.most_common())


def must_ask_columns(batch: NominationBatch) -> bool:
    """Return whether a user has to say which columns have the names, since the headings do not, or hardly can."""
    return not FORMAT.can_read(batch.columns) or are_names_short(batch)


def are_names_short(batch: NominationBatch) -> bool:
    """Return whether most names have one word, and another column beside them that is not read has words.

    Then the name may stand in several columns, and what is taken for it names nobody.
    """
    rows = [row for row in BATCHES.rows(batch.id, most=_LOOKED_AT) if not row.mark]
    names = [name for row in rows if (name := _name_of(texts_of(row, batch.columns)))]
    read = {place for places in batch.columns.values() for place in places}
    beside = [cell for row in rows for place, cell in enumerate(row.cells) if place not in read and cell.isalpha()]
    are_single = sum(len(name.split()) == 1 for name in names) * 2 > len(names)
    return are_single and len(beside) * 2 > len(rows)


def _name_of(texts: Mapping[str, str]) -> str:
    return texts.get(NomineePart.NAME_NATIVE, "") or texts.get(NomineePart.NAME_LATIN, "")


def ask_preview(batch: NominationBatch, by: Actor) -> Job:
    """Request a preview. Raises BatchClosed, JobStanding."""
    batch = check_open(batch)
    return jobs.ask(JobKind.PREVIEW_BATCH, batch, by, sum(BATCHES.counts(batch.id).values()))


class CorrectableRow(Protocol):
    """A row as uploaded, with the user's corrections."""

    cells: list[str]
    mended: dict[str, str]


def texts_of(row: CorrectableRow, columns: Mapping[str, list[int]]) -> dict[str, str]:
    """Return the texts of a row by part: its cells, joined where several hold a part, or their corrections."""
    cells = Row(0, row.cells)
    as_sent = {part: joined([cells.cell(place) for place in places]) for part, places in columns.items()}
    return {part: cleaned(text) for part, text in (as_sent | row.mended).items()}


def shown_texts(row: NominationRow, columns: Mapping[str, list[int]]) -> dict[str, str]:
    """Return the texts of a row by part, its names as they are read: what a user wrote stays."""
    texts = texts_of(row, columns)
    return texts if row.mended else texts | names_read(texts)


def names_read(texts: Mapping[str, str]) -> dict[str, str]:
    """Return the names of a row without numbering and ranks, and the rank beside them if the row has none."""
    read = {part.value: read_name(texts.get(part, "")) for part in (NomineePart.NAME_LATIN, NomineePart.NAME_NATIVE)}
    rank = texts.get(NomineePart.RANK, "") or next((one.rank for one in read.values() if one.rank), "")
    return {part: one.name for part, one in read.items()} | {NomineePart.RANK.value: rank}


def row_read(row: NominationRow, batch: NominationBatch) -> RowRead:
    """Return a row as the input of person matching."""
    return RowRead(
        row.number,
        texts_of(row, batch.columns),
        row.chosen_id,
        row.is_nobody_known,
        row.chosen_row,
        answers={*batch.answers, *row.answers},
        mended=row.mended.keys(),
        mark=row.mark,
    )


def preview(batch_id: int, by: Actor) -> Iterator[int]:
    """Determine the outcome of each row; yield how many rows are done. Raises BatchClosed."""
    recogniser = Recogniser(KIND.lock_open(batch_id), by)

    def judge(batch: NominationBatch, rows: Sequence[NominationRow]) -> list[dict[str, Any]]:
        return judged(recogniser, rows, batch)

    yield from table_import.preview(KIND, batch_id, RowStorage(KIND, batch_id), judge, _note_previewed)


def _note_previewed(batch: NominationBatch) -> None:
    batch.state = S.PREVIEWED
    batch.version += 1


def judged(recogniser: Recogniser, rows: Sequence[NominationRow], batch: NominationBatch) -> list[dict[str, Any]]:
    """Return the outcomes of rows, given in the order of their numbers, as values of their columns."""
    read = [row_read(row, batch) for row in rows]
    return [
        {"number": row.number, "fingerprint": row.fingerprint, **vars(one.verdict)}
        for row, one in zip(read, recogniser.judge(read), strict=True)
    ]


def row_numbered(batch: NominationBatch, number: int) -> NominationRow:
    """Return a row of a batch by its number, fresh."""
    [row] = BATCHES.rows(batch.id, NominationRow.number == number)
    return row


def are_many_for(people: int, seats: int) -> bool:
    """Return whether so many people for so many seats may be the list of a whole unit."""
    return people > _MOST_FOR_A_SEAT * seats


def ask_commit(
    batch: NominationBatch, version: int, by: Actor, *, is_whole: bool, corrects: bool, is_meant: bool = False
) -> Job:
    """Request the nomination of the good rows; with ``is_whole`` only if no row needs correction.

    ``version`` is that of the preview the actor saw; ``is_meant`` says that many more nominees than seats are meant.
    Raises BatchClosed, JobStanding, ChangedMeanwhile, BatchEmpty, BatchFaulty, NomineesMany.
    """
    batch = check_open(batch)
    if batch.state is not S.PREVIEWED or batch.version != version:
        raise ChangedMeanwhile
    good = KIND.number_to_commit(batch.id, is_whole=is_whole)
    seats = nomination_uploads.seats_of(batch.cohort_id)
    if are_many_for(good, seats) and not is_meant:
        raise NomineesMany(good, seats)
    batch.corrects = corrects
    return jobs.ask(JobKind.COMMIT_BATCH, batch, by, good, version=version)
