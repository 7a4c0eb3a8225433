"""Commit a nomination upload and undo the commit, each in one transaction: all or nothing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from sqlalchemy import delete, or_, update

from training.domain.admissions import nominations
from training.domain.admissions.events import AdmissionEvent
from training.domain.admissions.nomination_uploads import KIND, row_read
from training.domain.admissions.person_matching import Recogniser
from training.domain.admissions.refusals import BatchActedOn, BatchChanged
from training.domain.admissions.row_parsing import merged, particulars_of, stamp_of
from training.domain.common import table_import
from training.domain.common.table_import import PIECE, RowStorage
from training.domain.identity import audit, jobs
from training.domain.people import duplicates, people
from training.domain.people.people import Particulars
from training.kit.db import changed_rows
from training.models.admissions.nomination_uploads import (
    NominationBatch,
    NominationBatchState,
    NominationRow,
    NomineeOutcome,
)
from training.models.admissions.nominations import Nomination, NominationState
from training.models.courses.cohorts import Cohort
from training.models.identity.actor import Actor
from training.models.identity.jobs import Job, JobKind
from training.models.people.people import Person, PersonKey, PersonWord, ReviewedPair
from training.queries.admissions import nomination_uploads
from training.queries.admissions.nomination_uploads import BATCHES
from training.queries.courses import cohorts as cohort_rows

S, O = NominationBatchState, NomineeOutcome  # noqa: E741
_MOST_NAMED = 20


def commit(batch_id: int, version: int, by: Actor) -> Iterator[int]:
    """Register and nominate the people of the preview of this version, in one transaction.

    Raises CohortNotOpen, NominationsClosed, BatchClosed if it was committed before, and BatchChanged with the numbers
    of the rows that now match another person, or whose people were changed since the preview.
    """
    cohort = cohort_rows.lock_cohort(BATCHES.current(batch_id).cohort_id)
    nominations.check_takes_nominations(cohort)
    kind = replace(KIND, is_open=lambda batch: batch.state is S.PREVIEWED and batch.version == version)
    table_import.commit(kind, batch_id, lambda batch: _nominate(batch, cohort, by))
    yield from ()


def _nominate(batch: NominationBatch, cohort: Cohort, by: Actor) -> int:
    rows = BATCHES.of_outcome(batch.id, KIND.good)
    given = _check_unchanged(batch, rows, by)
    persons = _persons(batch, rows, given, by)
    made = nominations.nominate_all(cohort, [persons[row.number] for row in rows], by)
    results = [
        {
            "number": row.number,
            "person_id": nomination.person_id,
            "nomination_id": nomination.id,
            "is_registered": row.outcome is O.NEW,
            "stamp": stamp_of(persons[row.number]),
            "before": row.before,
            "differs": [],
        }
        for row, nomination in zip(rows, made, strict=True)
    ]
    storage = RowStorage(KIND, batch.id)
    storage.write(results)
    storage.write(_repeated(batch.id, persons))
    batch.state = S.COMMITTED
    different = duplicates.keep_all_apart(_different_people(rows, persons), by)
    audit.record(AdmissionEvent.NOMINATION_FILE_COMMITTED, batch, by=by.user_id, rows=len(made), kept_apart=different)
    return len(made)


def _repeated(batch_id: int, persons: Mapping[int, Person]) -> list[dict[str, Any]]:
    """Return the people of rows that repeat another one, so that they are matched if the file is uploaded again."""
    return [
        {"number": row.number, "person_id": person.id}
        for row in BATCHES.of_outcome(batch_id, [O.REPEATED])
        if (person := persons.get(row.same_as or 0))
    ]


def _different_people(rows: Sequence[NominationRow], persons: Mapping[int, Person]) -> Iterator[tuple[int, int]]:
    """Yield (new person, candidate) pairs that the user marked as different people."""
    for row in rows:
        if row.outcome is O.NEW:
            others = [*row.candidates, *(persons[number].id for number in row.alike if number in persons)]
            yield from ((persons[row.number].id, other) for other in others)


def _check_unchanged(batch: NominationBatch, rows: Sequence[NominationRow], by: Actor) -> dict[int, Particulars]:
    """Return the particulars given in each row. Raises BatchChanged."""
    recogniser = Recogniser(batch, by, looks_for_similar=False)
    given: dict[int, Particulars] = {}
    moved = []
    for start in range(0, len(rows), PIECE):
        piece = rows[start : start + PIECE]
        judged = recogniser.judge([row_read(row, batch) for row in piece])
        for row, (nominee, now) in zip(piece, judged, strict=True):
            then = (row.outcome, row.person_id, row.organisation_id, row.stamp)
            if nominee is None or then != (now.outcome, now.person_id, now.organisation_id, now.stamp):
                moved.append(row.number)
            else:
                given[row.number] = nominee.particulars
    if moved:
        raise BatchChanged(moved[:_MOST_NAMED])
    return given


def _persons(
    batch: NominationBatch, rows: Sequence[NominationRow], given: Mapping[int, Particulars], by: Actor
) -> dict[int, Person]:
    """Register new people and, if requested, correct known ones; return the person of each row."""
    new = [row for row in rows if row.outcome is O.NEW]
    registered = people.register_all([(row.organisation_id or 0, given[row.number]) for row in new], by)
    persons = {row.number: person for row, person in zip(new, registered, strict=True)}
    known = nomination_uploads.people_of(row.person_id for row in rows if row.outcome is O.MATCHED)
    for row in rows:
        if row.outcome is O.MATCHED and row.person_id:
            person = persons[row.number] = known[row.person_id]
            if (batch.corrects or row.corrects) and row.differs:
                row.before = asdict(particulars_of(person))
                people.correct(person, merged(particulars_of(person), given[row.number]), by)
    return persons


# Undoing


def ask_undo(batch: NominationBatch, by: Actor) -> Job:
    """Request the undo of a committed batch. Raises BatchNotCommitted, BatchActedOn, JobStanding."""
    batch = KIND.lock_committed(batch.id)
    _check_untouched(nomination_uploads.committed_rows(batch.id))
    return jobs.ask(JobKind.UNDO_BATCH, batch, by, nomination_uploads.count_committed(batch.id))


def _check_untouched(rows: Sequence[Any]) -> None:
    """Raise BatchActedOn with the number of rows whose nomination or person has changed since the commit."""
    touched = [
        row
        for row, nomination, person in rows
        if nomination.state is not NominationState.NOMINATED or (row.stamp and row.stamp != stamp_of(person))
    ]
    if touched:
        raise BatchActedOn(len(touched))


def undo(batch_id: int, by: Actor) -> Iterator[int]:
    """Withdraw the nominations of a batch and delete the people it registered, in one transaction.

    A person to whom another record refers meanwhile is kept. Raises BatchNotCommitted, BatchActedOn.
    """
    cohort_rows.lock_cohort(BATCHES.current(batch_id).cohort_id)
    table_import.undo(KIND, batch_id, lambda batch: _undo_rows(batch, by))
    yield from ()


def _undo_rows(batch: NominationBatch, by: Actor) -> int:
    rows = nomination_uploads.committed_rows(batch.id)
    _check_untouched(rows)
    registered = {person.id: (nomination, person) for row, nomination, person in rows if row.is_registered}
    staying = nomination_uploads.referred_elsewhere(batch.id, registered)
    for row, _nomination, person in rows:
        if row.before:
            people.correct(person, Particulars(**row.before), by)
    removed = registered.keys() - staying
    nominations.withdraw_all([one for _row, one, person in rows if person.id not in removed])
    _remove([registered[key] for key in removed])
    batch.state = S.UNDONE
    audit.record(AdmissionEvent.NOMINATION_FILE_UNDONE, batch, by=by.user_id, rows=len(rows), removed=len(removed))
    return len(rows)


def _remove(made: Sequence[tuple[Nomination, Person]]) -> None:
    """Delete people whom the batch registered, with their nominations, none of which was acted on."""
    if not made:
        return
    persons, nominated = [person.id for _, person in made], [nomination.id for nomination, _ in made]
    for statement in (
        update(NominationRow).where(NominationRow.chosen_id.in_(persons)).values(chosen_id=None),
        update(NominationRow).where(NominationRow.person_id.in_(persons)).values(person_id=None, nomination_id=None),
        delete(Nomination).where(Nomination.id.in_(nominated)),
        delete(PersonWord).where(PersonWord.person_id.in_(persons)),
        delete(PersonKey).where(PersonKey.person_id.in_(persons)),
        delete(ReviewedPair).where(or_(ReviewedPair.low_id.in_(persons), ReviewedPair.high_id.in_(persons))),
        delete(Person).where(Person.id.in_(persons)),
    ):
        changed_rows(statement)
