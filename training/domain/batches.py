"""Batches: a coordinator's file of names is read, previewed row by row, mended, committed, and taken back.

Each of the steps that go through all rows is a generator: the outer room runs one piece of it in one transaction and
shows how many rows are done.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import IO

from sqlalchemy import delete, insert, update

from training.domain import audit, cells, headings, jobs, nominations
from training.domain.nominees import RowRead, cleaned
from training.domain.recognition import Recogniser
from training.domain.refusals import (
    BatchClosed,
    BatchEmpty,
    BatchFaulty,
    ChangedMeanwhile,
    NamesMissing,
    NotInvited,
    TableUnreadable,
)
from training.kit import tables
from training.kit.clock import now
from training.kit.db import db
from training.models.actor import Actor
from training.models.batches import NominationBatch, NominationBatchState, NominationRow, NomineeOutcome
from training.models.cohorts import Cohort
from training.models.jobs import Job, JobKind
from training.queries import batches, trees

S, O = NominationBatchState, NomineeOutcome  # noqa: E741
_KEPT = dt.timedelta(days=7)
_FOR_EVER = dt.timedelta(days=36_500)
_AS_IT_IS = {"synchronize_session": False}
PIECE = 1000
"""Rows that are read in one transaction."""
GOOD = (O.NEW, O.MATCHED)


def read(stream: IO[bytes], cohort: Cohort, default_organisation_id: int | None, by: Actor) -> NominationBatch:
    """Read a file and keep its rows for a week. Raises CohortNotOpen, NominationsClosed, NotInvited,
    TableUnreadable.
    """
    nominations.check_takes_nominations(cohort)
    if default_organisation_id and default_organisation_id not in trees.keys_invited_to(cohort.id):
        raise NotInvited
    table = cells.read_table(stream)
    found, rows = headings.below_headings(table)
    if not rows:
        raise TableUnreadable(tables.Problem.EMPTY)
    batch = NominationBatch(
        cohort_id=cohort.id,
        organisation_id=by.organisation_id,
        default_organisation_id=default_organisation_id,
        sha256=table.sha256,
        headings=found,
        columns=headings.guess(found),
        uploaded_by_id=by.user_id,
        uploaded_at=now(),
        keep_until=now() + _KEPT,
    )
    db.session.add(batch)
    db.session.flush()
    kept = [{"batch_id": batch.id, "number": row.number, "cells": row.cells} for row in rows]
    db.session.execute(insert(NominationRow), kept)
    audit.record("nomination file read", batch, by=by.user_id, rows=len(rows))
    return batch


def forget_old() -> None:
    """Delete the rows of batches with which nobody went on for a week, and what the rows of the others say."""
    over = batches.over(now())
    done = [key for key, state in over if state in (S.COMMITTED, S.UNDONE)]
    left = [key for key, state in over if key not in done]
    rows = update(NominationRow).where(NominationRow.batch_id.in_(done))
    for statement in (
        rows.values(cells=[], mended={}, before={}),
        delete(NominationRow).where(NominationRow.batch_id.in_(left)),
        update(NominationBatch).where(NominationBatch.id.in_(left)).values(state=S.FORGOTTEN),
        update(NominationBatch).where(NominationBatch.id.in_(done + left)).values(keep_until=now() + _FOR_EVER),
    ):
        if over:
            db.session.execute(statement, execution_options=_AS_IT_IS)


# Deciding


def check_open(batch: NominationBatch) -> NominationBatch:
    """Return a batch as it is now, its rows still to be decided. Raises BatchClosed, JobStanding."""
    batch = batches.lock_batch(batch.id)
    if batch.state not in (S.READ, S.PREVIEWED):
        raise BatchClosed
    jobs.check_none(batch)
    return batch


def say_columns(
    batch: NominationBatch, columns: Mapping[str, int], default_organisation_id: int | None, by: Actor
) -> Job:
    """Say which column is what, and ask for a preview. Raises NamesMissing, NotInvited, BatchClosed, JobStanding."""
    batch = check_open(batch)
    if not headings.names_somebody(columns):
        raise NamesMissing
    if default_organisation_id and default_organisation_id not in trees.keys_invited_to(batch.cohort_id):
        raise NotInvited
    batch.columns, batch.default_organisation_id = dict(columns), default_organisation_id
    return ask_preview(batch, by)


def ask_preview(batch: NominationBatch, by: Actor) -> Job:
    """Ask for a preview. Raises BatchClosed, JobStanding."""
    batch = check_open(batch)
    return jobs.ask(JobKind.PREVIEW_BATCH, batch, by, batches.size(batch.id))


def choose(batch: NominationBatch, number: int, person_id: int | None, by: Actor, *, corrects: bool) -> Job:
    """Say whom a row means: a person, or with None nobody who is known. Raises BatchClosed, JobStanding."""
    batch = check_open(batch)
    row = batches.row_by_number(batch.id, number)
    row.chosen_id, row.is_nobody_known, row.corrects = person_id, person_id is None, corrects
    return ask_preview(batch, by)


def mend(batch: NominationBatch, number: int, texts: Mapping[str, str], by: Actor) -> Job:
    """Write what a row should say, by part; the choice that was made for it falls. Raises BatchClosed, JobStanding."""
    batch = check_open(batch)
    row = batches.row_by_number(batch.id, number)
    row.mended = dict(texts)
    row.chosen_id, row.is_nobody_known = None, False
    return ask_preview(batch, by)


def texts_of(row: NominationRow, columns: Mapping[str, int]) -> dict[str, str]:
    """Return what a row says by part: its cells, or what somebody wrote instead."""
    as_sent = {part: row.cells[place] if place < len(row.cells) else "" for part, place in columns.items()}
    return {part: cleaned(text) for part, text in (as_sent | row.mended).items()}


def row_read(row: NominationRow, columns: Mapping[str, int]) -> RowRead:
    """Return what goes into the matching."""
    return RowRead(row.number, texts_of(row, columns), row.chosen_id, row.is_nobody_known)


def preview(batch_id: int, by: Actor) -> Iterator[int]:
    """Say of each row what will become of it; yields how many rows are done. Raises BatchClosed."""
    recogniser, done, last = None, 0, 0
    while True:
        batch = batches.lock_batch(batch_id)
        if batch.state not in (S.READ, S.PREVIEWED):
            raise BatchClosed
        recogniser = recogniser or Recogniser(batch.cohort_id, batch.default_organisation_id, by)
        rows = batches.rows_after(batch_id, last, PIECE)
        if rows:
            _judge(recogniser, rows, batch)
        if len(rows) < PIECE:
            batch.state = S.PREVIEWED
            batch.version += 1
            return
        done, last = done + len(rows), rows[-1].number
        yield done


def _judge(recogniser: Recogniser, rows: Sequence[NominationRow], batch: NominationBatch) -> None:
    read = [row_read(row, batch.columns) for row in rows]
    values = [
        {"batch_id": batch.id, "number": row.number, "fingerprint": row.fingerprint, **vars(one.verdict)}
        for row, one in zip(read, recogniser.judge(read), strict=True)
    ]
    db.session.execute(update(NominationRow), values)


def ask_commit(batch: NominationBatch, version: int, by: Actor, *, is_whole: bool, corrects: bool) -> Job:
    """Ask for the good rows to be nominated; with ``is_whole`` only where no other row is left.

    ``version`` is that of the preview which the actor saw. Raises BatchClosed, JobStanding, ChangedMeanwhile,
    BatchEmpty, BatchFaulty.
    """
    batch = check_open(batch)
    if batch.state is not S.PREVIEWED or batch.version != version:
        raise ChangedMeanwhile
    counts = batches.counts(batch.id)
    good = sum(counts.get(outcome, 0) for outcome in GOOD)
    left = counts.get(O.FAULTY, 0) + counts.get(O.POSSIBLE, 0)
    if not good:
        raise BatchEmpty
    if is_whole and left:
        raise BatchFaulty(left)
    batch.corrects = corrects
    return jobs.ask(JobKind.COMMIT_BATCH, batch, by, good, version=version)
